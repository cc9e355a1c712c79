"""Endless mixtures of two sources, both kept: notes with drums, a voice with noise or music.

A separator needs what no recording of a band has: every source alone. Here the sources are made
or recorded alone, and added.
"""

from audiogan_tf.models import noising
from audiogan_tf.sound import mixing

import numpy as np

RATE = 16000
STEPS = (0.11, 0.28)  # seconds from one beat of a track to the next, drawn for each track
LEVELS = (-6.0, 6.0)  # dB by which notes lie above drums
VOICE_LEVELS = (-6.0, 10.0)  # dB by which a voice lies above what is beside it
MUSIC = 0.4  # share of a voice's examples that have music beside them; the others have noise


def track(clips, samples, rng, busy=0.6, together=1):
    """A line of short sounds, played on the beats of a tempo drawn at random.

    clips: (n, length) float32; busy: share of beats on which something is played; together: the
    most sounds of one beat. Returns (samples,) float32 of root mean square 1. Used in lesson 16.
    """
    step, length = int(rng.uniform(*STEPS) * RATE), clips.shape[1]
    sound = np.zeros(samples + length)
    beats = range(int(rng.integers(step)), samples, step)
    played = [beat for beat in beats if rng.random() < busy] or [0]
    for beat in played:
        for _ in range(rng.integers(1, together + 1)):
            clip = clips[rng.integers(len(clips))]
            sound[beat : beat + length] += rng.uniform(0.3, 1.0) * clip
    return level(sound[:samples])


def level(sound):
    """A sound brought to a root mean square of 1; silence stays what it is."""
    return (sound / (np.sqrt(np.mean(np.square(sound, dtype="float64"))) + 1e-9)).astype("float32")


def pair(first, second, ratio):
    """Two sources, (2, samples) float32: the second `ratio` dB below the first, by energies."""
    return np.stack([first, second * mixing.noise_gain(first, second, ratio)]).astype("float32")


def band_batch(notes, drums, rng, batch_size=8, seconds=2.0, levels=LEVELS):
    """Notes and drums played together, each alone: (batch_size, 2, samples) float32.

    notes, drums: clips of one side of the split, (n, length) float32 each; rng: a numpy
    Generator: the same state gives the same batch; levels: dB by which the notes lie above the
    drums, the least and the most. Used in lesson 16.
    """
    samples, rows = int(seconds * RATE), []
    for _ in range(batch_size):
        played = track(notes, samples, rng, together=3), track(drums, samples, rng)
        rows.append(pair(*played, rng.uniform(*levels)))
    return np.stack(rows)


def voice_batch(voices, sources, notes, rng, batch_size=8, seconds=2.0):
    """A voice with noise or with music, each alone: (batch_size, 2, samples) float32.

    voices: recordings of her, a list of (n,) float32; sources: mixing.Sources, whose noises and
    other voices disturb her (noising.any_noise); notes: (n, length), clips that music is made of.
    """
    samples, rows = int(seconds * RATE), []
    for _ in range(batch_size):
        wave = voices[rng.integers(len(voices))]
        start = rng.integers(max(1, len(wave) - samples))
        wave = level(np.pad(wave[start : start + samples], (0, max(0, samples - len(wave)))))
        if rng.random() < MUSIC:
            other = track(notes, samples, rng, together=3)
        else:
            other = level(noising.any_noise(sources, samples, rng))
        rows.append(pair(wave, other, rng.uniform(*VOICE_LEVELS)))
    return np.stack(rows)
