"""Trimming, loudness and fades."""

from audiogan_tf.sound import finishing

import numpy as np
import pytest

RATE = 16000


def tone(seconds, peak=0.1, hz=997.0):
    return (peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype("f4")


@pytest.mark.parametrize("peak, lufs", [(0.1, -23.0), (0.01, -43.0), (1.0, -3.0)])
def test_loudness_is_that_of_the_standard(peak, lufs):
    # BS.1770: a tone of 997 Hz at full scale on one channel has -3.01 LUFS.
    assert finishing.loudness(tone(2, peak), RATE) == pytest.approx(lufs, abs=0.15)


def test_silence_and_very_short_sounds_have_a_loudness():
    assert finishing.loudness(np.zeros(RATE, "f4"), RATE) == -np.inf
    assert np.isfinite(finishing.loudness(tone(0.05), RATE))
    assert finishing.loudness(np.zeros(1, "f4"), RATE) == -np.inf


@pytest.mark.parametrize("peak", [0.003, 0.1, 0.9])
def test_a_sound_is_brought_to_the_loudness_asked_for(peak):
    loud = finishing.to_loudness(tone(2, peak), RATE, -23.0)
    assert finishing.loudness(loud, RATE) == pytest.approx(-23.0, abs=0.05)


def test_no_loudness_is_worth_clipping():
    peaky = np.zeros(2 * RATE, "f4")
    peaky[::4000] = 0.5
    assert np.abs(finishing.to_loudness(peaky, RATE, -10.0)).max() <= 0.99
    np.testing.assert_array_equal(finishing.to_loudness(np.zeros(RATE), RATE), np.zeros(RATE))


def test_trim_takes_silence_away_and_nothing_else():
    silence = np.zeros(RATE // 2, "f4")
    sound = tone(1.0)
    trimmed = finishing.trim(np.concatenate([silence, sound, silence]), RATE, margin=0.05)
    assert len(trimmed) / RATE == pytest.approx(1.1, abs=0.03)
    assert np.square(trimmed).sum() == pytest.approx(np.square(sound).sum(), rel=1e-4)
    assert len(finishing.trim(np.zeros(100), RATE)) == 100


def test_a_fade_starts_and_ends_near_zero_and_leaves_the_middle():
    faded = finishing.fade(np.ones(RATE, "f4"), RATE, seconds=0.01)
    assert abs(faded[0]) < 1e-3 and abs(faded[-1]) < 1e-3
    assert (faded[160:-160] == 1).all() and (np.diff(faded[:160]) > 0).all()
    assert len(finishing.fade(np.ones(1, "f4"), RATE)) == 1
