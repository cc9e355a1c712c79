"""Stretches cut from long recordings."""

from audiogan_tf.corpora.crops import crops

import numpy as np


def first(data, count):
    return [batch.numpy() for batch in data.take(count)]


def test_a_batch_depends_on_seed_and_step_alone():
    recordings = [np.linspace(-1, 1, n, dtype="float32") for n in (50, 80)]
    some = first(crops(recordings, 20, 4, seed=3), 4)
    later = first(crops(recordings, 20, 4, seed=3, start_step=2), 2)
    np.testing.assert_array_equal(some[2:], later)
    assert (first(crops(recordings, 20, 4, seed=4), 1)[0] != some[0]).any()


def test_stretches_are_pieces_at_the_levels_asked_for():
    wave = np.arange(1, 101, dtype="float32")
    for stretch in first(crops([wave], 10, 32, quietest_db=-20.0), 3):
        steps = np.diff(stretch, axis=1)  # the level, as the wave rises by one a sample
        np.testing.assert_allclose(steps, steps[:, :1].repeat(9, 1), rtol=1e-4)
        assert (steps[:, 0] <= 1.0).all() and (steps[:, 0] >= 0.1 - 1e-6).all()
        first_value = stretch[:, 0] / steps[:, 0]
        np.testing.assert_allclose(first_value, first_value.round(), atol=1e-2)


def test_each_list_is_heard_equally_often_and_short_ones_not_at_all():
    ones, twos = [np.full(30, 1, "f4")] * 9 + [np.full(5, 9, "f4")], [np.full(30, -1, "f4")]
    drawn = np.concatenate(first(crops([ones, twos], 10, 50), 8))[:, 0]
    assert np.abs(drawn).max() <= 1.0
    assert abs(np.mean(drawn > 0) - 0.5) < 0.1
