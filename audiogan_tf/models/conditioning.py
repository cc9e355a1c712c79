"""What a network of samples is told at each moment: what to say, and which part of it is due."""

import math

from audiogan_tf.models.clip_latent import ClipLatent, class_numbers
from audiogan_tf.models.layers import as_columns
from audiogan_tf.sound.quantisation import expand
from audiogan_tf.sound.spectral import stft

import keras
import numpy as np
from keras import layers, ops

HOP = 128  # samples that share one condition
SILENT = 0.1  # a companded sample below this is 50 dB under full scale, or quieter
WINDOW = 512  # samples of the spectra that the latent's encoder sees
CLIPS = 100  # summarised at once
TYPICAL = 0.5  # how far from the centre of their class new clips' latents lie, of what is usual


@keras.saving.register_keras_serializable("audiogan_tf")
class Conditioning(layers.Layer):
    """The condition of every moment of HOP samples, for a WaveNet.

    samples: of a clip; class_counts: classes of each label; size: of the condition; latent_size:
    of ClipLatent, 0 for none. Labels do not say which part of a word is due, so the condition also
    tells which share of the word's length is over. While training that length is measured;
    `adapt` learns each class's average for later. Built in lesson 11.
    """

    def __init__(self, samples, class_counts=(), size=64, latent_size=0, **kwargs):
        super().__init__(**kwargs)
        self.samples, self.class_counts = samples, tuple(class_counts)
        self.size, self.latent_size = size, latent_size
        self.what = [layers.Embedding(count, size) for count in class_counts]
        self.plan = [layers.Dense(factor * size, "relu") for factor in (4, 4, 1)]
        classes = math.prod(class_counts)
        usual = {"initializer": keras.initializers.Constant(samples), "trainable": False}
        self.lengths = self.add_weight(shape=(classes,), name="lengths", **usual)
        self.latent = ClipLatent(latent_size, classes) if latent_size else None

    def usual_lengths(self, labels):
        """Samples until clips with these labels fall silent, on average: (batch,) float32."""
        return ops.take(self.lengths, class_numbers(labels, self.class_counts))

    def adapt(self, examples, labels=None):
        """Learn how long clips of each class last.

        examples: (clips, samples, 1) companded; labels: (clips, k) int.
        """
        lengths = np.asarray(sounding(examples))
        labels = np.zeros((len(lengths), 0)) if labels is None else as_columns(labels)
        place = np.asarray(class_numbers(np.asarray(labels, "int32"), self.class_counts))
        classes = self.lengths.shape[0]
        count = np.bincount(place, minlength=classes)
        total = np.bincount(place, lengths, minlength=classes)
        self.lengths.assign(np.where(count, total / np.maximum(count, 1), lengths.mean()))

    def call(self, labels, lengths=None, start=0, moments=None, latent=None):
        """Labels (batch, k) int -> the condition of every moment, (batch, moments, size).

        lengths: samples until each clip falls silent, (batch,), what is usual by default;
        start: the first moment, one for all clips or one for each; moments: how many, all by
        default; latent: (batch, latent_size), by default the centre of the clip's class.
        """
        lengths = self.usual_lengths(labels) if lengths is None else lengths
        moments = ops.arange(moments or -(-self.samples // HOP)) + ops.reshape(start, [-1, 1])
        lengths, now = lengths[:, None], (ops.cast(moments, "float32") + 0.5) * HOP
        over = ops.minimum(now / lengths, 2.0)[..., None]  # (batch, moments, 1)
        angles = over * (np.pi / 2 * 2.0 ** np.arange(6, dtype="float32"))
        known = (now + ops.zeros_like(lengths), lengths + ops.zeros_like(now))
        known = [value[..., None] / self.samples for value in known]
        vectors = [over, ops.sin(angles), ops.cos(angles), *known]
        told = [embed(labels[:, column]) for column, embed in enumerate(self.what)]
        if self.latent_size:
            told.append(self.centre(labels) if latent is None else latent)
        x = ops.concatenate(vectors + [ops.zeros_like(over) + some[:, None] for some in told], -1)
        for layer in self.plan:
            x = layer(x)
        return x

    def centre(self, labels):
        """The middle of the latents of each clip's class, (batch, latent_size)."""
        return ops.take(self.latent.centres, class_numbers(labels, self.class_counts), axis=0)

    def place(self, noise, labels):
        """Latents of new clips: standard normal noise (batch, latent_size), labels (batch, k).

        They are drawn closer to the centre of the class than training clips lie: what is typical
        is clearer (Brock, Donahue and Simonyan, 2019).
        """
        if not self.latent_size:
            return noise
        return self.latent.place(TYPICAL * noise, class_numbers(labels, self.class_counts))

    def summarise(self, sounds, labels, lengths):
        """The latent of whole clips as a Gaussian: mean and log variance, (batch, latent_size).

        sounds: (batch, samples, 1), companded; labels: (batch, k) int; lengths: (batch,).
        """
        told = self(labels, lengths, latent=ops.zeros([ops.shape(labels)[0], self.latent_size]))
        moments = told.shape[1]
        spectra = stft(expand(sounds[..., 0], 255.0), WINDOW, HOP)[:, :moments]
        seen = ops.concatenate([ops.log(ops.abs(spectra) + 1e-2) / 2, told], axis=-1)
        heard = ops.cast(ops.arange(moments) * HOP, "float32") < lengths[:, None]
        return self.latent.summarise(seen, ops.cast(heard, "float32")[..., None])

    def notice(self, sounds, labels, lengths):
        """While training: a draw of each clip's latent, and what telling it costs a clip, in nats.

        Arguments as in `summarise`. Returns (batch, latent_size) and a number; None and 0 without
        a latent.
        """
        if not self.latent_size:
            return None, 0.0
        mean, log_variance = self.summarise(sounds, labels, lengths)
        cost = ops.mean(self.latent.cost(mean, log_variance))
        return self.latent.near(mean, log_variance), cost

    def fit_latent(self, sounds, labels):
        """Measure where the latents of each class lie, with the weights as they are.

        sounds: (clips, samples, 1), companded; labels: (clips, k) int.
        """
        labels, summaries = np.asarray(labels, "int32"), []
        for start in range(0, len(sounds), CLIPS):
            some, about = (np.asarray(x[start : start + CLIPS]) for x in (sounds, labels))
            summaries.append(self.summarise(some, about, sounding(some)))
        means, log_variances = (np.concatenate(parts) for parts in zip(*summaries, strict=True))
        self.latent.fit(means, log_variances, np.asarray(class_numbers(labels, self.class_counts)))


def sounding(companded):
    """Samples until each clip falls silent for good: (batch, samples, 1) to (batch,) float32.

    At least HOP. Used in lesson 11.
    """
    places = ops.arange(1, ops.shape(companded)[1] + 1, dtype="float32")
    heard = ops.where(ops.abs(companded[..., 0]) > SILENT, places, 0.0)
    return ops.maximum(ops.max(heard, axis=1), float(HOP))
