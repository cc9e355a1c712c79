"""Conversion between speakers: it learns, it is told who is asked for, and it comes back whole."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import conversion
from audiogan_tf.sound.representation import Representation

import keras
import numpy as np
import pytest
import tensorflow as tf

SHAPE, SPEAKERS, WORDS = (32, 32, 1), 3, 2
SMALL = {"channels": 8, "blocks": 1, "embedding": 8}
SIZES = {"shape": list(SHAPE), "speakers": SPEAKERS, **SMALL}


def learner(**options):
    keras.utils.set_random_seed(0)
    generator = conversion.build_generator(**SIZES)
    discriminator = conversion.build_discriminator(SHAPE, WORDS, SPEAKERS, channels=8)
    made = conversion.StarConversion(generator, discriminator, **options)
    made.compile(rate=2e-3, steps=200)
    return made


def toy(count=60):
    """Pictures of a bar: its frame says the word, its height (bin) the speaker."""
    rng = np.random.default_rng(0)
    conditions = np.stack([rng.integers(WORDS, size=count), rng.integers(SPEAKERS, size=count)], 1)
    pictures = np.full((count, *SHAPE), -1.0, "float32")
    for picture, (word, speaker) in zip(pictures, conditions, strict=True):
        start = 2 + 16 * word + rng.integers(4)
        picture[start : start + 8, 4 + 10 * speaker : 8 + 10 * speaker] = rng.uniform(0.5, 0.9)
    return pictures, conditions.astype("int32")


def heard(pictures):
    """Word and speaker as the brightest part of each picture tells them, (count, 2)."""
    levels = pictures[..., 0]
    speakers = np.stack(
        [levels[:, :, 4 + 10 * k : 8 + 10 * k].mean((1, 2)) for k in range(SPEAKERS)], 1
    )
    words = np.stack([levels[:, 16 * k : 16 * k + 16].mean((1, 2)) for k in range(WORDS)], 1)
    return np.stack([words.argmax(1), speakers.argmax(1)], 1)


def test_the_same_generator_of_numbers_gives_the_same_batch():
    pictures, conditions = toy()
    first, again, other = (
        conversion.draw_batch(pictures, conditions, np.random.default_rng([0, n]), 8)
        for n in (1, 1, 2)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not (first[1] == other[1]).all()
    assert first[0].shape == (8, *SHAPE) and first[1].shape == (8, 3)
    assert first[1].dtype == np.int32 and set(first[1][:, 2]) <= set(range(SPEAKERS))
    assert (heard(first[0]) == first[1][:, :2]).all()


def test_it_learns_to_change_the_speaker_and_to_keep_the_word():
    pictures, conditions = toy()
    model = learner(ema=0.98)
    step = tf.function(model.train_step)
    for number in range(150):
        rng = np.random.default_rng([0, number])
        step(tuple(map(tf.constant, conversion.draw_batch(pictures, conditions, rng))))
    asked = (conditions[:, 1] + 1) % SPEAKERS
    made = model.player().predict([pictures, asked[:, None]], verbose=0)
    words, speakers = heard(made).T
    assert np.mean(speakers == asked) > 0.8 and np.mean(words == conditions[:, 0]) > 0.8
    assert model.step == 150


@pytest.mark.parametrize("weight", [0.0, 4.0])
def test_the_way_back_is_only_walked_where_it_counts(weight):
    pictures, conditions = toy()
    model = learner(cycle_weight=weight)
    batch = conversion.draw_batch(pictures, conditions, np.random.default_rng(0))
    found = model.train_step(tuple(map(tf.constant, batch)))
    assert (float(found["cycle"]) > 0) == (weight > 0)
    assert all(np.isfinite(float(value)) for value in found.values())


def test_a_training_comes_back_from_its_state(tmp_path):
    from audiogan_tf.storage import checkpoints

    pictures, conditions = toy()
    batches = [
        conversion.draw_batch(pictures, conditions, np.random.default_rng([0, n])) for n in (0, 1)
    ]
    batches = [tuple(map(tf.constant, batch)) for batch in batches]
    model, other = learner(), learner()
    model.train_step(batches[0])
    checkpoints.save(tmp_path / "a.npz", model, {})
    checkpoints.restore(tmp_path / "a.npz", other)
    for one in (model, other):
        one.train_step(batches[1])
    for a, b in zip(model.playing_weights(), other.playing_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.fixture
def converter():
    form = Representation(8000, 64, 32, 32, n_mels=32, floor_db=-35, ceiling_db=34)
    keras.utils.set_random_seed(1)
    network = conversion.build_generator(**SIZES)
    rng = np.random.default_rng(1)  # as if it had learned: at first no speaker changes anything
    network.set_weights([w + 0.2 * rng.standard_normal(w.shape) for w in network.get_weights()])
    return conversion.Converter(network, SIZES, form, ("ann", "bob", "cy"))


@pytest.mark.parametrize("samples", [1, 500, 992, 5000])
def test_clips_of_any_length_come_out_at_the_length_of_the_pictures(converter, samples):
    clips = np.random.default_rng(0).uniform(-2, 2, (3, samples)).astype("float32")
    made = converter.convert(clips, "bob", iterations=4)
    assert made.shape == (3, 992) and made.dtype == np.float32 and np.abs(made).max() <= 1
    each = converter.convert(clips, [1, 1, 2], iterations=4)
    np.testing.assert_allclose(each[:2], made[:2], atol=1e-3)
    assert np.abs(each[2] - made[2]).max() > 1e-3  # it hears who is asked for


def test_what_cannot_be_converted_is_one_sentence(converter):
    clips = np.zeros((2, 992), "float32")
    with pytest.raises(InputError, match="speaker 'dora' is unknown; use one of ann, bob, cy"):
        converter.convert(clips, "dora")
    for wrong in ([3, 0], [-1, 0], [0, 0, 0], [0.5, 1]):
        with pytest.raises(InputError, match="speaker"):
            converter.convert(clips, wrong)
    clips[0, 3] = np.nan
    with pytest.raises(InputError, match="1 that are not finite"):
        converter.convert(clips, "ann")
    with pytest.raises(InputError, match="(992,)"):
        converter.convert(clips[0], "ann")


def test_a_converter_comes_back_from_its_file(converter, tmp_path):
    converter.save(tmp_path / "a.npz")
    again = conversion.Converter.load(tmp_path / "a.npz")
    clips = np.random.default_rng(0).uniform(-1, 1, (2, 992)).astype("float32")
    given = clips, "cy", 4
    assert again.speakers == converter.speakers
    pairs = zip(again.convert(*given), converter.convert(*given), strict=True)
    assert all(np.corrcoef(after, before)[0, 1] > 0.95 for after, before in pairs)
