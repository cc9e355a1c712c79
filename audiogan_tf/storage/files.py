"""Files that appear whole or not at all, and archives that stay inside their folder."""

import contextlib
import hashlib
import os
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

from audiogan_tf.errors import InputError

LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")  # a folder with these alone is empty


@contextlib.contextmanager
def atomic_path(path):
    """Yield a temporary path beside `path`; rename it onto `path` only if all went well.

    A crash, a full disk or a kill leaves the previous file untouched.
    Raises InputError if the folder is missing or the disk is full.
    """
    path, temporary = Path(path), None
    try:
        start = f".{path.name[:40]}."  # a name may be as long as the system allows
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=start, suffix=".part")
        os.close(handle)
        yield Path(temporary)
        with open(temporary, "r+b") as file:  # Windows flushes only what is open for writing
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"{path}: could not be written ({error.strerror or error}); free some space or choose "
            "another folder; the previous file, if there was one, is untouched"
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def new_folder(folder, known=()):
    """Make a folder, or accept an empty one; InputError if it is in use or a file.

    known: paths of files that may lie in it already.
    """
    folder, known = Path(folder), set(map(Path, known))
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: this is a file; give a folder for the output")
    for path in _files(folder) if known else folder.glob("*"):
        if path not in known and path.name not in LEFT_BY_SYSTEMS:
            raise InputError(f"{folder}: not empty; choose another folder so that nothing is lost")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); choose another") from None
    return folder


def _files(folder):
    """All files below a folder, but for what a stopped atomic_path left."""
    for place, _, names in os.walk(folder):
        whole = (name for name in names if not (name[0] == "." and name.endswith(".part")))
        yield from (Path(place) / name for name in whole)


def sha256(path):
    """The SHA-256 digest of a file, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def unpack(archive, folder):
    """Unpack a .zip or .tar(.gz) archive, refusing members that would land outside `folder`.

    Links and devices are refused too: a link inside may point outside.
    Raises InputError, before anything is written, naming the member.
    """
    archive, folder = Path(archive), Path(folder)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                for member in file.infolist():
                    is_link = stat.S_ISLNK(member.external_attr >> 16)
                    _check_member(archive, folder, member.filename, not is_link)
                file.extractall(folder)
        else:
            with tarfile.open(archive) as file:
                for member in file.getmembers():
                    plain = member.isfile() or member.isdir()
                    _check_member(archive, folder, member.name, plain)
                file.extractall(folder, **_DATA_FILTER)
    except FileNotFoundError:
        raise InputError(f"{archive}: no such file; check the path") from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{archive}: not a whole archive ({error}); fetch it again") from None


# Python 3.12 warns without a filter, early 3.10 releases do not know the argument.
_DATA_FILTER = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def _check_member(archive, folder, name, plain):
    root = folder.resolve()
    if not plain or not (root / name).resolve().is_relative_to(root):
        raise InputError(
            f"{archive}: member {name!r} is a link or would be written outside {folder}; "
            "nothing was unpacked: do not trust this archive"
        )
