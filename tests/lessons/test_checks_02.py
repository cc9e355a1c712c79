"""Lesson 02's checks: the stub fails, the solution passes, each usual slip gets its own hint."""

from audiogan_tf.lessons import checks
from audiogan_tf.sound import Representation, Waveform

import librosa
import numpy as np
import pytest


def hint(capsys, check, *answer):
    """What a check prints for an answer that is not right."""
    assert check(*answer) is False
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ") and said.count("\n") == 1
    return said


def decibels(magnitude, floor_db):
    return 20 * np.log10(np.maximum(magnitude, 10 ** (floor_db / 20)))


def cut_twice(magnitude, floor_db):
    return np.maximum(20 * np.log10(np.maximum(magnitude, 1e-10)), floor_db)


@pytest.mark.parametrize("answer", [decibels, cut_twice])
def test_decibels_accept_the_answer(capsys, answer):
    assert checks.lesson_02_decibels(answer) is True
    assert capsys.readouterr().out.startswith("Solved: ")


def with_warning(magnitude, floor_db):
    return np.maximum(20 * np.log10(magnitude), floor_db)


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda magnitude, floor: None, "nothing yet"),
        (lambda magnitude, floor: 20 * np.log10(magnitude), "log10(0) is minus infinity"),
        (lambda magnitude, floor: decibels(magnitude, floor) / 2, "not 10"),
        (lambda magnitude, floor: 20 * np.log10(magnitude + 1e-10), "below the floor"),
        (lambda magnitude, floor: 20 * np.log10(magnitude + 10 ** (floor / 20)), "np.maximum"),
        (lambda magnitude, floor: decibels(magnitude, -60), "use floor_db"),
        (with_warning, "numpy warned"),
        (lambda magnitude, floor: decibels(magnitude, floor)[0], "shape"),
        (lambda magnitude, floor: np.maximum(20 * np.log(magnitude + 1e-9), floor), "20, 0, -20"),
    ],
)
def test_decibels_name_each_slip(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_02_decibels, answer)


def test_decibels_know_numbers_learned_by_heart(capsys):
    def by_heart(magnitude, floor_db):
        known = {10.0: 20, 1.0: 0, np.float32(0.1): max(-20, floor_db), 0.0: floor_db}
        return np.vectorize(lambda one: float(known.get(one, floor_db)))(magnitude)

    assert "should become" in hint(capsys, checks.lesson_02_decibels, by_heart)


def inverse(spectrum, n_fft, hop, windowed=True, cover="true", first=None):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    samples = (len(spectrum) - 1) * hop
    out = np.zeros(samples + n_fft)
    weight = np.zeros_like(out)
    for n, frame in enumerate(np.fft.irfft(spectrum, n_fft)):
        out[n * hop : n * hop + n_fft] += frame * (window if windowed else 1)
        weight[n * hop : n * hop + n_fft] += window**2
    if cover == "true":
        out = out / np.maximum(weight, 1e-8)
    elif cover == "middle":
        out = out / weight[len(out) // 2 :][:hop].mean()
    first = n_fft // 2 if first is None else first
    return np.pad(out, (0, n_fft))[first:][:samples]


def replacing(spectrum, n_fft, hop):
    """Each frame overwrites what the last one left."""
    window = np.hanning(n_fft + 1)[:-1]
    out = np.zeros((len(spectrum) - 1) * hop + n_fft)
    for n, frame in enumerate(np.fft.irfft(spectrum, n_fft)):
        out[n * hop : n * hop + n_fft] = frame * window
    return out[n_fft // 2 : -(n_fft // 2)]


def symmetric(spectrum, n_fft, hop):
    """The window of np.hanning, whose last sample is zero, too."""
    window = np.hanning(n_fft)
    out = np.zeros((len(spectrum) - 1) * hop + n_fft)
    weight = np.zeros_like(out)
    for n, frame in enumerate(np.fft.irfft(spectrum, n_fft)):
        out[n * hop : n * hop + n_fft] += frame * window
        weight[n * hop : n * hop + n_fft] += window**2
    return (out / np.maximum(weight, 1e-8))[n_fft // 2 : -(n_fft // 2)]


def by_librosa(spectrum, n_fft, hop):
    return librosa.istft(np.asarray(spectrum).T, n_fft=n_fft, hop_length=hop)


@pytest.mark.parametrize("answer", [inverse, by_librosa])
def test_istft_accepts_the_answer(capsys, answer):
    assert checks.lesson_02_istft(answer) is True
    assert "the first and last samples" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda *given: None, "nothing yet"),
        (lambda spectrum, n_fft, hop: np.zeros((len(spectrum) - 1) * hop), "it is silent"),
        (replacing, "with +="),
        (symmetric, "np.hanning"),
        (lambda *given: inverse(*given, cover="none"), "1.50 times as loud"),
        (lambda *given: inverse(*given, cover="middle"), "only the edges are wrong"),
        (lambda *given: inverse(*given, windowed=False), "by the window once more"),
        (lambda *given: inverse(*given, first=0), "half a window late"),
        (lambda *given: inverse(*given)[:-1], "shape"),
        (lambda *given: inverse(*given) + np.nan, "NaN"),
    ],
)
def test_istft_names_each_slip(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_02_istft, answer)


@pytest.mark.parametrize(
    "size", [(512, 128, 64, 128), (512, 256, 32, None)], ids=["more bands", "fewer frames"]
)
def test_a_better_picture_is_accepted(capsys, size):
    assert checks.lesson_02_representation(Representation(16000, *size, -30, 42)) is True
    assert "8192 numbers a clip" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer, said",
    [
        (None, "assign a Representation"),
        (Waveform(Representation(16000, 512, 128, 64, 64)), "assign a Representation"),
        (Representation(16000, 512, 128, 64, 64, -30, 42), "the way back reaches"),
        (Representation(16000, 512, 256, 33, 128, -30, 42), "the way back reaches -14."),
        (Representation(16000, 512, 128, 64, None, -30, 42), "the budget is 8192"),
        (Representation(8000, 512, 128, 64, 64), "16000 Hz"),
        (Representation(16000, 512, 128, 32, 128), "the drums are 8064 long"),
    ],
)
def test_a_picture_that_will_not_do_is_told_why(capsys, answer, said):
    assert said in hint(capsys, checks.lesson_02_representation, answer)
