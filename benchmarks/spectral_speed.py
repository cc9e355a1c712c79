"""How much faster the kit's batched transforms are than librosa, clip by clip.

Run as `python benchmarks/spectral_speed.py`: 100 clips of 0.76 s at 8 kHz, n_fft 256, hop 64.
The ratio is the median over rounds in which both run one after the other.
"""

import time

from audiogan_tf.sound import phase, spectral

import librosa
import numpy as np
import tensorflow as tf

N_FFT, HOP, CLIPS, SAMPLES = 256, 64, 100, 6080


def seconds(work):
    """Wall-clock time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name, ours, theirs, rounds):
    """Print both median times and the median ratio; both are called once before."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, other = np.median(pairs, axis=0)
    ratio = np.median([b / a for a, b in pairs])
    print(f"{name:34} {1000 * mine:8.1f} ms {1000 * other:9.1f} ms {ratio:6.1f}x")


def main():
    waves = np.random.default_rng(0).uniform(-0.5, 0.5, (CLIPS, SAMPLES)).astype("float32")
    size = {"n_fft": N_FFT, "hop_length": HOP}
    spectrum = spectral.stft(waves, N_FFT, HOP)
    magnitude = tf.abs(spectrum)
    each = spectrum.numpy().transpose(0, 2, 1)
    print(f"{CLIPS} clips of {SAMPLES} samples {'':10} {'kit':>8} {'librosa':>15}")
    compare(
        "STFT",
        lambda: spectral.stft(waves, N_FFT, HOP).numpy(),
        lambda: [librosa.stft(wave, pad_mode="constant", **size) for wave in waves],
        15,
    )
    compare(
        "inverse STFT",
        lambda: spectral.istft(spectrum, N_FFT, HOP).numpy(),
        lambda: [librosa.istft(one, **size) for one in each],
        15,
    )
    for name, options in (("predicted start", {}), ("random start", {"seed": 0})):
        compare(
            f"fast Griffin-Lim 32, {name}",
            lambda options=options: phase.fast_griffin_lim(
                magnitude, N_FFT, HOP, 32, **options
            ).numpy(),
            lambda: [librosa.griffinlim(np.abs(one), n_iter=32, **size) for one in each],
            3,
        )


if __name__ == "__main__":
    main()
