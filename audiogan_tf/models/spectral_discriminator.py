"""Discriminators that see time and frequency together, at several resolutions."""

from audiogan_tf.sound import spectral

import keras
from keras import layers, ops

WINDOWS = (512, 1024, 2048)  # samples; a hop is a quarter of the window
CENTRE, SPREAD = -5.0, 2.5  # of the natural logarithm of a voice's magnitudes


def in_views(waveforms):
    """Log spectrograms of the same sounds under each of WINDOWS, (batch, frames, bins, 1).

    waveforms: (batch, samples) float32. The Nyquist bin is dropped.
    """
    views = []
    for window in WINDOWS:
        magnitude = ops.abs(spectral.stft(waveforms, window, window // 4))[..., :-1, None]
        views.append((ops.log(magnitude + 1e-5) - CENTRE) / SPREAD)
    return views


def build_discriminators(channels=16):
    """One network for each window; a list. Each gives a map of logits and its features.

    A short window shows when something happens, a long one at which frequency: no single one
    shows both. Yamamoto, Song and Kim (2020); Jang et al. (2021). Built in lesson 13.
    """
    return [_build(window // 2, channels) for window in WINDOWS]


def _build(bins, channels):
    view = keras.Input([None, bins, 1])
    features, seen = view, []
    plan = [(1, (1, 4)), (2, (2, 4)), (4, (2, 2)), (4, (1, 2))]
    for width, strides in plan:
        convolution = layers.Conv2D(width * channels, (3, 5), strides=strides, padding="same")
        features = layers.LeakyReLU(0.2)(convolution(features))
        seen.append(features)
    logits = layers.Conv2D(1, 3, padding="same")(features)
    return keras.Model(view, [logits, *seen], name=f"sees_{bins}_bins")
