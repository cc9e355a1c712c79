"""Gaps filled without learning: what is known stays, what can be predicted comes back."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import signal_to_noise_ratio
from audiogan_tf.sound import interpolation

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WAYS = (interpolation.silent, interpolation.linear, interpolation.autoregressive)


def tones(samples=4000):
    time = np.arange(samples) / 16000
    return (np.sin(2 * np.pi * 300 * time) + 0.5 * np.sin(2 * np.pi * 710 * time + 1)).astype("f")


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None, max_examples=20)
@given(start=st.integers(1, 1500), length=st.integers(1, 400), seed=st.integers(0, 9))
def test_outside_the_gap_nothing_changes_and_inside_nothing_is_read(way, start, length, seed):
    sound = np.random.default_rng(seed).standard_normal(2000).astype("float32")
    torn = sound.copy()
    torn[start : start + length] = 77.0
    filled = way(torn, start, length)
    outside = np.delete(np.arange(2000), np.arange(start, start + length))
    np.testing.assert_array_equal(filled[outside], sound[outside])
    assert np.isfinite(filled).all() and np.abs(filled).max() < 70
    np.testing.assert_allclose(filled, way(sound, start, length), atol=1e-5)


def test_tones_come_back_by_prediction_and_not_by_a_line():
    sound, gap = tones(), slice(1500, 2460)
    heard = interpolation.autoregressive(sound, 1500, 960)
    line = interpolation.linear(sound, 1500, 960)
    assert signal_to_noise_ratio(sound[gap], heard[gap]) > 30
    assert signal_to_noise_ratio(sound[gap], line[gap]) < 3


def test_burg_finds_the_predictor_that_made_a_sound():
    made = np.array([1.0, -1.6, 0.81])
    rng, sound = np.random.default_rng(0), np.zeros(20000)
    for i, surprise in enumerate(rng.standard_normal(len(sound))):
        sound[i] = surprise - made[1] * sound[i - 1] - made[2] * sound[i - 2]
    np.testing.assert_allclose(interpolation.burg([sound], 2), made, atol=0.03)
    halves = [sound[:9000], sound[9000:]]
    np.testing.assert_allclose(interpolation.burg(halves, 2), made, atol=0.03)


def test_the_least_surprising_samples_surprise_least():
    rng, predictor = np.random.default_rng(1), np.array([1.0, -0.9, 0.2, 0.1])
    piece, gap = rng.standard_normal(60), slice(20, 35)

    def surprise(samples):
        filled = piece.copy()
        filled[gap] = samples
        return np.sum(np.convolve(filled, predictor, "valid") ** 2)

    best = interpolation.least_surprising(piece, gap, predictor)
    for _ in range(20):
        assert surprise(best) < surprise(best + 0.01 * rng.standard_normal(15))


@pytest.mark.parametrize("start, length", [(0, 10), (5, 0), (90, 10), (95, 10), (-3, 10)])
def test_a_gap_that_does_not_lie_inside_is_refused(start, length):
    with pytest.raises(InputError, match="does not lie inside"):
        interpolation.autoregressive(np.ones(100), start, length)
