"""What goes wrong in a GAN's training, said in plain sentences.

Each alarm speaks only when more than a tenth of the clips show the fault, so that one odd
recording among many stays unremarked; real drums and digits raise none.
"""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.metrics import held
from audiogan_tf.sound.spectral import stft

import numpy as np
from scipy.spatial.distance import cdist

SHARE = 0.1  # of the clips that must show a fault
N_FFT = 512
SILENT_PEAK = 1e-3  # -60 dB of full scale
CLICK_SECONDS = 0.001  # a clip whose energy fits into this is a click, no sound
CLICK_ENERGY = 0.85
JUMP = 15.0  # a lone jump of the waveform, in units of its surroundings' usual jumps
TONE_ENERGY, TONE_SWING_DB = 0.85, 3.0  # energy in one partial; how much its level varies
COPY = 0.5  # nearer to a training clip than this share of its distance to its next sibling
COPIES = 0.2  # share of such clips; among honest ones it is about one in a hundred
ALWAYS = 0.98  # share of clips the discriminator names rightly when it has won


def find_alarms(
    waveforms, sample_rate, hearing=None, asked=None, train_features=None, d_real=None, d_fake=None
):
    """Look for what usually goes wrong; a list of sentences, empty if all is well.

    waveforms: (clips, samples) float, sample_rate in Hz; hearing: judging.Hearing of them;
    asked: (clips,) int, the classes asked for; None: all alike; train_features:
    (training clips, size) float, features by the same judge, to find copies;
    d_real, d_fake: share of real and of generated clips that the discriminator names
    rightly, 0 to 1, one number or the last few. Used in lessons 00 and 05.
    """
    waveforms = np.asarray(waveforms, "float32")
    if waveforms.ndim != 2 or 0 in waveforms.shape:
        raise InputError(f"waveforms have shape {waveforms.shape}; give (clips, samples)")
    broken = ~np.isfinite(waveforms).all(axis=1)
    if broken.any():
        return [f"{_count(broken)} hold NaN or infinite samples: the training has diverged."]
    silent = np.abs(waveforms).max(axis=1) < SILENT_PEAK
    found = _if_many(silent, "are silent (peak below -60 dB).")
    heard = waveforms[~silent]
    if len(heard):
        found += _clicks(heard, sample_rate)
        magnitude = np.abs(stft(heard, N_FFT, N_FFT // 2))[:, 1:-1]  # no frame beyond the clip
        if magnitude.shape[1]:
            found += _tones(magnitude, sample_rate) + _alike(magnitude)
    if hearing is not None:
        found += _collapse(hearing, asked) + _copies(hearing.features, train_features)
    return found + _one_sided(d_real, d_fake)


def _count(faulty):
    return f"{int(faulty.sum())} of {len(faulty)} clips"


def _if_many(faulty, fault, share=SHARE):
    """The sentence in a list if more than a share of the clips show the fault, else nothing."""
    return [f"{_count(faulty)} {fault}"] if faulty.mean() > share else []


def _clicks(waveforms, sample_rate):
    width = max(int(CLICK_SECONDS * sample_rate), 2)
    energy = np.cumsum(np.pad(waveforms.astype("float64") ** 2, ((0, 0), (1, width))), axis=1)
    densest = (energy[:, width:] - energy[:, :-width]).max(axis=1) / energy[:, -1]
    lone = densest > CLICK_ENERGY
    jumps = _lone_jumps(waveforms, sample_rate) & ~lone
    found = _if_many(lone, "are a single click of a millisecond.")
    return found + _if_many(jumps, "have clicks in them (the waveform jumps).")


def _lone_jumps(waveforms, sample_rate):
    """Clips with a jump far above what the 4 ms before and those after it show, (clips,) bool."""
    bend = np.abs(np.diff(waveforms, n=2, axis=1).astype("float64"))
    side = int(0.004 * sample_rate)
    if bend.shape[1] < 4 * side:
        return np.zeros(len(waveforms), bool)
    power = np.cumsum(np.pad(bend**2, ((0, 0), (1, 0))), axis=1)
    mean = np.sqrt(np.maximum(power[:, side:] - power[:, :-side], 0) / side)
    apart = 4  # samples that the jump itself may take
    centre = np.arange(side + apart, bend.shape[1] - side - apart)
    around = np.maximum(mean[:, centre - side - apart], mean[:, centre + apart])
    peak = np.abs(waveforms).max(axis=1, keepdims=True)
    lone = (bend[:, centre] > JUMP * around) & (bend[:, centre] > 0.1 * peak)
    return lone.any(axis=1)


def _tones(magnitude, sample_rate):
    if magnitude.shape[1] < 4:
        return []
    power = magnitude**2
    mean = power.mean(axis=1)
    top = mean.argmax(axis=1)
    near = np.abs(np.arange(mean.shape[1])[None, :] - top[:, None]) <= 2
    share = np.sum(mean * near, axis=1) / np.maximum(mean.sum(axis=1), 1e-20)
    level = 10 * np.log10(np.maximum(power.sum(axis=2), 1e-20))
    tones = (share > TONE_ENERGY) & (level.std(axis=1) < TONE_SWING_DB)
    hertz = np.median(top[tones]) * sample_rate / N_FFT if tones.any() else 0
    return _if_many(tones, f"are one steady tone (about {hertz:.0f} Hz).")


def _alike(magnitude):
    """Clips whose spectrograms hardly differ, although their noise inputs did."""
    if len(magnitude) < 8:
        return []
    level = magnitude.reshape(len(magnitude), -1)
    level = level / np.linalg.norm(level, axis=1, keepdims=True)
    likeness = level @ level.T
    if np.median(likeness[np.triu_indices(len(level), 1)]) < 0.98:
        return []
    return [
        f"The {len(magnitude)} clips are almost the same sound: the generator ignores its input."
    ]


def _collapse(hearing, asked):
    """Fewer than half of the classes asked for are heard."""
    heard = hearing.probabilities[0].argmax(axis=1)
    wanted = np.unique(asked) if asked is not None else np.arange(len(hearing.probabilities[0][0]))
    expected = min(len(wanted), len(heard))
    counts = np.bincount(heard, minlength=hearing.probabilities[0].shape[1])
    regular = held(counts, len(heard) / len(wanted))
    if expected < 3 or len(heard) < 2 * expected or 2 * regular.sum() > expected:
        return []
    numbers = ", ".join(str(number) for number in np.flatnonzero(regular))
    return [
        f"Collapse: of {expected} classes asked for, the judge hears {regular.sum()} "
        f"(class number {numbers})."
    ]


def _copies(features, train_features):
    if train_features is None:
        return []
    train = np.asarray(train_features)
    if len(train) < 10:
        return []
    apart = cdist(features, train)
    nearest = apart.argmin(axis=1)
    usual = cdist(train[nearest], train)
    usual[np.arange(len(nearest)), nearest] = np.inf
    copies = apart.min(axis=1) < COPY * usual.min(axis=1)
    return _if_many(copies, "are all but copies of training clips.", COPIES)


def _one_sided(d_real, d_fake):
    if d_real is None or d_fake is None:
        return []
    real, fake = float(np.mean(d_real)), float(np.mean(d_fake))
    if min(real, fake) < ALWAYS:
        return []
    return [
        f"The discriminator always wins ({100 * real:.0f} % of real and {100 * fake:.0f} % of "
        "generated clips named rightly): the generator has nothing to learn from; a larger "
        "r1_weight or a smaller learning rate for the discriminator helps."
    ]
