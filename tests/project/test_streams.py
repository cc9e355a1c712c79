"""enhance, vocode and convert from the command line: what they refuse before anything is loaded."""

from audiogan_tf import streams
from audiogan_tf.__main__ import main
from audiogan_tf.corpora import load_corpus
from audiogan_tf.storage.places import shipped

import numpy as np
import pytest
import soundfile

COMMANDS = [["enhance"], ["vocode"], ["convert", "--to", "kathleen"]]
EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])


class Same:
    def push(self, samples):
        return samples

    def finish(self):
        return np.zeros(0, "float32")


def refused(capsys, *arguments, says):
    assert main([str(argument) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("audiogan_tf: ") and error.count("\n") == 1, error
    for word in says:
        assert word in error, error


@EACH
def test_what_cannot_be_done_is_one_sentence(command, tmp_path, capsys):
    sound = tmp_path / "in" / "a.wav"
    sound.parent.mkdir()
    empty = [*command, "--in", tmp_path / "in", "--out"]
    refused(capsys, *empty, tmp_path / "out", says=["no sound files here"])
    soundfile.write(sound, np.zeros(800), 8000)
    refused(capsys, *command, "--in", sound, "--out", tmp_path / "in", says=["beside that folder"])
    refused(capsys, *command, "--in", sound, "--out", sound, says=["this is a file"])
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("mine")
    refused(capsys, *command, "--in", sound, "--out", tmp_path / "used", says=["not empty"])
    assert not (tmp_path / "out").exists()


def test_an_unknown_voice_lists_the_voices(tmp_path, capsys):
    command = ["convert", "--in", tmp_path, "--out", tmp_path / "out", "--to", "nobody"]
    refused(capsys, *command, says=["'nobody'", *streams.VOICES])


@pytest.fixture
def command(monkeypatch):
    """A command of the table, as the three are, whose stream changes nothing."""
    monkeypatch.setitem(streams.STREAMS, "enhance", (lambda _: (Same, 16000), ""))
    return "enhance"


def test_a_folder_with_a_damaged_file_has_status_2_and_all_others(command, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for name in ("-a.wav", "b c.flac"):
        soundfile.write(tmp_path / "in" / name, 0.1 * np.ones((4410, 2)), 44100)
    (tmp_path / "in" / "bad.wav").write_text("no sound")
    arguments = [command, "--in", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and "bad.wav: not a sound file" in told.err
    assert "2 sounds (0.2 s)" in told.out and "1 could not be read" in told.out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["-a.wav", "b c.flac"]
    refused(capsys, *arguments, says=["holds -a.wav already", "--resume"])
    assert main([*arguments, "--resume"]) == 2
    assert "0 sounds" in capsys.readouterr().out


def test_a_name_that_begins_with_a_dash(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    soundfile.write("./-a.wav", 0.1 * np.ones(800), 8000)
    assert main([command, "--in=-a.wav", "--out=-out"]) == 0
    assert (tmp_path / "-out" / "-a.wav").exists() and not capsys.readouterr().err


def test_what_differs_is_said(command, tmp_path, capsys):
    class Louder(Same):
        def push(self, samples):
            return 2 * samples

    streams.STREAMS[command] = (lambda _: (Louder, 8000), "")
    soundfile.write(tmp_path / "a.wav", 0.9 * np.ones(800), 8000)
    assert main([command, "--in", str(tmp_path / "a.wav"), "--out", str(tmp_path / "out")]) == 0
    assert "a.wav: turned down by 5.2 dB" in capsys.readouterr().out


FORMS = {  # name: rate, channels, samples
    "one.wav": (16000, 1, 1),
    "three fast.flac": (192000, 2, 3),
    "slow.wav": (8000, 1, 8000),
    "two.flac": (44100, 2, 22050),
    "eight.wav": (16000, 8, 4000),
    "fast.wav": (192000, 1, 48000),
}
DAMAGED = ("empty.wav", "no samples.wav", "not a number.wav", "text.wav", "too loud.wav")


def tones(rate, channels, samples):
    """A tone a channel, each another, so that channels that change places are noticed."""
    time = np.arange(samples)[:, None] / rate
    return 0.3 * np.sin(2 * np.pi * 220 * (1 + np.arange(channels)) * time)


def a_folder_of_everything(folder):
    """Sounds that can be read, of every form, and files that cannot."""
    folder.mkdir()
    for name, (rate, channels, samples) in FORMS.items():
        soundfile.write(folder / name, tones(rate, channels, samples), rate)
    soundfile.write(folder / "silence.wav", np.zeros((8000, 2)), 16000)
    clipped = np.clip(9 * tones(16000, 1, 8000), -1, 1)
    soundfile.write(folder / "clipped.wav", clipped, 16000, subtype="PCM_16")
    (folder / "empty.wav").write_bytes(b"")
    soundfile.write(folder / "no samples.wav", np.zeros((0, 1)), 16000)
    soundfile.write(folder / "not a number.wav", np.full(800, np.nan), 16000, subtype="FLOAT")
    (folder / "text.wav").write_text("Dear diary,\n" * 50)
    loudest = np.float32(3e38) * np.sign(tones(16000, 1, 8000) + 1e-9)
    soundfile.write(folder / "too loud.wav", loudest, 16000, subtype="FLOAT")


@EACH
def test_the_shipped_networks_take_every_form_and_name_what_they_cannot_take(
    command, tmp_path, capsys
):
    a_folder_of_everything(tmp_path / "in")
    out = tmp_path / "out"
    assert main([*command, "--in", str(tmp_path / "in"), "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == len(DAMAGED), told.err
    for name in DAMAGED:
        assert f"{name}: " in told.err and not (out / name).exists(), told.err
    made = [*FORMS, "silence.wav", "clipped.wav"]
    assert sorted(path.name for path in out.iterdir()) == sorted(made)
    for name in made:
        before, after = (soundfile.info(str(tmp_path / side / name)) for side in ("in", "out"))
        kept = "samplerate", "channels", "frames", "format", "subtype"
        assert [getattr(before, k) for k in kept] == [getattr(after, k) for k in kept], name
        assert np.isfinite(soundfile.read(out / name)[0]).all()
    assert np.abs(soundfile.read(out / "silence.wav")[0]).max() < 0.01


@EACH
def test_each_channel_of_a_sound_stays_where_it_is(command, tmp_path):
    sentence = load_corpus("kathleen", folder=shipped("kathleen")).test.load(0)
    sounds = np.stack([sentence, 0 * sentence, -sentence], axis=1)
    soundfile.write(tmp_path / "a.wav", sounds, 16000)
    assert main([*command, "--in", str(tmp_path / "a.wav"), "--out", str(tmp_path / "out")]) == 0
    heard = soundfile.read(tmp_path / "out" / "a.wav")[0]
    peaks = np.abs(heard).max(axis=0) / np.abs(sentence).max()
    assert min(peaks[0], peaks[2]) > 0.5 and peaks[1] < 0.05


@pytest.mark.parametrize("name", DAMAGED)
@EACH
def test_one_file_that_cannot_be_taken_is_one_sentence(command, name, tmp_path, capsys):
    a_folder_of_everything(tmp_path / "in")
    refused(capsys, *command, "--in", tmp_path / "in" / name, "--out", tmp_path / "o", says=[name])
    assert not (tmp_path / "o" / name).exists()
