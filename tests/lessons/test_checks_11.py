"""Lesson 11's checks: solutions pass, stubs and typical mistakes each get their own hint."""

import re
from collections import deque

from audiogan_tf.lessons import checks

import numpy as np
import pytest


def field(dilations, taps):
    return 1 + (taps - 1) * sum(dilations)


def stream(past, now, dilation, length=0, put_first=False):
    queue = deque([np.zeros(len(past))] * (dilation + length))

    def push(frame):
        if put_first:
            queue.append(frame)
        earlier = queue.popleft()
        if not put_first:
            queue.append(frame)
        return earlier @ past + frame @ now

    return push


def design(field):
    dilations = []
    while 1 + sum(dilations) < field:
        seen = 1 + sum(dilations)
        dilations.append(min(seen, field - seen))
    return dilations


def remember(past, now, dilation):
    """Right, but computes the whole history anew for each frame."""
    history = [np.zeros(len(past))] * dilation

    def push(frame):
        history.append(frame)
        all_of_it = np.stack(history)
        return (all_of_it[:-dilation] @ past + all_of_it[dilation:] @ now)[-1]

    return push


def halves(field):
    """Another honest way: from the widest layer down."""
    dilations = []
    while field > 1:
        dilations.append(field // 2)
        field -= field // 2
    return dilations


def ring(past, now, dilation):
    kept, turn = np.zeros((dilation, len(past))), [0]

    def push(frame):
        place = turn[0] % dilation
        earlier = kept[place].copy()
        kept[place] = frame
        turn[0] += 1
        return earlier @ past + frame @ now

    return push


def shift(past, now, dilation):
    kept = [np.zeros((dilation, len(past)))]

    def push(frame):
        earlier = kept[0][0]
        kept[0] = np.concatenate([kept[0][1:], frame[None]])
        return earlier @ past + frame @ now

    return push


class Shared:
    """Each stream of one pair of weights and one dilation has the same queue."""

    def __init__(self):
        self.streams = {}

    def __call__(self, past, now, dilation):
        return self.streams.setdefault(dilation, stream(past, now, dilation))


RIGHT = (
    (checks.lesson_11_receptive_field, field),
    (checks.lesson_11_streaming, stream),
    (checks.lesson_11_streaming, ring),
    (checks.lesson_11_streaming, shift),
    (checks.lesson_11_dilations, design),
    (checks.lesson_11_dilations, halves),
)


@pytest.mark.parametrize("check, answer", RIGHT)
def test_the_solution_passes(check, answer, capsys):
    assert check(answer)
    assert capsys.readouterr().out.startswith("Solved: ")


WRONG = (
    (checks.lesson_11_receptive_field, lambda d, taps: None, "returns nothing yet"),
    (checks.lesson_11_receptive_field, lambda d, taps: field(d, taps) - 1, "the newest sample"),
    (checks.lesson_11_receptive_field, lambda d, taps: 1 + sum(d), "right for taps=2 only"),
    (checks.lesson_11_receptive_field, lambda d, taps: taps ** len(d), r"\(taps - 1\) \* dil"),
    (checks.lesson_11_streaming, lambda past, now, dilation: None, "should return a function"),
    (checks.lesson_11_streaming, lambda *about: lambda frame: None, "gives nothing back yet"),
    (checks.lesson_11_streaming, lambda *about: lambda frame: frame, r"wanted \(5,\)"),
    (
        checks.lesson_11_streaming,
        lambda past, now, dilation: lambda frame: frame @ past + frame @ now,
        "both weights see the newest",
    ),
    (checks.lesson_11_streaming, lambda *a: stream(*a, length=1), "one step older"),
    (checks.lesson_11_streaming, lambda *a: stream(a[1], a[0], a[2]), "changed places"),
    (checks.lesson_11_streaming, lambda *a: stream(*a, -1, put_first=True), "see the newest"),
    (checks.lesson_11_streaming, Shared(), "share one queue"),
    (checks.lesson_11_streaming, remember, "still remembers them all"),
    (checks.lesson_11_dilations, lambda field: None, "returns nothing yet"),
    (checks.lesson_11_dilations, lambda field: [1, 0], "at least 1"),
    (checks.lesson_11_dilations, lambda field: [1], "sees only 2"),
    (checks.lesson_11_dilations, lambda field: [2**i for i in range(10)], "too far"),
    (checks.lesson_11_streaming, lambda *a: stream(2 * a[0], a[1], a[2]), "first at frame 1"),
    (checks.lesson_11_dilations, lambda field: [field - 1], "sample 1 places back has no way"),
    (checks.lesson_11_dilations, lambda field: [1] * (field - 1), "3 are enough"),
)


@pytest.mark.parametrize("check, answer, hint", WRONG)
def test_a_wrong_answer_gets_a_hint_that_helps(check, answer, hint, capsys):
    assert not check(answer)
    assert re.search("Not yet: .*" + hint, capsys.readouterr().out)
