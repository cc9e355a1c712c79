from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import audio

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

RATE = 8000


@pytest.fixture
def tone():
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype("float32")


def error_of(path):
    with pytest.raises(UnreadableSound) as caught:
        audio.load(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    return message


def test_save_and_load_agree_within_half_a_step(tmp_path, tone):
    audio.save(tmp_path / "a.wav", tone, RATE)
    back, rate = audio.load(tmp_path / "a.wav")
    assert rate == RATE and back.dtype == np.float32 and back.shape == tone.shape
    assert np.abs(back - tone).max() <= 0.5 / 32768 + 1e-9


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"]
)
def test_load_any_bit_depth(tmp_path, tone, subtype):
    soundfile.write(tmp_path / "a.wav", tone.astype("float64"), RATE, subtype=subtype)
    back, _ = audio.load(tmp_path / "a.wav")
    assert np.abs(back - tone).max() < (0.02 if subtype in ("PCM_U8", "ULAW") else 1e-4)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_load_any_rate_and_channel_count(tmp_path, rate, channels):
    time = np.arange(rate) / rate
    wave = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "a.wav", np.stack([wave] * channels, 1), rate)
    back, got_rate = audio.load(tmp_path / "a.wav", sample_rate=8000)
    assert got_rate == 8000 and abs(len(back) - 8000) <= 1
    middle = slice(1000, 7000)
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(back)) / 8000)
    assert np.abs(back - wanted)[middle].max() < 2e-3


def test_resampling_removes_what_the_new_rate_cannot_hold():
    wave = np.sin(2 * np.pi * 6000 * np.arange(48000) / 48000)
    assert np.abs(audio.resample(wave, 48000, 8000)[500:-500]).max() < 1e-3


def test_missing_path(tmp_path):
    assert "no such file" in error_of(tmp_path / "none.wav")


def test_folder_instead_of_a_file(tmp_path):
    assert "folder" in error_of(tmp_path)


def test_empty_file(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "0 bytes" in error_of(tmp_path / "a.wav")


def test_text_named_wav(tmp_path):
    (tmp_path / "a.wav").write_text("this is no sound")
    assert "not a sound file" in error_of(tmp_path / "a.wav")


def test_zero_samples(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), RATE)
    assert "0 samples" in error_of(tmp_path / "a.wav")


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_wav(tmp_path, tone, keep):
    audio.save(tmp_path / "a.wav", tone, RATE)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(data[: int(keep * len(data))])
    assert "truncated" in error_of(tmp_path / "a.wav")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_samples(tmp_path, tone, bad):
    tone[[3, 5]] = bad
    soundfile.write(tmp_path / "a.wav", tone, RATE, subtype="FLOAT")
    assert "2 samples are NaN or infinite" in error_of(tmp_path / "a.wav")


def test_one_sample_and_silence_are_sounds(tmp_path):
    for name, wave in (("one", np.float32([0.25])), ("silence", np.zeros(100, "float32"))):
        audio.save(tmp_path / f"{name}.wav", wave, RATE)
        back, _ = audio.load(tmp_path / f"{name}.wav")
        assert np.array_equal(back, wave)
        assert np.isfinite(audio.peak_normalise(back)).all()
    assert not audio.peak_normalise(np.zeros(100)).any()


def test_save_refuses_what_would_wrap_or_vanish(tmp_path, tone):
    for wave, word in ((2.1 * tone, "peaks at 1.05"), (tone * np.nan, "NaN")):
        with pytest.raises(InputError, match=word):
            audio.save(tmp_path / "a.wav", wave, RATE)
    assert not list(tmp_path.iterdir())


def test_save_into_a_missing_folder_says_so(tmp_path, tone):
    with pytest.raises(InputError, match="could not be written"):
        audio.save(tmp_path / "none" / "a.wav", tone, RATE)


@given(st.floats(-1, 1))
def test_pcm16_never_wraps(value):
    assert abs(int(audio.to_pcm16([value])[0]) - value * 32768) <= 1


@settings(deadline=None)
@given(
    hnp.arrays("float32", st.integers(0, 50), elements=st.floats(-1, 1, width=32)),
    st.integers(0, 60),
    st.sampled_from(["start", "centre"]),
)
def test_fix_length_keeps_what_fits(wave, samples, align):
    fixed = audio.fix_length(wave, samples, align)
    assert fixed.shape == (samples,)
    if samples >= len(wave):  # padding is undone by cropping
        assert np.array_equal(audio.fix_length(fixed, len(wave), align), wave)
        assert np.count_nonzero(fixed) == np.count_nonzero(wave)


def test_fix_length_refuses_an_unknown_alignment():
    with pytest.raises(InputError, match="'start' or 'centre'"):
        audio.fix_length(np.zeros(3), 2, "end")


def test_levels(tone):
    assert np.abs(audio.peak_normalise(tone)).max() == pytest.approx(0.95)
    both = audio.limit(np.stack([tone, 4 * tone]))
    assert np.array_equal(both[0], tone) and np.abs(both[1]).max() == pytest.approx(0.99)


def test_resample_refuses_a_rate_of_zero(tone):
    with pytest.raises(InputError, match="positive"):
        audio.resample(tone, 0, 8000)
