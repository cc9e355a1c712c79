"""Lesson 12's checks: solutions pass, stubs and typical mistakes each get their own hint."""

import re

from audiogan_tf.lessons import checks

import numpy as np
import pytest


def class_accuracy(asked, heard, classes):
    own = [heard[asked == k] == k for k in range(classes)]
    return np.array([right.mean() if len(right) else np.nan for right in own])


def by_heard(asked, heard, classes):
    own = [asked[heard == k] == k for k in range(classes)]
    return np.array([right.mean() if len(right) else np.nan for right in own])


def of_all(asked, heard, classes):
    shares = np.array([np.mean((asked == k) & (heard == k)) for k in range(classes)])
    return np.where(np.bincount(asked, minlength=classes) > 0, shares, np.nan)


def replicates(metric, features, real, rounds, rng):
    size = len(features)
    return np.array([metric(features[rng.integers(size, size=size)], real) for _ in range(rounds)])


def difference(metric, a, b, real, rounds, seed, low=2.5, high=97.5):
    rng = np.random.default_rng(seed)
    scores = [replicates(metric, x, real, rounds, rng) for x in (a, b)]
    return np.percentile(scores[0] - scores[1], [low, high])


def subtracted_ends(metric, a, b, real, rounds, seed):
    rng = np.random.default_rng(seed)
    (a_low, a_high), (b_low, b_high) = (
        np.percentile(replicates(metric, x, real, rounds, rng), [2.5, 97.5]) for x in (a, b)
    )
    return a_low - b_high, a_high - b_low


def one_set_drawn(metric, a, b, real, rounds, seed):
    rng = np.random.default_rng(seed)
    scores = replicates(metric, a, real, rounds, rng) - metric(b, real)
    return np.percentile(scores, [2.5, 97.5])


def other_set_drawn(metric, a, b, real, rounds, seed):
    rng = np.random.default_rng(seed)
    scores = metric(a, real) - replicates(metric, b, real, rounds, rng)
    return np.percentile(scores, [2.5, 97.5])


def same_rows(metric, a, b, real, rounds, seed):
    rng, few = np.random.default_rng(seed), min(len(a), len(b))
    rows = [rng.integers(few, size=few) for _ in range(rounds)]
    return np.percentile([metric(a[i], real) - metric(b[i], real) for i in rows], [2.5, 97.5])


def turned_round(metric, a, b, real, rounds, seed):
    """Another honest way: the basic bootstrap."""
    low, high = difference(metric, a, b, real, rounds, seed)
    score = metric(a, real) - metric(b, real)
    return 2 * score - high, 2 * score - low


def normal(metric, a, b, real, rounds, seed):
    """Another honest way: 1.96 standard errors."""
    rng = np.random.default_rng(seed)
    errors = [np.std(replicates(metric, x, real, rounds, rng)) for x in (a, b)]
    score, half = metric(a, real) - metric(b, real), 1.96 * np.hypot(*errors)
    return score - half, score + half


def copied(made, train, least=0.98):
    def spectrum(waves):
        norm = np.linalg.norm(waves, axis=1, keepdims=True)
        return np.fft.rfft(waves / np.maximum(norm, 1e-9), 2 * waves.shape[1])

    known = np.conj(spectrum(train))
    best = [np.fft.irfft(one * known).max(axis=1).max() for one in spectrum(made)]
    return np.array(best) > least


def not_shifted(made, train):
    made, train = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (made, train))
    return (made @ train.T).max(axis=1) > 0.98


def same_samples(made, train):
    return np.array([np.abs(train - one).max(axis=1).min() < 1e-3 for one in made])


@pytest.mark.parametrize(
    "check, answer",
    [
        (checks.lesson_12_class_accuracy, class_accuracy),
        (checks.lesson_12_difference, difference),
        (checks.lesson_12_difference, turned_round),
        (checks.lesson_12_difference, normal),
        (checks.lesson_12_copied, copied),
    ],
)
def test_the_solution_passes(check, answer, capsys):
    assert check(answer), capsys.readouterr().out
    assert capsys.readouterr().out.startswith("Solved: ")


WRONG = (
    (checks.lesson_12_class_accuracy, lambda a, h, n: np.mean(a == h), r"wanted \(4,\)"),
    (checks.lesson_12_class_accuracy, lambda a, h, n: np.full(n, 0.7), "is nan, not 0.7"),
    (checks.lesson_12_class_accuracy, lambda a, h, n: np.full(n, np.nan), "not nan"),
    (checks.lesson_12_class_accuracy, by_heard, "how often a class was heard"),
    (checks.lesson_12_class_accuracy, of_all, "divide by all clips"),
    (checks.lesson_12_class_accuracy, lambda a, h, n: None, "returns nothing yet"),
    (checks.lesson_12_difference, lambda m, a, b, r, n, s: None, "returns nothing yet"),
    (checks.lesson_12_difference, lambda m, a, b, r, n, s: m(a, r) - m(b, r), "two numbers"),
    (checks.lesson_12_difference, lambda m, a, b, r, n, s: (0.1, 0.1), "no width"),
    (
        checks.lesson_12_difference,
        lambda m, a, b, r, n, s: difference(m, b, a, r, n, s),
        "sign is wrong",
    ),
    (checks.lesson_12_difference, subtracted_ends, "too wide"),
    (checks.lesson_12_difference, one_set_drawn, "too narrow"),
    (checks.lesson_12_difference, other_set_drawn, "too narrow"),
    (checks.lesson_12_difference, same_rows, "the larger set are left out"),
    (
        checks.lesson_12_difference,
        lambda m, a, b, r, n, s: difference(m, a, b, r, n, s, 5, 95),
        "too narrow",
    ),
    (
        checks.lesson_12_difference,
        lambda m, a, b, r, n, s: difference(m, a, b, r, n, None),
        "same seed",
    ),
    (checks.lesson_12_copied, lambda made, train: None, "returns nothing yet"),
    (checks.lesson_12_copied, lambda made, train: np.zeros(len(made)), "return booleans"),
    (checks.lesson_12_copied, lambda made, train: np.ones(len(made), bool), "be stricter"),
    (checks.lesson_12_copied, lambda *sets: copied(*sets, 0.9999), "be less strict"),
    (checks.lesson_12_copied, same_samples, "of quieter copies"),
    (checks.lesson_12_copied, not_shifted, "of late copies"),
)


@pytest.mark.parametrize("check, answer, hint", WRONG)
def test_a_wrong_answer_gets_a_hint_that_helps(check, answer, hint, capsys):
    assert not check(answer)
    assert re.search("Not yet: .*" + hint, capsys.readouterr().out)


def test_an_error_in_the_answer_becomes_a_hint(capsys):
    assert not checks.lesson_12_class_accuracy(lambda asked, heard, classes: 1 / 0)
    assert "ZeroDivisionError" in capsys.readouterr().out
