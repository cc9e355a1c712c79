"""Modes: known factors are read back from sound, and cells are counted."""

from audiogan_tf.corpora import load_corpus
from audiogan_tf.judging.judge import noise_clips
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.judging.modes import ModeCounter
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import numpy as np
import pytest


@pytest.fixture(scope="module")
def drums():
    return load_corpus("drums")


@pytest.fixture(scope="module")
def counter(drums):
    return ModeCounter(drums)


def truth(counter, clips):
    factors = np.stack([clips.factors[name] for name in counter.names], axis=1)
    return factors, counter.cells_of(factors, clips.labels)


def test_training_clips_fill_all_cells_evenly(drums, counter):
    _, cells = truth(counter, drums.train)
    assert counter.total == 8 * 3 * 3
    one = ModeCounter(drums, ("pitch",))
    factors = drums.train.factors["pitch"][:, None]
    counts = np.bincount(one.cells_of(factors, drums.train.labels))
    assert one.total == 24 and counts.min() >= 166 and counts.max() <= 167
    assert np.bincount(cells, minlength=72).min() > 30


def test_factors_of_held_out_sounds_are_read_back(drums, counter):
    some = slice(None, None, 4)
    waves, labels = drums.test.audio[some], drums.test.labels[some]
    rebuilt = audio.limit(
        inverse_all(forward_all(waves, drums.representation), drums.representation, 16)
    )
    factors, cells = truth(counter, drums.test)
    for sounds in (waves, rebuilt):
        read = counter.read(sounds, labels)
        off = np.abs(np.log2(read / factors[some]))
        assert (np.median(off, axis=0) < 0.1).all(), np.median(off, axis=0)
        assert (counter.cells_of(read, labels) == cells[some]).mean() > 0.8


def test_loudness_does_not_count(drums, counter):
    waves, labels = drums.test.audio[:20], drums.test.labels[:20]
    np.testing.assert_allclose(
        counter.read(0.1 * waves, labels), counter.read(waves, labels), rtol=1e-3
    )


def test_real_clips_cover_nearly_all_cells_and_noise_hardly_any(drums, counter):
    test, judge = drums.test, judge_for("drums")
    heard = judge.hear(test.audio, 16000).classes[:, 0]
    assert counter.count(test.audio, test.labels, heard) >= 70
    noise = noise_clips(drums.representation, 72)
    heard = judge.hear(noise, 16000).classes[:, 0]
    assert counter.count(noise, np.arange(72) % 8, heard) <= 18


def test_one_sound_for_each_class_is_eight_modes(drums, counter):
    labels = np.arange(64) % 8
    first = [int(np.argmax(drums.train.labels == k)) for k in range(8)]
    waves = drums.train.take(first)[labels]
    assert counter.count(waves, labels, labels) == 8
    assert counter.count(waves, labels, np.zeros(64, int)) == 1  # all others were misheard


def test_a_narrow_choice_covers_its_own_cells_only(drums, counter):
    _, cells = truth(counter, drums.test)
    low = cells % 9 < 3  # the lowest third of pitch
    waves, labels = drums.test.audio[low], drums.test.labels[low]
    assert 20 <= counter.count(waves, labels, labels) <= 32
