from audiogan_tf.lessons import checks

import numpy as np
import pytest
import tensorflow as tf


def receptive_field(kernels, strides):
    seen, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        seen, step = seen + (kernel - 1) * step, step * stride
    return seen


def hiss(waveforms, start):
    return 10 * np.log10(np.mean(waveforms[:, start:].astype("float64") ** 2) + 1e-12)


def upsample(x, kernel):
    return tf.nn.conv1d(tf.repeat(x, 4, axis=1), kernel, 1, "SAME")


def by_lines(x, kernel):
    wide = tf.image.resize(x[:, :, None], (4 * x.shape[1], 1))[:, :, 0]
    return tf.nn.conv1d(wide, kernel, 1, "SAME")


def transposed(x, kernel):
    shape = (x.shape[0], 4 * x.shape[1], kernel.shape[2])
    return tf.nn.conv1d_transpose(x, tf.transpose(kernel, [0, 2, 1]), shape, 4)


def own_stride_counted(kernels, strides):
    seen, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        step *= stride
        seen += (kernel - 1) * step
    return seen


def staircase(x, kernel):
    return tf.repeat(tf.nn.conv1d(x, kernel, 1, "SAME"), 4, axis=1)


def four_copies(x, kernel):
    return tf.nn.conv1d(tf.tile(x, [1, 4, 1]), kernel, 1, "SAME")


def mean_of_sizes(waveforms, start):
    return 20 * np.log10(np.mean(np.abs(waveforms[:, start:])) + 1e-12)


def level(waveforms, start):
    """Of the root mean square: the same number on another way."""
    power = np.mean(np.square(waveforms[:, start:], dtype="float64"))
    return 20 * np.log10(np.sqrt(power + 1e-12))


ANSWERS = (
    ("receptive_field", receptive_field, None),
    ("receptive_field", lambda kernels, strides: None, "end it with return"),
    ("receptive_field", lambda kernels, strides: 0, "see 3 places"),
    ("receptive_field", lambda k, s: sum(k) - len(k) + 1, "4 apart"),
    ("receptive_field", lambda k, s: int(np.prod(k)), "do not multiply"),
    ("receptive_field", lambda k, s: np.array(k), "one number"),
    ("receptive_field", own_stride_counted, "own stride"),
    ("hiss", hiss, None),
    ("hiss", level, None),
    ("hiss", mean_of_sizes, "absolute values"),
    ("hiss", lambda waveforms, start: 0.0, "you say 0.0"),
    ("hiss", lambda w, start: None, "end it with return"),
    ("hiss", lambda w, start: hiss(w, 0), "whole clips"),
    ("hiss", lambda w, start: 2 * hiss(w, start), "20 log10"),
    ("hiss", lambda w, start: np.mean([hiss(c[None], start) for c in w]), "mean of the decibels"),
    ("hiss", lambda w, s: 10 * np.log10(np.mean(w[:, s:]) ** 2 + 1e-12), "square first"),
    ("hiss", lambda w, s: 10 * np.log10(np.mean(w[:, s:] ** 2)), "-120 dB"),
    ("hiss", lambda w, start: np.mean(w[:, start:] ** 2, axis=1), "one number"),
    ("smooth_upsampling", upsample, None),
    ("smooth_upsampling", by_lines, None),
    ("smooth_upsampling", transposed, "a tone of its own"),
    ("smooth_upsampling", staircase, "staircase"),
    ("smooth_upsampling", four_copies, "come out late"),
    ("smooth_upsampling", lambda x, kernel: tf.repeat(x, 4, axis=1), r"wanted \(2, 48, 5\)"),
    ("smooth_upsampling", lambda x, kernel: tf.zeros([2, 48, 5]), "silent"),
    ("smooth_upsampling", lambda x, kernel: None, "end it with return"),
    ("smooth_upsampling", lambda x, k: upsample(tf.ones_like(x), k), "keep what changes"),
    ("smooth_upsampling", lambda x, k: upsample(x, tf.sign(k)), "twice the kernel"),
)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("name", "answer", "hint"), ANSWERS)
def test_answers_and_hints(name, answer, hint, capsys):
    import re

    solved = getattr(checks, f"lesson_06_{name}")(answer)
    said = capsys.readouterr().out
    assert solved == (hint is None) and said.startswith("Solved" if solved else "Not yet")
    assert hint is None or re.search(hint, said), said
