from audiogan_tf.models.optimizers import FusedAdam

import keras
import numpy as np
import pytest
import tensorflow as tf

FALLING = keras.optimizers.schedules.InverseTimeDecay(1e-2, decay_steps=3, decay_rate=1.0)
SHAPES = [(3, 4), (), (5,)]


def path_of(optimizer, steps=7):
    """Where three variables go under the same gradients, some of which are zero or huge."""
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.standard_normal(shape, "float32")) for shape in SHAPES]
    for step in range(steps):
        scale = (1.0, 0.0, 1e4)[step % 3]
        gradients = [scale * rng.standard_normal(shape, "float32") for shape in SHAPES]
        optimizer.apply([tf.constant(g, tf.float32) for g in gradients], variables)
    return [variable.numpy() for variable in variables], optimizer


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"learning_rate": 0.1, "beta_1": 0.0, "epsilon": 1e-3},
        {"learning_rate": FALLING, "beta_1": 0.5, "beta_2": 0.99},
        {"global_clipnorm": 1.0},
        {"weight_decay": 0.1},
        {"amsgrad": True},
    ],
)
def test_it_goes_where_keras_adam_goes(options):
    fused, optimizer = path_of(FusedAdam(**options))
    plain, keras_own = path_of(keras.optimizers.Adam(**options))
    for one, other in zip(fused, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    for one, other in zip(optimizer.variables, keras_own.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-6)


def test_it_goes_elsewhere_with_another_momentum():
    one, other = path_of(FusedAdam(beta_1=0.5))[0], path_of(keras.optimizers.Adam())[0]
    assert np.abs(one[0] - other[0]).max() > 1e-4


def test_it_survives_saving():
    optimizer = FusedAdam(FALLING, beta_1=0.5, global_clipnorm=2.0)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, FusedAdam) and again.get_config() == optimizer.get_config()
