"""Lesson 18's checks: right answers are solved, typical mistakes get their own hint."""

from audiogan_tf import checks

import numpy as np
import pytest


def whole_gradient(parts, counts):
    return np.average(parts, axis=0, weights=counts)


def cosines(first, second):
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (first, second)]
    return unit[0] @ unit[1].T


def found(first, second):
    return np.mean(cosines(first, second).argmax(axis=1) == np.arange(len(first)))


def changes(one, other):
    table = np.zeros((len(one) + 1, len(other) + 1))
    table[:, 0], table[0] = range(len(one) + 1), range(len(other) + 1)
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            beside = min(table[i - 1, j], table[i, j - 1]) + 1
            table[i, j] = min(beside, table[i - 1, j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[-1, -1]


def nearest(word, known):
    return min(known, key=lambda other: changes(word, other))


def trigrams(word):
    return {f"  {word}  "[k : k + 3] for k in range(len(word) + 2)}


def by_trigrams(word, known):
    return max(known, key=lambda other: len(trigrams(word) & trigrams(other)))


def test_right_answers_are_solved(capsys):
    assert checks.lesson_18_whole_gradient(whole_gradient)
    assert checks.lesson_18_found(found)
    assert checks.lesson_18_nearest(nearest)
    assert capsys.readouterr().out.count("Solved") == 3


@pytest.mark.parametrize(
    "check, answer, hint",
    [
        ("whole_gradient", lambda p, n: None, "returns nothing yet"),
        ("whole_gradient", lambda p, n: p[0], "first share's gradient alone"),
        ("whole_gradient", lambda p, n: p.mean(axis=0), "weigh each"),
        ("whole_gradient", lambda p, n: n @ p, "sum over all examples"),
        ("whole_gradient", lambda p, n: p.sum(axis=0), "sum of the shares"),
        ("whole_gradient", lambda p, n: n @ p / len(n), "number of shares"),
        ("whole_gradient", lambda p, n: p, "one gradient has (5,)"),
        ("whole_gradient", lambda p, n: 0 * p[0], "not the mean"),
        ("found", lambda a, b: None, "returns nothing yet"),
        ("found", lambda a, b: 0.0, "not the share that finds"),
        ("found", lambda a, b: (a @ b.T).argmax(axis=1) == np.arange(40), "one number"),
        ("found", lambda a, b: np.mean((a @ b.T).argmax(axis=1) == np.arange(40)), "inner product"),
        ("found", lambda a, b: 40 * found(a, b), "number of rows"),
        ("found", lambda a, b: 1 - found(a, b), "do not find"),
        ("found", lambda a, b: found(b, a), "the other way round"),
        ("nearest", lambda w, known: None, "returns nothing yet"),
        ("nearest", lambda w, known: known[0], "rightly spelt, became bat"),
        ("nearest", lambda w, known: w, "two letters swapped"),
        ("nearest", by_trigrams, "a swap being one"),
        ("nearest", lambda w, known: w.upper(), "not in the list"),
    ],
)
def test_mistakes_get_their_own_hint(check, answer, hint, capsys):
    assert not getattr(checks, f"lesson_18_{check}")(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet") and hint in printed, printed
