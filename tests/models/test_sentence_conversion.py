"""Sentences in one voice: the teller learns, the converter keeps length, level and time."""

from audiogan_tf.corpora.crops import endless
from audiogan_tf.errors import InputError
from audiogan_tf.models import content, sentence_conversion
from audiogan_tf.models.vocoder import Vocoder, default_optimizer
from audiogan_tf.sound import process_file
from audiogan_tf.storage import checkpoints

import keras
import numpy as np
import pytest
import soundfile

BANDS, CLASSES, RATE, HOP = 40, 4, 16000, 256
LOOKS = 0.3 * np.random.default_rng(0).normal(size=(CLASSES, BANDS))


def sentences(count=6, frames=150):
    """What a teller learns from: each phone has a look, whatever the pitch."""
    rows = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        labels = np.repeat(rng.integers(0, CLASSES, frames), 5)[:frames]
        shares = np.eye(CLASSES, dtype="float16")[labels]
        level = np.zeros(frames, "float32")
        row = {"views": [(shares, level)], "picture": LOOKS[labels].astype("float32")}
        row["log_hz"] = np.full(frames, 5.0, "float32")
        rows.append(row | {"voiced": np.ones(frames, "float32")})
    return rows


def teller(adversary=0.0, steps=150):
    keras.utils.set_random_seed(0)
    made = sentence_conversion.Teller(CLASSES, channels=16, blocks=1, adversary=adversary)
    made.compile(default_optimizer(steps, 1e-2))
    return made


def draw(rng):
    return sentence_conversion.telling_batch(sentences(), rng, 4)


def test_the_same_numbers_give_the_same_batch():
    first, again, other = (draw(np.random.default_rng([0, n])) for n in (1, 1, 2))
    assert first["content"].shape == (4, content.CROP, CLASSES)
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    assert not (first["content"] == other["content"]).all()


@pytest.mark.parametrize("adversary", [0.0, 0.1])
def test_it_learns_what_a_phone_looks_like(adversary):
    made = teller(adversary)
    found = made.fit(endless(draw), steps_per_epoch=50, epochs=3, verbose=0, shuffle=False).history
    assert found["bands"][-1] < 0.85 * found["bands"][0]
    assert ("features" in found) == bool(adversary)
    shares = np.eye(CLASSES, dtype="float32")[None, [1] * 40]
    flat = np.zeros((1, 40), "float32")
    drawn = np.asarray(made.draw(shares, flat, flat + 5, flat + 1))[0, 20]
    assert np.abs(LOOKS - drawn).mean(axis=1).argmin() == 1


@pytest.mark.parametrize("adversary", [0.0, 0.1])
def test_a_training_comes_back_from_its_state(adversary, tmp_path):
    batches = [draw(np.random.default_rng([0, n])) for n in (0, 1)]
    first, other = teller(adversary), teller(adversary)
    first.train_step(batches[0])
    checkpoints.save(tmp_path / "a.npz", first, {})
    checkpoints.restore(tmp_path / "a.npz", other)
    assert other.step == 1
    for a, b in zip(first.state, other.state, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.fixture(scope="module")
def converter():
    keras.utils.set_random_seed(0)
    listener = content.build_network(BANDS, CLASSES, channels=16, blocks=1)
    told = sentence_conversion.Teller(CLASSES, channels=16, blocks=1)
    vocoder = Vocoder(channels=16, blocks=1)
    made = listener, told, np.zeros(BANDS), np.log(155.0), vocoder
    return sentence_conversion.SentenceConverter(*made)


def voice(samples, hz=110.0):
    """A buzz with a melody, and a little noise."""
    time = np.arange(samples) / RATE
    phase = 2 * np.pi * np.cumsum(hz * (1 + 0.1 * np.sin(2 * np.pi * time))) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 25))
    noise = np.random.default_rng(0).normal(size=samples)
    return np.float32(0.1 * wave + 0.001 * noise)


def level_of(wave):
    """In dB."""
    return 10 * np.log10(np.mean(np.square(wave)))


@pytest.mark.parametrize("samples", [1, 255, 256, 20_000, 170_000])
def test_as_many_samples_come_out_as_went_in(converter, samples):
    wave = voice(samples)
    made = converter.convert(wave)
    assert made.shape == wave.shape and made.dtype == np.float32 and np.isfinite(made).all()
    stream, parts = converter.make_stream(), []
    for start in range(0, samples, 7_001):
        parts.append(stream.push(wave[start : start + 7_001]))
    parts.append(stream.finish())
    np.testing.assert_allclose(np.concatenate(parts), made, atol=1e-4)


def test_loudness_is_kept_and_silence_stays_silent(converter):
    wave = voice(40_000)
    for gain in (1.0, 0.01):
        assert abs(level_of(converter.convert(gain * wave)) - level_of(gain * wave)) < 3
    assert np.abs(converter.convert(np.zeros(30_000, "float32"))).max() < 1e-4
    assert not len(converter.convert(np.zeros(0, "float32")))


@pytest.mark.parametrize(("channels", "rate"), [(1, 8000), (2, 44_100), (8, 192_000)])
def test_a_file_keeps_its_form(converter, tmp_path, channels, rate):
    seconds = 0.3
    wave = np.interp(np.arange(int(rate * seconds)) / rate, np.arange(8000) / RATE, voice(8000))
    sounds = np.stack([wave / (k + 1) for k in range(channels)], axis=1)
    soundfile.write(tmp_path / "a.wav", sounds, rate)
    process_file(tmp_path / "a.wav", tmp_path / "b.wav", converter.make_stream, RATE)
    made, rate_of_made = soundfile.read(tmp_path / "b.wav", always_2d=True)
    assert made.shape == sounds.shape and rate_of_made == rate
    levels = [level_of(made[:, k] * (k + 1)) for k in range(channels)]
    assert np.ptp(levels) < 1.5  # no channel stands in for another


def test_clipped_sound_is_a_sound_and_nan_is_none(converter):
    assert np.isfinite(converter.convert(np.clip(20 * voice(20_000), -1, 1))).all()
    wave = voice(20_000)
    wave[7] = np.nan
    with pytest.raises(InputError, match="NaN"):
        converter.convert(wave)


def test_a_stream_learns_the_usual_pitch_of_a_voice():
    heard = sentence_conversion.Heard()
    rng = np.random.default_rng(0)
    low = np.log(110) + 0.1 * rng.normal(size=400)
    assert abs(heard.usual(low) - np.log(110)) < 0.02
    assert abs(heard.usual(np.log([440.0] * 100)) - np.log(110)) < 0.05  # the median so far
    assert np.isfinite(sentence_conversion.Heard().usual(np.zeros(0)))


def test_a_converter_comes_back_from_its_file(tmp_path):
    keras.utils.set_random_seed(1)
    listener = content.build_network(BANDS, CLASSES, channels=24, blocks=2)
    teller = sentence_conversion.Teller(CLASSES, channels=16, blocks=1)
    made = listener, teller, np.zeros(BANDS), 5.0, Vocoder.load()
    first = sentence_conversion.SentenceConverter(*made)
    first.save(tmp_path / "a.npz")
    again = sentence_conversion.SentenceConverter.load(tmp_path / "a.npz")
    assert again.pitch == first.pitch
    for name in ("listener", "teller"):
        networks = getattr(first, name), getattr(again, name)
        for a, b in zip(*(network.weights for network in networks), strict=True):
            np.testing.assert_allclose(a, b, atol=2e-3)
    assert again.convert(voice(12_000)).shape == (12_000,)
    with pytest.raises(InputError, match="neither a file nor a shipped name"):
        sentence_conversion.SentenceConverter.load(tmp_path / "b.npz")
