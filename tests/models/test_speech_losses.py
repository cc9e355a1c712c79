"""Distances between enhanced and clean speech: 0 for equal sounds, and what each is deaf to."""

from audiogan_tf.models import speech_losses

import numpy as np
import pytest
import tensorflow as tf

RATE = speech_losses.RATE


@pytest.fixture(scope="module")
def speech():
    """Two seconds of tones that come and go: (2, samples) float32."""
    time = np.arange(2 * RATE) / RATE
    rows = []
    for base in (150, 220):
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * time)
        tones = sum(np.sin(2 * np.pi * k * base * time) / k for k in range(1, 15))
        rows.append(swell * tones)
    return np.array(rows, "float32")


def hiss(shape, level):
    return (level * np.random.default_rng(0).standard_normal(shape)).astype("float32")


def test_equal_sounds_are_at_no_distance(speech):
    assert float(speech_losses.envelope_loss(speech, speech)) == pytest.approx(0, abs=0.02)
    assert float(speech_losses.spectral_loss(speech, speech)) == 0
    assert float(speech_losses.log_distortion(speech, speech)) == pytest.approx(np.log(1e-3))


@pytest.mark.parametrize("name", ["envelope_loss", "spectral_loss", "log_distortion"])
def test_more_noise_is_further_away_and_the_gradient_leads_back(speech, name):
    loss = getattr(speech_losses, name)
    near, far = (float(loss(speech + hiss(speech.shape, a), speech)) for a in (0.1, 1.0))
    assert near < 0.7 * far if far > 0 else near < far
    heard = tf.constant(speech + hiss(speech.shape, 1.0))
    with tf.GradientTape() as tape:
        tape.watch(heard)
        before = loss(heard, speech)
    gradient = tape.gradient(before, heard)
    step = 0.1 * tf.norm(heard - speech) / tf.norm(gradient)
    assert float(loss(heard - step * gradient, speech)) < float(before)


def test_envelopes_do_not_hear_the_level_of_a_band_the_spectrum_does(speech):
    louder = 2 * speech
    assert float(speech_losses.envelope_loss(louder, speech)) < 0.02
    assert float(speech_losses.spectral_loss(louder, speech)) > 0.003


def test_silence_before_and_after_speech_does_not_count(speech):
    padded = np.pad(speech, [(0, 0), (RATE, RATE)])
    spoiled = padded.copy()
    spoiled[:, : RATE // 2] += hiss((2, RATE // 2), 1.0)
    assert float(speech_losses.envelope_loss(spoiled, padded)) < 0.1
