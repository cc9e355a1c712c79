"""What can be read back from sound: pitch, brightness, attack, onset, duration."""

import numpy as np


def pitch(waveforms, sample_rate, lowest=50.0, highest=1500.0):
    """Fundamental frequency of steady sounds, one number a clip.

    waveforms: (clips, samples) float; lowest, highest: where to look, in Hz.
    Returns (clips,) float64 in Hz; NaN for a clip that has no period in that range.
    A sound is most like itself when shifted by whole periods. The first good shift gives the
    period roughly; shifts by 2, 4, 8 ... periods, as long as they are good, give it ever more
    exactly. After McLeod and Wyvill (2005). Used in lesson 03.
    """
    likeness = (_likeness(np.asarray(wave, "float64")) for wave in waveforms)
    limits = OVERSAMPLING * sample_rate / highest, OVERSAMPLING * sample_rate / lowest
    return np.array([OVERSAMPLING * sample_rate / _period(one, *limits) for one in likeness])


OVERSAMPLING = 4  # steps of shift per sample: the peaks of bright, high notes are narrow


def _likeness(wave):
    """How like itself a wave is when shifted, in [-1, 1], for shifts up to half its length."""
    samples = len(wave)
    wave = wave - wave.mean()
    size = 2 ** int(np.ceil(np.log2(2 * samples)))
    power = np.abs(np.fft.rfft(wave, size)) ** 2
    products = OVERSAMPLING * np.fft.irfft(power, OVERSAMPLING * size)
    energy = np.concatenate([[0], np.cumsum(wave**2)])
    shifts = np.arange(samples // 2)
    both = energy[samples - shifts] + energy[samples] - energy[shifts]
    fine = np.arange(OVERSAMPLING * (samples // 2)) / OVERSAMPLING
    return 2 * products[: len(fine)] / (np.interp(fine, shifts, both) + 1e-12)


def _period(likeness, shortest, longest):
    near = likeness[: int(longest) + 2]
    peaks = np.flatnonzero((near[1:-1] > near[:-2]) & (near[1:-1] >= near[2:])) + 1
    peaks = peaks[peaks >= shortest]
    if not len(peaks) or near[peaks].max() < 0.3:
        return np.nan
    first = peaks[np.argmax(near[peaks] > 0.9 * near[peaks].max())]
    period, rounds = _summit(likeness, first), 1
    while (place := round(2 * rounds * period)) + 4 < len(likeness):
        place += int(likeness[place - 2 : place + 3].argmax()) - 2
        if likeness[place] < 0.8 * likeness[first]:
            break
        rounds *= 2
        period = _summit(likeness, place) / rounds
    return period


def _summit(values, place):
    """Where the parabola through three neighbouring values is highest."""
    before, here, after = values[place - 1 : place + 2]
    bend = before - 2 * here + after
    return place + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def cents(hz, reference):
    """The interval from `reference` to `hz` in hundredths of a semitone."""
    return 1200 * np.log2(np.asarray(hz) / reference)


def brightness(waveforms, sample_rate):
    """Spectral centroid, the mean frequency weighted by magnitude; (clips,) float64 in Hz."""
    magnitude = np.abs(np.fft.rfft(waveforms))
    hz = np.fft.rfftfreq(np.shape(waveforms)[-1], 1 / sample_rate)
    return magnitude @ hz / (magnitude.sum(axis=-1) + 1e-12)


def level(waveforms, sample_rate, seconds=0.01):
    """The envelope: root of the mean square over a short window, same shape as the waveforms."""
    size = max(3, round(seconds * sample_rate))
    window = np.hanning(size + 2)[1:-1]
    squares = np.square(np.asarray(waveforms, "float64"))
    smooth = [np.convolve(row, window / window.sum(), mode="same") for row in squares]
    return np.sqrt(np.maximum(smooth, 0))


def attack(waveforms, sample_rate):
    """Time of a straight rise, from how long 10 to 50 % of the highest level take; (clips,) s."""
    shape = level(waveforms, sample_rate)
    top = shape.max(axis=-1, keepdims=True)
    first = [(shape >= share * top).argmax(axis=-1) for share in (0.1, 0.5)]
    return (first[1] - first[0]) / 0.4 / sample_rate


def onset(waveforms, sample_rate, floor_db=-60.0):
    """Time at which the sound begins: its first sample above the floor; (clips,) float64 in s.

    waveforms: (clips, samples) float; floor_db: relative to the clip's largest magnitude. A silent
    clip gives 0. Used in lesson 08.
    """
    return _loud_span(waveforms, floor_db)[0] / sample_rate


def duration(waveforms, sample_rate, floor_db=-60.0):
    """Time from the first to the last sample above the floor; (clips,) float64 in s.

    waveforms: (clips, samples) float; floor_db: relative to the clip's largest magnitude. Silence
    before and after the sound does not count; a silent clip gives 0. Used in lesson 03.
    """
    first, end = _loud_span(waveforms, floor_db)
    return (end - first) / sample_rate


def _loud_span(waveforms, floor_db):
    """The first sample above the floor and the one behind the last, (clips,) int each."""
    size = np.abs(np.asarray(waveforms, "float64"))
    loud = size > 10 ** (floor_db / 20) * size.max(axis=-1, keepdims=True)
    end = loud.shape[-1] - loud[:, ::-1].argmax(axis=-1)
    return loud.argmax(axis=-1), np.where(loud.any(axis=-1), end, 0)
