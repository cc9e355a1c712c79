"""Checks for the exercises of lesson 02: The spectrogram and the way back."""

from audiogan_tf import synth
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.lessons.checks.base import array, demand, exercise, expect
from audiogan_tf.sound import spectral
from audiogan_tf.sound.representation import Representation

import numpy as np


@exercise
def lesson_02_decibels(to_decibels):
    """to_decibels(magnitude, floor_db): levels in dB, nothing below the floor."""
    magnitude = np.float32([[10.0, 1.0], [0.1, 0.0]])
    with np.errstate(all="ignore"):
        level = array(to_decibels(magnitude, -60.0), (2, 2))
        low = array(to_decibels(magnitude, -10.0), (2, 2))[1]
    silent = level[1, 1]
    right = np.allclose(level, [[20, 0], [-20, -60]], atol=1e-3)
    uses_floor = np.allclose(low, -10, atol=1e-3)
    softened = np.allclose(level, 20 * np.log10(magnitude + 1e-3), atol=1e-3)
    rules = {
        "the floor was added to every magnitude, which makes the others too loud: take the larger "
        "of the two, with np.maximum": not softened,
        "log10(0) is minus infinity: raise the magnitude to the floor's own magnitude, "
        "10 ** (floor_db / 20), before the logarithm": np.isfinite(level).all(),
        "a magnitude of 10 is 20 dB, not 10: decibels are 10 log10 of a power, so 20 log10 of a "
        "magnitude": not np.allclose(level[0], [10, 0]),
        f"silence came out at {silent:.0f} dB, below the floor": silent >= -60.001,
        "10, 1, 0.1 and 0 should become 20, 0, -20 and the floor": right,
        "with floor_db=-10 the magnitudes 0.1 and 0 should both become -10: use "
        "floor_db": uses_floor,
        "the levels are right, but numpy warned of log10(0): raise the magnitude to the floor "
        "before the logarithm, not the level after it": _silent(to_decibels, magnitude),
    }
    demand(rules)
    drawn = np.random.default_rng().uniform(0.5, 2, (3, 4, 5))
    level = array(to_decibels(drawn, -60.0), drawn.shape)
    hint = "a magnitude of {:.2f} should become {:.2f} dB; yours becomes {:.2f}"
    pair = float(drawn[0, 0, 0]), float(20 * np.log10(drawn[0, 0, 0])), float(level[0, 0, 0])
    expect(np.allclose(level, 20 * np.log10(drawn), atol=1e-3), hint.format(*pair))
    return "ten times the magnitude is 20 dB more, and silence stands on the floor."


def _silent(to_decibels, magnitude):
    """Whether numpy has nothing to warn of."""
    try:
        with np.errstate(divide="raise", invalid="raise"):
            to_decibels(magnitude, -60.0)
    except FloatingPointError:
        return False
    return True


@exercise
def lesson_02_istft(istft):
    """istft(spectrum, n_fft, hop_length) for one clip: (frames, bins) to (samples,)."""
    rng = np.random.default_rng(0)
    wave = rng.uniform(-1, 1, 640).astype("float32")
    for n_fft, hop in ((128, 32), (64, 32)):
        spectrum = spectral.stft(wave[None], n_fft, hop)[0].numpy()
        got = array(istft(spectrum, n_fft, hop), (640,))
        error, middle = np.abs(got - wave), slice(n_fft, -n_fft)
        inside = error[middle].max()
        ratio = np.sum(got[middle] * wave[middle]) / np.sum(wave[middle] ** 2)
        half = n_fft // 2
        symmetric = 1e-4 < inside < 0.2 and abs(ratio - 1) < 0.05
        late = np.allclose(got[3 * half : -n_fft], wave[n_fft : -3 * half], atol=1e-3)
        rules = {
            "there are NaN or infinite samples: some samples at the very edge are covered by no "
            "window; divide by at least 1e-8": np.isfinite(got).all(),
            "it is the sound, but half a window late: cut n_fft // 2 samples off the "
            "front": not late,
            "the middle is 4/3 times as loud as it should be: multiply each frame by the window "
            "once more before you add it": hop * 4 != n_fft or abs(ratio - 4 / 3) > 0.01,
            "it is silent: add the waveform of each frame to out, at n * hop for frame n": np.any(
                got
            ),
            f"the middle is {ratio:.2f} times as loud as it should be: add each frame to what is "
            "already there, with +=; a later frame must not replace the "
            "earlier one": not 0 < ratio < 0.3,
            f"the middle is {ratio:.2f} times as loud as it should be: divide by the sum of the "
            "squared windows": abs(ratio - 1) < 0.01 or inside < 1e-4,
            f"nearly: the largest error in the middle is {inside:.3f}. Take the window of "
            "section 2, 0.5 - 0.5 * np.cos(2 * np.pi * t / n_fft); np.hanning is a slightly "
            "different one": not symmetric,
            "the middle is not the sound: multiply each frame by the window once more, add it at "
            "its place, and cut n_fft // 2 samples off the front": inside < 1e-4,
            "only the edges are wrong: add up the squared windows that really cover each sample, "
            "instead of dividing by one constant": error.max() < 1e-4,
        }
        demand(rules)
    return "the sound comes back, and the first and last samples with it."


@exercise
def lesson_02_representation(representation):
    """A Representation of 16 kHz with at most 8,192 numbers a clip and a better way back."""
    expect(
        isinstance(representation, Representation),
        "assign a Representation(...), the spectrogram picture of this lesson, to the name",
    )
    expect(representation.sample_rate == 16000, "the drums have a sample rate of 16000 Hz")
    numbers = representation.frames * representation.bins
    expect(
        numbers <= 8192,
        f"a picture has {numbers} numbers; the budget is 8192: fewer frames "
        "means a larger hop_length, fewer bands a smaller n_mels",
    )
    rng = np.random.default_rng(5)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    waves = np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])
    got = np.zeros_like(waves)
    used = min(8064, representation.samples)
    expect(used >= 7000, f"(frames - 1) * hop_length is {used} samples; the drums are 8064 long")
    padded = np.pad(waves, ((0, 0), (0, representation.samples - used)))
    images = representation.forward(padded[:, : representation.samples])
    got[:, :used] = representation.inverse(images).numpy()[:, :used]
    wanted = np.abs(spectral.stft(waves, 512, 128))
    level = spectral_convergence(wanted, got, 512, 128)
    told = f"{level:.0f}" if level > -14.5 else f"{level:.2f}"
    expect(
        level < -15,
        f"the way back reaches {told} dB, wanted is under -15 dB: look at "
        "the error budget for the step that costs most, and spend the numbers there",
    )
    return f"{numbers} numbers a clip and {level:.0f} dB: a better bargain than the lesson's."
