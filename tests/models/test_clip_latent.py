"""A latent for each clip: what the encoder may hear, and where new latents come from."""

from audiogan_tf.models.clip_latent import ClipLatent, class_numbers
from audiogan_tf.models.vae import kl_divergence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_each_combination_of_labels_has_its_number(class_counts):
    labels = np.int32(list(np.ndindex(*class_counts)))
    numbers = np.asarray(class_numbers(labels, class_counts))
    assert numbers.dtype == np.int32 and numbers.tolist() == list(range(len(labels)))


def test_clips_without_labels_are_one_class():
    assert np.asarray(class_numbers(np.zeros((3, 0), "int32"), ())).tolist() == [0, 0, 0]


def test_what_is_not_heard_changes_no_summary():
    latent, rng = ClipLatent(4, width=8), np.random.default_rng(0)
    features = rng.standard_normal((5, 10, 3)).astype("float32")
    heard = np.zeros((5, 10, 1), "float32")
    heard[:, 2:6] = 1
    changed = np.where(heard, features, 100).astype("float32")
    for before, after in zip(
        latent.summarise(features, heard), latent.summarise(changed, heard), strict=True
    ):
        assert before.shape == (5, 4) and np.allclose(before, after, atol=1e-5)
    alone = latent.summarise(features[:, 2:6])
    assert np.allclose(alone[0], latent.summarise(features, heard)[0], atol=1e-5)
    assert not np.allclose(alone[0], latent.summarise(features)[0], atol=1e-3)


def test_new_latents_lie_where_those_of_their_class_lay():
    rng, count = np.random.default_rng(0), 4000
    numbers = np.arange(count) % 2
    stretch = np.array([[1.0, 0.5], [0.0, 0.2]])
    means = rng.standard_normal((count, 2)) @ stretch + 3 * numbers[:, None]
    log_variances = np.full((count, 2), np.log(0.04))
    latent = ClipLatent(2, classes=3).fit(means, log_variances, numbers)
    noise = rng.standard_normal((count, 2)).astype("float32")
    for number in (0, 1):
        drawn = latent.place(noise, np.full(count, number)).numpy()
        assert np.allclose(drawn.mean(axis=0), 3 * number, atol=0.1)
        expected = stretch.T @ stretch + 0.04 * np.eye(2)  # the encoder's own doubt counts, too
        assert np.allclose(np.cov(drawn.T), expected, atol=0.1)
    assert np.allclose(latent.place(noise, np.full(count, 2)), noise)  # a class without clips


def test_draws_near_a_clip_have_its_mean_and_variance():
    latent = ClipLatent(2)
    mean, log_variance = np.float32([[1.0, -2.0]] * 20000), np.float32([[0.0, -4.0]] * 20000)
    drawn = latent.near(mean, log_variance).numpy()
    assert np.allclose(drawn.mean(axis=0), [1, -2], atol=0.05)
    assert np.allclose(drawn.std(axis=0), np.exp([0, -2]), atol=0.05)
    assert np.allclose(latent.cost(mean, log_variance), kl_divergence(mean, log_variance))
