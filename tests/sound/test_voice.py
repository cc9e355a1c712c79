"""The pitch of a voice."""

from audiogan_tf.sound import pitch_track

import numpy as np
import pytest

RATE, HOP = 16000, 256


def voiced(hz, seconds):
    phase = 2 * np.pi * np.cumsum(np.full(round(seconds * RATE), hz)) / RATE
    return 0.2 * sum(np.sin(k * phase) / k for k in range(1, 15))


@pytest.mark.parametrize("hz", [100.0, 180.0, 300.0])
def test_a_steady_tone_has_its_pitch_and_a_voice(hz):
    log_hz, is_voiced = pitch_track(voiced(hz, 1.0), RATE, HOP)
    assert log_hz.shape == is_voiced.shape == (1 + RATE // HOP,)
    inner = slice(5, -5)
    assert is_voiced[inner].all()
    np.testing.assert_allclose(np.exp(log_hz[inner]), hz, rtol=0.01)


def test_noise_and_silence_have_none_and_the_line_goes_on_between():
    rng = np.random.default_rng(0)
    tone = voiced(150, 0.5)
    wave = np.concatenate([tone, np.zeros(RATE // 2), tone])
    log_hz, is_voiced = pitch_track(wave, RATE, HOP)
    assert not is_voiced[38:55].any() and np.abs(np.exp(log_hz[38:55]) - 150).max() < 10
    for quiet in (np.zeros(RATE), 1e-3 * rng.standard_normal(RATE), np.zeros(1)):
        log_hz, is_voiced = pitch_track(quiet, RATE, HOP)
        assert is_voiced.mean() < 0.2 and np.isfinite(log_hz).all()
