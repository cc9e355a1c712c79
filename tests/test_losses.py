from audiogan_tf import losses, models
from audiogan_tf.errors import InputError

import numpy as np
import pytest
import tensorflow as tf

REAL = np.array([2.0, -0.5, 0.3], "float32")
FAKE = np.array([-1.5, 0.4, -0.2], "float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, "float64")))


def expected(name):
    if name == "non_saturating":
        return (
            -np.mean(np.log(sigmoid(REAL))) - np.mean(np.log(1 - sigmoid(FAKE))),
            -np.mean(np.log(sigmoid(FAKE))),
        )
    if name == "least_squares":
        return np.mean((REAL - 1) ** 2) + np.mean(FAKE**2), np.mean((FAKE - 1) ** 2)
    return np.mean(np.maximum(1 - REAL, 0)) + np.mean(np.maximum(1 + FAKE, 0)), -np.mean(FAKE)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_values_are_the_papers(name):
    np.testing.assert_allclose(losses.get(name)(REAL, FAKE), expected(name), rtol=1e-5)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_the_players_pull_in_opposite_directions(name):
    fake = tf.Variable(FAKE)
    with tf.GradientTape(persistent=True) as tape:
        d_loss, g_loss = losses.get(name)(REAL, fake)
    d_slope, g_slope = tape.gradient(d_loss, fake), tape.gradient(g_loss, fake)
    assert d_slope[1] > 0 > g_slope[1]  # a fake taken for real: down for D, up for G
    assert (g_slope.numpy() < 0).all()


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
@pytest.mark.parametrize("size", [100.0, 1000.0])
def test_sure_players_do_not_overflow(name, size):
    fake = tf.Variable([-size])
    with tf.GradientTape() as tape:
        d_loss, g_loss = losses.get(name)(tf.constant([-size]), fake)
    assert np.isfinite([d_loss, g_loss]).all()
    assert tape.gradient(g_loss, fake).numpy()[0] <= -0.5  # the generator still learns


def test_the_non_saturating_loss_does_not_saturate():
    """The original minimax loss, log(1 - D), has almost no slope where the generator loses."""
    fake = tf.Variable([-10.0])
    with tf.GradientTape(persistent=True) as tape:
        _, g_loss = losses.non_saturating(fake, fake)
        minimax = tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake)))
    assert abs(tape.gradient(g_loss, fake)[0]) > 0.99
    assert abs(tape.gradient(minimax, fake)[0]) < 1e-3


def test_a_loss_is_found_by_name_or_is_a_function():
    assert losses.get("hinge") is losses.hinge
    own = lambda real, fake: (real, fake)  # noqa: E731
    assert losses.get(own) is own
    with pytest.raises(InputError, match="'wgan'.*non_saturating, least_squares, hinge"):
        losses.get("wgan")


def test_r1_is_the_squared_slope_at_the_pictures():
    slope = np.random.default_rng(0).normal(size=(4, 4, 1)).astype("float32")

    def linear(inputs, training):
        return tf.reduce_sum(inputs * slope, axis=(1, 2, 3))  # no labels: the pictures alone

    images = tf.random.stateless_normal([5, 4, 4, 1], [0, 1])
    np.testing.assert_allclose(losses.r1_penalty(linear, images), np.sum(slope**2), rtol=1e-5)


def test_r1_of_a_discriminator_agrees_with_finite_differences():
    discriminator = models.build_discriminator((16, 16, 1), (3,), channels=2)
    rng = np.random.default_rng(0)
    image = rng.normal(size=(1, 16, 16, 1)).astype("float32")
    label = np.array([[1]], "int32")
    steps = 1e-2 * np.eye(256, dtype="float32").reshape(256, 16, 16, 1)
    labels = np.repeat(label, 256, axis=0)
    up = discriminator([image + steps, labels]).numpy()
    down = discriminator([image - steps, labels]).numpy()
    slope = (up - down) / 2e-2
    penalty = losses.r1_penalty(discriminator, tf.constant(image), tf.constant(label))
    np.testing.assert_allclose(penalty, np.sum(slope**2), rtol=0.05)
