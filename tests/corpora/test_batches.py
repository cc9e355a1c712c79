from audiogan_tf import corpora
from audiogan_tf.corpora import Clips
from audiogan_tf.corpora.batches import batches
from audiogan_tf.sound.representation import Representation, forward_all, inverse_all

import numpy as np
import pytest
import soundfile
import tensorflow as tf

TINY = Representation(8000, 64, 32, 32, n_mels=32)


def numbered_clips(count):
    """Clips whose condition is their own number."""
    rng = np.random.default_rng(0)
    sounds = rng.uniform(-0.5, 0.5, (count, TINY.samples)).astype("float32")
    return Clips(sounds, np.arange(count, dtype="int32")[:, None])


def drawn(clips, count, batch_size, **options):
    """Numbers of the clips in the first `count` batches, (count, batch_size)."""
    data = batches(clips, TINY, batch_size, **options).take(count)
    return np.stack([conditions.numpy()[:, 0] for _, conditions in data])


def test_each_epoch_is_another_permutation():
    order = drawn(numbered_clips(24), 9, 8).reshape(3, 24)
    for epoch in order:
        assert sorted(epoch) == list(range(24))
    assert not (order[0] == order[1]).all() and not (order[1] == order[2]).all()
    assert not (order[0] == np.arange(24)).all()


def test_epochs_need_not_be_whole_batches():
    order = drawn(numbered_clips(10), 15, 4).reshape(-1)
    for epoch in order.reshape(6, 10):
        assert sorted(epoch) == list(range(10))


@pytest.mark.parametrize("start", [1, 5, 7])
def test_any_step_can_be_the_first(start):
    clips = numbered_clips(10)
    whole = drawn(clips, 12, 4)
    np.testing.assert_array_equal(drawn(clips, 4, 4, start_step=start), whole[start : start + 4])


def test_the_seed_decides_the_order():
    clips = numbered_clips(24)
    np.testing.assert_array_equal(drawn(clips, 3, 8, seed=1), drawn(clips, 3, 8, seed=1))
    assert not (drawn(clips, 3, 8, seed=1) == drawn(clips, 3, 8, seed=2)).all()


def test_pictures_and_conditions_belong_together():
    clips = numbered_clips(12)
    pictures = TINY.forward(clips.audio).numpy()
    for images, conditions in batches(clips, TINY, 4).take(6):
        assert images.shape == (4, *TINY.shape) and images.dtype == tf.float32
        np.testing.assert_allclose(images, pictures[conditions.numpy()[:, 0]], atol=1e-5)


def test_without_conditions_there_are_only_pictures():
    (images,) = batches(numbered_clips(8), TINY, 4, conditional=False).take(1)
    assert images.shape == (4, *TINY.shape)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A corpus of 60 small files on disk, and how often each is read: a list."""
    path = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    for number in range(60):
        (path / f"l{number % 3}").mkdir(exist_ok=True)
        name = path / f"l{number % 3}" / f"{number:02d}.wav"
        soundfile.write(name, rng.uniform(-0.5, 0.5, TINY.samples), 8000)
    return corpora.load_corpus(path, sample_rate=8000)


def test_a_streamed_folder_equals_the_same_clips_in_memory(folder):
    streamed = folder.train
    held = Clips(streamed.audio, streamed.conditions)
    pairs = zip(
        batches(streamed, folder.representation, 7, seed=3).take(12),
        batches(held, folder.representation, 7, seed=3).take(12),
        strict=True,
    )
    for (images, labels), (held_images, held_labels) in pairs:
        np.testing.assert_allclose(images, held_images, atol=1e-4)
        np.testing.assert_array_equal(labels, held_labels)


def test_a_streamed_folder_starts_at_any_step(folder):
    whole = list(batches(folder.train, folder.representation, 7).take(9))
    later = list(batches(folder.train, folder.representation, 7, start_step=6).take(3))
    for (images, labels), (later_images, later_labels) in zip(whole[6:], later, strict=True):
        np.testing.assert_array_equal(images, later_images)
        np.testing.assert_array_equal(labels, later_labels)


def test_files_are_read_only_as_they_are_needed(tmp_path, monkeypatch):
    """A thousand clips promised, 2 batches taken: what is read is those and a few ahead."""
    samples = TINY.samples
    soundfile.write(tmp_path / "one.wav", np.full(samples, 0.5), 8000)
    paths = (tmp_path / "one.wav",) * 1000
    clips = corpora.StreamedClips(paths, np.zeros((1000, 1), "int32"), 8000, samples)
    read, reads = corpora.StreamedClips.read, []

    def counted(self, index):
        reads.append(int(index))
        return read(self, index)

    monkeypatch.setattr(corpora.StreamedClips, "read", counted)
    assert len(list(batches(clips, TINY, 4).take(2))) == 2
    assert 8 <= len(reads) <= 100


def test_many_pictures_are_computed_in_parts():
    clips = numbered_clips(21)
    pictures = forward_all(clips.audio, TINY, batch=8)
    np.testing.assert_allclose(pictures, TINY.forward(clips.audio), atol=1e-4)
    sounds = inverse_all(pictures, TINY, iterations=2, batch=8)
    assert sounds.shape == clips.audio.shape and np.isfinite(sounds).all()


def unequal(balanced, sizes=(40, 4, 7)):
    """Streamed clips of unequal classes; each clip's file is its own number."""
    labels = np.repeat(np.arange(len(sizes)), sizes).astype("int32")
    return NumberedClips(tuple(range(len(labels))), labels[:, None], 8000, 32, balanced=balanced)


class NumberedClips(corpora.StreamedClips):
    """Every sample of a clip is its number."""

    def read(self, index):
        return np.full(self.samples, index, "float32")


class Plain:
    """Shows clips as they are."""

    samples = 32

    @staticmethod
    def forward(waveforms):
        return waveforms[:, :1]


def numbers(clips, count, **options):
    """Clips and labels of `count` batches of six, each (count * 6,)."""
    data = list(batches(clips, Plain, 6, **options).take(count))
    return tuple(
        np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*data, strict=True)
    )


def test_every_class_of_unequal_ones_is_drawn_equally_often():
    order, labels = numbers(unequal(True), 200)
    assert np.bincount(labels).tolist() == [400, 400, 400]
    for label, size, first in ((0, 40, 0), (1, 4, 40), (2, 7, 44)):
        own = order[labels == label].astype(int)
        whole = own[: len(own) // size * size].reshape(-1, size)
        assert (np.sort(whole, axis=1) == first + np.arange(size)).all()  # permutations
        assert not (whole[0] == whole[1]).all()
    rounds = labels.reshape(-1, 3)
    assert (np.sort(rounds, axis=1) == [0, 1, 2]).all() and len({*map(tuple, rounds)}) == 6


@pytest.mark.parametrize("start", [1, 17, 60])
def test_a_balanced_run_can_begin_at_any_step(start):
    whole, _ = numbers(unequal(True), 70, seed=3)
    later, _ = numbers(unequal(True), 5, seed=3, start_step=start)
    np.testing.assert_array_equal(later, whole[6 * start : 6 * (start + 5)])
    assert not np.array_equal(whole, numbers(unequal(True), 70, seed=4)[0])


def test_classes_that_are_not_very_unequal_come_as_they_always_did():
    alike = {"sizes": (16, 4, 7)}
    one, other = (numbers(unequal(balanced, **alike), 20) for balanced in (True, False))
    np.testing.assert_array_equal(one, other)
    epoch = numbers(unequal(False), 17)[0][:51]  # not balanced: a plain permutation
    assert sorted(epoch) == list(range(51))
