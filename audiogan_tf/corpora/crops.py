"""Endless batches made by a function of a random generator, such as cuts from long recordings."""

import functools

import numpy as np
import tensorflow as tf


def endless(draw, seed=0, start_step=0):
    """An endless tf.data pipeline of what `draw` makes.

    draw: function of a numpy Generator that returns one batch, an array or a dict or tuple of
    arrays, always of the same shapes. Step n of a seed is always the same batch, so a run that
    starts at `start_step` sees what it would have seen. Used in lesson 13.
    """
    form = tf.nest.map_structure(
        lambda array: tf.TensorSpec(array.shape, array.dtype), draw(np.random.default_rng(seed))
    )

    def batches():
        step = start_step
        while True:
            yield draw(np.random.default_rng([seed, step]))
            step += 1

    return tf.data.Dataset.from_generator(batches, output_signature=form).prefetch(4)


def crops(recordings, samples, batch_size=16, seed=0, start_step=0, quietest_db=-20.0):
    """An endless tf.data pipeline of stretches cut at random places of recordings.

    recordings: a list of waveforms (n,) float32, or several such lists, all of which are heard
    equally often, however long; those shorter than `samples` are left out. Each stretch is
    scaled down by 0 to `quietest_db` dB at random. seed, start_step: as in `endless`.
    Yields (batch_size, samples) float32. Used in lesson 13.
    """
    draw = stretches(recordings, samples, batch_size, quietest_db)
    return endless(draw, seed, start_step)


def stretches(recordings, samples, batch_size=16, quietest_db=-20.0):
    """A function of a numpy Generator that makes one batch of `crops`."""
    lists = recordings if isinstance(recordings[0], (list, tuple)) else [recordings]
    pools = [[wave for wave in some if len(wave) >= samples] for some in lists]
    return functools.partial(_batch, pools, samples, batch_size, quietest_db)


def _batch(pools, samples, batch_size, quietest_db, rng):
    rows = []
    for _ in range(batch_size):
        pool = pools[rng.integers(len(pools))]
        wave = pool[rng.integers(len(pool))]
        start = rng.integers(len(wave) - samples + 1)
        level = 10 ** (rng.uniform(quietest_db, 0) / 20)
        rows.append(wave[start : start + samples] * level)
    return np.stack(rows).astype("float32")
