"""The gap filler: what is known stays, the joins are smooth, and it learns."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import gap_filling
from audiogan_tf.models.enhancement import build_discriminator, default_optimizer
from audiogan_tf.storage import checkpoints

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

SIZES = {"channels": 16, "blocks": 2}


def voices():
    """Harmonic tones whose level swells, two of a second."""
    time = np.arange(16000) / 16000
    swell = 0.3 * (1.2 + np.sin(2 * np.pi * 3 * time))
    tones = [sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 9)) for hz in (150, 220)]
    return [(swell * tone).astype("float32") for tone in tones]


@pytest.fixture(scope="module")
def filler():
    network = gap_filling.build_network(**SIZES)
    return gap_filling.GapFiller(network, SIZES)


@pytest.mark.parametrize(
    "start, length", [(8000, 960), (300, 320), (15000, 900), (1, 1), (8000, 2000)]
)
def test_outside_the_gap_nothing_changes_and_inside_nothing_is_read(filler, start, length):
    sound = voices()[0]
    torn = sound.copy()
    torn[start : start + length] = np.nan
    filled = filler.fill(torn, start, length, iterations=3)
    outside = np.delete(np.arange(len(sound)), np.arange(start, start + length))
    np.testing.assert_array_equal(filled[outside], sound[outside])
    assert np.isfinite(filled).all() and filled.dtype == np.float32


def test_a_filled_gap_joins_without_a_click(filler):
    sound, start, length = voices()[1], 8000, 960
    filled = filler.fill(sound, start, length)
    jumps = np.abs(np.diff(filled))
    joins = max(jumps[start - 1], jumps[start + length - 1])
    assert joins < np.abs(np.diff(sound)).max()


@pytest.mark.parametrize("start, length", [(8000, 2001), (0, 100), (15990, 10)])
def test_gaps_that_cannot_be_filled_are_refused(filler, start, length):
    with pytest.raises(InputError, match="at most 2000|does not lie inside"):
        filler.fill(voices()[0], start, length)


def test_a_saved_filler_fills_the_same(filler, tmp_path):
    filler.save(tmp_path / "g.npz")
    again = gap_filling.GapFiller.load(tmp_path / "g.npz")
    sounds = [one.fill(voices()[0], 8000, 640, 2) for one in (filler, again)]
    np.testing.assert_allclose(*sounds, atol=0.02)


@settings(deadline=None, max_examples=25)
@given(gap=st.integers(1, gap_filling.LONGEST))
def test_a_frame_is_hidden_if_and_only_if_its_window_hears_the_gap(gap):
    sound = np.zeros(gap_filling.SAMPLES, "float32")
    first = (len(sound) - gap) // 2
    sound[first : first + gap] = 1.0
    frames = np.pad(sound, gap_filling.N_FFT // 2)
    heard = [
        frames[i * gap_filling.HOP :][: gap_filling.N_FFT].any() for i in range(gap_filling.FRAMES)
    ]
    hidden = gap_filling.touched(gap).numpy() > 0
    assert (hidden >= np.array(heard)).all() and hidden.sum() <= sum(heard) + 2


def test_a_bridge_meets_both_sides_and_is_straight():
    frames = np.arange(gap_filling.FRAMES, dtype="float32")
    logs = np.tile(frames[None, :, None], (1, 1, gap_filling.BINS))
    hidden = gap_filling.touched(800)[None]
    torn = np.where(hidden[..., None] > 0, 99.0, logs).astype("float32")
    np.testing.assert_allclose(gap_filling.bridged(torn, hidden), logs, atol=1e-3)


@pytest.mark.parametrize("adversarial", [False, True])
def test_a_little_learning_comes_nearer_than_the_bridge(adversarial, tmp_path):
    def fresh():
        judge = build_discriminator(4) if adversarial else None
        learner = gap_filling.GapLearner(gap_filling.build_network(**SIZES), judge, ema=0.9)
        learner.compile(default_optimizer(60, 5e-3))
        return learner

    sounds, gaps = gap_filling.gap_batch(voices(), np.random.default_rng(0), 32)
    assert sounds.shape == (32, gap_filling.SAMPLES) and 160 <= gaps.min() <= gaps.max() <= 2000
    learner = fresh()
    data = tf.data.Dataset.from_tensor_slices((sounds, gaps)).batch(8).repeat()
    first = learner.fit(data, steps_per_epoch=4, verbose=0).history["distance"][-1]
    last = learner.fit(data, steps_per_epoch=56, verbose=0).history["distance"][-1]
    assert last < 0.8 * first
    checkpoints.save(tmp_path / "c.npz", learner, {})
    other = fresh()
    checkpoints.restore(tmp_path / "c.npz", other)
    assert other.step == 60
