"""Drum sounds from known factors: eight recipes, every parameter recorded.

All arithmetic is float64 and ends in 16-bit steps: one seed gives the same samples on every
processor, but for a few that differ by one step.
"""

import numpy as np

DRUMS = ("kick", "snare", "clap", "tom", "closed_hat", "open_hat", "cowbell", "rim")
DRUM_FACTORS = {  # name: (unit, what it changes)
    "pitch": ("Hz", "frequency of the lowest partial, or of the noise band's centre"),
    "decay": ("s", "time in which the level falls by 60 dB"),
    "brightness": ("1", "0 dull to 1 sharp: noise share, or how open the filter is"),
    "bend": ("1", "0 none to 1 strong: fall of the pitch, or spread of the claps"),
}
RANGES = {  # class: factor: (lowest, highest); pitch and decay are drawn on a log scale
    "kick": {"pitch": (42, 70), "decay": (0.18, 0.45)},
    "snare": {"pitch": (150, 240), "decay": (0.12, 0.32)},
    "clap": {"pitch": (900, 1700), "decay": (0.12, 0.30)},
    "tom": {"pitch": (85, 220), "decay": (0.20, 0.45)},
    "closed_hat": {"pitch": (6200, 7400), "decay": (0.03, 0.09)},
    "open_hat": {"pitch": (6200, 7400), "decay": (0.25, 0.50)},
    "cowbell": {"pitch": (480, 680), "decay": (0.15, 0.40)},
    "rim": {"pitch": (1500, 2300), "decay": (0.02, 0.06)},
}
METAL = (2.0, 3.0, 4.16, 5.43, 6.79, 8.21)  # partials of the TR-808's six hat oscillators


def draw_factors(rng, name):
    """Draw one sound's factors at random: a dict of floats, in the units of DRUM_FACTORS."""
    factors = {
        key: float(np.exp(rng.uniform(*np.log(RANGES[name][key])))) for key in ("pitch", "decay")
    }
    return factors | {key: float(rng.uniform()) for key in ("brightness", "bend")}


def drum(name, factors, samples, sample_rate, rng):
    """Synthesise one drum sound.

    name: one of DRUMS; factors: as draw_factors gives; rng: numpy Generator, for the noise.
    Returns (samples,) float32 in [-0.95, 0.95], in steps of 1/32768. Heard in lesson 00.
    """
    time = np.arange(samples) / sample_rate
    noise = rng.standard_normal(samples)
    sound = RECIPES[name](time, noise, sample_rate, **factors)
    sound = sound * np.clip((time[-1] - time) / 0.01, 0, 1)  # no click at the end
    sound = 0.95 * sound / np.abs(sound).max()
    return (np.rint(sound * 32768) / 32768).astype("float32")


def _fall(time, decay):
    return 10.0 ** (-3 * time / decay)


def _glide(time, pitch, octaves, seconds):
    """A sine whose pitch starts `octaves` higher and falls to `pitch`."""
    frequency = pitch * 2 ** (octaves * np.exp(-time / seconds))
    return np.sin(2 * np.pi * np.cumsum(frequency) * (time[1] - time[0]))


def _band(noise, sample_rate, low, high):
    """Band-pass with a second-order Butterworth magnitude response, applied by FFT."""
    frequency = np.fft.rfftfreq(len(noise), 1 / sample_rate)
    detune = (frequency**2 - low * high) / (np.maximum(frequency, 1) * (high - low))
    return np.fft.irfft(np.fft.rfft(noise) / np.sqrt(1 + detune**4), len(noise))


def _kick(time, noise, sample_rate, pitch, decay, brightness, bend):
    body = _glide(time, pitch, 1 + 2 * bend, 0.03) * _fall(time, decay)
    click = _band(noise, sample_rate, 800, 4000) * _fall(time, 0.015)
    return np.tanh(1.5 * body) + 0.5 * brightness * click


def _snare(time, noise, sample_rate, pitch, decay, brightness, bend):
    body = _glide(time, pitch, 0.5 * bend, 0.02) + 0.5 * np.sin(2 * np.pi * 1.6 * pitch * time)
    rattle = _band(noise, sample_rate, 1200, 5000 + 2900 * brightness) * _fall(time, decay)
    return body * _fall(time, 0.6 * decay) + (0.4 + 0.8 * brightness) * rattle


def _clap(time, noise, sample_rate, pitch, decay, brightness, bend):
    gap = 0.008 + 0.010 * bend
    hits = sum(_fall(time - k * gap, 0.03) * (time >= k * gap) for k in range(3))
    tail = _fall(np.maximum(time - 3 * gap, 0), decay) * (time >= 3 * gap)
    return _band(noise, sample_rate, 0.7 * pitch, pitch * (1.5 + brightness)) * (hits + 0.8 * tail)


def _tom(time, noise, sample_rate, pitch, decay, brightness, bend):
    body = _glide(time, pitch, 0.2 + 0.6 * bend, 0.08) * _fall(time, decay)
    second = np.sin(2 * np.pi * 1.59 * pitch * time) * _fall(time, 0.4 * decay)
    skin = _band(noise, sample_rate, 300, 2500) * _fall(time, 0.03)
    return body + 0.4 * second + 0.4 * brightness * skin


def _hat(time, noise, sample_rate, pitch, decay, brightness, bend):
    base = pitch / 16
    phases = [2 * np.pi * base * ratio * (1 + 0.05 * bend) * time for ratio in METAL]
    metal = sum(np.sign(np.sin(phase)) for phase in phases)
    mixed = 0.4 * metal + (0.4 + brightness) * noise
    return _band(mixed, sample_rate, 0.85 * pitch, 7900) * _fall(time, decay)


def _cowbell(time, noise, sample_rate, pitch, decay, brightness, bend):
    second = pitch * (1.45 + 0.1 * bend)
    tone = sum(
        np.sin(2 * np.pi * f * k * time) / k ** (1.8 - 0.9 * brightness)
        for f in (pitch, second)
        for k in (1, 3, 5)
    )
    return _band(tone, sample_rate, 0.9 * pitch, 7000) * _fall(time, decay)


def _rim(time, noise, sample_rate, pitch, decay, brightness, bend):
    low = (0.3 + 0.1 * bend) * pitch
    tone = np.sin(2 * np.pi * pitch * time) + 0.6 * np.sin(2 * np.pi * low * time)
    tick = _band(noise, sample_rate, 2000, 7500) * _fall(time, 0.01)
    return tone * _fall(time, decay) + (0.3 + brightness) * tick


RECIPES = dict(zip(DRUMS, (_kick, _snare, _clap, _tom, _hat, _hat, _cowbell, _rim), strict=True))
