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
    vocoder, waves = small(), harmonics(4)[:, :SAMPLES]
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
    kernels = [v for v in vocoder.discriminators[0].trainable_variables if "kernel" in v.path]
    before = [v.numpy().copy() for v in kernels]
    history = trained(vocoder, 3)
    assert {"logs", "powers", "discriminator", "generator", "features"} <= set(history)
    assert all(np.isfinite(values[-1]) for values in history.values())
    changed = [(b != v.numpy()).any() for b, v in zip(before, kernels, strict=True)]
    assert len(changed) == 5 and all(changed)
    assert small().discriminators == []


@pytest.mark.parametrize("adversary", [0.0, 0.01])
def test_a_vocoder_of_whole_clips_learns_their_first_frames(adversary):
    """Clicks at the beginning of clips: where the first frames are an edge, no step hears them."""
    clips = np.zeros((4, SAMPLES), "float32")
    clips[:, :HOP] = np.random.default_rng(0).uniform(-1, 1, (4, HOP))
    losses = {}
    for whole in (True, False):
        keras.utils.set_random_seed(0)
        vocoder = Vocoder(channels=16, blocks=1, adversary=adversary, whole=whole)
        vocoder.compile(default_optimizer(10, 1e-2))
        losses[whole] = vocoder.fit(clips, batch_size=4, verbose=0).history["powers"][0]
    assert losses[True] > 10 * losses[False]


def test_magnitudes_of_whole_clips_agree_with_their_pictures():
    setting = speech_pictures(SAMPLES // HOP + 1)
    waves = harmonics(2, samples=SAMPLES)
    waves[:, SAMPLES // 2 :] = 0
    pictures = setting.forward(waves)
    vocoder = Vocoder(setting, channels=16, blocks=1, whole=True)
    again = np.asarray(vocoder.magnitude(pictures)) @ setting.filter_bank
    wanted = setting.magnitude(waves).numpy()
    loud = wanted > wanted.max() / 100
    off = 20 * np.log10(again[loud] / wanted[loud])
    assert np.abs(off).mean() < 0.5  # dB
    assert again[:, -6:].max() < 1e-3 * wanted.max()  # at the floor there is silence


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
    vocoder.save(tmp_path / "v.npz")
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


@pytest.mark.parametrize("samples", [0, 1, 5000, 30000, 150_001])
def test_a_stream_gives_as_much_as_it_gets_however_it_is_cut(samples):
    vocoder = Vocoder(channels=16, blocks=1)
    wave = harmonics(1, samples=max(samples, 1))[0][:samples]
    whole = vocoder.make_stream()
    at_once = np.concatenate([whole.push(wave), whole.finish()])
    stream = vocoder.make_stream()
    pieces = [stream.push(part) for part in np.array_split(wave, 7)] + [stream.finish()]
    assert at_once.shape == wave.shape and at_once.dtype == "float32"
    np.testing.assert_allclose(np.concatenate(pieces), at_once, atol=1e-3)


def test_a_stream_keeps_the_level_and_the_silence():
    vocoder, (wave,) = Vocoder(channels=16, blocks=1), harmonics(1, samples=200_000)
    for gain in (1.0, 1e-3):
        stream = vocoder.make_stream()
        drawn = np.concatenate([stream.push(gain * wave), stream.finish()])
        powers = [np.square(side[20_000:]).reshape(-1, 20_000).mean(1) for side in (drawn, wave)]
        apart = 10 * np.log10(powers[0] / powers[1] / gain**2)  # this network is untrained
        assert (np.abs(apart) < 6).all() and np.ptp(apart) < 1.0  # and no seam
    stream = vocoder.make_stream()
    assert np.abs(np.concatenate([stream.push(np.zeros(9000)), stream.finish()])).max() < 1e-4


def test_the_shipped_vocoder_is_better_than_the_classical_way_on_held_out_sentences():
    from audiogan_tf.corpora import load_corpus
    from audiogan_tf.storage.places import shipped

    test = load_corpus("kathleen", folder=shipped("kathleen")).test
    setting = speech_pictures(121)
    recordings = [test.load(i) for i in range(len(test))]
    long_enough = [wave for wave in recordings if len(wave) >= setting.samples][:4]
    waves = np.stack([0.9 * wave[: setting.samples] for wave in long_enough])
    pictures, magnitude = setting.forward(waves), np.abs(vocoders.spectral.stft(waves, 1024, HOP))
    classical = np.asarray(setting.to_magnitude(pictures))
    learned = np.asarray(Vocoder.load().magnitude(pictures))
    distance = [np.mean((m**0.3 - magnitude**0.3) ** 2) for m in (learned, classical)]
    assert distance[0] < 0.5 * distance[1]
