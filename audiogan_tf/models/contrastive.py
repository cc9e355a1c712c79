"""An encoder that learns without labels: two variations of a sound are to be known as one sound.

What the variations change, the encoder learns to ignore; what they leave alone, it may use.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

WIDTHS = (16, 32, 64, 128)  # channels, each at half the side of the one before


def contrastive_loss(first, second, temperature=0.2):
    """How badly each view finds its partner among all others, a scalar in nats.

    first, second: (batch, size) float, row i of both from the same sound. Similarity is the
    cosine over `temperature`; each of the 2 batch views picks its partner out of 2 batch - 1.
    The loss of one who guesses is log(2 batch - 1). Chen et al., SimCLR (2020). Built in
    lesson 18.
    """
    first, second = (ops.convert_to_tensor(x, "float32") for x in (first, second))
    count = ops.shape(first)[0]
    views = ops.normalize(ops.concatenate([first, second]), axis=1)
    alike = ops.matmul(views, ops.transpose(views)) / temperature
    alike = alike - 1e9 * ops.eye(2 * count)  # nobody is its own partner
    partner = ops.concatenate([ops.arange(count, 2 * count), ops.arange(count)])
    cost = ops.sparse_categorical_crossentropy(partner, alike, from_logits=True)
    return ops.mean(cost)


def build_encoder(shape):
    """A small convolutional encoder: pictures (batch, frames, bins, 1) to features (batch, 256).

    Means and maxima over time and frequency, non-negative. Used in lesson 18.
    """
    pictures = x = keras.Input(shape)
    for width in WIDTHS:
        x = layers.Conv2D(width, 3, 2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    return keras.Model(pictures, layers.Concatenate()(pooled))


class Contrastive(keras.Model):
    """Teaches an encoder by contrast; `fit` takes pictures alone.

    encoder: pictures to features; vary: function of pictures that varies each at random, such as
    judging.augment. Behind the encoder stands a small head that only the loss sees: it may throw
    away what the features keep. Compile it with an optimizer alone. Chen et al. (2020). Used in
    lesson 18.
    """

    def __init__(self, encoder, vary, temperature=0.2):
        super().__init__()
        self.encoder, self.vary, self.temperature = encoder, vary, temperature
        self.head = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dense(64)])
        self.head.build(encoder.output_shape)
        self.built = True

    def call(self, pictures, training=False):
        return self.encoder(pictures, training=training)

    def train_step(self, pictures):
        """One update; returns the loss as `contrast`."""
        with tf.GradientTape() as tape:
            views = self.vary(tf.concat([pictures, pictures], axis=0))
            first, second = ops.split(self.head(self.encoder(views, training=True)), 2)
            loss = contrastive_loss(first, second, self.temperature)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"contrast": loss}


def linear_probe(features, chosen, labels, held_out, classes, ridge=0.1):
    """What a straight line through labelled features says of other features: classes (n,) int.

    features: (clips, ...) float, of clips with labels and of all others; chosen: (few,) int, which
    have a label; labels: (few,) int; held_out: (n, ...). Ridge regression onto one-hot labels, in
    closed form. The numbers are first brought to mean 0 and spread 1, over all clips, since that
    takes no label. Hoerl and Kennard (1970). Used in lesson 18.
    """
    known = np.reshape(features, (len(features), -1)).astype("float64")
    mean, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    asked = np.reshape(held_out, (len(held_out), -1))
    scale = spread * np.sqrt(known.shape[1])
    known, asked = (known[chosen] - mean) / scale, (asked - mean) / scale
    wanted = np.eye(classes)[labels]
    kernel = known @ known.T + ridge * np.eye(len(known))
    slope = known.T @ np.linalg.solve(kernel, wanted - wanted.mean(axis=0))
    return (asked @ slope + wanted.mean(axis=0)).argmax(axis=1)
