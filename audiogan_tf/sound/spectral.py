"""Spectrograms: STFT and its inverse, mel bands; `phase` goes back without a phase.

Everything is batched TensorFlow; `frames` come before `bins`, magnitudes are linear.
A clip of (frames - 1) * hop_length samples has `frames` frames, centred on multiples of
hop_length, the signal being padded with silence by n_fft // 2 on both sides.
"""

import numpy as np
import tensorflow as tf


def compiled(function):
    """A tf.function that is traced once for each pair of n_fft and hop_length.

    Its loops have to be TensorFlow's: to translate Python's takes longer than to trace the rest.
    """
    graph = tf.function(function, reduce_retracing=True, autograph=False)
    # A new size needs a new graph; TensorFlow would take five sizes in a row for a mistake.
    graph._omit_frequent_tracing_warning = True
    return graph


def hann(n_fft):
    """The periodic Hann window, (n_fft,) float32."""
    return tf.signal.hann_window(n_fft, periodic=True)


@compiled
def stft(waveforms, n_fft, hop_length):
    """Short-time Fourier transform with centred frames and a Hann window.

    waveforms: (batch, samples) float32. n_fft, hop_length in samples.
    Returns (batch, 1 + samples // hop_length, n_fft // 2 + 1) complex64.
    Agrees with librosa.stft(pad_mode="constant"). Allen (1977). Built in lesson 02.
    """
    padded = tf.pad(waveforms, [[0, 0], [n_fft // 2, n_fft // 2]])
    return tf.signal.rfft(_cut(padded, n_fft, hop_length) * hann(n_fft))


def _cut(signal, n_fft, hop_length):
    """Overlapping frames, (batch, frames, n_fft); where hops fill a window, by plain slices."""
    if n_fft % hop_length:
        return tf.signal.frame(signal, n_fft, hop_length)
    hops = tf.shape(signal)[1] // hop_length
    pieces = tf.reshape(signal[:, : hops * hop_length], [-1, hops, hop_length])
    overlap = n_fft // hop_length
    return tf.concat([pieces[:, i : hops - overlap + 1 + i] for i in range(overlap)], axis=2)


def _overlap_and_add(frames, n_fft, hop_length):
    """The inverse of `_cut` but for the sum where frames overlap, (batch, samples)."""
    if n_fft % hop_length:
        return tf.signal.overlap_and_add(frames, hop_length)
    overlap, count = n_fft // hop_length, tf.shape(frames)[1]
    pieces = tf.reshape(frames, [-1, count, overlap, hop_length])
    shifts = [[[0, 0], [i, overlap - 1 - i], [0, 0]] for i in range(overlap)]
    total = tf.add_n([tf.pad(pieces[:, :, i], shift) for i, shift in enumerate(shifts)])
    return tf.reshape(total, [-1, (count + overlap - 1) * hop_length])


@compiled
def istft(spectrum, n_fft, hop_length):
    """The waveform whose STFT is nearest to `spectrum` (least squares).

    spectrum: (batch, frames, n_fft // 2 + 1) complex64.
    Returns (batch, (frames - 1) * hop_length) float32; exact also at both edges,
    because each sample is divided by the windows that really covered it.
    Griffin and Lim (1984), equation 6. Built in lesson 02.
    """
    window = hann(n_fft)
    frames = tf.signal.irfft(spectrum, [n_fft]) * window
    signal = _overlap_and_add(frames, n_fft, hop_length)
    squares = tf.repeat(tf.square(window)[None, None], tf.shape(spectrum)[1], axis=1)
    cover = _overlap_and_add(squares, n_fft, hop_length)
    signal = signal / tf.maximum(cover, 1e-8)
    samples = (tf.shape(spectrum)[1] - 1) * hop_length
    return signal[:, n_fft // 2 : n_fft // 2 + samples]


def mel_filter_bank(sample_rate, n_fft, n_mels):
    """Triangular filters with centres equally spaced in mel, each of height one.

    Returns (n_fft // 2 + 1, n_mels) float32, weights in [0, 1], from 0 Hz to Nyquist.
    Equals librosa.filters.mel(htk=True, norm=None).T. Built in lesson 02.
    """
    nyquist = sample_rate / 2
    corners_hz = mel_to_hz(np.linspace(0, hz_to_mel(nyquist), n_mels + 2))
    bins_hz = np.linspace(0, nyquist, n_fft // 2 + 1)
    slopes = corners_hz[None, :] - bins_hz[:, None]
    widths = np.diff(corners_hz)
    rising = -slopes[:, :-2] / widths[:-1]
    falling = slopes[:, 2:] / widths[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype("float32")


def hz_to_mel(hz):
    """Frequency in Hz to mel: 2595 log10(1 + f / 700). O'Shaughnessy (1987)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


def mel_to_hz(mel):
    """The inverse of hz_to_mel."""
    return 700.0 * (10.0 ** (np.asarray(mel) / 2595.0) - 1.0)


def mel_to_linear(mel, filter_bank, iterations=30):
    """Non-negative magnitudes whose mel bands come closest to `mel`.

    mel: (batch, frames, n_mels) float32, linear magnitude; filter_bank: (bins, n_mels).
    Returns (batch, frames, bins) float32. Multiplicative updates keep every step
    non-negative. Lee and Seung (2001). Heard in lesson 02.
    """
    bank = tf.constant(filter_bank, tf.float32)
    mel = tf.convert_to_tensor(mel, tf.float32)
    unmixed = _unmixed(mel, bank, tf.constant(iterations))
    return tf.ensure_shape(unmixed, [*mel.shape[:-1], bank.shape[0]])  # a graph for all sizes


@compiled
def _unmixed(mel, bank, iterations):
    target = tf.matmul(mel, bank, transpose_b=True)

    def go_on(estimate):
        again = tf.matmul(tf.matmul(estimate, bank), bank, transpose_b=True)
        return estimate * target / (again + 1e-12)

    start = (target / (tf.reduce_sum(bank, axis=1) ** 2 + 1e-8),)
    return tf.while_loop(lambda _: True, go_on, start, maximum_iterations=iterations)[0]
