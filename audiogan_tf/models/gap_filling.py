"""A gap in a sound filled by a network that sees what lies before and after it.

It draws log spectra of the frames that the gap touches. What the samples are is then found by
going back and forth between samples and spectra, with all known samples held; the first guess of
the phase, and the joins, are those of linear prediction (sound.interpolation).
"""

from audiogan_tf.errors import InputError
from audiogan_tf.models import losses
from audiogan_tf.models.enhancement import default_optimizer
from audiogan_tf.models.learner import AveragedLearner
from audiogan_tf.models.vocoder import convnext_block
from audiogan_tf.sound import interpolation
from audiogan_tf.sound.spectral import istft, stft
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

KIND = "gap_filler"
RATE, N_FFT, HOP = 16000, 512, 128  # Hz; samples of a frame, and to the next: 32 and 8 ms
BINS, FRAMES = N_FFT // 2 + 1, 81
SAMPLES = (FRAMES - 1) * HOP  # that the network sees, 0.64 s, the gap in the middle
LONGEST = 2000  # samples of a gap, 125 ms
QUIET = 1e-2  # added to magnitudes, of sounds whose root mean square is 1, before the logarithm
JOIN = 48  # samples, 3 ms, over which linear prediction goes over into what was drawn


def touched(gap):
    """Which frames hear anything of a gap in the middle: (FRAMES,) float32 of 0 and 1.

    gap: its samples, a number or a scalar tensor. A centred frame reaches N_FFT / 2 to both sides.
    """
    centres = tf.range(FRAMES, dtype="float32") * HOP
    reach = (tf.cast(gap, "float32") + N_FFT) / 2
    return tf.cast(tf.abs(centres - SAMPLES / 2) < reach, "float32")


def logs_of(waveforms):
    """Log magnitudes, (batch, SAMPLES) float32 to (batch, FRAMES, BINS), about -1 to 1."""
    return ops.log(tf.abs(stft(waveforms, N_FFT, HOP)) + QUIET) / 4


def bridged(logs, hidden):
    """Log spectra with straight lines, bin by bin, over the hidden frames.

    logs: (batch, FRAMES, BINS); hidden: (batch, FRAMES) of 0 and 1, frames in a row, none of them
    at an end. What a network then only has to correct. Built in lesson 16.
    """
    numbers = tf.range(FRAMES, dtype="float32")
    first = tf.argmax(hidden, axis=1, output_type=tf.int32) - 1
    count = tf.reduce_sum(hidden, axis=1)
    last = first + 1 + tf.cast(count, tf.int32)
    before = tf.gather(logs, first, batch_dims=1)[:, None]
    after = tf.gather(logs, last, batch_dims=1)[:, None]
    way = (numbers - tf.cast(first, "float32")[:, None]) / (count[:, None] + 1)
    line = before + way[..., None] * (after - before)
    return tf.where(hidden[..., None] > 0, line, logs)


def build_network(channels=96, blocks=6):
    """Log spectra, bridged and with the gap silent, and which frames are hidden, to a correction.

    Model: (batch, FRAMES, 2 BINS + 1) -> (batch, FRAMES, BINS). Blocks as in the vocoder.
    """
    told = keras.Input([FRAMES, 2 * BINS + 1])
    features = layers.Dense(channels)(told)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    for _ in range(blocks):
        features = convnext_block(features, channels)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    nearly_nothing = keras.initializers.RandomNormal(stddev=0.01)
    correction = layers.Dense(BINS, kernel_initializer=nearly_nothing)(features)
    return keras.Model(told, correction, name=KIND)


def _drawn_logs(network, emptied, hidden):
    """Log spectra whose hidden frames are drawn by a network, (batch, FRAMES, BINS), and bridged.

    emptied: (batch, SAMPLES) float32 with zeros in the gap; hidden: (batch, FRAMES) of 0 and 1.
    """
    logs = logs_of(emptied)
    bridge = bridged(logs, hidden)
    told = tf.concat([bridge, logs, hidden[..., None]], axis=2)
    return bridge + hidden[..., None] * network(told), bridge


@keras.saving.register_keras_serializable("audiogan_tf")
class GapLearner(AveragedLearner):
    """Learns the spectra of gaps by regression and, with a discriminator, adversarially as well.

    network: of `build_network`; discriminator: of enhancement.build_discriminator, which sees the
    filled spectrum beside the bridged one, or None; adversarial_weight: of its opinion, by hinge.
    `fit` takes pairs: sounds (batch, SAMPLES) float32 and gaps in samples (batch,) int32; a gap
    lies in the middle. The distance is the root mean square over the bins of each hidden frame.
    """

    def __init__(self, network, discriminator=None, adversarial_weight=0.02, ema=0.998, **kwargs):
        super().__init__(**kwargs)
        self.network, self.discriminator = network, discriminator
        self.adversarial_weight, self.ema = adversarial_weight, ema
        self.ema_network = keras.models.clone_model(network)
        self.ema_network.set_weights(network.get_weights())

    def compile(self, optimizer=None, discriminator_optimizer=None, **kwargs):
        """Set the optimizers; without XLA, whose FFTs are slow on a CPU."""
        both = optimizer or default_optimizer(), discriminator_optimizer
        super().compile(*both, jit_compile=False, **kwargs)

    def train_step(self, data):
        """One update of the network and, where there is one, of its discriminator."""
        sounds, gaps = data
        known = tf.cast(
            tf.abs(tf.range(SAMPLES) - SAMPLES // 2)[None] * 2 >= gaps[:, None], "float32"
        )
        emptied = sounds * known
        scale = tf.math.rsqrt(tf.reduce_mean(emptied**2, axis=1, keepdims=True) + 1e-9)
        d_loss = None
        hidden, wanted = tf.map_fn(touched, gaps, tf.float32), logs_of(sounds * scale)
        with tf.GradientTape(persistent=True) as tape:
            drawn, bridge = _drawn_logs(self.network, emptied * scale, hidden)
            loss = _frame_distance(drawn, wanted, hidden)
            results = {"distance": loss}
            if self.discriminator is not None:
                real, fake = (tf.stack([x, bridge], axis=-1) for x in (wanted, drawn))
                logits = (self.discriminator(x, training=True) for x in (real, fake))
                d_loss, g_loss = losses.hinge(*logits)
                loss += self.adversarial_weight * g_loss
                results |= {"d_loss": d_loss, "g_loss": g_loss}
        self.update(tape, loss, d_loss)
        return {"loss": loss, **results}


def _frame_distance(drawn, wanted, hidden):
    """Root mean square over bins of each hidden frame, and its mean over them; a scalar."""
    squares = tf.reduce_mean((drawn - wanted) ** 2, axis=2)
    return tf.reduce_sum(tf.sqrt(squares + 1e-6) * hidden) / tf.reduce_sum(hidden)


def gap_batch(voices, rng, batch_size=8):
    """Stretches of recordings and gaps to tear in their middle: (sounds, gaps), for GapLearner.

    voices: list of (n,) float32 recordings, longer than SAMPLES. Gaps are 10 to 125 ms long, and
    lie where there is something to hear: at least a tenth of the recording's level.
    """
    rows, gaps = [], rng.integers(160, LONGEST + 1, batch_size)
    for gap in gaps:
        while True:
            wave = voices[rng.integers(len(voices))]
            start = rng.integers(len(wave) - SAMPLES)
            piece = wave[start : start + SAMPLES]
            if is_heard(piece[(SAMPLES - gap) // 2 :][:gap], wave):
                break
        rows.append(piece)
    return np.stack(rows).astype("float32"), gaps.astype("int32")


def is_heard(piece, wave):
    """Whether a piece of a recording has at least a tenth of its level."""
    return np.mean(np.square(piece)) > 0.01 * np.mean(np.square(wave))


class GapFiller:
    """A trained network that fills gaps of up to LONGEST samples in sound at 16 kHz, mono.

    network: of `build_network`; sizes: what it was built with. Built in lesson 16.
    """

    sample_rate = RATE

    def __init__(self, network, sizes):
        self.network, self.sizes = network, dict(sizes)
        shapes = [tf.TensorSpec([1, SAMPLES]), tf.TensorSpec([1, FRAMES])]
        self._logs = tf.function(lambda *parts: _drawn_logs(network, *parts), shapes)

    def magnitudes(self, emptied, gap):
        """Magnitudes of a stretch with a gap of zeros in its middle: drawn where it touches.

        emptied: (SAMPLES,) float32; gap: its samples. Returns (FRAMES, BINS) float32, and which
        frames were drawn, (FRAMES,) bool.
        """
        scale = 1 / (np.sqrt(np.mean(np.square(emptied, dtype="float64"))) + 1e-9)
        hidden = touched(gap)
        logs, _ = self._logs(np.float32(scale * emptied)[None], hidden[None])
        sizes = np.maximum(np.exp(4 * logs[0].numpy()) - QUIET, 0) / scale
        return sizes.astype("float32"), hidden.numpy() > 0

    def fill(self, samples, start, length, iterations=10):
        """A sound with its gap filled: (n,) float32, unchanged outside the gap.

        samples: (n,) float, what lies in the gap is not read; start, length: the gap, in samples,
        length at most LONGEST; iterations: back and forth between samples and spectra. Raises
        InputError for a gap that is longer or does not lie inside the sound.
        """
        if length > LONGEST:
            raise InputError(f"a gap of {length} samples; fill at most {LONGEST} at once")
        guess = interpolation.autoregressive(samples, start, length)
        left = SAMPLES // 2 - length // 2  # samples before the gap that the network sees
        padded = np.pad(guess, (SAMPLES, SAMPLES))
        piece = padded[start + SAMPLES - left :][:SAMPLES]
        gap = slice(left, left + length)
        emptied = piece.copy()
        emptied[gap] = 0
        sizes, hidden = self.magnitudes(emptied, length)
        found = between(piece, gap, sizes, hidden, iterations)
        weight = np.minimum(np.arange(length), np.arange(length)[::-1]) / JOIN
        weight = np.clip(weight, 0, 1).astype("float32")
        result = guess.copy()
        result[start : start + length] += weight * (found[gap] - guess[start : start + length])
        return result

    def save(self, path):
        """Write the network's weights and what is needed to use them to one file."""
        save_weights(path, {"kind": KIND, "sizes": self.sizes}, self.network.get_weights())

    @classmethod
    def load(cls, source):
        """From the name of shipped weights or a saved file; InputError as read_weights."""
        config, weights = read_weights(source, KIND)
        network = build_network(**config["sizes"])
        network.set_weights(weights)
        return cls(network, config["sizes"])


def between(piece, gap, sizes, hidden, iterations):
    """Samples whose spectra have the drawn sizes as nearly as the known samples allow.

    piece: (SAMPLES,) float32, whose gap holds a first guess; gap: a slice; sizes: (FRAMES, BINS);
    hidden: (FRAMES,) bool, where sizes hold. Griffin and Lim (1984), with known samples held.
    Returns (SAMPLES,) float32. Built in lesson 16.
    """
    sound = piece.copy()
    for _ in range(iterations):
        spectrum = stft(sound[None], N_FFT, HOP).numpy()[0]
        turned = sizes * np.exp(1j * np.angle(spectrum))
        spectrum = np.where(hidden[:, None], turned, spectrum).astype("complex64")
        sound[gap] = istft(spectrum[None], N_FFT, HOP).numpy()[0, gap]
    return sound
