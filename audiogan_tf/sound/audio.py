"""Waveforms in and out: load, resample, fix the length, set the level, save without wrapping."""

from pathlib import Path

from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.storage.files import atomic_path

import numpy as np
import soundfile
import soxr

SOUND_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".au", ".opus")
PCM_STEPS = 32768  # a 16-bit sample counts in steps of 1/32768


def load(path, sample_rate=None):
    """Read any sound file libsndfile knows, mixed to mono.

    path: file of any sample rate, channel count and bit depth.
    sample_rate: wanted rate in Hz, or None to keep the file's own.
    Returns (samples,) float32, nominally in [-1, 1], and the rate in Hz.
    Raises UnreadableSound for a missing, empty, broken or non-finite file. Used in lesson 02.
    """
    path = Path(path)
    if path.is_dir():
        raise UnreadableSound(f"{path}: this is a folder; give the path of one sound file in it")
    if not path.exists():
        raise UnreadableSound(f"{path}: no such file; check the path")
    if path.stat().st_size == 0:
        raise UnreadableSound(f"{path}: 0 bytes; remove the file or pass skip_unreadable=True")
    try:
        with soundfile.SoundFile(path) as file:
            promised, file_rate = file.frames, file.samplerate
            waveform = file.read(dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        reason = str(error).rsplit(": ", 1)[-1].rstrip(".")
        raise UnreadableSound(
            f"{path}: not a sound file libsndfile can read ({reason}); convert it to WAV or FLAC, "
            "remove it, or pass skip_unreadable=True"
        ) from None
    _check_samples(path, waveform, promised)
    waveform = waveform.mean(axis=1)
    if sample_rate is None or sample_rate == file_rate:
        return waveform, file_rate
    return resample(waveform, file_rate, sample_rate), sample_rate


def _check_samples(path, waveform, promised):
    if len(waveform) == 0:
        raise UnreadableSound(f"{path}: 0 samples; remove the file or pass skip_unreadable=True")
    if len(waveform) < promised or _is_truncated_wav(path):
        raise UnreadableSound(
            f"{path}: truncated after {len(waveform)} samples; copy the file again, remove it, "
            "or pass skip_unreadable=True"
        )
    bad = np.count_nonzero(~np.isfinite(waveform))
    if bad:
        raise UnreadableSound(
            f"{path}: {bad} samples are NaN or infinite; remove the file or pass "
            "skip_unreadable=True"
        )


def _is_truncated_wav(path):
    """True if a RIFF header promises more bytes than the file has (libsndfile forgives that)."""
    with open(path, "rb") as file:
        head = file.read(8)
    if head[:4] != b"RIFF":
        return False
    promised = int.from_bytes(head[4:8], "little")
    streamed = promised in (0, 0xFFFFFFFF, 0x7FFFFFFF)  # written by a pipe: length unknown
    return not streamed and promised + 8 > path.stat().st_size + 1


def resample(waveform, from_rate, to_rate):
    """Change the sample rate with a band-limited filter (soxr, high quality).

    waveform: (samples,) or (samples, channels) float; rates in Hz.
    Returns float32 of about samples * to_rate / from_rate. Used in lesson 02.
    """
    if from_rate <= 0 or to_rate <= 0:
        raise InputError(f"sample rates must be positive, got {from_rate} and {to_rate} Hz")
    waveform = np.asarray(waveform, "float32")
    return waveform if from_rate == to_rate else soxr.resample(waveform, from_rate, to_rate)


def fix_length(waveform, samples, align="start"):
    """Pad with silence or crop so that the last axis has exactly `samples` samples.

    waveform: (..., n) float; align: "start" keeps the beginning, "centre" the middle.
    Returns (..., samples) of the same dtype.
    """
    waveform = np.asarray(waveform)
    surplus = waveform.shape[-1] - samples
    if align not in ("start", "centre"):
        raise InputError(f"align={align!r}: use 'start' or 'centre'")
    before = abs(surplus) // 2 if align == "centre" else 0
    if surplus >= 0:
        return waveform[..., before : before + samples]
    padding = [(0, 0)] * (waveform.ndim - 1) + [(before, -surplus - before)]
    return np.pad(waveform, padding)


def peak_normalise(waveform, peak=0.95):
    """Scale each clip so that its largest sample is `peak`; digital silence stays silent.

    waveform: (..., samples) float. Returns float32 of the same shape in [-peak, peak].
    """
    waveform = np.asarray(waveform, "float32")
    largest = np.abs(waveform).max(axis=-1, keepdims=True)
    return waveform * np.where(largest > 0, peak / np.where(largest > 0, largest, 1), 1)


def to_pcm16(waveform):
    """Quantise to 16 bits; raise instead of wrapping or clipping.

    waveform: (..., samples) float in [-1, 1]. Returns int16 of the same shape.
    Raises InputError for samples outside [-1, 1] or not finite.
    """
    waveform = np.asarray(waveform, "float64")
    peak = float(np.abs(waveform).max(initial=0.0))
    if not np.isfinite(peak):
        raise InputError("the waveform holds NaN or infinite samples; it cannot be written")
    if peak > 1.0:
        raise InputError(
            f"the waveform peaks at {peak:.3f}, above 1; scale it first with peak_normalise"
        )
    return np.clip(np.rint(waveform * PCM_STEPS), -PCM_STEPS, PCM_STEPS - 1).astype(np.int16)


def limit(waveform, ceiling=0.99):
    """Scale down each clip that peaks above `ceiling`; leave the others as they are."""
    waveform = np.asarray(waveform, "float32")
    peak = np.abs(waveform).max(axis=-1, keepdims=True)
    return waveform * np.minimum(1.0, ceiling / np.maximum(peak, 1e-12))


def save(path, waveform, sample_rate):
    """Write a mono 16-bit WAV file; the file appears whole or not at all.

    waveform: (samples,) float in [-1, 1]; raises InputError outside that range.
    """
    pcm = to_pcm16(waveform)
    with atomic_path(path) as temporary:
        try:
            soundfile.write(temporary, pcm, sample_rate, subtype="PCM_16", format="WAV")
        except soundfile.LibsndfileError as error:  # a full disk is a "System error" to it
            raise OSError(str(error).rsplit(": ", 1)[-1].rstrip(".")) from error


def find_sounds(folder):
    """All sound files below `folder`, sorted by path, hidden ones left out."""
    folder = Path(folder)
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SOUND_SUFFIXES and not path.name.startswith(".")
    )
