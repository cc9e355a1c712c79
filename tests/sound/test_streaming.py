"""One file through a stream: whatever it is, a file like it comes out, or one sentence."""

import errno
import functools
import os
import re
import tracemalloc

from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import process_file, streaming
from audiogan_tf.sound.audio_files import open_sound

import numpy as np
import pytest
import soundfile

RATE = 16000  # at which the streams below work


class Same:
    """A stream that changes nothing, `gain` apart."""

    gain = 1.0

    def push(self, samples):
        assert samples.dtype == np.float32 and samples.ndim == 1
        return samples * np.float32(self.gain)

    def finish(self):
        return np.zeros(0, "float32")


class Louder(Same):
    gain = 1.5


class Broken(Same):
    gain = np.nan


class Smooth:
    """A filter of 65 taps whose delay is taken out: it holds samples back and gives them last."""

    taps = np.hanning(67)[1:-1].astype("float32") / np.hanning(67).sum()

    def __init__(self):
        self.kept, self.early = np.zeros(64, "float32"), 32

    def push(self, samples):
        samples = np.concatenate([self.kept, samples])
        self.kept = samples[-64:]
        filtered = np.convolve(samples, self.taps, "valid").astype("float32")
        cut = min(self.early, len(filtered))
        self.early -= cut
        return filtered[cut:]

    def finish(self):
        return self.push(np.zeros(32, "float32"))


def tone(rate, seconds=0.6, channels=1):
    """A channel a tone, all different, faded in and out; (samples, channels) float64."""
    time = np.arange(int(rate * seconds)) / rate
    tones = [np.sin(2 * np.pi * (300 + 70 * k) * time) for k in range(channels)]
    fade = np.minimum(1, 20 * np.minimum(time, time[::-1]))
    return 0.5 * np.stack(tones, axis=1) * fade[:, None]


def info_of(path):
    with open_sound(path) as file:
        return file.samplerate, file.channels, file.format, file.subtype, file.frames


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000, 192000])
def test_any_rate_and_number_of_channels_come_back(tmp_path, rate, channels):
    sound = tone(rate, channels=channels)
    soundfile.write(tmp_path / "a.wav", sound, rate, "PCM_24")
    made = process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    assert made.path == tmp_path / "b.wav" and made.notes == ()
    assert made.seconds == pytest.approx(0.6, abs=1e-3)
    assert info_of(made.path) == info_of(tmp_path / "a.wav")
    back, _ = soundfile.read(made.path, always_2d=True)
    assert np.abs(back - sound).max() < 2e-3  # no sample is late and no channel is another's


@pytest.mark.parametrize("rate", [16000, 44100])
def test_a_stream_that_holds_samples_back_loses_none(tmp_path, rate):
    sound = tone(rate)
    soundfile.write(tmp_path / "a.wav", sound, rate, "FLOAT")
    process_file(tmp_path / "a.wav", tmp_path / "b.wav", Smooth, RATE)
    back, _ = soundfile.read(tmp_path / "b.wav", always_2d=True)
    assert back.shape == sound.shape
    lag = np.correlate(back[:, 0], sound[:, 0], "full").argmax() - len(sound) + 1
    assert lag == 0 and np.corrcoef(back[:, 0], sound[:, 0])[0, 1] > 0.999


def test_without_resampling_integers_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(0)
    for subtype, low, high in (("PCM_16", -(2**15), 2**15), ("PCM_24", -(2**23), 2**23)):
        whole = rng.integers(low, high, (70000, 2)).astype("int32")
        whole <<= 16 if subtype == "PCM_16" else 8
        soundfile.write(tmp_path / "a.wav", whole, RATE, subtype)
        process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
        back, _ = soundfile.read(tmp_path / "b.wav", dtype="int32")
        assert (back == whole).all()


FORMATS = [("a.flac", "PCM_16"), ("a.flac", "PCM_24"), ("a.ogg", "VORBIS"), ("a.ogg", "OPUS")]
FORMATS += [("a.mp3", "MPEG_LAYER_III"), ("a.aiff", "PCM_16"), ("a.aiff", "PCM_24")]
FORMATS += [("a.wav", s) for s in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW")]
FORMATS += [("a.au", "PCM_16"), ("a.caf", "ALAC_16"), ("a.w64", "PCM_24"), ("a.rf64", "PCM_16")]


@pytest.mark.parametrize("name, subtype", FORMATS)
def test_formats_and_subtypes_are_kept(tmp_path, name, subtype):
    sound, kind = tone(24000)[:, 0], "OGG" if name.endswith("ogg") else None
    soundfile.write(tmp_path / name, sound, 24000, subtype, format=kind)
    out = tmp_path / f"out_{name}"
    made = process_file(tmp_path / name, out, Same, RATE)
    assert made.notes == () and info_of(out) == info_of(tmp_path / name)
    before, _ = soundfile.read(tmp_path / name)
    back, _ = soundfile.read(out)
    assert len(back) == len(before)
    coarse = subtype in ("VORBIS", "OPUS", "MPEG_LAYER_III", "PCM_U8", "ULAW")
    assert np.abs(back - before)[:-2000].max() < (0.08 if coarse else 2e-3)


@pytest.mark.parametrize("name, subtype", [("a.wav", "IMA_ADPCM"), ("a.au", "G721_32")])
def test_what_cannot_be_written_with_its_length_becomes_wav(tmp_path, name, subtype):
    soundfile.write(tmp_path / name, tone(16000)[:9000, 0], 16000, subtype)
    length = info_of(tmp_path / name)[4]
    made = process_file(tmp_path / name, tmp_path / f"b{name[1:]}", Same, RATE)
    assert made.path == tmp_path / "b.wav" and subtype in made.notes[0] and "b.wav" in made.notes[0]
    assert info_of(made.path) == (16000, 1, "WAV", "PCM_16", length)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 192000])
@pytest.mark.parametrize("samples", [1, 2, 3, 50])
def test_a_few_samples_stay_a_few_samples(tmp_path, rate, samples):
    soundfile.write(tmp_path / "a.wav", np.full(samples, 0.25), rate)
    for stream in (Same, Smooth):
        process_file(tmp_path / "a.wav", tmp_path / "b.wav", stream, RATE)
        assert info_of(tmp_path / "b.wav")[4] == samples
    process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    assert soundfile.read(tmp_path / "b.wav")[0].max() > 0.01  # it is heard


def test_silence_stays_silent(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.zeros((5000, 2)), 44100)
    process_file(tmp_path / "a.flac", tmp_path / "b.flac", Smooth, RATE)
    assert not soundfile.read(tmp_path / "b.flac")[0].any()


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "ULAW", "FLOAT"])
def test_what_would_clip_is_turned_down_as_a_whole_and_said(tmp_path, subtype):
    sound = 1.8 * tone(RATE, channels=2)
    sound[:, 1] *= 0.5
    soundfile.write(tmp_path / "a.wav", sound, RATE, subtype)
    before, _ = soundfile.read(tmp_path / "a.wav")
    made = process_file(tmp_path / "a.wav", tmp_path / "b.wav", Louder, RATE)
    back, _ = soundfile.read(tmp_path / "b.wav")
    if subtype == "FLOAT":  # it holds what is above 1
        assert made.notes == () and np.abs(back - 1.5 * before).max() < 1e-6
        return
    assert re.search(r"a.wav: turned down by 2.[5-9] dB", made.notes[0]) and len(made.notes) == 1
    assert np.abs(back - before * 0.99 / np.abs(before).max()).max() < 0.03


def test_clipped_input_is_not_clipped_once_more(tmp_path):
    """Resampling lets the flat tops swing over."""
    sound = np.clip(6 * tone(44100), -1, 1)
    soundfile.write(tmp_path / "a.wav", sound, 44100)
    made = process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    back, _ = soundfile.read(tmp_path / "b.wav")
    assert "turned down" in made.notes[0]
    assert np.sum(np.abs(back) > 0.9899) < 5 and np.corrcoef(back, sound[:, 0])[0, 1] > 0.99


def damage(path, kind):
    rng = np.random.default_rng(0)
    sound = rng.uniform(-0.5, 0.5, 200000)
    sound[150000] = {"nan": np.nan, "infinite": np.inf}.get(kind, 0)
    soundfile.write(path, sound[: 0 if kind == "empty" else None], RATE, "FLOAT")
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:500000])
    if kind in ("text", "nothing"):
        path.write_text("no sound" if kind == "text" else "")


WORDS = {"nan": "NaN", "infinite": "infinite", "empty": "0 samples", "text": "not a sound file"}
WORDS |= {"truncated": "truncated after", "nothing": "0 bytes", "missing": "no such file"}


@pytest.mark.parametrize("kind", WORDS)
def test_a_damaged_file_is_one_sentence_and_leaves_nothing(tmp_path, kind):
    if kind != "missing":
        damage(tmp_path / "a.wav", kind)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(UnreadableSound, match=WORDS[kind]) as caught:
        process_file(tmp_path / "a.wav", out / "a.wav", Same, RATE)
    assert "a.wav: " in str(caught.value) and "\n" not in str(caught.value)
    assert not list(out.iterdir())


def test_a_stream_that_gives_no_numbers_writes_nothing(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(RATE), RATE)
    (tmp_path / "b.wav").write_text("as before")
    with pytest.raises(InputError, match="a.wav: what came out holds NaN"):
        process_file(tmp_path / "a.wav", tmp_path / "b.wav", Broken, RATE)
    assert (tmp_path / "b.wav").read_text() == "as before"


def test_an_error_of_the_stream_is_not_blamed_on_the_file(tmp_path):
    class Failing(Same):
        def push(self, samples):
            raise ValueError("shapes do not fit")

    soundfile.write(tmp_path / "a.wav", tone(RATE), RATE)
    with pytest.raises(ValueError, match="shapes do not fit") as caught:
        process_file(tmp_path / "a.wav", tmp_path / "b.wav", Failing, RATE)
    assert not isinstance(caught.value, InputError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    """/dev/full is a disk without room."""
    import tempfile

    soundfile.write(tmp_path / "a.wav", tone(RATE, 20), RATE)
    full = functools.partial(open, "/dev/full", "r+b")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: full())
    with pytest.raises(InputError, match=os.strerror(errno.ENOSPC)) as caught:
        process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    assert "b.wav: could not be written" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav"]


def test_a_missing_output_folder_is_one_sentence(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(RATE), RATE)
    with pytest.raises(InputError, match="could not be written"):
        process_file(tmp_path / "a.wav", tmp_path / "none" / "a.wav", Same, RATE)


@pytest.mark.parametrize("name", ["long.wav", "long.flac"])
def test_an_hour_takes_no_more_memory_than_a_minute(tmp_path, name):
    rng = np.random.default_rng(0)
    minute = rng.uniform(-0.5, 0.5, 60 * 8000).astype("float32")
    with soundfile.SoundFile(tmp_path / name, "w", 8000, 1) as file:
        for _ in range(60):
            file.write(minute)
    tracemalloc.start()
    process_file(tmp_path / name, tmp_path / f"b_{name}", Same, RATE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert info_of(tmp_path / f"b_{name}")[4] == 3600 * 8000
    assert peak < 8e6  # the hour itself is 115 MB


def test_progress_ends_at_the_length_of_the_file(tmp_path):
    seen = []
    soundfile.write(tmp_path / "a.wav", tone(RATE, 10), RATE)
    given = tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE
    process_file(*given, progress=lambda *counts: seen.append(counts))
    assert seen == [(65536, 160000), (131072, 160000), (160000, 160000)]


def test_a_name_as_long_as_the_system_allows(tmp_path):
    name = "n" * 251 + ".wav"
    soundfile.write(tmp_path / "a.wav", tone(RATE), RATE)
    assert process_file(tmp_path / "a.wav", tmp_path / name, Same, RATE).path.exists()


def test_more_than_a_wav_can_count_is_written_as_rf64(tmp_path, monkeypatch):
    sound = tone(RATE, 5, channels=2)
    soundfile.write(tmp_path / "a.wav", sound, RATE)
    monkeypatch.setattr(streaming, "LARGEST_WAV", 10000)
    process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    assert info_of(tmp_path / "b.wav") == (RATE, 2, "RF64", "PCM_16", len(sound))
    assert np.abs(soundfile.read(tmp_path / "b.wav")[0] - sound).max() < 1e-4


@pytest.mark.parametrize("rate, channels", [(1, 1), (100, 2), (768000, 1), (44100, 60)])
def test_rates_and_channels_that_nobody_records_with(tmp_path, rate, channels):
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (min(rate, 9000), channels))
    soundfile.write(tmp_path / "a.wav", sound, rate)
    process_file(tmp_path / "a.wav", tmp_path / "b.wav", Same, RATE)
    assert info_of(tmp_path / "b.wav") == info_of(tmp_path / "a.wav")
