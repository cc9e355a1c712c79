"""Waveforms in and out: load, resample, fix the length, set the level, save without wrapping."""

from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio_files import check_finite, check_whole, open_sound
from audiogan_tf.storage.files import atomic_path

import numpy as np
import soundfile
import soxr

PCM_STEPS = 32768  # a 16-bit sample counts in steps of 1/32768
SILENT_PEAK = 1e-3  # -60 dB of full scale; what stays below is taken for silence
OFFSET = 0.05  # a mean above this share of the peak is the recorder's, not the sound's


def load(path, sample_rate=None):
    """Read any sound file libsndfile knows, mixed to mono.

    path: file of any sample rate, channel count and bit depth.
    sample_rate: wanted rate in Hz, or None to keep the file's own.
    Returns (samples,) float32, nominally in [-1, 1], and the rate in Hz.
    Raises UnreadableSound for a missing, empty, broken or non-finite file. Used in lesson 02.
    """
    with open_sound(path) as file:
        promised, file_rate = file.promised, file.samplerate
        blocks = list(file.blocks())
    check_whole(path, promised, sum(len(block) for block in blocks))
    waveform = np.concatenate(blocks)
    check_finite(path, waveform)
    waveform = waveform.mean(axis=1)
    if sample_rate is None or sample_rate == file_rate:
        return waveform, file_rate
    return resample(waveform, file_rate, sample_rate), sample_rate


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


def to_full_level(waveform, peak=0.95):
    """Bring one recorded clip to full level: its offset goes, silence is not turned up.

    waveform: (samples,) float. A mean of more than a twentieth of the peak (direct current from
    the recorder) is subtracted first; a clip that peaks below -60 dB, which is dither or the
    noise of a closed microphone, stays as quiet as it is. Returns float32 of the same shape.
    """
    waveform = np.asarray(waveform, "float32")
    mean = waveform.mean(dtype="float64") if len(waveform) else 0.0
    centred = (waveform - mean).astype("float32")
    largest = np.abs(centred).max(initial=0.0)
    if abs(mean) > OFFSET * largest:
        waveform = centred
    return waveform if largest < SILENT_PEAK else peak_normalise(waveform, peak)


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
