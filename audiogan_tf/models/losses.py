"""What the two players want, as functions of the discriminator's logits, and what holds it back.

Each loss takes logits of shape (batch,) or (batch, 1), not probabilities, and returns two scalars
to be made small, the discriminator's and the generator's: softplus never overflows, a log of a
sigmoid does. In the formulas D = sigmoid(logit); r and f are the logits of real and of fake.
"""

from audiogan_tf.errors import InputError
from audiogan_tf.models.layers import joined

import keras
from keras import ops


def minimax(real_logits, fake_logits):
    """The game as first written: D maximises E[log D(x)] + E[log(1 - D(G(z)))], G minimises it.

    Losses: E[softplus(-r)] + E[softplus(f)] and -E[softplus(f)] = E[log(1 - D(G(z)))].
    Flat for the generator where the discriminator is sure. Goodfellow et al. (2014).
    Built in lesson 04.
    """
    return non_saturating(real_logits, fake_logits)[0], -ops.mean(ops.softplus(fake_logits))


def non_saturating(real_logits, fake_logits):
    """Losses of discriminator and generator: -log D(x) - log(1 - D(G(z))) and -log D(G(z)).

    Losses: E[softplus(-r)] + E[softplus(f)] and E[softplus(-f)].
    Goodfellow et al. (2014). Built in lessons 04 and 05.
    """
    discriminator = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    return discriminator, ops.mean(ops.softplus(-fake_logits))


def least_squares(real_logits, fake_logits):
    """Losses that pull logits to 1 (real) and 0 (fake) by squared error.

    Losses: E[(r - 1)^2] + E[f^2] and E[(f - 1)^2]. Mao et al. (2017).
    Built in lesson 04, used in lesson 05 (the fourth document's listing).
    """
    discriminator = ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2)
    return discriminator, ops.mean((fake_logits - 1) ** 2)


def hinge(real_logits, fake_logits):
    """Losses that stop pushing once a logit is past its margin of 1.

    Losses: E[max(0, 1 - r)] + E[max(0, 1 + f)] and -E[f]. Lim and Ye (2017).
    Used in lessons 04 and 05.
    """
    discriminator = ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))
    return discriminator, -ops.mean(fake_logits)


def wasserstein(real_logits, fake_logits):
    """Losses whose best value is the earth mover's distance, if the discriminator is 1-Lipschitz.

    Losses: E[f] - E[r] and -E[f]. Nothing bounds them: use `clip_weights` (Arjovsky, Chintala
    and Bottou, 2017) or `gradient_penalty` (Gulrajani et al., 2017) with them.
    Built in lesson 04.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits), -ops.mean(fake_logits)


def relativistic(real_logits, fake_logits):
    """Losses that ask only whether a real sample looks more real than the fake beside it.

    The paired form. Losses: E[softplus(-(r - f))] and E[softplus(-(f - r))], the i-th real
    against the i-th fake. Jolicoeur-Martineau (2018). Built in lesson 04.
    """
    ahead = real_logits - fake_logits
    return ops.mean(ops.softplus(-ahead)), ops.mean(ops.softplus(ahead))


def cross_entropy_mse(real_logits, fake_logits, weight=1.0):
    """Cross-entropy plus `weight` times the squared error of the probability D, for each player.

    Losses: the non-saturating ones, plus weight * (E[(1 - D(x))^2] + E[D(G(z))^2]) for the
    discriminator and weight * E[(1 - D(G(z)))^2] for the generator. The fifth document's
    formula, L = L_ce + lambda * L_mse; the squared error is the score of Brier (1950).
    Built in lesson 04.
    """
    discriminator, generator = non_saturating(real_logits, fake_logits)
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    discriminator += weight * (ops.mean((1 - real) ** 2) + ops.mean(fake**2))
    return discriminator, generator + weight * ops.mean((1 - fake) ** 2)


def auxiliary_classifier(class_logits, labels):
    """What a discriminator's second head pays for guessing labels wrong: mean cross-entropy.

    class_logits: one (batch, classes) tensor a condition; labels: (batch, conditions) int.
    Returns a scalar >= 0, the sum over conditions; added to both players' losses, on real and on
    generated samples. Odena, Olah and Shlens (2017). Built in lesson 08.
    """
    return sum(
        ops.mean(keras.losses.sparse_categorical_crossentropy(labels[:, k], logits, True))
        for k, logits in enumerate(class_logits)
    )


LOSSES = {"minimax": minimax, "non_saturating": non_saturating, "least_squares": least_squares}
LOSSES |= {"hinge": hinge, "wasserstein": wasserstein, "relativistic": relativistic}
LOSSES |= {"cross_entropy_mse": cross_entropy_mse}


def get(loss):
    """A loss by name, or the callable itself; InputError lists the known names."""
    if callable(loss):
        return loss
    if loss in LOSSES:
        return LOSSES[loss]
    raise InputError(f"loss {loss!r} is unknown; use one of {', '.join(LOSSES)} or a function")


def r1_penalty(discriminator, images, *labels):
    """Mean squared gradient norm of the logits at real samples: E[|grad D(x)|^2].

    images: (batch, ...) float tensor of any shape. Returns a scalar >= 0. At generated samples
    the same is R2, E[|grad D(G(z))|^2]; with both and the relativistic loss the game converges
    locally (Huang et al., 2024).
    Mescheder, Geiger and Nowozin (2018). Built in lesson 04, used in lesson 05.
    """
    return ops.mean(_squared_slopes(discriminator, images, labels))


def gradient_penalty(discriminator, images, fakes, mix, *labels):
    """Mean squared distance of the logits' slope from 1, at points between real and fake.

    images, fakes: (batch, ...) float tensors; mix: (batch,) in [0, 1], each pair's share of the
    real sample, drawn uniformly. E[(|grad D(mix * x + (1 - mix) * G(z))| - 1)^2], a scalar >= 0.
    Gulrajani et al. (2017). Built in lesson 04.
    """
    mix = ops.reshape(mix, [-1] + [1] * (len(images.shape) - 1))
    between = mix * images + (1 - mix) * fakes
    squared = _squared_slopes(discriminator, between, labels)
    norms = ops.sqrt(squared + 1e-12)  # the root alone has no slope at 0
    return ops.mean((norms - 1) ** 2)


def _squared_slopes(discriminator, samples, labels):
    """Each sample's squared norm of the logit's gradient, (batch,)."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = discriminator(joined(samples, *labels), training=True)
    gradient = tape.gradient(logits, samples)
    return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))


def clip_weights(network, limit):
    """Clip every trainable weight to [-limit, limit], in place.

    A crude way to bound the slope of a discriminator. Arjovsky, Chintala and Bottou (2017).
    Used in lesson 04.
    """
    for weight in network.trainable_variables:
        weight.assign(ops.clip(weight, -limit, limit))
