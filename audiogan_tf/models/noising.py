"""Endless different training mixtures out of little: a dozen noises and rooms, changed each time.

A network that hears twelve backgrounds learns twelve backgrounds. Here every noise is played at
another speed and through another filter, mixed with a second one or replaced by coloured noise,
a hum, clicks or a babble of voices; rooms are shortened or made up; voices change in pitch.
"""

from audiogan_tf.sound import mixing

import numpy as np
import soxr
from scipy.signal import lfilter

RATE = 16000
KINDS = {
    "recorded": 0.5,
    "two": 0.15,
    "coloured": 0.12,
    "babble": 0.15,
    "hum": 0.04,
    "clicks": 0.04,
}
SNRS = (-6.0, 20.0)  # dB
CLEAN, IN_ROOM = 0.06, 0.4  # shares of examples without noise, and in a room
LEVELS = (-42.0, -14.0)  # dB of full scale, root mean square


def training_batch(sources, rng, batch_size=8, seconds=2.0):
    """Noisy speech and what shall come out of it: two arrays (batch_size, samples) float32.

    sources: Sources of 16 kHz; rng: a numpy Generator: the same state gives the same batch.
    Every second example is of a speaker drawn from all speakers, the others of a recording drawn
    from all recordings. The second array is the speech with its early reflections
    (mixing.in_room), at the level at which it lies in the first.
    """
    samples = int(seconds * RATE)
    pairs = [_pair(sources, samples, rng, i % 2 == 0) for i in range(batch_size)]
    return tuple(np.stack(side).astype("float32") for side in zip(*pairs, strict=True))


def _pair(sources, samples, rng, by_speaker):
    speech = target = _voice(sources, samples, rng, by_speaker)
    if rng.random() < IN_ROOM:
        speech, target = mixing.in_room(speech, _room(sources, rng), RATE)
    noise = any_noise(sources, samples, rng)
    snr = rng.triangular(SNRS[0], 3.0, SNRS[1])
    gain = 0.0 if rng.random() < CLEAN else mixing.noise_gain(speech, noise, snr)
    noisy = speech + gain * noise
    level = 10 ** (rng.uniform(*LEVELS) / 20) / (np.sqrt(np.mean(noisy**2)) + 1e-9)
    level = min(level, 1 / (np.abs(noisy).max() + 1e-9))
    return level * noisy, level * target


def _voice(sources, samples, rng, by_speaker):
    """A stretch of one recording, at another speed, and so with another pitch."""
    chosen = rng.integers(len(sources.speech))
    if by_speaker:
        speaker = rng.choice(sorted(set(sources.speakers)))
        chosen = rng.choice([i for i, s in enumerate(sources.speakers) if s == speaker])
    speed = rng.choice((0.8, 0.87, 0.93, 1.0, 1.0, 1.0, 1.07, 1.15))
    return _stretch(sources.speech[chosen], samples, speed, rng, once=True)


def _stretch(sound, samples, speed, rng, once=False):
    """`samples` of a sound from a place drawn at random, played `speed` times as fast.

    What is too short is repeated or, where it shall be heard `once`, followed by silence.
    """
    needed = int(samples * speed) + 64
    if len(sound) < needed:
        short = needed - len(sound)
        sound = np.pad(sound, (0, short), mode="constant" if once else "wrap")
    start = rng.integers(len(sound) - needed + 1)
    piece = sound[start : start + needed]
    if speed != 1:
        piece = soxr.resample(piece, int(RATE * speed), RATE, "LQ")
    return piece[:samples]


def _room(sources, rng):
    """A recorded response that dies away sooner than it did, or one of decaying noise."""
    if sources.rooms and rng.random() < 0.5:
        response = sources.rooms[rng.integers(len(sources.rooms))]
        fade = np.exp(-np.arange(len(response)) / RATE / rng.uniform(0.05, 1.0))
        return response * fade
    decay = rng.uniform(0.15, 1.0)  # seconds until it is 60 dB down
    time = np.arange(int(decay * RATE)) / RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail *= rng.random(len(time)) < np.minimum(1, 0.02 + 20 * time)  # few reflections at first
    tail[: rng.integers(16, 160)] = 0
    tail *= 10 ** (-rng.uniform(-2, 12) / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1.0
    return tail


def any_noise(sources, samples, rng):
    """One of KINDS, as often as they say: (samples,) float, at a level of about 1."""
    kind = rng.choice(list(KINDS), p=list(KINDS.values()))
    if kind == "coloured" or not sources.noises:
        return _coloured(samples, rng)
    if kind == "babble":
        return _babble(sources, samples, rng)
    noise = _recorded(sources, samples, rng)
    if kind == "two":
        noise = noise + rng.uniform(0.2, 1) * _recorded(sources, samples, rng)
    if kind == "hum":
        noise = noise + rng.uniform(0.5, 3) * _hum(samples, rng)
    if kind == "clicks":
        noise = noise + rng.uniform(0.5, 3) * _clicks(samples, rng)
    return noise


def _babble(sources, samples, rng):
    """Three to twelve voices, in half of the cases in a room and among other noise."""
    voices = [_voice(sources, samples, rng, i % 2 == 0) for i in range(rng.integers(3, 13))]
    levels = rng.uniform(0.3, 1, len(voices))
    scaled = [g * v / (np.sqrt(np.mean(v**2)) + 1e-6) for g, v in zip(levels, voices, strict=True)]
    babble = np.sum(scaled, axis=0)
    if rng.random() < 0.5:
        babble, _ = mixing.in_room(babble, _room(sources, rng), RATE)
        babble = babble / (np.sqrt(np.mean(babble**2)) + 1e-6)
        babble = babble + rng.uniform(0, 0.7) * _recorded(sources, samples, rng)
    return babble


def _recorded(sources, samples, rng):
    """A stretch of a noise at another speed, through another filter, at a level of 1."""
    sound = sources.noises[rng.integers(len(sources.noises))]
    speed = rng.choice((0.6, 0.75, 0.9, 1.0, 1.0, 1.2, 1.5))
    noise = _filtered(_stretch(sound, samples, speed, rng), rng)
    return noise / (np.sqrt(np.mean(noise**2)) + 1e-9)


def _filtered(noise, rng, most=12.0):
    """Sound with its spectrum bent by a smooth curve of some decibels, drawn at random."""
    spectrum = np.fft.rfft(noise)
    places = np.sort(rng.uniform(0, 1, 5))
    curve = np.interp(np.linspace(0, 1, len(spectrum)) ** 0.5, places, rng.uniform(-most, most, 5))
    return np.fft.irfft(spectrum * 10 ** (curve / 20), len(noise))


def _coloured(samples, rng):
    """Noise between violet and brown, its level swelling or steady."""
    white = rng.standard_normal(samples)
    spectrum = np.fft.rfft(white) * (np.arange(samples // 2 + 1) + 20) ** -rng.uniform(-0.3, 1.2)
    noise = _filtered(np.fft.irfft(spectrum, samples), rng, 9.0)
    swell = np.interp(np.arange(samples), np.linspace(0, samples, 9), rng.uniform(-1, 1, 9))
    noise = noise * 10 ** (swell * rng.choice((0.0, 0.3, 0.8)))
    return noise / (np.sqrt(np.mean(noise**2)) + 1e-9)


def _hum(samples, rng):
    """A mains or machine's tone with its overtones."""
    base = rng.choice((50.0, 60.0, rng.uniform(80, 400)))
    time = np.arange(samples) / RATE
    tones = [
        rng.random() / k * np.sin(2 * np.pi * (k * base * time + rng.random())) for k in range(1, 9)
    ]
    return np.sum(tones, axis=0)


def _clicks(samples, rng):
    """Knocks at random times, each a short ring."""
    hits = rng.standard_normal(samples) * (rng.random(samples) < rng.uniform(2, 15) / RATE)
    radius, angle = rng.uniform(0.9, 0.995), rng.uniform(0.05, 2.5)
    ring = lfilter([1.0], [1, -2 * radius * np.cos(angle), radius**2], hits)
    return ring / (np.sqrt(np.mean(ring**2)) + 1e-6)
