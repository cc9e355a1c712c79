"""Forced alignment: the best monotonic path, and learning it from order alone."""

import itertools

from audiogan_tf.errors import InputError
from audiogan_tf.models import alignment

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st


def best_by_trying(scores):
    """The durations with the largest sum of scores, found by trying all of them."""
    symbols, frames = scores.shape
    best, found = -np.inf, None
    for cuts in itertools.combinations(range(1, frames), symbols - 1):
        durations = np.diff([0, *cuts, frames])
        owners = np.repeat(np.arange(symbols), durations)
        total = scores[owners, np.arange(frames)].sum()
        if total > best:
            best, found = total, durations
    return found


@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 10**6))
def test_the_path_is_the_best_of_all(symbols, more, seed):
    scores = np.random.default_rng(seed).normal(size=(symbols, symbols + more))
    np.testing.assert_array_equal(alignment.monotonic_path(scores), best_by_trying(scores))


def test_fewer_frames_than_symbols_are_refused():
    with pytest.raises(InputError, match="2 frames cannot hold 3 symbols"):
        alignment.monotonic_path(np.zeros((3, 2)))


def test_durations_are_found_from_the_order_of_symbols_alone():
    rng = np.random.default_rng(0)
    looks = rng.normal(size=(6, 5)) * 2  # what each of six symbols looks like in five bands
    symbols = [rng.permutation(6)[:4] for _ in range(40)]
    true = [rng.integers(2, 12, size=4) for _ in symbols]
    pictures = [
        np.repeat(looks[s], d, axis=0) + 0.1 * rng.normal(size=(d.sum(), 5))
        for s, d in zip(symbols, true, strict=True)
    ]
    found, means, spreads = alignment.learn_alignment(pictures, symbols, 6)
    wrong = np.abs(np.concatenate(found) - np.concatenate(true))
    assert wrong.mean() < 0.5
    assert all(f.sum() == len(p) for f, p in zip(found, pictures, strict=True))
    cosines = alignment.cepstrum_and_slopes(looks)[:, :5]
    np.testing.assert_allclose(means[:, :5], cosines, atol=0.3)
    assert (spreads >= alignment.LEAST_SPREAD).all()
    fit = alignment.fit_scores(alignment.cepstrum_and_slopes(pictures[0]), means, spreads)
    assert fit[symbols[0][0], 0] == fit[:, 0].max()


def test_all_cosines_of_few_bands_lose_nothing_and_slopes_follow_them():
    picture = np.random.default_rng(0).normal(size=(9, 5))
    features = alignment.cepstrum_and_slopes(picture)
    assert features.shape == (9, 10)
    energy = np.square(picture).sum(1)
    np.testing.assert_allclose(np.square(features[:, :5]).sum(1), energy)  # a turn in space
    np.testing.assert_allclose(features[4, 5:], (features[5, :5] - features[3, :5]) / 2)
    assert alignment.cepstrum_and_slopes(np.zeros((3, 40))).shape == (3, 2 * alignment.CEPSTRUM)
