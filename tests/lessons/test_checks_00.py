"""Lesson 00's checks: the stub fails, the solution passes, each usual slip gets its own hint."""

from audiogan_tf import sound
from audiogan_tf.lessons import checks
from audiogan_tf.models import SoundGenerator

import numpy as np
import pytest


@pytest.fixture(scope="module")
def generator():
    return SoundGenerator.load("drums_long")


def hint(capsys, check, *answer):
    """What a check prints for an answer that is not right."""
    assert check(*answer) is False
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ") and said.count("\n") == 1
    return said


def one_by_one(generator, label, count):
    return [generator.generate(1, label, seed)[0][0] for seed in range(count)]


@pytest.mark.parametrize("ask", [lambda g, label, n: g.generate(n, label)[0], one_by_one])
def test_ask_solved(ask):
    assert checks.lesson_00_ask(ask) is True


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda g, label, n: None, "returns nothing"),
        (lambda g, label, n: g.generate(n, label), "return the first of them"),
        (lambda g, label, n: g.generate(n)[0], "pass label=label"),
        (lambda g, label, n: g.generate(1, label)[0][0], "has shape"),
        (lambda g, label, n: [g.generate(1, label)[0][0]] * n, "are the same"),
        (
            lambda g, label, n: (two := g.generate(2, label)[0])[np.arange(n) % len(two)],
            "are the same",
        ),
    ],
)
def test_ask_hints(capsys, wrong, words):
    assert words in hint(capsys, checks.lesson_00_ask, wrong)


def test_score_solved():
    assert checks.lesson_00_score(lambda p, asked: np.mean(p.argmax(axis=1) == asked)) is True


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda p, asked: None, "returns nothing"),
        (lambda p, asked: p.argmax(axis=1) == asked, "return one number"),
        (lambda p, asked: np.sum(p.argmax(axis=1) == asked), "divide by the number"),
        (lambda p, asked: np.mean(p[np.arange(len(p)), asked]), "argmax"),
        (lambda p, asked: np.mean(p.argmax(axis=1) != asked), "it should be"),
        (lambda p, asked: 0.6, "it should be"),
    ],
)
def test_score_hints(capsys, wrong, words):
    assert words in hint(capsys, checks.lesson_00_score, wrong)


PATTERN = [(0.25 * i, ("kick", "closed_hat", "snare", "closed_hat")[i % 4]) for i in range(8)]


def beat(pattern, generator, seeds=True, labels=True, limit=sound.limit, late=0.0):
    """A solution, whose parts can be left out."""
    rate, samples = generator.representation.sample_rate, generator.representation.samples
    starts = [max(round((second + late) * rate), 0) for second, _ in pattern]
    wave = np.zeros(max(starts) + samples)
    for i, (start, (_, label)) in enumerate(zip(starts, pattern, strict=True)):
        asked = label if labels else "rim"
        wave[start : start + samples] += generator.generate(1, asked, i if seeds else 0)[0][0]
    return limit(wave)


def test_beat_solved(capsys, generator):
    assert checks.lesson_00_beat(beat, PATTERN, generator) is True
    assert "8 hits, 3 kinds" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda p, g: None, "returns nothing"),
        (lambda p, g: np.zeros(8064), "it ends before"),
        (lambda p, g: np.zeros(80640), "all but silent"),
        (lambda p, g: beat(p, g, limit=lambda wave: wave), "more than full scale"),
        (lambda p, g: beat(p, g, limit=lambda wave: np.clip(3 * wave, -1, 1)), "cut off flat"),
        (lambda p, g: beat(p, g, limit=lambda wave: np.clip(wave, -1, 1)), "cut off flat"),
        (lambda p, g: beat(p, g, late=-0.14), "too early"),
        (lambda p, g: beat(p, g, seeds=False), "the very same sound"),
        (lambda p, g: beat(p, g, labels=False), "does not hear the drums"),
        (lambda p, g: beat(p, g)[None], "one waveform"),
    ],
)
def test_beat_hints(capsys, generator, wrong, words):
    assert words in hint(capsys, checks.lesson_00_beat, wrong, PATTERN, generator)


def test_drums_of_one_height_are_not_clipped(generator):
    def level(pattern, generator):
        rate, samples = generator.representation.sample_rate, generator.representation.samples
        wave = np.zeros(round(max(second for second, _ in pattern) * rate) + samples)
        for i, (second, label) in enumerate(pattern):
            drum = generator.generate(1, label, i)[0][0]
            start = round(second * rate)
            wave[start : start + samples] += drum / np.abs(drum).max()
        return wave / max(1, np.abs(wave).max())

    assert checks.lesson_00_beat(level, PATTERN, generator) is True


def test_a_short_pattern_is_refused(capsys, generator):
    assert "at least 8" in hint(capsys, checks.lesson_00_beat, beat, PATTERN[:7], generator)
    plain = [(0.2 * i, "kick") for i in range(8)]
    assert "at least 3" in hint(capsys, checks.lesson_00_beat, beat, plain, generator)
