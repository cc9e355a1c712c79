"""Filters that take noise off a voice and leave the voice."""

from audiogan_tf.sound.postfilter import comb, postfilter, subtract_noise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FILTERS = comb, postfilter, subtract_noise


def voice(rate=8000, seconds=0.7, clips=3, lowest=100, bend=0.2):
    """Harmonics of a gliding pitch, another one for each clip, (clips, samples)."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = lowest * 1.4 ** np.arange(clips)[:, None] * (1 + bend * time)
    angles = 2 * np.pi * np.cumsum(pitch, axis=1) / rate
    partials = [np.sin(k * angles + k * k) / k for k in range(1, 11)]
    return (0.2 * np.sum(partials, axis=0)).astype("float32")


def hiss(shape, level, seed=0):
    return (level * np.random.default_rng(seed).standard_normal(shape)).astype("float32")


def decibels(sound, reference):
    return 20 * np.log10(np.linalg.norm(sound) / np.linalg.norm(reference))


@pytest.mark.parametrize("rate", [8000, 16000])
def test_noise_on_a_voice_is_taken_off(rate):
    clean = voice(rate)
    noise = hiss(clean.shape, 0.08)
    filtered = {f: f(clean + noise, rate) for f in FILTERS}
    before = decibels(noise, clean)
    gains = {f.__name__: before - decibels(y - clean, clean) for f, y in filtered.items()}
    assert gains["comb"] > 2.5 and gains["subtract_noise"] > 0.3, gains
    assert gains["postfilter"] > gains["comb"], gains


@pytest.mark.parametrize("one", FILTERS)
def test_a_clean_voice_is_left_as_it_is(one):
    clean = voice()
    inner = slice(400, -400)  # it begins and ends at once, which no period foretells
    assert decibels((one(clean, 8000) - clean)[:, inner], clean[:, inner]) < -14


def test_levels_stay_and_whispers_stay_whispers():
    whisper = hiss((3, 8000), 0.1)
    combed = comb(whisper, 8000)
    assert abs(decibels(combed, whisper)) < 1
    assert decibels(combed - whisper, whisper) < -6
    assert abs(decibels(comb(voice(), 8000), voice())) < 0.3


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 1500),
    st.sampled_from([8000, 16000, 22050]),
    st.floats(0.1, 10),
    st.sampled_from(FILTERS),
)
def test_any_length_and_louder_in_louder_out(samples, rate, gain, one):
    sounds = hiss((2, samples), 0.1, seed=samples)
    filtered = one(sounds, rate)
    assert filtered.shape == sounds.shape and filtered.dtype == np.float32
    assert np.isfinite(filtered).all()
    np.testing.assert_allclose(one(gain * sounds, rate), gain * filtered, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("one", FILTERS)
def test_silence_stays_silent(one):
    assert not one(np.zeros((2, 3000), "float32"), 8000).any()
