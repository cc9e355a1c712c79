"""A few numbers that tell a whole clip, for networks that otherwise see a moment of it only."""

from audiogan_tf.models.vae import kl_divergence

import keras
import numpy as np
from keras import layers, ops


def class_numbers(labels, class_counts):
    """One number for each combination of labels: (batch, k) int to (batch,) int32.

    class_counts: classes of each of the k conditions. Used in lessons 10 and 11.
    """
    numbers = ops.zeros([ops.shape(labels)[0]], "int32")
    for column, count in enumerate(class_counts):
        numbers = numbers * count + ops.cast(labels[:, column], "int32")
    return numbers


@keras.saving.register_keras_serializable("audiogan_tf")
class ClipLatent(layers.Layer):
    """A latent of `size` numbers for each clip, as in a variational autoencoder.

    While training, an encoder tells it from the whole clip: `summarise`, `near` and `cost`. For
    new clips it is drawn from a Gaussian of each of `classes` classes, which `fit` measures once
    training is over (Ghosh et al., 2020); before that it is the standard Gaussian.
    width: units of the encoder. Bowman et al. (2016), for sentences. Built in lesson 10.
    """

    def __init__(self, size, classes=1, width=192, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.listen = layers.Dense(width, activation="relu", name="listen")
        self.sum_up = layers.Dense(2 * size, name="sum_up")
        self.noise = keras.random.SeedGenerator(size)
        upright = np.tile(np.eye(size, dtype="float32"), [classes, 1, 1])
        fixed = {"trainable": False}
        self.centres = self.add_weight((classes, size), "zeros", name="centres", **fixed)
        self.roots = self.add_weight(upright.shape, "zeros", name="roots", **fixed)
        self.roots.assign(upright)
        self.built = True  # the two dense layers are, as soon as they see features

    def summarise(self, features, heard=None):
        """The latent of whole clips as a Gaussian: mean and log variance, each (batch, size).

        features: (batch, time, n), what the encoder sees at each time; heard: (batch, time, 1),
        the weight of each time in the encoder's mean, all the same by default.
        """
        noticed = self.listen(features)
        heard = ops.ones_like(noticed[..., :1]) if heard is None else heard
        overall = ops.sum(noticed * heard, axis=1) / ops.sum(heard, axis=1)
        return ops.split(self.sum_up(overall), 2, axis=-1)

    def near(self, mean, log_variance):
        """A draw from the Gaussian of each clip: (batch, size)."""
        noise = keras.random.normal(ops.shape(mean), seed=self.noise)
        return mean + ops.exp(log_variance / 2) * noise

    def cost(self, mean, log_variance):
        """What telling the latent costs, in nats: (batch,)."""
        return kl_divergence(mean, log_variance)

    def fit(self, means, log_variances, numbers):
        """Measure where the clips of each class lie; self.

        means, log_variances: as `summarise` returns them, for all training clips; numbers:
        (clips,), each clip's class, see class_numbers. A class without clips stays as it was.
        """
        means, variances = np.asarray(means, "float64"), np.exp(np.asarray(log_variances))
        centres, roots = self.centres.numpy(), self.roots.numpy()
        for number in np.unique(numbers):
            own = np.asarray(numbers) == number
            centres[number] = means[own].mean(axis=0)
            apart = means[own] - centres[number]
            spread = apart.T @ apart / own.sum() + np.diag(variances[own].mean(axis=0))
            roots[number] = np.linalg.cholesky(spread)
        self.centres.assign(centres)
        self.roots.assign(roots)
        return self

    def place(self, noise, numbers):
        """Latents of new clips: standard normal noise (batch, size), classes (batch,)."""
        roots = ops.take(self.roots, numbers, axis=0)
        moved = ops.sum(roots * noise[:, None], axis=-1)
        return ops.take(self.centres, numbers, axis=0) + moved
