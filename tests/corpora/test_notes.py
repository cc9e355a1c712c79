from audiogan_tf import corpora, synth
from audiogan_tf.sound import descriptors
from audiogan_tf.sound.representation import forward_all, inverse_all

import numpy as np
import pytest

RATE, SAMPLES = 16000, 7936
EDGES = synth.NOTE_RANGES | {"brightness": (0.0, 1.0)}


@pytest.fixture(scope="module")
def notes():
    return corpora.load_corpus("notes")


def play(timbre, seed=0, midi=(60, 67, 72, 79, 84), **fixed):
    """(factors, sounds) of a few notes; fixed factors replace what was drawn."""
    rng = np.random.default_rng(seed)
    factors = synth.draw_note_factors(rng, np.array(midi))
    factors |= {key: np.full(len(midi), value) for key, value in fixed.items()}
    return factors, synth.play_notes(timbre, factors, SAMPLES, RATE, np.random.default_rng(seed))


def order(values):
    """Rank of each value, to correlate."""
    return np.argsort(np.argsort(values))


def test_names_and_frequencies():
    assert [synth.note_name(m) for m in (60, 61, 69, 84)] == ["C4", "C#4", "A4", "C6"]
    assert synth.midi_to_hz(69) == 440 and synth.midi_to_hz(57) == 220
    assert synth.midi_to_hz(60) == pytest.approx(261.626, abs=1e-3)


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_every_note_is_a_clean_clip(timbre):
    factors, sounds = play(timbre)
    assert sounds.shape == (5, SAMPLES) and sounds.dtype == np.float32
    np.testing.assert_allclose(np.abs(sounds).max(axis=1), 0.95, atol=1e-4)
    assert np.array_equal(sounds * 32768, np.rint(sounds * 32768))
    assert np.abs(sounds[:, 0]).max() == np.abs(sounds[:, -1]).max() == 0
    assert np.abs(sounds.mean(axis=1)).max() < 0.01
    assert set(factors) == set(synth.NOTE_FACTORS)


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_one_seed_gives_one_sound_and_two_seeds_two(timbre):
    assert np.array_equal(play(timbre, 1)[1], play(timbre, 1)[1])
    assert not np.array_equal(play(timbre, 1)[1], play(timbre, 2)[1])


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_a_note_does_not_depend_on_its_neighbours(timbre):
    """The filter and the string work on all notes at once; alone, the first one is the same."""
    together = play(timbre, midi=(64, 60))[1][0]
    rng = np.random.default_rng(0)
    both = synth.draw_note_factors(rng, np.array((64, 60)))
    alone = {key: values[:1] for key, values in both.items()}
    sound = synth.play_notes(timbre, alone, SAMPLES, RATE, np.random.default_rng(0))[0]
    np.testing.assert_allclose(sound, together, atol=1e-4)


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_each_note_of_the_corpus_is_in_tune(notes, timbre):
    chosen = np.flatnonzero(notes.test.conditions[:, 1] == synth.TIMBRES.index(timbre))
    asked = synth.midi_to_hz(notes.test.factors["pitch"][chosen])
    found = descriptors.pitch(notes.test.take(chosen), RATE)
    assert np.abs(descriptors.cents(found, asked)).max() < 5


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_brightness_raises_the_spectral_centroid(timbre):
    middles = [
        descriptors.brightness(play(timbre, brightness=b)[1], RATE) for b in (0.1, 0.4, 0.7, 1.0)
    ]
    assert (np.diff(middles, axis=0) > 0).mean() > 0.85
    assert (middles[-1] > 1.1 * middles[0]).all()


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_attack_and_duration_are_read_back(notes, timbre):
    chosen = np.flatnonzero(notes.test.conditions[:, 1] == synth.TIMBRES.index(timbre))
    sounds, factors = notes.test.take(chosen), notes.test.factors
    attack = descriptors.attack(sounds, RATE)
    assert np.median(np.abs(attack - factors["attack"][chosen])) < 0.005
    assert np.corrcoef(order(attack), order(factors["attack"][chosen]))[0, 1] > 0.8
    silent = factors["duration"][chosen] + 0.04  # the release ends here
    late = silent - descriptors.duration(sounds, RATE)
    assert late.min() > -0.006 and late.max() < 0.045


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_a_longer_decay_holds_its_level_longer(timbre):
    kept = []
    for decay in synth.NOTE_RANGES["decay"]:
        level = descriptors.level(play(timbre, decay=decay, duration=0.45, attack=0.01)[1], RATE)
        kept.append(level[:, 6400] / level[:, 800])  # at 0.4 s and at 0.05 s
    assert (kept[1] > 2 * kept[0]).all()
    expected = 10 ** (-3 * 0.35 / 0.5 + 3 * 0.35 / 3.0)
    assert np.median(kept[0] / kept[1]) == pytest.approx(expected, rel=0.5)


def test_what_notes_says_of_itself(notes):
    assert list(notes.conditions) == ["pitch", "timbre"] and notes.class_counts == (25, 5)
    assert notes.classes[0] == "C4" and notes.classes[9] == "A4" and notes.classes[-1] == "C6"
    assert notes.conditions["timbre"] == synth.TIMBRES


@pytest.mark.parametrize("side, each", [("train", 32), ("test", 8)])
def test_notes_are_split_and_every_factor_is_known(notes, side, each):
    clips = getattr(notes, side)
    assert clips.audio.shape == (125 * each, notes.representation.samples)
    assert clips.audio.dtype == np.float32 and clips.conditions.dtype == np.int32
    cells = np.bincount(clips.conditions @ [5, 1])
    assert len(cells) == 125 and (cells == each).all()
    np.testing.assert_array_equal(clips.factors["pitch"], 60 + clips.labels)
    for factor, (low, high) in EDGES.items():
        values = clips.factors[factor]
        assert low <= values.min() and values.max() <= high
        assert len(np.unique(values)) == len(clips)


def test_no_note_is_on_both_sides_or_twice(notes):
    sounds = [clip.tobytes() for clip in np.concatenate([notes.train.audio, notes.test.audio])]
    assert len(set(sounds)) == len(sounds)


def test_pictures_of_notes_keep_the_pitch(notes):
    """At least 98 % of every second test clip of every timbre come back within 10 cents."""
    chosen = np.arange(0, len(notes.test), 2)
    pictures = forward_all(notes.test.take(chosen), notes.representation)
    assert pictures.shape[1:] == (32, 112, 1)
    assert (pictures > -1).mean() > 0.15 and (pictures == 1).mean() < 1e-3
    back = inverse_all(pictures, notes.representation)
    asked = synth.midi_to_hz(notes.test.factors["pitch"][chosen])
    kept = np.abs(descriptors.cents(descriptors.pitch(back, RATE), asked)) <= 10
    for number, timbre in enumerate(synth.TIMBRES):
        share = kept[notes.test.conditions[chosen, 1] == number].mean()
        assert share >= 0.98, f"{timbre}: {share:.3f}"
