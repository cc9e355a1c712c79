"""Variational autoencoders: pictures to a few numbers with a known distribution, and back."""

from audiogan_tf.models import replicas
from audiogan_tf.models.layers import condition_of, draw, halvings, joined, model_of, with_labels
from audiogan_tf.models.learner import Learner

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def build_encoder(shape, class_counts=(), latent_dim=16, channels=16, embedding=32):
    """An encoder from pictures (and labels) to a Gaussian over the latent space.

    shape, class_counts, channels: as in dcgan.build_generator, which builds the decoder.
    Model: images (batch, frames, bins, 1) [, labels (batch, len(class_counts)) int] ->
    [mean, log_variance], each (batch, latent_dim) float32.
    Kingma and Welling (2014). Built in lesson 09.
    """
    count, _, _ = halvings(shape)
    inputs = with_labels(keras.Input(shape, name="images"), class_counts)
    x = inputs[0]
    for i in range(count):
        x = layers.Conv2D(channels * min(2**i, 8), 4, 2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    x = condition_of([x, *inputs[1:]], class_counts, embedding, "encoder_embedding")
    x = layers.Dense(16 * channels)(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    mean = layers.Dense(latent_dim, name="mean")(x)
    log_variance = layers.Dense(latent_dim, kernel_initializer="zeros", name="log_variance")(x)
    return model_of(inputs, [mean, log_variance], "encoder")


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
        spread = ops.sqrt(replicas.mean_of_all(ops.mean(squared)) + 1e-6)
    places = tuple(range(1, len(squared.shape)))
    pixels = float(np.prod(squared.shape[1:]))
    constant = pixels * (ops.log(spread) + 0.5 * np.log(2 * np.pi))
    return ops.sum(squared, axis=places) / (2 * spread**2) + constant


@keras.saving.register_keras_serializable("audiogan_tf")
class VAE(Learner):
    """An encoder and a decoder that maximise the evidence lower bound together.

    encoder: as build_encoder builds; decoder: as dcgan.build_generator builds, of the same
    latent_dim. beta: weight of the KL divergence, 1 for the bound itself (Higgins et al., 2017);
    it grows to that over the first `warm_up` steps (Bowman et al., 2016). spread: see
    gaussian_error. `generate` plays the decoder at draws from the prior.
    Kingma and Welling (2014); conditional: Sohn, Lee and Yan (2015). Built in lesson 09.
    """

    def __init__(self, encoder, decoder, beta=1.0, warm_up=0, spread=None, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.beta, self.warm_up, self.spread, self.seed = beta, warm_up, spread, seed
        self.noise = keras.random.SeedGenerator(seed)
        self.latent_dim = decoder.inputs[0].shape[-1]
        self.built = True  # so that a .keras file restores the optimizer as well

    def call(self, inputs, training=False):
        """The decoder's pictures for [noise] or [noise, labels]."""
        return self.decoder(inputs, training=training)

    def terms(self, images, labels=None, training=False):
        """The two terms of the negative bound of each picture: error and KL divergence, in nats.

        images: (batch, frames, bins, 1); labels: (batch, k) int or None. Returns
        (batch,), (batch,); their sum's negative is a lower bound of the log-likelihood.
        """
        mean, log_variance = self.encoder(joined(images, labels), training=training)
        noise = replicas.draw_share(self._draw_noise, ops.shape(mean)[0])
        latents = mean + ops.exp(log_variance / 2) * noise
        drawn = self.decoder(joined(latents, labels), training=training)
        return gaussian_error(images, drawn, self.spread), kl_divergence(mean, log_variance)

    def train_step(self, data):
        images, labels = self.examples_and_labels(data)
        images = ops.cast(images, keras.config.floatx())
        with tf.GradientTape() as tape:
            error, divergence = self.terms(images, labels, training=True)
            loss = ops.mean(error + self._weight() * divergence)
        variables = self.trainable_variables
        gradients = replicas.share_of(tape.gradient(loss, variables))
        self.optimizer.apply(gradients, variables)
        return {"loss": loss, "error": ops.mean(error), "kl": ops.mean(divergence)}

    def player(self):
        """The decoder."""
        return self.decoder

    def _draw_noise(self, examples):
        return keras.random.normal([examples, self.latent_dim], seed=self.noise)

    def _weight(self):
        if not self.warm_up:
            return self.beta
        done = ops.cast(self.optimizer.iterations, keras.config.floatx()) / self.warm_up
        return self.beta * ops.minimum(done, 1.0)

    def encode(self, images, labels=None):
        """Where pictures lie: means (count, latent_dim) and log variances, float32 arrays."""
        labels = self.labels_for(len(images), labels)
        parts = [slice(i, i + 64) for i in range(0, len(images), 64)]
        coded = [self.encoder(joined(images[part], labels[part])) for part in parts]
        return tuple(np.concatenate([part[k] for part in coded]) for k in (0, 1))

    def decode(self, latents, labels=None):
        """Pictures at given places, (count, frames, bins, 1) float32 in [-1, 1]."""
        latents = np.asarray(latents, "float32")
        return draw(self.decoder, latents, self.labels_for(len(latents), labels))

    def reconstruct(self, images, labels=None):
        """Pictures through the bottleneck and back, without noise; of the same shape."""
        return self.decode(self.encode(images, labels)[0], labels)
