"""Lesson 16's checks: right answers are solved, typical mistakes get their own hint."""

from audiogan_tf import checks, sound

import numpy as np
import pytest


def loop(waveform, times, overlap, fade="equal power"):
    result = waveform
    for _ in range(times - 1):
        result = sound.splice(result, waveform, overlap, fade)
    return result


def best_start(first, second, reach):
    follows = 2 * first[-1] - first[-2]
    slope = first[-1] - first[-2]
    away = np.abs(second[:reach] - follows) + np.abs(np.diff(second[: reach + 1]) - slope)
    return int(np.argmin(away))


def nearest_value(first, second, reach):
    falling = np.diff(second[: reach + 1]) * (first[-1] - first[-2]) < 0
    return int(np.argmin(np.abs(second[:reach] - first[-1]) + ~falling))


def away(waveform, rate):
    midi = 69 + 12 * np.log2(sound.pitch(waveform[None, 3200:16000], rate)[0] / 440)
    return round(midi) - midi


def tune(waveform, rate):
    return sound.shift_pitch(waveform, away(waveform, rate))


def whistle(waveform, rate):
    midi = round(69 + 12 * np.log2(sound.pitch(waveform[None, 3200:16000], rate)[0] / 440))
    return 0.5 * np.sin(2 * np.pi * 440 * 2 ** ((midi - 69) / 12) * np.arange(len(waveform)) / rate)


def test_right_answers_are_solved(capsys):
    assert checks.lesson_16_loop(loop)
    assert checks.lesson_16_best_start(best_start)
    assert checks.lesson_16_best_start(
        lambda a, b, n: min(range(n), key=lambda s: sound.click(sound.splice(a, b[s:]), len(a)))
    )
    assert checks.lesson_16_tune(tune)
    assert capsys.readouterr().out.count("Solved") == 4


@pytest.mark.parametrize(
    "check, answer, hint",
    [
        ("loop", lambda w, n, o: None, "returns nothing yet"),
        ("loop", lambda w, n, o: np.tile(w, n), "side by side"),
        ("loop", lambda w, n, o: w, "the sound, once"),
        ("loop", lambda w, n, o: loop(w, max(n - 1, 1), o), "the sound, once"),
        ("loop", lambda w, n, o: loop(w, n + 1, o), "one more or one less"),
        ("loop", lambda w, n, o: loop(w, n, o, "equal gain"), "strangers"),
        ("loop", lambda w, n, o: loop(w, n, o, "none"), "jumps in the middle"),
        ("loop", lambda w, n, o: 2 * loop(w, n, o), "the samples are not"),
        ("loop", lambda w, n, o: w[:9], "shape (9,)"),
        ("best_start", lambda a, b, n: None, "returns nothing yet"),
        ("best_start", lambda a, b, n: 0, "the start as it was"),
        ("best_start", lambda a, b, n: n, "within the reach"),
        ("best_start", lambda a, b, n: 1.5, "whole number"),
        ("best_start", lambda a, b, n: [1, 2], "one number"),
        ("best_start", nearest_value, "rises where the other falls"),
        ("best_start", lambda a, b, n: (best_start(a, b, n) + n // 4) % n, "would have followed"),
        ("tune", lambda w, rate: None, "returns nothing yet"),
        ("tune", lambda w, rate: w, "still what it was"),
        ("tune", lambda w, rate: sound.shift_pitch(w, -away(w, rate)), "the other way"),
        ("tune", lambda w, rate: sound.shift_pitch(w, away(w, rate) + 0.5), "is rounded"),
        ("tune", lambda w, rate: sound.stretch(w, 1.1), "its length has to stay"),
        ("tune", lambda w, rate: 0 * w, "no pitch is left"),
        ("tune", whistle, "shift the note"),
    ],
)
def test_mistakes_get_their_own_hint(check, answer, hint, capsys):
    assert not getattr(checks, f"lesson_16_{check}")(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet") and hint in printed, printed
