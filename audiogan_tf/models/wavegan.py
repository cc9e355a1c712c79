"""Generator and discriminator networks for waveforms: an MLP, and WaveGAN in one dimension."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import dcgan
from audiogan_tf.models import layers as parts
from audiogan_tf.sound import spectral
from audiogan_tf.sound.quantisation import expand

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

FRAME = 16  # samples that stand side by side as channels wherever WaveGAN has full resolution
STRIDE = 4
COMPANDING = 15.0  # mu of the waveforms that these networks draw, as sound.Waveform has it
N_FFT, HOP, BANDS = 512, 128, 64  # of the spectrogram that a discriminator may see
FLOOR_DB, CEILING_DB = -30.0, 42.0


def build_mlp_generator(shape, class_counts=(), latent_dim=100, widths=(256, 512), embedding=32):
    """Dense layers from noise (and labels) to every sample of a waveform at once.

    shape: (samples, 1). Model: noise (batch, latent_dim) [, labels (batch, conditions) int] ->
    (batch, samples, 1) float32 in [-1, 1]. The second document's generator, section 5.
    Built in lesson 06.
    """
    inputs = parts.with_labels(keras.Input([latent_dim], name="noise"), class_counts)
    x = parts.condition_of(inputs, class_counts, embedding)
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    x = layers.Dense(shape[0], activation="tanh")(x)
    return parts.model_of(inputs, layers.Reshape(shape)(x), "mlp_generator")


def build_mlp_discriminator(shape, class_counts=(), widths=(512, 256)):
    """Dense layers from every sample of a waveform (and labels) to a logit; positive means real.

    Model: waveforms (batch, samples, 1) [, labels (batch, conditions) int] -> (batch,) float32.
    The second document's discriminator, section 5, without its sigmoid. Built in lesson 06.
    """
    inputs = parts.with_labels(keras.Input(shape, name="waveforms"), class_counts)
    x = layers.Flatten()(inputs[0])
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    return parts.model_of(inputs, parts.projection(x, inputs, class_counts), "mlp_discriminator")


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

    shape: (samples, 1), see sound.Waveform; each layer makes time 4 times as long and
    halves the channels, down to `channels` (at most 8 times as many); the last one draws
    frames of 16 samples. post_filter: taps of the filter at the end, 0 for none.
    Model: noise (batch, latent_dim) [, labels (batch, len(class_counts)) int] ->
    (batch, samples, 1) float32 in [-1, 1].
    Donahue, McAuley and Puckette (2019). Built in lesson 06.
    """
    count, frames = _quarterings(shape)
    widths = [channels * min(2**i, 8) for i in range(count + 1)][::-1]
    inputs = parts.with_labels(keras.Input([latent_dim], name="noise"), class_counts)
    condition = parts.condition_of(inputs, class_counts, embedding)
    x = layers.Dense(frames * widths[0], use_bias=False)(condition)
    x = layers.Reshape([frames, widths[0]])(x)
    x = layers.ReLU()(parts.ConditionalBatchNorm()([x, condition]))
    for width in widths[1:]:
        x = layers.Conv1DTranspose(width, 2 * STRIDE, STRIDE, padding="same", use_bias=False)(x)
        x = layers.ReLU()(parts.ConditionalBatchNorm()([x, condition]))
    # Drawing frames is a transposed convolution of kernel 7 * 16 and stride 16, but faster.
    x = layers.Reshape(shape)(layers.Conv1D(FRAME, 7, padding="same")(x))
    x = parts.PostFilter(post_filter)(x) if post_filter else x
    return parts.model_of(inputs, layers.Activation("tanh")(x), "wavegan_generator")


def build_discriminator(
    shape, class_counts=(), channels=32, shuffle=2, seed=0, spectrogram_channels=0
):
    """WaveGAN's discriminator: strided convolutions and phase shuffle, to a logit.

    shuffle: radius of the phase shuffle after each strided layer, 0 for none; seed: of the
    shuffles. spectrogram_channels: of lesson 05's convolutions, which look at the same sound as
    a spectrogram and whose features stand beside the others, 0 for none; Yamamoto, Song and Kim
    (2020) compare spectrograms likewise, in a loss. Model: waveforms (batch, samples, 1) [,
    labels (batch, len(class_counts)) int] -> (batch,) float32; labels enter by projection, as in
    dcgan.build_discriminator. Donahue, McAuley and Puckette (2019). Built in lesson 06.
    """
    count, _ = _quarterings(shape)
    inputs = parts.with_labels(keras.Input(shape, name="waveforms"), class_counts)
    x = layers.Reshape([shape[0] // FRAME, FRAME])(inputs[0])
    x = layers.Conv1D(channels, 3, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    for i in range(count):
        x = layers.Conv1D(channels * min(2 ** (i + 1), 8), 9, STRIDE, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        if shuffle and i < count - 1:
            x = parts.PhaseShuffle(shuffle, seed + i)(x)
    x = layers.Flatten()(x)
    if spectrogram_channels:
        seen = dcgan.features_of(LogMel()(inputs[0]), spectrogram_channels)
        x = layers.Concatenate()([x, layers.Flatten()(seen)])
    logits = parts.projection(x, inputs, class_counts)
    return parts.model_of(inputs, logits, "wavegan_discriminator")


@keras.saving.register_keras_serializable("audiogan_tf")
class LogMel(layers.Layer):
    """Companded waveforms (batch, samples, 1) as pictures of their levels in mel bands.

    Returns (batch, samples // HOP, BANDS, 1), -1 at FLOOR_DB and 1 at CEILING_DB. The bands lie
    as they do at 16 kHz. Its slope can be differentiated once more, for the R1 penalty: in
    silence, too. Built in lesson 06.
    """

    def build(self, input_shape):
        self.bank = spectral.mel_filter_bank(16000, N_FFT, BANDS)

    def call(self, waveforms):
        spectrum = spectral.stft(expand(waveforms[..., 0], COMPANDING), N_FFT, HOP)
        spectrum = spectrum[:, :-1]  # the last frame stands half over the end
        power = ops.square(tf.math.real(spectrum)) + ops.square(tf.math.imag(spectrum))
        bands = ops.matmul(ops.sqrt(power + 1e-8), self.bank) + 10 ** (FLOOR_DB / 20)
        level = ops.log(bands) * float(20 / np.log(10))
        half = (CEILING_DB - FLOOR_DB) / 2
        return ((level - FLOOR_DB) / half - 1)[..., None]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] // HOP, BANDS, 1)
