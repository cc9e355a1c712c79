"""How far enhanced speech is from clean speech: three distances that a network can follow."""

import numpy as np
import tensorflow as tf

RATE = 16000  # Hz
WINDOW, STEP, N_FFT = 400, 200, 512  # samples of 25 and 12.5 ms, of which envelopes are made
THIRDS, LOWEST_THIRD = 15, 150.0  # bands of a third of an octave, Hz of the lowest
STRETCH = 30  # frames over which envelopes are compared
FAINT = 1e-3  # a variance below which a band is silent


def compressed(waveforms, n_fft, power=0.3):
    """Size to the `power` of a spectrum, and the same with its phase: (real, imaginary)."""
    frames = tf.signal.frame(waveforms, n_fft, n_fft // 4) * tf.signal.hann_window(n_fft)
    spectrum = tf.signal.rfft(frames) * (2 / n_fft**0.5)
    real, imaginary = tf.math.real(spectrum), tf.math.imag(spectrum)
    square = real**2 + imaginary**2 + 1e-7
    size, scale = square ** (power / 2), square ** ((power - 1) / 2)
    return size, real * scale, imaginary * scale


def spectral_loss(enhanced, target, n_ffts=(512,), phase=0.3):
    """Squared error of compressed spectra: of their sizes, and, with weight `phase`, of both parts.

    enhanced, target: (batch, samples) float32 at one level, root mean square 1.
    Ephrat et al. (2018); Braun and Tashev (2020).
    """
    total = 0.0
    for n_fft in n_ffts:
        pairs = zip(compressed(enhanced, n_fft), compressed(target, n_fft), strict=True)
        size, real, imaginary = (tf.reduce_mean((a - b) ** 2) for a, b in pairs)
        total += (1 - phase) * size + phase * (real + imaginary)
    return total / len(n_ffts)


def log_distortion(enhanced, target):
    """Energy of the error over that of the target, in nepers of a bounded kind: log(1e-3 + e/t).

    Built in lesson 15.
    """
    error = tf.reduce_sum((enhanced - target) ** 2, axis=1)
    return tf.reduce_mean(tf.math.log(1e-3 + error / (tf.reduce_sum(target**2, axis=1) + 1e-6)))


def _third_octaves():
    """Which bins of N_FFT belong to which third of an octave from 150 Hz on: (257, 15) float32."""
    centres = LOWEST_THIRD * 2 ** (np.arange(THIRDS) / 3)
    hz = np.arange(N_FFT // 2 + 1)[:, None] * RATE / N_FFT
    return ((hz >= centres * 2 ** (-1 / 6)) & (hz < centres * 2 ** (1 / 6))).astype("float32")


def envelope_loss(enhanced, target):
    """1 minus the correlation of envelopes: of thirds of an octave, over 0.4 s; 0 at best.

    enhanced, target: (batch, samples) float32. Stretches in which the target is 30 dB below its
    loudest one do not count. After the measure STOI (Taal et al., 2011), as a loss: Fu et al.
    (2018). Read in lesson 15.
    """
    ours, wanted = (_envelopes(sound) for sound in (enhanced, target))
    energy = tf.reduce_sum(wanted**2, axis=[2, 3])
    speaks = tf.cast(energy > 1e-3 * tf.reduce_max(energy, axis=1, keepdims=True), "float32")
    ours, wanted = (x - tf.reduce_mean(x, axis=2, keepdims=True) for x in (ours, wanted))
    together = tf.reduce_sum(ours * wanted, axis=2)
    apart = tf.reduce_sum(ours**2, axis=2) * tf.reduce_sum(wanted**2, axis=2)
    correlation = tf.reduce_mean((together + FAINT) / tf.sqrt(apart + FAINT**2), axis=2)
    return 1 - tf.reduce_sum(correlation * speaks) / (tf.reduce_sum(speaks) + 1e-6)


def _envelopes(waveforms):
    """(batch, stretches, STRETCH, THIRDS), a frame in 12.5 ms, a stretch at every third frame."""
    frames = tf.signal.frame(waveforms, WINDOW, STEP) * tf.signal.hann_window(WINDOW)
    power = tf.abs(tf.signal.rfft(frames, [N_FFT])) ** 2
    return tf.signal.frame(tf.sqrt(power @ _third_octaves() + 1e-4), STRETCH, 3, axis=1)
