"""What one file of a folder holds, found in one pass, and which parts of it become clips."""

from dataclasses import dataclass
from pathlib import Path

from audiogan_tf.errors import UnreadableSound
from audiogan_tf.sound.audio import SILENT_PEAK
from audiogan_tf.sound.audio_files import BLOCK, check_finite, check_whole, open_sound
from audiogan_tf.storage.files import sha256
from audiogan_tf.storage.names import printable

import numpy as np

STEP = 0.1  # seconds over which a file's level is taken
SILENT_DB = 20 * np.log10(SILENT_PEAK)
FAINT_DB = 30.0  # a window so far below its file's loudest is no part to learn from
QUIET_HEAD_DB = 12.0  # a head so far below the loudest part is room noise before the sound


@dataclass(frozen=True, slots=True)
class Facts:
    """What one pass over a file tells, in constant memory.

    seconds: its length; rate in Hz; digest: SHA-256 of its bytes; levels: peak around the mean of
    each tenth of a second of the mono mix, (steps,) float16 in dB of full scale.
    """

    path: Path
    seconds: float
    rate: int
    digest: bytes
    levels: np.ndarray

    @property
    def silent(self):
        """True if nothing in it reaches -60 dB."""
        return bool(self.levels.max() < SILENT_DB)


def inspect(path):
    """Read a file once, in blocks; returns Facts, or the UnreadableSound that says what is wrong.

    A file whose channels cancel out when mixed to mono counts as unreadable: nobody who hears it
    would call it silent.
    """
    try:
        with open_sound(path) as file:
            rate, promised = file.samplerate, file.promised
            step = max(1, round(STEP * rate))
            summary = _summary(path, file, step)
        samples, mean, high, low, loudest = summary
        check_whole(path, promised, samples)
    except UnreadableSound as error:
        return error
    peaks = np.maximum(high - mean, mean - low)
    if peaks.max() < SILENT_PEAK <= loudest:
        return UnreadableSound(
            f"{printable(path)}: silent after mixing, its channels cancel out (opposite phase); "
            "turn one channel around, or keep only one"
        )
    levels = 20 * np.log10(np.maximum(peaks, 1e-9))
    digest = bytes.fromhex(sha256(path))
    return Facts(path, samples / rate, rate, digest, levels.astype("float16"))


def _summary(path, file, step):
    """Samples, mean, highest and lowest sample of each step, and any channel's largest sample."""
    samples, total, highs, lows, loudest = 0, 0.0, [], [], 0.0
    for block in file.blocks(step * max(1, BLOCK // step)):
        check_finite(path, block)
        mono = block.mean(axis=1)
        starts = np.arange(0, len(mono), step)
        highs.append(np.maximum.reduceat(mono, starts))
        lows.append(np.minimum.reduceat(mono, starts))
        samples, total = samples + len(mono), total + float(mono.sum(dtype="float64"))
        loudest = max(loudest, float(np.ptp(block, axis=0).max()) / 2)
    if not samples:
        return 0, 0.0, np.zeros(1), np.zeros(1), 0.0
    return samples, total / samples, np.concatenate(highs), np.concatenate(lows), loudest


def clip_starts(facts, seconds, slice=None):
    """Where the clips of a file begin, (clips,) float64 in seconds.

    seconds: of one clip. slice: as in `load_folder`. A file that is cut gives one window after
    the other, those without sound left out; any other gives one clip: its beginning, or its
    loudest part where the beginning is much quieter (room noise before somebody speaks).
    """
    windows = facts.seconds / seconds
    if slice is False or windows < (1.001 if slice else 2):
        return np.array([_loud_part(facts, seconds)])
    count = int(windows + 1e-6) + bool(slice and windows % 1 >= 0.5)
    starts = np.arange(count) * seconds
    edges = np.minimum((starts / STEP).astype(int), len(facts.levels) - 1)
    loudest = np.maximum.reduceat(facts.levels.astype("float32"), edges)
    audible = loudest > max(SILENT_DB, loudest.max() - FAINT_DB)
    return starts[audible] if audible.any() else starts[:1]


def _loud_part(facts, seconds):
    """Where to begin in a file of which only one clip is taken, in seconds."""
    size = max(1, round(seconds / STEP))
    if facts.seconds <= seconds or len(facts.levels) <= size:
        return 0.0
    power = np.cumsum(np.pad(10 ** (facts.levels.astype("float64") / 10), (1, 0)))
    within = power[size:] - power[:-size]
    best = int(np.argmax(within))
    if within[0] * 10 ** (QUIET_HEAD_DB / 10) > within[best]:
        return 0.0
    return float(min(best * STEP, facts.seconds - seconds))
