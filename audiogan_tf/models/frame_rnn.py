"""A recurrent network that draws spectrograms frame by frame."""

import functools
import math

from audiogan_tf.models.clip_latent import ClipLatent, class_numbers
from audiogan_tf.models.latent import principal_components
from audiogan_tf.models.layers import draw, model_of, with_labels
from audiogan_tf.models.learner import Learner

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

LEAST_SPREAD = 0.1  # of a mixture's component, in deviations of the whitened frames


@keras.saving.register_keras_serializable("audiogan_tf")
class FrameRNN(Learner):
    """The probability density of each next frame of a spectrogram, given the frames before it.

    A frame is told by `components` whitened numbers (principal components; call `adapt` before
    training); the next one's density is a mixture of Gaussians, whose weights, means and
    deviations the recurrent network says (Bishop, 1994; Graves, 2013). shape: (frames, bins, 1);
    class_counts: classes of each condition. input_noise: deviation of the noise that is added,
    while training, to the frames the network reads, so that it learns to go on from frames that
    are not quite right; temperature: what the noise of a free run is multiplied by; latent_size:
    numbers that tell a whole clip, see ClipLatent, 0 for none. Call:
    [pictures (batch, frames, bins, 1), labels (batch, k) int] -> negative log-likelihood of each
    frame, with its share of the latent's cost, (batch, frames), in nats; `compile` with an
    optimizer only, `fit` on [pictures, labels]. Built in lesson 10.
    """

    def __init__(
        self,
        shape,
        class_counts=(),
        components=24,
        mixtures=8,
        width=192,
        embedding=32,
        input_noise=0.5,
        temperature=0.7,
        latent_size=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.class_counts = tuple(shape), tuple(class_counts)
        self.components, self.mixtures, self.width = components, mixtures, width
        self.embedding, self.input_noise, self.temperature = embedding, input_noise, temperature
        self.latent_size = latent_size
        self.what = [layers.Embedding(n, embedding, name="what") for n in self.class_counts]
        self.blur = layers.GaussianNoise(input_noise)
        self.remember = layers.GRU(width, return_sequences=True, unroll=True, name="remember")
        if latent_size:
            self.latent = ClipLatent(latent_size, math.prod(self.class_counts), width)
        self.predict_next = layers.Dense(mixtures * (1 + 2 * components), name="predict_next")
        bins = self.shape[1]
        fixed = {"trainable": False, "initializer": "zeros"}
        self.centre = self.add_weight(shape=(bins,), name="centre", **fixed)
        self.basis = self.add_weight(shape=(components, bins), name="basis", **fixed)
        empty = np.zeros([1, *self.shape], "float32")
        self([empty, np.zeros([1, len(self.class_counts)], "int32")])  # makes the weights

    @property
    def latent_dim(self):
        """Random numbers of one picture: the latent's, and (mixtures + components) a frame."""
        return self.latent_size + self.shape[0] * (self.mixtures + self.components)

    def adapt(self, examples, labels=None):
        """Learn the principal components of the frames of (clips, frames, bins, 1); self.

        labels are not used.
        """
        frames = np.asarray(examples, "float64").reshape(-1, self.shape[1])
        components, scores, _ = principal_components(frames, self.components)
        self.centre.assign(frames.mean(axis=0))
        self.basis.assign(components * np.maximum(scores.std(axis=0), 1e-3)[:, None])
        return self

    def whiten(self, pictures):
        """Frames as `components` numbers of mean 0 and deviation 1: (batch, frames, c)."""
        scale = ops.maximum(ops.sum(ops.square(self.basis), axis=1), 1e-6)
        return ops.matmul(pictures[..., 0] - self.centre, ops.transpose(self.basis)) / scale

    def unwhiten(self, frames):
        """The inverse of `whiten`, up to what few components cannot tell; in [-1, 1]."""
        return ops.clip(ops.matmul(frames, self.basis) + self.centre, -1, 1)[..., None]

    def told(self, labels, latent=None):
        """What each step is told beside the frame: time, labels (batch, k) int and the latent.

        latent: (batch, latent_size), None for none. Returns (batch, frames, n); the time is told
        as a rise and two decays.
        """
        steps = self.shape[0]
        time = ops.arange(steps, dtype="float32") / steps
        clock = ops.stack([time, ops.exp(-5 * time), ops.exp(-20 * time)], axis=-1)
        clock = ops.zeros([ops.shape(labels)[0], steps, 3]) + clock
        vectors = [embed(labels[:, i]) for i, embed in enumerate(self.what)]
        vectors += [] if latent is None else [latent]
        vectors = [ops.repeat(vector[:, None], steps, axis=1) for vector in vectors]
        return ops.concatenate([clock, *vectors], axis=-1)

    def summarise(self, frames, labels):
        """The latent of whole clips: means and log variances, each (batch, latent_size)."""
        return self.latent.summarise(ops.concatenate([frames, self.told(labels)], axis=-1))

    def fit_latent(self, pictures, labels):
        """Measure where the latents of each class lie, with the weights as they are; self."""
        if not self.latent_size:
            return self
        pictures, labels = (np.asarray(values) for values in (pictures, labels))
        summary = self.summarise(self.whiten(pictures), labels)
        self.latent.fit(*summary, np.asarray(class_numbers(labels, self.class_counts)))
        return self

    def teach(self, frames, labels, training=False, latent=None):
        """The mixture of every frame from the true ones before it: (batch, frames, numbers).

        latent: (batch, latent_size); None for the likeliest of these very clips.
        """
        if latent is None and self.latent_size:
            latent, _ = self.summarise(frames, labels)
        before = ops.pad(frames[:, :-1], [[0, 0], [1, 0], [0, 0]])
        blurred = self.blur(before, training=training)
        read = ops.concatenate([blurred, self.told(labels, latent)], axis=-1)
        return self.predict_next(self.remember(read))

    def call(self, inputs, training=False):
        pictures, labels = inputs
        frames, latent, cost = self.whiten(pictures), None, 0.0
        if self.latent_size:
            mean, log_variance = self.summarise(frames, labels)
            latent = self.latent.near(mean, log_variance) if training else mean
            cost = self.latent.cost(mean, log_variance)[:, None] / self.shape[0]
        numbers = self.teach(frames, labels, training, latent)
        return mixture_loss(frames, numbers, self.mixtures) + cost

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """What `fit` minimises: the mean over frames, per component, in nats."""
        return ops.mean(y_pred) / self.components

    def train_step(self, data):
        """Keras' own, on pictures, on (pictures, labels), or on [pictures, labels] as one input."""
        if isinstance(data, tuple) and len(data) == 1:
            (data,) = data
        return super().train_step((list(self.examples_and_labels(data)),))

    def generate(self, count, labels=None, seed=0):
        """New pictures, free running; arguments and result as in GAN.generate."""
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_dim), "float32")
        return draw(self._play, noise, self.labels_for(count, labels))

    @functools.cached_property
    def _play(self):
        def play(given, training=False):
            noise, labels = given if self.class_counts else (given, None)
            return self.free_run(noise, labels)

        return tf.function(play, autograph=False)

    def foretell(self, pictures, labels):
        """Each frame as the true ones before it make it likeliest: pictures of the same shape."""
        numbers = self.teach(self.whiten(pictures), labels)
        rows = ops.reshape(numbers, [-1, numbers.shape[-1]])
        still = ops.zeros([ops.shape(rows)[0], self.mixtures + self.components])
        drawn = mixture_draw(rows, still, self.mixtures)
        return self.unwhiten(ops.reshape(drawn, [-1, self.shape[0], self.components]))

    def free_run(self, noise, labels=None, given=None, latent=None):
        """Draw frame by frame, each from the mixture after the frames drawn before.

        noise: (batch, latent_dim) standard normal; scaled down, likelier frames are drawn.
        labels: (batch, k) int; None where there are none.
        given: (batch, n, bins, 1), true frames to begin with, or None. latent: (batch,
        latent_size); by default that of the first numbers of the noise, by each clip's class.
        Returns pictures (batch, frames, bins, 1) float32 in [-1, 1].
        """
        count, steps = ops.shape(noise)[0], self.shape[0]
        labels = ops.zeros([count, 0], "int32") if labels is None else labels
        if latent is None and self.latent_size:
            numbers = class_numbers(labels, self.class_counts)
            latent = self.latent.place(noise[:, : self.latent_size], numbers)
        noise = noise[:, self.latent_size :]
        draws = ops.reshape(noise, [-1, steps, self.mixtures + self.components]) * self.temperature
        choices, places = _gumbel(draws[..., : self.mixtures]), draws[..., self.mixtures :]
        known = [] if given is None else ops.unstack(self.whiten(given), axis=1)
        told, frame = self.told(labels, latent), ops.zeros([count, self.components])
        state, frames = [ops.zeros([count, self.width])], []
        for t in range(steps):
            read = ops.concatenate([frame, told[:, t]], axis=-1)
            features, state = self.remember.cell(read, state)
            numbers = self.predict_next(features)
            drawn = _drawn(numbers, choices[:, t], places[:, t], self.mixtures)
            frame = known[t] if t < len(known) else drawn
            frames.append(frame)
        return self.unwhiten(ops.stack(frames, axis=1))


@keras.saving.register_keras_serializable("audiogan_tf")
class FreeRun(layers.Layer):
    """A FrameRNN's free_run as a layer: noise (and labels) to pictures."""

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def call(self, noise, labels=None):
        return self.network.free_run(noise, labels)

    def compute_output_shape(self, noise_shape, labels_shape=None):
        return (noise_shape[0], *self.network.shape)


def build_generator(**sizes):
    """A FrameRNN as a generator like the others: noise and labels to pictures.

    sizes: FrameRNN's arguments. Model: noise (batch, latent_dim) [, labels (batch, k) int] ->
    (batch, frames, bins, 1) float32 in [-1, 1]. Its weights are those of the FrameRNN, in the
    same order. Built in lesson 10.
    """
    network = FrameRNN(**sizes)
    inputs = with_labels(keras.Input([network.latent_dim], name="noise"), network.class_counts)
    return model_of(inputs, FreeRun(network)(*inputs), "generator")


def mixture_parts(numbers, mixtures):
    """What a mixture's numbers say: (..., m * (1 + 2 c)) to log weights, means, log deviations.

    Shapes (..., m), (..., m, c), (..., m, c); the weights sum to 1.
    """
    components = (numbers.shape[-1] // mixtures - 1) // 2
    rest = ops.reshape(
        numbers[..., mixtures:], [*ops.shape(numbers)[:-1], mixtures, 2 * components]
    )
    spreads = ops.maximum(rest[..., components:], math.log(LEAST_SPREAD))
    return ops.log_softmax(numbers[..., :mixtures]), rest[..., :components], spreads


def mixture_loss(frames, numbers, mixtures):
    """-log of the density of frames (..., c) under the mixtures of `numbers`, (...), in nats.

    Bishop (1994), equation 29. Built in lesson 10.
    """
    weights, means, spreads = mixture_parts(numbers, mixtures)
    off = (frames[..., None, :] - means) * ops.exp(-spreads)
    each = -0.5 * ops.square(off) - spreads - 0.5 * math.log(2 * math.pi)
    return -ops.logsumexp(weights + ops.sum(each, axis=-1), axis=-1)


def mixture_draw(numbers, noise, mixtures):
    """One frame of each mixture: numbers (batch, m * (1 + 2 c)), noise (batch, m + c) normal.

    The first m choose a Gaussian (the largest of log weight + Gumbel noise; Gumbel, 1954), the
    others a place in it; with noise 0 it is the mean of the likeliest. Deviations are drawn less
    LEAST_SPREAD, which is there for the training's sake: what is sure stays sure. Returns
    (batch, c).
    """
    return _drawn(numbers, _gumbel(noise[:, :mixtures]), noise[:, mixtures:], mixtures)


def _drawn(numbers, choices, places, mixtures):
    """mixture_draw with its noise in two: Gumbel noise (batch, m) and normal (batch, c)."""
    weights, means, spreads = mixture_parts(numbers, mixtures)
    chances = weights + choices
    most = ops.max(chances, axis=-1, keepdims=True)
    chosen = ops.cast(chances >= most, "float32")[..., None]  # (batch, m, 1)
    mean, spread = (ops.sum(chosen * part, axis=1) for part in (means, spreads))
    spread = ops.sqrt(ops.maximum(ops.exp(2 * spread) - LEAST_SPREAD**2, 0))
    return mean + spread * places


def _gumbel(noise):
    """Normal noise of any shape as Gumbel noise: each value at the same share of all draws."""
    return -ops.log(-ops.log(ops.clip(share_below(noise), 1e-6, 1 - 1e-6)))


def share_below(values):
    """How much of a standard normal distribution lies below each value, in [0, 1].

    By exponentials alone, which every format of exported models has, unlike the error function;
    right to 1e-7. Zelen and Severo (1964), equation 26.2.17.
    """
    t = 1 / (1 + 0.2316419 * ops.abs(values))
    series = t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))
    series = t * (0.319381530 + t * (-0.356563782 + series))
    above = ops.exp(-0.5 * ops.square(values)) * series / math.sqrt(2 * math.pi)
    return ops.where(values > 0, 1 - above, above)
