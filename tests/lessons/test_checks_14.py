"""Lesson 14's checks: right answers are solved, typical mistakes get their own hint."""

from audiogan_tf import checks

import numpy as np
import pytest


def into_range(hz, wanted):
    there = hz > 0
    return np.where(there, hz * wanted / np.median(hz[there]), 0)


def in_logarithms(hz, wanted):
    moved = np.zeros_like(hz)
    logs = np.log(hz[hz > 0])
    moved[hz > 0] = np.exp(logs - np.median(logs) + np.log(wanted))
    return moved


def running_norm(frames):
    count = np.arange(1, len(frames) + 1)[:, None]
    mean = np.cumsum(frames, axis=0) / count
    square = np.cumsum(frames**2, axis=0) / count
    return (frames - mean) / (np.sqrt(np.maximum(square - mean**2, 0)) + 0.001)


def equal_error(real, made):
    thresholds = np.sort(np.concatenate([real, made]))
    refused = np.searchsorted(np.sort(real), thresholds) / len(real)
    passed = 1 - np.searchsorted(np.sort(made), thresholds) / len(made)
    return refused[np.abs(refused - passed).argmin()]


def by_halving(real, made):
    low, high = min(real.min(), made.min()), max(real.max(), made.max())
    for _ in range(60):
        middle = (low + high) / 2
        if np.mean(real < middle) < np.mean(made >= middle):
            low = middle
        else:
            high = middle
    return np.mean(real < middle)


def test_right_answers_are_solved(capsys):
    assert checks.lesson_14_into_range(into_range)
    assert checks.lesson_14_into_range(in_logarithms)
    assert checks.lesson_14_running_norm(running_norm)
    assert checks.lesson_14_equal_error(equal_error)
    assert checks.lesson_14_equal_error(by_halving)
    assert capsys.readouterr().out.count("Solved") == 5


RANGES = {
    "the stub": (lambda hz, wanted: hz + wanted - np.median(hz), "leave them at 0"),
    "added": (lambda hz, w: np.where(hz > 0, hz + w - np.median(hz[hz > 0]), 0), "you add Hz"),
    "mean": (lambda hz, w: hz * w / hz[hz > 0].mean(), "that is the mean"),
    "nothing": (lambda hz, wanted: None, "returns nothing"),
    "the source": (lambda hz, wanted: hz, "155 Hz"),
}
NORMS = {
    "the stub": (lambda x: (x - x.mean(0)) / (x.std(0) + 0.001), "the future"),
    "only the mean": (lambda x: x - np.cumsum(x, 0) / np.arange(1, len(x) + 1)[:, None], "divide"),
    "one mean": (
        lambda x: np.stack(
            [(x[i] - x[: i + 1].mean()) / (x[: i + 1].std() + 0.001) for i in range(len(x))]
        ),
        "each band has its own",
    ),
    "without the frame": (
        lambda x: np.stack(
            [
                (x[i] - x[: max(i, 1)].mean(0)) / (x[: max(i, 1)].std(0) + 0.001)
                for i in range(len(x))
            ]
        ),
        "the frame itself counts",
    ),
    "turned": (lambda x: x.T, "shape"),
}
RATES = {
    "the stub": (lambda real, made: np.mean(real < 0), "threshold"),
    "a threshold at 0": (
        lambda real, made: (np.mean(real < 0) + np.mean(made >= 0)) / 2,
        "a threshold at 0",
    ),
    "right answers": (lambda real, made: 1 - equal_error(real, made), "share of right answers"),
    "percent": (lambda real, made: 100 * equal_error(real, made), "between 0 and 1"),
    "an array": (lambda real, made: real < 0, "one number"),
}


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        pytest.param(check, *wrong, id=f"{check.__name__}: {name}")
        for check, answers in (
            (checks.lesson_14_into_range, RANGES),
            (checks.lesson_14_running_norm, NORMS),
            (checks.lesson_14_equal_error, RATES),
        )
        for name, wrong in answers.items()
    ],
)
def test_wrong_answers_get_a_hint(check, answer, hint, capsys):
    assert not check(answer)
    told = capsys.readouterr().out
    assert told.startswith("Not yet: ") and hint in told, told
