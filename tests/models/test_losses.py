from audiogan_tf.errors import InputError
from audiogan_tf.models import dcgan, losses

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

REAL = np.array([2.0, -0.5, 0.3], "float32")
FAKE = np.array([-1.5, 0.4, -0.2], "float32")
NAMES = sorted(losses.LOSSES)
BOUNDED = ("minimax", "non_saturating", "relativistic", "cross_entropy_mse")  # slopes at most 1


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, "float64")))


def expected(name, r=REAL, f=FAKE):
    """The papers' formulas, with probabilities, in float64."""
    d_real, d_fake = sigmoid(r), sigmoid(f)
    cross_entropy = -np.mean(np.log(d_real)) - np.mean(np.log(1 - d_fake))
    brier = np.mean((1 - d_real) ** 2) + np.mean(d_fake**2)
    return {
        "minimax": (cross_entropy, np.mean(np.log(1 - d_fake))),
        "non_saturating": (cross_entropy, -np.mean(np.log(d_fake))),
        "least_squares": (np.mean((r - 1) ** 2) + np.mean(f**2), np.mean((f - 1) ** 2)),
        "hinge": (
            np.mean(np.maximum(1 - r, 0)) + np.mean(np.maximum(1 + f, 0)),
            -np.mean(f),
        ),
        "wasserstein": (np.mean(f) - np.mean(r), -np.mean(f)),
        "relativistic": (-np.mean(np.log(sigmoid(r - f))), -np.mean(np.log(sigmoid(f - r)))),
        "cross_entropy_mse": (
            cross_entropy + brier,
            -np.mean(np.log(d_fake)) + np.mean((1 - d_fake) ** 2),
        ),
    }[name]


def values_and_slopes(name, real, fake):
    """Both losses, and both losses' gradients with respect to real and fake logits."""
    real, fake = tf.Variable(real), tf.Variable(fake)
    with tf.GradientTape(persistent=True) as tape:
        pair = losses.get(name)(real, fake)
    none = tf.UnconnectedGradients.ZERO
    slopes = [tape.gradient(x, [real, fake], unconnected_gradients=none) for x in pair]
    return [float(x) for x in pair], [[g.numpy() for g in row] for row in slopes]


@pytest.mark.parametrize("name", NAMES)
def test_values_are_the_papers(name):
    np.testing.assert_allclose(losses.get(name)(REAL, FAKE), expected(name), rtol=1e-5)


logits = arrays.arrays("float64", 5, elements=st.floats(-20, 20))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(real=logits, fake=logits)
def test_values_are_the_papers_at_any_logits(name, real, fake):
    np.testing.assert_allclose(
        losses.get(name)(real, fake), expected(name, real, fake), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_players_pull_in_opposite_directions(name):
    _, ((_, d_slope), (_, g_slope)) = values_and_slopes(name, REAL, FAKE)
    assert d_slope[1] > 0 > g_slope[1]  # a fake taken for real: down for D, up for G
    assert (g_slope < 0).all()


@pytest.mark.parametrize("real", [-1e4, 1e4])
@pytest.mark.parametrize("fake", [-1e4, 1e4])
@pytest.mark.parametrize("name", NAMES)
def test_saturated_logits_give_the_limits(name, real, fake):
    """At logits of +-10,000 values and slopes are finite and those of the formulas' limits."""
    (d_loss, g_loss), slopes = values_and_slopes(name, np.float32([real]), np.float32([fake]))
    assert np.isfinite([d_loss, g_loss]).all() and np.isfinite(slopes).all()
    r, f = float(real), float(fake)
    sure_real, sure_fake = float(r > 0), float(f > 0)  # D in the limit, and softplus'(f)
    ahead = float(r > f)
    limits = {
        "minimax": ((max(-r, 0) + max(f, 0), -max(f, 0)), (sure_real - 1, sure_fake, -sure_fake)),
        "non_saturating": (
            (max(-r, 0) + max(f, 0), max(-f, 0)),
            (sure_real - 1, sure_fake, sure_fake - 1),
        ),
        "least_squares": (
            ((r - 1) ** 2 + f**2, (f - 1) ** 2),
            (2 * (r - 1), 2 * f, 2 * (f - 1)),
        ),
        "hinge": ((max(1 - r, 0) + max(1 + f, 0), -f), (sure_real - 1, sure_fake, -1)),
        "wasserstein": ((f - r, -f), (-1, 1, -1)),
        "relativistic": (
            (max(f - r, 0), max(r - f, 0)) if r != f else (np.log(2), np.log(2)),
            (ahead - 1, 1 - ahead, -ahead) if r != f else (-0.5, 0.5, -0.5),
        ),
        "cross_entropy_mse": (
            (
                max(-r, 0) + max(f, 0) + (1 - sure_real) + sure_fake,
                max(-f, 0) + (1 - sure_fake),
            ),
            (sure_real - 1, sure_fake, sure_fake - 1),  # the squared error is flat out there
        ),
    }
    values, wanted = limits[name]
    np.testing.assert_allclose((d_loss, g_loss), values, rtol=1e-6)
    found = slopes[0][0][0], slopes[0][1][0], slopes[1][1][0]
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("name", BOUNDED)
@settings(max_examples=20, deadline=None)
@given(real=logits, fake=logits)
def test_slopes_of_the_bounded_losses_stay_bounded(name, real, fake):
    _, slopes = values_and_slopes(name, real, fake)
    bound = 1.5 if name == "cross_entropy_mse" else 1.0
    assert max(np.abs(g).max() for row in slopes for g in row) <= bound / 5 + 1e-6


@pytest.mark.parametrize("name", [name for name in NAMES if name != "minimax"])
@pytest.mark.parametrize("size", [100.0, 1000.0])
def test_a_losing_generator_still_learns(name, size):
    _, slopes = values_and_slopes(name, np.float32([size]), np.float32([-size]))
    assert slopes[1][1][0] <= -0.5


def test_the_non_saturating_loss_does_not_saturate():
    """The ratio of the two generators' slopes is exp(-logit), 22,026 at a logit of -10."""
    fake = np.float32([-10.0])
    strong, weak = (
        values_and_slopes(name, fake, fake)[1][1][1][0] for name in ("non_saturating", "minimax")
    )
    np.testing.assert_allclose(strong / weak, np.exp(10), rtol=1e-3)


@settings(max_examples=20, deadline=None)
@given(real=logits, fake=logits, shift=st.floats(-5, 5))
def test_the_relativistic_loss_sees_differences_only(real, fake, shift):
    one = losses.relativistic(real, fake)
    np.testing.assert_allclose(losses.relativistic(real + shift, fake + shift), one, atol=1e-6)
    np.testing.assert_allclose(losses.relativistic(fake, real), one[::-1], atol=1e-6)


def test_the_weight_of_the_squared_error():
    plain, single, triple = (
        np.array(losses.cross_entropy_mse(REAL, FAKE, weight)) for weight in (0.0, 1.0, 3.0)
    )
    np.testing.assert_allclose(plain, losses.non_saturating(REAL, FAKE), rtol=1e-6)
    np.testing.assert_allclose(triple - plain, 3 * (single - plain), rtol=1e-5)


def test_a_loss_is_found_by_name_or_is_a_function():
    assert losses.get("hinge") is losses.hinge
    own = lambda real, fake: (real, fake)  # noqa: E731
    assert losses.get(own) is own
    with pytest.raises(InputError, match="'wgan'.*non_saturating, least_squares, hinge"):
        losses.get("wgan")


def linear(slope):
    """A discriminator whose logits have the same gradient, `slope`, everywhere."""

    def discriminator(inputs, training):
        return tf.reduce_sum(inputs * slope, axis=tuple(range(1, len(inputs.shape))))

    return discriminator


@pytest.mark.parametrize("shape", [(4, 4, 1), (7,), (5, 2)])
def test_r1_is_the_squared_slope(shape):
    slope = np.random.default_rng(0).normal(size=shape).astype("float32")
    samples = tf.random.stateless_normal([5, *shape], [0, 1])
    got = losses.r1_penalty(linear(slope), samples)
    np.testing.assert_allclose(got, np.sum(slope**2), rtol=1e-5)


def test_r1_of_a_discriminator_agrees_with_finite_differences():
    discriminator = dcgan.build_discriminator((16, 16, 1), (3,), channels=2)
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


@pytest.mark.parametrize("size, wanted", [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_the_gradient_penalty_wants_a_slope_of_one(size, wanted):
    slope = size * np.float32([0.6, 0.8])
    real, fake = (tf.random.stateless_normal([5, 2], [0, seed]) for seed in (1, 2))
    penalty = losses.gradient_penalty(linear(slope), real, fake, tf.linspace(0.0, 1.0, 5))
    np.testing.assert_allclose(penalty, wanted, atol=1e-5)


def test_the_gradient_penalty_looks_between_real_and_fake():
    """With logits x^2 / 2 the slope at a point is the point itself."""
    real, fake, mix = np.float32([[4.0], [2.0]]), np.float32([[0.0], [6.0]]), np.float32([1, 0.25])

    def square(inputs, training):
        return tf.reduce_sum(inputs**2 / 2, axis=1)

    found = losses.gradient_penalty(square, tf.constant(real), tf.constant(fake), mix)
    np.testing.assert_allclose(found, np.mean([(4 - 1) ** 2, (5 - 1) ** 2]), rtol=1e-6)


def test_the_gradient_penalty_of_a_flat_discriminator_has_finite_slopes():
    network = keras.Sequential([keras.Input([2]), keras.layers.Dense(1, activation="tanh")])
    network.layers[0].kernel.assign(tf.zeros([2, 1]))
    points = tf.ones([3, 2])
    with tf.GradientTape() as tape:
        penalty = losses.gradient_penalty(network, points, -points, tf.fill([3], 0.5))
    slopes = tape.gradient(penalty, network.layers[0].kernel)
    assert np.isfinite(slopes).all() and float(penalty) == pytest.approx(1, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(
    weights=arrays.arrays("float32", (3, 2), elements=st.floats(-5, 5, width=32)),
    limit=st.floats(0.01, 2),
)
def test_clipped_weights_keep_within_the_limit(weights, limit):
    network = keras.Sequential([keras.Input([3]), keras.layers.Dense(2, use_bias=False)])
    network.set_weights([weights])
    losses.clip_weights(network, limit)
    (clipped,) = network.get_weights()
    np.testing.assert_allclose(clipped, np.clip(weights, -limit, limit), rtol=1e-6, atol=1e-30)
    losses.clip_weights(network, limit)
    np.testing.assert_array_equal(network.get_weights()[0], clipped)


def test_the_auxiliary_loss_is_the_cross_entropy_of_every_condition():
    labels = np.int32([[0, 1], [2, 0]])
    logits = [np.float32([[3, 0, 0], [0, 0, 3]]), np.zeros((2, 2), "float32")]
    wanted = np.log(np.exp(3) + 2) - 3 + np.log(2)
    assert float(losses.auxiliary_classifier(logits, labels)) == pytest.approx(wanted, abs=1e-5)
    sure = [np.float32([[1e4, 0, 0], [1e4, 0, 0]])]
    assert float(losses.auxiliary_classifier(sure, labels[:, :1])) == pytest.approx(5e3)
