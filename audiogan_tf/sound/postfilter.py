"""Filters for a voice that was drawn sample by sample: less noise beside and between its partials.

Each draw is a little off, and the next ones build on it, so what should be a tone comes with a
hiss. Speech coders have the same trouble and the same two remedies, which need no training.
"""

from audiogan_tf.sound.spectral import hann, istft, stft

import numpy as np
from scipy import ndimage

WINDOW = 0.04  # seconds over which a voice is taken to keep its pitch
LOWEST, HIGHEST = 57.0, 320.0  # Hz, the pitches that are looked for
OCTAVE_COST = 0.02  # what a candidate loses for each octave below the highest
NOISY, CLEAR = 0.2, 0.8  # likeness of neighbouring periods: no filtering; all of it
LEAST_GAIN = 0.1  # that spectral subtraction leaves


def postfilter(waveforms, sample_rate):
    """Both filters, one after the other: waveforms (clips, samples) to float32 of that shape.

    FFTNet cleans its voices so too (Jin et al., 2018). Used in lesson 11.
    """
    return comb(subtract_noise(waveforms, sample_rate), sample_rate)


def subtract_noise(waveforms, sample_rate, amount=0.35):
    """Take from each moment the power that half of its bins do not exceed, times `amount`.

    waveforms: (clips, samples) float; sample_rate in Hz. The floor is smoothed over 90 ms; no bin
    is turned down to less than LEAST_GAIN. Returns (clips, samples) float32. Boll (1979). Used in
    lesson 11.
    """
    waveforms = np.asarray(waveforms, "float32")
    samples, size = waveforms.shape[1], 2 ** round(np.log2(0.032 * sample_rate))
    hop = size // 4
    padded = np.pad(waveforms, ((0, 0), (0, -samples % hop)))
    spectra = stft(padded, size, hop).numpy()  # (clips, frames, bins)
    powers = np.abs(spectra) ** 2
    floor = np.sqrt(np.median(powers, axis=2, keepdims=True))
    floor = ndimage.uniform_filter1d(floor, 11, axis=1) ** 2
    gains = np.clip(1 - amount * floor / np.maximum(powers, 1e-12), LEAST_GAIN, 1)
    return istft(spectra * gains.astype("float32"), size, hop).numpy()[:, :samples]


def comb(waveforms, sample_rate):
    """Add to each moment the periods before and after it, as far as they are like it.

    waveforms: (clips, samples) float; sample_rate in Hz. What repeats adds up, noise does not;
    levels stay. Where nothing repeats, as in a whisper, nothing changes. Returns (clips, samples)
    float32. Chen and Gersho (1995). Used in lesson 11.
    """
    waveforms = np.asarray(waveforms, "float32")
    size, longest = round(WINDOW * sample_rate) // 2 * 2, round(sample_rate / LOWEST)
    hop, count = size // 2, waveforms.shape[1]
    moments = count // hop + 1
    padded = np.pad(waveforms, ((0, 0), (hop + longest, size + longest)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)
    starts = longest + hop * np.arange(moments)
    now = windows[:, starts]  # (clips, moments, size)
    lags = np.arange(round(sample_rate / HIGHEST), longest + 1)
    likeness = np.stack(
        [
            (_like(now, windows[:, starts - n]) + _like(now, windows[:, starts + n])) / 2
            for n in lags
        ]
    )
    costs = OCTAVE_COST * np.log2(lags / lags[0])
    best = np.argmax(likeness - costs[:, None, None], axis=0)  # (clips, moments)
    alike = np.take_along_axis(likeness, best[None], axis=0)[0]
    clip, places, lag = np.arange(len(waveforms))[:, None], starts[None], lags[best]
    around = windows[clip, places - lag] + windows[clip, places + lag]
    share = np.clip((alike - NOISY) / (CLEAR - NOISY), 0, 1)[..., None]
    mixed = now + share * around
    gains = np.linalg.norm(now, axis=-1) / np.maximum(np.linalg.norm(mixed, axis=-1), 1e-6)
    mixed *= gains[..., None] * hann(size).numpy()
    out = np.zeros((len(waveforms), hop * (moments + 1)), "float32")
    for half in (0, 1):
        part = mixed[..., half * hop : (half + 1) * hop].reshape(len(waveforms), -1)
        out[:, half * hop : half * hop + part.shape[1]] += part
    return out[:, hop : hop + count]


def _like(one, other):
    """Cosine of the angle between windows (..., size): 1 for equal ones, 0 with silence."""
    together = np.einsum("...i,...i->...", one, other)
    return together / np.maximum(
        np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1), 1e-6
    )
