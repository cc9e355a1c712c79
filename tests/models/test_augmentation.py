"""Augmentation: of the stated size, for each picture anew, seeded, and gradients flow through."""

from audiogan_tf.errors import InputError
from audiogan_tf.models.augmentation import Augmentation, change_level, mask, shift_time

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPE = (32, 48, 1)
NONE = {"time_shift": 0.0, "gain": 0.0, "frequency_mask": 0.0, "time_mask": 0.0}


def pictures(count=12, low=-0.9, high=0.9):
    return np.random.default_rng(0).uniform(low, high, (count, *SHAPE)).astype("float32")


def only(**sizes):
    """One change, applied to every picture."""
    return Augmentation(1.0, **(NONE | sizes))


def test_strength_0_changes_nothing():
    images = pictures()
    np.testing.assert_array_equal(Augmentation(0.0)(images), images)
    np.testing.assert_array_equal(Augmentation(1.0, **NONE)(images), images)


def test_strength_is_the_share_of_pictures_that_are_changed():
    images = pictures(600)
    changed = Augmentation(0.3, **(NONE | {"time_mask": 0.25}))(images) != images
    assert abs(np.any(changed, axis=(1, 2, 3)).mean() - 0.3) < 0.06


@pytest.mark.parametrize("axis, name, size", [(1, "time_mask", 8), (2, "frequency_mask", 12)])
def test_masks_have_the_stated_size_and_lie_inside(axis, name, size):
    images = pictures(200)
    hidden = np.asarray(only(**{name: 0.25})(images))[..., 0] == -1
    others = 2 if axis == 1 else 1
    assert (hidden.all(axis=others).sum(axis=1) == size).all()  # and each is whole
    assert (hidden.any(axis=others).sum(axis=1) == size).all()
    starts = hidden.any(axis=others).argmax(axis=1)
    assert len(np.unique(starts)) > 15 and starts.min() == 0
    assert starts.max() == images.shape[axis] - size
    kept = np.where(hidden, images[..., 0], only(**{name: 0.25})(images)[..., 0])
    np.testing.assert_array_equal(kept, images[..., 0])


def test_each_picture_is_changed_in_its_own_way():
    images = np.repeat(pictures(1), 16, axis=0)
    for name in NONE:
        got = np.asarray(only(**{name: 0.2})(images)).reshape(16, -1)
        assert len(np.unique(got, axis=0)) > 4, name


def test_the_same_seed_gives_the_same_changes():
    images = pictures()
    one, same, other = (Augmentation(1.0, seed=seed) for seed in (3, 3, 4))
    first = one(images)
    np.testing.assert_array_equal(first, same(images))
    assert np.abs(first - other(images)).max() > 0.1
    assert np.abs(first - one(images)).max() > 0.1  # the next batch is changed anew


def test_the_graph_changes_every_batch_anew():
    augment = Augmentation(1.0)
    compiled = tf.function(lambda x: augment(x))
    images = pictures()
    assert np.abs(compiled(images) - compiled(images)).max() > 0.1


@given(frames=st.integers(-40, 40))
@settings(max_examples=20, deadline=None)
def test_a_shift_moves_the_sound_and_lets_silence_in(frames):
    images = pictures(2)
    moved = np.asarray(shift_time(tf.constant(images), tf.constant([frames, 0])))
    wanted = np.full_like(images[0], -1)
    count = SHAPE[0] - abs(frames)
    if count > 0:
        late, early = max(frames, 0), max(-frames, 0)
        wanted[late : late + count] = images[0, early : early + count]
    np.testing.assert_array_equal(moved[0], wanted)
    np.testing.assert_array_equal(moved[1], images[1])


@given(offset=st.floats(-0.5, 0.5, width=32))
@settings(max_examples=20, deadline=None)
def test_a_gain_offsets_levels_and_leaves_silence_silent(offset):
    images = np.linspace(-1, 1, 64, dtype="float32").reshape(1, 8, 8, 1)
    got = np.asarray(change_level(tf.constant(images), tf.constant([offset])))
    assert got.min() >= -1 and got.max() <= 1 and got.ravel()[0] == -1
    assert (np.diff(got.ravel()) >= -1e-6).all()  # louder stays louder
    loud = images > -1 + 2 * abs(offset) + 1e-3
    np.testing.assert_allclose(got[loud], np.minimum(images[loud] + offset, 1), atol=1e-5)


def test_almost_silent_pixels_are_treated_almost_as_silence():
    images = np.float32([-1, -0.9999, -0.999]).reshape(1, 3, 1, 1)
    got = np.ravel(change_level(tf.constant(images), tf.constant([0.2])))
    np.testing.assert_allclose(got, images.ravel(), atol=1e-3)


@pytest.mark.parametrize("name", [*NONE, "all"])
def test_gradients_flow_through(name):
    augment = Augmentation(1.0) if name == "all" else only(**{name: 0.2})
    images = tf.constant(pictures(8))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(augment(images) ** 2)
    slope = tape.gradient(total, images).numpy()
    assert np.isfinite(slope).all()
    assert (np.abs(slope) > 0).mean() > 0.5


def test_a_masked_pixel_has_no_slope_and_the_others_have_one():
    images = tf.constant(pictures(1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(mask(images, tf.constant([5]), 7, axis=1))
    slope = tape.gradient(total, images).numpy()
    assert (slope[:, 5:12] == 0).all() and slope.sum() == (32 - 7) * 48


def test_everything_stays_a_picture():
    got = np.asarray(Augmentation(1.0, gain=0.3)(pictures(50, -1, 1)))
    assert got.shape == (50, *SHAPE) and got.dtype == np.float32
    assert got.min() == -1 and got.max() <= 1


def test_it_survives_its_config():
    augment = Augmentation(0.4, time_shift=0.1, seed=2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(augment))
    images = pictures()
    np.testing.assert_array_equal(augment(images), again(images))


@pytest.mark.parametrize("name", ["strength", *NONE])
@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_shares_outside_0_to_1_are_refused(name, share):
    with pytest.raises(InputError, match=f"{name}={share}: give a share between 0 and 1"):
        Augmentation(**{name: share})
