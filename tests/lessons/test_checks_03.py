"""Lesson 03's checks: the stub fails, the solution passes, each usual slip gets its own hint."""

from audiogan_tf import synth
from audiogan_tf.lessons import checks

import numpy as np
import pytest


def hint(capsys, check, *answer):
    """What a check prints for an answer that is not right."""
    assert check(*answer) is False
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ") and said.count("\n") == 1
    return said


def whole_pluck(hz, samples, sample_rate):
    return tuned_pluck(hz, samples, sample_rate, rounded=True)


def tuned_pluck(hz, samples, sample_rate, half=0.5, rounded=False):
    period = sample_rate / hz - half
    delay = round(period) if rounded else int(period)
    rest = 0 if rounded else period - delay
    wave = np.zeros(samples)
    wave[:delay] = np.random.default_rng(0).uniform(-1, 1, delay)
    for t in range(delay + 2, samples):
        here, before, oldest = wave[t - delay], wave[t - delay - 1], wave[t - delay - 2]
        wave[t] = 0.5 * ((1 - rest) * (here + before) + rest * (before + oldest))
    return wave


def fading_saw(hz, samples, sample_rate):
    time, partials = np.arange(samples) / sample_rate, np.arange(1, int(sample_rate / 2 / hz))
    waves = np.sin(2 * np.pi * hz * np.outer(partials, time)) / partials[:, None]
    return 0.3 * waves.sum(axis=0) * np.exp(-time / 0.2)


def vowel(hz, brightness, samples, sample_rate):
    time, sound = np.arange(samples) / sample_rate, 0
    formant = 600 + 1800 * brightness
    for number in range(1, int(sample_rate / 2 / hz)):
        strength = 0.05 + np.exp(-(((number * hz - formant) / 500) ** 2))
        sound = sound + strength * np.sin(2 * np.pi * number * hz * time + number**2)
    return 0.9 * sound / np.abs(sound).max()


def test_where_accepts_the_answer(capsys):
    assert checks.lesson_03_where(lambda step, batch, count: divmod(step * batch, count)) is True
    assert capsys.readouterr().out.startswith("Solved: ")


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda step, batch, count: (0, step), "clips, not steps"),
        (lambda step, batch, count: divmod(step, count), "clips, not steps"),
        (lambda step, batch, count: (step * batch // count, step * batch), "only 144 places"),
        (lambda s, b, c: (s // (c // b), s % (c // b) * b), "not thrown away"),
        (lambda step, batch, count: None, "nothing yet"),
        (lambda step, batch, count: step * batch, "return two numbers"),
        (lambda step, batch, count: (1, 1), "0 clips have been drawn"),
        (lambda s, b, c: (s * b / c, s * b % c), "whole numbers"),
    ],
)
def test_where_names_each_slip(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_03_where, answer)


def kit_string(hz, samples, sample_rate):
    midi = 69 + 12 * np.log2(hz / 440)
    return synth.play_note("string", midi, samples / sample_rate, sample_rate)


def no_average(hz, samples, sample_rate):
    """Half a sample less, as if two neighbours were averaged; but only one is read."""
    whole, rest = divmod(sample_rate / hz - 0.5, 1)
    whole = int(whole)
    wave = np.zeros(samples)
    wave[: whole + 2] = np.random.default_rng(0).uniform(-1, 1, whole + 2)
    for t in range(whole + 2, samples):
        wave[t] = 0.999 * ((1 - rest) * wave[t - whole] + rest * wave[t - whole - 1])
    return wave


@pytest.mark.parametrize("answer", [tuned_pluck, kit_string])
def test_pluck_accepts_the_answer(capsys, answer):
    assert checks.lesson_03_pluck(answer) is True


def test_where_knows_numbers_learned_by_heart(capsys):
    known = {(0, 16, 144): (0, 0), (7, 16, 144): (0, 112), (9, 16, 144): (1, 0)}
    known[20, 16, 100] = (3, 20)
    by_heart = hint(capsys, checks.lesson_03_where, lambda *given: known.get(given, (0, -1)))
    assert "clips have been drawn" in by_heart


@pytest.mark.parametrize(
    "answer, said",
    [
        (whole_pluck, "Read between two samples"),
        (lambda *size: tuned_pluck(*size, half=0), "flat by half a sample"),
        (no_average, "sharp by half a sample"),
        (lambda hz, n, rate: np.sin(2 * np.pi * hz * np.arange(n) / rate), "does not fade"),
        (
            lambda hz, n, rate: (
                np.sin(2 * np.pi * hz * np.arange(n) / rate) * 0.999 ** np.arange(n)
            ),
            "mere sine",
        ),
        (lambda *size: fading_saw(*size), "all partials fade alike"),
        (lambda hz, n, rate: 3 * tuned_pluck(hz, n, rate), "stay within"),
        (lambda hz, n, rate: np.zeros(n), "silent"),
        (
            lambda hz, n, rate: np.random.default_rng(0).uniform(-1, 1, n) * 0.999 ** np.arange(n),
            "no pitch",
        ),
        (lambda hz, n, rate: None, "nothing yet"),
        (lambda hz, n, rate: np.zeros((n, 2)), "one waveform"),
    ],
)
def test_pluck_names_each_slip(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_03_pluck, answer)


def test_instrument_accepts_something_new(capsys):
    assert checks.lesson_03_instrument(vowel) is True
    assert "sixth instrument" in capsys.readouterr().out


def sine(hz, brightness, samples, sample_rate):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / sample_rate)


def copied(timbre):
    def play(hz, brightness, samples, sample_rate):
        midi = 69 + 12 * np.log2(hz / 440)
        return synth.play_note(timbre, midi, samples / sample_rate, brightness=brightness)

    return play


@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_instrument_knows_the_five(capsys, timbre):
    assert "dB of the kit's" in hint(capsys, checks.lesson_03_instrument, copied(timbre))


@pytest.mark.parametrize(
    "answer, said",
    [
        (sine, "let brightness strengthen"),
        (lambda hz, *rest: vowel(1.01 * hz, *rest), "out of tune"),
        (lambda *given: 2 * vowel(*given), "stay within"),
        (lambda *given: None, "nothing yet"),
    ],
)
def test_instrument_names_each_slip(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_03_instrument, answer)
