import fcntl
import hashlib
import io
import os
import resource
import subprocess
import sys
import tarfile
import zipfile

from audiogan_tf.errors import InputError
from audiogan_tf.storage.files import atomic_path, sha256, unpack

import pytest


def make_tar(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def make_zip(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("make", [make_tar, make_zip])
def test_unpack(tmp_path, make):
    make(tmp_path / "archive", {"a/one.txt": b"1", "two.txt": b"2"})
    unpack(tmp_path / "archive", tmp_path / "out")
    assert (tmp_path / "out" / "a" / "one.txt").read_bytes() == b"1"
    assert (tmp_path / "out" / "two.txt").read_bytes() == b"2"


@pytest.mark.parametrize("make", [make_tar, make_zip])
@pytest.mark.parametrize("name", ["../outside.txt", "a/../../outside.txt", "/tmp/outside.txt"])
def test_members_outside_are_refused_before_anything_is_written(tmp_path, make, name):
    make(tmp_path / "archive", {"good.txt": b"1", name: b"2"})
    with pytest.raises(InputError, match="outside"):
        unpack(tmp_path / "archive", tmp_path / "out")
    assert not (tmp_path / "out" / "good.txt").exists()
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "archive", "w") as archive:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = kind, "/etc/hostname"
        archive.addfile(info)
    with pytest.raises(InputError, match="link"):
        unpack(tmp_path / "archive", tmp_path / "out")


def test_broken_and_missing_archives(tmp_path):
    (tmp_path / "text.zip").write_text("not an archive")
    with pytest.raises(InputError, match="not a whole archive"):
        unpack(tmp_path / "text.zip", tmp_path / "out")
    with pytest.raises(InputError, match="no such file"):
        unpack(tmp_path / "none.zip", tmp_path / "out")
    make_tar(tmp_path / "cut", {"noise": os.urandom(100_000)})
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:50_000])
    with pytest.raises(InputError, match="not a whole archive"):
        unpack(tmp_path / "cut", tmp_path / "out")


def test_atomic_path_replaces_the_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    for text in ("old", "new"):
        with atomic_path(target) as temporary:
            temporary.write_text(text)
        assert target.read_text() == text
    assert list(tmp_path.iterdir()) == [target]


def test_what_is_flushed_is_open_for_writing(tmp_path, monkeypatch):
    """Windows refuses to flush a file that is open for reading only."""
    flush, modes = os.fsync, []

    def watched(number):
        modes.append(fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE)
        flush(number)

    monkeypatch.setattr(os, "fsync", watched)
    with atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert modes == [os.O_RDWR]


def test_a_failure_keeps_the_previous_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(KeyError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("what", ["bytes", "sound"])
def test_a_full_disk_keeps_the_previous_file(tmp_path, what):
    """RLIMIT_FSIZE stops a write after 4 kB, as a full disk would."""
    target = tmp_path / "a.wav"
    target.write_text("old")
    script = {
        "bytes": "with files.atomic_path(sys.argv[1]) as t: t.write_bytes(bytes(100_000))",
        "sound": "audio.save(sys.argv[1], numpy.zeros(50_000), 8000)",
    }[what]
    setup = "import sys, signal, numpy; from audiogan_tf import errors; "
    setup += "from audiogan_tf.sound import audio; from audiogan_tf.storage import files; "
    ignore = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    guarded = f"try: {script}\n" if what == "sound" else f"try:\n    {script}\n"
    guarded += "except errors.InputError as error: print(error)\n"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # noqa: E731
    result = subprocess.run(
        [sys.executable, "-B", "-c", setup + ignore + guarded, str(target)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert "could not be written" in result.stdout, result.stderr
    assert "previous file" in result.stdout
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_sha256(tmp_path):
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()
