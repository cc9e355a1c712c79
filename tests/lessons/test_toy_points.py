"""The toy distributions, how they are trained on, measured and heard."""

from audiogan_tf.lessons import toy_points
from audiogan_tf.lessons.figures import lesson_04
from audiogan_tf.models import losses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

clouds = arrays.arrays("float64", (12, 2), elements=st.floats(-3, 3))


def test_the_ring_has_eight_equal_clouds():
    points = toy_points.ring(8000, seed=3)
    assert points.shape == (8000, 2) and points.dtype == np.float32
    distances = np.linalg.norm(points[:, None] - toy_points.RING_CENTRES, axis=-1)
    np.testing.assert_allclose(np.bincount(distances.argmin(axis=1)) / 8000, 1 / 8, atol=0.02)
    spread = np.sqrt(np.mean(distances.min(axis=1) ** 2) / 2)
    np.testing.assert_allclose(spread, toy_points.RING_SPREAD, rtol=0.03)
    pitches = np.sort(toy_points.RING_CENTRES[:, 0])
    assert np.diff(pitches).min() > 1 / 12  # more than a semitone between any two notes


def test_the_mixture_is_drawn_from_its_density():
    x = np.linspace(-4, 4, 801)
    density = toy_points.mixture_density(x)
    np.testing.assert_allclose(density.sum() * (x[1] - x[0]), 1, atol=1e-9)
    drawn, edges = np.histogram(toy_points.mixture(50_000, seed=1), 40, (-4, 4), density=True)
    middles = (edges[1:] + edges[:-1]) / 2
    np.testing.assert_allclose(drawn, toy_points.mixture_density(middles), atol=0.04)


@pytest.mark.parametrize("sample", [toy_points.ring, toy_points.mixture])
def test_draws_are_seeded(sample):
    np.testing.assert_array_equal(sample(50, seed=4), sample(50, seed=4))
    assert (sample(50, seed=4) != sample(50, seed=5)).any()


@settings(max_examples=30, deadline=None)
@given(one=clouds, other=clouds, shift=st.floats(-2, 2))
def test_the_energy_distance_is_a_distance(one, other, shift):
    apart = toy_points.energy_distance(one, other)
    assert apart >= -1e-12
    assert toy_points.energy_distance(one, one[::-1]) == pytest.approx(0, abs=1e-9)
    assert toy_points.energy_distance(other, one) == pytest.approx(apart, abs=1e-9)
    assert toy_points.energy_distance(one + shift, other + shift) == pytest.approx(apart, abs=1e-9)


def test_the_energy_distance_of_two_points_is_twice_their_distance():
    assert toy_points.energy_distance(np.zeros((1, 1)), np.full((1, 1), 3.0)) == pytest.approx(6)


@pytest.mark.parametrize("kept", [1, 3, 8])
def test_modes_are_counted_exactly(kept):
    centres = toy_points.RING_CENTRES[np.arange(400) % kept]
    points = centres + 0.03 * np.random.default_rng(0).standard_normal((400, 2))
    assert toy_points.count_modes(points) == (kept, 1.0)
    strayed = np.concatenate([points, np.zeros((400, 2))])
    assert toy_points.count_modes(strayed) == (kept, 0.5)


def test_a_mode_needs_a_tenth_of_its_share():
    for lonely, found in ((8, 1), (20, 2)):
        centres = toy_points.RING_CENTRES[[0] * (1000 - lonely) + [1] * lonely]
        assert toy_points.count_modes(centres)[0] == found


def test_training_moves_towards_the_distribution_and_is_seeded():
    real = toy_points.mixture(1000, seed=9)
    runs = [toy_points.train(toy_points.mixture, at=(0, 50, 250), seed=seed) for seed in (0, 0, 1)]
    distances = [toy_points.energy_distance(real, points) for points in runs[0]]
    assert distances[2] < 0.2 * distances[0]
    assert [points.shape for points in runs[0]] == [(1000, 1)] * 3
    np.testing.assert_array_equal(runs[0][2], runs[1][2])
    assert (runs[0][2] != runs[2][2]).any()


def test_a_watcher_sees_the_gan_at_each_step():
    steps = toy_points.train(
        toy_points.ring, at=(0, 2, 6), watch=lambda gan: gan.step, loss="hinge"
    )
    assert steps == [0, 2, 6]


def test_the_players_have_the_promised_shapes():
    generator, discriminator = toy_points.build_players(2)
    points = generator(np.zeros((5, 2), "float32"))
    assert points.shape == (5, 2) and discriminator(points).shape == (5,)


def test_a_discriminator_alone_learns_the_ratio_of_densities():
    discriminator = toy_points.build_players(1)[1]
    rng = np.random.default_rng(0)
    real, fake = (rng.normal(centre, 1, (20_000, 1)) for centre in (-0.5, 0.5))
    toy_points.train_discriminator(discriminator, real, fake, steps=300)
    x = np.linspace(-2, 2, 21, dtype="float32")
    np.testing.assert_allclose(discriminator(x[:, None]), -x, atol=0.25)  # log p - log q


def test_pulls_are_the_slopes_of_one_logit():
    logits = np.array([-3.0, 0.0, 2.0])
    d, g = toy_points.pulls(losses.non_saturating, logits)
    np.testing.assert_allclose(d, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(g, d - 1, rtol=1e-5)
    d, g = toy_points.pulls(losses.relativistic, logits, real_logit=1.0)
    np.testing.assert_allclose(g, d - 1, rtol=1e-5)
    np.testing.assert_allclose(d, 1 / (1 + np.exp(1 - logits)), rtol=1e-5)


def pitch(sound):
    """Frequency of the strongest partial in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return spectrum.argmax() * toy_points.SAMPLE_RATE / len(sound)


@pytest.mark.parametrize("x", [-1.0, 0.0, 0.5])
def test_x_is_the_pitch(x):
    sound = toy_points.melody(np.array([[x, 0.0]]), seconds=0.5)
    assert sound.shape == (8000,) and pitch(sound) == pytest.approx(440 * 2**x, rel=0.01)
    steady = toy_points.glide(np.array([[x, 0.0]] * 3), seconds=1.0)
    assert steady.shape == (16000,) and pitch(steady) == pytest.approx(440 * 2**x, rel=0.01)


def test_y_is_the_brightness():
    centroids = []
    for y in (-1.0, 0.0, 1.0):
        spectrum = np.abs(np.fft.rfft(toy_points.melody(np.array([[0.0, y]])))) ** 2
        frequency = np.fft.rfftfreq(3200, 1 / toy_points.SAMPLE_RATE)
        centroids.append((spectrum * frequency).sum() / spectrum.sum())
    assert centroids[0] < 0.8 * centroids[1] < 0.8 * centroids[2]


@settings(max_examples=20, deadline=None)
@given(points=arrays.arrays("float64", (3, 2), elements=st.floats(-50, 50)))
def test_no_point_clips_or_clicks(points):
    for sound in (toy_points.melody(points), toy_points.glide(points, seconds=0.5)):
        assert np.isfinite(sound).all() and np.abs(sound).max() <= 0.95
        assert abs(sound[0]) < 0.01 and abs(sound[-1]) < 0.01
    loudness = np.sqrt(np.mean(toy_points.melody(points).reshape(3, -1) ** 2, axis=1))
    assert loudness.max() < 1.2 * loudness.min()  # no point is louder than another


def test_figures_have_titles_and_units():
    x = np.linspace(-2, 2, 50)
    points, path = toy_points.ring(50), np.zeros((4, 2))
    shots = {"start": (toy_points.mixture(50), x), "end": (toy_points.mixture(50), x)}
    figures = (
        lesson_04.slopes(x, {name: x**2 + 1 for name in losses.LOSSES}),
        lesson_04.trajectories({"one": path, "two": path}),
        lesson_04.duel(x, toy_points.mixture_density(x), shots),
        lesson_04.clouds({"one": points, "two": points, "three": points}, points, columns=2),
        lesson_04.clouds({"one": points}),
        lesson_04.distances({"one": (0.1, 8), "two": (0.2, 1)}, noise=0.5, real=0.01),
    )
    for figure in figures:
        labels = [axis.get_xlabel() for axis in figure.axes] + [figure.get_supxlabel()]
        titles = [axis.get_title() for axis in figure.axes] + [figure.get_suptitle()]
        assert any(labels) and any(titles)
