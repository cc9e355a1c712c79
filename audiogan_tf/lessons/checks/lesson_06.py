"""Checks for the exercises of lesson 06."""

from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, number

import numpy as np


@exercise
def lesson_06_receptive_field(receptive_field):
    """receptive_field(kernels, strides): input places that one output place of a stack sees."""
    cases = (([3], [1], 3), ([9, 9], [4, 4], 41), ([3, 9, 9, 9], [1, 4, 4, 4], 171), ([5], [2], 5))
    for kernels, strides, wanted in cases:
        got = number(receptive_field(kernels, strides))
        told = f"kernels {kernels} with strides {strides}"
        places_apart = np.cumprod(strides)
        too_far = 1 + sum((k - 1) * apart for k, apart in zip(kernels, places_apart, strict=True))
        mistakes = {
            f"{told}: a layer's own stride does not widen what one of its places sees; only the "
            "strides of the layers before it do": too_far,
            f"{told}: you added the kernels as if each layer saw every place; after a stride of 4 "
            "the next layer's places lie 4 apart": sum(kernels) - len(kernels) + 1,
            f"{told}: neighbouring places see stretches that overlap, so lengths do not "
            "multiply": np.prod(kernels),
        }
        hint = (
            f"{told} see {wanted} places, you say {got}: start from 1 and let each layer add "
            "(kernel - 1) times the product of the strides before it"
        )
        compare(got, wanted, hint, mistakes)
    return "a place of the kit's last convolution sees 171 frames of 16 samples, 0.17 s of 0.51 s."


@exercise
def lesson_06_hiss(hiss):
    """hiss(waveforms, start): mean level from `start` on in dB, full scale = 0, at least -120."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((3, 4000))
    waveforms = np.float32(noise * np.array([[0.1], [0.01], [0.0]]))
    waveforms[:, :1000] = 0.9
    got = number(hiss(waveforms[:2], 1000), "return one number for all the clips together")

    def level(power):
        return np.mean(10 * np.log10(power + 1e-12))

    clips = waveforms[:2].astype("float64")
    late = clips[:, 1000:]
    wanted, whole = level(np.mean(late**2)), level(np.mean(clips**2))
    mistakes = {
        "that is the level of the whole clips: measure from sample `start` on": whole,
        "that is twice too much: 20 log10 is for an amplitude, the mean of squares is a power": 2
        * wanted,
        "you took the mean of the decibels: one silent clip would drown all others; take the mean "
        "of the squares first, then one logarithm": level(np.mean(late**2, axis=1)),
        "you took the mean of absolute values; the level of a sound is its power: take the mean of "
        "the squares": 20 * np.log10(np.mean(np.abs(late)) + 1e-12),
        "you squared the mean; hiss swings around 0, so its mean is next to nothing: square "
        "first": level(np.mean(late) ** 2),
    }
    compare(got, wanted, f"it is {wanted:.1f} dB, you say {got:.1f}", mistakes, atol=0.01, rtol=0)
    silence = hiss(waveforms[2:], 1000)
    expect(
        np.isfinite(silence) and np.isclose(silence, -120, atol=0.5),
        f"digital silence came out at {silence}: add 1e-12, which is -120 dB, to the power",
    )
    return "the lesson's table shows this number, for short drums from 0.31 to 0.47 s."


@exercise
def lesson_06_smooth_upsampling(upsample):
    """upsample(x, kernel): time 4 times as long, without tones of its own.

    x: (batch, time, channels); kernel: (taps, channels, channels_out).
    """
    import tensorflow as tf

    rng = np.random.default_rng(0)
    kernel = tf.constant(rng.standard_normal((9, 6, 5)).astype("float32"))
    flat = tf.ones([2, 12, 6])
    wrong_shape = (
        "from (2, 12, 6) the result has shape {shape}, wanted {wanted}: time 4 times as long, as "
        "many channels as the kernel gives"
    )
    got = array(upsample(flat, kernel), (2, 48, 5), wrong_shape)
    expect(np.abs(got).max() > 1e-3, "the result is silent: use the kernel")
    waves = tf.constant(rng.standard_normal((1, 12, 6)).astype("float32"))
    one, two = np.asarray(upsample(waves, kernel)), np.asarray(upsample(waves, 2 * kernel))
    steps = np.diff(one.reshape(1, 12, 4, 5), axis=2)  # from sample to sample within a place
    expect(
        np.abs(steps).max() > 1e-3 or np.ptp(one) < 1e-3,
        "each place still comes out as four equal samples, a staircase: convolve after making time "
        "longer, so that the kernel can smooth the steps",
    )
    middle = got[:, 12:36]
    ripple = np.abs(middle - middle.mean(axis=1, keepdims=True)).max() / np.abs(middle).max()
    expect(
        ripple < 1e-4,
        f"a constant input came out with a ripple of {100 * ripple:.0f} %, a tone of its own: make "
        "time longer first, each place 4 times or by lines between places, then convolve with "
        "stride 1",
    )
    expect(np.allclose(two, 2 * one, atol=1e-3), "twice the kernel must give twice the result")
    expect(
        one[:, 12:36].std(axis=1).max() > 1e-3,
        "a changing input came out constant: keep what changes in it",
    )
    late = np.asarray(upsample(tf.concat([0 * flat[:, :6], flat[:, 6:]], axis=1), kernel))
    expect(
        np.abs(late[:, :16]).max() < 1e-3,
        "what comes in late must come out late: four copies of the whole clip in a row are not a "
        "longer time; repeat each place by itself, with tf.repeat and not with tf.tile",
    )
    return "constant in, constant out: what it plays is what it was given."
