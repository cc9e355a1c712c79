"""Which pictures suit a folder's clips: windows, hops and bands from rate and length."""

from audiogan_tf.sound.representation import Representation

import numpy as np

MOST_FRAMES = 256  # of a picture, before its windows and hops double


def pictures_for(sample_rate, seconds):
    """Pictures that keep the pitch of clips of `seconds` at any rate, a Representation.

    Windows last 32 to 64 ms (never fewer than 512 samples), hops a quarter of that; 64 mel bands
    up to 16 kHz, 80 up to 24 kHz, 96 above, where the same bands would stand too far apart. For
    long clips windows and hops double once. Frames and bands are multiples of 16, so that networks
    can halve them; more than 256 frames of 32, so that samples can be quartered too (WaveGAN).
    """
    n_fft = max(512, 2 ** int(np.ceil(np.log2(0.032 * sample_rate))))
    if _frames(seconds, sample_rate, n_fft) > MOST_FRAMES and 2 * n_fft <= 0.1 * sample_rate:
        n_fft *= 2
    frames = max(_frames(seconds, sample_rate, n_fft), 32)
    n_mels = 64 if sample_rate <= 16000 else 80 if sample_rate <= 24000 else 96
    loudest = round(20 * np.log10(n_fft / 4))  # the level of a full-scale sine under a Hann window
    size = {"n_mels": n_mels, "floor_db": loudest - 72, "ceiling_db": loudest}
    return Representation(sample_rate, n_fft, n_fft // 4, frames, **size)


def _frames(seconds, sample_rate, n_fft):
    frames = seconds * sample_rate / (n_fft // 4) + 1
    step = 16 if frames <= MOST_FRAMES else 32
    return step * int(np.ceil(frames / step))


def in_words(own):
    """A folder's clips and their pictures in one sentence; own: a Representation."""
    milliseconds = 1000 * own.hop_length / own.sample_rate
    return (
        f"clips of {own.seconds:.2f} s at {own.sample_rate} Hz, as pictures of {own.frames} "
        f"frames ({milliseconds:.1f} ms apart) x {own.bins} mel bands"
    )
