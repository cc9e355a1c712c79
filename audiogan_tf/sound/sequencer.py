"""Sounds in time: a step sequencer's hits, notes at exact samples, and a limiter for the mix."""

from typing import NamedTuple

from audiogan_tf.errors import InputError
from audiogan_tf.sound.descriptors import onset
from audiogan_tf.sound.finishing import loudness

import numpy as np
from scipy.ndimage import minimum_filter1d

STEPS_A_QUARTER = 4
LEVELS = {".": 0.0, "o": 0.4, "x": 0.7, "X": 1.0}  # of a step: none, soft, usual, accent


class Track(NamedTuple):
    """What one instrument plays in a bar: one sign of LEVELS for each sixteenth.

    probability: that a hit is played at all; spread: how far its level strays, a share of it.
    """

    name: str
    steps: str
    probability: float = 1.0
    spread: float = 0.1


class Hit(NamedTuple):
    """One hit: its track, the sample at which it begins, its level in (0, 1]."""

    name: str
    start: int
    level: float


def hits(tracks, sample_rate, tempo=110, bars=2, swing=0.5, seed=0):
    """When each track is hit, a list of Hit by time.

    tempo: quarters a minute; swing: where the second of two sixteenths falls between the first
    and the next pair, 0.5 straight to 0.75; seed: same seed, same hits. Raises InputError for a
    sign that is not in LEVELS, and for a swing that is none. Built in lesson 17.
    """
    if not 0.5 <= swing <= 0.75:
        raise InputError(f"swing={swing}: use 0.5 (straight) to 0.75")
    rng, found = np.random.default_rng(seed), []
    pair = 2 * 60 / tempo / STEPS_A_QUARTER  # seconds
    for track in tracks:
        unknown = set(track.steps) - set(LEVELS)
        if unknown:
            known = " ".join(LEVELS)
            raise InputError(f"{track.name}: step {unknown.pop()!r} is unknown; use {known}")
        for place, step in enumerate(track.steps * bars):
            start = pair * (place // 2 + (swing if place % 2 else 0.0))
            played, stray = rng.uniform() < track.probability, rng.uniform(-1, 1)
            level = float(np.clip(LEVELS[step] * (1 + track.spread * stray), 0, 1))
            if level and played:
                found.append(Hit(track.name, round(start * sample_rate), level))
    return sorted(found, key=lambda hit: hit.start)


def from_onset(sounds, sample_rate, floor_db=-40.0):
    """Sounds moved so that each begins at once: its first sample above the floor comes first.

    sounds: (count, samples) float; floor_db: relative to each sound's peak. Returns the same
    shape, silence at the end. Used in lesson 17.
    """
    firsts = np.rint(onset(sounds, sample_rate, floor_db) * sample_rate).astype(int)
    rows = zip(sounds, firsts, strict=True)
    moved = [np.r_[row[first:], np.zeros(first)] for row, first in rows]
    return np.float32(moved)


def place(sounds, starts, levels=None, samples=None):
    """Add sounds up, each from its own sample on.

    sounds: (count, n) float, or a list of (n,) each; starts: (count,) int; levels: what each is
    multiplied by; samples: length of the result, by default up to the last sound's end; what
    goes beyond is cut. Returns (samples,) float32. Built in lesson 17.
    """
    ends = [start + len(sound) for start, sound in zip(starts, sounds, strict=True)]
    whole = np.zeros(max(ends, default=0) if samples is None else samples)
    levels = np.ones(len(ends)) if levels is None else levels
    for sound, start, level in zip(sounds, starts, levels, strict=True):
        room = whole[start : start + len(sound)]
        room += level * np.asarray(sound)[: len(room)]
    return whole.astype("float32")


def limiter(waveform, sample_rate, ceiling_db=-1.0, seconds=0.005):
    """Hold peaks under a ceiling by turning the level down around them, and nowhere else.

    waveform: (samples,) float; ceiling_db: of full scale; seconds: how long before a peak the
    level begins to fall, and after it to rise. No sample of the result is above the ceiling, and
    what is farther than twice `seconds` from a louder one is left as it is. Returns float32.
    McNally (1984). Used in lesson 17.
    """
    waveform = np.asarray(waveform, "float64")
    ceiling, reach = 10 ** (ceiling_db / 20), max(1, round(seconds * sample_rate))
    needed = np.minimum(1.0, ceiling / np.maximum(np.abs(waveform), 1e-12))
    lowest = minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), "valid")
    return np.clip(waveform * smooth, -ceiling, ceiling).astype("float32")


def mix(stems, levels_db, sample_rate, target=-16.0, ceiling_db=-1.0):
    """Several sounds as one, at an agreed loudness and with no peak above a ceiling.

    stems: list of (samples,) float, of any lengths; levels_db: of each; target: loudness in LUFS
    before the limiter, which makes loud peaks a little softer. Returns float32, as long as the
    longest. Used in lesson 17.
    """
    together = place(stems, [0] * len(stems), [10 ** (level / 20) for level in levels_db])
    now = loudness(together, sample_rate)
    gain = 10 ** ((target - now) / 20) if np.isfinite(now) else 1.0
    return limiter(gain * together, sample_rate, ceiling_db)
