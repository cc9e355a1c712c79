"""Checks for lesson 14's exercises; see `checks`."""

from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, number

import numpy as np

GUARD = 0.001  # added to a deviation


@exercise
def lesson_14_into_range(into_range):
    """into_range(hz, wanted): a curve of pitch with another median and the same intervals."""
    rng = np.random.default_rng(14)
    for wanted, voiced in ((155.0, 37), (90.0, 19)):  # odd, so that a median is one of them
        hz = 200 * np.exp(0.3 * rng.standard_normal(61))
        hz[rng.permutation(61)[voiced:]] = 0
        there = hz > 0
        got = array(into_range(hz.copy(), wanted), hz.shape)
        hint = "frames of 0 Hz hold no voice; leave them at 0"
        expect(np.allclose(got[~there], 0), hint)
        right = np.where(there, hz * wanted / np.median(hz[there]), 0)
        above = np.where(there, hz + wanted - np.median(hz[there]), 0)
        mean = np.where(there, hz * wanted / hz[there].mean(), 0)
        everything = hz * wanted / max(np.median(hz), 1e-9)
        mistakes = {
            "you add Hz; an interval is a ratio, so multiply, or add to the logarithm": above,
            "that is the mean; the median does not care for one wrong octave": mean,
            "you take the median of all frames; only those with a voice have a pitch": everything,
        }
        hint = f"the median over the voiced frames must be {wanted:g} Hz"
        compare(got, right, hint, mistakes)
    return "a question still rises, in another range."


@exercise
def lesson_14_running_norm(running_norm):
    """running_norm(frames): each frame evened by what was heard up to it."""
    rng = np.random.default_rng(14)
    for count in (40, 7):
        frames = rng.normal(3.0, 2.0, (count, 5)) + np.linspace(0, 4, count)[:, None]
        parts = [frames[: i + 1] for i in range(count)]
        right = np.stack([(p[-1] - p.mean(0)) / (p.std(0) + GUARD) for p in parts])
        whole = (frames - frames.mean(0)) / (frames.std(0) + GUARD)
        past = [frames[: max(i, 1)] for i in range(count)]
        before = np.stack(
            [(f - p.mean(0)) / (p.std(0) + GUARD) for f, p in zip(frames, past, strict=True)]
        )
        across = np.stack([(p[-1] - p.mean()) / (p.std() + GUARD) for p in parts])
        only_mean = np.stack([p[-1] - p.mean(0) for p in parts])
        got = array(running_norm(frames.copy()), frames.shape)
        mistakes = {
            "that uses the whole picture, and so the future": whole,
            "the frame itself counts, too: up to and including it": before,
            "one mean for all bands; each band has its own": across,
            "the mean is right; now divide by the deviation plus 0.001": only_mean,
        }
        hint = "frame t uses the mean and the deviation of frames 0 to t, in each band"
        compare(got, right, hint, mistakes, atol=1e-4)
    return "that is how a stream forgets a microphone."


@exercise
def lesson_14_equal_error(equal_error):
    """equal_error(real, made): where as many recordings are refused as conversions pass."""
    rng = np.random.default_rng(14)
    for apart, shift, made_count in ((2.0, 0.0, 900), (1.0, 5.0, 300), (6.0, -3.0, 400)):
        real = rng.normal(shift + apart / 2, 1, 600)
        made = rng.normal(shift - apart / 2, 1, made_count)
        got = number(equal_error(real.copy(), made.copy()), "return one number, the rate")
        wanted = _equal_error(real, made)
        case = f"for scores {apart:g} deviations apart around {shift:g}"
        expect(0 <= got <= 1, f"a rate lies between 0 and 1; yours is {got:.3g}")
        at_zero = (np.mean(real < 0) + np.mean(made >= 0)) / 2
        hint = f"{case} you say {got:.2f}: a threshold at 0 is right only if the scores say so"
        wrong = abs(got - wanted) > 0.03
        expect(not (wrong and abs(got - at_zero) < 0.01 and shift), hint)
        hint = f"{case} you say {got:.2f}: that is the share of right answers, not of errors"
        expect(not (wrong and abs(got - (1 - wanted)) < 0.03), hint)
        hint = f"{case} the rate is {wanted:.2f}, yours is {got:.2f}: "
        expect(not wrong, hint + "move the threshold until both rates meet")
    return "no threshold was chosen by hand, so two detectors can be compared."


def _equal_error(real, made):
    """Half the sum of both rates where they are nearest to each other."""
    thresholds = np.concatenate([real, made])
    refused = np.array([np.mean(real < t) for t in thresholds])
    passed = np.array([np.mean(made >= t) for t in thresholds])
    nearest = np.abs(refused - passed).argmin()
    return (refused[nearest] + passed[nearest]) / 2
