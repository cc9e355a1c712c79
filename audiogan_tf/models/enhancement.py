"""A causal mask network: noisy speech in, speech out, block by block with a look-ahead of 32 ms.

The spectrum's frames are 32 ms long so that the harmonics of a voice lie apart. Sound is put
together again from their last LOOK_AHEAD samples: two windows, whose product is a Hann window of
that length (Mauler and Martin, 2007). The less it is, the sooner sound comes out, and the more
noise is left. All that a frame needs of the past is its `states`.
"""

from audiogan_tf.models import hearing, losses
from audiogan_tf.models.hearing import BINS
from audiogan_tf.models.learner import AveragedLearner
from audiogan_tf.models.speech_losses import (
    compressed,
    envelope_loss,
    log_distortion,
    spectral_loss,
)

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

RATE = 16000  # Hz
N_FFT, HOP = 512, 128  # samples of a frame, and from one frame to the next
LOOK_AHEAD = 4 * HOP  # samples of the future that one sample of the result depends on
PIECES = LOOK_AHEAD // HOP  # that lie over each sample of the result


def windows(look_ahead=LOOK_AHEAD):
    """Analysis and synthesis window, (N_FFT,) float32 each.

    look_ahead: samples, an even number of HOPs up to N_FFT. The first window rises over all but
    look_ahead / 2 samples and falls over these, as the square root of a Hann window does; the
    second is zero but for the last look_ahead samples, where the product is a Hann window, scaled
    so that it adds up to 1 at every hop. Mauler and Martin (2007).
    """
    fall = look_ahead // 2
    rise, slope = N_FFT - fall, np.cos(np.pi / 2 * (np.arange(fall) + 0.5) / fall)
    analysis = np.concatenate([np.sin(np.pi / 2 * (np.arange(rise) + 0.5) / rise), slope])
    product = np.concatenate([np.zeros(N_FFT - look_ahead), 1 - slope**2, slope**2]) * HOP / fall
    return analysis.astype("float32"), (product / analysis).astype("float32")


def analyse(waveforms):
    """Causal short-time spectrum, each frame ending HOP samples after the one before.

    waveforms: (batch, samples) float32, samples a multiple of HOP, N_FFT - HOP of them past.
    Returns (batch, (samples - N_FFT) / HOP + 1, BINS) complex64.
    """
    hops = tf.reshape(waveforms, [tf.shape(waveforms)[0], -1, HOP])
    count, overlap = tf.shape(hops)[1], N_FFT // HOP
    pieces = [hops[:, i : count - overlap + 1 + i] for i in range(overlap)]
    return tf.signal.rfft(tf.concat(pieces, axis=2) * windows()[0])


def synthesise(spectrum):
    """Overlapping pieces of sound from frames of `analyse`: (batch, frames, LOOK_AHEAD) float32."""
    return (tf.signal.irfft(spectrum, [N_FFT]) * windows()[1])[..., -LOOK_AHEAD:]


def joined_pieces(pieces):
    """Pieces of `synthesise` added where they overlap.

    (batch, frames, LOOK_AHEAD) to (batch, (frames - PIECES + 1) HOP) float32.
    """
    count = tf.shape(pieces)[1] - PIECES + 1
    starts = [(i, LOOK_AHEAD - HOP * (i + 1)) for i in range(PIECES)]
    sums = sum(pieces[:, i : i + count, start : start + HOP] for i, start in starts)
    return tf.reshape(sums, [tf.shape(pieces)[0], -1])


@keras.saving.register_keras_serializable("audiogan_tf")
class CausalBlock(layers.Layer):
    """Adds to each frame what it and two frames before it tell: at t, t - d and t - 2 d.

    Normalised, widened, three taps a channel, and narrowed again, as in Conv-TasNet (Luo and
    Mesgarani, 2019), so that a frame never hears of a later one.
    """

    def __init__(self, hidden, dilation, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.dilation = hidden, dilation

    def build(self, shape):
        self.norm = layers.LayerNormalization(epsilon=1e-5)
        self.widen = layers.Dense(self.hidden, activation="silu")
        self.narrow = layers.Dense(shape[-1])
        self.norm.build(shape)
        self.widen.build(shape)
        self.narrow.build((*shape[:-1], self.hidden))
        size = (3, self.hidden)
        start = keras.initializers.RandomNormal(stddev=0.6)
        self.taps = self.add_weight(shape=size, name="taps", initializer=start)
        self.bias = self.add_weight(shape=size[1:], name="bias", initializer="zeros")

    def call(self, frames, past):
        """frames (batch, n, channels), past (batch, 2 d, hidden): the result and the new past."""
        wide = ops.concatenate([past, self.widen(self.norm(frames))], axis=1)
        count, step = ops.shape(frames)[1], self.dilation
        taps = [wide[:, i * step : i * step + count] * self.taps[i] for i in range(3)]
        heard = ops.silu(taps[0] + taps[1] + taps[2] + self.bias)
        return frames + self.narrow(heard), wide[:, count:]

    def compute_output_shape(self, frames, past):
        return frames, past


@keras.saving.register_keras_serializable("audiogan_tf")
class MaskNetwork(keras.Model):
    """Frames of a noisy spectrum to a filter for each, and the states to go on from."""

    ENDS = "read", "norm", "gain", "turn", "earlier"  # its layers before and after the blocks

    def __init__(self, channels=192, hidden=216, dilations=(1, 2, 4, 8, 16, 32), stacks=2, **more):
        super().__init__(**more)
        self.sizes = {"channels": channels, "hidden": hidden}
        self.sizes |= {"dilations": list(dilations), "stacks": stacks}
        self.read = layers.Dense(channels, name="read")
        self.blocks = [CausalBlock(hidden, d) for _ in range(stacks) for d in dilations]
        self.norm = layers.LayerNormalization(epsilon=1e-5)
        self.gain = layers.Dense(BINS, bias_initializer=keras.initializers.Constant(1.0))
        self.turn = layers.Dense(BINS, kernel_initializer="zeros")
        self.earlier = layers.Dense(hearing.LATER, kernel_initializer="zeros")
        self(tf.zeros([1, 1, BINS], "complex64"), self.no_past(1))

    def no_past(self, batch):
        """The states before the first frame: those of hearing, then (batch, 2 d, hidden) zeros."""
        wide = [tf.zeros([batch, 2 * b.dilation, b.hidden]) for b in self.blocks]
        return hearing.nothing_heard(batch) + wide

    def call(self, spectrum, states):
        """(batch, n, BINS) complex64 to filters (batch, n, TAPS, BINS), and the new states."""
        told, after = hearing.hear(spectrum, states[:2])
        frames = self.read(told)
        for block, state in zip(self.blocks, states[2:], strict=True):
            frames, state = block(frames, state)
            after.append(state)
        frames = self.norm(frames)
        size, angle = 1.3 * ops.sigmoid(self.gain(frames)), self.turn(frames)
        mask = tf.complex(size * ops.cos(angle), size * ops.sin(angle))
        return hearing.as_filters(mask, self.earlier(frames)), after

    def enhanced(self, spectrum, states):
        """A noisy spectrum through the filters made of it, and the new states."""
        filters, after = self(spectrum, states)
        return hearing.filtered(spectrum, filters, states[0]), after


def build_discriminator(channels=16):
    """A judge of patches: sound and the noisy sound it came from, to a map of logits.

    Sees both as compressed spectra, side by side as two channels of one picture. Model:
    (batch, frames, BINS, 2) -> (batch, frames / 8, BINS / 32, 1). Isola et al. (2017).
    """
    picture = keras.Input([None, BINS, 2], name="pictures")
    frames = picture
    for depth, strides in ((1, (2, 4)), (2, (2, 4)), (3, (2, 2))):
        frames = layers.Conv2D(channels * depth, 5, strides=strides, padding="same")(frames)
        frames = layers.LeakyReLU(negative_slope=0.2)(frames)
    return keras.Model(picture, layers.Conv2D(1, 3, padding="same")(frames), name="discriminator")


@keras.saving.register_keras_serializable("audiogan_tf")
class MaskLearner(AveragedLearner):
    """Learns a mask by regression and, with a discriminator, adversarially as well.

    network: MaskNetwork; discriminator: of `build_discriminator`, or None. The network's loss is
    spectral_loss + distortion_weight * log_distortion + envelope_weight * envelope_loss +
    adversarial_weight * its part of losses.cross_entropy_mse, the fourth document's cross-entropy +
    squared_weight * squared error, which is also what the discriminator learns by. ema: decay of
    the averaged network, which is the one that plays. Batches are pairs (noisy, target), (batch,
    samples) float32 each.
    """

    def __init__(
        self,
        network,
        discriminator=None,
        adversarial_weight=0.01,
        squared_weight=1.0,
        distortion_weight=0.5,
        envelope_weight=0.0,
        ema=0.999,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.network, self.discriminator = network, discriminator
        self.ema_network = MaskNetwork(**network.sizes, trainable=False)
        self.ema_network.set_weights(network.get_weights())
        self.adversarial_weight, self.squared_weight = adversarial_weight, squared_weight
        self.distortion_weight, self.envelope_weight = distortion_weight, envelope_weight
        self.ema = ema

    def compile(self, optimizer=None, discriminator_optimizer=None, jit_compile=None, **kwargs):
        """Set the optimizers, by default `default_optimizer()`; XLA is used by regression alone."""
        jit = self.discriminator is None if jit_compile is None else jit_compile
        both = optimizer or default_optimizer(), discriminator_optimizer
        super().compile(*both, jit_compile=jit, **kwargs)

    def call(self, noisy, training=False):
        """What the averaged network makes of (batch, samples)."""
        return mask(self.ema_network, noisy)

    def train_step(self, data):
        """One update of the network and, where there is one, of its discriminator."""
        noisy, target = data
        energy = tf.reduce_mean(target**2 + 0.01 * noisy**2 + 1e-6, axis=1, keepdims=True)
        scale = tf.math.rsqrt(energy)  # every example counts alike, one without speech too
        d_loss = None
        with tf.GradientTape(persistent=True) as tape:
            enhanced = mask(self.network, noisy) * scale
            spectral = spectral_loss(enhanced, target * scale)
            distortion = log_distortion(enhanced, target * scale)
            loss = spectral + self.distortion_weight * distortion
            results = {"spectral": spectral, "distortion": distortion}
            if self.envelope_weight:
                results["envelope"] = envelope_loss(enhanced, target * scale)
                loss += self.envelope_weight * results["envelope"]
            if self.discriminator is not None:
                sounds = target * scale, enhanced, noisy * scale
                d_loss, g_loss = self._game(*sounds)
                loss += self.adversarial_weight * g_loss
                results |= {"d_loss": d_loss, "g_loss": g_loss}
        self.update(tape, loss, d_loss)
        return {"loss": loss, **results}

    def _game(self, target, enhanced, noisy):
        """Losses of both players, which see the noisy sound beside the one they judge."""
        sizes = [compressed(sound, N_FFT)[0] for sound in (target, enhanced, noisy)]
        real, fake = (tf.stack([size, sizes[2]], axis=-1) for size in sizes[:2])
        logits = self.discriminator(real, training=True), self.discriminator(fake, training=True)
        return losses.cross_entropy_mse(*logits, weight=self.squared_weight)


def mask(network, noisy):
    """Whole sounds enhanced at once, (batch, samples) float32 to the same shape."""
    samples = tf.shape(noisy)[1]
    sides = [N_FFT - HOP, LOOK_AHEAD - HOP + -samples % HOP]
    spectrum = analyse(tf.pad(noisy, [[0, 0], sides]))
    enhanced, _ = network.enhanced(spectrum, network.no_past(tf.shape(noisy)[0]))
    return joined_pieces(synthesise(enhanced))[:, :samples]


def default_optimizer(steps=20_000, rate=2e-3):
    """Adam whose rate rises over 100 steps and falls to a fiftieth along a cosine."""
    rates = keras.optimizers.schedules.CosineDecay(
        1e-4, steps, alpha=0.02, warmup_target=rate, warmup_steps=100
    )
    return keras.optimizers.Adam(rates, beta_2=0.99, global_clipnorm=1.0)
