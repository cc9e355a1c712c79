"""The separator: both sources add up to the mixture, any level and length, and it learns."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import si_sdr
from audiogan_tf.models import enhancement, layering, separation
from audiogan_tf.sound.mixing import Sources
from audiogan_tf.sound.spectral import stft
from audiogan_tf.storage import checkpoints

import numpy as np
import pytest
import tensorflow as tf

SIZES = {"views": 1, "channels": 24, "blocks": 2}


def noise(samples, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype("float32")


def clips():
    """Eight tones and eight clicks, (8, 4000) each."""
    time = np.arange(4000) / 16000
    tones = np.stack([np.sin(2 * np.pi * 250 * (k + 2) * time) for k in range(8)])
    clicks = np.stack([noise(4000, k) * np.exp(-time / 0.01) for k in range(8)])
    return tones.astype("float32"), clicks.astype("float32")


@pytest.fixture
def separator():
    network = separation.build_network(**SIZES)
    rng = np.random.default_rng(0)
    for weight in network.trainable_variables:
        weight.assign(weight + 0.1 * rng.standard_normal(weight.shape))
    return separation.Separator(network, ("a", "b"), SIZES)


@pytest.mark.parametrize("samples", [1, 255, 256, 300, 5000, 40001])
def test_both_sources_add_up_to_the_mixture_and_keep_its_length(separator, samples):
    sound = noise(samples)
    found = separator.separate(sound)
    assert found.shape == (2, samples) and found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=0), sound, atol=1e-4)
    assert samples < 1000 or np.abs(found[0] - sound / 2).max() > 1e-3


@pytest.mark.parametrize("factor", [1e-3, 0.1, 50.0])
def test_a_louder_mixture_is_separated_in_the_same_way(separator, factor):
    sound = noise(6000)
    louder = separator.separate(np.float32(factor) * sound) / factor
    np.testing.assert_allclose(louder, separator.separate(sound), atol=1e-4)


def test_silence_and_nothing_come_out_as_they_are(separator):
    assert not separator.separate(np.zeros(3000, "float32")).any()
    assert separator.separate(np.zeros(0, "float32")).shape == (2, 0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(separator, wrong):
    with pytest.raises(InputError, match="NaN or infinite"):
        separator.separate(np.array([0.0, wrong], "float32"))


def test_a_saved_separator_sounds_the_same(separator, tmp_path):
    separator.save(tmp_path / "s.npz")
    again = separation.Separator.load(tmp_path / "s.npz")
    assert again.sources == ("a", "b")
    sound = noise(6000)
    np.testing.assert_allclose(again.separate(sound), separator.separate(sound), atol=5e-3)


def test_the_ideal_mask_separates_what_does_not_overlap():
    tones, _ = clips()
    low, high = (np.resize(tones[i], 16384)[None] for i in (0, 7))
    spectra = [stft(sound, separation.N_FFT, separation.HOP) for sound in (low, high, low + high)]
    mask = separation.ideal_ratio_mask(*spectra[:2])
    assert mask.numpy().min() >= 0 and mask.numpy().max() <= 1
    found = separation.split(spectra[2], mask)[0].numpy()
    assert si_sdr(low[0], found[0]) > 15 > 1 > si_sdr(low[0], (low + high)[0])
    np.testing.assert_allclose(found.sum(axis=0), (low + high)[0], atol=1e-4)


def test_a_network_that_asks_the_enhancer_is_told_two_spectra():
    small = enhancement.MaskNetwork(channels=8, hidden=8, dilations=(1,), stacks=1)
    one, two = (separation.hear(noise(2560)[None], net)[1] for net in (None, small))
    assert one.shape == (1, 11, separation.BINS) and two.shape == (1, 11, 2 * separation.BINS)
    np.testing.assert_allclose(two[..., : separation.BINS], one, atol=1e-6)


def test_a_batch_is_the_same_for_the_same_numbers_and_has_the_levels_asked_for():
    tones, clicks = clips()
    draw = (
        layering.band_batch(tones, clicks, np.random.default_rng(seed), 4, 0.5, (3.0, 3.0))
        for seed in (1, 1, 2)
    )
    one, same, other = draw
    np.testing.assert_array_equal(one, same)
    assert one.shape == (4, 2, 8000) and one.dtype == np.float32 and np.abs(one - other).max() > 0.1
    energies = np.sum(one.astype("float64") ** 2, axis=2)
    np.testing.assert_allclose(10 * np.log10(energies[:, 0] / energies[:, 1]), 3.0, atol=1e-3)


def test_a_voice_has_noise_or_music_beside_it():
    tones, _ = clips()
    voices = [np.resize(tones[1], 9000), np.resize(tones[2], 5000)]
    sources = Sources(voices, ["a", "b"], [noise(30000, 1)], [])
    batch = layering.voice_batch(voices, sources, tones, np.random.default_rng(0), 8, 0.5)
    assert batch.shape == (8, 2, 8000) and np.isfinite(batch).all()
    ratios = 10 * np.log10(np.sum(batch[:, 0] ** 2, axis=1) / np.sum(batch[:, 1] ** 2, axis=1))
    assert ratios.min() > -6.1 and ratios.max() < 10.1 and np.ptp(ratios) > 2


def test_a_little_learning_parts_tones_from_clicks(tmp_path):
    tones, clicks = clips()
    learner = separation.SeparationLearner(separation.build_network(**SIZES), ema=0.9)
    learner.compile(enhancement.default_optimizer(80, 5e-3))

    def draw(seed, count):
        return layering.band_batch(tones, clicks, np.random.default_rng(seed), count, 0.512)

    data = tf.data.Dataset.from_tensor_slices(draw(0, 64)).batch(8).repeat()
    learner.fit(data, steps_per_epoch=80, verbose=0)
    checkpoints.save(tmp_path / "c.npz", learner, {})
    other = separation.SeparationLearner(separation.build_network(**SIZES), ema=0.9)
    other.compile()
    checkpoints.restore(tmp_path / "c.npz", other)
    separator = separation.Separator(other.player(), ("tones", "clicks"), SIZES)
    for sources in draw(1, 3):
        together = sources.sum(axis=0)
        found = separator.separate(together)
        for wanted, heard in zip(sources, found, strict=True):
            assert si_sdr(wanted, heard) > si_sdr(wanted, together) + 5
