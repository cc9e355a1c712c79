"""Three ways a label can reach a discriminator, tried on numbers whose classes overlap."""

from audiogan_tf.models.gan import GAN

import keras
import numpy as np
import tensorflow as tf
from keras import layers

HEADS = ("no label", "projection", "auxiliary")
CENTRES = (-1.0, 1.0)  # of class A and class B; each has a standard deviation of 1
STEPS, BATCH_SIZE = 1000, 128


def density(x, kind):
    """The density of one class at x, by which its numbers are drawn."""
    return np.exp(-0.5 * (np.asarray(x) - CENTRES[kind]) ** 2) / np.sqrt(2 * np.pi)


def strayed(drawn):
    """Share of numbers on the other class's side of zero; by `density` it is 0.16.

    drawn: numbers of class A, numbers of class B.
    """
    return float(np.mean(drawn[0] > 0) + np.mean(drawn[1] < 0)) / 2


def build_players(head, width=64):
    """A generator of numbers from noise (4) and a label, and a discriminator with one of HEADS.

    "no label": the discriminator never sees it; the others as in dcgan.build_discriminator.
    """
    noise, label, number = keras.Input([4]), keras.Input([1], dtype="int32"), keras.Input([1])
    x = layers.Concatenate()([noise, layers.Embedding(2, 8)(label[:, 0])])
    y, guess = number, []
    for _ in range(2):
        x = layers.Dense(width, "relu")(x)
        y = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(width)(y))
    logits = layers.Dense(1)(y)
    if head == "projection":
        logits = logits + layers.Dot(1)([y, layers.Embedding(2, width)(label[:, 0])])
    if head == "auxiliary":
        guess = [layers.Dense(2)(y)]
    logits = layers.Reshape([])(logits)
    discriminator = keras.Model([number, label], [logits, *guess] if guess else logits)
    return keras.Model([noise, label], layers.Dense(1)(x)), discriminator


def train(head, steps=STEPS, seed=0):
    """Train both players on the two classes (some seconds).

    Returns 2,000 numbers drawn for class A and 2,000 for class B, (2, 2000). Used in lesson 08.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    kinds = rng.integers(2, size=(steps * BATCH_SIZE, 1)).astype("int32")
    numbers = (rng.standard_normal(kinds.shape) + np.take(CENTRES, kinds)).astype("float32")
    batches = tf.data.Dataset.from_tensor_slices((numbers, kinds)).batch(BATCH_SIZE)
    gan = GAN(*build_players(head), r1_weight=0.1, r1_interval=4, ema=0.99, seed=seed)
    gan.compile(*[keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9) for _ in range(2)])
    gan.fit(batches, shuffle=False, verbose=0)
    return np.stack([gan.generate(2000, np.full(2000, k), seed=3)[:, 0] for k in (0, 1)])
