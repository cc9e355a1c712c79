"""The vocoder: from mel bands to magnitudes to sound, alone and against discriminators."""

from audiogan_tf.corpora.crops import crops
from audiogan_tf.errors import InputError
from audiogan_tf.models import vocoder as vocoders
from audiogan_tf.models.spectral_discriminator import WINDOWS, build_discriminators, in_views
from audiogan_tf.models.vocoder import Vocoder, default_optimizer, speech_pictures
from audiogan_tf.storage import checkpoints

import keras
import numpy as np
import pytest

HOP, SAMPLES = 256, 24 * 256


def harmonics(count, seed=0, samples=4 * SAMPLES):
    """Voiced sounds: pitches between 100 and 250 Hz, falling partials, (count, samples)."""
    rng = np.random.default_rng(seed)
    time = np.arange(samples) / 16000
    waves = []
    for hz in rng.uniform(100, 250, count):
        partials = [np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 20)]
        waves.append(0.2 * sum(partials) + 0.003 * rng.standard_normal(samples))
    return np.float32(waves)


def small(adversary=0.0, steps=60):
    keras.utils.set_random_seed(0)
    vocoder = Vocoder(channels=16, blocks=1, adversary=adversary)
    vocoder.compile(default_optimizer(steps, 1e-2))
    return vocoder


def trained(vocoder, steps, start=0):
    data = crops(list(harmonics(4)), SAMPLES, batch_size=4, start_step=start)
    return vocoder.fit(data, steps_per_epoch=steps, verbose=0, shuffle=False).history


def test_it_starts_as_the_smoothed_back_projection():
    waves = harmonics(2, samples=SAMPLES)
    setting = speech_pictures(SAMPLES // HOP + 1)
    pictures = setting.forward(waves)
    drawn = np.asarray(Vocoder(channels=16, blocks=1).magnitude(pictures))
    again = drawn @ setting.filter_bank
    wanted = setting.magnitude(waves).numpy()
    loud = wanted > wanted.max() / 100
    assert np.abs(20 * np.log10(again / wanted))[loud].mean() < 3  # dB


def test_training_brings_magnitudes_nearer():
    vocoder, waves = small(), harmonics(3, seed=5, samples=SAMPLES)
    setting = speech_pictures(SAMPLES // HOP + 1)
    magnitude = np.abs(vocoders.spectral.stft(waves, 1024, HOP))

    def distance():
        guess = np.asarray(vocoder(setting.forward(waves)))
        return float(vocoders.regression(guess, magnitude)[0])

    before = distance()
    trained(vocoder, 60)
    assert distance() < 0.8 * before


def test_the_adversary_trains_discriminators_and_reports():
    vocoder = small(adversary=0.02)
    before = [v.numpy().copy() for v in vocoder.discriminators[0].trainable_variables]
    history = trained(vocoder, 3)
    assert {"logs", "powers", "discriminator", "generator", "features"} <= set(history)
    assert all(np.isfinite(values[-1]) for values in history.values())
    after = [v.numpy() for v in vocoder.discriminators[0].trainable_variables]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    assert small().discriminators == []


def test_views_show_the_same_time_at_three_resolutions():
    views = in_views(harmonics(2, samples=8192))
    for window, view, network in zip(WINDOWS, views, build_discriminators(4), strict=True):
        assert view.shape == (2, 8192 // (window // 4) + 1, window // 2, 1)
        logits, *features = network(view)
        assert logits.shape[0] == 2 and logits.shape[-1] == 1 and len(features) == 4


@pytest.mark.parametrize("frames", [2, 9, 30])
def test_any_number_of_frames_comes_back_as_sound(frames):
    vocoder = Vocoder(channels=16, blocks=1)
    silence = np.full((2, frames, 40, 1), -1, "float32")
    waves = vocoder.inverse(silence).numpy()
    assert waves.shape == (2, (frames - 1) * HOP) and np.abs(waves).max() < 0.01


def test_saved_weights_draw_the_same(tmp_path):
    vocoder = small()
    trained(vocoder, 5)
    vocoder.save(tmp_path / "v.npz", corpus="tones")
    again = Vocoder.load(tmp_path / "v.npz")
    pictures = speech_pictures(SAMPLES // HOP + 1).forward(harmonics(1, samples=SAMPLES))
    np.testing.assert_allclose(again(pictures), vocoder(pictures), atol=0.02)
    with pytest.raises(InputError, match=r"holds a vocoder, not a generator"):
        from audiogan_tf.models.sound_generator import SoundGenerator

        SoundGenerator.load(tmp_path / "v.npz")


def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    whole, half = small(adversary=0.02), small(adversary=0.02)
    trained(whole, 4)
    trained(half, 2)
    checkpoints.save(tmp_path / "c.npz", half, {})
    other = small(adversary=0.02)
    checkpoints.restore(tmp_path / "c.npz", other)
    assert other.step == 2
    trained(other, 2, start=2)
    for a, b in zip(whole.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-4)
