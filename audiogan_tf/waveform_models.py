"""Generator and discriminator networks for waveforms: an MLP, and WaveGAN in one dimension."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import ConditionalBatchNorm, embed_labels

import keras
from keras import layers, ops

FRAME = 16  # samples that stand side by side as channels wherever WaveGAN has full resolution
STRIDE = 4


@keras.saving.register_keras_serializable("audiogan_tf")
class PhaseShuffle(layers.Layer):
    """Moves each example's features along time by a random number of places, while training.

    radius: the most places, to either side; the edge that opens is filled by reflection. seed:
    same seed, same moves. Features (batch, time, channels) keep their shape. The discriminator
    can then no longer tell fakes by the phase of their artefacts.
    Donahue, McAuley and Puckette (2019). Built in lesson 05.
    """

    def __init__(self, radius=2, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.radius, self.seed = radius, seed
        self.random = keras.random.SeedGenerator(seed)

    def call(self, features, training=False):
        if not training or not self.radius:
            return features
        count = ops.shape(features)[0]
        shifts = keras.random.randint([count], -self.radius, self.radius + 1, seed=self.random)
        return shift_in_time(features, shifts)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "radius": self.radius, "seed": self.seed}


def shift_in_time(features, shifts):
    """Move each example by its own number of places; the edge is filled by reflection.

    features: (batch, time, channels); shifts: (batch,) int, positive is later, smaller than
    time. Built in lesson 05.
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
    frequencies. Donahue, McAuley and Puckette (2019). Built in lesson 05.
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

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "taps": self.taps}


def _inputs(first, class_counts):
    """A network's inputs, the first one and labels if it takes any."""
    if not class_counts:
        return [first]
    return [first, keras.Input([len(class_counts)], dtype="int32", name="labels")]


def _condition(inputs, class_counts, embedding):
    """What a generator starts from: noise, and the embedded labels behind it."""
    if not class_counts:
        return inputs[0]
    embedded = embed_labels(inputs[1], class_counts, embedding, "generator_embedding")
    return layers.Concatenate()([inputs[0], embedded])


def _logits(features, inputs, class_counts):
    """A logit for each example's features; each label's vector is projected onto them."""
    logits = layers.Dense(1)(features)
    for i, classes in enumerate(class_counts):
        vectors = layers.Embedding(classes, features.shape[-1], name=f"projection_{i}")
        logits = logits + layers.Dot(1)([features, vectors(inputs[1][:, i])])
    return layers.Reshape([])(logits)


def _model(inputs, outputs, name):
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=name)


def build_mlp_generator(shape, class_counts=(), latent_dim=100, widths=(256, 512), embedding=32):
    """Dense layers from noise (and labels) to every sample of a waveform at once.

    shape: (samples, 1). Model: noise (batch, latent_dim) [, labels (batch, conditions) int] ->
    (batch, samples, 1) float32 in [-1, 1]. The second document's generator, section 5.
    Built in lesson 05.
    """
    inputs = _inputs(keras.Input([latent_dim], name="noise"), class_counts)
    x = _condition(inputs, class_counts, embedding)
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    x = layers.Dense(shape[0], activation="tanh")(x)
    return _model(inputs, layers.Reshape(shape)(x), "mlp_generator")


def build_mlp_discriminator(shape, class_counts=(), widths=(512, 256)):
    """Dense layers from every sample of a waveform (and labels) to a logit; positive means real.

    Model: waveforms (batch, samples, 1) [, labels (batch, conditions) int] -> (batch,) float32.
    The second document's discriminator, section 5, without its sigmoid. Built in lesson 05.
    """
    inputs = _inputs(keras.Input(shape, name="waveforms"), class_counts)
    x = layers.Flatten()(inputs[0])
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    return _model(inputs, _logits(x, inputs, class_counts), "mlp_discriminator")


def _quarterings(shape):
    """How often the frames of a waveform can be quartered, and how many are left then."""
    frames, count = shape[0] // FRAME, 0
    while frames % STRIDE == 0 and frames >= 8 * STRIDE:
        frames, count = frames // STRIDE, count + 1
    if shape[0] % FRAME or not count or frames > 32:
        raise InputError(
            f"a waveform of {shape[0]} samples cannot be quartered down to 32 frames or fewer; "
            "pad it to a multiple of 1024, as waveform.Waveform does"
        )
    return count, frames


def build_generator(
    shape, class_counts=(), latent_dim=64, channels=32, embedding=32, post_filter=65
):
    """WaveGAN's generator: transposed convolutions from noise (and labels) to a waveform.

    shape: (samples, 1), see waveform.Waveform; each layer makes time 4 times as long and
    halves the channels, down to `channels` (at most 8 times as many); the last one draws
    frames of 16 samples. post_filter: taps of the filter at the end, 0 for none.
    Model: noise (batch, latent_dim) [, labels (batch, len(class_counts)) int] ->
    (batch, samples, 1) float32 in [-1, 1].
    Donahue, McAuley and Puckette (2019). Built in lesson 05.
    """
    count, frames = _quarterings(shape)
    widths = [channels * min(2**i, 8) for i in range(count + 1)][::-1]
    inputs = _inputs(keras.Input([latent_dim], name="noise"), class_counts)
    condition = _condition(inputs, class_counts, embedding)
    x = layers.Dense(frames * widths[0], use_bias=False)(condition)
    x = layers.Reshape([frames, widths[0]])(x)
    x = layers.ReLU()(ConditionalBatchNorm()([x, condition]))
    for width in widths[1:]:
        x = layers.Conv1DTranspose(width, 2 * STRIDE, STRIDE, padding="same", use_bias=False)(x)
        x = layers.ReLU()(ConditionalBatchNorm()([x, condition]))
    # Drawing frames is a transposed convolution of kernel 7 * 16 and stride 16, but faster.
    x = layers.Reshape(shape)(layers.Conv1D(FRAME, 7, padding="same")(x))
    x = PostFilter(post_filter)(x) if post_filter else x
    return _model(inputs, layers.Activation("tanh")(x), "wavegan_generator")


def build_discriminator(shape, class_counts=(), channels=32, shuffle=2, seed=0):
    """WaveGAN's discriminator: strided convolutions and phase shuffle, to a logit.

    shuffle: radius of the phase shuffle after each strided layer, 0 for none; seed: of the
    shuffles. Model: waveforms (batch, samples, 1) [, labels (batch, len(class_counts)) int] ->
    (batch,) float32; labels enter by projection, as in models.build_discriminator.
    Donahue, McAuley and Puckette (2019). Built in lesson 05.
    """
    count, _ = _quarterings(shape)
    inputs = _inputs(keras.Input(shape, name="waveforms"), class_counts)
    x = layers.Reshape([shape[0] // FRAME, FRAME])(inputs[0])
    x = layers.Conv1D(channels, 3, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    for i in range(count):
        x = layers.Conv1D(channels * min(2 ** (i + 1), 8), 9, STRIDE, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        if shuffle and i < count - 1:
            x = PhaseShuffle(shuffle, seed + i)(x)
    x = layers.Flatten()(x)
    return _model(inputs, _logits(x, inputs, class_counts), "wavegan_discriminator")
