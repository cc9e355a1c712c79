"""The shipped corpus of spoken digits: split, levels, phonemes, check sums, and its making."""

import csv
import ctypes.util
import shutil
import subprocess
import sys

from audiogan_tf import corpora
from audiogan_tf.corpora import digits as digits_module
from audiogan_tf.errors import InputError

import numpy as np
import pytest
import soundfile

SOUND, TEXT = ("en.flac", "zh.flac"), "index.csv"


@pytest.fixture(scope="module")
def digits():
    return corpora.load_corpus("digits")


@pytest.fixture(scope="module")
def phonemes():
    return corpora.load_phonemes()


def both(corpus, what):
    return np.concatenate([getattr(corpus.train, what), getattr(corpus.test, what)])


def test_every_word_in_every_voice_is_on_both_sides(digits):
    assert digits.class_counts == (20, 5) and digits.sample_rate == 8000
    assert digits.classes[:2] == ("en-0", "en-1") and digits.label_index("zh-9") == 19
    for side, each in ((digits.train, 30), (digits.test, 5)):
        cells, counts = np.unique(side.conditions, axis=0, return_counts=True)
        assert len(cells) == 100 and (counts == each).all()
        assert side.audio.shape == (100 * each, digits.representation.samples)
        assert side.audio.dtype == np.float32 and side.conditions.dtype == np.int32
        assert len(side.names) == len(set(side.names)) == len(side)
    assert digits.representation.shape == (64, 64, 1)


def test_no_clip_is_there_twice(digits):
    assert len({clip.tobytes() for clip in both(digits, "audio")}) == 3500


def test_test_clips_are_unseen_settings(root):
    with open(root / "data" / "digits" / TEXT, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    settings = {True: set(), False: set()}
    for row in rows:
        held_out = int(row["take"]) < digits_module.TEST_TAKES
        setting = tuple(row[name] for name in ("variant", "accent", "rate", "pitch"))
        settings[held_out].add(setting)
    assert (len(settings[True]), len(settings[False])) == (50, 300)
    assert not settings[True] & settings[False]
    assert len({row["variant"] for row in rows}) == 25


def test_levels_and_silence(digits):
    """Scaled alike, begun at once, over before the clip is."""
    sounds = both(digits, "audio")
    np.testing.assert_allclose(np.abs(sounds).max(axis=1), 0.95, rtol=1e-5)
    audible = np.abs(sounds) > 0.003  # one step of the coarsest files is 0.007
    begin, rest = audible.argmax(axis=1), audible[:, ::-1].argmax(axis=1)
    assert begin.max() <= 0.007 * 8000 and rest.min() > 0.05 * 8000
    assert np.abs(sounds.mean(axis=1)).max() < 2e-3
    power = np.sqrt((sounds**2).mean(axis=1))
    assert power.min() > 0.03


def test_words_last_as_long_as_their_phonemes(digits, phonemes):
    names = digits.train.names + digits.test.names
    assert set(names) == set(phonemes)
    for name, seconds in zip(names, both_factor(digits, "seconds"), strict=True):
        said = phonemes[name]
        starts, ends = [s for _, s, _ in said], [e for _, _, e in said]
        assert 0 <= starts[0] <= 0.005 and starts[1:] == ends[:-1]
        assert all(end > start for _, start, end in said)
        assert seconds - 0.03 <= ends[-1] < seconds <= 0.756


def both_factor(corpus, name):
    return np.concatenate([corpus.train.factors[name], corpus.test.factors[name]])


def test_phonemes_are_those_of_the_word(phonemes):
    spoken = {tuple(p for p, *_ in said) for name, said in phonemes.items() if name[:4] == "en-6"}
    assert spoken == {("s", "ɪ", "k", "s")}
    spoken = {tuple(p for p, *_ in said) for name, said in phonemes.items() if name[:4] == "zh-3"}
    assert spoken == {("s", "a", "n")}
    assert len({p for said in phonemes.values() for p, *_ in said}) == 42


@pytest.mark.parametrize("word", ["en-6", "zh-3", "zh-4"])
def test_phonemes_are_where_the_sound_is(digits, phonemes, word):
    """An s is much softer than the vowel after it, up to the very end."""
    for clip in np.flatnonzero(digits.test.labels == digits.label_index(word)):
        sound, (hiss, vowel) = digits.test.audio[clip], phonemes[digits.test.names[clip]][:2]
        assert level(sound, *vowel[1:]) > 4 * level(sound, *hiss[1:])
        edge = vowel[1]
        assert level(sound, edge, edge + 0.03) > 4 * level(sound, edge - 0.015, edge - 0.005)


def level(sound, start, end):
    """Root mean square of a stretch given in seconds."""
    return np.sqrt((sound[round(start * 8000) : round(end * 8000)] ** 2).mean())


def test_loading_again_gives_the_same(digits):
    again = corpora.load_digits()
    assert again.digest == digits.digest
    np.testing.assert_array_equal(again.test.audio, digits.test.audio)


@pytest.fixture
def copy(root, tmp_path, monkeypatch):
    shutil.copytree(root / "data" / "digits", tmp_path / "digits")
    monkeypatch.setenv("AUDIOGAN_DATA", str(tmp_path))
    return tmp_path / "digits"


@pytest.mark.parametrize("name", [*SOUND, TEXT])
@pytest.mark.parametrize("damage", ["one bit", "cut", "empty", "text"])
def test_a_damaged_file_is_named(copy, name, damage):
    path = copy / name
    content = bytearray(path.read_bytes())
    if damage == "one bit":
        content[len(content) // 2] ^= 4
    changed = {"cut": content[:100_000], "empty": b"", "text": b"\xff\xfe not this\n"}
    path.write_bytes(changed.get(damage, content))
    with pytest.raises(InputError, match=rf"digits/{name}: damaged.*make_digits") as caught:
        corpora.load_corpus("digits")
    assert "\n" not in str(caught.value)


def test_lines_may_end_as_on_windows(copy, digits):
    path = copy / TEXT
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert corpora.load_corpus("digits").digest == digits.digest


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(digits_module, "data_roots", lambda: [tmp_path])
    with pytest.raises(InputError, match=r"digits/index.csv comes with the kit but is in none"):
        corpora.load_corpus("digits")


@pytest.mark.skipif(
    not (ctypes.util.find_library("espeak-ng") and shutil.which("flac")),
    reason="the programs that make the corpus, espeak-ng and flac, are not here",
)
def test_made_again_it_is_the_same(root, tmp_path):
    script = root / "scripts" / "make_digits.py"
    done = subprocess.run(
        [sys.executable, script, "--out", tmp_path], capture_output=True, text=True
    )
    if "the corpus is made with" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    for name in SOUND:
        samples, _ = soundfile.read(tmp_path / name, dtype="int16")
        shipped, _ = soundfile.read(root / "data" / "digits" / name, dtype="int16")
        np.testing.assert_array_equal(samples, shipped)
    assert (tmp_path / TEXT).read_bytes() == (root / "data" / "digits" / TEXT).read_bytes()
