"""Lesson 15's checks: right answers are solved, typical mistakes get their own hint."""

from audiogan_tf import checks, sound

import numpy as np
import pytest
import tensorflow as tf


def remix(noisy, enhanced, decibels):
    return enhanced + 10 ** (-decibels / 20) * (noisy - enhanced)


def look_ahead(enhance, wave):
    whole, most = enhance(wave), 0
    for place in range(1000, 1032):
        changed = wave.copy()
        changed[place:] = -wave[place:]
        apart = np.flatnonzero(enhance(changed) != whole)
        most = max(most, place - apart[0])
    return most


def denoise(noisy, rate, times=3.0, smooth=9, share=20):
    padded = np.pad(noisy, (0, 512 + -len(noisy) % 128)).astype("float32")
    spectrum = sound.stft(padded[None], 512, 128)[0].numpy()
    power = np.abs(spectrum) ** 2
    level = np.percentile(power, share, axis=0)
    kernel = np.ones(smooth) / smooth
    power = np.stack([np.convolve(bin, kernel, "same") for bin in power.T], axis=1)
    mask = np.maximum(1 - times * level / (power + 1e-12), 0.01)
    return sound.istft(tf.cast(spectrum * mask, tf.complex64)[None], 512, 128)[0, : len(noisy)]


def impulse_in_silence(enhance, wave):
    silent = np.zeros_like(wave)
    silent[2000] = 0.01
    heard = np.flatnonzero(enhance(silent))
    return 2000 - heard[0] if len(heard) else 0


def test_right_answers_are_solved(capsys):
    assert checks.lesson_15_remix(remix)
    assert checks.lesson_15_look_ahead(look_ahead)
    assert checks.lesson_15_denoise(denoise)
    assert capsys.readouterr().out.count("Solved") == 3


@pytest.mark.parametrize(
    "check, answer, hint",
    [
        ("remix", lambda n, e, d: None, "returns nothing yet"),
        ("remix", lambda n, e, d: e, "enhanced sound alone"),
        ("remix", lambda n, e, d: remix(n, e, 2 * d), "divide by 20"),
        ("remix", lambda n, e, d: remix(n, e, -d), "louder, not quieter"),
        ("remix", lambda n, e, d: e + 10 ** (-d / 20) * n, "its speech too"),
        ("remix", lambda n, e, d: 2 * e - remix(n, e, d), "a second time"),
        ("remix", lambda n, e, d: remix(n, e, d) - e, "add it to the enhanced"),
        ("remix", lambda n, e, d: 10 ** (-d / 20) * n, "begin with the enhanced"),
        ("remix", lambda n, e, d: e + (n - e) / d, "come back times 0.501"),
        ("remix", lambda n, e, d: n[:9], "shape (9,)"),
        ("look_ahead", lambda e, s: None, "returns nothing yet"),
        ("look_ahead", lambda e, s: 0, "do the two results part"),
        ("look_ahead", lambda e, s: 256, "do the two results part"),
        ("look_ahead", lambda e, s: 1000 - look_ahead(e, s), "how far before your change"),
        ("look_ahead", lambda e, s: -look_ahead(e, s), "EARLIER"),
        ("look_ahead", impulse_in_silence, "hidden behind a gate"),
        ("look_ahead", lambda e, s: [1, 2], "one number"),
        ("denoise", lambda n, rate: None, "returns nothing yet"),
        ("denoise", lambda n, rate: n, "no gain"),
        ("denoise", lambda n, rate: denoise(n, rate, 1.0), "are wanted; smooth"),
        ("denoise", lambda n, rate: denoise(n, rate, share=50), "take nothing away"),
        ("denoise", lambda n, rate: n[:-3], "pad"),
        ("denoise", lambda n, rate: n * np.nan, "NaN"),
    ],
)
def test_mistakes_get_their_own_hint(check, answer, hint, capsys):
    assert not getattr(checks, f"lesson_15_{check}")(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet") and hint in printed, printed
