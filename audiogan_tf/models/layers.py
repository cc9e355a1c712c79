"""Layers, inputs and small steps that families of networks share."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import replicas

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("audiogan_tf")
class ConditionalBatchNorm(layers.Layer):
    """Batch normalisation whose scale and shift come from a condition vector.

    Inputs: features (batch, ..., channels), of pictures or of waveforms, and condition
    (batch, size).
    Returns features of the same shape. De Vries et al. (2017). Built in lesson 05.
    """

    def build(self, input_shape):
        channels = input_shape[0][-1]
        self.mean = self.add_weight([channels], "zeros", trainable=False, name="mean")
        self.variance = self.add_weight([channels], "ones", trainable=False, name="variance")
        self.scale = layers.Dense(channels, kernel_initializer="zeros", bias_initializer="ones")
        self.shift = layers.Dense(channels, kernel_initializer="zeros")
        self.scale.build(input_shape[1])
        self.shift.build(input_shape[1])

    def call(self, inputs, training=False):
        features, condition = inputs
        mean, variance = self._follow(features) if training else (self.mean, self.variance)
        scale = self.scale(condition) * ops.rsqrt(variance + 1e-3)
        shift = self.shift(condition) - mean * scale
        places = tuple(range(1, len(features.shape) - 1))
        return features * ops.expand_dims(scale, places) + ops.expand_dims(shift, places)

    def _follow(self, features):
        """This batch's mean and variance, a tenth of which enters the kept ones."""
        axes = tuple(range(len(features.shape) - 1))
        found = ops.moments(features, axes, synchronized=replicas.count() > 1)
        for kept, now in zip((self.mean, self.variance), found, strict=True):
            kept.assign(0.9 * kept + 0.1 * now)
        return found


@keras.saving.register_keras_serializable("audiogan_tf")
class MinibatchStddev(layers.Layer):
    """Append one channel that says how much the examples of this batch differ.

    The standard deviation over the batch of every number, averaged to a single one: a generator
    that draws the same sound again and again gives itself away. Features (batch, ..., channels)
    come back as (batch, ..., channels + 1); a batch of one shows 0.
    Karras et al. (2018). Built in lesson 07.
    """

    def call(self, features):
        apart = features - ops.mean(features, axis=0, keepdims=True)
        spread = ops.sqrt(ops.mean(ops.square(apart), axis=0) + 1e-8)  # the root has no slope at 0
        channel = ops.ones_like(features[..., :1]) * ops.mean(spread)
        return ops.concatenate([features, channel], axis=-1)


def halvings(shape, smallest=4):
    """How often both sides can be halved before one falls below `smallest` or is odd."""
    frames, bins = shape[:2]
    count = 0
    while frames % 2 == 0 and bins % 2 == 0 and min(frames, bins) >= 2 * smallest:
        frames, bins, count = frames // 2, bins // 2, count + 1
    if count < 2:
        raise InputError(
            f"a picture of {shape[0]} x {shape[1]} cannot be halved twice; choose frames and bins "
            "that are multiples of 16, such as 64 x 64"
        )
    return count, frames, bins


def _embed_labels(labels, class_counts, size, name):
    """One embedding for each factor (class, speaker, ...), joined: (batch, factors * size)."""
    columns = [
        layers.Embedding(count, size, name=f"{name}_{i}")(labels[:, i])
        for i, count in enumerate(class_counts)
    ]
    return layers.Concatenate()(columns) if len(columns) > 1 else columns[0]


@keras.saving.register_keras_serializable("audiogan_tf")
class PhaseShuffle(layers.Layer):
    """Moves each example's features along time by a random number of places, while training.

    radius: the most places, to either side; the edge that opens is filled by reflection. seed:
    same seed, same moves. Features (batch, time, channels) keep their shape. The phase of a tone
    is then no mark of a fake, if a move by one place changes it: a tone whose period divides the
    length of a place looks the same after every move.
    Donahue, McAuley and Puckette (2019). Built in lesson 06.
    """

    def __init__(self, radius=2, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.radius, self.seed = radius, seed
        self.random = keras.random.SeedGenerator(seed)

    def call(self, features, training=False):
        if not training or not self.radius:
            return features
        shifts = replicas.draw_share(self._draw, ops.shape(features)[0])
        return shift_in_time(features, shifts)

    def _draw(self, count):
        return keras.random.randint([count], -self.radius, self.radius + 1, seed=self.random)


def shift_in_time(features, shifts):
    """Move each example by its own number of places; the edge is filled by reflection.

    features: (batch, time, channels); shifts: (batch,) int, positive is later, smaller than
    time. Built in lesson 06.
    """
    last, channels = features.shape[1] - 1, features.shape[2]
    places = ops.abs(ops.arange(last + 1)[None] - shifts[:, None])
    places = last - ops.abs(last - places)  # (batch, time), reflected at both ends
    rows = ops.arange(ops.shape(features)[0])[:, None] * (last + 1) + places
    moved = ops.take(ops.reshape(features, [-1, channels]), ops.reshape(rows, [-1]), axis=0)
    return ops.reshape(moved, [-1, last + 1, channels])


@keras.saving.register_keras_serializable("audiogan_tf")
class PostFilter(layers.Layer):
    """One learned filter over the finished waveform, the same for every clip.

    taps: its length in samples, odd; it starts by changing nothing. (batch, samples, 1) keeps
    its shape. It can take away the tones that transposed convolutions leave at fixed
    frequencies. Donahue, McAuley and Puckette (2019). Built in lesson 06.
    """

    def __init__(self, taps=65, **kwargs):
        super().__init__(**kwargs)
        self.taps = taps

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=[self.taps], initializer="zeros", name="kernel")
        self.kernel.assign([float(i == self.taps // 2) for i in range(self.taps)])

    def call(self, waveforms):
        samples = waveforms.shape[1]
        size = samples + self.taps - 1
        spectra = ops.rfft(waveforms[..., 0], size), ops.rfft(self.kernel, size)
        (a, b), (c, d) = spectra  # by FFT: a convolution with one channel is slow
        filtered = ops.irfft((a * c - b * d, a * d + b * c), size)
        return filtered[:, self.taps // 2 : self.taps // 2 + samples, None]


def with_labels(first, class_counts):
    """A network's inputs, a list: the first one, and labels if it takes any."""
    if not class_counts:
        return [first]
    return [first, keras.Input([len(class_counts)], dtype="int32", name="labels")]


def condition_of(inputs, class_counts, embedding, name="generator_embedding"):
    """What a network starts from: its first input, and the embedded labels behind it."""
    if not class_counts:
        return inputs[0]
    embedded = _embed_labels(inputs[1], class_counts, embedding, name)
    return layers.Concatenate()([inputs[0], embedded])


def projection(features, inputs, class_counts, bounded=None):
    """A logit for each example's features; each label's vector is projected onto them.

    bounded: what wraps every layer, such as keras.layers.SpectralNormalization, or None.
    Miyato and Koyama (2018). Built in lesson 05.
    """
    logits = (bounded or _as_it_is)(layers.Dense(1))(features)
    wanted = []
    for i, classes in enumerate(class_counts):
        vectors = layers.Embedding(classes, features.shape[-1], name=f"projection_{i}")
        rows = _bounded_rows(vectors, bounded) if bounded else vectors
        wanted.append(rows(inputs[1][:, i]))
    if wanted:  # one inner product with the sum, which costs less than one with each
        logits = logits + ops.sum(features * sum(wanted), axis=-1, keepdims=True)
    return layers.Reshape([])(logits)


def _as_it_is(layer):
    return layer


def _bounded_rows(embedding, bounded):
    """A function from labels (batch,) int to rows of a spectrally normalised embedding."""
    # The wrapper gives its result the type of its input, so the labels go in as floats.
    wrapped = bounded(embedding)
    return lambda labels: layers.Flatten()(wrapped(ops.cast(labels[:, None], "float32")))


def model_of(inputs, outputs, name):
    """A model of a list of inputs; one that has a single input takes it as it is."""
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=name)


def joined(first, labels=None):
    """A network's inputs: [first, labels], or the first alone where there are no labels.

    labels: (batch, k) int, None or with k = 0 for a network that takes none.
    """
    return first if labels is None or labels.shape[-1] == 0 else [first, labels]


def as_columns(labels):
    """Labels (batch,) or (batch, k) of any integer type as (batch, k) int32."""
    labels = ops.cast(labels, "int32")
    return labels[:, None] if len(labels.shape) == 1 else labels


def draw(generator, noise, labels, batch=64):
    """Run a generator over arrays in batches; (count, ...) float32.

    noise: (count, latent_dim); labels: (count, k) int, k being 0 for a generator without labels.
    """
    parts = [slice(i, i + batch) for i in range(0, len(noise), batch)]
    given = [joined(noise[part], labels[part]) for part in parts]
    return np.concatenate([generator(some, training=False).numpy() for some in given])


def even_conditions(class_counts, count):
    """Conditions that ask for every class equally often, (count, factors) int32.

    The first factor changes fastest; an unconditional model gets (count, 0).
    """
    index = np.arange(count)
    columns = []
    for classes in class_counts:
        columns.append(index % classes)
        index = index // classes
    return np.stack(columns, axis=1).astype("int32") if columns else np.zeros((count, 0), "int32")


@keras.saving.register_keras_serializable("audiogan_tf")
class GatedResidual(layers.Layer):
    """One dilated causal convolution of two samples, gated, with a residual and a skip path.

    tanh(f) * sigmoid(g), where f and g see the present sample, the one `dilation` samples
    earlier, and the condition, one for `hop` samples; what comes out is added to the input and
    to the prediction. The last layer of a network has no use for the first of these.
    van den Oord et al. (2016), equation 2. Built in lesson 11.
    """

    def __init__(self, channels, skip_channels, dilation, hop=128, last=False, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.skip_channels = channels, skip_channels
        self.dilation, self.hop, self.last = dilation, hop, last

    def build(self, features_shape, condition_shape):
        def weight(name, rows, columns):
            return self.add_weight(shape=(rows, columns), name=name)

        width = self.channels
        self.past, self.now = (weight(name, width, 2 * width) for name in ("past", "now"))
        self.condition = weight("condition", condition_shape[-1], 2 * width)
        self.bias = self.add_weight(shape=(2 * width,), initializer="zeros", name="bias")
        self.residual = None if self.last else weight("residual", width, width)
        self.skip = weight("skip", width, self.skip_channels)

    def told(self, condition):
        """What the condition adds before the gate: (..., size) -> (..., 2 * channels)."""
        return ops.matmul(condition, self.condition) + self.bias

    def mix(self, now, past, told):
        """The layer at given moments: features now and earlier (..., channels), `told`.

        Returns features (..., channels) and what is skipped on (..., skip_channels).
        """
        both = ops.matmul(now, self.now) + ops.matmul(past, self.past) + told
        gated = ops.tanh(both[..., : self.channels]) * ops.sigmoid(both[..., self.channels :])
        if not self.last:
            now = now + ops.matmul(gated, self.residual)
        return now, ops.matmul(gated, self.skip)

    def call(self, features, condition):
        """features (batch, samples, channels), condition (batch, ceil(samples / hop), size)."""
        samples = ops.shape(features)[1]
        told = ops.repeat(self.told(condition), self.hop, axis=1)[:, :samples]
        past = ops.pad(features, [[0, 0], [self.dilation, 0], [0, 0]])[:, :samples]
        return self.mix(features, past, told)
