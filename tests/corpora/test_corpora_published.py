"""Each published data set from a small made-up tree in its true layout, and from bad trees."""

import io
import json
import struct
import tarfile
import zipfile

from audiogan_tf import corpora
from audiogan_tf.corpora import nsynth, published
from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.storage.files import sha256

import numpy as np
import pytest
import soundfile
import tensorflow as tf


def tone(hz, seconds, rate, level=0.5):
    return level * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


def write(path, waveform, rate):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, rate)


@pytest.fixture
def roots(tmp_path, monkeypatch):
    """An empty folder in $AUDIOGAN_DATA, and an empty cache beside it."""
    monkeypatch.setenv("AUDIOGAN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


# --- Speech Commands ---------------------------------------------------------------------------


def speech_commands(folder, words=(*published.DIGITS, "yes")):
    """Four recordings of each word by four people; one is for testing, one for validation."""
    parts = {"testing": [], "validation": []}
    for number, word in enumerate(words):
        for person, part in zip("abcd", (None, None, "testing", "validation"), strict=True):
            name = f"{word}/{person}0165e0e_nohash_0.wav"
            write(folder / name, tone(200 + 50 * number, 0.9 + 0.1 * (person == "a"), 16000), 16000)
            if part:
                parts[part].append(name)
    write(folder / "_background_noise_" / "running_tap.wav", np.zeros(16000), 16000)
    for part, names in parts.items():
        (folder / f"{part}_list.txt").write_text("\n".join(names) + "\n")
    (folder / "README.md").write_text("# Speech Commands")
    return folder


def test_sc09_is_the_ten_digits_in_the_published_split(roots):
    speech_commands(roots / "speech_commands_v0.02")
    corpus = corpora.load_corpus("sc09")
    assert corpus.name == "sc09" and corpus.classes == published.DIGITS
    assert (len(corpus.train), len(corpus.test)) == (20, 10) and corpus.sample_rate == 16000
    assert {path.name[0] for path in corpus.train.paths} == {"a", "b"}
    assert {path.name[0] for path in corpus.test.paths} == {"c"}
    for side in (corpus.train, corpus.test):
        for label, path in zip(side.labels, side.paths, strict=True):
            assert corpus.classes[label] == path.parent.name
    sounds = corpus.train.take([0, 3])
    assert sounds.shape == (2, corpus.representation.samples) and sounds.dtype == np.float32
    assert corpus.representation.samples >= 16000
    np.testing.assert_allclose(np.abs(sounds).max(axis=1), 0.95, rtol=1e-3)


def test_speech_commands_has_every_word_or_those_asked_for(roots):
    speech_commands(roots / "speech_commands")
    corpus = corpora.load_corpus("speech_commands")
    assert corpus.classes == tuple(sorted((*published.DIGITS, "yes")))
    some = corpora.load_corpus("speech_commands", words=("yes", "six"))
    assert some.classes == ("yes", "six") and len(some.train) == 4
    assert some.digest != corpus.digest
    assert some.digest == corpora.load_speech_commands(("yes", "six")).digest


@pytest.mark.parametrize(
    "damage, says",
    [
        ("testing_list.txt", r"no testing_list.txt here, so this is not sc09 as published"),
        ("validation_list.txt", r"no validation_list.txt here, so the published split is unknown"),
        ("seven", r"no folder with recordings of 'seven'"),
        ("two/c0165e0e_nohash_0.wav", r"1 of 20 listed recordings are not here, .*two/c0165e0e"),
    ],
)
def test_an_incomplete_sc09_is_refused(roots, damage, says):
    folder = speech_commands(roots / "speech_commands")
    target = folder / damage
    target.unlink() if target.is_file() else target.rename(roots / "elsewhere")
    with pytest.raises(InputError, match=says) as caught:
        corpora.load_corpus("sc09")
    assert "\n" not in str(caught.value) and "speech_commands" in str(caught.value)


def test_a_split_without_training_clips_is_refused(roots):
    folder = speech_commands(roots / "speech_commands", published.DIGITS)
    named = [f"{p.parent.name}/{p.name}" for p in folder.glob("[a-z]*/*.wav")]
    (folder / "testing_list.txt").write_text("\n".join(named))
    with pytest.raises(InputError, match="sc09: one side of the split is empty"):
        corpora.load_corpus("sc09")


# --- NSynth ------------------------------------------------------------------------------------

NOTES = [("bass_synthetic_033", 0, 2, 22), ("keyboard_electronic_001", 4, 1, 60)]


def notes():
    for instrument, family, source, pitch in NOTES:
        for velocity in (25, 127):
            yield f"{instrument}-{pitch:03d}-{velocity:03d}", family, source, pitch, velocity


def facts(family, source, pitch, velocity):
    return {
        "pitch": pitch,
        "velocity": velocity,
        "instrument_family": family,
        "instrument_source": source,
    }


def nsynth_json(folder):
    """The jsonwav form: examples.json with the documented keys, audio/NOTE.wav."""
    listed = {}
    for name, family, source, pitch, velocity in notes():
        write(folder / "audio" / f"{name}.wav", tone(5 * pitch, 4, 16000, velocity / 254), 16000)
        listed[name] = {
            "note": len(listed),
            "note_str": name,
            "instrument": 0,
            "instrument_str": name[:-8],
            "instrument_family_str": nsynth.FAMILIES[family],
            "instrument_source_str": nsynth.SOURCES[source],
            "qualities": [0] * 10,
            "qualities_str": [],
            "sample_rate": 16000,
            **facts(family, source, pitch, velocity),
        }
    (folder / "examples.json").write_text(json.dumps(listed, indent=4))


def nsynth_records(path, leave_out=(), chosen=slice(None)):
    """The TFRecord form: one tf.train.Example for each note, with the documented keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, family, source, pitch, velocity in list(notes())[chosen]:
            whole = {"note": 1, "sample_rate": 16000, **facts(family, source, pitch, velocity)}
            features = {
                key: tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
                for key, value in whole.items()
            }
            sound = tone(5 * pitch, 4, 16000, velocity / 254).astype("float32")
            features["audio"] = tf.train.Feature(float_list=tf.train.FloatList(value=sound))
            features["qualities"] = tf.train.Feature(int64_list=tf.train.Int64List(value=[0] * 10))
            features["note_str"] = tf.train.Feature(
                bytes_list=tf.train.BytesList(value=[name.encode()])
            )
            for key in leave_out:
                del features[key]
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())
    return path


def check_nsynth(corpus):
    assert corpus.classes == tuple(nsynth.FAMILIES) and corpus.sample_rate == 16000
    assert len(corpus.train) == len(corpus.test) == 4
    np.testing.assert_array_equal(corpus.train.labels, [0, 0, 4, 4])
    np.testing.assert_array_equal(corpus.train.factors["pitch"], [22, 22, 60, 60])
    np.testing.assert_array_equal(corpus.test.factors["velocity"], [25, 127, 25, 127])
    np.testing.assert_array_equal(corpus.test.factors["instrument_source"], [2, 2, 1, 1])
    assert corpus.train.factors["pitch"].dtype == np.float64
    samples = corpus.representation.samples
    assert samples >= 16000
    wanted = 0.95 / 0.5 * tone(300, 4, 16000)[:samples]
    np.testing.assert_allclose(corpus.train.read(3), wanted, atol=2e-3)
    np.testing.assert_allclose(np.abs(corpus.test.take([1, 2])).max(axis=1), 0.95, rtol=1e-3)


def test_nsynth_as_json_and_wav(roots):
    for part in ("train", "test"):
        nsynth_json(roots / "nsynth" / f"nsynth-{part}")
    check_nsynth(corpora.load_corpus("nsynth"))


def test_nsynth_as_records(roots):
    for part in ("train", "test"):
        nsynth_records(roots / "nsynth" / f"nsynth-{part}.tfrecord")
    check_nsynth(corpora.load_corpus("nsynth"))


def test_nsynth_as_shards_in_a_folder_of_their_own(roots):
    for number in range(2):
        name = f"nsynth-train.tfrecord-0000{number}-of-00002"
        nsynth_records(roots / "nsynth-train" / name, chosen=slice(2 * number, 2 * number + 2))
    nsynth_json(roots / "nsynth-test")
    check_nsynth(corpora.load_corpus("nsynth"))


@pytest.mark.parametrize(
    "label, classes, numbers",
    [("pitch", ("22", "60"), [0, 0, 1, 1]), ("source", nsynth.SOURCES, [2, 2, 1, 1])],
)
def test_nsynth_by_another_label(roots, label, classes, numbers):
    nsynth_json(roots / "nsynth" / "nsynth-test")
    corpus = corpora.load_corpus("nsynth", train="test", label=label, seconds=0.5)
    assert corpus.conditions == {label: classes}
    np.testing.assert_array_equal(corpus.train.labels, numbers)
    assert 8000 <= corpus.representation.samples < 12000
    with pytest.raises(InputError, match="label='colour'"):
        corpora.load_corpus("nsynth", label="colour")


def test_nsynth_from_records_feeds_the_pipeline(roots):
    nsynth_records(roots / "nsynth" / "nsynth-test.tfrecord")
    corpus = corpora.load_corpus("nsynth", train="test", seconds=0.2)
    images, conditions = next(iter(batches(corpus.train, corpus.representation, 4)))
    assert images.shape == (4, *corpus.representation.shape) and conditions.shape == (4, 1)


def test_a_damaged_nsynth_is_refused(roots):
    folder = roots / "nsynth" / "nsynth-test"
    nsynth_json(folder)
    next((folder / "audio").glob("*.wav")).unlink()
    load = lambda: corpora.load_corpus("nsynth", train="test")  # noqa: E731
    with pytest.raises(InputError, match=r"audio: 1 of 4 listed recordings are not here"):
        load()
    for text in ('{"a": 1', '{"a": {"pitch": 3}}', "[1, 2]", '{"a": 5}'):
        (folder / "examples.json").write_text(text)
        with pytest.raises(
            InputError, match=r"examples.json: not NSynth's list of notes"
        ) as caught:
            load()
        assert "\n" not in str(caught.value)
    (folder / "examples.json").unlink()
    path = nsynth_records(roots / "nsynth" / "nsynth-test.tfrecord", leave_out=["pitch"])
    with pytest.raises(InputError, match=r"nsynth-test.tfrecord: its records lack .*pitch"):
        load()
    nsynth_records(path, leave_out=["audio"])
    with pytest.raises(InputError, match=r"nsynth-test.tfrecord: no records with a feature 'audio"):
        load()
    whole = nsynth_records(path).read_bytes()
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"nsynth-test.tfrecord: no records"):
        load()
    for damaged in (whole[:-5], whole[:5000] + b"x" + whole[5001:], b"text" * 100):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"nsynth-test.tfrecord: not a whole TFRecord file"):
            load()


def test_records_lie_where_the_index_says(tmp_path):
    path = nsynth_records(tmp_path / "a.tfrecord")
    places, known = corpora.records.index_records(path, ("pitch",))
    content = path.read_bytes()
    for (start, length), pitch in zip(places, known["pitch"], strict=True):
        assert struct.unpack("<Q", content[start - 12 : start - 4]) == (length,)
        example = tf.train.Example.FromString(content[start : start + length])
        assert example.features.feature["pitch"].int64_list.value[0] == pitch
    assert len(places) == 4 and places[-1].sum() + 4 == len(content)


# --- LJ Speech ---------------------------------------------------------------------------------


def ljspeech(folder, count=40):
    rows = []
    for number in range(count):
        name = f"LJ001-{number + 1:04d}"
        write(folder / "wavs" / f"{name}.wav", tone(100 + number, 1 + number % 3, 22050), 22050)
        rows.append(f'{name}|He said "{number}, Dr. Ü|He said "number, Doctor Ü')
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "README").write_text("LJ Speech")
    return folder


def test_ljspeech(roots):
    ljspeech(roots / "LJSpeech-1.1")
    corpus = corpora.load_corpus("ljspeech", seconds=1.5)
    assert (len(corpus.train), len(corpus.test)) == (38, 2) and corpus.sample_rate == 22050
    assert corpus.class_counts == () and not set(corpus.train.paths) & set(corpus.test.paths)
    assert corpus.train.texts[0] == 'He said "number, Doctor Ü'
    assert len(corpus.test.texts) == 2
    assert corpus.train.take([0]).shape == (1, corpus.representation.samples)
    assert len(corpus.train.load(2)) == 3 * 22050  # whole, though a clip is 1.5 s


@pytest.mark.parametrize(
    "damage, says",
    [
        ("wav", r"wavs: 1 of 40 listed recordings are not here, the first is LJ001-0007.wav"),
        ("fields", r"metadata.csv: line 41 has 2 fields, not the three name\|text"),
        ("wavs", r"wavs: 40 of 40 listed recordings are not here"),
        ("table", r"ljspeech: no metadata.csv here, so this is not ljspeech as published"),
    ],
)
def test_a_damaged_ljspeech_is_refused(roots, damage, says):
    folder = ljspeech(roots / "ljspeech")
    if damage == "wav":
        (folder / "wavs" / "LJ001-0007.wav").unlink()
    elif damage == "fields":
        with open(folder / "metadata.csv", "a") as file:
            file.write("LJ001-0041|only this\n")
    elif damage == "wavs":
        (folder / "wavs").rename(folder / "sounds")
    else:
        (folder / "metadata.csv").unlink()
    with pytest.raises(InputError, match=says) as caught:
        corpora.load_corpus("ljspeech")
    assert "\n" not in str(caught.value)


def test_an_unreadable_recording_is_named_when_it_is_read(roots):
    folder = ljspeech(roots / "ljspeech")
    (folder / "wavs" / "LJ001-0002.wav").write_text("no sound")
    corpus = corpora.load_corpus("ljspeech")
    corpus.train.read(0)
    with pytest.raises(UnreadableSound, match="LJ001-0002.wav"):
        corpus.train.read(1)


# --- Kathleen ----------------------------------------------------------------------------------


def kathleen(folder, ending="flac"):
    rows = []
    for number in range(1, 41):
        name = f"arctic_a{number:04d}"
        write(folder / "wavs" / f"{name}.{ending}", tone(200, 1 + number % 3, 16000), 16000)
        rows.append(f"{name}|Sentence {number}.|Sentence {number}.")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("ending", ["flac", "wav"])
def test_kathleen_is_split_by_the_numbers_of_its_sentences(roots, ending):
    kathleen(roots / "kathleen", ending)
    corpus = corpora.load_corpus("kathleen")
    assert (len(corpus.train), len(corpus.test)) == (38, 2) and corpus.sample_rate == 16000
    assert [path.name for path in corpus.test.paths] == [
        f"arctic_a0020.{ending}",
        f"arctic_a0040.{ending}",
    ]
    assert corpus.test.texts == ("Sentence 20.", "Sentence 40.")
    assert len(corpus.train.load(1)) == 3 * 16000  # whole, though a clip is 2 s


def test_where_kathleen_is_nowhere_else_the_shipped_part_is_taken(roots):
    corpus = corpora.load_corpus("kathleen")
    assert (len(corpus.train), len(corpus.test)) == (54, 18)
    assert all(text.strip() and text[0].isupper() for text in corpus.train.texts)
    seconds = [len(corpus.test.load(i)) / 16000 for i in range(18)]
    assert min(seconds) > 1 and max(seconds) < 6.5


def test_the_shipped_part_of_kathleen_is_split_as_the_whole_is(roots):
    corpus = corpora.load_corpus("kathleen")
    held_out = {int(path.stem[-4:]) % 20 == 0 for path in corpus.test.paths}
    learned = {int(path.stem[-4:]) % 20 == 0 for path in corpus.train.paths}
    assert held_out == {True} and learned == {False}


def test_a_recording_of_kathleen_without_a_number_has_no_side(roots):
    folder = kathleen(roots / "kathleen")
    write(folder / "wavs" / "again.flac", tone(200, 1, 16000), 16000)
    with open(folder / "metadata.csv", "a") as file:
        file.write("again|Once more.|Once more.\n")
    with pytest.raises(InputError, match="again.flac: its name does not end in a number"):
        corpora.load_corpus("kathleen")


# --- VCTK --------------------------------------------------------------------------------------

SPEAKERS = """ID  AGE  GENDER  ACCENTS  REGION COMMENTS
p225  23  F    English    Southern  England
p226  22  M    English    Surrey
p315  18  M    American  New England (Text unavailable)
s5    24  M    British
"""


def vctk(folder, older=False, count=20):
    for speaker in ("p225", "p226", "p315", "s5"):
        for number in range(1, count + 1):
            name = f"{speaker}_{number:03d}"
            sound = tone(100 + number, 0.3, 48000)
            if older:
                write(folder / "wav48" / speaker / f"{name}.wav", sound, 48000)
            else:
                trimmed = folder / "wav48_silence_trimmed" / speaker
                write(trimmed / f"{name}_mic1.flac", sound, 48000)
                write(trimmed / f"{name}_mic2.flac", sound, 48000)
            if speaker != "p315":
                text = folder / "txt" / speaker / f"{name}.txt"
                text.parent.mkdir(parents=True, exist_ok=True)
                text.write_text(f"Sentence {number}.\n")
    lines = SPEAKERS.replace("p", "") if older else SPEAKERS  # older releases have 225 for p225
    (folder / "speaker-info.txt").write_text(lines)
    return folder


@pytest.mark.parametrize("older", [False, True])
def test_vctk(roots, older):
    vctk(roots / "vctk" if older else roots / "VCTK-Corpus-0.92", older)
    corpus = corpora.load_corpus("vctk", seconds=0.2)
    assert corpus.classes == ("p225", "p226", "p315", "s5") and corpus.sample_rate == 16000
    assert (len(corpus.train), len(corpus.test)) == (76, 4)
    np.testing.assert_array_equal(corpus.test.labels, [0, 1, 2, 3])
    np.testing.assert_array_equal(corpus.test.factors["age"], [23, 22, 18, 24])
    np.testing.assert_array_equal(corpus.test.factors["female"], [1, 0, 0, 0])
    assert corpus.test.texts == ("Sentence 20.", "Sentence 20.", "", "Sentence 20.")
    assert corpus.train.texts[:2] == ("Sentence 1.", "Sentence 2.")
    assert corpus.train.take([5]).shape == (1, corpus.representation.samples)
    assert len(corpus.train.load(0)) == pytest.approx(0.3 * 16000, abs=1)


def test_a_speaker_nobody_describes_is_kept(roots):
    folder = vctk(roots / "vctk")
    (folder / "speaker-info.txt").write_text("".join(SPEAKERS.splitlines(True)[:3]))
    corpus = corpora.load_corpus("vctk", seconds=0.2)
    assert corpus.classes == ("p225", "p226", "p315", "s5")
    assert np.isnan(corpus.test.factors["age"]).tolist() == [False, False, True, True]


def test_a_damaged_vctk_is_refused(roots):
    folder = vctk(roots / "vctk", count=2)
    with pytest.raises(InputError, match="vctk: one side of the split is empty"):
        corpora.load_corpus("vctk")
    (folder / "speaker-info.txt").write_text("ID AGE GENDER\np225 young F\n")
    with pytest.raises(InputError, match=r"speaker-info.txt: 'p225 young F' is not a line ID AGE"):
        corpora.load_corpus("vctk")
    (folder / "speaker-info.txt").unlink()
    with pytest.raises(InputError, match=r"no speaker-info.txt here, so this is not vctk"):
        corpora.load_corpus("vctk")
    (folder / "speaker-info.txt").write_text(SPEAKERS)
    (folder / "wav48_silence_trimmed").rename(folder / "sounds")
    with pytest.raises(InputError, match=r"wav48: no recordings SPEAKER/\*.wav here"):
        corpora.load_corpus("vctk")


# --- looked up and fetched ---------------------------------------------------------------------

TREES = {
    "sc09": speech_commands,
    "speech_commands": speech_commands,
    "ljspeech": ljspeech,
    "vctk": vctk,
}
NAMES = [*TREES, "nsynth"]


def plant(name, folder):
    if name == "nsynth":
        for part in ("train", "test"):
            nsynth_json(folder / f"nsynth-{part}")
    else:
        TREES[name](folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_be_given(roots, tmp_path, name):
    plant(name, tmp_path / "my own")
    corpus = corpora.load_corpus(name, folder=str(tmp_path / "my own"))
    assert corpus.name == name and len(corpus.train) > len(corpus.test) * 0.9
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: ") as caught:
        corpora.load_corpus(name, folder=tmp_path / "empty", fetch=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name, size",
    [
        ("sc09", "2.4"),
        ("speech_commands", "2.4"),
        ("ljspeech", "2.7"),
        ("vctk", "12"),
        ("nsynth", "24"),
    ],
)
def test_nothing_long_is_fetched_unasked(roots, name, size):
    message = rf"{name} is not in .* {size} GB are not .* load_corpus\('{name}', fetch=True\)"
    with pytest.raises(InputError, match=message) as caught:
        corpora.load_corpus(name)
    assert "\n" not in str(caught.value)


def packed(folder, path, top):
    """A .tar.gz or .zip archive of a folder, as published: with a top folder or without."""
    members = sorted(p for p in folder.rglob("*") if p.is_file())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for member in members:
                archive.write(member, f"{top}{member.relative_to(folder)}")
    else:
        with tarfile.open(path, "w:gz") as archive:
            for member in members:
                info = tarfile.TarInfo(f"{top or './'}{member.relative_to(folder)}")
                content = member.read_bytes()
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "name, archive, top",
    [
        ("sc09", "speech_commands_v0.02.tar.gz", ""),
        ("ljspeech", "LJSpeech-1.1.tar.gz", "LJSpeech-1.1/"),
        ("vctk", "VCTK-Corpus-0.92.zip", ""),
    ],
)
def test_fetched_unpacked_and_found_again(roots, tmp_path, monkeypatch, name, archive, top):
    plant(name, tmp_path / "tree")
    path = packed(tmp_path / "tree", tmp_path / archive, top)
    key = "speech_commands" if name == "sc09" else name
    known = published.Archive(path.as_uri(), path.stat().st_size, sha256(path))
    monkeypatch.setitem(published.ARCHIVES, key, known)
    first = corpora.load_corpus(name, fetch=True)
    again = corpora.load_corpus(name)
    assert first.digest == again.digest and len(first.train)
    assert [p.name for p in (tmp_path / "cache" / "audiogan_tf").iterdir()] == [key]


def test_nsynth_is_fetched_part_by_part(roots, tmp_path, monkeypatch):
    nsynth_json(tmp_path / "tree")
    for part in ("train", "test"):
        archive = tmp_path / f"nsynth-{part}.jsonwav.tar.gz"
        packed(tmp_path / "tree", archive, f"nsynth-{part}/")
        known = published.Archive(archive.as_uri(), 1, None)
        monkeypatch.setitem(nsynth.ARCHIVES, part, known)
    check_nsynth(corpora.load_corpus("nsynth", fetch=True))
    check_nsynth(corpora.load_corpus("nsynth"))


def test_another_archive_than_the_published_one_is_refused(roots, tmp_path, monkeypatch):
    path = packed(ljspeech(tmp_path / "tree"), tmp_path / "LJSpeech-1.1.tar.gz", "LJSpeech-1.1/")
    known = published.Archive(path.as_uri(), 1, "0" * 64)
    monkeypatch.setitem(published.ARCHIVES, "ljspeech", known)
    with pytest.raises(InputError, match=r"LJSpeech-1.1.tar.gz: SHA-256 is"):
        corpora.load_corpus("ljspeech", fetch=True)
    assert list((tmp_path / "cache" / "audiogan_tf").iterdir()) == []
