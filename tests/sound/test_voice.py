"""The pitch of a voice; a voice taken apart, changed and put together."""

from audiogan_tf.sound import pitch_track, voice_of, voice_parts

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


def vowel(hz, formant, seconds=1.0):
    """A buzz through one resonance, with a little breath, (samples,)."""
    size = round(seconds * RATE)
    phase = 2 * np.pi * hz * np.arange(size) / RATE
    harmonics = np.arange(1, int(7000 / hz))
    loudness = 1 / (1 + ((harmonics * hz - formant) / 150) ** 2) + 0.01
    wave = (loudness[:, None] * np.sin(harmonics[:, None] * phase)).sum(0)
    return 0.1 * wave + 1e-3 * np.random.default_rng(0).normal(size=size)


def peak_of(wave):
    """Where the envelope is highest in the middle of a sound, in Hz."""
    envelope = voice_parts(wave, RATE).envelope
    middle = envelope[len(envelope) // 3 : -len(envelope) // 3].mean(axis=0)
    return middle.argmax() * RATE / 2 / (len(middle) - 1)


@pytest.mark.parametrize("breath", [True, False])
def test_a_voice_comes_back_together(breath):
    wave = vowel(140, 900)
    parts = voice_parts(wave, RATE, breath)
    assert parts.samples == RATE and parts.envelope.shape == parts.noise.shape
    assert parts.noise.min() >= 0 and parts.noise.max() <= 1
    made = voice_of(parts)
    assert made.shape == wave.shape and made.dtype == np.float32
    assert abs(peak_of(made) - 900) < 60
    level = 20 * np.log10(made.std() / wave.std())
    assert abs(level) < 2


@pytest.mark.parametrize(("pitch", "formants"), [(0.7, 1.0), (1.5, 1.0), (1.0, 0.8), (1.3, 1.2)])
def test_pitch_and_formants_move_apart_from_each_other(pitch, formants):
    made = voice_of(voice_parts(vowel(140, 1000), RATE), pitch, formants)
    log_hz, is_voiced = pitch_track(made, RATE, HOP)
    assert abs(np.median(log_hz[is_voiced > 0]) - np.log(140 * pitch)) < 0.02
    assert abs(peak_of(made) - 1000 * formants) < 80
