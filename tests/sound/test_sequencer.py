"""The sequencer: hits at exact samples, nothing lost or moved, peaks under the ceiling."""

from audiogan_tf.errors import InputError
from audiogan_tf.sound import finishing, sequencer
from audiogan_tf.sound.sequencer import Track

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

RATE = 16000


def starts_of(track, **options):
    return [hit.start for hit in sequencer.hits([track], RATE, **options)]


@given(st.integers(40, 240), st.integers(1, 4), st.floats(0.5, 0.75))
def test_every_hit_is_where_the_grid_says(tempo, bars, swing):
    found = starts_of(Track("kick", "x" * 16), tempo=tempo, bars=bars, swing=swing)
    step = 60 * RATE / tempo / 4
    for place, start in enumerate(found):
        late = (2 * swing - 1) * step if place % 2 else 0.0
        assert abs(start - (place * step + late)) <= 0.5 + 1e-6
    assert len(found) == 16 * bars


def test_swing_moves_only_every_second_step():
    straight = starts_of(Track("hat", "x" * 16), tempo=120)
    swung = starts_of(Track("hat", "x" * 16), tempo=120, swing=2 / 3)
    assert straight[::2] == swung[::2]
    moved = {b - a for a, b in zip(straight[1::2], swung[1::2], strict=True)}
    assert moved <= {666, 667, 668}


def test_probability_and_levels():
    every = sequencer.hits([Track("a", "X.o." * 4, spread=0.0)], RATE, bars=50)
    assert {hit.level for hit in every} == {1.0, 0.4} and len(every) == 400
    half = sequencer.hits([Track("a", "X.o." * 4, 0.5)], RATE, bars=50, seed=1)
    assert 140 < len(half) < 260 and len({hit.level for hit in half}) > 50
    assert half == sequencer.hits([Track("a", "X.o." * 4, 0.5)], RATE, bars=50, seed=1)
    assert not sequencer.hits([Track("a", "x" * 16, 0.0)], RATE)


def test_what_is_no_step_and_no_swing_is_refused():
    with pytest.raises(InputError, match="kick: step 'y' is unknown; use . o x X"):
        sequencer.hits([Track("kick", "x..y")], RATE)
    with pytest.raises(InputError, match="swing=0.9"):
        sequencer.hits([Track("kick", "x")], RATE, swing=0.9)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_placed_sounds_add_up_to_what_was_placed(starts):
    rng = np.random.default_rng(0)
    sounds, levels = rng.uniform(-1, 1, (len(starts), 50)), rng.uniform(0.1, 1, len(starts))
    whole = sequencer.place(sounds, starts, levels)
    assert len(whole) == max(starts) + 50 and whole.dtype == np.float32
    rest = whole.astype("float64")
    for sound, start, level in zip(sounds, starts, levels, strict=True):
        rest[start : start + 50] -= level * sound
    np.testing.assert_allclose(rest, 0, atol=1e-5)
    cut = sequencer.place(sounds, starts, levels, samples=100)
    np.testing.assert_allclose(cut[: len(whole)], whole[:100], atol=1e-6)


def test_sounds_begin_at_their_onset():
    sounds = np.zeros((2, 100), "float32")
    sounds[0, 30:] = np.sin(np.arange(70) + 0.5)
    sounds[1, 5] = 1.0
    moved = sequencer.from_onset(sounds, RATE)
    assert moved.shape == sounds.shape
    np.testing.assert_array_equal(moved[0, :70], sounds[0, 30:])
    assert moved[1, 0] == 1.0 and not moved[1, 1:].any()


@given(arrays("float64", 600, elements=st.floats(-4, 4)))
def test_the_limiter_holds_the_ceiling(wave):
    limited = sequencer.limiter(wave, RATE)
    assert np.abs(limited).max() <= 10 ** (-1 / 20) + 1e-6
    assert (limited * wave >= -1e-9).all() and (np.abs(limited) <= np.abs(wave) + 1e-6).all()


def test_the_limiter_leaves_alone_what_is_far_from_a_peak():
    wave = 0.5 * np.sin(np.arange(4000) / 7)
    wave[2000] = 3.0
    limited = sequencer.limiter(wave, RATE)
    far = np.abs(np.arange(4000) - 2000) > 2 * 80 + 1
    np.testing.assert_allclose(limited[far], wave[far], atol=1e-6)
    gain = (limited / wave)[np.abs(wave) > 0.1]
    assert np.abs(np.diff(gain)).max() < 0.05  # a slow turn of the level, no step


def test_a_mix_has_the_loudness_and_the_ceiling_it_is_asked_for():
    rng = np.random.default_rng(0)
    stems = [0.1 * rng.standard_normal(RATE), 0.1 * np.sin(np.arange(2 * RATE) / 5)]
    mixed = sequencer.mix(stems, [0.0, -6.0], RATE, target=-20.0)
    assert len(mixed) == 2 * RATE and np.abs(mixed).max() <= 10 ** (-1 / 20) + 1e-6
    assert finishing.loudness(mixed, RATE) == pytest.approx(-20, abs=0.5)
    louder = sequencer.mix(stems, [0.0, 6.0], RATE, target=-20.0)
    assert np.std(louder[RATE:]) > 1.5 * np.std(mixed[RATE:])
    assert not sequencer.mix([np.zeros(RATE)], [0.0], RATE).any()
