"""Stretching and shifting: lengths, pitch, onsets that stay sharp, and the way back."""

from functools import partial

from audiogan_tf import sound, synth
from audiogan_tf.errors import InputError
from audiogan_tf.judging import fidelity
from audiogan_tf.sound import stretching

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = 16000
PLAIN = partial(stretching.stretch, lock=False, hold=False)
LOCKED = partial(stretching.stretch, hold=False)
WAYS = {"plain": PLAIN, "locked": LOCKED, "held": stretching.stretch, "wsola": stretching.wsola}
FACTORS = (0.5, 0.8, 1.25, 2.0)
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
each_factor = pytest.mark.parametrize("factor", FACTORS)


def note(midi=57, seconds=1.5):
    return synth.play_note("additive", midi, seconds, RATE, decay=6.0, duration=seconds - 0.1)


def hit(name="rim", at=4800, seed=0):
    rng = np.random.default_rng(seed)
    drum = synth.drum(name, synth.draw_factors(rng, name), 6000, RATE, rng)
    return np.pad(drum, (at, 2000))


def early(waveform):
    """Samples in which the first twentieth of the energy comes, from its first thousandth on."""
    share = np.cumsum(np.square(waveform, dtype="float64"))
    return np.searchsorted(share, 0.05 * share[-1]) - np.searchsorted(share, 0.001 * share[-1])


def convergence(wanted, got):
    magnitude = np.abs(sound.stft(wanted[None], 1024, 256))
    return fidelity.spectral_convergence(magnitude, got[None], 1024, 256)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5000), st.floats(0.25, 4.0), st.sampled_from(list(WAYS)))
def test_the_length_is_the_factor_times_the_samples_of_any_sound(samples, factor, way):
    wave = np.random.default_rng(samples).uniform(-1, 1, samples)
    got = WAYS[way](wave, factor)
    assert got.shape == (round(factor * samples),) and got.dtype == np.float32
    assert np.isfinite(got).all()


@each_way
def test_a_factor_of_one_changes_nothing(way):
    wave = np.random.default_rng(0).uniform(-1, 1, 7001).astype("float32")
    np.testing.assert_allclose(way(wave, 1), wave, atol=1e-5)


@each_way
@each_factor
def test_the_pitch_stays_within_a_cent(way, factor):
    got = way(note(), factor)
    middle = got[len(got) // 5 : -len(got) // 5]
    hz = sound.pitch(middle[None], RATE)[0]
    assert abs(sound.cents(hz, 220.0)) < 1


@pytest.mark.parametrize("way", [stretching.stretch, stretching.wsola])
@each_factor
@pytest.mark.parametrize("name", ["rim", "kick", "closed_hat"])
def test_held_onsets_stay_as_sharp_as_they_were_and_come_when_they_should(way, factor, name):
    got = way(hit(name), factor)
    later = (early(got) - early(hit(name))) / RATE
    assert later < (0.001 if way is stretching.stretch else 0.004)
    begins = np.argmax(np.abs(got) > 0.05)
    away = begins - factor * np.argmax(np.abs(hit(name)) > 0.05)
    assert abs(away) < (32 if way is stretching.stretch else 300)


@each_factor
def test_without_a_hold_the_onset_is_smeared(factor):
    held, locked = (early(way(hit(), factor)) for way in (stretching.stretch, LOCKED))
    assert locked > 3 * held + 0.001 * RATE


def test_a_tone_goes_on_evenly_through_an_onset_that_is_held():
    tone = 0.3 * np.sin(2 * np.pi * 330 * np.arange(24000) / RATE)
    both = tone + np.pad(hit("closed_hat", at=0), (10000, 24000))[:24000]
    assert len(stretching.onsets(both, 256))
    got = stretching.stretch(both, 1.5)
    turns = got[2000:-2000] * np.exp(-2j * np.pi * 330 * np.arange(2000, 34000) / RATE)
    kept = np.abs(np.convolve(turns, np.hanning(1455) / np.hanning(1455).sum(), "valid"))
    assert kept.min() > 0.7 * 0.15 and kept.max() < 1.3 * 0.15


@each_way
@each_factor
def test_stretched_and_back_a_note_has_nearly_its_old_spectrum_if_bins_go_together(way, factor):
    wave = note()
    back = way(way(wave, factor), 1 / factor)
    assert back.shape == wave.shape
    assert (convergence(wave, back) < -15) == (way is not PLAIN or factor in (0.8, 1.25))
    assert convergence(wave, 0.7 * wave) > -15  # what the bound can tell apart


@pytest.mark.parametrize("factor", [0.75, 1.5])
def test_stretched_and_back_a_beat_keeps_its_spectrum_if_what_begins_begins_anew(factor):
    beat = np.concatenate([hit(name, 0)[:4000] for name in ("kick", "closed_hat", "snare") * 3])
    back = stretching.stretch(stretching.stretch(beat, factor), 1 / factor)
    assert convergence(beat, back) < -28  # -22 if all bins went on turning


@pytest.mark.parametrize("semitones", [-12, -5, 0, 3, 12])
@pytest.mark.parametrize("way", [stretching.stretch, stretching.wsola])
def test_the_pitch_moves_by_the_semitones_asked_for_and_the_length_stays(semitones, way):
    got = sound.shift_pitch(note(), semitones, way)
    assert got.shape == note().shape
    hz = sound.pitch(got[None, 4000:-4000], RATE)[0]
    assert abs(sound.cents(hz, 220 * 2 ** (semitones / 12))) < 1


@pytest.mark.parametrize("semitones", [-7, 4])
def test_shifted_up_and_down_a_note_has_nearly_its_old_spectrum(semitones):
    wave = note()
    back = sound.shift_pitch(sound.shift_pitch(wave, semitones), -semitones)
    assert convergence(wave, back) < -15


def test_onsets_are_found_where_they_are_and_nowhere_else():
    beat = np.zeros(32000, "float32")
    places = [3000, 9000, 15000, 22000]
    for place, name in zip(places, ("kick", "rim", "closed_hat", "snare"), strict=True):
        beat[place : place + 8000] += hit(name, at=0)
    found = stretching.onsets(beat)
    assert len(found) == 4 and np.abs(found - places).max() < 32
    assert len(stretching.onsets(np.zeros(5000))) == 0
    steady = np.random.default_rng(0).standard_normal(20000)
    assert (stretching.onsets(steady)[1:] > 0).sum() == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20000), max_size=8, unique=True), st.floats(0.25, 4.0))
def test_the_map_never_runs_backwards_and_passes_each_onset_when_it_is_due(places, factor):
    onsets = np.sort(places)
    out, read = stretching.time_map(20000, factor, onsets, 1024)
    assert (np.diff(out) >= -1e-9).all() and (np.diff(read) >= -1e-9).all()
    np.testing.assert_allclose(np.interp(factor * onsets, out, read), onsets, atol=1e-6)


def test_every_bin_follows_its_nearest_peak():
    magnitude = np.array([0, 1, 5, 1, 0, 0, 1, 2, 9, 3, 1, 0.0])
    assert stretching.nearest_peak(magnitude).tolist() == [2] * 6 + [8] * 6
    assert stretching.nearest_peak(np.zeros(4)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("way", [stretching.stretch, stretching.wsola])
def test_factors_and_shapes_that_cannot_be_are_refused(way):
    for factor in (0.2, 4.1, np.nan):
        with pytest.raises(InputError, match="choose one from 0.25"):
            way(np.zeros(100), factor)
    with pytest.raises(InputError, match=r"\(2, 100\)"):
        way(np.zeros((2, 100)), 1.5)
