"""Longer or shorter at the same pitch, higher or lower at the same length.

Two families: a phase vocoder, whose bins may be locked together and whose onsets may be held, and
WSOLA, which moves pieces of the wave itself. A stretched sound has round(factor * samples) samples.
"""

from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio import fix_length, resample

import numpy as np
from scipy.signal import correlate

FACTORS = 0.25, 4.0  # lesson 16 measures 0.5 to 2; beyond 0.25 to 4 nobody listened
RISE = 2.0  # a bin that grows by so much at an onset belongs to what begins there
BANDS, LEAST_RISE, FLOOR = 8, 0.7, 1e-4  # of onsets: bands, mean log rise, quietest power
SILENT = 1e-20  # power; what is below has no phase
SEAM = 16  # samples on each side in which an onset's place is refined


def stretch(waveform, factor, n_fft=1024, lock=True, hold=True):
    """Make a sound longer or shorter by a phase vocoder; its pitch stays.

    waveform: (samples,) float; factor: 2 is twice as long, 0.25 to 4; n_fft: samples of a frame, a
    multiple of 16; four frames overlap. lock: turn the bins around a peak as the peak is turned
    (identity phase locking); without it each bin goes its own way. hold: let the sound around an
    onset pass at its own speed, so that it stays sharp, and stretch the rest the more.
    Returns (round(factor * samples),) float32. Raises InputError for another factor or shape.
    Flanagan and Golden (1966); lock: Laroche and Dolson (1999); hold: Duxbury, Davies and Sandler
    (2002), and Röbel (2003) for the choice of bins. Built in lesson 16.
    """
    waveform = _checked(waveform, factor)
    samples, hop, half = round(factor * len(waveform)), n_fft // 4, n_fft // 2
    found = onsets(waveform, n_fft // 4) if hold else []
    came_out, went_in = time_map(len(waveform), factor, found, n_fft)
    out = np.arange(hop - half, samples + half, hop)  # the centre of each frame made
    places = np.rint(np.interp(out, came_out, went_in)).astype(int)  # and of the frame read
    read = spectra(waveform, places, n_fft)
    earlier = spectra(waveform, places - hop, n_fft)
    fresh = {}  # of the first frame of each hold: which bins begin with the onset
    for begins, onset in zip(came_out[2:-2:2], found, strict=True):
        first = min(int(np.searchsorted(out, begins)), len(out) - 1)
        loud = spectra(waveform, np.array([onset + hop]), n_fft)[0]
        fresh[first] = np.abs(loud) > RISE * np.abs(read[first])
    return _put_together(turned(read, earlier, lock, fresh), n_fft)[:samples].astype("float32")


def spectra(waveform, centres, n_fft):
    """Spectra of frames around any places of a sound, which is silent outside.

    waveform: (samples,) float; centres: (frames,) int, in samples. Hann window.
    Returns (frames, n_fft // 2 + 1) complex128. Built in lesson 16.
    """
    before = max(0, n_fft - int(centres.min()))
    padded = np.pad(waveform, (before, n_fft + max(0, int(centres.max()) - len(waveform))))
    starts = centres - n_fft // 2 + before
    return np.fft.rfft(padded[starts[:, None] + np.arange(n_fft)] * _hann(n_fft))


def turned(read, earlier, lock=True, fresh=None):
    """Give each frame the phase that goes on from the frame made before it.

    read: (frames, bins) complex, where the sound was read; earlier: the same a hop earlier: what
    the sound turned in one hop is what the result turns in one hop. lock: see `stretch`; fresh:
    number of a frame -> (bins,) bool, bins that begin anew, with the phase they were read with.
    Returns (frames, bins) complex. Laroche and Dolson (1999). Built in lesson 16.
    """
    turn, made = np.ones(read.shape[1], complex), []
    for i, frame in enumerate(read):
        if i:
            product = made[-1] * np.conj(earlier[i])
            size = np.abs(product)
            turn = np.where(size > SILENT, product / np.maximum(size, SILENT), turn)
            turn = turn[nearest_peak(np.abs(frame))] if lock else turn
        if fresh and i in fresh:
            turn = np.where(fresh[i], 1, turn)
        made.append(frame * turn)
    return np.stack(made)


def nearest_peak(magnitude):
    """For each bin the number of the nearest peak: a bin above its two neighbours on each side.

    magnitude: (bins,) float. Returns (bins,) int; each bin itself where there is no peak.
    Laroche and Dolson (1999). Built in lesson 16.
    """
    size = np.pad(magnitude, 2, constant_values=-1.0)
    others = np.maximum.reduce([size[:-4], size[1:-3], size[3:-1], size[4:]])
    peaks = np.flatnonzero(magnitude > others)
    bins = np.arange(len(magnitude))
    return peaks[np.searchsorted((peaks[1:] + peaks[:-1]) / 2, bins)] if len(peaks) else bins


def onsets(waveform, n_fft=256):
    """Where something begins: the power rises fast in many bands at once.

    waveform: (samples,) float; n_fft: samples of a frame, a multiple of 4; two onsets lie at least
    two frames apart. Returns places in samples, (onsets,) int, rising. Built in lesson 16.
    """
    hop = n_fft // 4
    centres = np.arange(-n_fft, len(waveform) + n_fft, hop)
    power = np.abs(spectra(waveform, centres, n_fft)[:, :-1]) ** 2
    bands = power.reshape(len(power), BANDS, -1).sum(axis=2)  # (frames, bands)
    log = np.log(bands + FLOOR * bands.max() + SILENT)
    rise = np.maximum(0, log[3:] - log[:-3]).mean(axis=1)
    chosen = []
    for i in np.argsort(-rise, kind="stable"):
        if rise[i] < LEAST_RISE:
            break
        if all(abs(i - other) >= 8 for other in chosen):
            chosen.append(i)
    middle = np.sort(centres[np.array(chosen, int)] + 3 * hop // 2)
    return np.unique([_sharpest(waveform, place, n_fft) for place in middle]).astype(int)


def _sharpest(waveform, place, reach):
    """The sample near a place after which there is most energy, compared with before it."""
    first = max(0, place - reach)
    energy = np.square(waveform[first : place + reach])
    sums = np.cumsum(np.pad(energy, (SEAM + 1, SEAM)))
    after = sums[2 * SEAM :] - sums[SEAM:-SEAM]
    before = sums[SEAM:-SEAM] - sums[: -2 * SEAM]
    return first + int(np.argmax((after + SILENT) / (before + FLOOR * energy.max() + SILENT)))


def time_map(samples, factor, onsets, n_fft):
    """Which moment of a sound is heard when: stretched between onsets, at its own speed around.

    samples: length of the sound; onsets: rising places in it. Returns two float arrays of equal
    length, places in the result and in the sound; between them it goes in straight lines. Two
    entries an onset: from three quarters of a frame before it to half a frame behind it, or less
    where its neighbours are near. Built in lesson 16.
    """
    onsets = np.asarray(onsets, float)
    gaps = np.diff(np.concatenate([[0], onsets, [samples]])) * min(1, factor)
    before = np.minimum(0.75 * n_fft, 0.5 * gaps[:-1])
    after = np.minimum(0.5 * n_fft, 0.4 * gaps[1:])
    ends = [-n_fft, 0], [samples, samples + n_fft]
    went_in = np.stack([onsets - before, onsets + after], axis=1).ravel()
    came_out = np.stack([factor * onsets - before, factor * onsets + after], axis=1).ravel()
    shift = factor * samples - samples
    return (
        np.concatenate([ends[0], came_out, np.add(ends[1], shift)]),
        np.concatenate([ends[0], went_in, ends[1]]),
    )


def wsola(waveform, factor, n_fft=512):
    """Make a sound longer or shorter by moving pieces of it, each to where it fits best.

    Each piece overlaps half of the last one; of all pieces within half a piece of the wanted
    place, that one is taken which is most like what followed the last piece in the sound.
    waveform: (samples,) float; factor: 2 is twice as long, 0.25 to 4; n_fft: samples of a piece,
    at least two periods of the lowest pitch. Returns (round(factor * samples),) float32. Raises
    InputError for another factor or shape. Verhelst and Roelands (1993). Built in lesson 16.
    """
    waveform = _checked(waveform, factor)
    samples, hop = round(factor * len(waveform)), n_fft // 2
    padded = np.pad(waveform, (2 * n_fft, 3 * n_fft))
    result, follows = np.zeros(samples + 2 * n_fft), None
    for out in range(-hop, samples, hop):
        start = round((out + hop) / factor) - hop + 2 * n_fft
        if follows is not None:
            near = padded[start - hop : start + n_fft + hop]
            start += int(np.argmax(_likeness(near, follows))) - hop
        result[out + hop :][:n_fft] += _hann(n_fft) * padded[start:][:n_fft]
        follows = padded[start + hop :][:n_fft]
    return result[hop:][:samples].astype("float32")


def _likeness(near, piece):
    """The piece's correlation with what lies at each place of `near`, scaled by its level."""
    sums = np.cumsum(np.pad(near**2, (1, 0)))
    energy = sums[len(piece) :] - sums[: -len(piece)]
    return correlate(near, piece, "valid") / np.sqrt(energy + SILENT)


def shift_pitch(waveform, semitones, way=stretch):
    """Make a sound higher or lower: stretch it, then play it faster or slower.

    waveform: (samples,) float; semitones: 12 is an octave up, -24 to 24; way: a function of a
    waveform and a factor, such as `stretch` or `wsola`. Returns (samples,) float32, as long as
    the sound. Timbre moves with the pitch: a voice gets smaller or larger. Built in lesson 16.
    """
    ratio = 2 ** (semitones / 12)
    return fix_length(resample(way(waveform, ratio), ratio, 1), len(waveform))


def _put_together(spectrum, n_fft):
    """Overlap and add frames; (samples,) without the half frames before the first hop's end."""
    hop, window = n_fft // 4, _hann(n_fft)
    pieces = np.fft.irfft(spectrum) * window
    quarters = np.pad(pieces.reshape(len(pieces), 4, hop), ((0, 3), (0, 0), (0, 0)))
    hops = sum(np.roll(quarters[:, i], i, axis=0) for i in range(4))
    return hops[3:].ravel() / 1.5  # four squared Hann windows add up to 1.5


def _hann(n_fft):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)


def _checked(waveform, factor):
    waveform = np.asarray(waveform, "float64")
    if not FACTORS[0] <= factor <= FACTORS[1]:
        raise InputError(
            f"a factor of {factor:g}: choose one from {FACTORS[0]:g}, a quarter of the length, to "
            f"{FACTORS[1]:g}, or stretch twice"
        )
    if waveform.ndim != 1:
        raise InputError(f"a sound of shape {waveform.shape}: stretch one of shape (samples,)")
    return waveform
