"""Generator and discriminator networks for spectrograms of any size."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import layers as parts

import keras
from keras import layers


def build_generator(shape, class_counts=(), latent_dim=64, channels=16, embedding=32):
    """A generator from noise (and labels) to pictures, sized by `shape`.

    shape: (frames, bins, 1), both sides divisible by 4 or more; class_counts: number of
    classes of each condition, () for an unconditional model; channels at full resolution
    double (at most 8 times) with every halving.
    Model: noise (batch, latent_dim) [, labels (batch, len(class_counts)) int] ->
    (batch, frames, bins, 1) float32 in [-1, 1].
    Radford, Metz and Chintala (2015). Built in lesson 05.
    """
    inputs = parts.with_labels(keras.Input([latent_dim], name="noise"), class_counts)
    condition = parts.condition_of(inputs, class_counts, embedding)
    return parts.model_of(inputs, pictures_from(condition, shape, channels), "generator")


def pictures_from(condition, shape, channels):
    """The layers from a condition (batch, size) to pictures (batch, frames, bins, 1) in [-1, 1].

    shape, channels: as in build_generator. Built in lesson 05.
    """
    count, frames, bins = parts.halvings(shape, smallest=8)
    widths = [channels * min(2**i, 8) for i in range(count)][::-1]
    x = layers.Dense(frames * bins * widths[0], use_bias=False)(condition)
    x = layers.Reshape([frames, bins, widths[0]])(x)
    x = layers.ReLU()(parts.ConditionalBatchNorm()([x, condition]))
    for width in widths[1:]:
        x = layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(parts.ConditionalBatchNorm()([x, condition]))
    return layers.Conv2DTranspose(shape[-1], 4, 2, padding="same", activation="tanh")(x)


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
    with the features; Miyato and Koyama (2018), built in lesson 05. "auxiliary": they do not
    enter, they are guessed, and the model returns [logits, (batch, classes) logits of each
    condition...]; Odena, Olah and Shlens (2017), built in lesson 08.
    spectral_norm: keep every layer's largest singular value at 1; Miyato et al. (2018).
    minibatch_stddev: let the last convolution see how much a batch varies, see MinibatchStddev.
    Both are used in lesson 07.
    """
    if head not in ("projection", "auxiliary"):
        raise InputError(f"head={head!r}: use 'projection' or 'auxiliary'")
    bounded = layers.SpectralNormalization if spectral_norm else None
    inputs = parts.with_labels(keras.Input(shape, name="images"), class_counts)
    x = layers.Flatten()(features_of(inputs[0], channels, bounded, minibatch_stddev))
    if head == "projection":
        logits = parts.projection(x, inputs, class_counts, bounded)
        return parts.model_of(inputs, logits, "discriminator")
    heads = [layers.Dense(size) for size in (1, *class_counts)]
    logits, *guesses = [(bounded(dense) if bounded else dense)(x) for dense in heads]
    logits = layers.Reshape([])(logits)
    return parts.model_of(inputs, [logits, *guesses] if guesses else logits, "discriminator")


def features_of(images, channels, bounded=None, minibatch_stddev=False):
    """The convolutions of a discriminator: pictures to (batch, frames', bins', width).

    bounded: what wraps every layer, or None; the others as in build_discriminator. Built in
    lesson 05.
    """
    count, _, _ = parts.halvings(images.shape[1:])
    x = images
    for i in range(count):
        if minibatch_stddev and i == count - 1:
            x = parts.MinibatchStddev()(x)
        convolution = layers.Conv2D(channels * min(2**i, 8), 4, 2, padding="same")
        x = (bounded(convolution) if bounded else convolution)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    return x
