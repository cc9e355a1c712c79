"""Heart sounds by formula, with and without a murmur: no patient's, and no patient's privacy.

A beat has two sounds: S1, when the valves to the chambers close, and S2, when those to the arteries
do. Between S1 and S2 the heart pumps (systole), after S2 it fills (diastole). A murmur is turbulent
blood where there should be none.
"""

from audiogan_tf.sound.representation import Representation

import numpy as np

KINDS = ("normal", "systolic murmur", "diastolic murmur")
RATE, SAMPLES = 2000, 1984  # in Hz; 0.99 s, one beat
PICTURES = dict(n_fft=128, hop_length=64, frames=32, n_mels=32, floor_db=-35.0, ceiling_db=25.0)


def pictures():
    """The Representation of heart sounds: 32 frames of 32 bands up to 1 kHz."""
    return Representation(RATE, **PICTURES)


def heart_sound(kind, rng):
    """One beat of one heart, (1984,) float32 in [-0.9, 0.9] at 2 kHz.

    kind: one of KINDS; rng: numpy Generator, for the pace, both sounds, the murmur's level and the
    hiss of the recording. After the descriptions in Rangayyan, Biomedical Signal Analysis (2015).
    """
    time = np.arange(SAMPLES) / RATE
    first = rng.uniform(0.05, 0.2)
    second = first + rng.uniform(0.24, 0.34)
    wave = _thump(time - first, rng.uniform(35, 60), 0.035)
    wave += rng.uniform(0.5, 0.9) * _thump(time - second, rng.uniform(50, 80), 0.025)
    wave += _thump(time - first - rng.uniform(0.65, 0.9), rng.uniform(35, 60), 0.035)
    if kind != "normal":
        wave += rng.uniform(0.03, 0.15) * _murmur(time, kind, first, second, rng)
    wave += rng.uniform(0.02, 0.15) * rng.standard_normal(SAMPLES)
    return np.float32(0.9 * wave / np.abs(wave).max())


def heart_sounds(count, seed):
    """`count` beats of each kind in turn: waveforms (n, 1984) float32 and kinds (n, 1) int32."""
    rng = np.random.default_rng(seed)
    numbers = np.tile(np.arange(len(KINDS)), count)
    waves = [heart_sound(KINDS[number], rng) for number in numbers]
    return np.stack(waves), numbers[:, None].astype("int32")


def _thump(time, hz, decay):
    """A short low tone that begins at time 0."""
    after = np.maximum(time, 0)
    return np.sin(2 * np.pi * hz * after) * np.exp(-after / decay) * (1 - np.exp(-after / 0.005))


def _murmur(time, kind, first, second, rng):
    """Noise from about 80 to 350 Hz, with a bell between the sounds or falling after the second."""
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    hz = np.fft.rfftfreq(len(time), 1 / RATE)
    centre = rng.uniform(120, 260)
    noise = np.fft.irfft(spectrum * np.exp(-0.5 * (np.log2((hz + 1) / centre) / 0.5) ** 2))
    begin, end = (first + 0.06, second) if kind == KINDS[1] else (second + 0.04, second + 0.3)
    place = np.clip((time - begin) / (end - begin), 0, 1)
    shape = np.sin(np.pi * place) if kind == KINDS[1] else np.sin(np.pi * np.sqrt(place))
    return shape * noise / noise.std()
