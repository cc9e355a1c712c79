"""Checks for lesson 15's exercises; see `checks`."""

from audiogan_tf.judging.fidelity import si_sdr
from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, number, returned

import numpy as np

RATE = 16000
GAIN, KEPT = 4.0, 20.0  # dB: what a way has to win at 0 dB, and to leave of clean speech


@exercise
def lesson_15_remix(remix):
    """remix(noisy, enhanced, decibels): what was taken out comes back, `decibels` quieter."""
    rng = np.random.default_rng(15)
    noisy, enhanced = rng.standard_normal((2, 500))
    removed = noisy - enhanced
    for decibels in (6.0, 12.0, 30.0):
        factor = 10 ** (-decibels / 20)
        wanted = enhanced + factor * removed
        hint = f"at {decibels:g} dB the result has shape {{shape}}, wanted {{wanted}}"
        got = array(remix(noisy.copy(), enhanced.copy(), decibels), (500,), hint)
        mistakes = {
            "decibels of a sound, not of its power: divide by 20": enhanced
            + 10 ** (-decibels / 10) * removed,
            "that is louder, not quieter: mind the sign": enhanced + removed / factor,
            "that brings back the noisy sound, its speech too; what was taken out is the "
            "difference of the two": enhanced + factor * noisy,
            "that takes the noise out a second time: mind the sign of the difference": enhanced
            - factor * removed,
            "that is the enhanced sound alone": enhanced,
            "that is what comes back; add it to the enhanced sound": factor * removed,
            "that is the noisy sound, only quieter; begin with the enhanced one": factor * noisy,
        }
        hint = f"at {decibels:g} dB the numbers differ: what was taken out has to come back times "
        compare(got, wanted, f"{hint}{factor:.3g}", mistakes)
    return "a little noise left in hides what the mask does to the rest."


def _gate(threshold):
    """A way that is not linear: what is weak does not come out."""
    return lambda sound: np.where(np.abs(sound) > threshold, sound, 0)


def _waiting(way, future):
    """A way whose result at n depends on what comes `future` samples later, and no later."""

    def enhance(sound):
        sound = np.asarray(sound, float)
        later = np.concatenate([sound[future:], np.zeros(future)])
        return way(sound) + 0.1 * way(later)

    return enhance


@exercise
def lesson_15_look_ahead(look_ahead):
    """look_ahead(enhance, sound): how many samples of the future one sample depends on."""
    sound = 0.1 * np.random.default_rng(15).standard_normal(4000)
    for name, way in (("linear", lambda x: 0.5 * x), ("with a gate", _gate(0.05))):
        for future in (0, 1, 80, 512):
            enhance = _waiting(way, future)
            got = float(number(look_ahead(enhance, sound.copy()), "return one number"))
            about = f"a way, {name}, that waits for {future} samples: yours says {got:g}"
            hint = "change the sound from one place on: where do the two results part?"
            if got == -future:
                hint = "count how much EARLIER the results part"
            elif got >= 1000:
                hint = "that is a place in the sound; count how far before your change it lies"
            elif got == 0 and name == "with a gate":
                hint = "a small change or one in silence stays hidden behind a gate: make it large"
            expect(abs(got - future) <= 2, f"{about}; {hint}")
    return "that is how a claim of 32 ms is checked without a look inside."


def _sentences():
    """Four clean sentences of the kit, (n,) float each, at one level."""
    from audiogan_tf.corpora import load_corpus
    from audiogan_tf.storage.places import shipped

    clips = load_corpus("kathleen", folder=shipped("kathleen")).test
    sounds = [clips.load(i).astype("float64") for i in range(4)]
    return [0.05 * sound / np.sqrt(np.mean(sound**2)) for sound in sounds]


def _steady_noise(samples, rng):
    """A fan: coloured noise that does not change."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    slope = (np.arange(len(spectrum)) + 20.0) ** -rng.uniform(0.3, 0.8)
    noise = np.fft.irfft(spectrum * slope, samples)
    return noise / np.sqrt(np.mean(noise**2))


@exercise
def lesson_15_denoise(denoise):
    """denoise(noisy, rate): without a network, against a noise that does not change."""
    rng, gains, left = np.random.default_rng(15), [], []
    for clean in _sentences():
        noisy = clean + np.sqrt(np.mean(clean**2)) * _steady_noise(len(clean), rng)
        heard = [_heard(denoise, sound) for sound in (noisy, clean)]
        gains.append(si_sdr(clean, heard[0]) - si_sdr(clean, noisy))
        left.append(si_sdr(clean, heard[1]))
    gain, clean = float(np.mean(gains)), float(np.mean(left))
    expect(
        gain > 0.1,
        f"at 0 dB your way changes SI-SDR by {gain:.1f} dB: that is no gain; estimate the noise of "
        "each bin, for instance a low percentile over time, and weaken what is near it",
    )
    expect(
        gain >= GAIN,
        f"at 0 dB your way wins {gain:.1f} dB of SI-SDR, {GAIN:g} are wanted; smooth the mask over "
        "time, or take more of the noise away",
    )
    expect(
        clean >= KEPT,
        f"clean speech comes out with an SI-SDR of {clean:.1f} dB, at least {KEPT:g} are wanted: "
        "where there is no noise, take nothing away",
    )
    return f"{gain:.1f} dB against a fan, and clean speech stays whole at {clean:.1f} dB."


def _heard(denoise, sound):
    hint = "your result has shape {shape}, the sound {wanted}; istft may give fewer samples: pad"
    got = array(returned(denoise(sound.astype("float32"), RATE)), sound.shape, hint)
    expect(np.isfinite(got).all(), "your result holds NaN or infinite samples: mind divisions by 0")
    return got
