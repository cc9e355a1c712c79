"""A vocoder: from few mel bands to the magnitudes of all bins, and so to sound."""

from audiogan_tf.models import losses
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.spectral_discriminator import build_discriminators, in_views
from audiogan_tf.models.vocoder_stream import VocoderStream
from audiogan_tf.sound import phase, spectral
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

SETTING = {"sample_rate": 16000, "n_fft": 1024, "hop_length": 256, "n_mels": 40}
RANGE = {"floor_db": -70.0, "ceiling_db": 60.0}  # from the noise of 16 bits to a full-scale voice
EDGE = 4  # frames at each end of a crop that only give context
QUIET = 1e-5  # added to magnitudes before the logarithm
ROUNDS = 5  # in which the bins of a whole clip are brought to the levels of their bands


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
    adversary: weight of the discriminators' opinion, 0 for regression alone. `fit` takes
    waveforms (batch, samples) float32 in [-1, 1], longer than 2 * EDGE hops. whole: these are
    clips of a corpus from their first sample to their last, so that every frame counts; what
    their pictures show at floor_db is silence, and drawn magnitudes agree with all other bands.
    The network corrects the smoothed back-projection, which spreads each band's mean over its
    bins. Discriminators look at spectrograms of several window lengths, as in UnivNet (Jang et
    al., 2021); the phase they hear is the recording's. Built in lesson 13.
    """

    def __init__(
        self, representation=None, channels=160, blocks=6, adversary=0.0, whole=False, **kwargs
    ):
        super().__init__(**kwargs)
        if isinstance(representation, dict):
            representation = Representation.from_config(representation)
        self.pictures = representation or speech_pictures()
        self.representation = self.pictures.get_config()
        self.channels, self.blocks = channels, blocks
        self.adversary, self.whole = adversary, whole
        self.class_counts = ()
        bins = self.pictures.n_fft // 2 + 1
        self.network = build_network(self.pictures.bins, bins, channels, blocks)
        bank = self.pictures.filter_bank  # (bins, bands)
        shares = bank / np.maximum(bank.sum(1, keepdims=True), 1e-9)
        floor = 10 ** (self.pictures.floor_db / 20)
        self.edge, self.floor, self.quiet = (0, floor, floor) if whole else (EDGE, 0.0, QUIET)
        self.bank, self.overlap = bank, np.maximum(bank.sum(1), 1e-6)
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
        return ops.log(ops.matmul(self._bands(pictures), self.back) + self.quiet)

    def _bands(self, pictures):
        """Magnitudes of the mel bands that pictures stand for."""
        centre, spread = self.pictures.centre_and_spread()
        bands = ops.exp((pictures[..., 0] * spread + centre) * float(np.log(10) / 20))
        return ops.relu(bands - self.floor) if self.whole else bands

    def magnitude(self, pictures):
        """Magnitudes of all bins, (clips, frames, n_fft // 2 + 1) float32, linear."""
        return self._magnitude(tf.convert_to_tensor(pictures, tf.float32))

    @tf.function(reduce_retracing=True, autograph=False)
    def _magnitude(self, pictures):
        return self.magnitudes_of(pictures, self(pictures))

    def magnitudes_of(self, pictures, logs):
        """Magnitudes from logarithms; those of whole clips are brought to their bands' levels."""
        drawn = ops.exp(logs)
        if not self.whole:
            return drawn
        bands, drawn = self._bands(pictures), ops.relu(drawn - self.quiet)
        for _ in range(ROUNDS):
            missing = bands / (ops.matmul(drawn, self.bank) + 1e-6)
            drawn = drawn * ops.matmul(missing, self.bank.T) / self.overlap
        return drawn

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
            loss, report = regression(guess[:, inner], magnitude[:, inner], self.quiet)
            if self.adversary:
                drawn = _lend_phase(self.magnitudes_of(pictures, guess), spectrum, *setting)
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
        sizes |= {"channels": self.channels, "blocks": self.blocks, "whole": self.whole}
        config = {"kind": "vocoder", "sizes": sizes}
        save_weights(path, config, self.network.get_weights())

    @classmethod
    def load(cls, source="vocoder"):
        """From the name of shipped weights or a saved file; InputError as read_weights."""
        config, weights = read_weights(source, "vocoder")
        vocoder = cls(**config["sizes"])
        vocoder.network.set_weights(weights)
        return vocoder


def regression(guess, magnitude, quiet=QUIET):
    """Distance of log magnitudes, and of magnitudes to the power 0.3, which the ear hears.

    guess: log magnitudes; magnitude: linear, both (batch, frames, bins); quiet: added to them.
    Returns a scalar and a dict with both parts.
    """
    logs = ops.mean(ops.abs(guess - ops.log(magnitude + quiet)))
    powers = ops.mean(ops.square(ops.exp(0.3 * guess) - (magnitude + quiet) ** 0.3))
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
