"""Checks of lesson 01's exercises: aliasing, a high-pass filter, sixteen levels of one's own."""

from audiogan_tf.judging.fidelity import signal_to_noise_ratio
from audiogan_tf.lessons.checks.base import array, demand, exercise, expect, returned
from audiogan_tf.sound import quantisation

import numpy as np

TUNES = ((147, 185, 220), (262, 330, 392), (220, 165, 131))  # Hz, none of them in the lesson


@exercise
def lesson_01_alias(alias):
    """alias(frequency, sample_rate): the frequency heard, in Hz, after sampling unfiltered."""
    for frequency, rate in ((440, 8000), (3999, 8000), (4000, 8000), (9000, 44100)):
        got = returned(alias(frequency, rate))
        expect(
            np.isclose(got, frequency),
            f"{frequency} Hz is not above half of {rate} Hz, so nothing may change; you say {got}",
        )
    for frequency, rate, heard in ((5000, 8000, 3000), (8000, 8000, 0), (23000, 44100, 21100)):
        got = alias(frequency, rate)
        rules = {
            f"{frequency} Hz sampled at {rate} Hz stays {frequency} Hz, you say; nothing above "
            "half the rate survives: it is mirrored there": not np.isclose(got, frequency),
            f"{frequency} Hz sampled at {rate} Hz is heard at {heard} Hz, you say {got}: above "
            "half the rate the mirror takes f to sample_rate - f": np.isclose(got, heard),
        }
        demand(rules)
    for frequency, rate, heard in ((9000, 8000, 1000), (12500, 8000, 3500), (60000, 16000, 4000)):
        got = alias(frequency, rate)
        right = np.isclose(got, heard)
        rules = {
            f"{frequency} Hz sampled at {rate} Hz came out at {got} Hz: a frequency heard is not "
            "negative; take off whole multiples of the rate before you mirror": got >= 0,
            f"{frequency} Hz sampled at {rate} Hz is heard at {heard} Hz, you say {got}: whole "
            "multiples of the rate do not change the samples, so use the remainder, then "
            "mirror": right,
        }
        demand(rules)
    return "every frequency lands between 0 and half the rate, as in the list of section 2."


@exercise
def lesson_01_high_pass(high_pass):
    """high_pass(cutoff, sample_rate, taps): a kernel (taps,) that keeps what is above cutoff Hz."""
    for cutoff, rate, taps in ((3000, 16000, 101), (1000, 8000, 129)):
        wrong_shape = f"the kernel has shape {{shape}}; asked were {taps} taps, so ({taps},)"
        kernel = array(high_pass(cutoff, rate, taps), (taps,), wrong_shape)
        gain = np.abs(np.fft.rfft(kernel, 8192))
        hz = np.fft.rfftfreq(8192, 1 / rate)
        margin = 3.5 * rate / taps  # how wide a Hamming window makes the slope
        low, high = gain[hz < cutoff - margin].max(), gain[hz > cutoff + margin]
        swapped = low >= 0.5 and high.min() <= 0.5
        centred = np.argmax(np.abs(kernel)) == taps // 2
        off = np.abs(high - 1).max()
        upside_down = swapped and kernel.sum() < -0.5
        rules = {
            f"low frequencies pass with a gain of {low:.0f}: 1 - kernel adds 1 to every tap. What "
            "does nothing to a sound is a single 1 among zeros, at the kernel's middle": low < 5,
            "a minus sign alone turns the wave upside down, and what passes stays the same: it is "
            "still a low-pass. Take the low-pass away from something that lets everything "
            "pass": not upside_down,
            "this keeps the low frequencies and stops the high ones: it is still a "
            "low-pass": not swapped,
            f"low frequencies pass with a gain of {low:.2f}: what does nothing to a sound is a "
            "single 1 among zeros, and it must stand at the kernel's middle, taps // 2, where the "
            "low-pass is centred, or the two arrive at different times and do not "
            "cancel": low < 0.01 or centred,
            f"low frequencies pass with a gain of {low:.2f}, wanted is under 0.01: a high-pass is "
            "the whole sound minus what a low-pass of the same taps lets through": low < 0.01,
            f"above the cutoff the gain is {high.min():.2f} to {high.max():.2f}; wanted is 1": off
            < 0.02,
        }
        demand(rules)
    return "what the low-pass keeps and what this keeps add up to the sound itself."


@exercise
def lesson_01_levels(levels, pluck):
    """levels: 16 numbers for a 4-bit code; pluck: the lesson's string. Beat mu-law by 2 dB."""
    expect(levels is not None, "assign sixteen numbers to the name")
    levels = array(levels, (16,), "four bits name 16 levels; yours have shape {shape}")
    expect(np.isfinite(levels).all(), "some levels are NaN or infinite: an empty group has no mean")
    levels = np.sort(levels)
    time = np.arange(24000) / 16000
    gains = []
    for tune in TUNES:
        notes = zip(tune, (0.0, 0.35, 0.7), strict=True)
        sound = sum(pluck(time, pitch, start) for pitch, start in notes)
        sound = 0.9 * sound / np.abs(sound).max()
        mine = levels[np.searchsorted((levels[1:] + levels[:-1]) / 2, sound)]
        rivals = (
            quantisation.dequantise(quantisation.quantise(sound, 4), 4),
            quantisation.mu_law_decode(quantisation.mu_law_encode(sound, 4), 4),
        )
        ratios = [signal_to_noise_ratio(sound, coded) for coded in (mine, *rivals)]
        gains.append(ratios[0] - max(ratios[1:]))
    gain = np.mean(gains)
    rules = {
        f"on tunes you have not seen yours is {-gain:.1f} dB worse than the better of uniform and "
        "mu-law: put levels where the samples are, many near zero, few near full "
        "scale": gain > -0.5,
        f"on tunes you have not seen yours is {gain:+.1f} dB against the better of uniform and "
        "mu-law, wanted is +2: sort the phrase's samples to their nearest level, move each level "
        "to the mean of its samples, and repeat until nothing moves": gain > 2,
    }
    demand(rules)
    return f"{gain:.1f} dB better than mu-law with the same four bits, on tunes never seen."
