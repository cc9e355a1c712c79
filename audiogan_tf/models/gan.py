"""The adversarial game as one Keras model: plain `compile`, `fit` and `generate`."""

import functools

from audiogan_tf.models import losses, replicas
from audiogan_tf.models.layers import joined
from audiogan_tf.models.learner import Learner, follow
from audiogan_tf.models.optimizers import FusedAdam

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("audiogan_tf")
class GAN(Learner):
    """A generator and a discriminator that train against each other.

    generator, discriminator: as built by `models`; labels are passed on if they take any. What
    an auxiliary head guesses is added to both players' losses (losses.auxiliary_classifier).
    loss: a name from losses.LOSSES or a function of (real_logits, fake_logits).
    r1_weight, r2_weight: strength of the penalties on slopes at real and at generated samples,
    applied every `r1_interval` steps and scaled up by as much (lazy regularisation; Karras et
    al., 2020). gradient_penalty_weight: strength of WGAN-GP's, applied at every step.
    clip: bound of the discriminator's weights after every step, 0 for none. augment: what real
    and generated pictures go through on their way to the discriminator, a callable such as
    models.Augmentation(), or None.
    ema: decay of the averaged generator, which is the one that `generate` plays (Yazici et
    al., 2019). Goodfellow et al. (2014). Built step by step in lesson 05.
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
        r2_weight=0.0,
        gradient_penalty_weight=0.0,
        clip=0.0,
        augment=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.loss_name, self.players_loss = loss, losses.get(loss)
        self.r1_weight, self.r2_weight, self.r1_interval = r1_weight, r2_weight, r1_interval
        self.gradient_penalty_weight, self.clip, self.ema = gradient_penalty_weight, clip, ema
        self.augment, self.seed = augment, seed
        self.noise = keras.random.SeedGenerator(seed)
        self.latent_dim = generator.inputs[0].shape[-1]

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        """Set the optimizers; by default `default_optimizer()` for both."""
        super().compile(**kwargs)
        self.generator_optimizer = generator_optimizer or default_optimizer()
        self.discriminator_optimizer = discriminator_optimizer or default_optimizer()
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    def get_config(self):
        """All arguments; the networks come back with fresh weights."""
        loss = keras.saving.serialize_keras_object(self.loss_name)  # Keras uses `loss` itself
        return super().get_config() | {"loss": loss}

    def call(self, inputs, training=False):
        """Pictures of the averaged generator for [noise] or [noise, labels]."""
        return self.ema_generator(inputs, training=training)

    def train_step(self, data):
        """One update of both players; the generator runs forward once and serves both."""
        images, labels = self.examples_and_labels(data)
        images = self._shown(images)
        noise = replicas.draw_share(self._draw_noise, ops.shape(images)[0])
        with tf.GradientTape(persistent=True) as tape:
            fakes = self._shown(self.generator(joined(noise, labels), training=True))
            real_logits, *real_guesses = self._marks(images, labels)
            fake_logits, *fake_guesses = self._marks(fakes, labels)
            d_loss, g_loss = self.players_loss(real_logits, fake_logits)
            if real_guesses:
                costs = self.misheard(real_guesses, fake_guesses, labels)
                d_loss, g_loss = d_loss + costs[0], g_loss + costs[1]
        d_gradients = _dense(tape.gradient(d_loss, self.discriminator.trainable_variables))
        g_gradients = _dense(tape.gradient(g_loss, self.generator.trainable_variables))
        del tape
        d_gradients = self._add_penalties(d_gradients, images, fakes, labels)
        d_gradients, g_gradients = map(replicas.share_of, (d_gradients, g_gradients))
        self.discriminator_optimizer.apply(d_gradients, self.discriminator.trainable_variables)
        if self.clip:
            losses.clip_weights(self.discriminator, self.clip)
        self.generator_optimizer.apply(g_gradients, self.generator.trainable_variables)
        self._average()
        return {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "d_real": ops.mean(ops.cast(real_logits > 0, "float32")),
            "d_fake": ops.mean(ops.cast(fake_logits < 0, "float32")),
        }

    def _draw_noise(self, examples):
        return keras.random.normal([examples, self.latent_dim], seed=self.noise)

    def misheard(self, real_guesses, fake_guesses, labels):
        """What wrong guesses of an auxiliary head cost the discriminator and the generator."""
        misheard = losses.auxiliary_classifier(fake_guesses, labels)
        return losses.auxiliary_classifier(real_guesses, labels) + misheard, misheard

    def _shown(self, pictures):
        """What the discriminator gets to see of pictures."""
        return self.augment(pictures) if self.augment else pictures

    def _marks(self, pictures, labels):
        """The discriminator's logits and, from an auxiliary head, each condition's."""
        marks = self.discriminator(joined(pictures, labels), training=True)
        return marks if isinstance(marks, (list, tuple)) else [marks]

    def player(self):
        """The averaged generator."""
        return self.ema_generator

    @property
    def step(self):
        """Updates of the discriminator done so far."""
        return int(self.discriminator_optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        networks = self.generator, self.discriminator, self.ema_generator
        parts = *networks, self.generator_optimizer, self.discriminator_optimizer
        return [variable for part in parts for variable in part.variables] + [self.noise.state]

    @property
    def _critic(self):
        """The discriminator without its auxiliary head, for the penalties."""
        if len(self.discriminator.outputs) == 1:
            return self.discriminator
        return keras.Model(self.discriminator.input, self.discriminator.outputs[0])

    def _add_penalties(self, gradients, images, fakes, labels):
        """Add the gradients of the penalties that have a weight."""
        for weight, samples in ((self.r1_weight, images), (self.r2_weight, fakes)):
            if weight:
                penalty = functools.partial(losses.r1_penalty, self._critic, samples, labels)
                gradients = self._add_lazily(gradients, penalty, weight)
        if self.gradient_penalty_weight:
            mix = keras.random.uniform([ops.shape(images)[0]], seed=self.noise)
            given = self._critic, images, fakes, mix, labels
            wgan_gp = functools.partial(losses.gradient_penalty, *given)
            gradients = self._add(gradients, wgan_gp, self.gradient_penalty_weight)
        return gradients

    def _add_lazily(self, gradients, penalty, weight):
        """Add weight / 2 times the penalty's gradient, r1_interval-fold every so many steps."""
        due = ops.equal(self.discriminator_optimizer.iterations % self.r1_interval, 0)
        weight = weight * self.r1_interval / 2
        return tf.cond(due, lambda: self._add(gradients, penalty, weight), lambda: list(gradients))

    def _add(self, gradients, penalty, weight):
        """Add the gradient of weight * penalty() with respect to the discriminator's weights."""
        with tf.GradientTape() as tape:
            slope = penalty()
        extra = tape.gradient(slope, self.discriminator.trainable_variables)
        return _sum(gradients, extra, weight)

    def _average(self):
        """Move the averaged generator towards the current one, faster in the first steps."""
        pair = self.ema_generator.variables, self.generator.variables
        follow(*pair, self.ema, self.generator_optimizer.iterations)


def default_optimizer(rate=8e-4):
    """Adam with little momentum; the learning rate starts at `rate` and halves by step 10,000.

    Kingma and Ba (2015); beta_1 = 0.5 after Radford, Metz and Chintala (2015).
    """
    rate = keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps=10_000, decay_rate=1.0)
    return FusedAdam(rate, beta_1=0.5, beta_2=0.99)


def _dense(gradients):
    """Embeddings give sparse gradients; the optimizers and the penalty want dense ones."""
    return [tf.convert_to_tensor(gradient) for gradient in gradients]


def _sum(gradients, extra, weight):
    """gradients + weight * extra; None (an offset does not change the slope) adds nothing."""
    pairs = zip(gradients, extra, strict=True)
    # The product comes last: of a bare chain of sums, as dense layers give, TensorFlow's graph
    # optimizer makes one that stops with AlreadyExistsError.
    return [a if b is None else a + weight * tf.convert_to_tensor(b) for a, b in pairs]
