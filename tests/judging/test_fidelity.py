"""Scores of enhanced sound against what is known of it."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import log_kurtosis_ratio, log_spectral_distance, si_sdr

import numpy as np
import pytest


def test_si_sdr_is_the_ratio_of_two_sounds_that_have_nothing_in_common_at_any_scale():
    time = np.arange(16000) / 16000
    target, other = np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 1000 * time)
    assert si_sdr(target, target + 0.1 * other) == pytest.approx(20, abs=0.1)
    assert si_sdr(target, 7 * (target + 0.1 * other)) == pytest.approx(20, abs=0.1)
    assert si_sdr(target, target) > 100
    assert si_sdr(target, other) < -60


def test_si_sdr_refuses_silence_and_other_lengths():
    for target, sound in ((np.zeros(5), np.ones(5)), (np.ones(5), np.ones(6))):
        with pytest.raises(InputError, match="si_sdr"):
            si_sdr(target, sound)


def test_noise_thinned_to_single_tones_is_called_metallic_and_a_softer_noise_is_not():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(32000) * 0.1
    blocks = noise[: 256 * 125].reshape(-1, 256)
    spectrum = np.fft.rfft(blocks)
    spectrum *= np.where(rng.random(spectrum.shape) < 0.05, 1.0, 0.05)
    ringing = np.fft.irfft(spectrum, 256).ravel()
    assert abs(log_kurtosis_ratio(noise, 0.1 * noise)) < 0.05
    assert log_kurtosis_ratio(noise, ringing) > 1


def test_log_spectral_distance_is_the_level_difference_and_counts_only_its_place():
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(8000).astype("float32")
    assert log_spectral_distance(sound, sound) == 0
    assert log_spectral_distance(sound, 2 * sound) == pytest.approx(6.02, abs=0.01)
    torn = sound.copy()
    torn[4000:] = 0
    assert log_spectral_distance(sound, torn, slice(0, 4000)) == 0
    assert log_spectral_distance(sound, torn, slice(4000, 8000)) > 30
    other = rng.standard_normal(8000).astype("float32")
    assert 6 < log_spectral_distance(sound, other) < 9


@pytest.mark.parametrize("place", [slice(0, 100), slice(9000, 10000)])
def test_log_spectral_distance_refuses_a_place_without_a_frame(place):
    with pytest.raises(InputError, match="place"):
        log_spectral_distance(np.ones(8000), np.ones(8000), place)
