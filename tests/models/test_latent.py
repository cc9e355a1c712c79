"""Ways through the noise keep their promises, and inversion and saliency find what is there."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import catalogue, dcgan, latent
from audiogan_tf.models.layers import ConditionalBatchNorm
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import save_weights

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

SHAPE, CLASSES = (32, 32, 1), (3, 2)


def draws(count, size=16, seed=0):
    return np.random.default_rng(seed).standard_normal((count, size)).astype("float32")


vectors = arrays.arrays("float64", 6, elements=st.floats(-3, 3)).filter(
    lambda v: np.linalg.norm(v) > 0.1
)


@given(vectors, vectors, st.integers(2, 9))
def test_both_ways_start_and_end_where_they_should(start, end, steps):
    cosine = start @ end / np.linalg.norm(start) / np.linalg.norm(end)
    for way in (latent.lerp, latent.slerp) if cosine > -0.99 else (latent.lerp,):
        path = way(start, end, steps)
        assert path.shape == (steps, 6) and path.dtype == np.float32
        np.testing.assert_allclose(path[0], start, atol=1e-4)
        np.testing.assert_allclose(path[-1], end, atol=1e-4)


@given(vectors, vectors)
def test_the_great_circle_keeps_its_length_and_its_pace(start, end):
    start, end = start / np.linalg.norm(start), 2 * end / np.linalg.norm(end)
    if start @ end / 2 < -0.99:
        return
    path = latent.slerp(start, end, 5).astype("float64")
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), np.linspace(1, 2, 5), atol=1e-3)
    unit = path / np.linalg.norm(path, axis=1, keepdims=True)
    angles = np.arccos(np.clip(np.sum(unit[1:] * unit[:-1], axis=1), -1, 1))
    np.testing.assert_allclose(angles, angles.mean(), atol=2e-3)


def test_the_straight_way_is_shorter_in_the_middle():
    start, end = draws(2, 64)
    middle = np.linalg.norm(latent.lerp(start, end, 3)[1])
    assert middle < 0.85 * min(np.linalg.norm(start), np.linalg.norm(end))


def test_moving_along_a_direction_changes_nothing_else():
    noise, direction = draws(5), draws(1, seed=1)[0]
    direction /= np.linalg.norm(direction)
    there = latent.moved(noise, direction, 2.0)
    np.testing.assert_allclose(there @ direction, 2.0, atol=1e-5)
    across = np.eye(16) - np.outer(direction, direction)
    np.testing.assert_allclose(there @ across, noise @ across, atol=1e-5)
    places = np.arange(5.0)
    np.testing.assert_allclose(
        latent.moved(noise, direction, places) @ direction, places, atol=1e-5
    )


def test_a_factors_direction_is_found_beside_the_conditions():
    noise, true = draws(400), draws(1, seed=1)[0]
    conditions = np.arange(400)[:, None] % 3
    factor = noise @ true + 50.0 * conditions[:, 0]  # the condition moves the factor far more
    found = latent.factor_direction(noise, factor, conditions)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found @ true / np.linalg.norm(true) > 0.999
    assert latent.factor_direction(noise, noise @ true) @ true / np.linalg.norm(true) > 0.999


def test_principal_components_are_orthonormal_and_in_order():
    table = draws(300, 10) * np.linspace(5, 1, 10, dtype="float32")
    components, scores, shares = latent.principal_components(table, 4)
    np.testing.assert_allclose(components @ components.T, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(scores, (table - table.mean(axis=0)) @ components.T, atol=1e-4)
    assert (np.diff(shares) <= 0).all() and shares.sum() < 1
    assert np.abs(components[0]).argmax() == 0
    everything = latent.principal_components(table, 10)[2]
    assert everything.sum() == pytest.approx(1)


def test_principal_directions_of_a_known_network_are_found():
    """Two dimensions of the noise move the activations strongly, the other six hardly."""
    noise = keras.Input([8])
    dense = keras.layers.Dense(20, bias_initializer="ones")
    network = keras.Model(noise, keras.layers.Reshape([4, 5, 1])(keras.layers.ReLU()(dense(noise))))
    weights = 0.001 * draws(8, 20)
    weights[2], weights[5] = 0.2 * draws(1, 20, 1)[0], 0.1 * draws(1, 20, 2)[0]
    dense.set_weights([weights, 10 * np.ones(20)])  # far from the ReLU's corner
    directions, shares = latent.principal_directions(network, draws(500, 8), count=2)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-5)
    assert (directions[:, [2, 5]] ** 2).sum(axis=1).min() > 0.95
    assert shares[0] > shares[1] and shares.sum() > 0.95


def small_generator():
    keras.utils.set_random_seed(3)
    network = dcgan.build_generator(SHAPE, CLASSES, latent_dim=8, channels=4)
    for weight in network.trainable_variables:
        weight.assign(3 * weight)  # an untrained network hardly listens to its noise
    return network


def test_inversion_finds_a_picture_that_the_generator_drew():
    network, labels = small_generator(), np.int32([[0, 1], [2, 0]])
    noise = draws(2, 8, seed=9)
    noise *= np.sqrt(8) / np.linalg.norm(noise, axis=1, keepdims=True)
    pictures = network([noise, labels], training=False).numpy()
    found, error = latent.invert(network, pictures, labels, steps=200, starts=6)
    assert found.shape == (2, 8) and error.shape == (2,)
    again = network([found, labels], training=False).numpy()
    np.testing.assert_allclose(
        np.sqrt(np.mean((again - pictures) ** 2, axis=(1, 2, 3))), error, atol=1e-4
    )
    others = network([draws(2, 8, seed=10), labels], training=False).numpy()
    apart = np.sqrt(np.mean((others - pictures) ** 2, axis=(1, 2, 3)))
    assert (error < 0.1 * apart).all(), (error, apart)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.sqrt(8), atol=1e-3)


def test_inversion_knows_the_label_and_works_without_one():
    network = dcgan.build_generator((32, 32, 1), (), latent_dim=8, channels=4)
    pictures = network(draws(1, 8), training=False)
    found, error = latent.invert(network, pictures, steps=5, starts=2)
    assert found.shape == (1, 8) and np.isfinite(error).all()


def test_saliency_sees_only_what_the_score_looks_at():
    def score(pictures):
        return tf.reduce_sum(tf.sigmoid(pictures[:, 4:8, 10:14, 0]), axis=(1, 2))

    pictures = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 1)).astype("float32")
    found = latent.saliency(score, pictures)
    assert found.shape == (3, 32, 32)
    inside = found[:, 4:8, 10:14]
    assert np.abs(inside).sum() == pytest.approx(np.abs(found).sum())
    assert np.abs(inside).sum() > 0


def test_saliency_adds_up_to_the_difference_of_the_scores():
    network = dcgan.build_discriminator(SHAPE, CLASSES, channels=4)
    labels = tf.constant([[0, 1], [2, 0]])
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, *SHAPE)).astype("float32")

    def score(pictures):
        return network([pictures, labels])

    found = latent.saliency(score, pictures, steps=64)
    wanted = score(tf.constant(pictures)) - score(-tf.ones_like(pictures))
    np.testing.assert_allclose(found.sum(axis=(1, 2)), wanted, rtol=0.02, atol=2e-3)
    assert np.abs(latent.saliency(score, pictures, baseline=pictures)).max() == 0


@pytest.mark.parametrize("class_counts", [(), (3,), (3, 2)])
def test_the_voice_sings_what_the_generator_draws(class_counts):
    representation = Representation(8000, 256, 64, 32, n_mels=32)
    sizes = {"shape": [32, 32, 1], "class_counts": list(class_counts), "channels": 4}
    names = {f"factor {k}": tuple("abc"[:count]) for k, count in enumerate(class_counts)}
    generator = SoundGenerator(dcgan.build_generator(**sizes), sizes, representation, names)
    labels = generator.draw_conditions(3)
    noise = np.random.default_rng(5).standard_normal((3, 64), "float32")
    pictures, waves = latent.voice(generator, iterations=4)(noise, labels)
    assert isinstance(waves, np.ndarray) and waves.shape == (3, representation.samples)
    np.testing.assert_allclose(pictures, generator.images(labels, seed=5), atol=1e-5)
    assert np.abs(waves).max() <= 0.9901
    wanted = generator.sounds(labels, seed=5, iterations=4)  # rounding grows in Griffin-Lim
    assert np.abs(waves - wanted).mean() < 0.1 * np.abs(wanted).mean()


def test_the_mixer_sings_like_the_voice_and_between_two_classes():
    representation = Representation(8000, 256, 64, 32, n_mels=32)
    sizes = {"shape": [32, 32, 1], "class_counts": [3, 2], "channels": 4}
    names = {"word": ("a", "b", "c"), "voice": ("x", "y")}
    generator = SoundGenerator(dcgan.build_generator(**sizes), sizes, representation, names)
    mix, tables = latent.mixer(generator)
    noise = draws(2, 64)
    wanted = latent.voice(generator)(noise, [[2, 0], [1, 1]])
    got = mix(noise, tables[0][[2, 1]], tables[1])
    for one, other in zip(got, wanted, strict=True):
        assert np.abs(one - other).mean() < 0.2 * np.abs(other).mean()
    between = mix(noise[:1], tables[0][[2]], tables[1].mean(axis=0, keepdims=True))
    assert between[1].shape == (1, representation.samples)
    assert np.abs(between[0] - got[0][:1]).max() > 1e-4


@pytest.mark.parametrize("class_counts", [(4,), (3, 2)])
def test_the_opened_network_draws_the_same_from_condition_vectors(class_counts):
    network = dcgan.build_generator(SHAPE, class_counts, latent_dim=8, channels=4)
    opened, tables = latent.open_conditions(network)
    assert [len(table) for table in tables] == list(class_counts)
    noise = draws(2, 8)
    labels = np.stack([np.arange(2) % count for count in class_counts], axis=1)
    rows = [table[labels[:, k]] for k, table in enumerate(tables)]
    vectors = np.concatenate([noise, *rows], axis=1)
    np.testing.assert_allclose(opened(vectors), network([noise, labels]), atol=1e-6)


def test_the_shares_are_those_of_scales_that_are_drawn():
    network = dcgan.build_generator(SHAPE, CLASSES, latent_dim=8, channels=4)
    layer = next(part for part in network.layers if isinstance(part, ConditionalBatchNorm))
    rng = np.random.default_rng(0)
    layer.scale.kernel.assign(rng.standard_normal(layer.scale.kernel.shape))
    for part in network.layers:
        if isinstance(part, keras.layers.Embedding):
            part.set_weights([rng.standard_normal(part.get_weights()[0].shape)])
    shares = latent.scale_shares(network)
    assert shares.shape[1] == 3
    np.testing.assert_allclose(shares[0].sum(), 1, atol=1e-6)
    joint = [part for part in network.layers if isinstance(part, keras.layers.Concatenate)][-1]
    condition = keras.Model(network.input, joint.output)

    def variance(noise, labels):
        scales = layer.scale(condition([noise, labels])).numpy()
        return scales.var(axis=0).sum()

    size = 6000
    cells = np.stack([np.arange(size) % 3, np.arange(size) // 3 % 2], axis=1).astype("int32")
    still, first = np.zeros((size, 8), "float32"), np.zeros((size, 2), "int32")
    parts = [variance(draws(size, 8), first)]
    parts += [variance(still, cells * [1, 0]), variance(still, cells * [0, 1])]
    np.testing.assert_allclose(shares[0], np.array(parts) / np.sum(parts), atol=0.03)


def test_a_discriminator_survives_saving_and_a_generator_is_none(tmp_path):
    sizes = {"shape": [32, 32, 1], "class_counts": [3], "channels": 4}
    network = dcgan.build_discriminator(**sizes)
    path = tmp_path / "critic.npz"
    config = {"kind": "discriminator", "sizes": sizes}
    save_weights(path, config, network.get_weights(), dtype="float32")
    again = catalogue.load(path)
    inputs = [np.zeros((2, *SHAPE), "float32"), np.int32([[0], [2]])]
    np.testing.assert_allclose(again(inputs), network(inputs), atol=1e-6)
    with pytest.raises(InputError, match="drums_long: holds a generator, not a single network"):
        catalogue.load("drums_long")
