"""A network that hears which symbol a frame belongs to, and alignment by what it hears."""

from audiogan_tf.models.alignment import monotonic_path

import keras
import numpy as np
from keras import layers

CROP, BATCH = 100, 16  # frames of a stretch, stretches of a training step
DROPOUT = 0.2
LEAST = -12.0  # of a logarithm of a probability: nothing is impossible


def build_aligner(bands, count, channels=192):
    """A network from pictures to what is heard in each of their frames.

    Model: (batch, frames, bands) -> (batch, frames, count) logits; each sees four frames before
    and four after its own. Built in lesson 13.
    """
    picture = heard = keras.Input([None, bands])
    for _ in range(2):
        heard = layers.Conv1D(channels, 5, padding="same")(heard)
        heard = layers.LayerNormalization()(heard)
        heard = layers.Activation("gelu")(heard)
        heard = layers.Dropout(DROPOUT)(heard)
    return keras.Model(picture, layers.Dense(count)(heard), name="aligner")


def heard_scores(network, picture, symbols, shares):
    """How well each frame fits each symbol by a network's ear: (symbols, frames) float32.

    picture: (frames, bands); symbols: (n,) int; shares: (count,), how often each symbol occurs.
    The logarithm of how much likelier a symbol is in this frame than in any; Bourlard and Morgan
    (1990).
    """
    heard = keras.ops.log_softmax(network(picture[None])[0])  # (frames, count)
    heard = np.maximum(heard, LEAST)
    return (heard - np.log(shares))[:, symbols].T


def refine_alignment(pictures, symbols, durations, count, rounds=4, steps=400, seed=0):
    """Durations that get better as a network learns to hear them.

    pictures: list of (frames, bands) float; symbols: list of (n,) int, below `count`; durations:
    list of (n,) int, such as learn_alignment's. In each round a fresh network learns which symbol
    each frame belongs to, `steps` batches long, and each recording's best path under what it hears
    gives new durations. Returns a list of (n,) int32. Built in lesson 13.
    """
    rng = np.random.default_rng(seed)
    pictures = [np.asarray(picture, "float32") for picture in pictures]
    for _ in range(rounds):
        labels = [np.repeat(s, d) for s, d in zip(symbols, durations, strict=True)]
        network = _trained(pictures, labels, count, steps, rng)
        shares = np.bincount(np.concatenate(labels), minlength=count) + 1.0
        shares /= shares.sum()
        durations = [
            monotonic_path(heard_scores(network, picture, s, shares))
            for picture, s in zip(pictures, symbols, strict=True)
        ]
    return durations


def _trained(pictures, labels, count, steps, rng):
    network = build_aligner(pictures[0].shape[1], count)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss, jit_compile=True)
    stretches, answers = [], []
    for number in rng.integers(len(pictures), size=steps * BATCH):
        frames = len(labels[number])
        start = rng.integers(max(1, frames - CROP + 1))
        take = np.minimum(np.arange(start, start + CROP), frames - 1)
        stretches.append(pictures[number][take])
        answers.append(labels[number][take])
    data = np.stack(stretches), np.stack(answers)
    network.fit(*data, batch_size=BATCH, shuffle=False, verbose=0)
    return network
