from audiogan_tf import losses, models
from audiogan_tf.errors import InputError

import keras
import numpy as np
import pytest


def noise_and_labels(count, latent_dim, class_counts):
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((count, latent_dim), "float32")]
    if class_counts:
        columns = [rng.integers(classes, size=count) for classes in class_counts]
        inputs.append(np.stack(columns, axis=1).astype("int32"))
    return inputs


@pytest.mark.parametrize(
    "shape", [(32, 32, 1), (64, 64, 1), (64, 32, 1), (48, 80, 1), (128, 64, 1)]
)
@pytest.mark.parametrize("class_counts", [(), (4,), (10, 6)])
@pytest.mark.filterwarnings("error:The structure of `inputs`")
def test_networks_are_built_from_the_shape(shape, class_counts):
    generator = models.build_generator(shape, class_counts, latent_dim=8, channels=2)
    discriminator = models.build_discriminator(shape, class_counts, channels=2)
    inputs = noise_and_labels(3, 8, class_counts)
    pictures = generator(losses.joined(inputs[0], inputs[1:])).numpy()
    assert pictures.shape == (3, *shape) and np.abs(pictures).max() <= 1
    logits = discriminator(losses.joined(pictures, inputs[1:]))
    assert logits.shape == (3,) and np.isfinite(logits).all()


@pytest.mark.parametrize("shape", [(30, 64, 1), (64, 33, 1), (8, 8, 1)])
def test_a_shape_that_cannot_be_halved_is_refused(shape):
    with pytest.raises(InputError, match=rf"{shape[0]} x {shape[1]}.*multiples of 16"):
        models.build_generator(shape)


def test_networks_are_small_by_default():
    assert models.build_generator((64, 64, 1), (10, 6)).count_params() < 1.5e6
    assert models.build_discriminator((64, 64, 1), (10, 6)).count_params() < 1.5e6


@pytest.mark.parametrize("factor", [0, 1])
def test_each_condition_changes_the_picture_and_the_logit(factor):
    shape, class_counts = (32, 32, 1), (4, 3)
    generator = models.build_generator(shape, class_counts, latent_dim=8, channels=4)
    discriminator = models.build_discriminator(shape, class_counts, channels=4)
    noise, labels = noise_and_labels(2, 8, class_counts)
    other = labels.copy()
    other[:, factor] = (other[:, factor] + 1) % class_counts[factor]
    pictures = generator([noise, labels]).numpy()
    assert np.abs(pictures - generator([noise, other]).numpy()).max() > 1e-4
    logits = discriminator([pictures, labels]).numpy()
    assert np.abs(logits - discriminator([pictures, other]).numpy()).min() > 1e-6


def test_conditional_batch_norm_starts_as_plain_batch_norm():
    rng = np.random.default_rng(0)
    features = rng.normal(3, 5, (64, 4, 4, 6)).astype("float32")
    condition = rng.standard_normal((64, 5), "float32")
    layer = models.ConditionalBatchNorm()
    normed = layer([features, condition], training=True).numpy()
    np.testing.assert_allclose(normed.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(normed.std(axis=(0, 1, 2)), 1, atol=1e-2)
    plain = keras.layers.BatchNormalization(scale=False, center=False, momentum=0.9)
    np.testing.assert_allclose(normed, plain(features, training=True), atol=1e-5)


def test_conditional_batch_norm_is_scaled_and_shifted_by_the_condition():
    layer = models.ConditionalBatchNorm()
    features, condition = np.ones((2, 4, 4, 3), "float32"), np.eye(2, dtype="float32")
    layer([features, condition])
    layer.scale.kernel.assign(np.array([[1.0] * 3, [4.0] * 3]))
    layer.shift.kernel.assign(np.array([[0.0] * 3, [-7.0] * 3]))
    one, two = layer([features, condition], training=False).numpy()
    np.testing.assert_allclose(one, 2.0, rtol=1e-2)  # 1 * (1 + 1), by the bias of ones
    np.testing.assert_allclose(two, 1 * (1 + 4) - 7, rtol=1e-2)


def test_the_same_seed_gives_the_same_network():
    made = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        made.append(models.build_generator((32, 32, 1), (4,), 8, 4).get_weights())
    for one, same in zip(made[0], made[1], strict=True):
        np.testing.assert_array_equal(one, same)
    assert any((one != other).any() for one, other in zip(made[0], made[2], strict=True))


def test_networks_survive_saving(tmp_path):
    generator = models.build_generator((32, 32, 1), (4,), 8, 4)
    generator.save(tmp_path / "g.keras")
    again = keras.models.load_model(tmp_path / "g.keras", safe_mode=True)
    inputs = noise_and_labels(2, 8, (4,))
    np.testing.assert_allclose(generator(inputs), again(inputs), atol=1e-6)
