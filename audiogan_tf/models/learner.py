"""What every model of the course can do, so that one run, one bar and one checkpoint serve all."""

import inspect

from audiogan_tf.errors import InputError
from audiogan_tf.models.layers import as_columns, draw

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class Learner(keras.Model):
    """A Keras model that learns from sounds and draws new ones.

    `fit` takes batches of examples, pictures or companded waveforms, or pairs of examples and
    labels (batch, k) int. A family adds its `train_step`, and keeps its arguments under their
    names; it has `class_counts` or a `player`.
    """

    def player(self):
        """The network that `generate` plays: the whole model, unless a family says otherwise."""
        return self

    @property
    def conditional(self):
        """Whether it has to be told labels."""
        return bool(self.class_counts) if self.player() is self else len(self.player().inputs) > 1

    @property
    def step(self):
        """Updates done so far."""
        return int(self.optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        return [*self.variables, *self.optimizer.variables]

    def playing_weights(self):
        """Weights of the network that `generate` plays, a list of arrays."""
        return self.player().get_weights()

    def adapt(self, examples, labels=None):
        """Look at training examples, (clips, ...) and (clips, k), before the first step; self."""
        return self

    def fit_latent(self, examples, labels=None):
        """Measure where training examples lie, around which new ones are drawn; self.

        Arguments as in `adapt`. Most families draw from the standard Gaussian and do nothing.
        """
        return self

    def generate(self, count, labels=None, seed=0, truncation=1.0):
        """Draw new examples: pictures or companded waveforms.

        count: how many; labels: (count,) or (count, factors) int, needed by a conditional
        model; seed: same seed, same examples; truncation: scale of the noise, under 1 for
        more typical and less varied sounds.
        Returns (count, frames, bins, 1) or (count, samples, 1) float32 in [-1, 1].
        """
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_dim), "float32")
        return draw(self.player(), noise * np.float32(truncation), self.labels_for(count, labels))

    def labels_for(self, count, labels):
        """Labels as (count, k) int32; k is 0 for a model that takes none.

        labels: (count,), (count, k) or None. Raises InputError where they are missing.
        """
        if not self.conditional:
            return np.zeros((count, 0), "int32")
        if labels is None:
            raise InputError("this model is conditional: pass labels, one row for each clip")
        return np.asarray(labels, "int32").reshape(count, -1)

    @staticmethod
    def examples_and_labels(data):
        """What `fit` hands to a step, as examples and labels (batch, k) int; k may be 0."""
        examples, *labels = data if isinstance(data, (tuple, list)) else (data,)
        if not labels or labels[0] is None:
            return examples, ops.zeros([ops.shape(examples)[0], 0], "int32")
        return examples, as_columns(labels[0])

    def get_config(self):
        """All arguments; networks among them come back with fresh weights."""
        names = {"name", *inspect.signature(type(self).__init__).parameters} - {"self", "kwargs"}
        values = {name: getattr(self, name, None) for name in names}
        return {k: keras.saving.serialize_keras_object(value) for k, value in values.items()}

    @classmethod
    def from_config(cls, config):
        """The inverse of get_config."""
        load = keras.saving.deserialize_keras_object
        return cls(**{name: load(value) for name, value in config.items()})


class AveragedLearner(Learner):
    """One network, its average over the last steps, which plays, and at will an opponent.

    A family sets `network`, `ema_network` and `ema`, and `discriminator` where there is one.
    """

    class_counts, discriminator = (), None

    def compile(self, optimizer, discriminator_optimizer=None, **kwargs):
        """Set the optimizers; where there is a discriminator, Adam by default for it."""
        super().compile(optimizer, **kwargs)
        self.optimizer.build(self.network.trainable_variables)
        self.discriminator_optimizer = discriminator_optimizer
        if self.discriminator is not None:
            own = discriminator_optimizer or keras.optimizers.Adam(4e-4, beta_1=0.5, beta_2=0.99)
            own.build(self.discriminator.trainable_variables)
            self.discriminator_optimizer = own

    def player(self):
        """The averaged network."""
        return self.ema_network

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        parts = [self.network, self.ema_network, self.optimizer]
        if self.discriminator is not None:
            parts += [self.discriminator, self.discriminator_optimizer]
        return [variable for part in parts for variable in part.variables]

    def update(self, tape, loss, d_loss=None):
        """One step of both networks down their losses; the average follows."""
        weights = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        if self.discriminator is not None:
            weights = self.discriminator.trainable_variables
            self.discriminator_optimizer.apply(tape.gradient(d_loss, weights), weights)
        pair = self.ema_network.weights, self.network.weights
        follow(*pair, self.ema, self.optimizer.iterations)


def follow(means, values, ema, steps):
    """Move averaged variables towards the present ones, faster in the first steps.

    means, values: lists of variables in one order; those that hold no floats are left alone.
    ema: the share that is kept in a step; steps: updates done so far. Yazici et al. (2019).
    """
    steps = ops.cast(steps, "float32")
    decay = ops.minimum(ema, (1 + steps) / (10 + steps))
    for mean, value in zip(means, values, strict=True):
        if "float" in value.dtype:
            share = ops.cast(1 - decay, value.dtype)
            away = {"var": mean.handle, "alpha": share, "delta": mean - value}
            tf.raw_ops.ResourceApplyGradientDescent(**away)  # one operation, `assign` takes three
