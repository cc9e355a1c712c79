"""The pitch of a voice from moment to moment."""

from audiogan_tf.errors import InputError

import numpy as np


def pitch_track(waveform, sample_rate, hop_length, lowest=70.0, highest=450.0):
    """Pitch of each frame of speech, and where there is a voice at all.

    waveform: (samples,) float; hop_length in samples; lowest, highest: where to look, in Hz.
    Returns log_hz and voiced, (1 + samples // hop_length,) float32 each: the natural logarithm of
    the pitch, carried on evenly where there is none, and 1 or 0. Without any voice log_hz is that
    of the middle between lowest and highest. By WORLD (Morise, Yokomori and Ozawa, 2016). Raises
    InputError if pyworld is not installed. Used in lesson 13.
    """
    try:
        import pyworld
    except ImportError:
        raise InputError(
            "the pitch of a voice needs the package pyworld; install it: "
            "pip install 'audiogan_tf[speech]'"
        ) from None
    wave = np.asarray(waveform, "float64")
    step = 1000 * hop_length / sample_rate  # ms
    limits = {"f0_floor": lowest, "f0_ceil": highest, "frame_period": step}
    rough, times = pyworld.dio(wave, sample_rate, **limits)
    hz = pyworld.stonemask(wave, rough, times, sample_rate)
    frames = 1 + len(wave) // hop_length
    hz = np.pad(hz, (0, max(0, frames - len(hz))))[:frames]
    voiced = hz > 0
    if not voiced.any():
        return np.full(frames, np.log(np.sqrt(lowest * highest)), "float32"), np.float32(voiced)
    places = np.flatnonzero(voiced)
    log_hz = np.interp(np.arange(frames), places, np.log(hz[places]))
    return log_hz.astype("float32"), voiced.astype("float32")
