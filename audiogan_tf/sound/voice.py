"""A voice taken apart into pitch, envelope and noise, changed, and put together again."""

from typing import NamedTuple

from audiogan_tf.errors import InputError

import numpy as np

PERIOD = 8.0  # ms between the frames of a voice taken apart
LIMITS = {"f0_floor": 70.0, "f0_ceil": 450.0}  # Hz, where the pitch of a voice is looked for


class VoiceParts(NamedTuple):
    """What WORLD finds in speech: one row for each PERIOD, float64.

    hz: (frames,) pitch, 0 where there is no voice; envelope: (frames, bins) power of the mouth at
    each frequency from 0 to half the rate, without the harmonics; noise: (frames, bins) the share
    of it that is breath, in [0, 1]; sample_rate in Hz; samples: length of the recording.
    """

    hz: np.ndarray
    envelope: np.ndarray
    noise: np.ndarray
    sample_rate: int
    samples: int


def _world():
    try:
        import pyworld
    except ImportError:
        raise InputError(
            "the pitch of a voice needs the package pyworld; install it: "
            "pip install 'audiogan_tf[speech]'"
        ) from None
    return pyworld


def voice_parts(waveform, sample_rate, breath=True):
    """Take speech apart into pitch, envelope and noise; a VoiceParts.

    waveform: (samples,) float, at least 16 kHz (below, the noise cannot be told). breath: False
    saves half the time; where there is a voice there is then no noise in it. Raises
    InputError if pyworld is not installed. WORLD: Morise, Yokomori and Ozawa (2016). Heard in
    lesson 14.
    """
    world, wave = _world(), np.asarray(waveform, "float64")
    rough, times = world.dio(wave, sample_rate, frame_period=PERIOD, **LIMITS)
    hz = world.stonemask(wave, rough, times, sample_rate)
    envelope = world.cheaptrick(wave, hz, times, sample_rate)
    if breath:
        noise = world.d4c(wave, hz, times, sample_rate)
    else:
        noise = np.repeat(1.0 * (hz == 0)[:, None], envelope.shape[1], axis=1)
    return VoiceParts(hz, envelope, noise, sample_rate, len(wave))


def voice_of(parts, pitch=1.0, formants=1.0):
    """Put a voice together again, with other pitch and another length of the mouth.

    parts: VoiceParts; pitch: what F0 is multiplied by; formants: what every frequency of the
    envelope is multiplied by, above 1 for a shorter vocal tract. Returns (samples,) float32.
    Raises InputError if pyworld is not installed. Heard in lesson 14.
    """
    bins = parts.envelope.shape[1]
    places = np.minimum(np.arange(bins) / formants, bins - 1)
    low, share = places.astype(int), places % 1
    high = np.minimum(low + 1, bins - 1)
    envelope, noise = (
        np.ascontiguousarray(rows[:, low] * (1 - share) + rows[:, high] * share)
        for rows in (parts.envelope, parts.noise)
    )
    made = _world().synthesize(parts.hz * pitch, envelope, noise, parts.sample_rate, PERIOD)
    made = np.pad(made, (0, max(0, parts.samples - len(made))))
    return made[: parts.samples].astype("float32")


def pitch_track(waveform, sample_rate, hop_length, lowest=70.0, highest=450.0):
    """Pitch of each frame of speech, and where there is a voice at all.

    waveform: (samples,) float; hop_length in samples; lowest, highest: where to look, in Hz.
    Returns log_hz and voiced, (1 + samples // hop_length,) float32 each: the natural logarithm of
    the pitch, carried on evenly where there is none, and 1 or 0. Without any voice log_hz is that
    of the middle between lowest and highest. By WORLD (Morise, Yokomori and Ozawa, 2016). Raises
    InputError if pyworld is not installed. Used in lessons 13 and 14.
    """
    pyworld = _world()
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
