"""The toy shows what lesson 08 says of the three heads."""

from audiogan_tf.lessons import toy_labels

import numpy as np
import pytest


def test_the_truth_itself_strays_by_sixteen_percent():
    rng = np.random.default_rng(0)
    drawn = rng.standard_normal((2, 20000)) + np.array(toy_labels.CENTRES)[:, None]
    assert toy_labels.strayed(drawn) == pytest.approx(0.159, abs=0.01)
    x = np.linspace(-8, 8, 801)
    for kind in (0, 1):
        assert toy_labels.density(x, kind).sum() * (x[1] - x[0]) == pytest.approx(1, abs=1e-3)


def test_the_three_heads_teach_what_the_lesson_says():
    strayed = {head: toy_labels.strayed(toy_labels.train(head, 600)) for head in toy_labels.HEADS}
    assert 0.4 < strayed["no label"] < 0.6
    assert 0.08 < strayed["projection"] < 0.25
    assert strayed["auxiliary"] < 0.5 * strayed["projection"]


def test_the_same_seed_draws_the_same():
    one, same = (toy_labels.train("projection", 5, seed=2) for _ in range(2))
    assert one.shape == (2, 2000)
    np.testing.assert_array_equal(one, same)
