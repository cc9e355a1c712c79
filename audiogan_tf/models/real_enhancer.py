"""The enhancer in real numbers alone, sound in and sound out, for formats without complex ones."""

from audiogan_tf.models import hearing
from audiogan_tf.models.enhancement import (
    HOP,
    LOOK_AHEAD,
    N_FFT,
    PIECES,
    joined_pieces,
    windows,
)
from audiogan_tf.models.hearing import BINS, FAINT, FILTERED, TAPS, TURNING

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def _fourier_matrices():
    """A frame's spectrum and the way back as matrices, windows included, float32.

    (N_FFT, 2 BINS) gives real parts, then imaginary ones; (2 BINS, LOOK_AHEAD) takes them and
    gives the last samples of the frame.
    """
    first, second = (window.astype("float64") for window in windows())
    angles = 2 * np.pi * np.outer(np.arange(N_FFT), np.arange(BINS)) / N_FFT
    forth = np.concatenate([np.cos(angles), -np.sin(angles)], axis=1) * first[:, None]
    twice = np.full(BINS, 2.0)
    twice[[0, -1]] = 1.0  # the others stand for two bins each
    rows = [(np.cos(angles) * twice).T, (-np.sin(angles) * twice).T]
    back = np.concatenate(rows) * second / N_FFT
    return forth.astype("float32"), back[:, -LOOK_AHEAD:].astype("float32")


@keras.saving.register_keras_serializable("audiogan_tf")
class EnhancerStep(layers.Layer):
    """The next stretch of an Enhancer's stream, with all it remembers as inputs and outputs.

    network: MaskNetwork. Call: a list of sound (1, n), n a multiple of HOP, and the states; returns
    the sound LOOK_AHEAD - HOP samples late, (1, n), and the new states, all float32.
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.forth, self.back = _fourier_matrices()

    def state_shapes(self):
        """Names and shapes of the states; all are zero before the first sample."""
        shapes = {"heard": [1, N_FFT - HOP], "pieces": [1, PIECES - 1, LOOK_AHEAD]}
        shapes |= {"frames": [1, TAPS - 1, 2 * BINS], "sums": [1, 1, BINS + 2]}
        for i, block in enumerate(self.network.blocks):
            shapes[f"past_{i:02d}"] = [1, 2 * block.dilation, block.hidden]
        return shapes

    def call(self, given):
        sound, heard, pieces, frames, sums, *past = given
        sound = tf.concat([heard, sound], axis=1)
        spectrum = self._cut(sound) @ self.forth
        frames = tf.concat([frames, spectrum], axis=1)
        told, sums = _hear(spectrum, frames, sums)
        mask, later, past = self._think(told, past)
        drawn = tf.concat([pieces, _filtered(frames, mask, later) @ self.back], axis=1)
        left = frames[:, 1 - TAPS :], sums
        return joined_pieces(drawn), sound[:, HOP - N_FFT :], drawn[:, 1 - PIECES :], *left, *past

    def compute_output_shape(self, shapes):
        return tuple(shapes)

    def _cut(self, sound):
        """Overlapping frames of sound, (1, n / HOP, N_FFT)."""
        hops = tf.reshape(sound, [1, -1, HOP])
        overlap = N_FFT // HOP
        count = tf.shape(hops)[1] - overlap + 1
        return tf.concat([hops[:, i : count + i] for i in range(overlap)], axis=2)

    def _think(self, told, past):
        """MaskNetwork.call from what is told: a mask, later taps, as pairs, and the new states."""
        network, after = self.network, []
        features = network.read(told)
        for block, state in zip(network.blocks, past, strict=True):
            features, state = block(features, state)
            after.append(state)
        features = network.norm(features)
        size, angle = 1.3 * ops.sigmoid(network.gain(features)), network.turn(features)
        mask = size * ops.cos(angle), size * ops.sin(angle)
        return mask, network.earlier(features), after


def _hear(spectrum, frames, sums):
    """hearing.hear with real and imaginary parts side by side; frames: the spectrum and before."""
    real, imaginary = spectrum[..., :BINS], spectrum[..., BINS:]
    relative, sums = hearing.hear_power(real**2 + imaginary**2, sums)
    around = frames[:, TAPS - 2 :]
    a, b = around[..., :TURNING], around[..., BINS : BINS + TURNING]
    real = a[:, 1:] * a[:, :-1] + b[:, 1:] * b[:, :-1]
    imaginary = b[:, 1:] * a[:, :-1] - a[:, 1:] * b[:, :-1]
    scale = tf.math.rsqrt(real**2 + imaginary**2 + FAINT**2)
    return tf.concat([*relative, real * scale, imaginary * scale], axis=2), sums


def _filtered(frames, mask, later):
    """hearing.filtered with real and imaginary parts side by side."""
    count = tf.shape(mask[0])[1]
    now = frames[:, TAPS - 1 :]
    real, imaginary = _times((now[..., :BINS], now[..., BINS:]), mask)
    for k in range(1, TAPS):
        before = frames[:, TAPS - 1 - k : TAPS - 1 - k + count]
        start = (k - 1) * 2 * FILTERED
        parts = later[..., start : start + FILTERED], later[..., start + FILTERED :][..., :FILTERED]
        added = _times((before[..., :FILTERED], before[..., BINS : BINS + FILTERED]), parts)
        a, b = (tf.pad(part, [[0, 0], [0, 0], [0, BINS - FILTERED]]) for part in added)
        real, imaginary = real + a, imaginary + b
    return tf.concat([real, imaginary], axis=2)


def _times(a, b):
    """The product of two complex numbers, each a pair of real and imaginary part."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]
