"""Toy distributions that a GAN learns in seconds: seen as points, counted, heard as notes."""

import itertools
import math

from audiogan_tf.models.gan import GAN

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.spatial import distance

SAMPLE_RATE = 16000  # Hz, of every sound made here
BATCH_SIZE = 256
RING_SPREAD = 0.05
RING_ANGLES = np.pi / 16 + np.pi / 4 * np.arange(8)  # turned, so that no two modes share an x
RING_CENTRES = np.stack([np.cos(RING_ANGLES), np.sin(RING_ANGLES)], axis=1)  # (8, 2)
MIXTURE_CENTRES, MIXTURE_SPREAD = np.array([-1.0, 1.0]), 0.4


def ring(count, seed=0):
    """Draw points from eight narrow Gaussians on a circle of radius 1: (count, 2) float32.

    Used in lesson 04.
    """
    rng = np.random.default_rng(seed)
    centres = RING_CENTRES[rng.integers(len(RING_CENTRES), size=count)]
    return (centres + RING_SPREAD * rng.standard_normal((count, 2))).astype("float32")


def mixture(count, seed=0):
    """Draw numbers from two Gaussians on the line: (count, 1) float32. Used in lesson 04."""
    rng = np.random.default_rng(seed)
    centres = MIXTURE_CENTRES[rng.integers(len(MIXTURE_CENTRES), size=count)]
    numbers = centres + MIXTURE_SPREAD * rng.standard_normal(count)
    return numbers[:, None].astype("float32")


def mixture_density(x):
    """The density from which `mixture` draws, at x of any shape."""
    x = np.asarray(x, "float64")[..., None]
    bumps = np.exp(-0.5 * ((x - MIXTURE_CENTRES) / MIXTURE_SPREAD) ** 2)
    return bumps.mean(axis=-1) / (MIXTURE_SPREAD * np.sqrt(2 * np.pi))


def build_players(dimensions, latent_dim=2, width=64):
    """A generator and a discriminator of two hidden layers each, for points of `dimensions`.

    Models: noise (batch, latent_dim) -> (batch, dimensions); points -> (batch,) logits.
    Built in lesson 04.
    """
    noise, point = keras.Input([latent_dim]), keras.Input([dimensions])
    x, y = noise, point
    for _ in range(2):
        x = layers.Dense(width, "relu")(x)
        y = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(width)(y))
    logits = layers.Reshape([])(layers.Dense(1)(y))
    return keras.Model(noise, layers.Dense(dimensions)(x)), keras.Model(point, logits)


def train(sample, at=(0, 300, 600, 1200), seed=0, rates=(1e-3, 5e-3), watch=None, **options):
    """Train a GAN on a toy distribution and look at it at the steps `at`.

    sample: ring or mixture; rates: learning rates of generator and discriminator at the start,
    falling to a tenth; watch: what to keep, a function of the GAN, by default 1,000 generated
    points; options: of models.GAN (loss, r1_weight, ...). The generator is not averaged, so
    nothing of its wandering is hidden.
    Returns what `watch` gave, one entry a step of `at`. Used in lesson 04.
    """
    keras.utils.set_random_seed(seed)
    watch = watch or (lambda gan: gan.generate(1000, seed=seed))
    batches = sample(BATCH_SIZE * at[-1], seed).reshape(at[-1], BATCH_SIZE, -1)
    gan = GAN(*build_players(batches.shape[-1]), ema=0.0, seed=seed, **options)
    at_once = math.gcd(50, *at)  # a graph of few calls draws a warning
    gan.compile(*[_optimizer(rate, at[-1]) for rate in rates], steps_per_execution=at_once)
    seen = [watch(gan)]
    for start, stop in itertools.pairwise(at):
        data = tf.data.Dataset.from_tensor_slices(batches[start:stop])
        gan.fit(data, verbose=0, shuffle=False)
        seen.append(watch(gan))
    return seen


def _optimizer(rate, steps):
    """Adam without momentum, which would carry the players past each other."""
    falling = keras.optimizers.schedules.PolynomialDecay(rate, steps, rate / 10)
    return keras.optimizers.Adam(falling, beta_1=0.0, beta_2=0.99)


def train_discriminator(discriminator, real, fake, steps=1200, batch_size=512, seed=0):
    """Train a discriminator alone, as a classifier of points that stay as they are.

    real, fake: (n, dimensions) points of density p and q; its sigmoid then tends to
    p / (p + q). Used in lesson 04.
    """
    keras.utils.set_random_seed(seed)
    batches = []
    for i, points in enumerate((real, fake)):
        points = tf.data.Dataset.from_tensor_slices(np.asarray(points, "float32"))
        points = points.shuffle(len(points), seed=seed + i).repeat().batch(batch_size // 2)
        batches.append(points)
    data = tf.data.Dataset.zip(*batches).map(
        lambda a, b: (tf.concat([a, b], 0), tf.repeat([1.0, 0.0], batch_size // 2))
    )
    rate = keras.optimizers.schedules.PolynomialDecay(5e-3, steps, 1e-4)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=50)
    discriminator.fit(data, steps_per_epoch=steps, verbose=0, shuffle=False)


def pulls(loss, fake_logits, real_logit=0.0):
    """Slopes of both players' losses at each generated sample's logit, on its own.

    loss: a function of (real_logits, fake_logits); fake_logits: (n,); real_logit: of the real
    samples beside them. A positive slope pulls the logit down. Returns two (n,) arrays,
    discriminator's and generator's. Used in lesson 04.
    """
    fake = tf.constant(fake_logits, "float32")
    real = tf.fill(fake.shape, tf.cast(real_logit, "float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        pair = loss(real, fake)
    return tuple(tape.gradient(one, fake).numpy() * len(fake) for one in pair)


def energy_distance(one, other):
    """How far two clouds of points are apart: 2 E|a - b| - E|a - a'| - E|b - b'|, 0 if equal.

    one, other: (n, dimensions) and (m, dimensions). Returns a float >= 0; two draws from one
    distribution give a little more than 0. Szekely and Rizzo (2013). Used in lesson 04.
    """
    pairs = ((one, other), (one, one), (other, other))
    across, within, among = (distance.cdist(a, b).mean() for a, b in pairs)
    return float(2 * across - within - among)


def count_modes(points):
    """How many of the ring's eight modes a cloud has found, and the share of points in one.

    points: (n, 2). A point belongs to a mode within 3 spreads of its centre; a mode is found if
    it holds a tenth of its fair share. Returns an int and a float. After Srivastava et al.
    (2017). Used in lesson 04.
    """
    near = np.linalg.norm(points[:, None] - RING_CENTRES[None], axis=-1) < 3 * RING_SPREAD
    found = near.mean(axis=0) >= 0.1 / len(RING_CENTRES)
    return int(found.sum()), float(near.any(axis=1).mean())


def melody(points, seconds=0.2):
    """Points as notes: x is the pitch, 440 * 2**x Hz, and y the brightness, -1 dull to 1 sharp.

    points: (n, 2), n notes of `seconds` each. Returns (samples,) float32 in [-1, 1] at
    SAMPLE_RATE. Heard in lesson 04.
    """
    length = round(seconds * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    envelope = 10 ** (-3 * time / 0.6) * np.clip(time / 0.004, 0, 1)
    envelope *= np.clip((seconds - time) / 0.02, 0, 1)
    return np.concatenate([_tone(*np.repeat(p[:, None], length, axis=1)) for p in points]) * (
        np.tile(envelope, len(points)).astype("float32")
    )


def glide(path, seconds=3.0):
    """A path as one sliding tone, read as `melody` reads its points.

    path: (n, 2). Returns (samples,) float32 in [-1, 1] at SAMPLE_RATE. Heard in lesson 04.
    """
    time = np.linspace(0, len(path) - 1, round(seconds * SAMPLE_RATE))
    x, y = (np.interp(time, np.arange(len(path)), axis) for axis in np.transpose(path))
    ends = np.clip(np.minimum(np.arange(len(time)), np.arange(len(time))[::-1]) / 320, 0, 1)
    return _tone(x, y) * ends.astype("float32")


def _tone(x, y, partials=8):
    """Pitch x and brightness y, one pair a sample; steady in power, no partial above Nyquist."""
    frequency = 440 * 2 ** np.clip(x, -2, 2)
    phase = 2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE
    fall = 0.45 + 0.4 * np.clip(y, -1, 1)  # from each partial to the next
    orders = np.arange(1, partials + 1)[:, None]
    gains = fall ** (orders - 1) * (orders * frequency < SAMPLE_RATE / 2)
    waves = (gains * np.sin(orders * phase)).sum(axis=0) / np.sqrt((gains**2).sum(axis=0))
    return (0.3 * waves).astype("float32")
