"""Diffusion: noise that goes in comes out again, and a network that learns to take it out."""

from audiogan_tf.models import diffusion

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPE = (16, 16, 1)


def two(count=4):
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (2, count, *SHAPE)).astype("float32")


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1))
def test_picture_and_noise_follow_from_the_noisy_picture_and_the_velocity(time):
    images, noise = two()
    times = np.full(len(images), time, "float32")
    noisy = np.asarray(diffusion.noised(images, noise, times))
    slope = np.asarray(diffusion.velocity(images, noise, times))
    alpha, sigma = map(float, diffusion.shares(np.float32(time)))
    assert alpha**2 + sigma**2 == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(alpha * noisy - sigma * slope, images, atol=1e-5)
    np.testing.assert_allclose(sigma * noisy + alpha * slope, noise, atol=1e-5)


def test_a_clean_picture_stays_and_at_time_one_only_noise_is_left():
    images, noise = two()
    ends = [np.asarray(diffusion.noised(images, noise, np.full(4, t, "float32"))) for t in (0, 1)]
    np.testing.assert_allclose(ends[0], images, atol=1e-6)
    np.testing.assert_allclose(ends[1], noise, atol=1e-6)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_perfect_network_draws_its_picture_in_any_number_of_steps(steps):
    target, noise = two()

    def knows(inputs, training):
        time, noisy = inputs
        alpha, sigma = (np.asarray(s)[:, None, None] for s in diffusion.shares(np.asarray(time)))
        return alpha * (noisy - alpha * target) / sigma - sigma * target

    drawn = np.asarray(diffusion.sample(knows, noise, steps=steps))
    np.testing.assert_allclose(drawn, target, atol=1e-4)


def test_the_averaged_network_draws_and_the_generator_takes_its_weights():
    sizes = {"shape": list(SHAPE), "class_counts": [3], "channels": 8, "steps": 3}
    learner = diffusion.Diffusion(**sizes)
    learner.compile(keras.optimizers.Adam(1e-2))
    images, labels = two(16)[0], np.arange(16)[:, None] % 3
    learner.fit(images, labels, batch_size=8, epochs=2, verbose=0)
    generator = diffusion.build_generator(**sizes)
    generator.set_weights(learner.playing_weights())
    noise = np.random.default_rng(1).standard_normal((5, learner.latent_dim), "float32")
    wanted = learner.generate(5, labels[:5], seed=1)
    np.testing.assert_allclose(generator([noise, labels[:5]]), wanted, atol=1e-5)
    assert np.abs(wanted[0] - wanted[3]).max() > 0.01


def test_it_learns_one_picture_and_draws_it():
    keras.utils.set_random_seed(0)
    picture = np.where(np.arange(16)[:, None, None] < 8, 0.8, -0.8) * np.ones(SHAPE)
    images = np.repeat(picture[None], 16, axis=0).astype("float32")
    learner = diffusion.Diffusion(SHAPE, channels=8, ema=0.9)
    learner.compile(keras.optimizers.Adam(5e-3))
    before = np.mean((learner.generate(4) - picture) ** 2)
    learner.fit(np.tile(images, (12, 1, 1, 1)), batch_size=16, epochs=10, verbose=0)
    after = np.mean((learner.generate(4) - picture) ** 2)
    assert after < 0.2 * before and not learner.conditional


def test_times_of_a_batch_fill_the_range_evenly():
    learner = diffusion.Diffusion(SHAPE, channels=8)
    times = np.sort(np.asarray(learner._draw(10))[:, -1])
    assert ((times * 10).astype(int) == np.arange(10)).all()


def test_a_saved_learner_comes_back(tmp_path):
    learner = diffusion.Diffusion(SHAPE, (2,), channels=8, steps=4)
    again = diffusion.Diffusion.from_config(learner.get_config())
    assert again.steps == 4 and again.class_counts == (2,)
    assert [w.shape for w in again.weights] == [w.shape for w in learner.weights]
