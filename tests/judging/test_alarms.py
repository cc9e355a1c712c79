"""Alarms: each fault raises its own sentence; good sound raises none."""

from audiogan_tf import synth
from audiogan_tf.errors import InputError
from audiogan_tf.judging.alarms import find_alarms
from audiogan_tf.judging.judge import Hearing
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.sound.representation import forward_all, inverse_all

import numpy as np
import pytest

RATE, CLIPS, SAMPLES = 16000, 48, 8064


@pytest.fixture(scope="module")
def drums():
    rng = np.random.default_rng(7)
    names = [synth.DRUMS[i % 8] for i in range(CLIPS)]
    drawn = [synth.drum(n, synth.draw_factors(rng, n), SAMPLES, RATE, rng) for n in names]
    return np.stack(drawn)


@pytest.fixture(scope="module")
def judge():
    return judge_for("drums")


def only(found, word):
    assert len(found) == 1 and word in found[0], found


def test_no_alarm_on_real_drums(drums, judge):
    asked = np.arange(CLIPS) % 8
    hearing = judge.hear(drums, RATE)
    train = judge.reference.train
    assert find_alarms(drums, RATE, hearing, asked, train, d_real=0.8, d_fake=0.9) == []
    assert find_alarms(drums * 0.05, RATE) == []


@pytest.mark.parametrize("name", synth.DRUMS)
def test_no_alarm_on_one_kind_of_drum_when_that_was_asked(name, judge):
    rng = np.random.default_rng(8)
    sounds = [
        synth.drum(name, synth.draw_factors(rng, name), SAMPLES, RATE, rng) for _ in range(32)
    ]
    sounds, asked = np.stack(sounds), np.full(32, synth.DRUMS.index(name))
    assert find_alarms(sounds, RATE, judge.hear(sounds, RATE), asked, judge.reference.train) == []


def test_no_alarm_on_held_out_digits_recorded_or_rebuilt(fsdd):
    judge = judge_for(fsdd)
    rebuilt = inverse_all(forward_all(fsdd.test.audio, fsdd.representation), fsdd.representation)
    for sounds in (fsdd.test.audio, rebuilt):
        hearing = judge.hear(sounds, 8000)
        assert find_alarms(sounds, 8000, hearing, fsdd.test.labels, judge.reference.train) == []


def test_silence(drums):
    only(find_alarms(np.zeros((CLIPS, SAMPLES)), RATE), "48 of 48 clips are silent")
    some = drums.copy()
    some[:10] *= 1e-4
    only(find_alarms(some, RATE), "10 of 48 clips are silent")
    some[2:] = drums[2:]
    assert find_alarms(some, RATE) == []  # two of 48 are no fault of the training


def test_diverged_training(drums):
    some = drums.copy()
    some[3, 100] = np.nan
    only(find_alarms(some, RATE), "1 of 48 clips hold NaN")


def test_single_clicks():
    rng = np.random.default_rng(0)
    clicks = np.zeros((CLIPS, SAMPLES))
    clicks[np.arange(CLIPS), rng.integers(0, SAMPLES - 2, CLIPS)] = 0.9
    only(find_alarms(clicks, RATE), "single click")


def test_clicks_within_sound(drums):
    clicked = drums.copy()
    place = np.random.default_rng(0).integers(4000, 7500, CLIPS)
    clicked[np.arange(CLIPS), place] += 0.5
    only(find_alarms(clicked, RATE), "clicks in them")


@pytest.mark.parametrize("hertz", [60, 440, 3000])
def test_steady_tone(hertz):
    rng, time = np.random.default_rng(0), np.arange(SAMPLES) / RATE
    pitch = hertz * rng.uniform(0.8, 1.25, (CLIPS, 1))
    tones = 0.5 * np.sin(2 * np.pi * (pitch * time + rng.uniform(size=(CLIPS, 1))))
    found = [sentence for sentence in find_alarms(tones, RATE) if "steady tone" in sentence]
    assert len(found) == 1 and "48 of 48" in found[0]


def test_a_generator_that_ignores_its_input(drums):
    same = drums[:1] + np.random.default_rng(0).normal(0, 1e-3, (CLIPS, SAMPLES))
    only(find_alarms(same, RATE), "almost the same sound")


def test_collapse_onto_few_classes(drums, judge):
    few = np.concatenate([drums[0::8], drums[3::8]] * 4)  # kicks and toms only
    asked = np.arange(len(few)) % 8
    found = [s for s in find_alarms(few, RATE, judge.hear(few, RATE), asked) if "Collapse" in s]
    assert len(found) == 1
    assert "of 8 classes asked for, the judge hears 2 (class number 0, 3)" in found[0]


def test_too_few_clips_to_speak_of_collapse():
    hearing = Hearing([np.eye(10, dtype="float32")[[0] * 6]], np.ones((6, 4), "float32"))
    noise = np.random.default_rng(0).normal(0, 0.1, (6, SAMPLES))
    assert find_alarms(noise, RATE, hearing, np.arange(6)) == []


def test_copies_of_training_clips(drums, judge):
    hearing, asked = judge.hear(drums, RATE), np.arange(CLIPS) % 8
    train = np.concatenate([hearing.features[:20], judge.reference.train])
    only(find_alarms(drums, RATE, hearing, asked, train), "of 48 clips are all but copies")
    assert find_alarms(drums, RATE, hearing, asked, train[18:]) == []  # two of 48 may be chance


def test_copies_through_the_way_back(fsdd):
    judge = judge_for(fsdd)
    chosen = np.random.default_rng(0).permutation(len(fsdd.train))[:100]
    images = forward_all(fsdd.train.take(chosen), fsdd.representation)
    copies = inverse_all(images, fsdd.representation)
    found = find_alarms(copies, 8000, judge.hear(copies, 8000), None, judge.reference.train)
    only(found, "copies of training clips")


def test_a_discriminator_that_always_wins(drums):
    only(find_alarms(drums, RATE, d_real=1.0, d_fake=0.99), "discriminator always wins")
    only(find_alarms(drums, RATE, d_real=[0.99, 1.0], d_fake=[1.0, 1.0]), "100 % of real")
    assert find_alarms(drums, RATE, d_real=1.0, d_fake=0.6) == []
    assert find_alarms(drums, RATE, d_real=1.0) == []


@pytest.mark.parametrize("samples", [1, 2, 30, 700])
def test_very_short_clips_are_no_problem(samples):
    noise = np.random.default_rng(0).normal(0, 0.1, (4, samples))
    assert isinstance(find_alarms(noise, RATE), list)


@pytest.mark.parametrize("shape", [(100,), (0, 100), (3, 0)])
def test_what_is_no_batch_of_clips_is_refused(shape):
    with pytest.raises(InputError, match="clips, samples"):
        find_alarms(np.zeros(shape), RATE)
