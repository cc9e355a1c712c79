"""Endless batches of stretches cut at random places of long recordings."""

import numpy as np
import tensorflow as tf


def crops(recordings, samples, batch_size=16, seed=0, start_step=0, quietest_db=-20.0):
    """An endless tf.data pipeline of stretches of recordings.

    recordings: a list of waveforms (n,) float32, or several such lists, all of which are heard
    equally often, however long; those shorter than `samples` are left out. Each stretch is
    scaled down by 0 to `quietest_db` dB at random. Batch n of a seed is always the same one,
    so a run that starts at `start_step` sees what it would have seen.
    Yields (batch_size, samples) float32. Used in lesson 13.
    """
    lists = recordings if isinstance(recordings[0], (list, tuple)) else [recordings]
    pools = [[wave for wave in some if len(wave) >= samples] for some in lists]

    def one(rng):
        pool = pools[rng.integers(len(pools))]
        wave = pool[rng.integers(len(pool))]
        start = rng.integers(len(wave) - samples + 1)
        return wave[start : start + samples] * 10 ** (rng.uniform(quietest_db, 0) / 20)

    def batches():
        step = start_step
        while True:
            rng = np.random.default_rng([seed, step])
            yield np.stack([one(rng) for _ in range(batch_size)]).astype("float32")
            step += 1

    form = tf.TensorSpec([batch_size, samples], tf.float32)
    return tf.data.Dataset.from_generator(batches, output_signature=form).prefetch(4)
