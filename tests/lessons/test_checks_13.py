"""Lesson 13's checks: right answers are solved, typical mistakes get their own hint."""

from audiogan_tf import checks
from audiogan_tf.errors import InputError

import numpy as np
import pytest

WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty"}


def in_words(number):
    if number <= 12:
        return WORDS[number - 1]
    if number < 20:
        return TEENS[number - 13]
    return TENS[number // 10] + (f"-{WORDS[number % 10 - 1]}" if number % 10 else "")


def clock(hour, minute):
    if minute == 0:
        return f"{in_words(hour)} o'clock"
    return f"{in_words(hour)} {'oh ' if minute < 10 else ''}{in_words(minute)}"


def patient(scores, least):
    symbols, frames = scores.shape
    if frames < symbols * least:
        raise InputError("too short")
    sums = np.concatenate([np.zeros((symbols, 1)), np.cumsum(scores, axis=1)], axis=1)
    best = np.full((symbols + 1, frames + 1), -np.inf)
    best[0, 0], came = 0.0, np.zeros((symbols + 1, frames + 1), int)
    for s in range(1, symbols + 1):
        for end in range(s * least, frames + 1):
            ways = {
                start: best[s - 1, start] + sums[s - 1, end] - sums[s - 1, start]
                for start in range(end - least + 1)
            }
            came[s, end] = max(ways, key=ways.get)
            best[s, end] = ways[came[s, end]]
    durations, end = [], frames
    for s in range(symbols, 0, -1):
        durations.append(end - came[s, end])
        end = came[s, end]
    return np.array(durations[::-1])


def test_right_answers_are_solved(capsys):
    assert checks.lesson_13_clock(clock)
    assert checks.lesson_13_repeat(lambda f, d: np.repeat(f, d, axis=0))
    assert checks.lesson_13_patient(patient)
    assert capsys.readouterr().out.count("Solved") == 3


def by_product(features, durations):
    ends = np.cumsum(durations)
    frames = np.arange(durations.sum())[:, None]
    return ((frames >= ends - durations) & (frames < ends)) @ features.astype("float32")


def shared_borders(features, durations):
    ends = np.cumsum(durations)
    frames = np.arange(ends[-1])[:, None]
    return ((frames >= ends - durations) & (frames <= ends)) @ features


def test_right_answers_written_in_another_way_are_solved(capsys):
    assert checks.lesson_13_clock(lambda h, m: clock(h, m).replace("'", "’").capitalize())
    assert checks.lesson_13_repeat(by_product)
    assert capsys.readouterr().out.count("Solved") == 2


@pytest.mark.parametrize(
    "check, answer, hint",
    [
        ("clock", lambda h, m: None, "returns nothing yet"),
        ("clock", lambda h, m: f"{h} {m}", "still has a digit"),
        ("clock", lambda h, m: f"{in_words(h)} {in_words(m) if m else 'zero'}", "full hour"),
        ("clock", lambda h, m: clock(h, m).replace(" oh", ""), "said for the zero"),
        ("repeat", lambda f, d: None, "returns nothing yet"),
        ("repeat", lambda f, d: np.resize(f, (sum(d), 3)), "lie together"),
        ("repeat", lambda f, d: f, "one row a frame"),
        ("repeat", shared_borders, "belongs to two symbols"),
        ("patient", lambda s, least: None, "returns nothing yet"),
        ("patient", lambda s, least: patient(s, 1), "forbid short symbols"),
        ("patient", lambda s, least: patient(s, least + 1), "all paths that keep the rule"),
        ("patient", lambda s, least: np.full(len(s), s.shape[1] // len(s)), "add up"),
    ],
)
def test_mistakes_get_their_own_hint(check, answer, hint, capsys):
    assert not getattr(checks, f"lesson_13_{check}")(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet")
    assert hint in printed, printed


def test_a_path_that_ignores_what_cannot_be_is_refused(capsys):
    def never_raises(scores, least):
        if scores.shape[1] < least * len(scores):
            return np.ones(len(scores), int)
        return patient(scores, least)

    assert not checks.lesson_13_patient(never_raises)
    assert "raise ValueError" in capsys.readouterr().out


def test_a_path_that_stops_with_another_error_is_told_which_one_is_asked_for(capsys):
    def asserts(scores, least):
        assert scores.shape[1] >= least * len(scores)
        return patient(scores, least)

    assert not checks.lesson_13_patient(asserts)
    assert "raise ValueError, and yours raises AssertionError" in capsys.readouterr().out
