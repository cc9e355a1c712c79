"""What the mask network is told of a frame, and filters of more than one frame."""

from audiogan_tf.models import hearing

import numpy as np
import pytest
import tensorflow as tf

BINS, TAPS = hearing.BINS, hearing.TAPS


def spectrum(frames, seed=0, batch=1):
    rng = np.random.default_rng(seed)
    parts = rng.standard_normal((2, batch, frames, BINS))
    return tf.constant(parts[0] + 1j * parts[1], "complex64")


def told(frames):
    return hearing.hear(frames, hearing.nothing_heard(frames.shape[0]))[0].numpy()


def parted(values):
    """What is told of each bin against its own past, of it against all bins', and of turns."""
    return np.split(values, [BINS, 2 * BINS], axis=2)


def test_each_bin_is_told_against_its_running_mean_and_that_of_all():
    frames = spectrum(9)
    power = np.abs(frames.numpy()[0]) ** 2
    logs, own, whole, weight = np.log10(power + hearing.FAINT), 0.0, 0.0, 0.0
    against_own, against_all, _ = parted(told(frames))
    for t in range(9):
        own = hearing.DECAY * own + logs[t]
        whole, weight = hearing.DECAY * whole + power[t].mean(), hearing.DECAY * weight + 1
        np.testing.assert_allclose(against_own[0, t], logs[t] - own / weight, atol=1e-3)
        level = np.log10(whole / weight + hearing.FAINT)
        np.testing.assert_allclose(against_all[0, t], (logs[t] - level) / 1.5 + 1, atol=1e-3)


@pytest.mark.parametrize("first", [0, 1, 2, 9, 20])
def test_frames_in_two_parts_tell_what_they_tell_at_once(first):
    frames = spectrum(20, batch=2)
    one, states = hearing.hear(frames[:, :first], hearing.nothing_heard(2))
    two, states = hearing.hear(frames[:, first:], states)
    whole, wanted = hearing.hear(frames, hearing.nothing_heard(2))
    np.testing.assert_allclose(tf.concat([one, two], axis=1), whole, atol=1e-4)
    for ours, theirs in zip(states, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_a_frame_tells_nothing_of_a_later_one():
    frames = spectrum(12)
    other = tf.concat([frames[:, :8], 3 * frames[:, 8:]], axis=1)
    changed = np.abs(told(frames) - told(other)).max(axis=(0, 2)) > 1e-4
    assert changed.tolist() == [False] * 8 + [True] * 4


def test_louder_sound_tells_the_same():
    frames = spectrum(40)
    np.testing.assert_allclose(told(100 * frames), told(10 * frames), atol=0.02)


def test_what_is_told_against_the_own_past_does_not_know_the_colour():
    frames, colour = 100 * spectrum(40), np.geomspace(0.1, 10, BINS)
    own, whole, turning = parted(told(frames))
    coloured_own, coloured_whole, coloured_turning = parted(told(frames * colour))
    np.testing.assert_allclose(coloured_own, own, atol=0.02)
    np.testing.assert_allclose(coloured_turning, turning, atol=1e-3)
    assert np.abs(coloured_whole - whole).max() > 0.5


def test_a_tone_turns_evenly_and_noise_does_not():
    time, place = np.arange(30)[:, None], np.full(BINS, 0.9)
    tone = tf.constant(np.exp(1j * time * place)[None], "complex64")
    turning = parted(told(tone))[2][0, 1:]
    np.testing.assert_allclose(turning[:, : hearing.TURNING], np.cos(0.9), atol=1e-4)
    np.testing.assert_allclose(turning[:, hearing.TURNING :], np.sin(0.9), atol=1e-4)
    assert np.abs(parted(told(spectrum(30)))[2].mean(axis=1)).mean() < 0.4


def test_silence_tells_finite_numbers():
    assert np.isfinite(told(tf.zeros([1, 5, BINS], "complex64"))).all()


def test_filters_add_up_the_frames_before():
    frames, filters = spectrum(6), tf.stack([spectrum(6, k) for k in range(1, TAPS + 1)], axis=2)
    before = spectrum(TAPS - 1, 9)
    long, gains = np.concatenate([before, frames], axis=1)[0], filters.numpy()[0]
    wanted = [
        sum(gains[t, k] * long[TAPS - 1 + t - k] for k in range(TAPS)) for t in range(len(gains))
    ]
    got = hearing.filtered(frames, filters, before)
    np.testing.assert_allclose(got[0], wanted, atol=1e-4)
    silent = hearing.filtered(frames, filters, tf.zeros_like(before))
    np.testing.assert_allclose(hearing.filtered(frames, filters), silent, atol=1e-6)


def test_later_taps_reach_the_low_bins_alone_and_the_first_is_the_mask():
    mask, parts = spectrum(4), tf.random.stateless_normal([1, 4, hearing.LATER], [1, 2])
    filters = hearing.as_filters(mask, parts).numpy()
    assert filters.shape == (1, 4, TAPS, BINS)
    np.testing.assert_array_equal(filters[:, :, 0], mask)
    assert not filters[:, :, 1:, hearing.FILTERED :].any()
    assert (filters[:, :, 1:, : hearing.FILTERED].imag != 0).all()
