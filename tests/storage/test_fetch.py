"""Downloads from a local server that drops the connection, ignores ranges or lies."""

import errno
import hashlib
import http.server
import io
import os
import sys
import tarfile
import threading
import zipfile

from audiogan_tf.errors import InputError
from audiogan_tf.storage import fetch as fetch_module
from audiogan_tf.storage.fetch import agree, fetch, fetch_archive, in_words

import pytest

CONTENT = os.urandom(700_000)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `content`, `most` bytes a connection; notes the ranges asked for."""

    content, most, ranges, status = CONTENT, None, True, None

    def do_GET(self):  # the name http.server wants
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.status:
            return self.send_error(self.status)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if start >= len(self.content) and wanted:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(self.content)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        rest = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.most])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def serve(monkeypatch):
    """Start a server with a handler of these properties; its address and the list of requests."""
    servers = []

    def start(**properties):
        handler = type("Special", (Handler,), properties)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/file.bin", server.asked

    monkeypatch.setattr(fetch_module.time, "sleep", lambda _: None)
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_whole_file(serve, tmp_path, capsys):
    url, asked = serve()
    fetch(url, tmp_path / "new" / "file.bin", hashlib.sha256(CONTENT).hexdigest())
    assert (tmp_path / "new" / "file.bin").read_bytes() == CONTENT
    assert asked == [None] and len(list((tmp_path / "new").iterdir())) == 1
    assert "file.bin" in capsys.readouterr().err  # the progress bar


def test_a_dropped_connection_is_gone_on_with(serve, tmp_path):
    url, asked = serve(most=300_000)
    fetch(url, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert asked == [None, "bytes=300000-", "bytes=600000-"]


def test_the_next_call_goes_on_where_the_last_stopped(serve, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:123_456])
    url, asked = serve()
    fetch(url, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == CONTENT and asked == ["bytes=123456-"]


def test_a_whole_part_is_not_fetched_again(serve, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    fetch(serve()[0], tmp_path / "file.bin", hashlib.sha256(CONTENT).hexdigest())
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("have", [100_000, 800_000])
def test_without_ranges_it_starts_again(serve, tmp_path, have):
    (tmp_path / "file.bin.part").write_bytes(bytes(have))
    fetch(serve(ranges=False)[0], tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_thrown_away(serve, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(bytes(800_000))
    fetch(serve()[0], tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_server_that_stops_sending_is_given_up_and_what_came_is_kept(serve, tmp_path):
    url, asked = serve(most=0, content=CONTENT)
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:5])
    with pytest.raises(InputError, match=r"file.bin could not be fetched from http.*ended after 5"):
        fetch(url, tmp_path / "file.bin")
    assert len(asked) == fetch_module.ATTEMPTS
    assert [path.name for path in tmp_path.iterdir()] == ["file.bin.part"]


@pytest.mark.parametrize("status, times", [(404, 1), (403, 1), (503, fetch_module.ATTEMPTS)])
def test_a_refusal_is_not_asked_for_again_but_a_busy_server_is(serve, tmp_path, status, times):
    url, asked = serve(status=status)
    with pytest.raises(InputError, match=rf"could not be fetched.*{status}.*AUDIOGAN_DATA"):
        fetch(url, tmp_path / "file.bin")
    assert len(asked) == times and list(tmp_path.iterdir()) == []


def test_another_file_than_the_published_one_is_removed(serve, tmp_path):
    with pytest.raises(InputError, match=r"file.bin: SHA-256 is .* published is 000.*removed"):
        fetch(serve()[0], tmp_path / "file.bin", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(
        fetch_module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})
    )
    with pytest.raises(InputError, match="the disk is full"):
        fetch(serve()[0], tmp_path / "file.bin")


def tar(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"data"))
    return stream.getvalue()


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in members:
            archive.writestr(name, b"data")
    return stream.getvalue()


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize("top", ["", "set-1.0/"])
def test_an_archive_with_or_without_a_folder_of_its_own(serve, tmp_path, pack, top):
    url, _ = serve(content=pack([f"{top}index.csv", f"{top}wavs/a.wav"]))
    fetch_archive(url, tmp_path / "cache" / "set", "index.csv")
    assert (tmp_path / "cache" / "set" / "wavs" / "a.wav").read_bytes() == b"data"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["set"]


def test_an_archive_without_what_it_must_hold_is_refused(serve, tmp_path):
    url, _ = serve(content=tar(["set/readme.txt"]))
    with pytest.raises(InputError, match=r"the archive holds no file 'index.csv'"):
        fetch_archive(url, tmp_path / "set", "index.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_replaced(serve, tmp_path):
    (tmp_path / "set").mkdir()
    url, asked = serve()
    with pytest.raises(InputError, match=r"set exists but holds no 'index.csv'; move it away"):
        fetch_archive(url, tmp_path / "set", "index.csv")
    assert asked == []


def test_an_archive_left_by_a_full_disk_is_used(serve, tmp_path, monkeypatch):
    url, asked = serve(content=tar(["index.csv"]))

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(fetch_module.files, "unpack", full)
    with pytest.raises(OSError, match="no space"):
        fetch_archive(url, tmp_path / "set", "index.csv")
    monkeypatch.undo()
    fetch_archive(url, tmp_path / "set", "index.csv")
    assert len(asked) == 1 and [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize(
    "size, words",
    [(999, "999 bytes"), (350e6, "350 MB"), (2_748_572_632, "2.7 GB"), (23.8e9, "24 GB")],
)
def test_sizes_in_words(size, words):
    assert in_words(size) == words


def test_nobody_there_means_no(monkeypatch):
    monkeypatch.setattr(fetch_module, "_somebody_is_there", lambda: False)
    with pytest.raises(InputError, match=r"2.0 GB are not fetched unasked.*fetch=True\)") as caught:
        agree("big", 2e9)
    assert "\n" not in str(caught.value)
    agree("big", 2e9, True)
    with pytest.raises(InputError, match=r"load_corpus\('big', fetch=True\)"):
        agree("big", 2e9, False)


@pytest.mark.parametrize("answer, agreed", [("y", True), ("Yes ", True), ("", False), ("n", False)])
def test_somebody_is_asked_with_the_size(monkeypatch, answer, agreed):
    asked = []
    monkeypatch.setattr(fetch_module, "_somebody_is_there", lambda: True)
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or answer)
    if agreed:
        agree("big", 2e9)
    else:
        with pytest.raises(InputError, match="fetch=True"):
            agree("big", 2e9)
    assert asked == ["big is not on this machine. Download 2.0 GB? [y/N] "]


def test_a_notebook_that_is_only_executed_is_not_waited_for(monkeypatch):
    def refuse(_):
        raise NotImplementedError("raw_input was called, but this frontend does not support it")

    monkeypatch.setattr(fetch_module, "_somebody_is_there", lambda: True)
    monkeypatch.setattr("builtins.input", refuse)
    with pytest.raises(InputError, match="fetch=True"):
        agree("big", 2e9)


def test_a_pipe_is_nobody(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(InputError, match="unasked"):
        agree("big", 2e9)
