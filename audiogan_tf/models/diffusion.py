"""Diffusion: a network that takes noise out of pictures, and draws by doing so again and again."""

import itertools
import math

from audiogan_tf.models import replicas
from audiogan_tf.models.layers import (
    as_columns,
    condition_of,
    halvings,
    joined,
    model_of,
    with_labels,
)
from audiogan_tf.models.learner import Learner, follow

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

STEPS = 20  # of a draw


def shares(time):
    """What is left of a picture, and how much noise is in it: (alpha, sigma), squares add up to 1.

    time: of any shape, 0 (a clean picture) to 1 (noise alone). alpha = cos(pi/2 time): the cosine
    schedule of Nichol and Dhariwal (2021). Built in lesson 18.
    """
    angle = time * (math.pi / 2)
    return ops.cos(angle), ops.sin(angle)


def noised(images, noise, time):
    """Pictures with noise at given times: alpha * images + sigma * noise.

    images, noise: (batch, frames, bins, 1) float; time: (batch,) in [0, 1]. Returns pictures of
    the same shape. Ho, Jain and Abbeel (2020), equation 4. Built in lesson 18.
    """
    alpha, sigma = (share[:, None, None, None] for share in shares(time))
    return alpha * images + sigma * noise


def velocity(images, noise, time):
    """What the network is asked for: alpha * noise - sigma * images, the slope along the angle.

    Arguments and result as in `noised`. Its variance is alike at all times, and from it and the
    noisy picture both the picture and the noise follow. Salimans and Ho (2022). Built in
    lesson 18.
    """
    alpha, sigma = (share[:, None, None, None] for share in shares(time))
    return alpha * noise - sigma * images


def sample(network, noise, labels=None, steps=STEPS):
    """Pictures from noise, in a number of steps from time 1 to time 0 (DDIM).

    network: as build_network builds; noise: (batch, frames, bins, 1), the only chance in it;
    labels: (batch, k) int or None. In each step the network's guess of the clean picture gets
    back the noise of the next time. Returns (batch, frames, bins, 1) float32 in [-1, 1].
    Song, Meng and Ermon (2021). Built in lesson 18.
    """
    pictures, times = ops.convert_to_tensor(noise), np.linspace(1, 0, steps + 1)
    for now, then in itertools.pairwise(times):
        time = ops.full([ops.shape(noise)[0], 1], now, dtype="float32")
        slope = network([time, *_with(pictures, labels)], training=False)
        clean, pictures = _one_step(pictures, ops.cast(slope, pictures.dtype), now, then)
    return clean


def _one_step(pictures, slope, now, then):
    """The clean pictures that a slope tells of, and the noisy ones of the next time."""
    alpha, sigma = math.cos(math.pi / 2 * now), math.sin(math.pi / 2 * now)
    clean = ops.clip(alpha * pictures - sigma * slope, -1, 1)
    noise = (pictures - alpha * clean) / sigma
    return clean, math.cos(math.pi / 2 * then) * clean + math.sin(math.pi / 2 * then) * noise


def _with(pictures, labels):
    """A list of pictures and, for a network that takes them, labels, all tensors."""
    inputs = joined(pictures, None if labels is None else as_columns(labels))
    return inputs if isinstance(inputs, list) else [inputs]


@keras.saving.register_keras_serializable("audiogan_tf")
class ToldBlock(layers.Layer):
    """A residual block whose features are scaled and shifted by a condition.

    Inputs: features (batch, frames, bins, channels) and condition (batch, size); features come
    back in their shape, unchanged at the beginning. Perez et al., FiLM (2018). Used in lesson 18.
    """

    def build(self, shapes):
        channels = shapes[0][-1]
        self.tell = layers.Dense(2 * channels, kernel_initializer="zeros")
        self.look = layers.Conv2D(channels, 3, padding="same")
        self.mix = layers.Conv2D(channels, 1, kernel_initializer="zeros")
        self.tell.build(shapes[1])
        self.look.build(shapes[0])
        self.mix.build(shapes[0])

    def call(self, inputs):
        features, condition = inputs
        size = ops.mean(ops.square(features), axis=-1, keepdims=True)
        scale, shift = ops.split(self.tell(condition)[:, None, None], 2, axis=-1)
        x = features * ops.rsqrt(size + 1e-4) * (1 + scale) + shift
        return features + self.mix(ops.silu(self.look(ops.silu(x))))


def build_network(shape, class_counts=(), channels=20, embedding=32):
    """A U-Net from a time and noisy pictures (and labels) to velocities.

    shape: (frames, bins, 1), both sides divisible by 4 or more; class_counts: as in
    dcgan.build_generator; channels: after the first halving, twice as many after each other.
    Model: [time (batch, 1), pictures (batch, frames, bins, 1) [, labels (batch, k) int]] ->
    (batch, frames, bins, 1). Ronneberger, Fischer and Brox (2015); Ho, Jain and Abbeel (2020).
    Used in lesson 18.
    """
    depth = min(halvings(shape)[0], 3)
    time = keras.Input([1], name="time")
    inputs = [time, *with_labels(keras.Input(shape, name="pictures"), class_counts)]
    angles = layers.Concatenate()([time * float(math.pi * 2**k) for k in range(5)])
    clock = layers.Concatenate()([ops.sin(angles), ops.cos(angles)])
    told = condition_of([clock, *inputs[2:]], class_counts, embedding, "diffusion_embedding")
    told = layers.Dense(4 * embedding, activation="silu")(told)
    x, passed = inputs[1], []
    for i in range(depth):
        passed.append(x)
        x = layers.Conv2D(channels * 2**i, 4, 2, padding="same")(x)
        x = ToldBlock()([x, told]) if i else x  # at half the size it would cost most
    x = ToldBlock()([ToldBlock()([x, told]), told])
    for i in range(depth - 1, 0, -1):
        x = layers.Conv2DTranspose(channels * 2 ** (i - 1), 4, 2, padding="same")(x)
        x = layers.Concatenate()([x, passed[i]])
        x = ToldBlock()([x, told]) if i > 1 else ops.silu(x)
    return model_of(inputs, layers.Conv2DTranspose(1, 4, 2, padding="same")(x), "diffusion")


@keras.saving.register_keras_serializable("audiogan_tf")
class Sampler(layers.Layer):
    """`sample` as a layer: noise (batch, frames * bins) and labels to pictures."""

    def __init__(self, network, steps, **kwargs):
        super().__init__(**kwargs)
        self.network, self.steps, self.places = network, steps, network.inputs[1].shape[1:]

    def call(self, noise, labels=None):
        return sample(self.network, ops.reshape(noise, [-1, *self.places]), labels, self.steps)

    def compute_output_shape(self, noise_shape, labels_shape=None):
        return (noise_shape[0], *self.places)


def build_generator(shape, class_counts=(), channels=20, embedding=32, steps=STEPS):
    """A network that draws like any other generator: from noise and labels, in `steps` steps.

    shape, class_counts, channels, embedding: as in build_network, whose weights it holds.
    Model: noise (batch, frames * bins) [, labels (batch, k) int] -> (batch, frames, bins, 1)
    float32 in [-1, 1]. Used in lesson 18.
    """
    return _player(build_network(shape, class_counts, channels, embedding), class_counts, steps)


def _player(network, class_counts, steps):
    size = int(np.prod(network.inputs[1].shape[1:]))
    inputs = with_labels(keras.Input([size], name="noise"), class_counts)
    return model_of(inputs, Sampler(network, steps, name="sampler")(*inputs), "generator")


@keras.saving.register_keras_serializable("audiogan_tf")
class Diffusion(Learner):
    """A network that learns to take noise out of pictures, at every share of noise.

    shape, class_counts, channels, embedding, steps: as in build_generator. ema: decay of the
    averaged network, which is the one that draws. Ho, Jain and Abbeel (2020); for sound Kong et
    al., DiffWave (2021). Built in lesson 18.
    """

    def __init__(
        self,
        shape,
        class_counts=(),
        channels=20,
        embedding=32,
        steps=STEPS,
        ema=0.999,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.class_counts = tuple(shape), tuple(class_counts)
        self.channels, self.embedding, self.steps = channels, embedding, steps
        self.ema, self.seed = ema, seed
        self.network = build_network(shape, class_counts, channels, embedding)
        averaged = keras.models.clone_model(self.network)
        averaged.set_weights(self.network.get_weights())
        averaged.trainable = False
        self.averaged, self.drawer = averaged, _player(averaged, class_counts, steps)
        self.noise = keras.random.SeedGenerator(seed)
        self.latent_dim = self.drawer.inputs[0].shape[-1]
        self.built = True  # so that a .keras file restores the optimizer as well

    def call(self, inputs, training=False):
        """The averaged network's pictures for [noise] or [noise, labels]."""
        return self.drawer(inputs, training=training)

    def player(self):
        """The averaged network, drawing in `steps` steps."""
        return self.drawer

    def loss_of(self, images, noise, time, labels=None):
        """The mean squared error of each picture's velocity, (batch,); arguments as in `noised`."""
        time = ops.convert_to_tensor(time)
        given = [time[:, None], *_with(noised(images, noise, time), labels)]
        slope = self.network(given, training=True)
        return ops.mean(ops.square(slope - velocity(images, noise, time)), axis=(1, 2, 3))

    def train_step(self, data):
        images, labels = self.examples_and_labels(data)
        images = ops.cast(images, keras.config.floatx())
        drawn = replicas.draw_share(self._draw, ops.shape(images)[0])
        noise, time = ops.reshape(drawn[:, :-1], ops.shape(images)), drawn[:, -1]
        with tf.GradientTape() as tape:
            errors = self.loss_of(images, noise, time, labels)
            loss = ops.mean(errors)
        variables = self.network.trainable_variables
        self.optimizer.apply(replicas.share_of(tape.gradient(loss, variables)), variables)
        follow(self.averaged.variables, self.network.variables, self.ema, self.optimizer.iterations)
        return {"loss": loss, "clean_error": ops.mean(ops.square(shares(time)[1]) * errors)}

    def _draw(self, examples):
        """Noise, and in the last column times that fill [0, 1] evenly, one from each part of it.

        Kingma et al., variational diffusion models (2021), appendix I.
        """
        noise = keras.random.normal([examples, self.latent_dim], seed=self.noise)
        offset = keras.random.uniform([examples, 1], seed=self.noise)
        places = ops.cast(ops.arange(examples), offset.dtype)[:, None]
        return ops.concatenate([noise, (places + offset) / ops.cast(examples, offset.dtype)], 1)
