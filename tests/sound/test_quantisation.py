"""Codes: how far a round trip may miss, what the decibels must be, which codes WaveNet gets."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import signal_to_noise_ratio
from audiogan_tf.sound import audio, quantisation

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

BITS = st.integers(1, 16)
SAMPLES = hnp.arrays(
    "float32", hnp.array_shapes(max_dims=3, max_side=40), elements=st.floats(-1, 1, width=32)
)


def sine(amplitude=1.0, samples=1 << 16):
    """A whole number of periods, and no two samples at the same phase."""
    return amplitude * np.sin(2 * np.pi * 1001 * np.arange(samples) / samples)


@given(SAMPLES, BITS)
def test_round_trip_misses_by_half_a_step_at_most(waveform, bits):
    codes = quantisation.quantise(waveform, bits)
    back = quantisation.dequantise(codes, bits)
    assert back.dtype == np.float32 and back.shape == waveform.shape
    assert np.abs(back).max() <= 1
    assert (
        np.abs(back.astype("float64") - waveform).max()
        <= quantisation.quantisation_step(bits) / 2 + 2.5e-7  # two roundings to float32
    )


@given(BITS)
def test_every_code_comes_back(bits):
    codes = np.arange(2**bits)
    for encode, decode in (
        (quantisation.quantise, quantisation.dequantise),
        (quantisation.mu_law_encode, quantisation.mu_law_decode),
    ):
        np.testing.assert_array_equal(encode(decode(codes, bits), bits), codes)


@given(SAMPLES, BITS)
def test_codes_keep_the_order_of_samples(waveform, bits):
    rising = np.sort(waveform.ravel())
    for encode in (quantisation.quantise, quantisation.mu_law_encode):
        codes = encode(rising, bits).astype("int64")
        assert (np.diff(codes) >= 0).all() and codes[0] >= 0 and codes[-1] < 2**bits


@pytest.mark.parametrize("encode", [quantisation.quantise, quantisation.mu_law_encode])
def test_full_scale_and_beyond(encode):
    np.testing.assert_array_equal(encode([-7.0, -1.0, 1.0, 7.0], 8), [0, 0, 255, 255])
    assert encode([0.5], 8).dtype == np.uint8 and encode([0.5], 9).dtype == np.uint16


@pytest.mark.parametrize("bits", range(4, 17))
def test_full_scale_sine_follows_the_rule(bits):
    wave = sine()
    ratio = signal_to_noise_ratio(
        wave, quantisation.dequantise(quantisation.quantise(wave, bits), bits)
    )
    assert ratio == pytest.approx(6.02 * bits + 1.76, abs=0.2)


def test_sixteen_bits_are_as_fine_as_a_wav_file():
    wave = sine(0.99)
    ours = quantisation.dequantise(quantisation.quantise(wave, 16), 16)
    wav = audio.to_pcm16(wave) / 32768
    assert signal_to_noise_ratio(wave, ours) == pytest.approx(
        signal_to_noise_ratio(wave, wav), abs=0.1
    )


@given(SAMPLES, BITS)
def test_mu_law_error_grows_with_the_sample(waveform, bits):
    waveform = waveform.astype("float64")
    back = quantisation.mu_law_decode(quantisation.mu_law_encode(waveform, bits), bits).astype(
        "float64"
    )
    mu = 2**bits - 1
    bound = (np.abs(waveform) + 1 / mu) * ((mu + 1) ** (1 / mu) - 1)
    assert (np.abs(back - waveform) <= bound * (1 + 1e-5) + 1e-7).all()


def test_mu_law_codes_are_those_of_the_formula():
    """Samples whose codes were worked out by hand, silence among them."""
    waves = np.array([-1.0, -1 / 255, 0.0, 1 / 255, 15 / 255, 1.0])
    inner = 127.5 / 8  # ln 2 / ln 256 = 1 / 8, ln 16 / ln 256 = 1 / 2
    wanted = [0, 127.5 - inner, 127.5, 127.5 + inner, 127.5 + 4 * inner, 255]
    np.testing.assert_array_equal(quantisation.mu_law_encode(waves), np.floor(np.add(wanted, 0.5)))


def test_mu_law_saves_quiet_sounds():
    ratios = {}
    for level in (0, -40):
        wave = sine(10 ** (level / 20))
        uniform = quantisation.dequantise(quantisation.quantise(wave, 8), 8)
        mu_law = quantisation.mu_law_decode(quantisation.mu_law_encode(wave))
        ratios[level] = [signal_to_noise_ratio(wave, x) for x in (uniform, mu_law)]
    assert ratios[0][0] > ratios[0][1] + 8
    assert ratios[-40][1] > ratios[-40][0] + 18


def test_ratio_of_known_errors():
    clean = np.tile([1.0, -1.0], 50)
    for factor, wanted in ((0.9, 20), (0.99, 40), (0.0, 0), (2.0, 0), (11.0, -20)):
        got = signal_to_noise_ratio(clean, factor * clean)
        assert isinstance(got, float) and got == pytest.approx(wanted, abs=1e-9)
    assert signal_to_noise_ratio(clean, clean) == np.inf
    batch = signal_to_noise_ratio(np.stack([clean, 3 * clean]), np.stack([0 * clean] * 2))
    np.testing.assert_allclose(batch, [0, 0], atol=1e-9)


@given(SAMPLES.filter(lambda x: (np.abs(x).max(axis=-1) > 0.01).all()), st.floats(0.01, 100))
def test_ratio_does_not_depend_on_loudness(waveform, gain):
    coded = waveform + np.float32(0.125)
    before = signal_to_noise_ratio(waveform, coded)
    after = signal_to_noise_ratio(gain * waveform.astype("float64"), gain * coded.astype("float64"))
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_errors_say_what_to_do():
    for bits in (0, 17, 2.5, "8"):
        with pytest.raises(InputError, match="whole number from 1 to 16"):
            quantisation.quantise([0.0], bits)
    for encode in (quantisation.quantise, quantisation.mu_law_encode):
        with pytest.raises(InputError, match="NaN or infinite"):
            encode([0.0, np.nan], 8)
        with pytest.raises(InputError, match="NaN or infinite"):
            encode([np.inf], 8)
    for decode in (quantisation.dequantise, quantisation.mu_law_decode):
        with pytest.raises(InputError, match="number of bits they were encoded with"):
            decode([16], 4)
        with pytest.raises(InputError, match="number of bits they were encoded with"):
            decode([-1], 4)
        with pytest.raises(InputError, match="whole numbers"):
            decode([0.5], 4)
    with pytest.raises(InputError, match="shapes"):
        signal_to_noise_ratio([1.0], [1.0, 0.0])
    with pytest.raises(InputError, match="silent"):
        signal_to_noise_ratio([0.0, 0.0], [1.0, 0.0])
