"""WaveNet: each sample drawn from what the samples before it make likely."""

import functools
import math

from audiogan_tf.errors import InputError
from audiogan_tf.models.clip_latent import class_numbers
from audiogan_tf.models.layers import GatedResidual, as_columns, model_of, with_labels
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.sampling import draw_codes
from audiogan_tf.sound.quantisation import to_codes, to_levels

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

BITS = 8
LEVELS = 2**BITS  # codes of a sample; one more stands for "nothing yet"
HOP = 128  # samples that share one condition
SILENT = 0.1  # a companded sample below this is 50 dB under full scale, or quieter


@keras.saving.register_keras_serializable("audiogan_tf")
class WaveNet(Learner):
    """The probability of each mu-law code, given the codes before it, labels and the time.

    samples: of a clip; class_counts: classes of each condition, () for none; dilations: one for
    each layer; embedding: size of the condition; temperature: of the draws. Labels do
    not say which part of a word is due, so the condition also tells, in steps of HOP samples,
    which share of the word's length is over. While training that length is measured; `adapt`
    learns each class's average for later.
    Call: [codes (batch, samples) int, labels (batch, k) int] -> logits (batch, samples, 256),
    those at a sample made without it. `fit` takes what a GAN takes: sounds (clips, samples, 1),
    companded as Waveform.forward does, and labels.
    van den Oord et al. (2016). Built in lesson 11.
    """

    def __init__(
        self,
        samples,
        class_counts=(),
        channels=32,
        skip_channels=64,
        dilations=tuple(2**i for i in range(10)),
        embedding=64,
        temperature=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.samples, self.class_counts = samples, tuple(class_counts)
        self.channels, self.skip_channels = channels, skip_channels
        self.dilations, self.embedding = tuple(dilations), embedding
        self.temperature = temperature
        self.heard = layers.Embedding(LEVELS + 1, channels, name="heard")
        self.what = [layers.Embedding(count, embedding) for count in class_counts]
        self.plan = [layers.Dense(size * embedding, "relu") for size in (4, 4, 1)]
        usual = {"initializer": keras.initializers.Constant(samples), "trainable": False}
        self.lengths = self.add_weight(shape=(math.prod(class_counts),), name="lengths", **usual)
        widths, top = (channels, skip_channels), len(self.dilations) - 1
        self.stack = [GatedResidual(*widths, d, HOP, i == top) for i, d in enumerate(dilations)]
        self.head = [layers.Dense(skip_channels, "relu"), layers.Dense(LEVELS)]

    @property
    def receptive_field(self):
        """How many samples before it a sample can depend on: 1 + the sum of the dilations."""
        return 1 + sum(self.dilations)

    def usual_lengths(self, labels):
        """Samples until clips with these labels fall silent, on average: (batch,) float32."""
        return ops.take(self.lengths, class_numbers(labels, self.class_counts))

    def adapt(self, examples, labels=None):
        """Learn how long clips of each class last; self.

        examples: (clips, samples, 1) companded; labels: (clips, k) int.
        """
        lengths = np.asarray(sounding(examples))
        labels = np.zeros((len(lengths), 0)) if labels is None else as_columns(labels)
        place = np.asarray(class_numbers(np.asarray(labels, "int32"), self.class_counts))
        classes = self.lengths.shape[0]
        count = np.bincount(place, minlength=classes)
        total = np.bincount(place, lengths, minlength=classes)
        self.lengths.assign(np.where(count, total / np.maximum(count, 1), lengths.mean()))
        return self

    def conditions(self, labels, lengths=None, start=0, moments=None):
        """The condition of every moment: labels (batch, k) -> (batch, moments, embedding).

        lengths: samples until each clip falls silent, (batch,), what is usual by default;
        start: the first moment, one for all clips or one for each; moments: how many, all by
        default.
        """
        lengths = self.usual_lengths(labels) if lengths is None else lengths
        moments = ops.arange(moments or -(-self.samples // HOP)) + ops.reshape(start, [-1, 1])
        lengths, now = lengths[:, None], (ops.cast(moments, "float32") + 0.5) * HOP
        over = ops.minimum(now / lengths, 2.0)[..., None]  # (batch, moments, 1)
        angles = over * (np.pi / 2 * 2.0 ** np.arange(6, dtype="float32"))
        known = (now + ops.zeros_like(lengths), lengths + ops.zeros_like(now))
        known = [value[..., None] / self.samples for value in known]
        vectors = [over, ops.sin(angles), ops.cos(angles), *known]
        for column, embed in enumerate(self.what):
            what = embed(labels[:, column])[:, None]
            vectors.append(ops.zeros_like(over) + what)
        x = ops.concatenate(vectors, axis=-1)
        for layer in self.plan:
            x = layer(x)
        return x

    def predict_next(self, previous, condition):
        """Logits from the code before each sample: (batch, n) int -> (batch, n, 256)."""
        features, skipped = self.heard(previous), 0.0
        for layer in self.stack:
            features, skip = layer(features, condition)
            skipped = skipped + skip
        return self._logits(skipped)

    def _logits(self, skipped):
        hidden, logits = self.head
        return logits(hidden(ops.relu(skipped)))

    def build(self, input_shape=None):
        """Make all weights; the number of clips and samples changes none of them."""
        if not self.built:
            self.built = True
            codes = np.zeros((1, HOP), "int32")
            self([codes, np.zeros((1, len(self.class_counts)), "int32")])

    def compile(self, optimizer=None, crop=None, jit_compile=True, **kwargs):
        """Keras' own, with Adam by default; XLA halves the time of a step.

        crop: samples of a clip that a step learns from, all by default. They are the first ones,
        of every fourth clip the last ones: much of the end of a clip is silence.
        """
        optimizer = optimizer or keras.optimizers.Adam(2e-3, clipnorm=1.0)
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self.crop = crop

    @property
    def metrics(self):
        """None: a step's own loss is reported."""
        return []

    def train_step(self, data):
        sounds, labels = self.examples_and_labels(data)
        codes = to_codes(sounds[..., 0], BITS)
        crop = min(self.crop or codes.shape[1], codes.shape[1])
        last = (codes.shape[1] - crop) // HOP * HOP
        turn = ops.arange(ops.shape(codes)[0]) + ops.cast(self.optimizer.iterations, "int32")
        start = ops.where(turn % 4 == 3, last, 0)
        lengths, places = sounding(sounds), start[:, None] + ops.arange(crop)
        previous, codes = (ops.take_along_axis(x, places, 1) for x in (_before(codes), codes))
        with tf.GradientTape() as tape:
            condition = self.conditions(labels, lengths, start // HOP, -(-crop // HOP))
            logits = self.predict_next(previous, condition)
            loss = ops.mean(keras.losses.sparse_categorical_crossentropy(codes, logits, True))
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}

    def call(self, inputs):
        codes, labels = inputs
        return self.predict_next(_before(codes), self.conditions(labels))

    def generate(self, count, labels=None, seed=0, temperature=None, samples=None, lengths=None):
        """New clips, sample by sample, with queues that remember what each layer will need.

        count, labels, seed: as in GAN.generate. temperature: below 1 likelier samples, above 1
        less likely ones; the network's own by default. samples: how many, all by default.
        lengths: samples after which each clip shall fall silent, (count,); longer is slower.
        Returns (count, samples, 1) float32 in [-1, 1], companded as Waveform.forward does.
        Paine et al. (2016). Built in lesson 11.
        """
        asked = self._asked(count, labels, seed, temperature, samples, lengths)
        return to_levels(self.sing(*asked), BITS).numpy()[..., None]

    def _asked(self, count, labels, seed, temperature, samples, lengths):
        samples = self.samples if samples is None else samples
        if not 0 < samples <= self.samples:
            raise InputError(f"samples={samples}: this network makes 1 to {self.samples}")
        temperature = self.temperature if temperature is None else temperature
        if temperature <= 0:
            raise InputError(f"temperature={temperature}: give a number above 0, such as 1")
        labels = self.labels_for(count, labels)
        if labels.shape[1] != len(self.class_counts):
            raise InputError(
                f"labels have {labels.shape[1]} columns, this network takes "
                f"{len(self.class_counts)}: one for each condition"
            )
        labels, seed = tf.constant(labels), tf.constant(seed, tf.int32)
        lengths = self.usual_lengths(labels) if lengths is None else lengths
        lengths = tf.reshape(tf.cast(lengths, tf.float32), [count])
        return labels, lengths, samples, seed, tf.constant(temperature, tf.float32)

    @functools.cached_property
    def sing(self):
        """The loop over samples, compiled; arguments as `generate` makes them. Returns codes."""
        return tf.function(self._sing, jit_compile=True)

    def _sing(self, labels, lengths, samples, seed, temperature):
        """The loop over samples; one queue a layer holds its last `dilation` inputs."""
        count = labels.shape[0]
        condition = self.conditions(labels, lengths)
        told = tf.stack([layer.told(condition) for layer in self.stack], axis=2)
        queues = [tf.zeros([d, count, self.channels]) for d in self.dilations]
        codes = tf.zeros([samples, count], tf.int32)

        def step(t, previous, queues, codes):
            features, skipped, moved = self.heard(previous), 0.0, []
            for i, (layer, queue) in enumerate(zip(self.stack, queues, strict=True)):
                place = t % layer.dilation
                moved.append(tf.tensor_scatter_nd_update(queue, [[place]], features[None]))
                features, skip = layer.mix(features, queue[place], told[:, t // HOP, i])
                skipped = skipped + skip
            drawn = draw_codes(self._logits(skipped), t, seed, temperature)
            return t + 1, drawn, moved, tf.tensor_scatter_nd_update(codes, [[t]], drawn[None])

        start = (tf.constant(0), tf.fill([count], LEVELS), queues, codes)
        *_, codes = tf.while_loop(lambda t, *_: t < samples, step, start)
        return tf.transpose(codes)


def sounding(companded):
    """Samples until each clip falls silent for good: (batch, samples, 1) to (batch,) float32.

    At least HOP. Used in lesson 11.
    """
    places = ops.arange(1, ops.shape(companded)[1] + 1, dtype="float32")
    heard = ops.where(ops.abs(companded[..., 0]) > SILENT, places, 0.0)
    return ops.maximum(ops.max(heard, axis=1), float(HOP))


def _before(codes):
    """The code before each sample; before the first there is nothing yet."""
    return ops.pad(codes[:, :-1], [[0, 0], [1, 0]], constant_values=LEVELS)


@keras.saving.register_keras_serializable("audiogan_tf")
class Singer(layers.Layer):
    """A WaveNet as a generator: noise (batch, 2) and labels to (batch, samples, 1), companded.

    The noise only seeds the draws. For the kit's SoundGenerator.
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def build(self, *shapes):
        self.network.build()

    def compute_output_shape(self, noise_shape, labels_shape=None):
        return (noise_shape[0], self.network.samples, 1)

    def call(self, noise, labels=None):
        seed = tf.reduce_sum(tf.bitcast(noise, tf.int32))
        count = noise.shape[0]
        labels = tf.zeros([count, 0], tf.int32) if labels is None else labels
        temperature = tf.constant(self.network.temperature, tf.float32)
        lengths = self.network.usual_lengths(labels)
        codes = self.network.sing(labels, lengths, self.network.samples, seed, temperature)
        return to_levels(codes, BITS)[..., None]


def network_of(shape, **sizes):
    """The WaveNet for clips of (samples, 1), its weights made; sizes: its other arguments."""
    network = WaveNet(shape[0], **sizes)
    network.build()
    return network


def build_generator(shape, class_counts=(), **sizes):
    """A WaveNet that generates: noise (batch, 2) [, labels] -> (batch, samples, 1) companded.

    shape: (samples, 1); class_counts, sizes: arguments of WaveNet. Built in lesson 11.
    """
    network = network_of(shape, class_counts=class_counts, **sizes)
    inputs = with_labels(keras.Input([2], name="noise"), network.class_counts)
    return model_of(inputs, Singer(network)(*inputs), "generator")
