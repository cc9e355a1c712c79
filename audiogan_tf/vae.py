"""Variational autoencoders: pictures to a few numbers with a known distribution, and back."""

from audiogan_tf import losses, pretrained
from audiogan_tf.errors import InputError
from audiogan_tf.gan import as_columns, draw
from audiogan_tf.models import embed_labels, halvings

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def build_encoder(shape, class_counts=(), latent_dim=16, channels=16, embedding=32):
    """An encoder from pictures (and labels) to a Gaussian over the latent space.

    shape, class_counts, channels: as in models.build_generator, which builds the decoder.
    Model: images (batch, frames, bins, 1) [, labels (batch, len(class_counts)) int] ->
    [mean, log_variance], each (batch, latent_dim) float32.
    Kingma and Welling (2014). Built in lesson 09.
    """
    count, _, _ = halvings(shape)
    images = keras.Input(shape, name="images")
    inputs, x = [images], images
    for i in range(count):
        x = layers.Conv2D(channels * min(2**i, 8), 4, 2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    if class_counts:
        labels = keras.Input([len(class_counts)], dtype="int32", name="labels")
        inputs.append(labels)
        embedded = embed_labels(labels, class_counts, embedding, "encoder_embedding")
        x = layers.Concatenate()([x, embedded])
    x = layers.Dense(16 * channels)(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    mean = layers.Dense(latent_dim, name="mean")(x)
    log_variance = layers.Dense(latent_dim, kernel_initializer="zeros", name="log_variance")(x)
    return keras.Model(inputs if class_counts else images, [mean, log_variance], name="encoder")


def kl_divergence(mean, log_variance):
    """How far a diagonal Gaussian is from the standard one, in nats.

    KL(N(mean, e^log_variance) || N(0, 1)) = 1/2 sum(mean^2 + e^log_variance - log_variance - 1),
    summed over the latents. mean, log_variance: (batch, latents) float. Returns (batch,).
    Kingma and Welling (2014), appendix B. Built in lesson 09.
    """
    terms = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
    return ops.sum(terms, axis=-1) / 2


def gaussian_error(images, drawn, spread=None):
    """Negative log-likelihood of pictures under a Gaussian around what was drawn, in nats.

    images, drawn: (batch, frames, bins, 1) float; summed over the pixels. spread: the Gaussian's
    deviation; None takes the one that fits this batch best (Rybkin, Daniilidis and Levine, 2021).
    Returns (batch,). Built in lesson 09.
    """
    squared = ops.square(images - drawn)
    if spread is None:
        spread = ops.sqrt(ops.mean(squared) + 1e-6)
    places = tuple(range(1, len(squared.shape)))
    pixels = float(np.prod(squared.shape[1:]))
    constant = pixels * (ops.log(spread) + 0.5 * np.log(2 * np.pi))
    return ops.sum(squared, axis=places) / (2 * spread**2) + constant


def snr_over_mean(images, drawn, mean):
    """How much nearer the drawn pictures are than one mean picture drawn for all, in dB.

    images, drawn: (batch, frames, bins, 1) float; mean: (frames, bins, 1), of the training
    pictures. 10 log10 of the mean's squared error over that of `drawn`, both summed over the
    batch: 0 dB is no better than the mean. Used in lesson 09.
    """
    images = np.asarray(images, "float64")
    return float(10 * np.log10(np.sum((images - mean) ** 2) / np.sum((images - drawn) ** 2)))


def load_encoder(source):
    """An encoder by the name of shipped weights or from a file; InputError for another kind.

    Together with the decoder that it was trained with it makes a VAE. Used in lesson 09.
    """
    config, weights = pretrained.read(source)
    if config.get("kind") != "encoder":
        raise InputError(f"{source}: holds a {config.get('kind')}, not an encoder")
    network = build_encoder(**config["sizes"])
    network.set_weights(weights)
    return network


@keras.saving.register_keras_serializable("audiogan_tf")
class VAE(keras.Model):
    """An encoder and a decoder that maximise the evidence lower bound together.

    encoder: as build_encoder builds; decoder: as models.build_generator builds, of the same
    latent_dim. beta: weight of the KL divergence, 1 for the bound itself (Higgins et al., 2017);
    it grows to that over the first `warm_up` steps (Bowman et al., 2016). spread: see
    gaussian_error. `generate` plays the decoder at draws from the prior, like GAN.generate.
    Kingma and Welling (2014); conditional: Sohn, Lee and Yan (2015). Built in lesson 09.
    """

    def __init__(self, encoder, decoder, beta=1.0, warm_up=0, spread=None, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.beta, self.warm_up, self.spread, self.seed = beta, warm_up, spread, seed
        self.noise = keras.random.SeedGenerator(seed)
        self.latent_dim = decoder.inputs[0].shape[-1]
        self.conditional = len(decoder.inputs) > 1
        self.built = True  # so that a .keras file restores the optimizer as well

    def get_config(self):
        """All arguments; the networks come back with fresh weights."""
        names = ("name", "beta", "warm_up", "spread", "seed")
        config = {name: getattr(self, name) for name in names}
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return config | {k: keras.saving.serialize_keras_object(v) for k, v in parts.items()}

    @classmethod
    def from_config(cls, config):
        """The inverse of get_config."""
        parts = ("encoder", "decoder")
        again = {name: keras.saving.deserialize_keras_object(config[name]) for name in parts}
        return cls(**config | again)

    def call(self, inputs, training=False):
        """The decoder's pictures for [noise] or [noise, labels]."""
        return self.decoder(inputs, training=training)

    def terms(self, images, labels=(), training=False):
        """The two terms of the negative bound of each picture: error and KL divergence, in nats.

        images: (batch, frames, bins, 1); labels: [] or [(batch, factors) int]. Returns
        (batch,), (batch,); their sum's negative is a lower bound of the log-likelihood.
        """
        mean, log_variance = self.encoder(losses.joined(images, labels), training=training)
        noise = keras.random.normal(ops.shape(mean), seed=self.noise)
        latents = mean + ops.exp(log_variance / 2) * noise
        drawn = self.decoder(losses.joined(latents, labels), training=training)
        return gaussian_error(images, drawn, self.spread), kl_divergence(mean, log_variance)

    def train_step(self, data):
        images, *labels = data if isinstance(data, tuple) else (data,)
        labels = [as_columns(label) for label in labels if label is not None]
        with tf.GradientTape() as tape:
            error, divergence = self.terms(images, labels, training=True)
            loss = ops.mean(error + self._weight() * divergence)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss, "error": ops.mean(error), "kl": ops.mean(divergence)}

    def playing_weights(self):
        """Weights of the network that `generate` plays."""
        return self.decoder.get_weights()

    @property
    def step(self):
        """Updates done so far."""
        return int(self.optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        return [*self.variables, *self.optimizer.variables]

    def _weight(self):
        if not self.warm_up:
            return self.beta
        done = ops.cast(self.optimizer.iterations, "float32") / self.warm_up
        return self.beta * ops.minimum(done, 1.0)

    def encode(self, images, labels=None):
        """Where pictures lie: means (count, latent_dim) and log variances, float32 arrays."""
        given = self._given(len(images), labels)
        parts = range(0, len(images), 64)
        coded = [
            self.encoder(losses.joined(images[i : i + 64], [g[i : i + 64] for g in given]))
            for i in parts
        ]
        return tuple(np.concatenate([part[k] for part in coded]) for k in (0, 1))

    def decode(self, latents, labels=None):
        """Pictures at given places, (count, frames, bins, 1) float32 in [-1, 1]."""
        latents = np.asarray(latents, "float32")
        return draw(self.decoder, [latents, *self._given(len(latents), labels)])

    def reconstruct(self, images, labels=None):
        """Pictures through the bottleneck and back, without noise; of the same shape."""
        return self.decode(self.encode(images, labels)[0], labels)

    def generate(self, count, labels=None, seed=0, truncation=1.0):
        """Draw from the prior and decode; arguments and result as in GAN.generate."""
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_dim), "float32")
        return self.decode(noise * np.float32(truncation), labels)

    def interpolate(self, start, end, steps, labels=None):
        """A straight way from one picture's place to another's, decoded.

        start, end: (frames, bins, 1); steps: pictures in all, ends included; labels: one row
        (factors,) for all of them, or (steps, factors). Returns (steps, frames, bins, 1).
        """
        rows = None if labels is None else np.broadcast_to(labels, (steps, np.shape(labels)[-1]))
        ends = None if rows is None else rows[[0, -1]]
        (first, last), _ = self.encode(np.stack([start, end]), ends)
        share = np.linspace(0, 1, steps, dtype="float32")[:, None]
        return self.decode(first * (1 - share) + last * share, rows)

    def _given(self, count, labels):
        if not self.conditional:
            return []
        if labels is None:
            raise InputError("this model is conditional: pass labels, one row for each clip")
        return [np.asarray(labels, "int32").reshape(count, -1)]
