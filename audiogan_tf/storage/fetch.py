"""Files from the network: long ones only when agreed to, resumed after a break, then checked."""

import builtins
import errno
import http.client
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.storage import files

ATTEMPTS = 4  # in a row without one new byte
TIMEOUT = 30  # seconds without one new byte
BLOCK = 1 << 18  # bytes


class _Broken(Exception):
    """The connection ended before the file did."""


def agree(name, size, answer=None):
    """Ask before a long download, or refuse it where nobody can be asked.

    name: the corpus; size in bytes; answer: True or False if it is known, None to ask.
    Raises InputError, naming the option, unless the answer is yes.
    """
    if answer is None and _somebody_is_there():
        question = f"{name} is not on this machine. Download {in_words(size)}? [y/N] "
        try:
            answer = builtins.input(question).strip().lower() in ("y", "yes")
        except (EOFError, RuntimeError):  # a notebook that is executed, not used
            answer = False
    if not answer:
        raise InputError(
            f"{name} is not in $AUDIOGAN_DATA, data/ or the cache, and {in_words(size)} are not "
            f"fetched unasked; call load_corpus({name!r}, fetch=True), or load_corpus({name!r}, "
            "folder=...) if you have it"
        )


def _somebody_is_there():
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel") or (sys.stdin is not None and sys.stdin.isatty())


def in_words(size):
    """A size in bytes as a person says it: 2,748,572,632 is "2.7 GB"."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.{1 if size < 10 * scale else 0}f} {unit}"
    return f"{size} bytes"


def fetch(url, path, sha256=None):
    """Download a file; what a broken connection left in `path`.part is gone on with.

    url: http, https or file. path: where to; it appears only when it is whole.
    sha256: the published digest, or None if there is none; the length is compared in any case.
    Shows a progress bar on stderr. Raises InputError if the file cannot be had (what has come is
    kept for the next call), if it is not the published one (it is removed), or if the disk is full.
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    idle = 0
    while idle < ATTEMPTS:
        before = _size(part)
        try:
            _go_on(url, part, path.name)
            break
        except (_Broken, urllib.error.URLError, http.client.HTTPException, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise InputError(f"{part}: the disk is full; free some space, try again") from None
            answered = isinstance(error, urllib.error.HTTPError)
            refused = answered and error.code < 500
            reason = error if answered else getattr(error, "reason", error)
            idle = ATTEMPTS if refused else 0 if _size(part) > before else idle + 1
            if idle < ATTEMPTS:
                time.sleep(0.5 * idle)
    else:
        raise InputError(
            f"{path.name} could not be fetched from {url} ({reason}); check the network and try "
            "again, it goes on where it stopped, or set AUDIOGAN_DATA to a folder that holds it"
        )
    _check(part, path, sha256)


def fetch_archive(url, folder, holds, sha256=None):
    """Fetch a .zip or .tar archive and unpack it to `folder`, which appears only when it is whole.

    holds: a file or folder it must contain, at its top or in its one folder; that level becomes
    `folder`. The archive is removed afterwards, but kept if the disk is full while unpacking.
    Raises InputError as `fetch` and `storage.unpack` do, and if `folder` is there already.
    """
    folder = Path(folder)
    if folder.exists():
        raise InputError(f"{folder} exists but holds no {holds!r}; move it away to fetch it anew")
    archive = folder.with_name(url.rsplit("/", 1)[-1])
    if not archive.exists():
        fetch(url, archive, sha256)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            files.unpack(archive, scratch)
            levels = [Path(scratch), *Path(scratch).iterdir()]
            found = [level for level in levels if (level / holds).exists()]
            if not found:
                kind = "file" if Path(holds).suffix else "folder"
                raise InputError(f"{url}: the archive holds no {kind} {holds!r}; fetch it by hand")
            found[0].chmod(0o755)
            found[0].rename(folder)
            Path(scratch).mkdir(exist_ok=True)  # for TemporaryDirectory to remove
    except InputError:
        archive.unlink()
        raise
    archive.unlink()


def _size(path):
    return path.stat().st_size if path.exists() else 0


def _go_on(url, part, name):
    """One connection: append what `part` lacks; _Broken if that was not the whole rest."""
    have = _size(part)
    request = urllib.request.Request(url, headers={"User-Agent": "audiogan_tf"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # not satisfiable: nothing of the file lies beyond what we have
            raise
        if error.headers.get("Content-Range") == f"bytes */{have}":
            return
        part.unlink()
        raise _Broken("the server's file is shorter than what had come; starting again") from None
    with answer:
        if answer.status != 206:  # the server sends all of it again
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with open(part, "ab" if have else "wb") as file:
            _copy(answer, file, name, have, total)
    if total is not None and _size(part) != total:
        raise _Broken(f"the connection ended after {_size(part)} of {total} bytes")


def _copy(answer, file, name, have, total):
    from tqdm import tqdm  # only where something is fetched

    free = shutil.disk_usage(Path(file.name).parent).free
    if total and total - have > free:
        raise OSError(errno.ENOSPC, "no space")
    unit = {"unit": "B", "unit_scale": True, "desc": name}
    with tqdm(initial=have, total=total, mininterval=0.5, **unit) as bar:
        while block := answer.read1(BLOCK):
            file.write(block)
            bar.update(len(block))


def _check(part, path, sha256):
    """Give a whole file its name; remove one that is not the published one."""
    found = files.sha256(part) if sha256 else None
    if found != sha256:
        part.unlink()
        raise InputError(
            f"{path.name}: SHA-256 is {found[:12]}..., published is {sha256[:12]}...; the download "
            "was removed: try again"
        )
    part.replace(path)
