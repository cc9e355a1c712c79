"""Sounds put together: speech in a room, and noise at a given ratio."""

from typing import NamedTuple

from audiogan_tf.sound.audio import fix_length

import numpy as np
from scipy.signal import oaconvolve

EARLY_SECONDS = 0.05  # reflections that hearing takes for one with the direct sound (ISO 3382)


def noise_gain(speech, noise, snr):
    """What noise has to be multiplied by to lie `snr` dB below speech.

    speech, noise: (samples,) float; snr: dB, of energies over the whole clip, pauses included.
    Returns a float, 0 where either is silent.
    """
    energies = [float(np.sum(np.square(x, dtype="float64"))) for x in (speech, noise)]
    return (energies[0] / energies[1] / 10 ** (snr / 10)) ** 0.5 if min(energies) > 0 else 0.0


def mix(waveform, other, snr, start=0):
    """A sound with another one added, `snr` dB below it.

    waveform, other: (samples,) float; snr: dB, of energies over the whole of the first sound;
    start: sample at which the other begins; what lies behind the first sound's end is left out.
    Returns float32, as long as the first sound; it may peak above 1. Built in lesson 16.
    """
    other = fix_length(np.pad(other, (start, 0)), len(waveform))
    return (waveform + noise_gain(waveform, other, snr) * other).astype("float32")


def in_room(speech, response, sample_rate):
    """Speech as it is heard in a room, and the part of it that dereverberation shall keep.

    speech: (samples,) float; response: (taps,) float, the room's impulse response. Both results
    are (samples,) float32 and aligned with the speech: time 0 is the direct sound, the largest
    tap. The first is the whole, the second the direct sound with the reflections of its first
    50 ms; the response is scaled so that these have energy 1, and the level is kept.
    """
    direct = int(np.argmax(np.abs(response)))
    end = direct + int(EARLY_SECONDS * sample_rate)
    scaled = np.asarray(response, "float64") / np.sqrt(np.sum(np.square(response[:end])) + 1e-12)
    heard = (oaconvolve(speech, taps)[direct:] for taps in (scaled, scaled[:end]))
    return tuple(sound[: len(speech)].astype("float32") for sound in heard)


class Sources(NamedTuple):
    """What mixtures are made of, all mono at one rate: lists of (samples,) float32."""

    speech: list
    speakers: list  # the speaker's name of each piece of speech
    noises: list
    rooms: list  # impulse responses
