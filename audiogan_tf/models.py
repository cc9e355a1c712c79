"""Generator and discriminator networks for spectrograms of any size."""

from audiogan_tf.errors import InputError

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("audiogan_tf")
class ConditionalBatchNorm(layers.Layer):
    """Batch normalisation whose scale and shift come from a condition vector.

    Inputs: features (batch, ..., channels), of pictures or of waveforms, and condition
    (batch, size).
    Returns features of the same shape. De Vries et al. (2017). Built in lesson 06.
    """

    def build(self, input_shape):
        channels = input_shape[0][-1]
        self.norm = layers.BatchNormalization(scale=False, center=False, momentum=0.9)
        self.norm.build(input_shape[0])
        self.scale = layers.Dense(channels, kernel_initializer="zeros", bias_initializer="ones")
        self.shift = layers.Dense(channels, kernel_initializer="zeros")
        self.scale.build(input_shape[1])
        self.shift.build(input_shape[1])

    def call(self, inputs, training=False):
        features, condition = inputs
        places = tuple(range(1, len(features.shape) - 1))
        scale = ops.expand_dims(self.scale(condition), places)
        shift = ops.expand_dims(self.shift(condition), places)
        return self.norm(features, training=training) * scale + shift

    def compute_output_shape(self, input_shape):
        return input_shape[0]


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

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)


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


def embed_labels(labels, class_counts, size, name):
    """One embedding for each factor (class, speaker, ...), joined: (batch, factors * size)."""
    columns = [
        layers.Embedding(count, size, name=f"{name}_{i}")(labels[:, i])
        for i, count in enumerate(class_counts)
    ]
    return layers.Concatenate()(columns) if len(columns) > 1 else columns[0]


def build_generator(shape, class_counts=(), latent_dim=64, channels=16, embedding=32):
    """A generator from noise (and labels) to pictures, sized by `shape`.

    shape: (frames, bins, 1), both sides divisible by 4 or more; class_counts: number of
    classes of each condition, () for an unconditional model; channels at full resolution
    double (at most 8 times) with every halving.
    Model: noise (batch, latent_dim) [, labels (batch, len(class_counts)) int] ->
    (batch, frames, bins, 1) float32 in [-1, 1].
    Radford, Metz and Chintala (2015). Built in lesson 06.
    """
    count, frames, bins = halvings(shape, smallest=8)
    widths = [channels * min(2**i, 8) for i in range(count)][::-1]
    noise = keras.Input([latent_dim], name="noise")
    inputs, condition = [noise], noise
    if class_counts:
        labels = keras.Input([len(class_counts)], dtype="int32", name="labels")
        inputs.append(labels)
        embedded = embed_labels(labels, class_counts, embedding, "generator_embedding")
        condition = layers.Concatenate()([noise, embedded])
    x = layers.Dense(frames * bins * widths[0], use_bias=False)(condition)
    x = layers.Reshape([frames, bins, widths[0]])(x)
    x = layers.ReLU()(ConditionalBatchNorm()([x, condition]))
    for width in widths[1:]:
        x = layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(ConditionalBatchNorm()([x, condition]))
    x = layers.Conv2DTranspose(shape[-1], 4, 2, padding="same", activation="tanh")(x)
    return keras.Model(inputs if class_counts else noise, x, name="generator")


def _bounded_rows(embedding):
    """A function from labels (batch,) int to rows of a spectrally normalised embedding."""
    bounded = layers.SpectralNormalization(embedding)
    # The wrapper gives its result the type of its input, so the labels go in as floats.
    return lambda labels: layers.Flatten()(bounded(ops.cast(labels[:, None], "float32")))


def build_discriminator(
    shape,
    class_counts=(),
    channels=16,
    head="projection",
    spectral_norm=False,
    minibatch_stddev=False,
):
    """A discriminator from pictures (and labels) to logits; positive means real.

    Model: images (batch, frames, bins, 1) [, labels (batch, len(class_counts)) int] ->
    (batch,) float32 logits. head: how labels enter. "projection": an embedding's inner product
    with the features; Miyato and Koyama (2018), built in lesson 06. "auxiliary": they do not
    enter, they are guessed, and the model returns [logits, (batch, classes) logits of each
    condition...]; Odena, Olah and Shlens (2017), built in lesson 08.
    spectral_norm: keep every layer's largest singular value at 1; Miyato et al. (2018).
    minibatch_stddev: let the last convolution see how much a batch varies, see MinibatchStddev.
    Both are used in lesson 07.
    """
    if head not in ("projection", "auxiliary"):
        raise InputError(f"head={head!r}: use 'projection' or 'auxiliary'")
    bounded = layers.SpectralNormalization if spectral_norm else (lambda layer: layer)
    count, _, _ = halvings(shape)
    widths = [channels * min(2**i, 8) for i in range(count)]
    images = keras.Input(shape, name="images")
    inputs, x = [images], images
    for i, width in enumerate(widths):
        if minibatch_stddev and i == count - 1:
            x = MinibatchStddev()(x)
        x = bounded(layers.Conv2D(width, 4, 2, padding="same"))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    logits = bounded(layers.Dense(1))(x)
    if class_counts:
        labels = keras.Input([len(class_counts)], dtype="int32", name="labels")
        inputs.append(labels)
        if head == "auxiliary":
            guesses = [bounded(layers.Dense(classes))(x) for classes in class_counts]
            logits = layers.Reshape([])(logits)
            return keras.Model(inputs, [logits, *guesses], name="discriminator")
        for i, classes in enumerate(class_counts):
            vectors = layers.Embedding(classes, x.shape[-1], name=f"projection_{i}")
            rows = _bounded_rows(vectors) if spectral_norm else vectors
            logits = logits + layers.Dot(1)([x, rows(labels[:, i])])
    logits = layers.Reshape([])(logits)
    return keras.Model(inputs if class_counts else images, logits, name="discriminator")
