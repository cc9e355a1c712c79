from audiogan_tf import synth
from audiogan_tf.sound import descriptors

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = 16000


def tone(hz, partials=(1.0,), seconds=0.5, rate=RATE):
    """A sum of partials with the given levels, (1, samples)."""
    time = np.arange(int(seconds * rate)) / rate
    return sum(a * np.sin(2 * np.pi * (k + 1) * hz * time + k) for k, a in enumerate(partials))[
        None
    ]


@settings(deadline=None, max_examples=40)
@given(
    hz=st.floats(60, 1400),
    partials=st.lists(st.floats(0.05, 1), min_size=1, max_size=5),
    rate=st.sampled_from([8000, 16000, 22050]),
)
def test_pitch_of_any_harmonic_tone_is_found_within_a_cent(hz, partials, rate):
    partials = [1.0, *partials][: int(0.45 * rate / hz)]
    found = descriptors.pitch(tone(hz, partials, rate=rate), rate)[0]
    assert abs(descriptors.cents(found, hz)) < 1


def test_pitch_needs_no_fundamental():
    found = descriptors.pitch(tone(220, (0, 1, 1, 1)), RATE)[0]
    assert abs(descriptors.cents(found, 220)) < 1


def test_pitch_of_noise_and_silence_is_unknown():
    noise = np.random.default_rng(0).standard_normal((3, 8000))
    assert np.isnan(descriptors.pitch(noise, RATE)).all()
    assert np.isnan(descriptors.pitch(np.zeros((1, 8000)), RATE)).all()


def test_pitch_survives_some_noise_and_fading():
    time = np.arange(8000) / RATE
    noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    wave = (tone(440, (1, 0.5, 0.3)) + noise) * 10.0 ** (-3 * time / 0.8)
    assert abs(descriptors.cents(descriptors.pitch(wave, RATE)[0], 440)) < 3


def test_cents_of_a_semitone():
    assert descriptors.cents(synth.midi_to_hz(70), synth.midi_to_hz(69)) == pytest.approx(100)


def test_brightness_is_the_frequency_of_a_sine_and_rises_with_the_partials():
    assert descriptors.brightness(tone(1000), RATE)[0] == pytest.approx(1000, rel=0.02)
    dull, sharp = (descriptors.brightness(tone(300, (1, a, a)), RATE)[0] for a in (0.1, 0.9))
    assert sharp > 1.2 * dull


@pytest.mark.parametrize("rise", [0.02, 0.05, 0.1])
def test_attack_of_a_straight_rise(rise):
    time = np.arange(8000) / RATE
    wave = tone(440) * np.clip(time / rise, 0, 1)
    assert descriptors.attack(wave, RATE)[0] == pytest.approx(rise, abs=0.004)


@pytest.mark.parametrize("end", [0.1, 0.3, 0.5])
def test_duration_of_a_tone_that_stops(end):
    wave = tone(440) * (np.arange(8000) / RATE < end)
    assert descriptors.duration(wave, RATE)[0] == pytest.approx(end, abs=0.006)


@settings(deadline=None, max_examples=40)
@given(
    before=st.integers(0, 3000),
    after=st.integers(0, 3000),
    seed=st.integers(0, 99),
    floor_db=st.sampled_from([-60.0, -35.0, -20.0]),
)
def test_silence_around_a_sound_moves_its_onset_and_leaves_its_duration(
    before, after, seed, floor_db
):
    rng = np.random.default_rng(seed)
    sounds = rng.standard_normal((2, 2000)) * np.hanning(2000)
    later = np.pad(sounds, ((0, 0), (before, after)))
    lasts = [descriptors.duration(waves, RATE, floor_db) for waves in (sounds, later)]
    np.testing.assert_array_equal(*lasts)
    begins = [descriptors.onset(waves, RATE, floor_db) for waves in (sounds, later)]
    np.testing.assert_allclose(begins[1] - begins[0], before / RATE)
    assert (lasts[0] > 0).all() and (lasts[0] <= 2000 / RATE).all()


def test_a_louder_sound_lasts_as_long():
    sound = tone(440) * np.hanning(8000)
    times = [descriptors.duration(gain * sound, RATE, -30.0) for gain in (0.01, 1, 50)]
    np.testing.assert_allclose(times, times[0][0], atol=2 / RATE)


def test_silence_has_no_duration():
    assert descriptors.duration(np.zeros((1, 800)), RATE)[0] == 0
    assert descriptors.onset(np.zeros((1, 800)), RATE)[0] == 0
