"""What sliders are heard to say: each factor of a sound effect read back from its sound."""

from audiogan_tf.sound import descriptors, spectral
from audiogan_tf.synth.effects import SLIDERS

import numpy as np
from scipy.stats import spearmanr

N_FFT, HOP = 1024, 256


class _Hearable:
    """Effects of one kind, and what can be read from them; each number is (clips,) float64."""

    def __init__(self, waveforms, sample_rate):
        self.waveforms, self.sample_rate = np.asarray(waveforms, "float32"), sample_rate
        self.spectra = np.abs(spectral.stft(self.waveforms, N_FFT, HOP)) ** 2
        self.hz = np.fft.rfftfreq(N_FFT, 1 / sample_rate)
        self.frame_rate = sample_rate / HOP

    def power(self, low=0.0, high=np.inf):
        """Power of each frame between two frequencies, (clips, frames)."""
        return self.spectra[..., (self.hz >= low) & (self.hz < high)].sum(axis=-1) + 1e-9

    def ratio(self, split, floor=0.0):
        """Level above `split` Hz beside that between `floor` and `split`, in dB."""
        above, below = self.power(split).sum(axis=1), self.power(floor, split).sum(axis=1)
        return 10 * np.log10(above / below)

    def swing(self, seconds, low=0.0):
        """Standard deviation in dB of the level above `low` Hz, smoothed over `seconds`."""
        width = max(1, round(seconds * self.frame_rate))
        smooth = [np.convolve(row, np.ones(width) / width, "valid") for row in self.power(low)]
        level = 10 * np.log10(smooth)
        return np.maximum(level, level.max(axis=1, keepdims=True) - 50).std(axis=1)

    def evenness(self):
        """How evenly the level is spread over time, near 0 for one click, 1 if it is steady."""
        size = np.sqrt(self.power())
        return size.mean(axis=1) ** 2 / (size**2).mean(axis=1)

    def centre(self, low=40.0, high=np.inf):
        """Octaves above 1 Hz of the power's geometric mean frequency between two frequencies."""
        inside = (self.hz >= low) & (self.hz < high)
        power = self.spectra.sum(axis=1)[:, inside]
        return power @ np.log2(self.hz[inside]) / power.sum(axis=1)

    def pace(self, slowest, fastest, low=0.0, high=np.inf):
        """How often the level between two frequencies comes back in a second."""
        size = np.sqrt(self.power(low, high))
        return np.array([_rate(row, self.frame_rate, slowest, fastest) for row in size])

    def tone(self, begin, end, low, high):
        """Octaves above 1 Hz of the strongest frequency between two times in s."""
        part = self.waveforms[:, round(begin * self.sample_rate) : round(end * self.sample_rate)]
        power = np.abs(np.fft.rfft(part * np.hanning(part.shape[1]), 2**16)) ** 2
        hz = np.fft.rfftfreq(2**16, 1 / self.sample_rate)
        inside = (hz >= low) & (hz < high)
        return np.log2(hz[inside][power[:, inside].argmax(axis=1)])

    def track(self, low, high):
        """The strongest frequency of each frame, octaves above 1 Hz, (clips, frames)."""
        inside = (self.hz >= low) & (self.hz < high)
        power = np.log(self.spectra[..., inside] + 1e-9)
        top = power.argmax(axis=-1)[..., None].clip(1, power.shape[-1] - 2)
        before, here, after = (np.take_along_axis(power, top + i, -1)[..., 0] for i in (-1, 0, 1))
        bend = np.minimum(before - 2 * here + after, -1e-9)
        place = top[..., 0] + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
        return np.log2(self.hz[inside][0] + place * self.hz[1])


def _rate(row, frame_rate, slowest, fastest):
    """The rate of a periodic row of numbers, from its likeness to itself when shifted."""
    row = row - row.mean()
    likeness = np.correlate(row, row, "full")[len(row) - 1 :]
    likeness = likeness / np.arange(len(row), 0, -1)
    first, last = int(frame_rate / fastest), int(frame_rate / slowest) + 2
    near = likeness[first - 1 : last + 1]
    peaks = np.flatnonzero((near[1:-1] > near[:-2]) & (near[1:-1] >= near[2:])) + 1
    if not len(peaks):
        return slowest
    best = peaks[np.argmax(near[peaks] > 0.8 * near[peaks].max())]
    before, here, after = near[best - 1 : best + 2]
    shift = 0.5 * (before - after) / min(before - 2 * here + after, -1e-12)
    return frame_rate / (first - 1 + best + shift)


def _tail(heard):
    """Seconds in which nine tenths of the sound's power have passed."""
    passed = np.cumsum(heard.power(), axis=1)
    return (passed < 0.9 * passed[:, -1:]).sum(axis=1) / heard.frame_rate


def _two_tones(heard):
    """An alarm's rate in Hz, its middle in octaves above 1 Hz, and its depth in semitones."""
    track = heard.track(250, 2600)
    low, high = (np.percentile(track, share, axis=1) for share in (20, 80))
    middle = (low + high) / 2
    clear = np.abs(track - middle[:, None]) > 0.25 * (high - low)[:, None]
    sides = [np.sign(row - m)[c] for row, m, c in zip(track, middle, clear, strict=True)]
    changes = np.array([np.count_nonzero(np.diff(row)) for row in sides])
    return changes * heard.frame_rate / track.shape[1] / 2, middle, 12 * (high - low)


def _of_engine(heard):
    hz = descriptors.pitch(heard.waveforms, heard.sample_rate, lowest=70, highest=450)
    return np.nan_to_num(hz), heard.swing(0.02), heard.centre()


MEASURES = {  # kind: function of _Hearable to one row of numbers a slider
    "explosion": lambda heard: (_tail(heard), -heard.ratio(1500)),
    "engine": _of_engine,
    "wind": lambda heard: (heard.centre(), heard.swing(0.2)),
    "rain": lambda heard: (heard.evenness(), heard.centre()),
    "laser": lambda heard: (heard.tone(0, 0.12, 1200, 9000), heard.tone(0.75, 1.2, 100, 1800)),
    "footsteps": lambda heard: (heard.pace(1.1, 4.6), heard.centre()),
    "alarm": _two_tones,
    "machine": lambda heard: (
        heard.pace(1.8, 8.0, 0, 2500),
        heard.centre(90, 2500),
        heard.ratio(3500),
    ),
}


def measured_sliders(name, waveforms, sample_rate):
    """Read from sound effects of one kind what their sliders say.

    name: a kind of synth.EFFECTS; waveforms: (clips, samples) float; sample_rate in Hz. Returns
    slider's name -> (clips,) float64, which rises with the slider's position: seconds, Hz, dB or
    octaves, as suits the slider. Used in lesson 17.
    """
    rows = MEASURES[name](_Hearable(waveforms, sample_rate))
    return {slider.name: row for slider, row in zip(SLIDERS[name], rows, strict=True)}


def obeyed(name, positions, waveforms, sample_rate):
    """How well sounds follow their sliders: slider's name -> rank correlation in [-1, 1].

    name: a kind; positions: (clips, sliders) as asked; waveforms: (clips, samples), what came.
    Spearman (1904). Used in lesson 17.
    """
    measured = measured_sliders(name, waveforms, sample_rate)
    columns = zip(measured.items(), np.transpose(positions), strict=False)
    return {slider: float(spearmanr(asked, row).statistic) for (slider, row), asked in columns}
