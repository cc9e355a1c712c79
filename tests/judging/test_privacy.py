"""Attacks that ask who was in the training set."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging import attack_auc, monte_carlo, nearest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

SCORES = st.lists(st.integers(-20, 20), min_size=2, max_size=30)


def clips(seed, count=200, size=6):
    return np.random.default_rng(seed).standard_normal((count, size))


@pytest.mark.parametrize("attack", [nearest, monte_carlo])
def test_a_generator_that_copies_gives_its_members_away_and_a_fresh_one_does_not(attack):
    members, others = clips(0), clips(1)
    copies = members + 0.01 * clips(2)
    both = np.concatenate([members, others])
    caught, fair = (attack_auc(*np.split(attack(both, sounds), 2)) for sounds in (copies, clips(3)))
    assert caught.low > 0.8 and fair.low < 0.5 < fair.high
    assert caught.low <= caught.value <= caught.high


def test_nearest_is_minus_the_distance_in_any_shape():
    generated = np.zeros((2, 2, 2, 1))
    generated[1] = 5
    candidates = np.zeros((1, 2, 2, 1))
    candidates[0, 0, 0] = 3
    assert nearest(candidates, generated)[0] == -3


def test_monte_carlo_counts_the_close_sounds():
    generated = np.array([[0.0], [0.1], [0.3], [9.0], [10.0]])
    scores = monte_carlo(np.array([[0.2], [9.5], [40.0]]), generated)  # the line is at 0.5
    assert scores.tolist() == [0.6, 0.4, 0.0]


@given(SCORES, SCORES)
def test_the_area_is_the_share_of_pairs_in_the_right_order(members, others):
    pairs = [(a > b) + 0.5 * (a == b) for a in members for b in others]
    assert attack_auc(members, others, rounds=2).value == pytest.approx(np.mean(pairs))
    other_way = attack_auc(others, members, rounds=2).value
    assert attack_auc(members, others, rounds=2).value == pytest.approx(1 - other_way)


def test_more_clips_make_a_narrower_interval():
    few, many = (attack_auc(clips(4, n, 1)[:, 0], clips(5, n, 1)[:, 0]) for n in (20, 2000))
    assert many.high - many.low < 0.3 * (few.high - few.low)


def test_empty_and_unlike_sets_are_refused():
    with pytest.raises(InputError, match="0 members and 3 others"):
        attack_auc([], [1, 2, 3])
    with pytest.raises(InputError, match="as many numbers a clip"):
        nearest(clips(0, 3, 4), clips(0, 3, 5))
    with pytest.raises(InputError, match="one clip or more each"):
        monte_carlo(clips(0, 3, 4), clips(0, 0, 4))
