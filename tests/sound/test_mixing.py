"""Speech in rooms and noise at a given ratio."""

from audiogan_tf.sound import mixing

import numpy as np
import pytest

RATE = 16000


def speech(seed=0, samples=RATE):
    return np.random.default_rng(seed).standard_normal(samples).astype("float32") * 0.1


@pytest.mark.parametrize("snr", [-5.0, 0.0, 12.5])
def test_noise_lies_the_asked_decibels_below_the_speech(snr):
    one, other = speech(0), 3 * speech(1)
    noise = mixing.noise_gain(one, other, snr) * other
    assert 10 * np.log10(np.sum(one**2) / np.sum(noise**2)) == pytest.approx(snr, abs=1e-3)


def test_silence_gets_no_noise_and_silent_noise_stays_silent():
    assert mixing.noise_gain(np.zeros(10), np.ones(10), 5) == 0
    assert mixing.noise_gain(np.ones(10), np.zeros(10), 5) == 0


def test_a_room_of_one_tap_only_shifts_and_scales_and_both_are_taken_back():
    response = np.zeros(300)
    response[37] = 0.2
    heard, early = mixing.in_room(speech(), response, RATE)
    np.testing.assert_allclose(heard, speech(), atol=1e-5)
    np.testing.assert_allclose(early, speech(), atol=1e-5)


def test_what_comes_after_fifty_milliseconds_is_in_the_whole_and_not_in_the_target():
    response = np.zeros(4000)
    response[[10, 10 + 400, 10 + 1600]] = 1.0, 0.5, 0.3  # direct; 25 ms; 100 ms
    click = np.zeros(8000)
    click[1000] = 1.0
    heard, early = mixing.in_room(click, response, RATE)
    scale = heard[1000]
    assert heard[[1400, 2600]] / scale == pytest.approx([0.5, 0.3], abs=1e-3)
    assert early[[1400, 2600]] / scale == pytest.approx([0.5, 0.0], abs=1e-3)
    assert len(heard) == len(early) == 8000


def test_the_target_keeps_the_level_of_the_speech():
    response = np.random.default_rng(2).standard_normal(8000) * np.exp(-np.arange(8000) / 1000)
    _, early = mixing.in_room(speech(), response, RATE)
    assert np.sum(early**2) == pytest.approx(np.sum(speech() ** 2), rel=0.2)
