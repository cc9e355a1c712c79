"""The adversarial game as one Keras model: plain `compile`, `fit` and `generate`."""

from audiogan_tf import losses
from audiogan_tf.errors import InputError

import keras
import numpy as np
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("audiogan_tf")
class GAN(keras.Model):
    """A generator and a discriminator that train against each other.

    generator, discriminator: as built by `models`; labels are passed on if they take any.
    loss: a name from losses.LOSSES or a function of (real_logits, fake_logits).
    r1_weight: strength of the R1 penalty, applied every `r1_interval` steps and scaled up by
    as much (lazy regularisation; Karras et al., 2020). ema: decay of the averaged generator,
    which is the one that `generate` plays (Yazici et al., 2019).
    Goodfellow et al. (2014). Built step by step in lesson 06.
    """

    def __init__(
        self,
        generator,
        discriminator,
        loss="non_saturating",
        r1_weight=0.3,
        r1_interval=8,
        ema=0.999,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.loss_name, self.players_loss = loss, losses.get(loss)
        self.r1_weight, self.r1_interval, self.ema = r1_weight, r1_interval, ema
        self.noise = keras.random.SeedGenerator(seed)
        self.latent_dim = generator.inputs[0].shape[-1]
        self.conditional = len(generator.inputs) > 1

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        """Set the optimizers; by default `default_optimizer()` for both."""
        super().compile(**kwargs)
        self.generator_optimizer = generator_optimizer or default_optimizer()
        self.discriminator_optimizer = discriminator_optimizer or default_optimizer()
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    def call(self, inputs, training=False):
        """Pictures of the averaged generator for [noise] or [noise, labels]."""
        return self.ema_generator(inputs, training=training)

    def train_step(self, data):
        """One update of both players; the generator runs forward once and serves both."""
        images, *labels = data if isinstance(data, tuple) else (data,)
        labels = [_as_columns(label) for label in labels if label is not None]
        noise = keras.random.normal([ops.shape(images)[0], self.latent_dim], seed=self.noise)
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.generator(losses.joined(noise, labels), training=True)
            real_logits = self.discriminator(losses.joined(images, labels), training=True)
            fake_logits = self.discriminator(losses.joined(fakes, labels), training=True)
            d_loss, g_loss = self.players_loss(real_logits, fake_logits)
        d_gradients = _dense(tape.gradient(d_loss, self.discriminator.trainable_variables))
        g_gradients = _dense(tape.gradient(g_loss, self.generator.trainable_variables))
        del tape
        if self.r1_weight:
            d_gradients = self._add_r1(d_gradients, images, labels)
        self.discriminator_optimizer.apply(d_gradients, self.discriminator.trainable_variables)
        self.generator_optimizer.apply(g_gradients, self.generator.trainable_variables)
        self._average()
        return {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "d_real": ops.mean(ops.cast(real_logits > 0, "float32")),
            "d_fake": ops.mean(ops.cast(fake_logits < 0, "float32")),
        }

    def _add_r1(self, gradients, images, labels):
        """Add the R1 penalty's gradient on every r1_interval-th step."""
        variables = self.discriminator.trainable_variables

        def with_penalty():
            with tf.GradientTape() as tape:
                penalty = losses.r1_penalty(self.discriminator, images, *labels)
                penalty = penalty * (self.r1_weight * self.r1_interval / 2)
            return _sum(gradients, tape.gradient(penalty, variables))

        due = ops.equal(self.discriminator_optimizer.iterations % self.r1_interval, 0)
        return tf.cond(due, with_penalty, lambda: list(gradients))

    def _average(self):
        """Move the averaged generator towards the current one, faster in the first steps."""
        steps = ops.cast(self.generator_optimizer.iterations, "float32")
        decay = ops.minimum(self.ema, (1 + steps) / (10 + steps))
        for mean, now in zip(self.ema_generator.variables, self.generator.variables, strict=True):
            if "float" in now.dtype:
                mean.assign(mean + (1 - decay) * (now - mean))

    def generate(self, count, labels=None, seed=0, truncation=1.0):
        """Draw pictures from the averaged generator.

        count: how many; labels: (count,) or (count, factors) int, needed by a conditional
        model; seed: same seed, same pictures; truncation: scale of the noise, under 1 for
        more typical and less varied sounds.
        Returns (count, frames, bins, 1) float32 in [-1, 1].
        """
        if self.conditional and labels is None:
            raise InputError("this generator is conditional: pass labels, one row for each clip")
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_dim), "float32")
        inputs = [noise * np.float32(truncation)]
        if self.conditional:
            inputs.append(np.asarray(labels, "int32").reshape(count, -1))
        return draw(self.ema_generator, inputs)

    @property
    def step(self):
        """Updates done so far."""
        return int(self.discriminator_optimizer.iterations.numpy())


def default_optimizer():
    """Adam with little momentum; the learning rate starts high and halves by step 10,000.

    Kingma and Ba (2015); beta_1 = 0.5 after Radford, Metz and Chintala (2015).
    """
    rate = keras.optimizers.schedules.InverseTimeDecay(8e-4, decay_steps=10_000, decay_rate=1.0)
    return keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99)


def _dense(gradients):
    """Embeddings give sparse gradients; the optimizers and the penalty want dense ones."""
    return [tf.convert_to_tensor(gradient) for gradient in gradients]


def _sum(gradients, extra):
    """Add gradients; None (an offset does not change the slope at a picture) adds nothing."""
    pairs = zip(gradients, extra, strict=True)
    return [a if b is None else a + tf.convert_to_tensor(b) for a, b in pairs]


def _as_columns(labels):
    labels = ops.cast(labels, "int32")
    return labels[:, None] if len(labels.shape) == 1 else labels


def draw(generator, inputs, batch=64):
    """Run a generator over arrays in batches; (count, frames, bins, 1) float32."""
    pieces = []
    for i in range(0, len(inputs[0]), batch):
        noise, *labels = [part[i : i + batch] for part in inputs]
        pieces.append(generator(losses.joined(noise, labels), training=False).numpy())
    return np.concatenate(pieces)
