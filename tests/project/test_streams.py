"""enhance, vocode and convert from the command line: what they refuse before anything is loaded."""

from audiogan_tf import streams
from audiogan_tf.__main__ import main

import numpy as np
import pytest
import soundfile

COMMANDS = [["enhance"], ["vocode"], ["convert", "--to", "kathleen"]]


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


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
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
