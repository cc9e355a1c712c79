"""Lesson 01's checks: the stub fails, the solution passes, each usual slip gets its own hint."""

from audiogan_tf.lessons import checks

import numpy as np
import pytest


def hint(capsys, check, *answer):
    """What a check prints for an answer that is not right."""
    assert check(*answer) is False
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ") and said.count("\n") == 1
    return said


def alias(frequency, sample_rate):
    rest = frequency % sample_rate
    return min(rest, sample_rate - rest)


def low_pass(cutoff, sample_rate, taps):
    n = np.arange(taps) - taps // 2
    kernel = np.sinc(2 * cutoff / sample_rate * n) * np.hamming(taps)
    return kernel / kernel.sum()


def high_pass(cutoff, sample_rate, taps):
    kernel = -low_pass(cutoff, sample_rate, taps)
    kernel[taps // 2] += 1
    return kernel


def pluck(time, pitch, start=0.0):
    t = np.maximum(time - start, 0)
    return sum(
        np.sin(2 * np.pi * k * pitch * t) * np.exp(-(2 + 0.7 * k) * t) / k
        for k in range(1, int(7900 / pitch) + 1)
    )


def lloyd(steps=100):
    """Sixteen levels fitted to the lesson's phrase by Lloyd's iteration."""
    time = np.arange(24000) / 16000
    phrase = sum(pluck(time, p, s) for p, s in ((196, 0), (247, 0.35), (294, 0.7)))
    phrase = 0.9 * phrase / np.abs(phrase).max()
    levels = np.linspace(-0.9, 0.9, 16)
    for _ in range(steps):
        group = np.searchsorted((levels[1:] + levels[:-1]) / 2, phrase)
        levels = np.array([phrase[group == k].mean() for k in range(16)])
    return levels


def test_alias_solved(capsys):
    assert checks.lesson_01_alias(alias) is True
    assert capsys.readouterr().out.startswith("Solved")


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda f, rate: None, "returns nothing"),
        (lambda f, rate: f, "stays 5000 Hz"),
        (lambda f, rate: rate - f, "nothing may change"),
        (lambda f, rate: f % (rate / 2), "nothing may change"),
        (lambda f, rate: min(f, rate / 2), "the mirror takes f to"),
        (lambda f, rate: f if f <= rate / 2 else rate - f, "not negative"),
        (lambda f, rate: f if f <= rate / 2 else abs(rate - f), "use the remainder"),
        (lambda f, rate: f / 0, "ZeroDivisionError"),
    ],
)
def test_alias_hints(capsys, wrong, words):
    assert words in hint(capsys, checks.lesson_01_alias, wrong)


def mirrored(cutoff, sample_rate, taps):
    """Another right way: a low-pass of half the rate minus the cutoff, every other sign turned."""
    n = np.arange(taps) - taps // 2
    return low_pass(sample_rate / 2 - cutoff, sample_rate, taps) * (-1.0) ** n


@pytest.mark.parametrize("right", [high_pass, mirrored])
def test_high_pass_solved(capsys, right):
    assert checks.lesson_01_high_pass(right) is True
    assert capsys.readouterr().out.startswith("Solved")


def early(cutoff, sample_rate, taps):
    kernel = -low_pass(cutoff, sample_rate, taps)
    kernel[0] += 1
    return kernel


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda *a: None, "returns nothing"),
        (low_pass, "still a low-pass"),
        (lambda *a: high_pass(*a)[:-1], "has shape (100,)"),
        (lambda *a: -low_pass(*a), "a minus sign alone"),
        (lambda *a: 1 - low_pass(*a), "adds 1 to every tap"),
        (early, "stand at the kernel's middle"),
        (lambda *a: np.eye(a[2])[a[2] // 2] - 0.8 * low_pass(*a), "minus what a low-pass"),
        (lambda *a: 2 * high_pass(*a), "wanted is 1"),
    ],
)
def test_high_pass_hints(capsys, wrong, words):
    assert words in hint(capsys, checks.lesson_01_high_pass, wrong)


def test_levels_solved(capsys):
    assert checks.lesson_01_levels(lloyd(), pluck) is True
    assert "dB better than mu-law" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong, words",
    [
        (None, "assign sixteen"),
        (np.linspace(-1, 1, 15), "16 levels"),
        (np.full(16, np.nan), "empty group"),
        (np.linspace(-1, 1, 16), "worse than the better"),
        (np.linspace(-0.6, 0.6, 16), "move each level to the mean"),
    ],
)
def test_levels_hints(capsys, wrong, words):
    assert words in hint(capsys, checks.lesson_01_levels, wrong, pluck)


@pytest.mark.parametrize("form", [lambda levels: levels[::-1], list])
def test_levels_may_come_in_any_order_and_as_a_list(form):
    assert checks.lesson_01_levels(form(lloyd()), pluck) is True
