from audiogan_tf import synth
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.sound import spectral

import librosa
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

SIZES = [(512, 128), (256, 64), (256, 96), (300, 75), (64, 32)]


@pytest.fixture(scope="module")
def drums():
    rng = np.random.default_rng(0)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    return np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])


@pytest.mark.parametrize("n_fft, hop", SIZES)
def test_stft_equals_librosa(drums, n_fft, hop):
    got = spectral.stft(drums, n_fft, hop).numpy()
    wanted = librosa.stft(drums, n_fft=n_fft, hop_length=hop, pad_mode="constant")
    np.testing.assert_allclose(got, wanted.transpose(0, 2, 1), atol=2e-4)


@pytest.mark.parametrize("n_fft, hop", [(512, 128), (256, 64), (64, 32)])
def test_istft_equals_librosa_also_at_the_edges(drums, n_fft, hop):
    """On spectra no sound has, where the two edges show every difference."""
    rng = np.random.default_rng(0)
    shape = (3, 40, n_fft // 2 + 1)
    spectrum = (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype("complex64")
    got = spectral.istft(spectrum, n_fft, hop).numpy()
    wanted = librosa.istft(spectrum.transpose(0, 2, 1), n_fft=n_fft, hop_length=hop)
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, atol=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2000), st.sampled_from(SIZES), st.integers(0, 2**31))
def test_istft_undoes_stft_at_any_length(samples, size, seed):
    n_fft, hop = size
    waves = np.random.default_rng(seed).uniform(-1, 1, (2, samples)).astype("float32")
    back = spectral.istft(spectral.stft(waves, n_fft, hop), n_fft, hop).numpy()
    assert back.shape == (2, samples // hop * hop)
    np.testing.assert_allclose(back, waves[:, : back.shape[1]], atol=1e-5)


@pytest.mark.parametrize(
    "rate, n_fft, mels", [(16000, 512, 64), (8000, 256, 64), (22050, 1024, 80)]
)
def test_mel_filter_bank_equals_librosa(rate, n_fft, mels):
    wanted = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=mels, htk=True, norm=None)
    np.testing.assert_allclose(spectral.mel_filter_bank(rate, n_fft, mels), wanted.T, atol=1e-6)


@given(st.floats(0, 24000))
def test_mel_scale_is_invertible(hz):
    assert spectral.mel_to_hz(spectral.hz_to_mel(hz)) == pytest.approx(hz, abs=1e-6)


def test_mel_to_linear_reproduces_the_mel_bands(drums):
    bank = spectral.mel_filter_bank(16000, 512, 64)
    mel = tf.abs(spectral.stft(drums, 512, 128)) @ bank
    linear = spectral.mel_to_linear(mel, bank)
    assert float(tf.reduce_min(linear)) >= 0
    assert float(tf.norm(linear @ bank - mel) / tf.norm(mel)) < 0.02


def test_magnitudes_of_a_known_sine():
    """A sine of amplitude 1 on bin 32 peaks at the window's sum over two: n_fft / 4."""
    wave = np.sin(2 * np.pi * 32 / 256 * np.arange(1024)).astype("float32")[None]
    middle = tf.abs(spectral.stft(wave, 256, 64))[0, 8].numpy()
    assert middle.argmax() == 32 and middle[32] == pytest.approx(64, rel=1e-3)
    assert middle[40:].max() < 1e-2  # Hann: nothing leaks from a bin's centre


def test_spectral_convergence_of_a_halved_sound_is_minus_6_db(drums):
    magnitude = tf.abs(spectral.stft(drums, 512, 128))
    assert spectral_convergence(magnitude, drums / 2, 512, 128) == pytest.approx(-6.02, abs=0.01)


def in_a_graph(frames, bank):
    """mel_to_linear as a program for any number of clips, which has to know the sizes."""

    @tf.function(input_signature=[tf.TensorSpec([None, frames, bank.shape[1]])], autograph=False)
    def linear(mel):
        magnitude = spectral.mel_to_linear(mel, bank)
        assert magnitude.shape[1:] == (frames, bank.shape[0])
        return magnitude

    return linear


def test_bands_of_many_sizes_keep_their_number_of_bins_in_a_graph():
    for frames, n_fft, bands in ((5, 64, 10), (7, 64, 12), (9, 128, 20), (4, 256, 30)):
        bank = spectral.mel_filter_bank(8000, n_fft, bands)
        mel = np.random.default_rng(0).uniform(0.1, 1, (3, frames, bands)).astype("float32")
        expected = spectral.mel_to_linear(mel, bank)
        np.testing.assert_allclose(in_a_graph(frames, bank)(mel), expected, rtol=1e-3, atol=1e-4)
