"""Files that are readable and must be read, and such as are not and must be named."""

import os

from audiogan_tf.errors import UnreadableSound
from audiogan_tf.sound import audio
from audiogan_tf.sound.audio_files import find_sounds, read_window

import numpy as np
import pytest
import soundfile

RATE = 16000


@pytest.fixture
def noise():
    return np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE).astype("float32")


def piped_flac(path, waveform):
    """What an encoder writes into a pipe: the number of samples in the header stays 0."""
    soundfile.write(path, waveform, RATE, format="FLAC")
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the number is 36 bits long
    content[22:26] = bytes(4)
    path.write_bytes(content)


def piped_wav(path, waveform, size):
    """What a program writes into a pipe: it does not know the sizes, and says `size` bytes."""
    soundfile.write(path, waveform, RATE, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[4:8] = min(size + place, 0xFFFFFFFF).to_bytes(4, "little")
    content[place : place + 4] = size.to_bytes(4, "little")
    path.write_bytes(content)


def bare_mp3(path, waveform):
    """An MP3 of varying bit rate whose first frame, the header with its length, is cut off."""
    settings = {"bitrate_mode": "VARIABLE", "compression_level": 0.5}
    soundfile.write(path, waveform, RATE, format="MP3", subtype="MPEG_LAYER_III", **settings)
    content = path.read_bytes()
    assert b"Xing" in content[:200] or b"Info" in content[:200]
    path.write_bytes(content[content.index(content[:2], 4) :])


def test_a_flac_from_a_pipe_is_read_whole(tmp_path, noise):
    piped_flac(tmp_path / "a.flac", noise)
    back, rate = audio.load(tmp_path / "a.flac")
    assert rate == RATE and np.abs(back - noise).max() < 1e-4 and len(back) == len(noise)


@pytest.mark.parametrize("size", [0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0])
def test_a_wav_from_a_pipe_is_read_whole(tmp_path, noise, size):
    piped_wav(tmp_path / "a.wav", noise, size)
    back, _ = audio.load(tmp_path / "a.wav")
    assert len(back) == len(noise) and np.abs(back - noise).max() < 1e-4


def test_a_wav_without_samples_has_none_though_a_chunk_follows(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), RATE)
    content = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(content + b"LIST" + (4).to_bytes(4, "little") + b"INFO")
    with pytest.raises(UnreadableSound, match="0 samples"):
        audio.load(tmp_path / "a.wav")


def test_a_wav_with_chunks_around_its_samples_is_read(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, RATE)
    content = (tmp_path / "a.wav").read_bytes()
    place = content.index(b"data")
    chunk = b"LIST" + (5).to_bytes(4, "little") + b"hello\0"  # of odd size, so padded
    (tmp_path / "a.wav").write_bytes(content[:place] + chunk + content[place:] + chunk)
    assert len(audio.load(tmp_path / "a.wav")[0]) == len(noise)


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.aiff"])
@pytest.mark.parametrize("keep", [0.4, 0.9])
def test_a_truncated_file_is_named(tmp_path, noise, name, keep):
    path = tmp_path / name
    soundfile.write(path, noise, RATE)
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(UnreadableSound, match=rf"{name}: ") as caught:
        audio.load(path)
    assert "copy the file again" in str(caught.value) or "libsndfile" in str(caught.value)


def test_an_mp3_without_a_header_is_read_to_its_end(tmp_path):
    """Its quiet beginning takes few bytes, so its length guessed from them is much too small."""
    rng = np.random.default_rng(0)
    soft, loud = (level * rng.uniform(-1, 1, 5 * RATE) for level in (0.001, 0.5))
    bare_mp3(tmp_path / "a.mp3", np.concatenate([loud, soft]).astype("float32"))
    with soundfile.SoundFile(tmp_path / "a.mp3") as file:
        assert file.frames < 8 * RATE  # what libsndfile believes
    back, _ = audio.load(tmp_path / "a.mp3")
    assert abs(len(back) - 10 * RATE) < 3000
    later, _ = read_window(tmp_path / "a.mp3", 9.0, 0.5)
    assert len(later) == RATE // 2
    assert np.abs(later[:, 0] - back[9 * RATE : 9 * RATE + RATE // 2]).max() < 1e-3


def test_a_constant_mp3_without_a_header_is_not_called_truncated(tmp_path, noise):
    bare_mp3(tmp_path / "a.mp3", noise)
    assert abs(len(audio.load(tmp_path / "a.mp3")[0]) - len(noise)) < 3000


def test_a_name_that_is_no_utf8_is_read_or_named(tmp_path, noise):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    soundfile.write(os.fsencode(path), noise, RATE, format="WAV")
    assert len(audio.load(path)[0]) == len(noise)
    path.write_text("no sound")
    with pytest.raises(UnreadableSound, match=r"caf\\xe9.wav: not a sound") as caught:
        audio.load(path)
    str(caught.value).encode("utf-8")


@pytest.mark.parametrize("name", ["a.aifc", "a.caf", "a.w64", "a.au", "a.oga"])
def test_rarer_formats_are_found_and_read(tmp_path, noise, name):
    form = {"a.aifc": "AIFF", "a.caf": "CAF", "a.w64": "W64", "a.au": "AU", "a.oga": "OGG"}[name]
    soundfile.write(tmp_path / name, noise, RATE, format=form)
    assert find_sounds(tmp_path) == [tmp_path / name]
    assert len(audio.load(tmp_path / name)[0]) == len(noise)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(UnreadableSound, match="a pipe or a device"):
        audio.load(tmp_path / "a.wav")


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "AIFF"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_window_is_what_stands_there(tmp_path, noise, form, channels):
    path = tmp_path / f"a.{form.lower()}"
    soundfile.write(path, np.stack([noise] * channels, axis=1), RATE, format=form)
    whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
    window, rate = read_window(path, 1.25, 0.5)
    assert rate == RATE and window.shape == (RATE // 2, channels)
    np.testing.assert_allclose(window, whole[20000:28000], atol=1e-5)
    assert len(read_window(path, 2.9, 1.0)[0]) == pytest.approx(RATE // 10, abs=1)


def test_a_window_of_a_long_file_is_read_by_seeking(tmp_path, monkeypatch):
    """Of an hour, half a second is decoded."""
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 8000, 1) as file:
        for number in range(60):
            file.write(np.full(60 * 8000, number / 100))
    read, decoded = soundfile.SoundFile.read, []

    def counted(self, *arguments, **options):
        got = read(self, *arguments, **options)
        decoded.append(len(got))
        return got

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    window, _ = read_window(tmp_path / "a.wav", 50 * 60 + 1.0, 0.5)
    np.testing.assert_allclose(window, 0.5, atol=1e-4)
    assert sum(decoded) == 4000


def make(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names(folder, **options):
    return [path.relative_to(folder).as_posix() for path in find_sounds(folder, **options)]


def test_find_sounds_is_sorted_and_skips_what_is_hidden(tmp_path):
    make(tmp_path, "b/2.WAV", "a.flac", ".hidden.wav", "notes.txt", "kick/.DS_Store", "b/x.M4A")
    make(tmp_path, ".ipynb_checkpoints/1.wav", "b/.git/deep/1.wav", "__MACOSX/._1.wav")
    assert names(tmp_path) == ["a.flac", "b/2.WAV", "b/x.M4A"]
    assert names(tmp_path / ".ipynb_checkpoints") == ["1.wav"]  # asked for by name


def test_linked_folders_are_entered_and_loops_are_not(tmp_path):
    make(tmp_path, "kick/1.wav", "in/snare/1.wav")
    (tmp_path / "in" / "kick").symlink_to("../kick")
    (tmp_path / "in" / "snare" / "again").symlink_to("..")
    passed = []
    assert names(tmp_path / "in", passed=passed) == ["kick/1.wav", "snare/1.wav"]
    assert passed == [(tmp_path / "in" / "snare" / "again", "a link back to a folder above it")]


def test_links_to_each_other_are_entered_once(tmp_path):
    make(tmp_path, "a/1.wav", "b/2.wav")
    (tmp_path / "a" / "x").symlink_to("../b")
    (tmp_path / "b" / "y").symlink_to("../a")
    assert names(tmp_path) == ["a/1.wav", "a/x/2.wav", "b/2.wav", "b/y/1.wav"]


def test_a_runs_folder_is_not_part_of_a_folder_of_sounds(tmp_path):
    make(tmp_path, "kick/1.wav", "run/run.json", "run/previews/step.wav")
    passed = []
    assert names(tmp_path, passed=passed) == ["kick/1.wav"]
    assert passed == [(tmp_path / "run", "a training run's folder")]
    assert names(tmp_path / "run") == ["previews/step.wav"]  # asked for by name


def test_full_level(noise):
    offset = audio.to_full_level(0.1 * noise + 0.3)
    assert np.abs(offset).max() == pytest.approx(0.95) and abs(offset.mean()) < 0.01
    dither = np.random.default_rng(0).integers(-1, 2, 8000) / 32768
    np.testing.assert_allclose(audio.to_full_level(dither), dither, atol=1e-6)
    assert np.abs(audio.to_full_level(dither + 0.2)).max() < 1e-4  # not even beside an offset
    assert (
        not audio.to_full_level(np.zeros(10)).any() and len(audio.to_full_level(np.zeros(0))) == 0
    )
    np.testing.assert_allclose(audio.to_full_level(noise), audio.peak_normalise(noise))
