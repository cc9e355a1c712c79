"""What makes drawn sound fit to be heard: trimmed, at an agreed loudness, faded in and out."""

from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio import limit
from audiogan_tf.sound.descriptors import level

import numpy as np

LOUDNESS = -23.0  # LUFS, the programme level of EBU R 128
SHORTEST = 0.4  # seconds that the measure of loudness needs


def trim(waveform, sample_rate, floor_db=-45.0, margin=0.05):
    """Cut silence off both ends.

    waveform: (samples,) float; floor_db: what is quieter than this, relative to the loudest
    moment, is silence; margin: seconds of it that stay. Returns float32; a sound without any
    louder moment comes back whole. Built in lesson 13.
    """
    waveform = np.asarray(waveform, "float32")
    envelope = level(waveform[None], sample_rate)[0]
    loud = np.flatnonzero(envelope > 10 ** (floor_db / 20) * envelope.max(initial=0.0))
    if not len(loud):
        return waveform
    extra = round(margin * sample_rate)
    return waveform[max(0, loud[0] - extra) : loud[-1] + 1 + extra]


def loudness(waveform, sample_rate):
    """Integrated loudness in LUFS: the ear's weighting, pauses left out; -inf for silence.

    waveform: (samples,) float; one shorter than 0.4 s is measured as if it went on in silence.
    ITU-R BS.1770 and EBU R 128 (2010), by pyloudnorm (Steinmetz and Reiss, 2021). Raises
    InputError if that is not installed. Used in lesson 13.
    """
    try:
        import pyloudnorm
    except ImportError:
        raise InputError(
            "loudness needs the package pyloudnorm; install it: pip install 'audiogan_tf[speech]'"
        ) from None
    short = max(0, int(np.ceil(SHORTEST * sample_rate)) + 1 - len(waveform))
    padded = np.pad(np.asarray(waveform, "float64"), (0, short))
    with np.errstate(divide="ignore"):
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(padded))


def to_loudness(waveform, sample_rate, target=LOUDNESS):
    """Scale a sound to a loudness in LUFS, no further than to a peak of 0.99; silence stays.

    waveform: (samples,) float. Returns float32 of the same length. Used in lesson 13.
    """
    now = loudness(waveform, sample_rate)
    gain = 10 ** ((target - now) / 20) if np.isfinite(now) else 1.0
    return limit(np.asarray(waveform, "float32") * np.float32(gain))


def fade(waveform, sample_rate, seconds=0.01):
    """Let a sound begin and end at zero, along half a cosine; (samples,) float32.

    A sound shorter than two fades gets shorter ones. Built in lesson 13.
    """
    waveform = np.array(waveform, "float32")
    size = min(round(seconds * sample_rate), len(waveform) // 2)
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(size) + 0.5) / max(size, 1))).astype("float32")
    waveform[:size] *= rise
    waveform[len(waveform) - size :] *= rise[::-1]
    return waveform
