"""Waveforms as they are, companded: the representation of networks that draw samples."""

from audiogan_tf.errors import InputError
from audiogan_tf.representation import Representation

import numpy as np
import tensorflow as tf

BLOCK = 1024  # clips are padded to a multiple of it, so that strides of 4 fit three times


class Waveform:
    """Samples in [-1, 1], mu-law companded and padded with silence; nothing is estimated.

    spectrogram: the Representation that draws these sounds for the eye; it says how many samples
    a clip has and at which rate. companding: mu of the mu-law, 0 for none; the larger, the more
    of the scale the quiet samples get. The same interface as Representation. Built in lesson 05.
    """

    def __init__(self, spectrogram, companding=15.0):
        if companding < 0:
            raise InputError(f"companding={companding}: use 0 for none, or a positive mu")
        self.spectrogram, self.companding = spectrogram, float(companding)
        self.sample_rate, self.samples = spectrogram.sample_rate, spectrogram.samples
        self.seconds = spectrogram.seconds

    @property
    def shape(self):
        """Shape of one clip for a network: (padded samples, 1)."""
        return (-(-self.samples // BLOCK) * BLOCK, 1)

    def forward(self, waveforms):
        """Waveforms to what a network learns.

        waveforms: (clips, samples) float32, peaks up to 1. Returns (clips, padded samples, 1)
        float32 in [-1, 1]. Raises InputError if the number of samples is not `samples`.
        """
        waveforms = tf.convert_to_tensor(waveforms, tf.float32)
        if waveforms.shape[-1] != self.samples:
            raise InputError(
                f"waveforms have {waveforms.shape[-1]} samples, this representation takes "
                f"{self.samples}; use audio.fix_length first"
            )
        padded = tf.pad(waveforms, [[0, 0], [0, self.shape[0] - self.samples]])
        return compress(padded, self.companding)[..., None]

    def inverse(self, images, iterations=None):
        """What a network drew back to waveforms: expanded and cut, exact up to rounding.

        images: (clips, padded samples, 1) float. iterations is not used: there is no phase to
        estimate. Returns (clips, samples) float32. Raises InputError for another shape.
        """
        if tuple(images.shape[1:]) != self.shape:
            raise InputError(f"images have shape {tuple(images.shape[1:])}, expected {self.shape}")
        companded = tf.convert_to_tensor(images, tf.float32)[:, : self.samples, 0]
        return expand(companded, self.companding)

    def get_config(self):
        """Everything needed to rebuild this representation, as JSON-able values."""
        return {"spectrogram": self.spectrogram.get_config(), "companding": self.companding}

    @classmethod
    def from_config(cls, config):
        """The inverse of get_config."""
        return cls(Representation.from_config(config["spectrogram"]), config["companding"])


def compress(waveforms, mu):
    """The mu-law: sign(x) log(1 + mu |x|) / log(1 + mu), float tensors in [-1, 1]; mu = 0: x.

    ITU-T G.711 (1972) uses mu = 255. Built in lesson 01, used in lesson 05.
    """
    if not mu:
        return waveforms
    return tf.sign(waveforms) * tf.math.log1p(mu * tf.abs(waveforms)) / np.log1p(mu)


def expand(companded, mu):
    """The inverse of `compress`: sign(c) ((1 + mu)^|c| - 1) / mu."""
    if not mu:
        return companded
    return tf.sign(companded) * tf.math.expm1(tf.abs(companded) * np.log1p(mu)) / mu


def spectrogram_of(representation):
    """The Representation that draws its sounds: a Waveform's own, a Representation itself."""
    return getattr(representation, "spectrogram", representation)
