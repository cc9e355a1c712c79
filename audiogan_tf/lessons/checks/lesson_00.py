"""Checks for the exercises of lesson 00: Hear a GAN learn."""

import functools

from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.judging.metrics import accuracy
from audiogan_tf.lessons.checks.base import (
    array,
    compare,
    demand,
    exercise,
    expect,
    number,
    returned,
)
from audiogan_tf.models.sound_generator import SoundGenerator

import numpy as np


@functools.cache
def _judge():
    """The judge of the drums, built once: a new one for each try would make TensorFlow warn."""
    return judge_for("drums")


@exercise
def lesson_00_ask(ask):
    """ask(generator, label, count): `count` different sounds of one label, (count, samples)."""
    generator, judge = SoundGenerator.load("drums_long"), _judge()
    for count, label in ((3, "snare"), (4, "kick")):
        answer = returned(ask(generator, label, count))
        expect(
            not isinstance(answer, tuple),
            "generator.generate returns two things, the sounds and their conditions: return the "
            "first of them, [0]",
        )
        got = array(answer, (count, generator.representation.samples))
        heard = judge.hear(got, generator.representation.sample_rate)
        wanted = np.full(count, generator.classes.index(label))
        expect(
            accuracy(heard.probabilities[0], wanted) >= 0.75,
            f"asked for {label}, but the judge hears something else: pass label=label to "
            "generator.generate, and return the sounds alone, not the conditions",
        )
        pairs = np.triu_indices(count, 1)
        apart = np.abs(got[pairs[0]] - got[pairs[1]]).max(axis=1)
        expect(apart.min() > 1e-3, "two of the sounds are the same: draw all of them in one call")
    return "the judge recognises every drum you asked for, and no two are alike."


@exercise
def lesson_00_score(score):
    """score(probabilities, asked): share of clips whose likeliest class is the asked one."""
    rng = np.random.default_rng(0)
    for count in (40, 7):
        probabilities = rng.dirichlet(np.ones(8), count)
        asked = rng.integers(8, size=count)
        asked[::2] = probabilities.argmax(axis=1)[::2]
        wanted = np.mean(probabilities.argmax(axis=1) == asked)
        got = number(score(probabilities, asked), "return one number, the mean over all clips")
        given = probabilities[np.arange(count), asked].mean()
        mistakes = {
            "that is how many are right; the score is their share: divide by the number of "
            "clips": wanted * count,
            "that is the mean probability of the asked class; take the likeliest class of each "
            "row with argmax(axis=1) and compare it with what was asked": given,
        }
        compare(got, wanted, f"for {count} clips it should be {wanted:.3f}", mistakes)
    return "this is the number that the course calls the judge's score."


@exercise
def lesson_00_beat(play, pattern, generator):
    """play(pattern, generator): one waveform, a drum at each (seconds, label) of the pattern."""
    expect(len(pattern) >= 8, f"the pattern has {len(pattern)} hits; write at least 8")
    kinds = {label for _, label in pattern}
    expect(len(kinds) >= 3, f"the pattern uses {len(kinds)} kinds of drum; use at least 3")
    crowd = [(0.25, "kick"), (0.25, "snare"), (0.25, "clap"), (1.5, "tom")]
    for hits in (crowd, pattern):
        _one_beat(play, hits, generator)
    _drums_as_asked(play, generator)
    return f"{len(pattern)} hits, {len(kinds)} kinds of drum, and none of them existed before."


def _one_beat(play, hits, generator):
    """Raise NotYet unless the hits make one waveform in which each is heard and none is cut."""
    rate, length = generator.representation.sample_rate, generator.representation.samples
    sound = np.asarray(returned(play(hits, generator)))
    expect(sound.ndim == 1, f"return one waveform, (samples,); this has shape {sound.shape}")
    last = round(max(second for second, _ in hits) * rate)
    expect(len(sound) >= last + length // 2, "it ends before its last drum has sounded")
    peak = np.abs(sound).max()
    at_top = np.abs(sound) >= (1 - 1e-6) * peak
    flat = np.any(at_top[2:] & at_top[1:-1] & at_top[:-2])  # three samples running
    rules = {
        "it is all but silent: add the drums to the waveform": peak > 0.05,
        f"drums that sound together add up to {peak:.1f}, more than full scale: divide the "
        "whole beat by one number, audiogan_tf.sound.limit(beat) does that": peak <= 1,
        "the tops are cut off flat: scale the whole beat, do not clip it": not flat,
    }
    demand(rules)
    before = sound[: round(min(second for second, _ in hits) * rate / 2)]
    expect(
        np.abs(before).max(initial=0) < 0.01,
        "the first drum comes too early: start it at round(seconds * rate)",
    )
    for second, label in hits:
        start = round(second * rate)
        after = np.abs(sound[start : start + length // 4]).max()
        expect(after > 0.02 * peak, f"nothing is heard at {second:g} s, no {label}")


def _drums_as_asked(play, generator):
    """Raise NotYet unless hits far apart are the drums asked for, and two of a kind differ."""
    rate, length = generator.representation.sample_rate, generator.representation.samples
    labels = ("snare", "kick", "snare", "open_hat", "tom", "snare", "cowbell", "kick")
    sound = np.asarray(play([(float(i), label) for i, label in enumerate(labels)], generator))
    clips = np.stack([sound[i * rate : i * rate + length] for i in range(len(labels))])
    heard = _judge().hear(clips, rate).classes[:, 0]
    wrong = [
        label
        for label, kind in zip(labels, heard, strict=True)
        if generator.classes.index(label) != kind
    ]
    expect(
        len(wrong) <= 2,
        f"the judge does not hear the drums that the pattern asks for ({', '.join(wrong)}): give "
        "each hit's label to generator.generate",
    )
    alike = [(0, 2), (2, 5), (0, 5), (1, 7)]  # places of the same label
    apart = min(np.abs(clips[i] - clips[j]).max() for i, j in alike)
    expect(
        apart > 1e-3,
        "two hits of one kind are the very same sound: draw a fresh one for each hit, for instance "
        "with another seed",
    )
