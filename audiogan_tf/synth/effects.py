"""Sound effects by formula: eight kinds, each with two or three sliders of known effect.

All arithmetic is float64 and ends in 16-bit steps: one seed gives the same samples on every
processor, but for a few that differ by one step. What a slider changes can be measured in the
sound again: judging.measured_sliders.
"""

from typing import NamedTuple

import numpy as np


class Slider(NamedTuple):
    """What one slider changes: `lowest` at position 0, `highest` at position 1."""

    name: str
    lowest: float
    highest: float
    unit: str  # of a level ("dB", "1") the way between is straight, else logarithmic
    meaning: str


SLIDERS = {  # kind of effect: its sliders
    "explosion": (
        Slider("size", 0.5, 3.0, "s", "time in which the level falls by 60 dB"),
        Slider("distance", 0.0, 36.0, "dB", "what air and hills take from 4 kHz"),
    ),
    "engine": (
        Slider("pitch", 90.0, 360.0, "Hz", "ignitions in a second"),
        Slider("roughness", 0.0, 0.95, "1", "how deep the level trembles, 8 times a second"),
        Slider("load", 500.0, 3000.0, "Hz", "up to where the partials are strong"),
    ),
    "wind": (
        Slider("strength", 150.0, 1200.0, "Hz", "centre of the noise"),
        Slider("gusts", 0.0, 30.0, "dB", "how far the level swings"),
    ),
    "rain": (
        Slider("density", 8.0, 500.0, "1/s", "drops in a second"),
        Slider("hardness", 1000.0, 6000.0, "Hz", "where a drop rings: soil or tin"),
    ),
    "laser": (
        Slider("high", 1800.0, 7000.0, "Hz", "where the pitch begins"),
        Slider("low", 150.0, 1200.0, "Hz", "where the pitch ends"),
    ),
    "footsteps": (
        Slider("pace", 1.25, 4.0, "1/s", "steps in a second"),
        Slider("hardness", 200.0, 2500.0, "Hz", "where a step rings: carpet or stone"),
    ),
    "alarm": (
        Slider("rate", 1.0, 5.0, "Hz", "how often the two tones come in a second"),
        Slider("pitch", 500.0, 1600.0, "Hz", "the middle between the two tones"),
        Slider("depth", 2.0, 12.0, "semitones", "from the low tone to the high one"),
    ),
    "machine": (
        Slider("pace", 2.0, 7.0, "1/s", "strokes in a second"),
        Slider("tone", 120.0, 900.0, "Hz", "where a stroke rings: a heavy part or a light one"),
        Slider("steam", -40.0, -4.0, "dB", "level of the hiss beside the strokes"),
    ),
}
EFFECTS = tuple(SLIDERS)
MOST_SLIDERS = max(map(len, SLIDERS.values()))
UNUSED = 0.5  # position of a slider that a kind does not have
STRAIGHT = ("dB", "1", "semitones")


def draw_positions(rng, name):
    """Positions of one sound's sliders at random, (MOST_SLIDERS,) float64 in [0, 1].

    Whole hundredths; a slider that this kind does not have stands at UNUSED.
    """
    positions = rng.integers(0, 101, MOST_SLIDERS) / 100
    return np.where(np.arange(MOST_SLIDERS) < len(SLIDERS[name]), positions, UNUSED)


def slider_values(name, positions):
    """What sliders at `positions` stand for: name of the slider -> value in its unit."""
    values = {}
    for slider, position in zip(SLIDERS[name], positions, strict=False):
        low, high = slider.lowest, slider.highest
        straight = slider.unit in STRAIGHT
        value = low + (high - low) * position if straight else low * (high / low) ** position
        values[slider.name] = float(value)
    return values


def slider_ranges():
    """What the sliders' ends stand for, as JSON-able values: kind -> slider -> a dict.

    Its keys: low, high and unit, of positions 0 and 1; straight, whether the way between is that
    of slider_values for a level, else logarithmic; meaning, in words. Used in lesson 17.
    """
    return {
        kind: {
            one.name: {
                "low": one.lowest,
                "high": one.highest,
                "unit": one.unit,
                "straight": one.unit in STRAIGHT,
                "meaning": one.meaning,
            }
            for one in sliders
        }
        for kind, sliders in SLIDERS.items()
    }


def effect(name, positions, samples, sample_rate, rng):
    """Synthesise one sound effect.

    name: one of EFFECTS; positions: of its sliders, in [0, 1], as draw_positions gives; rng: numpy
    Generator, for what the sliders leave open. Returns (samples,) float32 in [-0.95, 0.95], in
    steps of 1/32768. Heard in lesson 17.
    """
    time = np.arange(samples) / sample_rate
    sound = RECIPES[name](time, rng, **slider_values(name, positions))
    sound = sound * np.clip((time[-1] - time) / 0.02, 0, 1)  # no click at the end
    sound = 0.95 * sound / np.abs(sound).max()
    return (np.rint(sound * 32768) / 32768).astype("float32")


def _noise(time, rng, gain):
    """Noise whose spectrum is `gain`, a function of the frequency in Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    return np.fft.irfft(spectrum * gain(np.fft.rfftfreq(len(time), time[1])), len(time))


def _band(centre, octaves):
    """A band of the spectrum: a bell over the logarithm of the frequency."""
    return lambda hz: np.exp(-0.5 * (np.log2(np.maximum(hz, 1) / centre) / octaves) ** 2)


def _fall(time, decay):
    return 10.0 ** (-3 * time / decay)


def _explosion(time, rng, size, distance):
    def air(hz):  # takes the more, the higher the frequency
        return 10 ** (-distance / 20 * np.log2(1 + hz / 4000)) / (1 + hz / 400)

    crack, body = _noise(time, rng, air), _noise(time, rng, air)
    rumble = _noise(time, rng, _band(60, 0.8))
    rumble *= 0.5 * body.std() / rumble.std()
    return np.tanh(crack / crack.std() / 3) * _fall(time, 0.15) + (
        (body + rumble) / body.std() * _fall(time, size) * np.clip(time / 0.004, 0, 1) / 3
    )


def _engine(time, rng, pitch, roughness, load):
    drift = 0.01 * np.sin(2 * np.pi * (0.7 * time + rng.uniform()))
    turns = np.cumsum(pitch * (1 + drift)) * time[1]
    pulses = np.exp((load / pitch) ** 2 * (np.cos(2 * np.pi * turns) - 1))
    tremble = 0.5 + 0.5 * np.sin(2 * np.pi * (8 * time + rng.uniform()))
    breath = 0.02 * _noise(time, rng, _band(load, 1.0))
    return (pulses - pulses.mean()) * (1 - roughness * tremble) + breath


def _wind(time, rng, strength, gusts):
    air = _noise(time, rng, _band(strength, 0.5))
    swing = 0.5 * np.sin(2 * np.pi * (rng.uniform(0.6, 0.9) * time + rng.uniform()))
    return air * 10 ** (gusts * swing / 20)


def _rain(time, rng, density, hardness):
    drops = np.zeros(len(time))
    count = round(density * (time[-1] + time[1]))
    np.add.at(drops, rng.integers(0, len(time), count), rng.uniform(0.3, 1, count))
    ring = rng.standard_normal(len(time)) * _fall(time, 0.025)
    colour = _band(hardness, 0.4)(np.fft.rfftfreq(len(time), time[1]))
    wet = np.fft.irfft(np.fft.rfft(drops) * np.fft.rfft(ring) * colour, len(time))
    return wet + 0.003 * np.abs(wet).max() * _noise(time, rng, _band(hardness, 0.8))


def _laser(time, rng, high, low):
    way = np.clip((time - 0.12) / 0.55, 0, 1)
    turns = np.cumsum(high * (low / high) ** way) * time[1] + rng.uniform()
    tone = np.sin(2 * np.pi * turns) + 0.2 * np.sin(4 * np.pi * turns)
    end = 0.5 + 0.5 * np.cos(np.pi * np.clip((time - 1.1) / 0.3, 0, 1))
    return tone * np.clip(time / 0.003, 0, 1) * _fall(time, 4.0) * end


def _footsteps(time, rng, pace, hardness):
    sound = np.zeros(len(time))
    feet = [_noise(time, rng, _band(share * hardness, 0.5)) for share in (0.93, 1.0)]
    for number, start in enumerate(np.arange(0.05, time[-1] - 0.06, 1 / pace)):
        for late, share in ((0.0, 1.0), (0.045, 0.4)):  # heel and toe
            first = round((start + late + rng.uniform(0, 0.004)) / time[1])
            blow = feet[number % 2][first:] * _fall(time[: len(time) - first], 0.12)
            sound[first:] += share * rng.uniform(0.85, 1) * blow / feet[number % 2].std()
    return sound


def _alarm(time, rng, rate, pitch, depth):
    edge = np.clip(8 * np.sin(2 * np.pi * rate * (time + 0.001)), -1, 1)
    turns = np.cumsum(pitch * 2 ** (depth / 24 * edge)) * time[1] + rng.uniform()
    tone = np.sin(2 * np.pi * turns) + 0.25 * np.sin(6 * np.pi * turns)
    return tone * np.clip(time / 0.01, 0, 1)


def _machine(time, rng, pace, tone, steam):
    strokes, ring = np.zeros(len(time)), np.zeros(len(time))
    for start in np.arange(0.05, time[-1] - 0.01, 1 / pace):
        strokes[round((start + rng.uniform(0, 0.004)) / time[1])] += rng.uniform(0.85, 1)
    for ratio, share in ((1.0, 1.0), (1.6, 0.5), (2.3, 0.3)):
        ring += share * np.sin(2 * np.pi * ratio * tone * time) * _fall(time, 0.25 / ratio**0.5)
    size = 2 * len(time)
    blows = np.fft.irfft(np.fft.rfft(strokes, size) * np.fft.rfft(ring, size), size)[: len(time)]
    hiss = _noise(time, rng, _band(6000, 0.4))
    return blows / np.abs(blows).max() + 10 ** (steam / 20) * hiss / (3 * hiss.std())


_MAKERS = (_explosion, _engine, _wind, _rain, _laser, _footsteps, _alarm, _machine)
RECIPES = dict(zip(EFFECTS, _MAKERS, strict=True))
