"""Intervals: they hold the truth as often as they say, and keep what was asked for."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging import metrics
from audiogan_tf.judging.confidence import bootstrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def mean(values, real):
    return values.mean()


def test_it_holds_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(200):
        got = bootstrap(mean, rng.exponential(1.0, 60), rounds=150, level=0.9)
        held.append(got.low <= 1 <= got.high)
    assert 0.82 <= np.mean(held) <= 0.95


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(10, 80), st.floats(0.5, 0.98))
def test_it_is_ordered_repeatable_and_holds_the_value(seed, clips, level):
    features = np.random.default_rng(seed).standard_normal((clips, 3))
    real = np.random.default_rng(seed + 1).standard_normal((50, 3))
    got = bootstrap(metrics.frechet_distance, features, real, rounds=30, level=level, seed=seed)
    assert got.low < got.value < got.high
    assert got.value == metrics.frechet_distance(features, real)
    again = bootstrap(metrics.frechet_distance, features, real, rounds=30, level=level, seed=seed)
    assert got == again


def test_it_narrows_with_the_root_of_the_clips_and_widens_with_the_level():
    values = np.random.default_rng(1).standard_normal(1600)

    def width(clips, level=0.95):
        got = bootstrap(mean, values[:clips], rounds=2000, level=level)
        return got.high - got.low

    assert width(100) / width(1600) == pytest.approx(4, rel=0.25)
    assert width(400, 0.99) > 1.2 * width(400, 0.95)
    assert width(400) == pytest.approx(2 * 1.96 * values[:400].std() / 20, rel=0.08)


def test_each_kind_keeps_its_number_of_clips():
    labels = np.repeat([3, 7], [5, 15])
    spread = bootstrap(mean, labels, rounds=50)
    kept = bootstrap(mean, labels, labels=labels, rounds=50)
    both = bootstrap(mean, labels, labels=np.stack([labels, labels], axis=1), rounds=50)
    assert spread.high - spread.low > 0.5
    assert kept == both and kept.low == kept.value == kept.high == 6


def test_its_width_is_that_of_new_draws_and_it_is_not_shifted():
    rng = np.random.default_rng(2)
    real = rng.standard_normal((2000, 16))
    fresh = [metrics.frechet_distance(rng.standard_normal((100, 16)), real) for _ in range(60)]
    sample = rng.standard_normal((100, 16))
    got = bootstrap(metrics.frechet_distance, sample, real, rounds=150)
    assert 0.6 < (got.high - got.low) / (3.92 * np.std(fresh)) < 2
    assert got.low < np.mean(fresh) < got.high  # percentiles as they are lie above it


@pytest.mark.parametrize(
    "changes", [{"generated": [1.0]}, {"level": 1.0}, {"level": 0}, {"rounds": 1}, {"labels": [1]}]
)
def test_what_makes_no_interval_is_refused(changes):
    with pytest.raises(InputError, match="give"):
        bootstrap(**({"metric": mean, "generated": np.arange(9.0)} | changes))
