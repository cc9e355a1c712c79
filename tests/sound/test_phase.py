"""Phase retrieval: as good as librosa, each method better than the last, safe on silence."""

from audiogan_tf import synth
from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.sound import spectral
from audiogan_tf.sound.phase import fast_griffin_lim, griffin_lim, pghi, zero_phase

import librosa
import numpy as np
import pytest
import tensorflow as tf


@pytest.fixture(scope="module")
def drums():
    rng = np.random.default_rng(0)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    return np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_griffin_lim_converges_as_far_as_librosa(drums, momentum):
    magnitude = tf.abs(spectral.stft(drums, 512, 128))
    ours = fast_griffin_lim(magnitude, 512, 128, 32, momentum, seed=0)
    theirs = librosa.griffinlim(
        magnitude.numpy().transpose(0, 2, 1),
        n_iter=32,
        n_fft=512,
        hop_length=128,
        momentum=momentum,
        random_state=0,
        pad_mode="constant",
    )
    ours, theirs = (spectral_convergence(magnitude, wave, 512, 128) for wave in (ours, theirs))
    assert abs(ours - theirs) < 1.0


def test_each_method_is_better_than_the_one_before(drums):
    size = (512, 128)
    magnitude = tf.abs(spectral.stft(drums, *size))
    ways = {
        "zero": zero_phase(magnitude, *size),
        "griffin_lim": griffin_lim(magnitude, *size),
        "pghi": pghi(magnitude, *size),
        "fast": fast_griffin_lim(magnitude, *size, 60),
    }
    way = {n: spectral_convergence(magnitude, w, *size) for n, w in ways.items()}
    assert way["pghi"] < way["zero"] - 10
    assert way["griffin_lim"] < way["zero"] - 8
    assert way["fast"] < way["griffin_lim"] - 3


def test_the_predicted_start_is_better_than_a_random_one(drums):
    magnitude = tf.abs(spectral.stft(drums, 512, 128))
    predicted, random = (
        spectral_convergence(
            magnitude,
            fast_griffin_lim(magnitude, 512, 128, 32, seed=seed),
            512,
            128,
        )
        for seed in (None, 0)
    )
    assert predicted < random - 1


def test_phase_methods_are_deterministic(drums):
    magnitude = tf.abs(spectral.stft(drums[:2], 512, 128))
    for way in (
        griffin_lim,
        fast_griffin_lim,
        pghi,
    ):
        assert np.array_equal(way(magnitude, 512, 128), way(magnitude, 512, 128))


WAYS = (
    zero_phase,
    griffin_lim,
    fast_griffin_lim,
    pghi,
)


@pytest.mark.parametrize("way", WAYS)
def test_silence_and_a_single_frame_stay_finite(way):
    for frames in (1, 2, 20):
        wave = way(tf.zeros((2, frames, 129)), 256, 64).numpy()
        assert wave.shape == (2, 64 * (frames - 1)) and not wave.any()
    impulse = tf.abs(spectral.stft(np.eye(1, 640, 300, dtype="float32"), 256, 64))
    assert np.isfinite(way(impulse, 256, 64)).all()


@pytest.mark.parametrize("way", WAYS)
def test_wrong_number_of_bins_is_refused(way):
    with pytest.raises(InputError, match="100 bins, but n_fft=256 needs 129"):
        way(tf.zeros((1, 10, 100)), 256, 64)
