import json
import os
import threading
import weakref

from audiogan_tf import corpora
from audiogan_tf.corpora import Clips, Corpus, shards
from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError
from audiogan_tf.sound.representation import Representation

import numpy as np
import pytest
import soundfile
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

TINY = Representation(8000, 64, 32, 32, n_mels=32)
BATCH = 7


def numbered(count, name="numbered", seed=0):
    """A corpus in memory whose clips' condition is their own number."""
    rng = np.random.default_rng(seed)
    sounds = np.rint(rng.uniform(-9000, 9000, (count, TINY.samples))) / 32768
    numbers = np.arange(count, dtype="int32")[:, None]
    clips = Clips(sounds.astype("float32"), numbers, {"loudness": rng.uniform(size=count)})
    classes = {"number": tuple(map(str, range(count)))}
    test = Clips(clips.audio[:5], numbers[:5], {"loudness": clips.factors["loudness"][:5]})
    return Corpus(name, 8000, classes, TINY, clips, test, digest=f"{name} {count}")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """50 clips in 7 shards, read back from disk."""
    return shards.write_shards(numbered(50), tmp_path_factory.mktemp("s") / "kept", 8)


def drawn(clips, count, **options):
    """Numbers of the clips in the first `count` batches, (count, BATCH)."""
    data = batches(clips, TINY, BATCH, **options).take(count)
    return np.stack([conditions.numpy()[:, 0] for _, conditions in data])


def test_what_is_read_is_what_was_written(kept):
    corpus = numbered(50)
    assert kept.name == "numbered" and kept.digest == corpus.digest
    assert kept.conditions == corpus.conditions and kept.sample_rate == 8000
    assert kept.representation.get_config() == TINY.get_config()
    for side, wanted in ((kept.train, corpus.train), (kept.test, corpus.test)):
        np.testing.assert_array_equal(side.audio, wanted.audio)
        np.testing.assert_array_equal(side.conditions, wanted.conditions)
        np.testing.assert_array_equal(side.factors["loudness"], wanted.factors["loudness"])
    assert len({path.name for path in kept.train.paths}) == 7


@settings(deadline=None, max_examples=12)
@given(count=st.integers(1, 40), per_shard=st.integers(1, 41))
def test_any_number_of_clips_in_shards_of_any_size(tmp_path_factory, count, per_shard):
    corpus = numbered(count)
    again = shards.write_shards(corpus, tmp_path_factory.mktemp("s"), per_shard)
    np.testing.assert_array_equal(again.train.audio, corpus.train.audio)


def test_every_clip_comes_once_in_each_epoch(kept):
    order = drawn(kept.train, 50).reshape(BATCH, 50)  # 7 epochs
    for epoch in order:
        assert sorted(epoch) == list(range(50))
    assert not (order[0] == order[1]).all()


def test_the_shuffle_is_global(kept):
    """Neighbours in the order come from the same shard no oftener than by chance (1 in 7)."""
    order = drawn(kept.train, 100).reshape(-1)
    same = np.mean(order[1:] // 8 == order[:-1] // 8)
    assert same < 0.25


@pytest.mark.parametrize("start", [1, 6, 8, 20])
def test_a_resumed_run_sees_what_an_undisturbed_one_sees(kept, start):
    whole = list(batches(kept.train, TINY, BATCH, seed=3).take(24))
    rest = batches(kept.train, TINY, BATCH, seed=3, start_step=start).take(4)
    for (images, labels), (later, later_labels) in zip(whole[start:], rest, strict=False):
        np.testing.assert_array_equal(images, later)
        np.testing.assert_array_equal(labels, later_labels)


def test_shards_give_the_batches_that_the_corpus_gives(kept):
    corpus = numbered(50)
    pairs = zip(
        batches(kept.train, TINY, BATCH).take(9),
        batches(corpus.train, TINY, BATCH).take(9),
        strict=True,
    )
    for (images, labels), (wanted, wanted_labels) in pairs:
        np.testing.assert_allclose(images, wanted, atol=1e-4)
        np.testing.assert_array_equal(labels, wanted_labels)


def test_any_reader_of_tfrecord_can_read_them(kept):
    names = sorted(path.as_posix() for path in set(kept.train.paths))
    wanted = {key: tf.io.FixedLenFeature([], tf.string) for key in ("audio", "conditions")}
    found = [tf.io.parse_single_example(r, wanted) for r in tf.data.TFRecordDataset(names)]
    sounds = np.stack([tf.io.decode_raw(f["audio"], tf.int16).numpy() for f in found]) / 32768
    numbers = [tf.io.decode_raw(f["conditions"], tf.int32).numpy()[0] for f in found]
    np.testing.assert_allclose(sounds, kept.train.audio, atol=1e-7)
    assert numbers == list(range(50))


def test_a_folder_of_shards_is_a_corpus(kept):
    again = corpora.load_corpus(kept.train.paths[0].parent)
    assert again.name == "numbered"
    np.testing.assert_array_equal(again.train.take([3, 49]), kept.train.take([3, 49]))


def test_shards_are_written_once(tmp_path):
    first = shards.write_shards(numbered(20), tmp_path, 8)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = shards.write_shards(numbered(20), tmp_path, 8)
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    np.testing.assert_array_equal(first.train.audio, again.train.audio)


def test_a_folder_of_sound_files_becomes_shards(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(30):
        (tmp_path / "in" / f"l{number % 3}").mkdir(parents=True, exist_ok=True)
        sound = rng.uniform(-0.5, 0.5, 11025)
        soundfile.write(tmp_path / "in" / f"l{number % 3}" / f"{number:02d}.flac", sound, 22050)
    corpus = corpora.load_corpus(tmp_path / "in", sample_rate=8000)
    kept = shards.write_shards(corpus, tmp_path / "out", 10)
    np.testing.assert_allclose(kept.train.audio, corpus.train.audio, atol=1 / 32768)
    np.testing.assert_array_equal(kept.train.labels, corpus.train.labels)
    assert kept.classes == ("l0", "l1", "l2")
    assert kept.own and kept.key == corpus.key and kept.train.balanced


def test_shards_of_a_corpus_of_the_kit_are_the_kits(kept):
    assert not kept.own and not kept.train.balanced and kept.key == numbered(50).key


def test_options_of_a_folder_are_followed_or_refused_by_one_of_shards(kept):
    folder = kept.train.paths[0].parent
    fitting = {"sample_rate": 8000, "seconds": 0.12, "skip_unreadable": False, "slice": None}
    assert corpora.load_corpus(folder, **fitting).key == kept.key
    for option in ({"sample_rate": 16000}, {"seconds": 1.0}, {"slice": True}):
        (name,) = option
        with pytest.raises(InputError, match=rf"clips of 0\.12 s at 8000 Hz, so {name}="):
            corpora.load_corpus(folder, **option)


@pytest.fixture
def copy(tmp_path):
    """A folder with 20 clips in 3 shards."""
    shards.write_shards(numbered(20), tmp_path, 8)
    return tmp_path


def change(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_a_shard_that_was_cut_short_is_named(copy):
    path = copy / "train-00001-of-00003.tfrecord"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match=r"train-00001-of-00003.tfrecord: damaged, .* bytes") as e:
        shards.load_shards(copy)
    assert "\n" not in str(e.value) and "write the shards again" in str(e.value)


def test_a_missing_shard_is_named(copy):
    (copy / "train-00002-of-00003.tfrecord").unlink()
    with pytest.raises(InputError, match=r"train-00002-of-00003.tfrecord: no such file"):
        shards.load_shards(copy)


def test_one_changed_byte_is_found_when_its_clip_is_read(copy):
    path = copy / "train-00001-of-00003.tfrecord"
    change(path, path.stat().st_size // 3)
    clips = shards.load_shards(copy).train
    clips.take(range(8))  # the first shard is whole
    with pytest.raises(InputError, match=r"train-00001-of-00003.tfrecord: damaged, record \d"):
        clips.take(range(8, 16))
    with pytest.raises(tf.errors.OpError, match=r"train-00001-of-00003.tfrecord: damaged"):
        list(batches(clips, TINY, BATCH).take(3))


@pytest.mark.parametrize("name", ["train-index.npz", "test-index.npz"])
def test_a_changed_index_is_named(copy, name):
    change(copy / name, 200)
    with pytest.raises(InputError, match=f"{name}: damaged"):
        shards.load_shards(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"representation": 3}'])
def test_a_damaged_manifest_is_named(copy, text):
    (copy / shards.MANIFEST).write_text(text)
    with pytest.raises(InputError, match=r"shards.json: damaged"):
        shards.load_shards(copy)


def test_a_folder_without_shards_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"shards.json: no such file"):
        shards.load_shards(tmp_path)


def test_another_corpus_is_refused(copy):
    with pytest.raises(InputError, match=r"holds shards of 'numbered'.*not of 'other'"):
        shards.write_shards(numbered(20, "other"), copy)
    kept = numbered(20)
    shorter = Representation(8000, 64, 32, 16, n_mels=32)
    other = Corpus("numbered", 8000, kept.conditions, shorter, kept.train, kept.test, kept.digest)
    with pytest.raises(InputError, match=r"992 samples\), not of .* 480 samples.*another folder"):
        shards.write_shards(other, copy)


def test_an_interrupted_writing_leaves_no_corpus_and_can_be_done_again(tmp_path, monkeypatch):
    corpus, written = numbered(20), []

    class Stopped(Clips):
        def read(self, index):
            written.append(index)
            if index == 12:
                raise KeyboardInterrupt
            return self.audio[index]

    broken = Stopped(corpus.train.audio, corpus.train.conditions, corpus.train.factors)
    stopped = Corpus("numbered", 8000, corpus.conditions, TINY, broken, corpus.test, corpus.digest)
    with pytest.raises(KeyboardInterrupt):
        shards.write_shards(stopped, tmp_path, 8)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"train-00000-of-00003.tfrecord", shards.PLAN}
    before = (tmp_path / "train-00000-of-00003.tfrecord").stat().st_mtime_ns
    kept = shards.write_shards(corpus, tmp_path, 8)
    np.testing.assert_array_equal(kept.train.audio, corpus.train.audio)
    assert (tmp_path / "train-00000-of-00003.tfrecord").stat().st_mtime_ns == before
    assert not (tmp_path / shards.PLAN).exists()


@settings(deadline=None, max_examples=12)
@given(parts=st.integers(1, 6), order=st.randoms(use_true_random=False))
def test_any_number_of_machines_write_disjoint_parts_that_are_complete(
    tmp_path_factory, parts, order
):
    folder, corpus, counted = tmp_path_factory.mktemp("parts"), numbered(30), []
    turns = list(range(1, parts + 1))
    order.shuffle(turns)
    for place, turn in enumerate(turns):
        before = {path: path.stat().st_mtime_ns for path in folder.glob("*.tfrecord")}
        kept = shards.write_shards(corpus, folder, 7, (turn, parts), counted.append)
        assert all(path.stat().st_mtime_ns == time for path, time in before.items())
        assert (kept is None) == (place < parts - 1 and not (folder / shards.MANIFEST).exists())
    assert sum(counted) == 35, "each clip is written once"
    np.testing.assert_array_equal(kept.train.audio, corpus.train.audio)
    np.testing.assert_array_equal(kept.test.audio, corpus.test.audio)


def test_shards_of_another_corpus_that_were_begun_are_refused(tmp_path):
    assert shards.write_shards(numbered(20), tmp_path, 4, (1, 2)) is None
    with pytest.raises(InputError, match=r"shards.plan.json: shards of another corpus"):
        shards.write_shards(numbered(20, "other"), tmp_path, 4, (2, 2))


def test_a_damaged_shard_of_another_machine_is_named(tmp_path):
    shards.write_shards(numbered(20), tmp_path, 4, (1, 2))
    path = tmp_path / "train-00002-of-00005.tfrecord"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match=r"train-00002-of-00005.tfrecord: damaged"):
        shards.write_shards(numbered(20), tmp_path, 4, (2, 2))


def test_writing_holds_one_shard_in_memory(tmp_path):
    """Of 100 clips decoded, no more than a shard's eight and one a thread live at once."""
    corpus, alive, most, lock = numbered(100), weakref.WeakSet(), [0], threading.Lock()

    class Sound(np.ndarray):
        __hash__ = object.__hash__

    class Watched(Clips):
        def read(self, index):
            sound = self.audio[index].copy().view(Sound)
            with lock:
                alive.add(sound)
                most[0] = max(most[0], len(alive))
            return sound

    watched = Watched(corpus.train.audio, corpus.train.conditions)
    sides = (watched, corpus.test)
    shards.write_shards(
        Corpus("numbered", 8000, corpus.conditions, TINY, *sides, corpus.digest), tmp_path, 8
    )
    assert 1 <= most[0] <= 8 + (os.cpu_count() or 1) + 4


def test_reading_opens_one_file_at_a_time_and_decodes_a_few_clips_ahead(tmp_path, monkeypatch):
    kept = shards.write_shards(numbered(2000), tmp_path, 50)
    read, reads = shards.ShardClips.read, []

    def counted(self, index):
        reads.append(int(index))
        return read(self, index)

    monkeypatch.setattr(shards.ShardClips, "read", counted)
    descriptors = "/proc/self/fd"
    before = len(os.listdir(descriptors)) if os.path.isdir(descriptors) else 0
    for _ in batches(kept.train, TINY, BATCH).take(2):
        if before:
            assert len(os.listdir(descriptors)) < before + 40
    assert 2 * BATCH <= len(reads) <= 150


def test_the_manifest_says_what_is_there(kept):
    about = json.loads((kept.train.paths[0].parent / shards.MANIFEST).read_text("utf-8"))
    assert about["corpus"] == "numbered" and about["clips_per_shard"] == 8
    assert about["sides"]["train"]["clips"] == 50 and len(about["sides"]["train"]["shards"]) == 7
    assert about["representation"]["sample_rate"] == 8000
