from audiogan_tf.errors import InputError
from audiogan_tf.models import dcgan, layers
from audiogan_tf.models.layers import ConditionalBatchNorm, MinibatchStddev, joined

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
    generator = dcgan.build_generator(shape, class_counts, latent_dim=8, channels=2)
    discriminator = dcgan.build_discriminator(shape, class_counts, channels=2)
    inputs = noise_and_labels(3, 8, class_counts)
    pictures = generator(joined(inputs[0], *inputs[1:])).numpy()
    assert pictures.shape == (3, *shape) and np.abs(pictures).max() <= 1
    logits = discriminator(joined(pictures, *inputs[1:]))
    assert logits.shape == (3,) and np.isfinite(logits).all()


@pytest.mark.parametrize("shape", [(30, 64, 1), (64, 33, 1), (8, 8, 1)])
def test_a_shape_that_cannot_be_halved_is_refused(shape):
    with pytest.raises(InputError, match=rf"{shape[0]} x {shape[1]}.*multiples of 16"):
        dcgan.build_generator(shape)


def test_networks_are_small_by_default():
    assert dcgan.build_generator((64, 64, 1), (10, 6)).count_params() < 1.5e6
    assert dcgan.build_discriminator((64, 64, 1), (10, 6)).count_params() < 1.5e6


@pytest.mark.parametrize("factor", [0, 1])
def test_each_condition_changes_the_picture_and_the_logit(factor):
    shape, class_counts = (32, 32, 1), (4, 3)
    generator = dcgan.build_generator(shape, class_counts, latent_dim=8, channels=4)
    discriminator = dcgan.build_discriminator(shape, class_counts, channels=4)
    noise, labels = noise_and_labels(2, 8, class_counts)
    other = labels.copy()
    other[:, factor] = (other[:, factor] + 1) % class_counts[factor]
    pictures = generator([noise, labels]).numpy()
    assert np.abs(pictures - generator([noise, other]).numpy()).max() > 1e-4
    logits = discriminator([pictures, labels]).numpy()
    assert np.abs(logits - discriminator([pictures, other]).numpy()).min() > 1e-6


def test_an_auxiliary_head_guesses_each_condition_from_the_picture_alone():
    network = dcgan.build_discriminator((32, 32, 1), (4, 3), channels=2, head="auxiliary")
    pictures = np.random.default_rng(0).uniform(-1, 1, (5, 32, 32, 1)).astype("float32")
    logits, *guesses = network([pictures, np.zeros((5, 2), "int32")])
    assert logits.shape == (5,) and [guess.shape[1] for guess in guesses] == [4, 3]
    others = network([pictures, np.ones((5, 2), "int32")])
    for one, other in zip([logits, *guesses], others, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="head='both': use 'projection' or 'auxiliary'"):
        dcgan.build_discriminator((32, 32, 1), (4,), head="both")


def test_conditional_batch_norm_starts_as_plain_batch_norm():
    rng = np.random.default_rng(0)
    features = rng.normal(3, 5, (64, 4, 4, 6)).astype("float32")
    condition = rng.standard_normal((64, 5), "float32")
    layer = ConditionalBatchNorm()
    normed = layer([features, condition], training=True).numpy()
    np.testing.assert_allclose(normed.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(normed.std(axis=(0, 1, 2)), 1, atol=1e-2)
    plain = keras.layers.BatchNormalization(scale=False, center=False, momentum=0.9)
    np.testing.assert_allclose(normed, plain(features, training=True), atol=1e-5)


def test_conditional_batch_norm_is_scaled_and_shifted_by_the_condition():
    layer = ConditionalBatchNorm()
    features, condition = np.ones((2, 4, 4, 3), "float32"), np.eye(2, dtype="float32")
    layer([features, condition])
    layer.scale.kernel.assign(np.array([[1.0] * 3, [4.0] * 3]))
    layer.shift.kernel.assign(np.array([[0.0] * 3, [-7.0] * 3]))
    one, two = layer([features, condition], training=False).numpy()
    np.testing.assert_allclose(one, 2.0, rtol=1e-2)  # 1 * (1 + 1), by the bias of ones
    np.testing.assert_allclose(two, 1 * (1 + 4) - 7, rtol=1e-2)


def test_conditional_batch_norm_remembers_what_plain_batch_norm_remembers():
    rng = np.random.default_rng(0)
    condition = rng.standard_normal((16, 5), "float32")
    layer = ConditionalBatchNorm()
    plain = keras.layers.BatchNormalization(scale=False, center=False, momentum=0.9)
    for mean in (3, -1, 20):
        features = rng.normal(mean, 5, (16, 4, 4, 6)).astype("float32")
        layer([features, condition], training=True), plain(features, training=True)
    kept = layer([features, condition], training=False)
    np.testing.assert_allclose(kept, plain(features, training=False), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(layer.mean, plain.moving_mean, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(layer.variance, plain.moving_variance, rtol=1e-5, atol=1e-5)


def test_a_projection_adds_each_labels_inner_product_to_the_logit():
    features, labels = keras.Input([6]), keras.Input([2], dtype="int32")
    logits = layers.projection(features, [features, labels], (4, 3))
    network = keras.Model([features, labels], logits)
    given = np.random.default_rng(0).standard_normal((5, 6), "float32")
    asked = np.array([[0, 0], [3, 2], [1, 1], [2, 0], [3, 1]], "int32")
    first, second, kernel, bias = network.get_weights()
    wanted = given @ kernel[:, 0] + bias[0]
    wanted += np.sum(given * (first[asked[:, 0]] + second[asked[:, 1]]), axis=1)
    np.testing.assert_allclose(network([given, asked]), wanted, rtol=1e-4, atol=1e-4)


def test_the_same_seed_gives_the_same_network():
    made = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        made.append(dcgan.build_generator((32, 32, 1), (4,), 8, 4).get_weights())
    for one, same in zip(made[0], made[1], strict=True):
        np.testing.assert_array_equal(one, same)
    assert any((one != other).any() for one, other in zip(made[0], made[2], strict=True))


def test_networks_survive_saving(tmp_path):
    generator = dcgan.build_generator((32, 32, 1), (4,), 8, 4)
    generator.save(tmp_path / "g.keras")
    again = keras.models.load_model(tmp_path / "g.keras", safe_mode=True)
    inputs = noise_and_labels(2, 8, (4,))
    np.testing.assert_allclose(generator(inputs), again(inputs), atol=1e-6)


@pytest.mark.parametrize("class_counts", [(), (4, 3)])
@pytest.mark.parametrize("head", ["projection", "auxiliary"])
def test_spectral_norm_keeps_every_layer_at_one(class_counts, head):
    network = dcgan.build_discriminator(
        (32, 32, 1), class_counts, channels=4, head=head, spectral_norm=True
    )
    pictures = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 1)).astype("float32")
    inputs = joined(pictures, np.zeros((3, 2), "int32") if class_counts else None)
    for _ in range(30):  # each call in training refines the estimate
        network(inputs, training=True)
    found = [w.numpy() for w in network.trainable_variables if "bias" not in w.path]
    largest = [np.linalg.norm(w.reshape(-1, w.shape[-1]), 2) for w in found]
    heads = 2 if class_counts else 0
    assert len(found) == 3 + 1 + heads
    np.testing.assert_allclose(largest, 1, atol=0.05)


def test_class_vectors_work_under_spectral_norm():
    network = dcgan.build_discriminator((32, 32, 1), (4,), channels=4, spectral_norm=True)
    pictures = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 1)).astype("float32")
    marks = [float(network([pictures, np.array([[k]], "int32")])[0]) for k in range(4)]
    assert len({round(mark, 7) for mark in marks}) == 4


def test_minibatch_stddev_appends_how_much_the_batch_varies():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((500, 4, 4, 3)).astype("float32") * 2
    layer = MinibatchStddev()
    got = layer(features).numpy()
    assert got.shape == (500, 4, 4, 4)
    np.testing.assert_allclose(got[..., :3], features)
    assert np.ptp(got[..., 3]) < 1e-6 and abs(got[0, 0, 0, 3] - 2) < 0.05
    alike = layer(np.repeat(features[:1], 8, axis=0)).numpy()
    assert np.abs(alike[..., 3]).max() < 1e-3


def test_the_mark_depends_on_the_batch_only_with_minibatch_stddev():
    pictures = np.random.default_rng(0).uniform(-1, 1, (6, 32, 32, 1)).astype("float32")
    alike = np.repeat(pictures[:1], 6, axis=0)
    for minibatch_stddev in (False, True):
        network = dcgan.build_discriminator(
            (32, 32, 1), channels=4, minibatch_stddev=minibatch_stddev
        )
        apart = abs(float(network(pictures)[0]) - float(network(alike)[0]))
        assert (apart > 1e-5) == minibatch_stddev


def test_discriminators_with_extras_survive_saving(tmp_path):
    network = dcgan.build_discriminator(
        (32, 32, 1), (4,), channels=2, spectral_norm=True, minibatch_stddev=True
    )
    network.save(tmp_path / "d.keras")
    again = keras.models.load_model(tmp_path / "d.keras", safe_mode=True)
    pictures = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 1)).astype("float32")
    inputs = [pictures, np.array([[0], [1], [3]], "int32")]
    np.testing.assert_allclose(network(inputs), again(inputs), atol=1e-6)
