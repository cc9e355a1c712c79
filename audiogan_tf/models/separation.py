"""Two sources out of one mixture: one mask for the first, what is left is the second.

A mask is a number from 0 to 1 for each cell of a spectrogram. The network hears the whole sound,
before and after each frame: nobody waits for a separated sound, so it need not be causal.
"""

from audiogan_tf.errors import InputError
from audiogan_tf.models import enhancement
from audiogan_tf.models.enhancer import Enhancer
from audiogan_tf.models.learner import AveragedLearner
from audiogan_tf.models.speech_losses import log_distortion, spectral_loss
from audiogan_tf.models.vocoder import convnext_block
from audiogan_tf.sound.spectral import istft, stft
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

KIND = "separator"
RATE, N_FFT, HOP = 16000, 1024, 256  # Hz; samples of a frame, and to the next: 64 and 16 ms
BINS = N_FFT // 2 + 1
QUIET = 1e-2  # power below which nothing is heard, of sounds whose root mean square is 1
ENHANCER_LEVEL = 0.1  # root mean square at which the enhancer is given a sound


def ideal_ratio_mask(first, second):
    """The share of the first source in the size of each cell: the best that a mask is asked for.

    first, second: spectra (..., frames, bins) complex. Returns |a| / (|a| + |b|), float32 from
    0 to 1. Only who knows both sources can have it, so it is a ceiling, not a method.
    Hummersone, Stokes and Brookes (2014). Built in lesson 16.
    """
    first, second = tf.abs(first), tf.abs(second)
    return first / (first + second + 1e-9)


def split(spectrum, mask):
    """Both sources of a spectrum: (batch, frames, BINS) to (batch, 2, (frames - 1) HOP) float32.

    mask: (batch, frames, BINS) float32, the share of the first; the rest is the second's, so that
    both together are the mixture. Built in lesson 16.
    """
    masks = tf.stack([mask, 1 - mask], axis=1)
    parts = spectrum[:, None] * tf.complex(masks, tf.zeros_like(masks))
    frames = tf.shape(spectrum)[1]
    sounds = istft(tf.reshape(parts, [-1, frames, BINS]), N_FFT, HOP)
    return tf.reshape(sounds, [-1, 2, (frames - 1) * HOP])


def hear(waveforms, enhancer=None):
    """What a network is told of mixtures: their spectrum, and its log power, (.., views BINS).

    waveforms: (batch, samples) float32 of root mean square 1, samples a multiple of HOP;
    enhancer: an enhancement.MaskNetwork whose opinion, the log power of what it leaves of the
    mixture, is a second view, or None.
    """
    spectrum = stft(waveforms, N_FFT, HOP)
    views = [spectrum]
    if enhancer is not None:
        left = enhancement.mask(enhancer, ENHANCER_LEVEL * waveforms) / ENHANCER_LEVEL
        views.append(stft(left, N_FFT, HOP))
    logs = [ops.log10(tf.abs(view) ** 2 + QUIET) / 2 - 0.5 for view in views]
    return spectrum, tf.concat(logs, axis=2)


def build_network(views=1, channels=96, blocks=6):
    """What `hear` tells, (batch, frames, views BINS), to a mask (batch, frames, BINS).

    ConvNeXt blocks, as in the vocoder of lesson 13: each frame sees 3 blocks frames on both sides.
    """
    told = keras.Input([None, views * BINS])
    features = layers.Dense(channels)(told)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    for _ in range(blocks):
        features = convnext_block(features, channels)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    return keras.Model(told, layers.Dense(BINS, activation="sigmoid")(features), name=KIND)


@keras.saving.register_keras_serializable("audiogan_tf")
class SeparationLearner(AveragedLearner):
    """Learns masks from mixtures whose two sources are known.

    network: of `build_network`; enhancer: an enhancement.MaskNetwork that is asked, and does not
    learn, or None; ema: decay of the averaged network, the one that plays. `fit` takes sources,
    (batch, 2, samples) float32, samples a multiple of HOP; it adds them up itself.
    The loss is that of lesson 15, spectral_loss + log_distortion / 2, of both sources.
    """

    def __init__(self, network, enhancer=None, ema=0.998, **kwargs):
        super().__init__(**kwargs)
        self.network, self.enhancer, self.ema = network, enhancer, ema
        self.ema_network = keras.models.clone_model(network)
        self.ema_network.set_weights(network.get_weights())

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizer, by default enhancement's; no XLA, whose FFTs are slow on a CPU."""
        optimizer = optimizer or enhancement.default_optimizer()
        super().compile(optimizer, jit_compile=False, **kwargs)

    def train_step(self, sources):
        """One update by mixtures of `sources`."""
        mixture = tf.reduce_sum(sources, axis=1)
        scale = tf.math.rsqrt(tf.reduce_mean(mixture**2, axis=1) + 1e-9)
        spectrum, told = hear(mixture * scale[:, None], self.enhancer)
        target = sources * scale[:, None, None]
        energy = tf.reduce_mean(target**2, axis=2, keepdims=True)
        level = tf.math.rsqrt(energy + 0.01)  # both sources count alike, a quiet one too
        wanted = _rows(target * level)
        with tf.GradientTape() as tape:
            found = _rows(split(spectrum, self.network(told, training=True)) * level)
            spectral = spectral_loss(found, wanted)
            distortion = log_distortion(found, wanted)
            loss = spectral + 0.5 * distortion
        self.update(tape, loss)
        return {"loss": loss, "spectral": spectral, "distortion": distortion}


def _rows(sounds):
    """(batch, 2, samples) as (2 batch, samples)."""
    return tf.reshape(sounds, [-1, tf.shape(sounds)[2]])


class Separator:
    """A trained mask network at work on whole sounds of any length and level, 16 kHz, mono.

    network: of `build_network`; sources: names of the two; sizes: what it was built with;
    enhancer: an enhancement.MaskNetwork that it asks, or None. Built in lesson 16.
    """

    sample_rate = RATE

    def __init__(self, network, sources, sizes, enhancer=None):
        self.network, self.sources, self.sizes = network, tuple(sources), dict(sizes)
        self.enhancer = enhancer
        self._split = tf.function(self._both, input_signature=[tf.TensorSpec([1, None])])

    def _both(self, waveforms):
        spectrum, told = hear(waveforms, self.enhancer)
        return split(spectrum, self.network(told))[0]

    def separate(self, samples):
        """Both sources of a mixture: (n,) float32 to (2, n) float32, which add up to it.

        Raises InputError for samples that are not finite.
        """
        samples = np.asarray(samples, "float32")
        if not np.isfinite(samples).all():
            raise InputError("the sound holds NaN or infinite samples; it cannot be separated")
        scale = float(np.sqrt(np.mean(np.square(samples, dtype="float64")))) if len(samples) else 0
        if scale == 0:
            return np.zeros([2, len(samples)], "float32")
        padded = np.pad(samples / np.float32(scale), (0, -len(samples) % HOP))
        return self._split(padded[None]).numpy()[:, : len(samples)] * np.float32(scale)

    def save(self, path):
        """Write the network's weights and what is needed to use them to one file."""
        config = {"kind": KIND, "sizes": self.sizes, "sources": self.sources}
        save_weights(path, config, self.network.get_weights())

    @classmethod
    def load(cls, source):
        """From the name of shipped weights or a saved file; InputError as read_weights.

        One that has two views asks the shipped enhancer.
        """
        config, weights = read_weights(source, KIND)
        network = build_network(**config["sizes"])
        network.set_weights(weights)
        enhancer = None
        if config["sizes"]["views"] == 2:
            enhancer = Enhancer.load("enhancer").network
        return cls(network, config["sources"], config["sizes"], enhancer)
