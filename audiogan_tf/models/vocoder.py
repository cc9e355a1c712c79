"""A vocoder: from few mel bands to the magnitudes of all bins, and so to sound."""

from audiogan_tf.models import losses
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.spectral_discriminator import build_discriminators, in_views
from audiogan_tf.sound import phase, spectral
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

SETTING = {"sample_rate": 16000, "n_fft": 1024, "hop_length": 256, "n_mels": 40}
RANGE = {"floor_db": -70.0, "ceiling_db": 60.0}  # from the noise of 16 bits to a full-scale voice
EDGE = 4  # frames at each end of a crop that only give context, unless a clip is whole
QUIET = 1e-5  # added to magnitudes before the logarithm


def speech_pictures(frames=2):
    """The pictures of lesson 13: 40 mel bands of sound at 16 kHz, one frame in 16 ms."""
    return Representation(**SETTING, **RANGE, frames=frames)


def convnext_block(features, channels):
    """Mix along time in each channel, then across channels in each frame; add to what came in.

    features: (batch, frames, channels) Keras tensor. Liu et al. (2022), in one dimension as in
    Vocos (Siuzdak, 2024). Built in lesson 13.
    """
    mixed = layers.DepthwiseConv1D(7, padding="same")(features)
    mixed = layers.LayerNormalization(epsilon=1e-6)(mixed)
    mixed = layers.Dense(3 * channels, activation="gelu")(mixed)
    return layers.Add()([features, layers.Dense(channels)(mixed)])


def build_network(bands, bins, channels=160, blocks=6):
    """Pictures of mel bands (batch, frames, bands) to a correction of log magnitudes (.., bins)."""
    pictures = keras.Input([None, bands])
    features = layers.Conv1D(channels, 7, padding="same")(pictures)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    for _ in range(blocks):
        features = convnext_block(features, channels)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    nearly_nothing = keras.initializers.RandomNormal(stddev=0.01)
    correction = layers.Dense(bins, kernel_initializer=nearly_nothing)(features)
    return keras.Model(pictures, correction, name="vocoder")


@keras.saving.register_keras_serializable("audiogan_tf")
class Vocoder(Learner):
    """Learns which magnitudes lie behind mel bands; Griffin-Lim then finds their phase.

    representation: the pictures it inverts, a Representation with mel bands, or its config.
    adversary: weight of the discriminators' opinion, 0 for regression alone. edge: frames at each
    end of what it learns from that only give context, 0 for whole clips. `fit` takes waveforms
    (batch, samples) float32 in [-1, 1], longer than 2 * edge hops.
    The network corrects the smoothed back-projection, which spreads each band's mean over its
    bins. Discriminators look at spectrograms of several window lengths, as in UnivNet (Jang et
    al., 2021); the phase they hear is the recording's. Built in lesson 13.
    """

    def __init__(
        self, representation=None, channels=160, blocks=6, adversary=0.0, edge=EDGE, **kwargs
    ):
        super().__init__(**kwargs)
        if isinstance(representation, dict):
            representation = Representation.from_config(representation)
        self.pictures = representation or speech_pictures()
        self.representation = self.pictures.get_config()
        self.channels, self.blocks = channels, blocks
        self.adversary, self.edge = adversary, edge
        self.class_counts = ()
        bins = self.pictures.n_fft // 2 + 1
        self.network = build_network(self.pictures.bins, bins, channels, blocks)
        bank = self.pictures.filter_bank  # (bins, bands)
        shares = bank / np.maximum(bank.sum(1, keepdims=True), 1e-9)
        self.back = (shares / bank.sum(0)).T  # a band's mean, spread over its bins
        self.discriminators = build_discriminators() if adversary else []

    def player(self):
        """The network that corrects magnitudes; discriminators are left behind after training."""
        return self.network

    def compile(self, optimizer=None, discriminator_optimizer=None, **kwargs):
        """Set the optimizers, `default_optimizer()` by default. XLA: see Keras's jit_compile."""
        kwargs.setdefault("jit_compile", not self.adversary)  # XLA slows 2-D convolutions down
        super().compile(optimizer=optimizer or default_optimizer(), **kwargs)
        self.optimizer.build(self.network.trainable_variables)
        if self.adversary:
            fast = keras.optimizers.Adam(3e-4, beta_1=0.5, beta_2=0.98)
            self.discriminator_optimizer = discriminator_optimizer or fast
            self.discriminator_optimizer.build(self._discriminator_variables())

    def _discriminator_variables(self):
        return [v for network in self.discriminators for v in network.trainable_variables]

    @property
    def metrics(self):
        """None: a step's own losses are reported."""
        return []

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        parts = [self.network, self.optimizer, *self.discriminators]
        parts += [self.discriminator_optimizer] if self.adversary else []
        return [variable for part in parts for variable in part.variables]

    def call(self, pictures):
        """Log magnitudes (batch, frames, bins) behind pictures (batch, frames, bands, 1)."""
        return self.logs(pictures) + self.network(pictures[..., 0])

    def logs(self, pictures):
        """What the network corrects: logarithms of each band's mean, spread over its bins."""
        return ops.log(ops.matmul(self._bands(pictures), self.back) + QUIET)

    def _bands(self, pictures):
        """Magnitudes of the mel bands that pictures stand for."""
        centre, spread = self.pictures.centre_and_spread()
        return ops.exp((pictures[..., 0] * spread + centre) * float(np.log(10) / 20))

    def magnitude(self, pictures):
        """Magnitudes of all bins, (clips, frames, n_fft // 2 + 1) float32, linear."""
        return self._magnitude(tf.convert_to_tensor(pictures, tf.float32))

    @tf.function(reduce_retracing=True)
    def _magnitude(self, pictures):
        return ops.exp(self(pictures))

    def inverse(self, pictures, iterations=10):
        """Pictures to waveforms, as Representation.inverse, with learned magnitudes.

        pictures: (clips, frames, bands, 1) float in [-1, 1], any number of frames.
        Returns (clips, (frames - 1) * hop_length) float32.
        """
        setting = self.pictures.n_fft, self.pictures.hop_length
        return phase.fast_griffin_lim(self.magnitude(pictures), *setting, iterations)

    def make_stream(self):
        """A stream for one channel: `push` samples, get them back through the vocoder."""
        return VocoderStream(self)

    @property
    def sample_rate(self):
        """Of the sound it makes, in Hz."""
        return self.pictures.sample_rate

    def train_step(self, waveforms):
        """One update, of the discriminators too where there is an adversary."""
        setting = self.pictures.n_fft, self.pictures.hop_length
        spectrum = spectral.stft(waveforms, *setting)
        magnitude = ops.abs(spectrum)
        pictures = self.pictures.with_frames(magnitude.shape[1]).forward(waveforms)
        inner = slice(self.edge, magnitude.shape[1] - self.edge)
        with tf.GradientTape(persistent=True) as tape:
            guess = self(pictures)
            loss, report = regression(guess[:, inner], magnitude[:, inner])
            if self.adversary:
                drawn = _lend_phase(ops.exp(guess), spectrum, *setting)
                margin = self.edge * setting[1]
                heard = slice(margin, waveforms.shape[1] - margin)
                pair = waveforms[:, heard], drawn[:, heard]
                discriminator_loss, opinion, more = self._opinion(*pair)
                loss += self.adversary * opinion
                report |= more
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        if self.adversary:
            variables = self._discriminator_variables()
            gradients = tape.gradient(discriminator_loss, variables)
            self.discriminator_optimizer.apply(gradients, variables)
        return report

    def _opinion(self, real, drawn):
        """Both players' losses by hinge, and how far apart the discriminators' features are."""
        discriminator_loss = generator_loss = apart = 0.0
        for network, a, b in zip(self.discriminators, in_views(real), in_views(drawn), strict=True):
            (real_logits, *known), (fake_logits, *seen) = network(a), network(b)
            unmoved = network(ops.stop_gradient(b))[0]
            discriminator_loss += losses.hinge(real_logits, unmoved)[0]
            generator_loss += losses.hinge(real_logits, fake_logits)[1]
            pairs = zip(known, seen, strict=True)
            apart += sum(ops.mean(ops.abs(ops.stop_gradient(x) - y)) for x, y in pairs)
        report = {"discriminator": discriminator_loss, "generator": generator_loss}
        return discriminator_loss, generator_loss + 2.0 * apart, report | {"features": apart}

    def save(self, path):
        """Write the network's weights and what is needed to use them to one file."""
        sizes = {"representation": self.representation}
        sizes |= {"channels": self.channels, "blocks": self.blocks}
        config = {"kind": "vocoder", "sizes": sizes}
        save_weights(path, config, self.network.get_weights())

    @classmethod
    def load(cls, source="vocoder"):
        """From the name of shipped weights or a saved file; InputError as read_weights."""
        config, weights = read_weights(source, "vocoder")
        vocoder = cls(**config["sizes"])
        vocoder.network.set_weights(weights)
        return vocoder


def regression(guess, magnitude):
    """Distance of log magnitudes, and of magnitudes to the power 0.3, which the ear hears.

    guess: log magnitudes; magnitude: linear, both (batch, frames, bins).
    Returns a scalar and a dict with both parts.
    """
    logs = ops.mean(ops.abs(guess - ops.log(magnitude + QUIET)))
    powers = ops.mean(ops.square(ops.exp(0.3 * guess) - (magnitude + QUIET) ** 0.3))
    return 0.1 * logs + 10.0 * powers, {"logs": logs, "powers": powers}


def _lend_phase(magnitude, spectrum, n_fft, hop_length):
    """Waveforms with drawn magnitudes and a recording's phase."""
    phase = tf.math.angle(spectrum)
    drawn = tf.complex(magnitude * ops.cos(phase), magnitude * ops.sin(phase))
    return spectral.istft(drawn, n_fft, hop_length)


def default_optimizer(steps=1500, rate=1e-3):
    """AdamW whose rate falls along half a cosine to a fiftieth over `steps`."""
    falling = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.02)
    return keras.optimizers.AdamW(falling, weight_decay=1e-3, beta_2=0.98)


class VocoderStream:
    """Sound of any length through bands and back, a stretch at a time, in constant memory.

    Each stretch is drawn with CONTEXT frames around it and blended into the next over half of
    them, as the two may differ in phase. It is brought to one level first, and back afterwards.
    """

    STRETCH, CONTEXT = 512, 16  # frames

    def __init__(self, vocoder):
        self.vocoder, self.hop = vocoder, vocoder.pictures.hop_length
        self.context = self.CONTEXT * self.hop
        self.waiting = np.zeros(self.context, "float32")  # before the first sample all is silent
        self.blend = np.zeros(0, "float32")
        self.taken = self.given = 0

    def push(self, samples):
        """samples (n,) float32. Returns what is ready, (m,) float32."""
        self.taken += len(samples)
        self.waiting = np.concatenate([self.waiting, np.asarray(samples, "float32")])
        size, ready = self.STRETCH * self.hop, []
        while len(self.waiting) >= size + 2 * self.context:
            ready.append(self._stretch(self.waiting[: size + 2 * self.context], size))
            self.waiting = self.waiting[size:]
        return self._counted(ready)

    def finish(self):
        """The rest, so that as many samples came out as went in."""
        left = self.taken - self.given
        if not left:
            return np.zeros(0, "float32")
        size = -(-left // (32 * self.hop)) * 32 * self.hop  # few sizes: each is traced once
        last = np.pad(self.waiting, (0, size + 2 * self.context - len(self.waiting)))
        return self._counted([self._stretch(last, size)])[:left]

    def _counted(self, ready):
        ready = np.concatenate(ready) if ready else np.zeros(0, "float32")
        ready = ready[: self.taken - self.given]
        self.given += len(ready)
        return ready

    def draw(self, samples):
        """What becomes of samples (n,) at one level; n is a multiple of the hop."""
        setting = self.vocoder.pictures.with_frames(len(samples) // self.hop + 1)
        return self.vocoder.inverse(setting.forward(samples[None])).numpy()[0]

    def _stretch(self, samples, size):
        """Draw samples (size + 2 context,), of which the middle is wanted."""
        level = 0.5 / max(np.abs(samples).max(), 1e-4)
        with np.errstate(over="ignore"):  # of a sound at the end of what a float can hold
            drawn = self.draw(samples * level) / level
        middle = drawn[self.context : self.context + size].copy()
        overlap = len(self.blend)
        rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / max(overlap, 1)) ** 2
        middle[:overlap] = rise * middle[:overlap] + (1 - rise) * self.blend
        self.blend = drawn[self.context + size :][: self.context // 2]
        return middle.astype("float32")
