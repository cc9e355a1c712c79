"""What the two players want, as functions of the discriminator's logits.

Each pair takes logits, not probabilities: softplus never overflows, a log of a sigmoid does.
"""

from audiogan_tf.errors import InputError

from keras import ops


def non_saturating(real_logits, fake_logits):
    """Losses of discriminator and generator: -log D(x) - log(1 - D(G(z))) and -log D(G(z)).

    Logits of shape (batch,) or (batch, 1). Returns two scalars.
    Goodfellow et al. (2014). Built in lesson 06.
    """
    discriminator = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    return discriminator, ops.mean(ops.softplus(-fake_logits))


def least_squares(real_logits, fake_logits):
    """Losses that pull logits to 1 (real) and 0 (fake) by squared error.

    Returns two scalars. Mao et al. (2017). Used in lesson 06 (the third document's listing).
    """
    discriminator = ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2)
    return discriminator, ops.mean((fake_logits - 1) ** 2)


def hinge(real_logits, fake_logits):
    """Losses that stop pushing once a logit is past its margin of 1.

    Returns two scalars. Lim and Ye (2017). Used in lesson 06.
    """
    discriminator = ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))
    return discriminator, -ops.mean(fake_logits)


LOSSES = {f.__name__: f for f in (non_saturating, least_squares, hinge)}


def get(loss):
    """A loss by name, or the callable itself; InputError lists the known names."""
    if callable(loss):
        return loss
    if loss in LOSSES:
        return LOSSES[loss]
    raise InputError(f"loss {loss!r} is unknown; use one of {', '.join(LOSSES)} or a function")


def r1_penalty(discriminator, images, *labels):
    """Mean squared gradient norm of the logits at real pictures.

    images: (batch, frames, bins, 1). Returns a scalar >= 0.
    Mescheder, Geiger and Nowozin (2018). Used in lesson 06.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(joined(images, labels), training=True)
    gradient = tape.gradient(logits, images)
    return ops.mean(ops.sum(ops.square(gradient), axis=(1, 2, 3)))


def joined(first, labels):
    """A network's inputs: a list with the labels, or the first input alone if there are none."""
    return [first, *labels] if labels else first
