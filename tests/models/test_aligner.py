"""Alignment by a network's ear: it mends what k-means leaves, and hears what it was taught."""

from audiogan_tf.models import aligner, alignment

import numpy as np
import pytest


@pytest.fixture(scope="module")
def speech():
    """Sentences of five of six symbols, each a noisy picture of its own."""
    rng = np.random.default_rng(0)
    looks = 0.7 * rng.normal(size=(6, 20))
    symbols = [rng.permutation(6)[:5] for _ in range(60)]
    durations = [rng.integers(2, 12, size=5) for _ in symbols]
    pictures = [
        np.repeat(looks[s], d, axis=0) + 0.3 * rng.normal(size=(d.sum(), 20))
        for s, d in zip(symbols, durations, strict=True)
    ]
    return symbols, durations, pictures


def shifted(durations, rng):
    """Durations whose borders are moved by up to three frames, each still at least one."""
    moved = []
    for some in durations:
        borders = np.cumsum(some)[:-1] + rng.integers(-3, 4, size=len(some) - 1)
        borders = np.concatenate([[0], np.sort(borders), [some.sum()]])
        new = np.maximum(1, np.diff(borders))
        new[-1] += some.sum() - new.sum()
        moved.append(new if new.min() > 0 else some)
    return moved


def test_borders_that_are_off_are_mended(speech):
    symbols, durations, pictures = speech
    given = shifted(durations, np.random.default_rng(1))
    found = aligner.refine_alignment(pictures, symbols, given, 6, rounds=2, steps=60)
    before, after = (
        np.abs(np.concatenate(some) - np.concatenate(durations)).mean() for some in (given, found)
    )
    assert before > 1.0
    assert after < before / 2
    assert all(f.sum() == len(p) for f, p in zip(found, pictures, strict=True))


def test_scores_favour_what_is_heard_more_often_than_it_occurs():
    network = aligner.build_aligner(4, 3, channels=8)
    kernel, bias = network.layers[-1].weights
    kernel.assign(np.zeros(kernel.shape))
    bias.assign(np.log([0.2, 0.3, 0.5]))
    picture = np.zeros((7, 4), "float32")
    scores = aligner.heard_scores(network, picture, np.array([2, 0]), np.array([0.4, 0.3, 0.3]))
    assert scores.shape == (2, 7)
    np.testing.assert_allclose(scores[0], np.log(0.5 / 0.3), atol=1e-5)
    np.testing.assert_allclose(scores[1], np.log(0.2 / 0.4), atol=1e-5)


def test_nothing_is_impossible_to_the_ear():
    network = aligner.build_aligner(4, 3, channels=8)
    network.layers[-1].weights[1].assign([100.0, 0.0, 0.0])
    scores = aligner.heard_scores(network, np.zeros((2, 4), "float32"), np.array([1]), np.ones(3))
    np.testing.assert_allclose(scores, aligner.LEAST)


def test_alignment_from_order_alone_is_a_start(speech):
    symbols, durations, pictures = speech
    found, *_ = alignment.learn_alignment(pictures, symbols, 6)
    assert np.abs(np.concatenate(found) - np.concatenate(durations)).mean() < 0.5
