"""Deletion: a map that names what counts lets the score fall first."""

from audiogan_tf import judging
from audiogan_tf.errors import InputError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SHARES = np.array([0, 0.1, 0.3, 1.0])


def pictures(seed, clips=3):
    return np.random.default_rng(seed).uniform(-1, 1, (clips, 6, 8, 1)).astype("float32")


def weighted(weights):
    return lambda images: np.sum((images[..., 0] + 1) * weights, axis=(-2, -1))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_no_order_beats_the_cells_true_parts_in_a_linear_score(seed):
    rng, images = np.random.default_rng(seed), pictures(seed)
    weights = rng.uniform(0, 1, images.shape[:-1])
    score = weighted(weights)
    true = judging.deletion_curve(score, images, (images[..., 0] + 1) * weights, SHARES)
    other = judging.deletion_curve(score, images, rng.random(weights.shape), SHARES)
    assert np.all(true <= other + 1e-4)
    assert np.allclose(true[:, 0], score(images)) and np.allclose(true[:, -1], 0, atol=1e-5)
    assert np.all(judging.area_under(true, SHARES) <= judging.area_under(other, SHARES) + 1e-4)


def test_the_pictures_are_left_alone_and_shapes_are_checked():
    images = pictures(0)
    before = images.copy()
    judging.deletion_curve(weighted(1), images, images[..., 0], SHARES)
    assert np.array_equal(images, before)
    with pytest.raises(InputError, match="maps of shape"):
        judging.deletion_curve(weighted(1), images, images[:2, ..., 0], SHARES)


def test_the_area_is_the_mean_height():
    assert np.allclose(judging.area_under(np.array([[2.0, 2.0, 2.0, 2.0]]), SHARES), 2)
    assert np.allclose(judging.area_under(np.array([[1.0, 0.0]]), np.array([0, 0.5])), 0.5)


@pytest.mark.parametrize("size", [2, 4, 5])
def test_occlusion_says_what_each_block_adds(size):
    image = pictures(1)[0]
    lost = judging.occlusion(weighted(1), image, size)
    assert lost.shape == (6, 8) and lost.dtype == np.float32
    for i, j in ((0, 0), (5, 7)):
        top, left = i // size * size, j // size * size
        block = (image[top : top + size, left : left + size] + 1).sum()
        assert np.isclose(lost[i, j], block, rtol=1e-4)
