"""What the mask network is told of a noisy spectrum, and how its filters are laid on one.

A network that sees plain log power has to learn every loudness and every colour of noise by heart.
Here it sees how far each bin lies above what went before: the same for a noise it never heard.
Built in lesson 15.
"""

import tensorflow as tf
from keras import ops

BINS = 257  # of a spectrum, 31.25 Hz apart
DECAY = 0.985  # of the memory for what went before, each frame of 8 ms: half a second
TURNING = 96  # lowest bins whose phase is heard, up to 3 kHz: where voices have harmonics
TAPS, FILTERED = 3, 128  # frames that a filter reaches over, and the bins where it does, to 4 kHz
LATER = (TAPS - 1) * 2 * FILTERED  # numbers that tell all taps but the first
FAINT = 1e-7  # power below which nothing is heard


def nothing_heard(batch):
    """States before the first frame, zeros: TAPS - 1 frames, and sums (batch, 1, BINS + 2)."""
    return [tf.zeros([batch, TAPS - 1, BINS], "complex64"), tf.zeros([batch, 1, BINS + 2])]


def hear(spectrum, states):
    """What the network is told of each frame, (batch, n, 2 BINS + 2 TURNING) float32, and the
    new states.

    Log power above its own running mean, bin by bin, which takes the noise's colour away; above
    the running mean of the whole spectrum, which takes the level away and leaves the colour;
    and `_turns`. spectrum: (batch, n, BINS) complex64; states: as `nothing_heard`.
    """
    before, sums = states
    relative, sums = hear_power(tf.math.real(spectrum) ** 2 + tf.math.imag(spectrum) ** 2, sums)
    return tf.concat([*relative, _turns(spectrum, before)], axis=2), [_last(spectrum, before), sums]


def hear_power(power, sums):
    """The first two parts of `hear` from power (batch, n, BINS), in a list; and the new sums."""
    logs, whole = ops.log10(power + FAINT), tf.reduce_mean(power, axis=2, keepdims=True)
    values = tf.concat([logs, whole, tf.ones_like(whole)], axis=2)
    totals, sums = _running_sums(values, sums)
    means = totals[..., :-1] / totals[..., -1:]
    level = ops.log10(means[..., -1:] + FAINT)
    return [logs - means[..., :-1], (logs - level) / 1.5 + 1], sums


def filtered(spectrum, filters, before=None):
    """A spectrum through filters of TAPS frames: the sum over k of filter k times k frames before.

    spectrum: (batch, n, BINS) complex64; filters: (batch, n, TAPS, BINS) complex64, the first of
    which is a mask; before: the TAPS - 1 frames before the first, by default zeros. Returns
    the shape of the spectrum. Deep filtering: Mack and Habets (2020).
    """
    before = nothing_heard(tf.shape(spectrum)[0])[0] if before is None else before
    frames, count = tf.concat([before, spectrum], axis=1), tf.shape(spectrum)[1]
    starts = range(TAPS - 1, -1, -1)
    return sum(frames[:, i : i + count] * filters[:, :, TAPS - 1 - i] for i in starts)


def as_filters(mask, parts):
    """Filters from a mask (batch, n, BINS) and the later taps, (batch, n, LATER) float32."""
    shape = [tf.shape(parts)[0], tf.shape(parts)[1], TAPS - 1, 2, FILTERED]
    parts = tf.reshape(parts, shape)
    later = tf.complex(parts[..., 0, :], parts[..., 1, :])
    later = tf.pad(later, [[0, 0], [0, 0], [0, 0], [0, BINS - FILTERED]])
    return tf.concat([mask[:, :, None], later], axis=2)


def _running_sums(values, past):
    """Sums over all frames up to each one, of which earlier ones count less and less.

    values: (batch, n, k) float32; past: (batch, 1, k), the sums before them.
    Returns the sums, (batch, n, k), and the last of them as the new past.
    """
    count = tf.shape(values)[1]
    age = tf.cast(tf.range(count)[:, None] - tf.range(count), "float32")
    weights = tf.where(age >= 0, DECAY ** tf.maximum(age, 0.0), 0.0)
    before = DECAY ** tf.range(1, count + 1, dtype="float32")[:, None]
    sums = weights @ values + before * past
    return sums, tf.concat([past, sums], axis=1)[:, count:]


def _turns(spectrum, before):
    """By how much the phase of each low bin went on since the frame before, as a point on a circle.

    spectrum: (batch, n, BINS) complex64; before: as in `nothing_heard`. A tone turns evenly, noise
    does not. Returns cosines and sines, (batch, n, 2 TURNING) float32; 0 after silence.
    """
    frames = tf.concat([before[:, -1:], spectrum], axis=1)[:, :, :TURNING]
    product = frames[:, 1:] * tf.math.conj(frames[:, :-1])
    parts = tf.stack([tf.math.real(product), tf.math.imag(product)])
    parts *= tf.math.rsqrt(tf.reduce_sum(parts**2, axis=0) + FAINT**2)
    return tf.concat([parts[0], parts[1]], axis=2)


def _last(spectrum, before):
    return tf.concat([before, spectrum], axis=1)[:, tf.shape(spectrum)[1] :]
