"""Spectrograms and the way back: STFT, mel bands, and five ways to find a phase.

Everything is batched TensorFlow; `frames` come before `bins`, magnitudes are linear.
A clip of (frames - 1) * hop_length samples has `frames` frames, centred on multiples of
hop_length, the signal being padded with silence by n_fft // 2 on both sides.
"""

import heapq

from audiogan_tf.errors import InputError

import numpy as np
import tensorflow as tf


def _compiled(function):
    """A tf.function that is traced once for each pair of n_fft and hop_length."""
    graph = tf.function(function, reduce_retracing=True)
    # A new size needs a new graph; TensorFlow would take five sizes in a row for a mistake.
    graph._omit_frequent_tracing_warning = True
    return graph


def hann(n_fft):
    """The periodic Hann window, (n_fft,) float32."""
    return tf.signal.hann_window(n_fft, periodic=True)


@_compiled
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


@_compiled
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


def _check_bins(magnitude, n_fft):
    if magnitude.shape[-1] != n_fft // 2 + 1:
        raise InputError(
            f"magnitude has {magnitude.shape[-1]} bins, but n_fft={n_fft} needs {n_fft // 2 + 1}"
        )


def zero_phase(magnitude, n_fft, hop_length):
    """The waveform that every partial's starting at phase zero in each frame gives: a buzz.

    magnitude: (batch, frames, n_fft // 2 + 1) float32, linear.
    Returns (batch, (frames - 1) * hop_length) float32. Heard in lesson 02.
    """
    _check_bins(magnitude, n_fft)
    return istft(tf.cast(magnitude, tf.complex64), n_fft, hop_length)


def griffin_lim(magnitude, n_fft, hop_length, iterations=32, seed=0):
    """Find waveforms whose STFT magnitudes are closest to `magnitude`.

    magnitude: (batch, frames, n_fft // 2 + 1) float32, linear, not dB.
    Returns (batch, (frames - 1) * hop_length) float32. Starts from a random phase.
    Raises InputError if the number of bins is not n_fft // 2 + 1.
    Griffin and Lim (1984). Built step by step in lesson 02.
    """
    return fast_griffin_lim(magnitude, n_fft, hop_length, iterations, momentum=0.0, seed=seed)


def fast_griffin_lim(
    magnitude, n_fft, hop_length, iterations=32, momentum=0.99, seed=None, phase=None
):
    """Griffin-Lim with momentum: each step overshoots, so fewer of them are needed.

    magnitude: (batch, frames, n_fft // 2 + 1) float32, linear, not dB.
    phase: starting phase in radians, of the same shape. When None, it is predicted from the
    magnitude by `neighbour_phase`, or drawn at random if `seed` is a number.
    Returns (batch, (frames - 1) * hop_length) float32.
    Raises InputError if the number of bins is not n_fft // 2 + 1.
    Perraudin, Balazs and Sondergaard (2013). Built step by step in lesson 02.
    """
    magnitude = tf.convert_to_tensor(magnitude, tf.float32)
    _check_bins(magnitude, n_fft)
    if phase is None and magnitude.shape[1] == 1:
        phase = tf.zeros_like(magnitude)  # a single frame has no neighbour to follow
    elif phase is None and seed is None:
        phase = neighbour_phase(magnitude, n_fft, hop_length)
    elif phase is None:
        phase = tf.random.stateless_uniform(tf.shape(magnitude), [seed, 0], 0.0, 2 * np.pi)
    steps, momentum = tf.constant(iterations), tf.constant(momentum)
    return _iterate(magnitude, n_fft, hop_length, phase, steps, momentum)


@_compiled
def _iterate(magnitude, n_fft, hop_length, phase, iterations, momentum):
    push = momentum / (1 + momentum)
    waves = istft(_polar(magnitude, phase), n_fft, hop_length)
    previous = tf.zeros_like(waves)
    for _ in tf.range(iterations):
        # The STFT is linear, so the overshoot can be made on the waveforms, which are small.
        spectrum = stft(waves - push * previous, n_fft, hop_length)
        previous = waves
        waves = istft(_with_magnitude(spectrum, magnitude), n_fft, hop_length)
        waves = tf.ensure_shape(waves, previous.shape)
    return waves


def _polar(magnitude, phase):
    return tf.complex(magnitude * tf.cos(phase), magnitude * tf.sin(phase))


def _with_magnitude(spectrum, magnitude):
    """Keep each cell's angle and give it another length; zero stays zero."""
    real, imaginary = tf.math.real(spectrum), tf.math.imag(spectrum)
    scale = magnitude * tf.math.rsqrt(real * real + imaginary * imaginary + 1e-20)
    return tf.complex(real * scale, imaginary * scale)


def _phase_slopes(magnitude, n_fft, hop_length):
    """How fast the phase must turn from frame to frame and from bin to bin, in radians.

    Both are read off the slopes of the log magnitude, as if the window were a Gaussian.
    """
    gamma = 0.25645 * n_fft**2  # the Gaussian nearest to a Hann window
    peak = tf.reduce_max(magnitude, axis=(1, 2), keepdims=True)
    log = tf.math.log(tf.maximum(magnitude, 1e-6 * peak + 1e-30))
    bins = tf.range(magnitude.shape[2], dtype=tf.float32)
    along_bins, along_frames = _slope(log, 2), _slope(log, 1)
    per_frame = hop_length * n_fft / gamma * along_bins + 2 * np.pi * hop_length / n_fft * bins
    per_bin = -gamma / (hop_length * n_fft) * along_frames - np.pi  # frames start at n_fft / 2
    return per_frame, per_bin


def _slope(values, axis):
    """Half the difference of the two neighbours; the whole difference at the ends."""
    size = tf.shape(values)[axis]
    before = tf.maximum(tf.range(size) - 1, 0)
    after = tf.minimum(tf.range(size) + 1, size - 1)
    steps = tf.maximum(tf.cast(after - before, tf.float32), 1.0)
    rise = tf.gather(values, after, axis=axis) - tf.gather(values, before, axis=axis)
    return rise / tf.reshape(steps, [-1] + [1] * (2 - axis))


@_compiled
def neighbour_phase(magnitude, n_fft, hop_length):
    """A quick guess of the phase: each frame follows from the one before, all bins at once.

    A cell's phase is the sum of what its own bin and both neighbours of the last frame predict
    by the slopes of PGHI, the louder the more it counts. Faster than PGHI, nearly as good.
    magnitude: (batch, frames, n_fft // 2 + 1) float32, linear. Returns radians, same shape.
    After Prusa, Balazs and Sondergaard (2017). Heard in lesson 02.
    """
    per_frame, per_bin = _phase_slopes(magnitude, n_fft, hop_length)
    to_next = _turn((per_frame[:, 1:] + per_frame[:, :-1]) / 2)
    upwards = _turn((per_bin[:, :, 1:] + per_bin[:, :, :-1]) / 2)
    weight = tf.cast(magnitude, tf.complex64)
    first = tf.pad(tf.math.cumprod(upwards[:, 0], axis=1), [[0, 0], [1, 0]], constant_values=1)

    def follow(last, inputs):
        turn, up = inputs
        own = last * turn
        from_below = tf.pad(own[:, :-1] * up, [[0, 0], [1, 0]])
        from_above = tf.pad(own[:, 1:] * tf.math.conj(up), [[0, 0], [0, 1]])
        return _with_magnitude(own + from_below + from_above, 1.0)

    turns = tf.transpose(to_next * weight[:, :-1], [1, 0, 2])
    others = tf.scan(follow, (turns, tf.transpose(upwards[:, 1:], [1, 0, 2])), first)
    spectrum = tf.concat([first[:, None], tf.transpose(others, [1, 0, 2])], axis=1)
    return tf.math.angle(spectrum)


def _turn(radians):
    return tf.complex(tf.cos(radians), tf.sin(radians))


def pghi(magnitude, n_fft, hop_length, tolerance=1e-6):
    """Phase gradient heap integration: read the phase's slopes off the log magnitude.

    magnitude: (batch, frames, n_fft // 2 + 1) float32, linear. No iteration: one pass from
    the loudest cell outwards. Cells under `tolerance` times the peak get a random phase.
    Returns (batch, (frames - 1) * hop_length) float32.
    Prusa, Balazs and Sondergaard (2017). Heard in lesson 02.
    """
    magnitude = np.asarray(magnitude, "float32")
    _check_bins(magnitude, n_fft)
    phases = np.stack([pghi_phase(m, n_fft, hop_length, tolerance) for m in magnitude])
    spectrum = magnitude * np.exp(1j * phases)
    return istft(tf.constant(spectrum, tf.complex64), n_fft, hop_length)


def pghi_phase(magnitude, n_fft, hop_length, tolerance=1e-6):
    """The phase of one clip, (frames, bins) float64 radians, by heap integration."""
    magnitude = np.asarray(magnitude, "float32")
    peak = float(magnitude.max())
    if peak == 0:
        return np.zeros_like(magnitude, "float64")
    slopes = _phase_slopes(tf.constant(magnitude)[None], n_fft, hop_length)
    per_frame, per_bin = (slope[0].numpy().astype("float64") for slope in slopes)
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, magnitude.shape)
    return _integrate(phase, magnitude, tolerance * peak, per_frame, per_bin)


def _integrate(phase, magnitude, floor, per_frame, per_bin):
    todo = magnitude > floor
    frames, bins = magnitude.shape
    for start in np.argsort(-magnitude, axis=None):
        n, m = divmod(int(start), bins)
        if not todo[n, m]:
            if magnitude[n, m] <= floor:
                break
            continue
        todo[n, m], phase[n, m] = False, 0.0
        heap = [(-magnitude[n, m], n, m)]
        while heap:
            _, n, m = heapq.heappop(heap)
            for i, j in ((n + 1, m), (n - 1, m), (n, m + 1), (n, m - 1)):
                if 0 <= i < frames and 0 <= j < bins and todo[i, j]:
                    slope = (i - n) * (per_frame[n, m] + per_frame[i, j])
                    slope += (j - m) * (per_bin[n, m] + per_bin[i, j])
                    phase[i, j] = phase[n, m] + slope / 2
                    todo[i, j] = False
                    heapq.heappush(heap, (-magnitude[i, j], i, j))
    return phase


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
    gram = tf.matmul(bank, bank, transpose_b=True)
    target = tf.matmul(tf.convert_to_tensor(mel, tf.float32), bank, transpose_b=True)
    estimate = target / (tf.reduce_sum(bank, axis=1) ** 2 + 1e-8)
    for _ in range(iterations):
        estimate = estimate * target / (tf.matmul(estimate, gram) + 1e-12)
    return estimate


def spectral_convergence(magnitude, waveforms, n_fft, hop_length):
    """How far the waveforms' STFT magnitudes are from the wanted ones, in dB; lower is better.

    magnitude: (batch, frames, bins) float32; waveforms: (batch, samples) float32.
    Returns 20 log10(|| |STFT| - magnitude || / || magnitude ||), one float over the batch.
    Sturmel and Daudet (2011). Used in lesson 02.
    """
    got = tf.abs(stft(tf.convert_to_tensor(waveforms, tf.float32), n_fft, hop_length))
    error = tf.norm(got - magnitude) / tf.norm(magnitude)
    return float(20 * tf.math.log(error) / tf.math.log(10.0))
