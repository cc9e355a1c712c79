from audiogan_tf.errors import InputError
from audiogan_tf.sound.postfilter import postfilter
from audiogan_tf.sound.quantisation import compress, expand
from audiogan_tf.sound.representation import Representation, Waveform

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def representation(frames=32, companding=255.0):
    return Waveform(Representation(16000, 512, 128, frames, n_mels=32), companding)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50),
    st.sampled_from([0.0, 1.0, 15.0, 255.0]),
)
def test_expand_undoes_compress(values, mu):
    values = np.float32(values)
    companded = compress(values, mu)
    assert np.abs(companded).max() <= 1 + 1e-6
    np.testing.assert_allclose(expand(companded, mu), values, atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.integers(9, 140), st.sampled_from([0.0, 255.0]))
def test_there_and_back_for_any_length(frames, companding):
    own = representation(frames, companding)
    sounds = np.random.default_rng(frames).uniform(-1, 1, (2, own.samples)).astype("float32")
    drawn = own.forward(sounds)
    assert drawn.shape[1:] == own.shape and own.shape[0] % 1024 == 0
    assert own.samples <= own.shape[0] < own.samples + 1024
    assert np.abs(drawn).max() <= 1
    np.testing.assert_allclose(own.inverse(drawn), sounds, atol=1e-5)
    np.testing.assert_array_equal(drawn[:, own.samples :], 0)


def test_companding_gives_the_quiet_more_of_the_scale():
    quiet, loud = compress(np.float32([0.01, 1.0]), 255.0).numpy()
    assert quiet == pytest.approx(np.log(1 + 2.55) / np.log(256), rel=1e-5) and loud == 1
    np.testing.assert_array_equal(compress(np.float32([0.01, 1.0]), 0), np.float32([0.01, 1.0]))


def test_rate_length_and_picture_are_the_spectrograms():
    own = representation()
    assert (own.sample_rate, own.samples) == (16000, 31 * 128)
    assert own.seconds == own.spectrogram.seconds
    assert own.spectrogram.spectrogram is own.spectrogram


def test_survives_its_config():
    own = representation(companding=15.0)
    again = Waveform.from_config(own.get_config())
    assert again.get_config() == own.get_config() and again.shape == own.shape


def test_a_postfilter_works_on_what_was_drawn_and_is_kept_in_the_config():
    plain = representation()
    own = Waveform(plain.spectrogram, plain.companding, postfilter=True)
    sounds = np.random.default_rng(0).normal(0, 0.1, (2, own.samples)).astype("float32")
    drawn = own.forward(sounds)
    np.testing.assert_allclose(drawn, plain.forward(sounds))
    cleaned = postfilter(plain.inverse(drawn), 16000)
    np.testing.assert_allclose(own.inverse(drawn), cleaned, atol=1e-6)
    assert not np.allclose(cleaned, sounds, atol=1e-2)
    assert Waveform.from_config(own.get_config()).postfilter
    assert "postfilter" not in plain.get_config()  # older files know nothing of it


def test_another_length_is_refused():
    own = representation()
    with pytest.raises(InputError, match="100 samples.*3968.*fix_length"):
        own.forward(np.zeros((1, 100), "float32"))
    with pytest.raises(InputError, match=r"\(100, 1\), expected \(4096, 1\)"):
        own.inverse(np.zeros((1, 100, 1), "float32"))
    with pytest.raises(InputError, match="companding=-1"):
        representation(companding=-1)
