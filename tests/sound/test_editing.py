"""Cutting and splicing: lengths, what comes back, the click of a bad cut."""

from functools import partial

from audiogan_tf import sound
from audiogan_tf.errors import InputError
from audiogan_tf.sound import editing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

RATE = 16000


def noise(samples, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, samples).astype("float32")


def tone(samples, hz=200.0, phase=0.0):
    return np.sin(2 * np.pi * hz * np.arange(samples) / RATE + phase).astype("float32")


@given(
    st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.sampled_from(editing.FADES)
)
def test_a_splice_is_as_long_as_both_without_their_overlap(first, second, overlap, fade):
    overlap = min(overlap, first, second)
    result = editing.splice(noise(first), noise(second, 1), overlap, fade)
    assert result.shape == (first + second - overlap,)


@given(st.data(), st.sampled_from(["none", "equal gain"]))
def test_a_sound_cut_in_two_and_spliced_is_whole_again(data, fade):
    whole = noise(data.draw(st.integers(1, 400)))
    place = data.draw(st.integers(0, len(whole)))
    overlap = data.draw(st.integers(0, place))
    halves = editing.cut(whole, 0, place), editing.cut(whole, place - overlap, len(whole))
    np.testing.assert_allclose(editing.splice(*halves, overlap, fade), whole, atol=1e-6)


def test_equal_power_keeps_the_power_of_strangers_and_swells_where_both_are_alike():
    first, second = noise(40000), noise(40000, 1)
    for fade, strangers, alike in (("equal power", 1.0, 1.64), ("equal gain", 0.75, 1.0)):
        both = editing.splice(first, second, 40000, fade)
        assert np.mean(both**2) / np.mean(first**2) == pytest.approx(strangers, abs=0.03)
        same = editing.splice(first, first, 40000, fade)
        assert np.mean(same**2) / np.mean(first**2) == pytest.approx(alike, abs=0.03)


@given(st.integers(1, 500))
def test_factors_of_a_crossfade_add_up_to_one_or_their_squares_do(overlap):
    np.testing.assert_allclose(editing.crossfade(overlap, "equal gain").sum(axis=0), 1)
    np.testing.assert_allclose((editing.crossfade(overlap) ** 2).sum(axis=0), 1)
    jump = editing.crossfade(overlap, "none")
    np.testing.assert_allclose(jump.sum(axis=0), 1)
    assert set(np.unique(jump.round(9))) <= {0, 1}


def test_what_is_removed_is_gone_and_the_rests_stand_side_by_side():
    whole = np.arange(10, dtype="float32")
    np.testing.assert_array_equal(editing.remove(whole, 2, 6), [0, 1, 6, 7, 8, 9])
    assert len(editing.remove(noise(900), 300, 500, overlap=100)) == 600


def test_a_jump_clicks_and_a_crossfade_or_a_fitting_cut_does_not():
    quarter = RATE // 200 // 4
    first, second = tone(2000), tone(2000, phase=np.pi / 2)
    jump = editing.click(editing.splice(first, second), 2000)
    faded = editing.click(editing.splice(first, second, 160), 1840, 160)
    fitting = editing.click(editing.splice(first, editing.cut(second, 3 * quarter, 2000)), 2000)
    assert jump > 30 and faded < 10 and fitting < 10
    assert editing.click(noise(4000), 2000) < 12


def test_edits_chain_from_left_to_right():
    edit = editing.chain(partial(editing.cut, start=2, stop=6), lambda sound: sound[::-1])
    np.testing.assert_array_equal(edit(np.arange(9)), [5, 4, 3, 2])
    twice = editing.chain(edit, partial(editing.cut, start=0, stop=1))
    np.testing.assert_array_equal(twice(np.arange(9)), [5])
    np.testing.assert_array_equal(editing.chain()(np.arange(3)), [0, 1, 2])


@pytest.mark.parametrize("snr", [-6.0, 0.0, 10.0])
def test_a_mix_has_the_asked_ratio_and_the_length_of_the_first(snr):
    voice, other = noise(3000), noise(900, 1)
    mixed = sound.mix(voice, other, snr, start=1000)
    added = mixed - voice
    assert mixed.shape == (3000,) and not added[:1000].any() and not added[1900:].any()
    ratio = 10 * np.log10(np.sum(voice**2) / np.sum(added**2))
    assert ratio == pytest.approx(snr, abs=0.01)


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda: editing.cut(np.zeros(9), 3, 10), "from sample 3 to 10"),
        (lambda: editing.cut(np.zeros(9), 5, 4), "behind the end"),
        (lambda: editing.cut(np.zeros(9), -1, 4), "from sample -1"),
        (lambda: editing.splice(np.zeros(9), np.zeros(4), 5), "an overlap of 5"),
        (lambda: editing.crossfade(4, "slow"), "'equal power'"),
        (lambda: editing.click(np.zeros(1), 0), "both sides"),
    ],
)
def test_what_cannot_be_done_is_said(wrong, words):
    with pytest.raises(InputError, match=words):
        wrong()
