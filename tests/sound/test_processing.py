"""Files and folders through a stream: names, folders and what was there are kept."""

import os

from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import process

import numpy as np
import pytest
import soundfile

RATE = 8000


class Same:
    def push(self, samples):
        return samples

    def finish(self):
        return np.zeros(0, "float32")


def load():
    return Same, RATE


def never():
    raise AssertionError("the network was loaded though there is nothing to do")


def write(path, samples=800, rate=RATE, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = 0.3 * np.sin(0.3 * np.arange(samples))
    soundfile.write(os.fsencode(path), sound, rate, **({"format": "WAV"} | how))


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "name", ["a b.wav", "鼓 ü.wav", "-a.wav", "$x`'.WAV", "no suffix", "a.b.c"]
)
def test_a_file_keeps_its_name(tmp_path, name):
    write(tmp_path / name)
    done, damaged = process(tmp_path / name, tmp_path / "out" / "deep", load)
    assert names(tmp_path / "out") == [f"deep/{name}"] and damaged == 0
    assert done[0].seconds == 0.1


def test_a_name_that_is_no_utf8_is_kept_and_shown(tmp_path):
    name = os.fsdecode(b"caf\xe9.au")
    write(tmp_path / name, format="AU", subtype="G721_32")
    said = []
    process(tmp_path, tmp_path.parent / "out_utf8", load, say=said.append)
    assert os.listdir(tmp_path.parent / "out_utf8") == [os.fsdecode(b"caf\xe9.wav")]
    assert "caf\\xe9.wav" in said[0]
    said[0].encode("utf-8")


def test_a_folder_keeps_its_folders(tmp_path):
    for name in ("b.wav", "x/a.wav", "x/y/a.wav", ".hidden/a.wav"):
        write(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("no sound")
    done, damaged = process(tmp_path / "in", tmp_path / "out", load)
    assert names(tmp_path / "out") == ["b.wav", "x/a.wav", "x/y/a.wav"]
    assert (len(done), damaged) == (3, 0)


def test_damaged_files_are_named_and_the_others_made(tmp_path):
    for name in ("a.wav", "c.wav", "d.wav"):
        write(tmp_path / "in" / name)
    (tmp_path / "in" / "b.wav").write_text("no sound")
    content = (tmp_path / "in" / "c.wav").read_bytes()
    (tmp_path / "in" / "c.wav").write_bytes(content[:500])
    complaints = []
    given = tmp_path / "in", tmp_path / "out", load
    done, damaged = process(*given, complain=complaints.append)
    assert names(tmp_path / "out") == ["a.wav", "d.wav"] and (len(done), damaged) == (2, 2)
    assert "b.wav: not a sound" in complaints[0] and "c.wav: truncated" in complaints[1]
    write(tmp_path / "in" / "b.wav")  # mended: the rest can be made
    with pytest.raises(InputError, match="holds a.wav already; pass --resume"):
        process(tmp_path / "in", tmp_path / "out", never)
    before = (tmp_path / "out" / "a.wav").stat().st_mtime_ns
    done, damaged = process(*given, resume=True, complain=complaints.append)
    assert names(tmp_path / "out") == ["a.wav", "b.wav", "d.wav"] and len(done) == 1
    assert (tmp_path / "out" / "a.wav").stat().st_mtime_ns == before


def test_one_damaged_file_is_an_error(tmp_path):
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(UnreadableSound, match="a.wav"):
        process(tmp_path / "a.wav", tmp_path / "out", load)


def test_nothing_is_left_to_do(tmp_path):
    write(tmp_path / "in" / "a.wav")
    process(tmp_path / "in", tmp_path / "out", load)
    (tmp_path / "out" / ".b.wav.x1.part").write_text("what a power cut leaves")
    assert process(tmp_path / "in", tmp_path / "out", never, resume=True) == ([], 0)


def test_files_that_are_not_its_own_are_left_alone(tmp_path):
    write(tmp_path / "in" / "a.wav")
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "deep" / "mine.txt").write_text("mine")
    for resume in (False, True):
        with pytest.raises(InputError, match="not empty; choose another"):
            process(tmp_path / "in", tmp_path / "out", never, resume)
    with pytest.raises(InputError, match="this is a file"):
        process(tmp_path / "in", tmp_path / "out" / "deep" / "mine.txt", never)
    assert names(tmp_path / "out") == ["deep/mine.txt"]


def test_the_sounds_themselves_are_never_overwritten(tmp_path):
    write(tmp_path / "in" / "a.wav")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    content = (tmp_path / "in" / "a.wav").read_bytes()
    sources = tmp_path / "in", tmp_path / "in" / "a.wav", tmp_path / "link"
    for source in sources:
        for out in (tmp_path / "in", tmp_path / "link", tmp_path / "x" / ".." / "in"):
            with pytest.raises(InputError, match="choose an --out beside"):
                process(source, out, never, resume=True)
    with pytest.raises(InputError, match="choose an --out beside"):
        process(tmp_path / "in", tmp_path / "in" / "out", never)
    assert names(tmp_path / "in") == ["a.wav"]
    assert (tmp_path / "in" / "a.wav").read_bytes() == content


def test_files_that_become_wav_do_not_meet(tmp_path):
    write(tmp_path / "in" / "a.wav")
    write(tmp_path / "in" / "a.au", format="AU", subtype="G721_32")
    write(tmp_path / "in" / "b.au", format="AU", subtype="G723_24")
    said = []
    process(tmp_path / "in", tmp_path / "out", load, say=said.append)
    assert names(tmp_path / "out") == ["a.au.wav", "a.wav", "b.wav"] and len(said) == 2
    assert process(tmp_path / "in", tmp_path / "out", never, resume=True) == ([], 0)


def test_an_input_without_sounds_is_one_sentence(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="no sound files here"):
        process(tmp_path / "in", tmp_path / "out", never)
    with pytest.raises(InputError, match="no such file"):
        process(tmp_path / "none.wav", tmp_path / "out", load)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    write(tmp_path / "in" / "a.wav")
    (tmp_path / "closed").mkdir(mode=0o555)
    with pytest.raises(InputError, match="cannot be made"):
        process(tmp_path / "in", tmp_path / "closed" / "out", never)
    with pytest.raises(InputError, match="could not be written"):
        process(tmp_path / "in", tmp_path / "closed", load)


def test_an_output_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    write(tmp_path / "in" / "a.wav")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made|this is a file"):
        process(tmp_path / "in", tmp_path / "file" / "out", never)
