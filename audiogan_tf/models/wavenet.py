"""WaveNet: each sample drawn from what the samples before it make likely."""

import functools

from audiogan_tf.errors import InputError
from audiogan_tf.models.conditioning import HOP, Conditioning, sounding
from audiogan_tf.models.layers import GatedResidual, model_of, with_labels
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.sampling import draw_codes
from audiogan_tf.sound.quantisation import to_codes, to_levels

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

BITS = 8
LEVELS = 2**BITS  # codes of a sample; one more stands for "nothing yet"


@keras.saving.register_keras_serializable("audiogan_tf")
class WaveNet(Learner):
    """The probability of each mu-law code, given the codes before it, labels and the time.

    samples: of a clip; class_counts: classes of each condition, () for none; dilations: one for
    each layer; embedding: size of the condition; temperature: of the draws; latent_size: numbers
    that tell a whole clip, see ClipLatent, 0 for none. What is told at each moment, labels, time
    and latent, is the work of Conditioning.
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
        latent_size=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.samples, self.class_counts = samples, tuple(class_counts)
        self.channels, self.skip_channels = channels, skip_channels
        self.dilations, self.embedding = tuple(dilations), embedding
        self.temperature, self.latent_size = temperature, latent_size
        self.heard = layers.Embedding(LEVELS + 1, channels, name="heard")
        self.told = Conditioning(samples, class_counts, embedding, latent_size)
        widths, top = (channels, skip_channels), len(self.dilations) - 1
        self.stack = [GatedResidual(*widths, d, HOP, i == top) for i, d in enumerate(dilations)]
        self.head = [layers.Dense(skip_channels, "relu"), layers.Dense(LEVELS)]

    @property
    def receptive_field(self):
        """How many samples before it a sample can depend on: 1 + the sum of the dilations."""
        return 1 + sum(self.dilations)

    def usual_lengths(self, labels):
        """Samples until clips with these labels fall silent, on average: (batch,) float32."""
        return self.told.usual_lengths(labels)

    def adapt(self, examples, labels=None):
        """Learn how long clips of each class last; self.

        examples: (clips, samples, 1) companded; labels: (clips, k) int.
        """
        self.told.adapt(examples, labels)
        return self

    def fit_latent(self, examples, labels):
        """Measure where the latents of each class lie, with the weights as they are; self.

        examples: (clips, samples, 1) companded; labels: (clips, k) int. Without a latent there is
        nothing to measure.
        """
        if self.latent_size:
            self.told.fit_latent(examples, labels)
        return self

    def conditions(self, labels, lengths=None, start=0, moments=None, latent=None):
        """What is told at every moment, (batch, moments, embedding); see Conditioning."""
        return self.told(labels, lengths, start=start, moments=moments, latent=latent)

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
            labels = np.zeros((1, len(self.class_counts)), "int32")
            self([codes, labels])
            self.told.notice(np.zeros((1, self.samples, 1), "float32"), labels, np.float32([HOP]))

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
            latent, cost = self.told.notice(sounds, labels, lengths)
            condition = self.conditions(labels, lengths, start // HOP, -(-crop // HOP), latent)
            logits = self.predict_next(previous, condition)
            loss = ops.mean(keras.losses.sparse_categorical_crossentropy(codes, logits, True))
            total = loss + cost / crop
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(total, variables), variables)
        return {"loss": loss}

    def call(self, inputs):
        codes, labels = inputs
        return self.predict_next(_before(codes), self.conditions(labels))

    def generate(self, count, labels=None, seed=0, temperature=None, samples=None, lengths=None):
        """New clips, sample by sample, with queues that remember what each layer will need.

        count, labels, seed: as in GAN.generate. temperature: below 1 likelier samples, above 1
        less likely ones; the network's own by default. samples: how many, all by default.
        lengths: samples after which each clip shall fall silent, (count,); longer is slower.
        The latent of each clip, if the network has one, is drawn first, by the seed.
        Returns (count, samples, 1) float32 in [-1, 1], companded as Waveform.forward does.
        Paine et al. (2016). Built in lesson 11.
        """
        asked = self._asked(count, labels, seed, temperature, samples, lengths)
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_size), "float32")
        codes = self.sing(*asked, self.told.place(noise, asked[0]))
        return to_levels(codes, BITS).numpy()[..., None]

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
        return tf.function(self._sing, jit_compile=True, autograph=False)

    def _sing(self, labels, lengths, samples, seed, temperature, latent):
        """The loop over samples; one queue a layer holds its last `dilation` inputs."""
        count = labels.shape[0]
        condition = self.conditions(labels, lengths, latent=latent)
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


def _before(codes):
    """The code before each sample; before the first there is nothing yet."""
    return ops.pad(codes[:, :-1], [[0, 0], [1, 0]], constant_values=LEVELS)


@keras.saving.register_keras_serializable("audiogan_tf")
class Singer(layers.Layer):
    """A WaveNet as a generator: noise (batch, n + 2) and labels to (batch, samples, 1), companded.

    The first n numbers draw the clip's latent; all together seed the samples. For the kit's
    SoundGenerator.
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
        network = self.network
        latent = network.told.place(noise[:, : network.latent_size], labels)
        about = network.usual_lengths(labels), network.samples, seed, network.temperature
        codes = network.sing(labels, *about, latent)
        return to_levels(codes, BITS)[..., None]


def network_of(shape, **sizes):
    """The WaveNet for clips of (samples, 1), its weights made; sizes: its other arguments."""
    network = WaveNet(shape[0], **sizes)
    network.build()
    return network


def build_generator(shape, class_counts=(), **sizes):
    """A WaveNet that generates: noise (batch, n + 2) [, labels] -> (batch, samples, 1) companded.

    shape: (samples, 1); class_counts, sizes: arguments of WaveNet. Built in lesson 11.
    """
    network = network_of(shape, class_counts=class_counts, **sizes)
    noise = keras.Input([network.latent_size + 2], name="noise")
    inputs = with_labels(noise, network.class_counts)
    return model_of(inputs, Singer(network)(*inputs), "generator")
