"""The acoustic model: durations, pitch and pictures from symbols; and the reader around it."""

from audiogan_tf.corpora import endless
from audiogan_tf.models import Reader, acoustic
from audiogan_tf.models.acoustic import AcousticModel, frames_of, sentence_batch
from audiogan_tf.models.vocoder import Vocoder, default_optimizer, speech_pictures
from audiogan_tf.sound import loudness
from audiogan_tf.text import SYMBOLS, phonemes

import keras
import numpy as np
import pytest


def made_up_sentences(count=12, seed=0):
    """Symbols with looks and lengths of their own: each lasts 2 + its number % 5 frames."""
    rng = np.random.default_rng(seed)
    looks = np.random.default_rng(1).uniform(-0.8, 0.2, (10, 40))
    rows = []
    for _ in range(count):
        symbols = rng.integers(1, 10, size=30)
        durations = 2 + symbols % 5
        owners, _ = frames_of(durations)
        picture = looks[symbols[owners]].astype("float32")
        row = {"symbols": symbols, "durations": durations, "picture": picture}
        frames = len(owners)
        row |= {"log_hz": np.full(frames, 5.1, "float32"), "voiced": np.ones(frames, "float32")}
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def learned():
    keras.utils.set_random_seed(0)
    model = AcousticModel(10, channels=32, blocks=1, prosody=32)
    model.compile(default_optimizer(300, 5e-3))
    rows = made_up_sentences()
    data = endless(lambda rng: sentence_batch(rows, rng, batch_size=4))
    model.fit(data, steps_per_epoch=300, verbose=0, shuffle=False)
    return model


def test_frames_know_their_symbol_and_their_place():
    owners, places = frames_of([2, 1, 3])
    np.testing.assert_array_equal(owners, [0, 0, 1, 2, 2, 2])
    assert places.shape == (6, 4)
    np.testing.assert_allclose(places[:, 0], [0.25, 0.75, 0.5, 1 / 6, 0.5, 5 / 6], rtol=1e-5)


def test_a_batch_is_cut_where_the_frames_belong():
    rows = made_up_sentences(3)
    batch = sentence_batch(rows, np.random.default_rng(0), batch_size=5)
    assert batch["picture"].shape == (5, acoustic.CROP, 40)
    looks = np.random.default_rng(1).uniform(-0.8, 0.2, (10, 40)).astype("float32")
    asked = np.take_along_axis(batch["symbols"], batch["owners"], axis=1)
    np.testing.assert_allclose(batch["picture"], looks[asked])


def test_the_source_shows_its_harmonics():
    pictures = speech_pictures()
    rows = acoustic.excitation_pictures(pictures)
    assert rows.shape == (acoustic.PITCHES, 40)
    hz = np.geomspace(acoustic.LOWEST_HZ, acoustic.HIGHEST_HZ, acoustic.PITCHES)
    place = int(np.argmin(np.abs(hz - 300)))
    centre = (
        np.interp([300, 450, 600, 750, 900], pictures.bin_hz, np.arange(40)).round().astype(int)
    )
    on, off = rows[place][centre[::2]], rows[place][centre[1::2]]
    assert on.min() > off.max()


def test_it_learns_lengths_and_looks_of_new_sentences(learned):
    for row in made_up_sentences(3, seed=9):
        durations, log_hz, voiced = learned.plan(row["symbols"])
        assert (durations >= 1).all() and len(log_hz) == len(voiced) == durations.sum()
        assert abs(durations.sum() - row["durations"].sum()) < 0.15 * row["durations"].sum()
        assert np.corrcoef(durations, row["durations"])[0, 1] > 0.7
        given = row["durations"], row["log_hz"], row["voiced"]
        drawn = learned.say(row["symbols"], *given)[0, :, :, 0]
        assert np.abs(drawn - row["picture"]).mean() < 0.15


def test_pace_and_pitch_follow(learned):
    symbols = made_up_sentences(1)[0]["symbols"]
    plain, faster = learned.plan(symbols), learned.plan(symbols, pace=2.0, higher=0.1)
    assert 0.4 < faster[0].sum() / plain[0].sum() < 0.6
    assert faster[1].mean() - plain[1].mean() == pytest.approx(0.1, abs=0.05)


def test_saved_weights_say_the_same(learned, tmp_path):
    learned.save(tmp_path / "a.npz")
    again, symbols = AcousticModel.load(tmp_path / "a.npz"), made_up_sentences(1)[0]["symbols"]
    np.testing.assert_allclose(again.plan(symbols)[1], learned.plan(symbols)[1], atol=0.02)


def test_a_reader_reads_any_text_at_the_agreed_loudness():
    keras.utils.set_random_seed(0)
    reader = Reader(AcousticModel(len(SYMBOLS), 16, 1, 16), Vocoder(channels=16, blocks=1))
    text = "It is 10:05. Two sentences!"
    first, same, other = (reader.speak(text, seed) for seed in (0, 0, 1))
    np.testing.assert_allclose(first, same, atol=1e-5)
    assert len(other) != len(first) or np.abs(other - first).max() > 1e-3
    assert np.isfinite(first).all() and np.abs(first).max() <= 0.99
    assert loudness(first, reader.sample_rate) == pytest.approx(-23.0, abs=0.5) or (
        np.abs(first).max() > 0.98
    )
    symbols = phonemes(["It is 10:05."])[0]
    assert len(first) > len(reader.say(symbols))
