"""Sound effects by formula: clean clips, and sliders that can be read from the sound again."""

from audiogan_tf import judging, synth

import numpy as np
import pytest

SAMPLES, RATE = 44544, 22050


def draw(name, seed):
    rng = np.random.default_rng(seed)
    positions = synth.draw_positions(rng, name)
    return positions, synth.effect(name, positions, SAMPLES, RATE, rng)


@pytest.mark.parametrize("name", synth.EFFECTS)
def test_every_effect_is_a_clean_clip(name):
    for seed in range(10):
        positions, wave = draw(name, seed)
        assert wave.shape == (SAMPLES,) and wave.dtype == np.float32
        assert np.abs(wave).max() == pytest.approx(0.95, abs=1e-4)
        assert abs(wave[-1]) < 1e-3 and abs(wave.mean()) < 0.02
        assert np.array_equal(wave * 32768, np.rint(wave * 32768))
        assert ((positions >= 0) & (positions <= 1)).all()


@pytest.mark.parametrize("name", synth.EFFECTS)
def test_one_seed_gives_one_sound_and_two_seeds_two(name):
    assert np.array_equal(draw(name, 1)[1], draw(name, 1)[1])
    assert not np.array_equal(draw(name, 1)[1], draw(name, 2)[1])


@pytest.mark.parametrize("name", synth.EFFECTS)
def test_sliders_go_from_their_lowest_value_to_their_highest(name):
    for slider in synth.SLIDERS[name]:
        ends = [synth.slider_values(name, [place] * 3)[slider.name] for place in (0, 0.5, 1)]
        assert ends[0] == pytest.approx(slider.lowest)
        assert ends[2] == pytest.approx(slider.highest)
        assert ends[0] < ends[1] < ends[2]


@pytest.mark.parametrize("name", synth.EFFECTS)
def test_what_sliders_say_can_be_measured(name):
    drawn = [draw(name, seed) for seed in range(24)]
    positions, waves = (np.stack(part) for part in zip(*drawn, strict=True))
    shares = judging.obeyed(name, positions, waves, RATE)
    assert list(shares) == [slider.name for slider in synth.SLIDERS[name]]
    assert min(shares.values()) > 0.9, shares
    shuffled = judging.obeyed(name, positions, np.roll(waves, 7, axis=0), RATE)
    assert max(shuffled.values()) < 0.7, shuffled


def test_a_slider_that_a_kind_lacks_stands_in_the_middle_and_changes_nothing():
    for name in synth.EFFECTS:
        positions = synth.draw_positions(np.random.default_rng(3), name)
        unused = len(synth.SLIDERS[name])
        assert (positions[unused:] == 0.5).all()
        moved = np.where(np.arange(len(positions)) < unused, positions, 0.9)
        pair = [
            synth.effect(name, p, SAMPLES, RATE, np.random.default_rng(1))
            for p in (positions, moved)
        ]
        assert np.array_equal(*pair)


def test_rank_correlation_is_one_for_the_same_order_and_minus_one_for_its_reverse():
    name, positions = "laser", np.stack([np.linspace(0, 1, 8), np.linspace(0, 1, 8)], axis=1)
    waves = [synth.effect(name, p, SAMPLES, RATE, np.random.default_rng(0)) for p in positions]
    assert judging.obeyed(name, positions, np.stack(waves), RATE)["low"] == pytest.approx(1)
    assert judging.obeyed(name, 1 - positions, np.stack(waves), RATE)["low"] == pytest.approx(-1)
