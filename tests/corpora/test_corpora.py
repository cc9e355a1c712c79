import io
import tarfile
import warnings

from audiogan_tf import corpora, synth
from audiogan_tf.corpora import drums as drums_module
from audiogan_tf.corpora import fsdd as fsdd_module
from audiogan_tf.errors import InputError, UnreadableSound

import numpy as np
import pytest
import soundfile


@pytest.fixture(scope="module")
def drums():
    return corpora.load_corpus("drums")


def write_sounds(folder, labels, each=3, rate=8000, samples=4096):
    """`each` short tones per label; "" puts them into the folder itself."""
    for number, label in enumerate(labels):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for take in range(each):
            tone = 0.5 * np.sin(0.05 * (1 + number) * np.arange(samples) + take)
            soundfile.write(folder / label / f"take_{take:04d}.wav", tone, rate)
    return folder


def test_what_drums_says_of_itself(drums):
    assert drums.conditions == {"drum": synth.DRUMS} and drums.classes == synth.DRUMS
    assert drums.class_counts == (8,) and drums.sample_rate == 16000


@pytest.mark.parametrize("side, each", [("train", 500), ("test", 100)])
def test_drums_are_split_and_every_factor_is_known(drums, side, each):
    clips = getattr(drums, side)
    assert clips.audio.shape == (8 * each, drums.representation.samples)
    assert clips.audio.dtype == np.float32 and np.abs(clips.audio).max() <= 0.95 + 1e-4
    assert len(clips) == 8 * each and (np.bincount(clips.labels) == each).all()
    assert sorted(clips.factors) == sorted(synth.DRUM_FACTORS)
    for label, name in enumerate(synth.DRUMS):
        for factor, (low, high) in synth.RANGES[name].items():
            values = clips.factors[factor][clips.labels == label]
            assert len(values) == each and low <= values.min() and values.max() <= high
            assert len(np.unique(values)) == each


def test_no_drum_is_on_both_sides_or_twice(drums):
    sounds = [clip.tobytes() for clip in np.concatenate([drums.train.audio, drums.test.audio])]
    assert len(set(sounds)) == len(sounds)


def test_drums_are_the_same_each_time(drums, monkeypatch):
    """Fewer clips, made again: each class has its own generator, so they are the first ones."""
    monkeypatch.setattr(drums_module, "PER_CLASS", {"train": 5, "test": 2})
    again = corpora.load_drums()
    first = np.concatenate([np.arange(5) + 500 * label for label in range(8)])
    np.testing.assert_array_equal(again.train.audio, drums.train.take(first))
    np.testing.assert_array_equal(again.train.factors["pitch"], drums.train.factors["pitch"][first])


def test_a_label_is_found_by_name(drums):
    assert drums.label_index("snare") == 1
    with pytest.raises(InputError, match="kick, snare, clap"):
        drums.label_index("violin")


def test_fsdd(fsdd):
    assert fsdd.digest == fsdd_module.DIGEST and fsdd.sample_rate == 8000
    assert (len(fsdd.train), len(fsdd.test)) == (2700, 300)
    assert fsdd.class_counts == (10, 6) and fsdd.classes == tuple("0123456789")
    assert fsdd.train.audio.shape == (2700, fsdd.representation.samples)
    assert fsdd.train.conditions.dtype == np.int32 and fsdd.train.conditions.shape == (2700, 2)
    np.testing.assert_allclose(np.abs(fsdd.train.audio).max(axis=1), 0.95, rtol=1e-5)
    takes = {int(name.split("_")[2].split(".")[0]) for name in fsdd.test.names}
    assert takes == {0, 1, 2, 3, 4}
    cells = {tuple(row) for row in fsdd.test.conditions}
    assert len(cells) == 60


def test_fsdd_with_one_changed_byte_is_refused(fsdd, tmp_path, monkeypatch):
    copy = tmp_path / "fsdd" / "recordings"
    copy.mkdir(parents=True)
    for path in fsdd_module._find_fsdd().glob("*.wav"):
        (copy / path.name).symlink_to(path)
    monkeypatch.setenv("AUDIOGAN_DATA", str(tmp_path))
    changed = copy / "7_theo_12.wav"
    content = bytearray(changed.read_bytes())
    content[1000] ^= 1
    changed.unlink()
    changed.write_bytes(content)
    with pytest.raises(InputError, match=r"recordings: the 3000 recordings differ.*delete the"):
        corpora.load_corpus("fsdd")


def test_without_network_the_sentence_names_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nowhere = "http://127.0.0.1:9/fsdd.tar.gz"
    with pytest.raises(InputError, match=r"could not be fetched.*:9/.*AUDIOGAN_DATA") as caught:
        fsdd_module._fetch_fsdd(nowhere)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "audiogan_tf").iterdir()) == []


def archive(path, members):
    with tarfile.open(path, "w:gz") as file:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = 4
            file.addfile(info, io.BytesIO(b"data"))
    return path.as_uri()


def test_a_fetched_archive_is_unpacked_into_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = archive(tmp_path / "a.tar.gz", ["fsdd-1/recordings/0_theo_0.wav"])
    folder = fsdd_module._fetch_fsdd(url)
    assert [path.name for path in folder.iterdir()] == ["0_theo_0.wav"]
    assert folder == tmp_path / "cache" / "audiogan_tf" / "fsdd" / "recordings"
    assert [path.name for path in folder.parent.parent.iterdir()] == ["fsdd"]


def test_a_fetched_archive_that_leaves_its_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = archive(tmp_path / "a.tar.gz", ["fsdd-1/recordings/0_theo_0.wav", "../../../evil.wav"])
    with pytest.raises(InputError, match=r"evil.wav.*outside"):
        fsdd_module._fetch_fsdd(url)
    assert not list(tmp_path.rglob("evil.wav"))
    assert list((tmp_path / "cache" / "audiogan_tf").iterdir()) == []


def test_an_archive_without_recordings_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = archive(tmp_path / "a.tar.gz", ["other/readme.txt"])
    with pytest.raises(InputError, match="holds no folder 'recordings'"):
        fsdd_module._fetch_fsdd(url)


def test_folder_labels_come_from_subfolders(tmp_path):
    odd = ["a b", "über", "鼓", "x,\"y'", "#1 $HOME"]
    corpus = corpora.load_corpus(write_sounds(tmp_path, odd, each=12))
    assert corpus.classes == tuple(sorted(odd)) and corpus.class_counts == (5,)
    assert (len(corpus.train), len(corpus.test)) == (55, 5)
    for label, path in zip(corpus.train.labels, corpus.train.paths, strict=True):
        assert path.parent.name == corpus.classes[label]
    assert {*corpus.train.paths} & {*corpus.test.paths} == set()
    sounds = corpus.train.take([0, 7])
    assert sounds.shape == (2, corpus.representation.samples) and sounds.dtype == np.float32
    np.testing.assert_allclose(np.abs(sounds).max(axis=1), 0.95, rtol=1e-5)
    assert corpus.representation.seconds >= 4096 / 8000


def test_an_unlabelled_folder_has_no_conditions_to_tell_apart(tmp_path):
    corpus = corpora.load_corpus(write_sounds(tmp_path, [""], each=11), sample_rate=8000)
    assert corpus.class_counts == () and len(corpus.train) == 10 and corpus.sample_rate == 8000


def test_a_folder_of_one_file_can_be_loaded(tmp_path):
    corpus = corpora.load_corpus(write_sounds(tmp_path, [""], each=1))
    assert len(corpus.train) == len(corpus.test) == 1


def test_a_folder_is_the_same_each_time_and_a_changed_one_is_not(tmp_path):
    write_sounds(tmp_path, ["a", "b"])
    first, again = (corpora.load_corpus(tmp_path) for _ in range(2))
    assert first.digest == again.digest and first.train.paths == again.train.paths
    (tmp_path / "a" / "take_0000.wav").rename(tmp_path / "b" / "other.wav")
    assert corpora.load_corpus(tmp_path).digest != first.digest


def test_one_bad_file_in_a_thousand_is_named_and_left_out(tmp_path):
    write_sounds(tmp_path, [""], each=1000, samples=800)
    bad = tmp_path / "take_0500.wav"
    bad.write_text("this is text")
    with pytest.warns(UserWarning, match=r"left out: .*take_0500.wav") as seen:
        corpus = corpora.load_corpus(tmp_path)
    assert len([w for w in seen if "left out" in str(w.message)]) == 1
    assert len(corpus.train) + len(corpus.test) == 999
    assert bad not in corpus.train.paths + corpus.test.paths
    with pytest.raises(UnreadableSound, match=r"take_0500.wav"):
        corpora.load_corpus(tmp_path, skip_unreadable=False)


@pytest.mark.parametrize("kind", ["empty", "text", "truncated", "nan", "no samples"])
def test_each_kind_of_bad_file_is_named(tmp_path, kind):
    write_sounds(tmp_path, [""], each=2)
    path = tmp_path / "bad.wav"
    if kind == "truncated":
        path.write_bytes((tmp_path / "take_0000.wav").read_bytes()[:2000])
    elif kind == "nan":
        soundfile.write(path, np.full(100, np.nan), 8000, subtype="FLOAT")
    elif kind == "no samples":
        soundfile.write(path, np.zeros(0), 8000)
    else:
        path.write_text("" if kind == "empty" else "not a sound")
    with pytest.warns(UserWarning, match="bad.wav"):
        assert len(corpora.load_corpus(tmp_path).train) == 1
    with pytest.raises(UnreadableSound, match="bad.wav"):
        corpora.load_corpus(tmp_path, skip_unreadable=False)


def test_unusual_sounds_are_used_without_a_warning(tmp_path):
    rng = np.random.default_rng(0)
    noise = rng.uniform(-0.5, 0.5, (9600, 8))
    soundfile.write(tmp_path / "eight_channels.wav", noise, 48000)
    soundfile.write(tmp_path / "96k.wav", noise[:, 0], 96000)
    soundfile.write(tmp_path / "24bit.wav", noise[:, 0], 8000, subtype="PCM_24")
    soundfile.write(tmp_path / "float64.wav", noise[:, 0], 8000, subtype="DOUBLE")
    soundfile.write(tmp_path / "one_sample.wav", noise[:1, 0], 8000)
    soundfile.write(tmp_path / "silence.wav", np.zeros(800), 8000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        corpus = corpora.load_corpus(tmp_path, sample_rate=8000)
        sounds = corpus.train.audio
    assert np.isfinite(sounds).all() and np.isfinite(corpus.representation.forward(sounds)).all()
    assert len(corpus.train) + len(corpus.test) == 6


def test_a_folder_without_one_good_sound_is_refused(tmp_path):
    with pytest.raises(InputError, match="no sound files here.*subfolder for each label"):
        corpora.load_corpus(tmp_path)
    (tmp_path / "notes.txt").write_text("no sound")
    with pytest.raises(InputError, match="no sound files here"):
        corpora.load_corpus(tmp_path)
    (tmp_path / "only.wav").write_text("no sound either")
    with pytest.raises(UnreadableSound, match="only.wav"):
        corpora.load_corpus(tmp_path)


def test_a_folder_is_also_looked_up_where_corpora_lie(tmp_path, monkeypatch):
    for word in ("ja", "nein"):
        (tmp_path / "words" / word).mkdir(parents=True)
        for take in range(3):
            soundfile.write(tmp_path / "words" / word / f"{take}.wav", np.ones(4000) / 2, 8000)
    monkeypatch.setenv("AUDIOGAN_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    assert corpora.load_corpus("words").classes == ("ja", "nein")
    with pytest.raises(InputError, match="'wordz' is neither a folder"):
        corpora.load_corpus("wordz")


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r"'drumz'.*known: drums, fsdd"):
        corpora.load_corpus("drumz")
    with pytest.raises(InputError, match="known: drums, fsdd"):
        corpora.load_corpus(tmp_path / "missing")
    file = tmp_path / "a.wav"
    file.write_text("")
    with pytest.raises(InputError, match="this is a file; give the folder"):
        corpora.load_corpus(file)
