"""Contrast: partners are told from strangers, and what is learned serves a linear probe."""

from audiogan_tf.models import contrastive

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), st.floats(0.05, 2.0))
def test_the_loss_is_the_mean_cost_of_finding_the_partner(seed, count, temperature):
    first, second = np.random.default_rng(seed).standard_normal((2, count, 5))
    views = np.concatenate([first, second])
    views = views / np.linalg.norm(views, axis=1, keepdims=True)
    likeness = np.exp(views @ views.T / temperature)
    np.fill_diagonal(likeness, 0)
    right = likeness[np.arange(2 * count), (np.arange(2 * count) + count) % (2 * count)]
    wanted = -np.mean(np.log(right / likeness.sum(axis=1)))
    got = contrastive.contrastive_loss(np.float32(first), np.float32(second), temperature)
    assert np.isclose(got, wanted, rtol=1e-3, atol=1e-3)


def test_lengths_do_not_count_and_equal_views_cost_what_a_guess_costs():
    first, second = np.random.default_rng(0).standard_normal((2, 8, 5)).astype("float32")
    loss = contrastive.contrastive_loss
    assert np.isclose(loss(first, second), loss(5 * first, second), rtol=1e-4)
    assert np.isclose(loss(np.ones((8, 5)), np.ones((8, 5))), np.log(15), rtol=1e-4)


def test_a_training_lowers_the_loss():
    keras.utils.set_random_seed(0)
    pictures = np.random.default_rng(0).uniform(-1, 1, (64, 16, 16, 1)).astype("float32")

    def vary(images):
        return images + 0.3 * keras.random.normal(keras.ops.shape(images))

    encoder = contrastive.build_encoder((16, 16, 1))
    teacher = contrastive.Contrastive(encoder, vary)
    teacher.compile(keras.optimizers.Adam(3e-3))
    losses = teacher.fit(pictures, batch_size=16, epochs=6, verbose=0).history["contrast"]
    assert losses[-1] < 0.8 * losses[0]
    features = encoder.predict(pictures, verbose=0)
    assert features.shape == (64, 256) and features.min() >= 0
    assert np.array_equal(features, teacher.predict(pictures, verbose=0))


@pytest.mark.parametrize("count", [1, 20])
def test_a_probe_parts_what_a_line_can_part(count):
    rng = np.random.default_rng(1)
    labels = np.arange(90) % 3
    features = np.eye(3)[labels] @ rng.standard_normal((3, 7)) * 9 + rng.standard_normal((90, 7))
    chosen = np.arange(3 * count)
    said = contrastive.linear_probe(features, chosen, labels[chosen], features, 3)
    assert np.mean(said == labels) > 0.95
    scaled = contrastive.linear_probe(100 * features - 5, chosen, labels[chosen], features, 3)
    assert scaled.shape == (90,)
    told = contrastive.linear_probe(features, chosen, (labels[chosen] + 1) % 3, features, 3)
    assert np.mean(told == labels) < 0.05
