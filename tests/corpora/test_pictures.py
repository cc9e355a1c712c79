"""Pictures for clips of any rate and length: networks fit them, and the pitch survives."""

from audiogan_tf.corpora.pictures import in_words, pictures_for
from audiogan_tf.models.layers import halvings
from audiogan_tf.models.wavegan import build_generator
from audiogan_tf.sound import Waveform, cents, pitch

import numpy as np
import pytest

TONES = np.array([110, 155.6, 220, 311, 440, 622, 880, 1245, 1760, 2000])  # Hz


@pytest.mark.parametrize(
    "seconds, frames", [(0.1, 32), (0.4, 64), (1.0, 128), (1.5, 192), (2, 256)]
)
def test_the_usual_pictures_are_what_they_always_were(seconds, frames):
    own = pictures_for(16000, seconds).get_config()
    assert own == {
        "sample_rate": 16000,
        "n_fft": 512,
        "hop_length": 128,
        "frames": frames,
        "n_mels": 64,
        "floor_db": -30.0,
        "ceiling_db": 42.0,
    }


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 16000, 22050, 32000, 44100, 48000, 192000])
@pytest.mark.parametrize("seconds", [0.05, 0.7, 2.0, 5.0, 10.0])
def test_pictures_of_any_rate_and_length_suit_the_networks(rate, seconds):
    own = pictures_for(rate, seconds)
    assert own.frames % 16 == 0 == own.bins % 16 and own.seconds >= seconds
    assert halvings(own.shape, smallest=8)[0] >= 2
    assert own.seconds < max(seconds + 0.4, 1.01)
    assert f"{own.frames} frames" in in_words(own) and f"{rate} Hz" in in_words(own)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_the_pitch_survives_the_picture_at_any_rate(rate):
    own = pictures_for(rate, 1.0)
    time = np.arange(own.samples) / rate
    sounds = 0.95 * np.sin(2 * np.pi * TONES[:, None] * time).astype("float32")
    back = own.inverse(own.forward(sounds)).numpy()
    off = np.abs(cents(pitch(back, rate, 50, 3000), TONES))
    assert off.max() < 20, off


@pytest.mark.parametrize("rate, seconds", [(16000, 5.0), (22050, 10.0), (44100, 2.0)])
def test_networks_of_samples_suit_them_too(rate, seconds):
    shape = Waveform(pictures_for(rate, seconds)).shape
    assert build_generator(shape, channels=2).output_shape == (None, *shape)
