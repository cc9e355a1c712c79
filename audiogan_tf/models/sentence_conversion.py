"""Any voice's sentences in one voice: what is said is heard, and said again by a network."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import losses
from audiogan_tf.models.acoustic import excitation_pictures, pitch_row
from audiogan_tf.models.content import (
    CROP,
    EDGE,
    build_network,
    disturbed,
    evened,
    heard_pictures,
    sizes_of,
)
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.vocoder import (
    Vocoder,
    convnext_block,
    default_optimizer,
    speech_pictures,
)
from audiogan_tf.models.vocoder_stream import VocoderStream
from audiogan_tf.sound.voice import pitch_track
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

KIND = "sentence_converter"  # of a file of weights
VIEWS = 2  # disturbed views of each sentence in each voice
LOWEST, HIGHEST, STEPS = np.log(60.0), np.log(500.0), 512  # of pitches that are counted
WIDEST = 0.6  # the logarithm of a pitch lies at most so far from the voice's usual one


@keras.saving.register_keras_serializable("audiogan_tf")
class Teller(Learner):
    """Draws one voice's pictures from phones heard, loudness and pitch, all frames at once.

    classes: phones that a Listener tells apart; adversary: weight of a discriminator's opinion of
    the pictures, 0 for regression alone. `fit` takes what `telling_batch` makes. The pitch enters
    as in AcousticModel. Built in lesson 14.
    """

    def __init__(self, classes, channels=128, blocks=4, adversary=0.0, **kwargs):
        super().__init__(**kwargs)
        self.classes, self.channels, self.blocks = classes, channels, blocks
        self.adversary, self.class_counts = adversary, ()
        self.pictures = speech_pictures()
        self.excitation = excitation_pictures(self.pictures)
        told = keras.Input([None, classes + 2 + self.pictures.bins])
        features = layers.Dense(channels)(layers.Dropout(0.1)(told))
        for _ in range(blocks):
            features = convnext_block(features, channels)
        features = layers.LayerNormalization(epsilon=1e-6)(features)
        self.network = keras.Model(told, layers.Dense(self.pictures.bins)(features))
        self.discriminator = build_discriminator(self.pictures.bins) if adversary else None

    def player(self):
        """The network that draws."""
        return self.network

    @property
    def metrics(self):
        """None: a step's own losses are reported."""
        return []

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        parts = [self.network, self.optimizer]
        parts += [self.discriminator, self.discriminator_optimizer] if self.adversary else []
        return [variable for part in parts for variable in part.variables]

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizers, `default_optimizer()` by default; XLA slows the adversary down."""
        kwargs.setdefault("jit_compile", not self.adversary)
        super().compile(optimizer=optimizer or default_optimizer(), **kwargs)
        self.optimizer.build(self.network.trainable_variables)
        if self.adversary:
            self.discriminator_optimizer = keras.optimizers.Adam(3e-4, beta_1=0.5, beta_2=0.98)
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    def draw(self, content, level, log_hz, voiced, training=False):
        """Pictures (batch, frames, bands), not clipped.

        content: (batch, frames, classes) shares; level: (batch, frames) as content.evened gives;
        log_hz: (batch, frames) logarithm of the pitch in Hz; voiced: (batch, frames) in [0, 1].
        """
        comb = ops.take(self.excitation, pitch_row(log_hz), axis=0) * voiced[..., None]
        told = [content, comb, voiced[..., None], ops.maximum(level, -1.0)[..., None] * 2]
        return self.network(ops.concatenate(told, axis=-1), training=training)

    def train_step(self, data):
        """One update, of the discriminator too where there is an adversary."""
        inner, names = slice(EDGE, -EDGE), ("content", "level", "log_hz", "voiced")
        real = data["picture"][:, inner]
        with tf.GradientTape(persistent=True) as tape:
            drawn = self.draw(*(data[name] for name in names), training=True)[:, inner]
            bands = ops.mean(ops.abs(drawn - real)) * 10.0
            loss, report = bands, {"bands": bands}
            if self.adversary:
                (real_logits, *known), (logits, *seen) = map(self.discriminator, (real, drawn))
                unmoved = self.discriminator(ops.stop_gradient(drawn))[0]
                against = losses.hinge(real_logits, unmoved)[0]
                opinion = losses.hinge(real_logits, logits)[1]
                pairs = zip(known, seen, strict=True)
                apart = sum(ops.mean(ops.abs(ops.stop_gradient(a) - b)) for a, b in pairs)
                loss += self.adversary * (opinion + 4.0 * apart)
                report |= {"discriminator": against, "generator": opinion, "features": apart}
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        if self.adversary:
            variables = self.discriminator.trainable_variables
            self.discriminator_optimizer.apply(tape.gradient(against, variables), variables)
        return report


def build_discriminator(bands, channels=24):
    """Pictures (batch, frames, bands) to a map of logits and the features of each layer."""
    picture = keras.Input([None, bands])
    features, seen = layers.Reshape([-1, bands, 1])(picture), []
    for width, strides in ((1, (1, 2)), (2, (2, 2)), (3, (2, 2))):
        convolution = layers.Conv2D(width * channels, (3, 5), strides, padding="same")
        features = layers.LeakyReLU(negative_slope=0.2)(convolution(features))
        seen.append(features)
    logits = layers.Conv2D(1, 3, padding="same")(features)
    return keras.Model(picture, [logits, *seen], name="picture_discriminator")


def heard_content(listener, heard, typical, past=(0.0, 0)):
    """What is said in a picture: shares of the phones, levels, and the new past.

    listener: a network of content.build_network; heard, typical, past: as in content.evened.
    Returns (frames, classes) float32, (frames,) float32, and what the next stretch needs.
    """
    even, level, past = evened(heard, typical, past)
    return ops.softmax(listener(even[None], training=False))[0].numpy(), level, past


def views_of(listener, looks, typical, rng):
    """What a listener hears of one sentence in several voices: a list of (content, level).

    Each of `looks`, a list of (frames, bands), is disturbed VIEWS times, so that the teller learns
    from what is heard of others. content is float16, as there is much of it.
    """
    disturbed_looks = [disturbed(look, rng) for look in looks for _ in range(VIEWS)]
    evens, levels, _ = zip(*(evened(look, typical) for look in disturbed_looks), strict=True)
    shares = ops.softmax(listener(np.stack(evens), training=False)).numpy().astype("float16")
    return list(zip(shares, levels, strict=True))


def telling_batch(sentences, rng, batch_size=16):
    """One training batch of Teller: a dict of arrays (batch, CROP, ...).

    sentences: dicts of views, a list of (content, level), log_hz, voiced (frames,), picture
    (frames, bands).
    """
    rows = []
    for number in rng.integers(len(sentences), size=batch_size):
        one = sentences[number]
        frames = len(one["picture"])
        start = int(rng.integers(max(1, frames - CROP + 1)))
        take = np.minimum(np.arange(start, start + CROP), frames - 1)
        content, level = one["views"][rng.integers(len(one["views"]))]
        row = {"content": content[take].astype("float32"), "level": level[take]}
        rows.append(row | {name: one[name][take] for name in ("log_hz", "voiced", "picture")})
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


class SentenceConverter:
    """Says what anybody says in one voice, at the same pace, loudness and melody, in its range.

    listener: a network of content.build_network; teller: Teller; typical: (bands,) colour of
    speech, see content.evened; pitch: the voice's usual pitch, a natural logarithm of Hz;
    vocoder: Vocoder. 16 kHz, mono. Built in lesson 14.
    """

    def __init__(self, listener, teller, typical, pitch, vocoder):
        self.listener, self.teller, self.vocoder = listener, teller, vocoder
        self.typical, self.pitch = np.float32(typical), float(pitch)
        self.sample_rate, self.pictures = vocoder.sample_rate, vocoder.pictures

    def convert(self, samples):
        """Speech (n,) float32 in the voice it has learned: (n,) float32, aligned in time.

        Raises InputError for samples that are not finite.
        """
        stream = self.make_stream()
        return np.concatenate([stream.push(samples), stream.finish()])

    def make_stream(self):
        """A fresh ConversionStream; one for each channel."""
        return ConversionStream(self)

    def draw(self, samples, heard):
        """One stretch: samples (n,) float32, n a multiple of the hop; heard: a Heard so far."""
        hop, frames = self.pictures.hop_length, len(samples) // self.pictures.hop_length + 1
        look = heard_pictures(frames).forward(samples[None])[0, :, :, 0].numpy()
        found = heard_content(self.listener, look, self.typical, heard.colour)
        content, level, heard.colour = found
        log_hz, voiced = pitch_track(samples, self.sample_rate, hop)
        moved = log_hz - heard.usual(log_hz[voiced > 0])
        moved = self.pitch + np.clip(moved, -WIDEST, WIDEST).astype("float32")
        picture = self.teller.draw(content[None], level[None], moved[None], voiced[None])
        drawn = self.vocoder.inverse(ops.clip(picture, -1, 1)[..., None]).numpy()[0]
        power = np.mean(np.square(samples)) / max(np.mean(np.square(drawn)), 1e-12)
        return drawn * np.sqrt(power)

    def save(self, path):
        """Write both networks and what is needed to use them to one file."""
        names = ("classes", "channels", "blocks")
        sizes = {"teller": {name: getattr(self.teller, name) for name in names}}
        sizes["listener"] = sizes_of(self.listener)
        config = {"kind": KIND, "pitch": self.pitch, "sizes": sizes}
        networks = self.listener, self.teller.network
        weights = [w for network in networks for w in network.get_weights()]
        save_weights(path, config, [self.typical, *weights])

    @classmethod
    def load(cls, source="kathleen_converter", vocoder="vocoder"):
        """From the names of shipped weights or saved files; InputError as read_weights."""
        config, (typical, *weights) = read_weights(source, KIND)
        teller = Teller(**config["sizes"]["teller"])
        listener = build_network(**config["sizes"]["listener"])
        count = len(listener.weights)
        listener.set_weights(weights[:count])
        teller.network.set_weights(weights[count:])
        return cls(listener, teller, typical, config["pitch"], Vocoder.load(vocoder))


class Heard:
    """What a stream remembers of a voice: its colour, and how often each pitch occurred."""

    def __init__(self):
        self.colour = (0.0, 0)
        self.counts = np.zeros(STEPS, int)

    def usual(self, log_hz):
        """The median of all pitches so far, those of `log_hz` (n,) included."""
        places = (np.asarray(log_hz) - LOWEST) / (HIGHEST - LOWEST) * STEPS
        np.add.at(self.counts, np.clip(places, 0, STEPS - 1).astype(int), 1)
        middle = np.searchsorted(np.cumsum(self.counts), self.counts.sum() / 2)
        return LOWEST + (middle + 0.5) / STEPS * (HIGHEST - LOWEST)


class ConversionStream(VocoderStream):
    """One channel on its way through a SentenceConverter, a stretch of 8 s at a time."""

    CONTEXT = 48  # frames: as far as the networks look

    def __init__(self, converter):
        super().__init__(converter.vocoder)
        self.converter, self.heard = converter, Heard()

    def push(self, samples):
        """samples (n,) float32. Returns what is ready, (m,) float32; InputError for NaN."""
        if not np.isfinite(samples).all():
            raise InputError("the sound holds NaN or infinite samples; it cannot be converted")
        return super().push(samples)

    def draw(self, samples):
        """What becomes of one stretch."""
        return self.converter.draw(samples, self.heard)
