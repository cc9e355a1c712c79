"""One speaker's clip in another speaker's voice: one generator for all pairs, in the star form."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import layers as parts
from audiogan_tf.models import losses
from audiogan_tf.models.learner import Learner, follow
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation, forward_all, inverse_all
from audiogan_tf.storage.names import place_of
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

KIND = "converter"  # of a file of weights
BATCH = 16


@keras.saving.register_keras_serializable("audiogan_tf")
class ConditionalInstanceNorm(layers.Layer):
    """Each channel of each example to mean 0 and deviation 1, then scaled and shifted as asked.

    Inputs: features (batch, frames, bins, channels) and condition (batch, size); features come
    back in their shape. What is taken out is the speaker's general colour, what is put in is
    another's. Ulyanov et al. (2016), Dumoulin et al. (2017). Built in lesson 14.
    """

    def build(self, input_shape):
        channels = input_shape[0][-1]
        self.scale = layers.Dense(channels, kernel_initializer="zeros", bias_initializer="ones")
        self.shift = layers.Dense(channels, kernel_initializer="zeros")
        self.scale.build(input_shape[1])
        self.shift.build(input_shape[1])

    def call(self, inputs):
        features, condition = inputs
        mean, variance = ops.moments(features, axes=[1, 2], keepdims=True)
        scale = self.scale(condition)[:, None, None] * ops.rsqrt(variance + 1e-3)
        return (features - mean) * scale + self.shift(condition)[:, None, None]


def build_generator(shape, speakers, channels=32, blocks=3, embedding=32):
    """A network from a picture and the speaker asked for to the picture of that speaker.

    shape: (frames, bins, 1), both sides divisible by 4; speakers: how many there are.
    Model: [pictures (batch, frames, bins, 1), speaker (batch, 1) int] -> pictures in [-1, 1].
    It is not told who speaks in the source. No connection passes by the narrow middle, so that
    what is not needed for the words is left behind. Kameoka et al., StarGAN-VC (2018) and
    Kaneko et al., StarGAN-VC2 (2019). Built in lesson 14.
    """
    picture = x = keras.Input(shape, name="pictures")
    speaker = keras.Input([1], dtype="int32", name="speaker")
    condition = layers.Embedding(speakers, embedding, name="speaker_embedding")(speaker)[:, 0]

    def normed(x):
        return layers.ReLU()(ConditionalInstanceNorm()([x, condition]))

    for width in (channels, 2 * channels):
        x = normed(layers.Conv2D(width, 4, 2, padding="same")(x))
    for _ in range(blocks):
        y = normed(layers.Conv2D(2 * channels, 3, padding="same", use_bias=False)(x))
        y = layers.Conv2D(2 * channels, 3, padding="same", use_bias=False)(y)
        x = layers.Add()([x, ConditionalInstanceNorm()([y, condition])])
    x = normed(layers.Conv2DTranspose(channels, 4, 2, padding="same", use_bias=False)(x))
    x = layers.Conv2DTranspose(1, 4, 2, padding="same", activation="tanh")(x)
    return keras.Model([picture, speaker], x, name="converter")


def build_discriminator(shape, words, speakers, channels=24):
    """A discriminator of pictures that also guesses who says which word.

    shape: (frames, bins, 1), both sides divisible by 4; words, speakers: how many there are.
    Model: [images (batch, frames, bins, 1), labels (batch, 2) int, word and speaker] ->
    [(batch,) logits of being real and what the labels say, (batch, words) and (batch, speakers)
    logits of the guesses]. Labels enter by projection, as in dcgan.build_discriminator; the
    guesses, which do not see them, are StarGAN's domain classifier (Choi et al., 2018). Built in
    lesson 14.
    """
    count, _, _ = parts.halvings(shape)
    inputs = parts.with_labels(keras.Input(shape, name="images"), (words, speakers))
    x = inputs[0]
    for i in range(count):
        x = layers.Conv2D(channels * min(2**i, 8), 4, 2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    logits = parts.projection(x, inputs, (words, speakers))
    guesses = [layers.Dense(size)(x) for size in (words, speakers)]
    return parts.model_of(inputs, [logits, *guesses], "discriminator")


def draw_batch(pictures, conditions, rng, size=BATCH):
    """One batch to learn from: pictures and labels (size, 3): word, speaker, speaker asked for.

    pictures: (clips, frames, bins, 1); conditions: (clips, 2) int, word and speaker; rng: a numpy
    Generator, the same of which gives the same batch.
    """
    chosen = rng.integers(len(pictures), size=size)
    asked = rng.integers(1 + conditions[:, 1].max(), size=size)
    labels = np.concatenate([conditions[chosen], asked[:, None]], axis=1)
    return pictures[chosen], labels.astype("int32")


@keras.saving.register_keras_serializable("audiogan_tf")
class StarConversion(Learner):
    """A converter and a discriminator that train against each other on many speakers' clips.

    generator, discriminator: as build_generator and build_discriminator give: a converted clip
    must pass for the same word by the speaker asked for, and be guessed as both. cycle_weight:
    what it costs if the way back does not lead to the source (0: the way is not walked, which
    saves a third of the time); identity_weight: if a clip asked for in its own voice changes;
    both are mean absolute differences. guess_weight: what a wrong guess costs the generator.
    r1_weight, r1_interval, ema: as in GAN. Labels are needed to learn, not to convert.
    Kameoka et al. (2018). Built in lesson 14.
    """

    class_counts = ()

    def __init__(
        self,
        generator,
        discriminator,
        cycle_weight=0.0,
        identity_weight=5.0,
        guess_weight=1.0,
        r1_weight=0.3,
        r1_interval=8,
        ema=0.998,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        self.guess_weight = guess_weight
        self.r1_weight, self.r1_interval, self.ema = r1_weight, r1_interval, ema

    def compile(self, rate=4e-4, steps=10_000, **kwargs):
        """Set both optimizers; the learning rate goes down to 0 by `steps`."""
        super().compile(**kwargs)
        for name, factor in (("generator", 1.0), ("discriminator", 1.0)):
            falling = keras.optimizers.schedules.PolynomialDecay(factor * rate, steps, 0.02 * rate)
            optimizer = keras.optimizers.Adam(falling, beta_1=0.5, beta_2=0.99)
            optimizer.build(getattr(self, name).trainable_variables)
            setattr(self, f"{name}_optimizer", optimizer)

    def train_step(self, data):
        """One update of both players with what draw_batch gives."""
        pictures, labels = data
        word, speaker, asked = labels[:, :1], labels[:, 1:2], labels[:, 2:]
        real, wanted = labels[:, :2], ops.concatenate([word, asked], axis=1)
        with tf.GradientTape(persistent=True) as tape:
            both = ops.concatenate([pictures, pictures]), ops.concatenate([asked, speaker])
            fakes, same = ops.split(self.generator(both, training=True), 2)
            real_logits, *real_guesses = self.discriminator([pictures, real], training=True)
            fake_logits, *fake_guesses = self.discriminator([fakes, wanted], training=True)
            d_loss, adversarial = losses.non_saturating(real_logits, fake_logits)
            d_loss += losses.auxiliary_classifier(real_guesses, real)
            misheard = losses.auxiliary_classifier(fake_guesses, wanted)
            identity = ops.mean(ops.abs(same - pictures))
            cycle = self._cycle(fakes, pictures, speaker)
            g_loss = adversarial + self.guess_weight * misheard
            g_loss += self.cycle_weight * cycle + self.identity_weight * identity
        self._update("generator", tape.gradient(g_loss, self.generator.trainable_variables))
        gradients = tape.gradient(d_loss, self.discriminator.trainable_variables)
        del tape
        self._update("discriminator", self._with_r1(gradients, pictures, real))
        self._average()
        named = {"d_loss": d_loss, "g_loss": adversarial, "identity": identity}
        return named | {"cycle": cycle, "misheard": misheard}

    def _cycle(self, fakes, pictures, speaker):
        if not self.cycle_weight:
            return ops.zeros([])
        return ops.mean(ops.abs(self.generator([fakes, speaker], training=True) - pictures))

    def _update(self, name, gradients):
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        optimizer = getattr(self, f"{name}_optimizer")
        optimizer.apply(dense, getattr(self, name).trainable_variables)

    def _with_r1(self, gradients, pictures, labels):
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        due = ops.equal(self.discriminator_optimizer.iterations % self.r1_interval, 0)
        return tf.cond(due, lambda: self._add_r1(gradients, pictures, labels), lambda: gradients)

    def _add_r1(self, gradients, pictures, labels):
        with tf.GradientTape() as tape:
            penalty = losses.r1_penalty(self._critic, pictures, labels)
        extra = tape.gradient(penalty, self.discriminator.trainable_variables)
        weight, pairs = self.r1_weight * self.r1_interval / 2, zip(gradients, extra, strict=True)
        return [a if b is None else a + weight * tf.convert_to_tensor(b) for a, b in pairs]

    def _critic(self, inputs, training):
        return self.discriminator(inputs, training=training)[0]

    def _average(self):
        pair = self.ema_generator.variables, self.generator.variables
        follow(*pair, self.ema, self.generator_optimizer.iterations)

    def player(self):
        """The averaged generator."""
        return self.ema_generator

    @property
    def step(self):
        """Updates done so far."""
        return int(self.generator_optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        networks = self.generator, self.discriminator, self.ema_generator
        parts = *networks, self.generator_optimizer, self.discriminator_optimizer
        return [variable for part in parts for variable in part.variables]


class Converter:
    """A trained generator with all it needs to turn one known speaker's clips into another's.

    network: as build_generator makes of `sizes`; representation: its pictures; speakers: names.
    """

    def __init__(self, network, sizes, representation, speakers):
        self.network, self.sizes, self.representation = network, sizes, representation
        self.speakers = tuple(speakers)

    def convert(self, waveforms, speaker, iterations=60):
        """Clips as another speaker would say them, at the same pace.

        waveforms: (clips, samples) float at the representation's rate, cut or padded at the end
        to its length; who speaks need not be known. speaker: a name, or (clips,) int numbers.
        iterations: of the estimate of the phase. Returns (clips, samples) float32 in [-1, 1].
        Raises InputError for an unknown speaker and for samples that are not finite.
        """
        waveforms = np.asarray(waveforms, "float32")
        if waveforms.ndim != 2 or not np.isfinite(waveforms).all():
            raise InputError(
                f"a converter takes finite waveforms of shape (clips, samples), got "
                f"{waveforms.shape} with {np.sum(~np.isfinite(waveforms))} that are not finite"
            )
        numbers = self._numbers(speaker, len(waveforms))
        form = self.representation
        pictures = forward_all(
            audio.peak_normalise(audio.fix_length(waveforms, form.samples)), form
        )
        parts = [slice(i, i + 64) for i in range(0, len(pictures), 64)]
        made = [self.network([pictures[p], numbers[p, None]], training=False) for p in parts]
        return audio.limit(inverse_all(np.concatenate(made), form, iterations))

    def _numbers(self, speaker, count):
        names = ", ".join(self.speakers)
        if isinstance(speaker, str):
            number = place_of(speaker, self.speakers)
            if number is None:
                raise InputError(f"speaker {speaker!r} is unknown; use one of {names}")
            return np.full(count, number, "int32")
        numbers = np.asarray(speaker)
        known = numbers.dtype.kind in "iu" and np.isin(numbers, range(len(self.speakers))).all()
        if not known or numbers.shape != (count,):
            raise InputError(
                f"speaker={speaker!r}: give a name ({names}), or its number for each of {count} "
                "clips"
            )
        return numbers.astype("int32")

    def save(self, path):
        """Write it to one .npz file."""
        config = {"kind": KIND, "sizes": self.sizes, "speakers": list(self.speakers)}
        config["representation"] = self.representation.get_config()
        save_weights(path, config, self.network.get_weights())

    @classmethod
    def load(cls, path_or_name):
        """Read what `save` wrote, or a shipped converter by its name."""
        config, weights = read_weights(path_or_name, KIND)
        network = build_generator(**config["sizes"])
        network.set_weights(weights)
        form = Representation.from_config(config["representation"])
        return cls(network, config["sizes"], form, config["speakers"])
