"""SoundFonts as corpora: a small one that the test writes itself, and a real one where there is."""

import struct

from audiogan_tf import corpora
from audiogan_tf.corpora import soundfont
from audiogan_tf.errors import InputError
from audiogan_tf.sound import descriptors
from audiogan_tf.synth import midi_to_hz

import numpy as np
import pytest

pytest.importorskip("tinysoundfont", reason="the package tinysoundfont is not installed")
RATE, ROOT = 22050, 69  # of the samples in the small font: A4
GENERATOR = {"instrument": 41, "sample": 53, "loops": 54, "keys": 43}


def chunk(name, content):
    """One RIFF chunk, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def group(name, *chunks):
    return chunk(b"LIST", name + b"".join(chunks))


def wave(kind):
    """A second of A4: a sine, or a square, whole periods so that it can be looped."""
    samples = RATE // 5 * 5
    turns = 440 * np.arange(samples) / RATE
    shape = np.sin(2 * np.pi * turns)
    return np.int16(20000 * (shape if kind == "sine" else 0.5 * np.sign(shape)))


def records(names, form, *rows):
    """Records that begin with a name of 20 bytes, and the one that ends their list."""
    packed = [
        struct.pack("<20s" + form, n.encode(), *row) for n, row in zip(names, rows, strict=True)
    ]
    return b"".join(packed)


def write_font(path, instruments=("sine", "square"), keys=(0, 127)):
    """A SoundFont 2 file with one looped sample an instrument."""
    count, waves = len(instruments), [wave(kind) for kind in instruments]
    silence = np.zeros(46, "int16")  # the format asks for it behind each sample
    data = b"".join(np.concatenate([w, silence]).tobytes() for w in waves)
    starts = np.cumsum([0, *(len(w) + 46 for w in waves)])[:-1]
    names, numbers = [*instruments, "EOS"], range(count + 1)
    heads = [
        (s, s + len(w), s, s + len(w), RATE, ROOT, 0, 0, 1)
        for s, w in zip(starts, waves, strict=True)
    ]
    bags = b"".join(struct.pack("<HH", n, 0) for n in numbers)
    to_instrument = [struct.pack("<HH", GENERATOR["instrument"], n) for n in range(count)]
    zones = [
        struct.pack("<HBBHHHH", GENERATOR["keys"], *keys, GENERATOR["loops"], 1, 53, n)
        for n in range(count)
    ]
    nothing, last = b"\0" * 10, b"\0" * 4
    zone_bags = b"".join(struct.pack("<HH", 3 * n, 0) for n in numbers)
    pdta = group(
        b"pdta",
        chunk(b"phdr", records(names, "HHHIII", *[(n, 0, n, 0, 0, 0) for n in numbers])),
        chunk(b"pbag", bags),
        chunk(b"pmod", nothing),
        chunk(b"pgen", b"".join(to_instrument) + last),
        chunk(b"inst", records(names, "H", *[(n,) for n in numbers])),
        chunk(b"ibag", zone_bags),
        chunk(b"imod", nothing),
        chunk(b"igen", b"".join(zones) + last),
        chunk(b"shdr", records(names, "IIIIIBbHH", *heads, (0,) * 9)),
    )
    info = group(b"INFO", chunk(b"ifil", struct.pack("<HH", 2, 1)), chunk(b"INAM", b"small\0"))
    body = b"sfbk" + info + group(b"sdta", chunk(b"smpl", data)) + pdta
    path.write_bytes(chunk(b"RIFF", body))
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_font(tmp_path_factory.mktemp("fonts") / "small.sf2")


@pytest.fixture(scope="module")
def notes(small):
    return corpora.load_corpus(str(small), pitches=(60, 64, 69, 76), per_cell=4, seconds=0.5)


def test_instruments_and_pitches_are_the_conditions(notes):
    assert notes.conditions == {"instrument": ("sine", "square"), "pitch": ("C4", "E4", "A4", "E5")}
    assert len(notes.train) == 2 * 4 * 4 and len(notes.test) == 2 * 4 and notes.own
    assert {tuple(row) for row in notes.train.conditions} == set(np.ndindex(2, 4))
    audio = notes.train.audio
    assert audio.dtype == np.float32 and audio.shape[1] == notes.representation.samples
    np.testing.assert_allclose(np.abs(audio).max(axis=1), 0.95, atol=1e-4)
    assert np.array_equal(audio * 32768, np.rint(audio * 32768))


def test_every_note_has_the_pitch_it_says(notes):
    for side in (notes.train, notes.test):
        hz = descriptors.pitch(side.audio, 16000)
        off = descriptors.cents(hz, midi_to_hz(side.factors["midi"]))
        assert np.abs(off).max() < 5
        other = descriptors.cents(hz, midi_to_hz(side.factors["midi"] + 1))
        assert np.abs(other).min() > 90


def test_instruments_differ_and_a_key_is_held_as_long_as_it_says(notes):
    sharp = descriptors.brightness(notes.train.audio, 16000)
    sine, square = (sharp[notes.train.labels == label] for label in (0, 1))
    assert sine.max() < square.min()
    lasts = descriptors.duration(notes.train.audio, 16000, floor_db=-20)
    assert np.corrcoef(lasts, notes.train.factors["held"])[0, 1] > 0.9


def test_the_digest_is_that_of_the_file_and_of_what_is_played(small, notes, tmp_path):
    again = corpora.load_corpus(str(small), pitches=(60, 64, 69, 76), per_cell=4, seconds=0.5)
    assert again.key == notes.key and np.array_equal(again.test.audio, notes.test.audio)
    fewer = corpora.load_soundfont(small, ["sine"], (60, 64, 69, 76), per_cell=4, seconds=0.5)
    other = write_font(tmp_path / "other.sf2", ("square", "sine"))
    others = corpora.load_soundfont(other, None, (60, 64, 69, 76), per_cell=4, seconds=0.5)
    assert len({notes.digest, fewer.digest, others.digest}) == 3


def test_a_folder_of_fonts_has_the_instruments_of_all(small, tmp_path):
    write_font(tmp_path / "a.sf2", ("sine",)), write_font(tmp_path / "b.SF2", ("square",))
    both = corpora.load_corpus(str(tmp_path), pitches=[69], per_cell=1, seconds=0.5)
    assert both.conditions["instrument"] == ("sine", "square")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"instruments": ["tuba"]}, "has no instrument 'tuba'; it has sine, square"),
        ({"instruments": ["sine"], "pitches": [90]}, "sine is silent at F#6"),
        ({"pitches": [90]}, "no instrument sounds at all of these pitches"),
        ({"slice": True}, "a SoundFont: has no option slice; it takes path, instruments"),
    ],
)
def test_what_a_font_does_not_have_is_refused(tmp_path, options, message):
    font = write_font(tmp_path / "low.sf2", keys=(0, 80))
    with pytest.raises(InputError, match=message):
        corpora.load_corpus(str(font), **options)


def test_what_is_no_font_is_refused(tmp_path):
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFF not a font")
    with pytest.raises(InputError, match="broken.sf2: not a SoundFont, or damaged"):
        corpora.load_corpus(str(broken))
    with pytest.raises(InputError, match="no SoundFont here"):
        (tmp_path / "empty").mkdir()
        corpora.load_soundfont(tmp_path / "empty")


def test_where_the_font_of_instruments_is_not_found_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(soundfont, "FONT", "not_here.sf2")
    with pytest.raises(InputError, match="not_here.sf2 is not here; install the system's package"):
        corpora.load_corpus("instruments")


def test_real_instruments_are_in_tune(monkeypatch):
    monkeypatch.setattr(soundfont, "load_soundfont", _few_clips)
    try:
        notes = corpora.load_corpus("instruments")
    except InputError as error:
        pytest.skip(str(error))
    hz = descriptors.pitch(notes.train.audio, 16000)
    off = np.abs(descriptors.cents(hz, midi_to_hz(notes.train.factors["midi"])))
    assert np.mean(off < 20) > 0.95 and not notes.own


def _few_clips(path, instruments):
    return corpora.load_soundfont(path, instruments, range(60, 85, 6), per_cell=1)
