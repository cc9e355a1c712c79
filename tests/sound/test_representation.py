import json

from audiogan_tf import synth
from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.sound import spectral
from audiogan_tf.sound.representation import PHASES, Representation

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

LEVELS = dict(floor_db=-30, ceiling_db=42)
MEL = dict(sample_rate=16000, n_fft=512, hop_length=128, frames=64, n_mels=64, **LEVELS)
LINEAR = dict(sample_rate=8000, n_fft=256, hop_length=64, frames=96)


@pytest.fixture(scope="module")
def drums():
    rng = np.random.default_rng(0)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    return np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])


@pytest.mark.parametrize("n_mels", [64, None])
@pytest.mark.parametrize("fitted", [False, True])
def test_pictures_have_the_promised_shape_and_range(drums, n_mels, fitted):
    representation = Representation(**{**MEL, "n_mels": n_mels})
    if fitted:
        representation.fit(drums)
    images = representation.forward(drums).numpy()
    assert images.shape == (8, *representation.shape) and images.dtype == np.float32
    assert images.min() >= -1 and images.max() <= 1


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.booleans())
def test_normalisation_is_invertible(seed, fitted):
    """Magnitudes above the floor come back to within the floor's own size."""
    representation = Representation(**LINEAR)
    rng = np.random.default_rng(seed)
    waves = rng.uniform(-0.5, 0.5, (2, representation.samples)).astype("float32")
    if fitted:
        representation.fit(waves)
        representation.bin_spread *= 10  # wide enough that nothing is clipped
    magnitude = representation.magnitude(waves).numpy()
    back = representation.to_magnitude(representation.forward(waves)).numpy()[..., :-1]
    floor = 10 ** (representation.floor_db / 20)
    np.testing.assert_allclose(back, magnitude, rtol=2e-3, atol=2 * floor)


@pytest.mark.parametrize("phase", PHASES)
def test_the_way_back_gives_sound_of_the_right_length(drums, phase):
    representation = Representation(**MEL)
    waves = representation.inverse(representation.forward(drums), phase, iterations=8).numpy()
    assert waves.shape == (8, representation.samples) and np.isfinite(waves).all()


def test_the_way_back_is_close(drums):
    for n_mels, wanted in ((64, -9), (None, -26)):
        representation = Representation(**{**MEL, "n_mels": n_mels})
        waves = representation.inverse(representation.forward(drums))
        magnitude = tf.abs(spectral.stft(drums, 512, 128))
        assert spectral_convergence(magnitude, waves, 512, 128) < wanted


def test_silence_comes_back_silent():
    representation = Representation(**MEL)
    images = representation.forward(np.zeros((1, 8064), "float32"))
    assert np.all(images == -1)
    assert np.abs(representation.inverse(images)).max() < 1e-6


def test_config_survives_json(drums):
    for representation in (Representation(**MEL), Representation(**MEL).fit(drums)):
        config = json.loads(json.dumps(representation.get_config()))
        again = Representation.from_config(config)
        np.testing.assert_array_equal(again.forward(drums), representation.forward(drums))


def test_what_cannot_be_used_is_named(drums):
    representation = Representation(**MEL)
    images = representation.forward(drums)
    with pytest.raises(InputError, match="8000 samples, this representation takes 8064"):
        representation.forward(drums[:, :8000])
    with pytest.raises(InputError, match=r"expected \(64, 64, 1\)"):
        representation.inverse(images[:, :32])
    with pytest.raises(InputError, match="phase='best': use one of"):
        representation.inverse(images, phase="best")
    with pytest.raises(InputError, match="gaps"):
        Representation(16000, 512, 300, 64)


def test_centre_frequencies(drums):
    assert Representation(**LINEAR).bin_hz[[1, -1]] == pytest.approx([31.25, 3968.75])
    mel = Representation(**MEL)
    peaks = mel.filter_bank.argmax(axis=0) * 16000 / 512
    assert np.abs(mel.bin_hz - peaks)[20:].max() < 40  # a bin is 31 Hz wide
    assert mel.seconds == pytest.approx(0.504)
