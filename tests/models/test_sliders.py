"""A generator that is told positions of sliders, and a discriminator that guesses them."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import SoundGenerator, catalogue, sliders
from audiogan_tf.sound.representation import Representation

import keras
import numpy as np
import pytest

SHAPE, CLASSES, COUNT = (32, 32, 1), 3, 2
KNOBS = {"bell": ("pitch", "decay"), "wind": ("force",), "hum": ()}


def labels(positions, kind=0):
    """Labels of one kind for positions in [0, 1], (count, sliders)."""
    rows = np.rint(100 * np.asarray(positions)).astype("int32")
    return np.insert(rows, 0, kind, axis=1)


@pytest.fixture
def embedding():
    layer = sliders.SliderEmbedding(CLASSES, COUNT, size=5, knots=6, spread=0.3)
    layer.build((None, 1 + COUNT))
    return layer


def test_a_position_between_two_knots_mixes_their_vectors(embedding):
    at = lambda place: embedding(labels([[place, 0.4]])).numpy()  # noqa: E731
    np.testing.assert_allclose(at(0.25), (3 * at(0.2) + at(0.4)) / 4, atol=1e-5)
    np.testing.assert_allclose(at(0.9), (at(0.8) + at(1.0)) / 2, atol=1e-5)
    assert np.abs(at(0.2) - at(0.4)).max() > 1e-3


def test_each_kind_has_sliders_of_its_own(embedding):
    moves = [
        embedding(labels([[1.0, 0.5]], kind)) - embedding(labels([[0.0, 0.5]], kind))
        for kind in range(CLASSES)
    ]
    assert np.abs(moves[0] - moves[1]).max() > 1e-3
    same = embedding(labels([[0.3, 0.5]])).numpy()
    embedding.vectors.assign(embedding.vectors * np.r_[1, 0, 0, [1] * 12, [0] * 24][:, None])
    np.testing.assert_allclose(embedding(labels([[0.3, 0.5]])), same, atol=1e-6)


def test_the_embedding_comes_back_from_its_config(embedding):
    other = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(embedding))
    assert other.get_config() == embedding.get_config()


def test_a_guess_is_learned_from_real_pictures_and_asked_of_generated_ones():
    gan = catalogue.build(SHAPE, (CLASSES,), "sliders", 0, COUNT)
    told = labels([[0.2, 0.8], [0.6, 0.4]])
    right, wrong = np.float32([[0.2, 0.8], [0.6, 0.4]]), np.float32([[0.3, 0.8], [0.6, 0.2]])
    costs = gan.misheard([right], [wrong], told)
    assert float(costs[0]) == pytest.approx(0, abs=1e-5)
    assert float(costs[1]) == pytest.approx(gan.WEIGHT * (0.01 + 0.04) / 4, rel=1e-3)
    assert float(gan.misheard([wrong], [right], told)[0]) == pytest.approx(float(costs[1]))


def test_the_discriminator_guesses_from_picture_and_kind_not_from_the_positions_told():
    network = sliders.build_discriminator(SHAPE, (CLASSES,), COUNT, channels=2)
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, *SHAPE)).astype("float32")
    told = [network([pictures, labels([[p, p]] * 2, kind)]) for p, kind in ((0, 0), (1, 0), (0, 1))]
    assert told[0][0].shape == (2,) and told[0][1].shape == (2, COUNT)
    np.testing.assert_allclose(told[0][1], told[1][1], atol=1e-6)
    assert np.abs(told[0][0] - told[1][0]).min() > 1e-6
    assert np.abs(told[0][1] - told[2][1]).max() > 1e-6


def test_sliders_are_learned():
    """Pictures whose level is the first slider: after a short training the generator follows."""
    rng = np.random.default_rng(0)
    told = labels(rng.uniform(size=(512, COUNT)))
    told[:, 0] = rng.integers(0, CLASSES, 512)
    level = told[:, 1, None, None, None] / 100 - 0.5
    pictures = np.float32(np.clip(level + 0.05 * rng.standard_normal((512, *SHAPE)), -1, 1))
    gan = catalogue.build(SHAPE, (CLASSES,), "sliders", 0, COUNT)
    gan.fit(pictures, told, batch_size=16, epochs=5, verbose=0)
    asked = labels(np.stack([np.linspace(0, 1, 20), rng.uniform(size=20)], axis=1))
    drawn = gan.generate(20, asked, seed=1).mean(axis=(1, 2, 3))
    assert np.corrcoef(drawn, asked[:, 1])[0, 1] > 0.8


@pytest.fixture
def source():
    pictures = Representation(8000, 256, 64, 32, n_mels=32)
    sizes = {"shape": SHAPE, "class_counts": [3], "sliders": COUNT, "channels": 2}
    network = sliders.build_generator(**sizes)
    return SoundGenerator(network, sizes, pictures, {"sound": tuple(KNOBS)}, {}, "sliders", KNOBS)


def test_positions_are_asked_for_by_name_and_drawn_where_they_are_not(source):
    drawn = source.draw_conditions(40, "bell", seed=2, decay=0.25)
    assert drawn.shape == (40, 3) and drawn.dtype == np.int32
    assert (drawn[:, 2] == 25).all() and len(set(drawn[:, 1])) > 10
    along = source.draw_conditions(3, "wind", force=[0, 0.5, 1])
    assert along[:, 1].tolist() == [0, 50, 100] and (along[:, 2] == 50).all()
    every = source.draw_conditions(30)
    assert (every[:, 0] == np.arange(30) % 3).all()
    assert (every[every[:, 0] == 2, 1:] == 50).all()
    assert source.sounds(drawn[:2]).shape == (2, 31 * 64)


@pytest.mark.parametrize(
    "label, asked, message",
    [
        ("bell", {"force": 0.5}, "slider 'force' is unknown: bell has pitch, decay"),
        ("hum", {"force": 0.5}, "give a label that has one"),
        (None, {"force": 0.5}, "give a label that has one"),
        ("bell", {"pitch": 1.5}, "pitch=1.5: a position is a number from 0 to 1"),
        ("bell", {"pitch": [0.5, float("nan")]}, "a position is a number from 0 to 1"),
    ],
)
def test_a_slider_that_is_not_there_is_refused(source, label, asked, message):
    with pytest.raises(InputError, match=message):
        source.draw_conditions(2, label, **asked)


def test_a_generator_with_sliders_comes_back_from_its_file(source, tmp_path):
    source.save(tmp_path / "g.npz")
    back = SoundGenerator.load(tmp_path / "g.npz")
    assert {kind: tuple(names) for kind, names in back.sliders.items()} == KNOBS
    asked = source.draw_conditions(4)
    np.testing.assert_allclose(back.images(asked), source.images(asked), atol=1e-2)


def test_a_corpus_without_sliders_is_refused():
    with pytest.raises(InputError, match="has none; use --model small"):
        catalogue.build(SHAPE, (3,), "sliders")
