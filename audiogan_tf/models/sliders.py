"""Sliders: numbers in [0, 1] that a generator is told and a discriminator guesses."""

from audiogan_tf.models import dcgan
from audiogan_tf.models import layers as parts
from audiogan_tf.models.gan import GAN

import keras
from keras import layers, ops

HUNDREDTHS = 100  # positions are told in whole hundredths, behind the labels
MAPPED = (160, 160, 96)  # widths of the layers between sliders and generator
COARSE, FINE = 5, 33  # knots: a rate moves what is late in a clip by many periods, so it needs many


@keras.saving.register_keras_serializable("audiogan_tf")
class SliderEmbedding(layers.Layer):
    """A vector of each class, and of each of its sliders, added up.

    Each slider of each class has `knots` learned vectors at even distances; a position between
    two knots mixes their vectors, the nearer one more. So a slider is a dial without steps.
    spread: standard deviation with which the vectors' numbers are drawn at first.
    Labels (batch, 1 + sliders) int, the class and positions in hundredths, become (batch, size).
    Built in lesson 17.
    """

    def __init__(self, classes, sliders, size, knots, spread, **kwargs):
        super().__init__(**kwargs)
        self.classes, self.sliders, self.size = classes, sliders, size
        self.knots, self.spread = knots, spread

    def build(self, input_shape):
        rows = self.classes * (1 + self.sliders * self.knots)
        drawn = keras.initializers.RandomNormal(stddev=self.spread)
        self.vectors = self.add_weight(shape=[rows, self.size], initializer=drawn, name="vectors")

    def call(self, labels):
        kinds = ops.one_hot(labels[:, 0], self.classes)
        positions = ops.cast(labels[:, 1:], "float32") / HUNDREDTHS * (self.knots - 1)
        apart = ops.abs(positions[..., None] - ops.arange(self.knots, dtype="float32"))
        shares = ops.reshape(ops.relu(1 - apart), [-1, 1, self.sliders * self.knots])
        of_kind = ops.reshape(kinds[..., None] * shares, [-1, self.classes * shares.shape[-1]])
        return ops.matmul(ops.concatenate([kinds, of_kind], axis=-1), self.vectors)

    def get_config(self):
        names = ("classes", "sliders", "size", "knots", "spread")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("audiogan_tf")
class SliderGAN(GAN):
    """A GAN whose discriminator also guesses where the sliders stand.

    What wrong guesses cost is learned from real sounds alone; the generator is asked for sounds
    in which the guess is right. After Chen et al. (2016), where the guessed numbers had no
    meaning of their own, and Odena, Olah and Shlens (2017), where they were classes. Used in
    lesson 17.
    """

    WEIGHT = 20.0  # of the squared error; a guess that never moves has 1 / 12 of a slider

    def misheard(self, real_guesses, fake_guesses, labels):
        """What wrong guesses cost the discriminator and the generator, two scalars."""
        positions = ops.cast(labels[:, 1:], "float32") / HUNDREDTHS
        errors = [ops.mean((one[0] - positions) ** 2) for one in (real_guesses, fake_guesses)]
        return self.WEIGHT * errors[0], self.WEIGHT * errors[1]


def build_generator(shape, class_counts, sliders, latent_dim=32, channels=16, embedding=48):
    """A generator from noise, a class and its sliders to pictures.

    shape, channels: as in dcgan; class_counts: of one condition, [classes]; sliders: their number.
    Between the sliders and the layers that draw lie some that mix them, as in StyleGAN (Karras,
    Laine and Aila, 2019): what one slider does may depend on where another stands.
    Model: noise (batch, latent_dim), labels (batch, 1 + sliders) int, the class and positions in
    hundredths -> (batch, frames, bins, 1) float32 in [-1, 1]. Used in lesson 17.
    """
    inputs = _inputs(keras.Input([latent_dim], name="noise"), sliders)
    each = [
        SliderEmbedding(class_counts[0], sliders, embedding, knots, 0.3)(inputs[1])
        for knots in (COARSE, FINE)
    ]
    told = layers.Add()(each)
    mixed = told
    for width in MAPPED:
        mixed = layers.Dense(width)(layers.LeakyReLU(negative_slope=0.2)(mixed))
    condition = layers.Concatenate()([inputs[0], told, mixed])
    return parts.model_of(inputs, dcgan.pictures_from(condition, shape, channels), "generator")


def build_discriminator(shape, class_counts, sliders, channels=16, width=64):
    """A discriminator from pictures, a class and its sliders to a logit and a guess.

    Model: images (batch, frames, bins, 1), labels as in build_generator -> [logits (batch,),
    guesses (batch, sliders)]. The logit is a projection on the vector of class and sliders, as
    Miyato and Koyama (2018) do it with classes; the guess sees the picture and the class alone.
    width: of the layer from which the guess is made. Used in lesson 17.
    """
    classes = class_counts[0]
    inputs = _inputs(keras.Input(shape, name="images"), sliders)
    features = layers.Flatten()(dcgan.features_of(inputs[0], channels))
    vector = SliderEmbedding(classes, sliders, features.shape[-1], COARSE, 0.01)(inputs[1])
    logits = layers.Add()([layers.Dense(1)(features), layers.Dot(1)([features, vector])])
    some = layers.Dropout(0.3)(features)  # a guess from many features is harder to mislead
    hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(width)(some))
    of_each = layers.Reshape([classes, sliders])(layers.Dense(classes * sliders)(hidden))
    kind = layers.CategoryEncoding(classes, output_mode="one_hot")(inputs[1][:, :1])
    guesses = layers.Dot(1)([kind, of_each])
    return parts.model_of(inputs, [layers.Reshape([])(logits), guesses], "discriminator")


def _inputs(first, sliders):
    return [first, keras.Input([1 + sliders], dtype="int32", name="labels")]
