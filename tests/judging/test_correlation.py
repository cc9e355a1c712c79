"""Correlations: known values, and what each is deaf to."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.metrics import (
    envelope_correlation,
    factor_correlation,
    spectrum_correlation,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def pictures(seed, clips=12):
    """Sounds that fade in time and lie in some bands more than in others."""
    rng = np.random.default_rng(seed)
    fade, tilt = np.linspace(0, -1, 10), np.sin(np.arange(8))
    return (rng.normal(0, 0.1, (clips, 10, 8)) + fade[:, None] + tilt)[..., None]


def test_two_draws_of_one_kind_correlate():
    a, b = pictures(0, 200), pictures(1, 300)
    assert spectrum_correlation(a, b) > 0.99 and envelope_correlation(a, b) > 0.98


def test_backwards_is_heard_by_the_envelope_alone():
    a, b = pictures(0, 100), pictures(1, 100)[:, ::-1]
    assert spectrum_correlation(a, b) == pytest.approx(spectrum_correlation(a, pictures(1, 100)))
    assert envelope_correlation(a, b) < -0.98


def test_swapped_bands_are_heard_by_the_spectrum_alone():
    a, b = pictures(0, 100), pictures(1, 100)[:, :, ::-1]
    assert envelope_correlation(a, b) > 0.98
    assert spectrum_correlation(a, b) < 0.6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 5), st.floats(-3, 3))
def test_level_and_contrast_do_not_count(seed, contrast, level):
    a, b = pictures(seed), pictures(seed + 1)
    for score in (spectrum_correlation, envelope_correlation):
        assert -1 - 1e-9 <= score(a, b) <= 1 + 1e-9
        assert score(contrast * a + level, b) == pytest.approx(score(a, b), abs=1e-6)
        assert score(a, b) == pytest.approx(score(b, a))
        assert score(a, a) == pytest.approx(1)


def test_silence_correlates_with_nothing():
    silence = np.full((3, 10, 8, 1), -1.0)
    assert spectrum_correlation(silence, pictures(0)) == 0
    assert envelope_correlation(silence, pictures(0)) == 0


def test_pearson_wants_a_line_and_spearman_a_rise():
    asked = np.linspace(60, 84, 25)
    assert factor_correlation(asked, 3 * asked - 7) == pytest.approx((1, 1))
    assert factor_correlation(asked, -asked) == pytest.approx((-1, -1))
    pearson, spearman = factor_correlation(asked, np.exp(asked / 4))
    assert pearson < 0.9 and spearman == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_factor_correlation_agrees_with_scipy_and_leaves_out_nan(seed):
    from scipy.stats import pearsonr, spearmanr

    x, y = np.random.default_rng(seed).integers(0, 9, (2, 40)).astype(float)
    wanted = pearsonr(x, y)[0], spearmanr(x, y)[0]
    assert factor_correlation(x, y) == pytest.approx(wanted)
    gaps = np.append(x, [1, np.nan]), np.append(y, [np.nan, 2])
    assert factor_correlation(*gaps) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.zeros((2, 3, 4)), np.zeros((2, 3, 4))),
        (np.zeros((2, 3, 4, 1)), np.zeros((2, 3, 5, 1))),
        (np.zeros((0, 3, 4, 1)), np.zeros((2, 3, 4, 1))),
    ],
)
def test_pictures_that_do_not_fit_are_refused(first, second):
    for score in (spectrum_correlation, envelope_correlation):
        with pytest.raises(InputError, match="one representation"):
            score(first, second)


def test_factors_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="one number a clip"):
        factor_correlation([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="too few"):
        factor_correlation([1, 2, np.nan], [1, 2, 3])
