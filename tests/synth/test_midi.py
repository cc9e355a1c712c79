"""MIDI: a tune that is written comes back, and what other programs write is understood."""

import itertools

from audiogan_tf.corpora.melodies import write_tune
from audiogan_tf.errors import InputError
from audiogan_tf.synth import melodies, midi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

mido = pytest.importorskip("mido", reason="the package mido is not installed")


def sounding(tune):
    """(start, length, pitch) of a tune's notes, in eighths."""
    found, now = [], 0
    for pitch, eighths in (note for bar in tune.bars for note in bar):
        found += [(now, eighths, pitch)] if pitch is not None else []
        now += eighths
    return found


@given(st.integers(0, 2**32 - 1))
def test_a_tune_that_is_written_comes_back(tmp_path_factory, seed):
    path = tmp_path_factory.mktemp("midi") / "tune.mid"
    tune = write_tune(np.random.default_rng(seed))
    midi.write(path, tune, tempo=96)
    back = midi.read_tune(path)
    assert back.key == tune.key and sounding(back) == sounding(tune)
    assert [sum(n for _, n in bar) for bar in back.bars] == [8] * 8
    rests = [p is None for bar in tune.bars for p, _ in bar]
    if not any(a and b for a, b in itertools.pairwise(rests)):
        assert back == tune
    assert midi.read(path).tempo == pytest.approx(96, abs=0.01)


@pytest.mark.parametrize("key", melodies.KEYS)
def test_every_key_has_a_signature(tmp_path, key):
    tune = melodies.Tune(key, (((60, 8),),))
    midi.write(tmp_path / "a.mid", tune)
    assert midi.read(tmp_path / "a.mid").key == key


def save(path, *messages, quarter=96):
    file = mido.MidiFile(ticks_per_beat=quarter)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def on(pitch, time=0, velocity=100, channel=0):
    return mido.Message("note_on", note=pitch, velocity=velocity, time=time, channel=channel)


def test_the_melody_is_the_highest_line_without_drums_in_the_course_s_octaves(tmp_path):
    path = save(
        tmp_path / "a.mid",
        *(on(40), on(52), on(90, channel=9)),
        *(on(52, 96, 0), on(90, 0, 0, 9), on(53)),  # velocity 0 ends a note
        *(on(40, 240, 0), on(53, 0, 0)),
    )
    tune = midi.read_tune(path)
    assert tune.bars == (((64, 2), (65, 4), (None, 2)),)  # five eighths are no symbol: 4, a rest


def test_a_key_that_is_not_named_is_found(tmp_path):
    for key in ("G major", "E minor", "A# major"):
        tonic = melodies.NAMES.index(key.split()[0])
        steps = melodies.SCALES[key.split()[1]]
        line = [on(60 + tonic + step, 0) for step in (*steps, 0, steps[2], steps[4], 0)]
        ends = [on(note.note, 96, 0) for note in line]
        path = save(tmp_path / "a.mid", *(m for pair in zip(line, ends, strict=True) for m in pair))
        assert midi.read(path).key is None and midi.read_tune(path).key == key


def test_a_note_over_a_bar_line_ends_at_it(tmp_path):
    path = save(tmp_path / "a.mid", on(72, 3 * 96), on(72, 4 * 96, 0))
    tune = midi.read_tune(path)
    assert tune.bars == (((None, 6), (72, 2)), ((None, 8),))


@pytest.mark.parametrize("content", [b"", b"no midi at all", b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0"])
def test_what_is_no_midi_file_is_refused(tmp_path, content):
    (tmp_path / "a.mid").write_bytes(content)
    with pytest.raises(InputError, match="a.mid: not a MIDI file, or damaged"):
        midi.read(tmp_path / "a.mid")


def test_a_missing_file_and_one_without_notes_are_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        midi.read(tmp_path / "b.mid")
    save(tmp_path / "c.mid", on(40, channel=9), on(40, 96, 0, 9))
    with pytest.raises(InputError, match="holds no notes but drums"):
        midi.read_tune(tmp_path / "c.mid")
