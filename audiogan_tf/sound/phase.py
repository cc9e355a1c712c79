"""Five ways to find the phase that a picture of magnitudes lacks.

Everything is batched; `frames` come before `bins`, magnitudes are linear, not dB.
"""

import heapq

from audiogan_tf.errors import InputError
from audiogan_tf.sound.spectral import compiled, istft, stft

import numpy as np
import tensorflow as tf


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


@compiled
def _iterate(magnitude, n_fft, hop_length, phase, iterations, momentum):
    push = momentum / (1 + momentum)
    waves = istft(_polar(magnitude, phase), n_fft, hop_length)

    def go_on(waves, previous):
        # The STFT is linear, so the overshoot can be made on the waveforms, which are small.
        spectrum = stft(waves - push * previous, n_fft, hop_length)
        nearer = istft(_with_magnitude(spectrum, magnitude), n_fft, hop_length)
        return tf.ensure_shape(nearer, waves.shape), waves

    start = waves, tf.zeros_like(waves)
    return tf.while_loop(lambda *_: True, go_on, start, maximum_iterations=iterations)[0]


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


@compiled
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
    phases = np.stack([_pghi_phase(m, n_fft, hop_length, tolerance) for m in magnitude])
    spectrum = magnitude * np.exp(1j * phases)
    return istft(tf.constant(spectrum, tf.complex64), n_fft, hop_length)


def _pghi_phase(magnitude, n_fft, hop_length, tolerance=1e-6):
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
