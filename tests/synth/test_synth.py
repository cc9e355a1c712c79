from audiogan_tf import synth

import numpy as np
import pytest


def draw(name, seed):
    rng = np.random.default_rng(seed)
    factors = synth.draw_factors(rng, name)
    return factors, synth.drum(name, factors, 8064, 16000, rng)


@pytest.mark.parametrize("name", synth.DRUMS)
def test_every_drum_is_a_clean_clip(name):
    for seed in range(20):
        factors, wave = draw(name, seed)
        assert wave.shape == (8064,) and wave.dtype == np.float32
        assert np.abs(wave).max() == pytest.approx(0.95, abs=1e-4)
        assert abs(wave[-1]) < 1e-3 and abs(wave.mean()) < 0.02
        assert np.array_equal(wave * 32768, np.rint(wave * 32768))
        assert set(factors) == set(synth.DRUM_FACTORS)
        for key, (low, high) in synth.RANGES[name].items():
            assert low <= factors[key] <= high


@pytest.mark.parametrize("name", synth.DRUMS)
def test_one_seed_gives_one_sound_and_two_seeds_two(name):
    assert np.array_equal(draw(name, 1)[1], draw(name, 1)[1])
    assert not np.array_equal(draw(name, 1)[1], draw(name, 2)[1])


@pytest.mark.parametrize("name", synth.DRUMS)
def test_every_factor_is_heard(name):
    """Each factor, moved from end to end, changes the sound; the noise is the same."""
    low_high = synth.RANGES[name] | {"brightness": (0, 1), "bend": (0, 1)}
    for key, (low, high) in low_high.items():
        middle = {k: float(np.mean(v)) for k, v in low_high.items()}
        waves = [
            synth.drum(name, middle | {key: value}, 8064, 16000, np.random.default_rng(0))
            for value in (low, high)
        ]
        assert np.abs(waves[0] - waves[1]).max() > 0.01, key


def test_decay_is_what_it_says():
    """A longer decay holds its energy longer."""
    for name in synth.DRUMS:
        centres = []
        for decay in synth.RANGES[name]["decay"]:
            factors = draw(name, 0)[0] | {"decay": decay}
            wave = synth.drum(name, factors, 8064, 16000, np.random.default_rng(0))
            centres.append(np.sum(np.arange(8064) * wave**2) / np.sum(wave**2))
        assert centres[1] > centres[0]
