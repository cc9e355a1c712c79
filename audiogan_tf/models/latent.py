"""Moving about in a generator's noise: ways between draws, directions, inversion, saliency.

Noise of many dimensions lies near a sphere: its length is close to sqrt(latent_dim).
"""

from audiogan_tf.models.layers import ConditionalBatchNorm, joined

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.spatial import geometric_slerp


def voice(generator, iterations=30):
    """From noise to sound as one compiled graph, quick enough to follow a slider.

    generator: SoundGenerator; iterations: of fast Griffin-Lim. Returns a function of noise
    (count, latent_dim) and labels (count, k) that gives pictures (count, frames, bins, 1) and
    waveforms (count, samples) in [-0.99, 0.99], float32 arrays. Used in lesson 08.
    """
    sing = _compiled(generator.network, generator.representation, iterations)

    def play(noise, labels):
        labels = tf.constant(labels, tf.int32) if generator.conditions else None
        return sing(joined(tf.constant(noise, tf.float32), labels))

    return play


def mixer(generator, iterations=30):
    """Like `voice`, but with vectors instead of labels, which can be mixed.

    Returns a function of noise (count, latent_dim) and one (count, size) array of vectors a
    condition, and the generator's own vectors, one (classes, size) table a condition.
    Used in lesson 08.
    """
    opened, tables = open_conditions(generator.network)
    sing = _compiled(opened, generator.representation, iterations)

    def play(noise, *vectors):
        return sing(tf.constant(np.concatenate([noise, *vectors], axis=1), tf.float32))

    return play, tables


def _compiled(network, representation, iterations):
    kinds = [tf.TensorSpec([None, part.shape[-1]], part.dtype) for part in network.inputs]

    @tf.function(input_signature=[joined(*kinds)], autograph=False)  # traced once, for any count
    def sing(inputs):
        pictures = network(inputs, training=False)
        waves = representation.inverse(pictures, iterations=iterations)
        peak = tf.reduce_max(tf.abs(waves), axis=1, keepdims=True)
        return pictures, waves * tf.minimum(1.0, 0.99 / tf.maximum(peak, 1e-9))

    return lambda inputs: tuple(part.numpy() for part in sing(inputs))


def open_conditions(network):
    """A generator cut behind its embeddings, so that conditions can be mixed like noise.

    network: a conditional generator. Returns a model from condition vectors, the noise followed
    by one row of each table, to pictures; and the tables, one (classes, size) array a condition.
    Built in lesson 08.
    """
    tables = [layer for layer in network.layers if isinstance(layer, layers.Embedding)]
    joint = [layer for layer in network.layers if isinstance(layer, layers.Concatenate)][-1]
    opened = keras.Model(joint.output, network.output)
    return opened, [table.get_weights()[0] for table in tables]


def scale_shares(network):
    """Whom each normalisation of a conditional generator listens to.

    A channel's scale is a sum of one part from the noise and one from each condition; their
    variances, over the noise and over the classes, add up. Returns one row a layer, coarse to
    fine, of shares that add up to 1: of the noise, of the first condition, ... Used in lesson 08.
    """
    _, tables = open_conditions(network)
    first = network.inputs[0].shape[-1]
    places = np.cumsum([first] + [table.shape[1] for table in tables[:-1]])
    rows = []
    for norm in (part for part in network.layers if isinstance(part, ConditionalBatchNorm)):
        by_noise, *kernels = np.split(norm.scale.kernel.numpy(), places)
        parts = [np.sum(by_noise**2)]  # each number of the noise has variance 1
        for table, kernel in zip(tables, kernels, strict=True):
            parts.append(np.sum(np.var(table @ kernel, axis=0)))
        rows.append(np.array(parts) / max(np.sum(parts), 1e-12))
    return np.stack(rows)


def lerp(start, end, steps):
    """Noise on the straight line between two draws, (steps, latent_dim) float32.

    start, end: (latent_dim,). The middle is shorter than its ends, so it draws what is hardly
    ever drawn. Heard in lesson 08.
    """
    way = np.linspace(0, 1, steps)[:, None]
    return np.float32((1 - way) * start + way * end)


def slerp(start, end, steps):
    """Noise on the great circle between two draws, (steps, latent_dim) float32.

    start, end: (latent_dim,), not opposite. The length goes evenly from one to the other.
    Shoemake (1985), White (2016). Built in lesson 08.
    """
    ends = np.stack([start, end]).astype("float64")
    lengths, way = np.linalg.norm(ends, axis=1), np.linspace(0, 1, steps)
    turned = geometric_slerp(*(ends / lengths[:, None]), way)
    return np.float32(turned * np.interp(way, [0, 1], lengths)[:, None])


def moved(noise, direction, place):
    """Noise whose coordinate along a unit direction is set to `place`, all else left alone.

    noise: (count, latent_dim); direction: (latent_dim,) of length 1; place: a number or (count,),
    in standard deviations of the noise. Returns (count, latent_dim) float32. Used in lesson 08.
    """
    away = np.reshape(place, (-1, 1)) - noise @ direction[:, None]
    return np.float32(noise + away * direction)


def factor_direction(noise, factor, conditions=None):
    """The unit direction of the noise along which a measured factor rises, by least squares.

    noise: (count, latent_dim), what the sounds were drawn from; factor: (count,), what was
    measured in them; conditions: (count, k), so that only differences between sounds of the same
    conditions count. Returns (latent_dim,) float32. Built in lesson 08.
    """
    factor = np.array(factor, "float64")
    if conditions is None:
        conditions = np.zeros((len(factor), 1))
    for row in np.unique(conditions, axis=0):
        alike = (conditions == row).all(axis=1)
        factor[alike] -= factor[alike].mean()
    slope, *_ = np.linalg.lstsq(np.asarray(noise, "float64"), factor, rcond=None)
    return np.float32(slope / np.linalg.norm(slope))


def principal_components(activations, count):
    """The directions in which activations vary most, and how much of the variance each holds.

    activations: (draws, ...) numbers; count: at most as many as vary. Returns orthonormal
    components (count, size), scores (draws, count), and shares (count,), largest first.
    Pearson (1901). Built in lesson 08.
    """
    table = np.reshape(activations, (len(activations), -1)).astype("float64")
    left, spreads, components = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    shares = spreads**2 / np.sum(spreads**2)
    return components[:count], (left * spreads)[:, :count], shares[:count]


def principal_directions(network, noise, labels=None, count=8):
    """The directions of the noise that change the generator's first activations most.

    network: generator; noise: (draws, latent_dim), many more draws than dimensions; labels:
    (draws, k) int or None. Principal components of what leaves the first ReLU, carried back to
    the noise by least squares. Returns unit directions (count, latent_dim) float32 and the
    components' shares of the variance (count,). Harkonen et al. (2020). Built in lesson 08.
    """
    first = next(layer for layer in network.layers if isinstance(layer, layers.ReLU))
    inside = keras.Model(network.input, first.output)
    activations = inside(joined(noise, labels), training=False)
    _, scores, shares = principal_components(activations, count)
    directions, *_ = np.linalg.lstsq(scores, np.asarray(noise, "float64"), rcond=None)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    return np.float32(directions / lengths), shares


def invert(network, pictures, labels=None, steps=300, starts=8, rate=0.1, seed=0):
    """Noise from which a generator draws pictures as near as possible to the given ones.

    network: generator; pictures: (count, frames, bins, 1) in [-1, 1]; labels: (count, k) int or
    None, taken as known. Adam on the squared error, from `starts` random draws at once, the
    noise held on its usual sphere; the best end is kept.
    Returns noise (count, latent_dim) float32 and the root mean squared error of each picture
    (count,). Zhu et al. (2016). Built in lesson 08.
    """
    pictures = tf.repeat(tf.convert_to_tensor(pictures, tf.float32), starts, axis=0)
    labels = None if labels is None else tf.repeat(tf.convert_to_tensor(labels), starts, axis=0)
    latent_dim = network.inputs[0].shape[-1]
    noise = np.random.default_rng(seed).standard_normal((len(pictures), latent_dim), "float32")
    noise = keras.Variable(noise)
    falling = keras.optimizers.schedules.PolynomialDecay(rate, steps + 1, 0.0)
    adam = keras.optimizers.Adam(falling, beta_2=0.99)
    adam.build([noise])

    def drawn(noise):
        length = tf.norm(noise, axis=1, keepdims=True)
        noise = noise * (tf.sqrt(float(latent_dim)) / length)
        error = tf.square(network(joined(noise, labels), training=False) - pictures)
        return noise, tf.reduce_mean(error, axis=(1, 2, 3))

    def descend():
        for _ in tf.range(steps):
            with tf.GradientTape() as tape:
                error = drawn(noise.value)[1]
            adam.apply([tape.gradient(error, noise.value)], [noise])
        return drawn(noise.value)

    once = tf.function(descend).get_concrete_function()  # TensorFlow warns of functions made anew
    noise, error = (part.numpy() for part in once())
    error = error.reshape(-1, starts)
    best = np.arange(len(error)) * starts + error.argmin(axis=1)
    return noise[best], np.sqrt(error.min(axis=1))


def saliency(score, pictures, baseline=-1.0, steps=32):
    """How much each cell of a picture adds to a network's score: integrated gradients.

    score: function of pictures (count, frames, bins, 1) that returns (count,), such as a
    discriminator's logit for a label; baseline: the picture to compare with, by default silence.
    The gradient is averaged on the way from the baseline to the picture and multiplied by the
    difference; all cells together give the difference of the two scores.
    Returns (count, frames, bins) float32. Sundararajan, Taly and Yan (2017). Built in lesson 08.
    """
    pictures = tf.convert_to_tensor(pictures, tf.float32)
    away = pictures - baseline
    total = tf.zeros_like(pictures)
    for share in (np.arange(steps) + 0.5) / steps:
        point = baseline + float(share) * away
        with tf.GradientTape() as tape:
            tape.watch(point)
            marks = score(point)
        total += tape.gradient(marks, point)
    return (away * total / steps).numpy()[..., 0]
