"""Sound files as people have them: found, opened, read in blocks or by windows, never whole."""

import contextlib
import io
import os
import stat
from pathlib import Path

from audiogan_tf.errors import UnreadableSound
from audiogan_tf.storage.names import printable

import numpy as np
import soundfile

READABLE = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".au", ".opus")
READABLE += (".aifc", ".caf", ".oga", ".snd", ".w64", ".rf64", ".voc")
# What libsndfile reads only if another format hides behind the name; else it is left out by name.
SOUND_SUFFIXES = (*READABLE, ".m4a", ".aac", ".mp4", ".wma", ".webm", ".amr", ".ape", ".wv")
BLOCK = 1 << 16  # frames read at once
STREAMED = 0x7FFFF000  # from this size on a header says: written by a pipe, length unknown
UNKNOWN = 1 << 62  # frames that libsndfile promises for a FLAC written by a pipe


def find_sounds(folder, passed=None):
    """All sound files below `folder`, sorted by path; linked folders are entered.

    What is hidden (its name, or a folder's on the way, begins with a dot) is left out, and so is
    a training run's folder. passed: a list to which folders that were not entered are added, as
    (path, reason).
    """
    folder, found = Path(folder), []
    passed = [] if passed is None else passed

    def closed(error):
        passed.append((Path(error.filename), error.strerror))

    for place, folders, files in os.walk(folder, onerror=closed, followlinks=True):
        here = Path(place)
        if here != folder and "run.json" in files:
            passed.append((here, "a training run's folder"))
            folders.clear()
            continue
        folders[:] = [name for name in folders if _may_enter(here, name, passed)]
        sounds = [name for name in files if Path(name).suffix.lower() in SOUND_SUFFIXES]
        found += [here / name for name in sounds if not name.startswith(".")]
    return sorted(found)


def _may_enter(here, name, passed):
    if name.startswith("."):
        return False
    path = here / name
    if path.is_symlink() and path.resolve() in {above.resolve() for above in (here, *here.parents)}:
        passed.append((path, "a link back to a folder above it"))
        return False
    return True


class SoundFile(soundfile.SoundFile):
    """An open sound file that is read on to its end, whatever its header promises."""

    def seekable(self):
        """False: soundfile would seek after each reading, which fails at a pipe's FLAC's end."""
        return False

    @property
    def promised(self):
        """Frames that the header promises, 0 where that is only an estimate."""
        counted = self.format not in ("MP3", "OGG") and self.frames < UNKNOWN
        return self.frames if counted else 0

    def blocks(self, size=BLOCK):
        """Everything from here on, in arrays of (up to size, channels) float32."""
        while len(block := self.read(out=_room(size, self.channels))):
            yield block


def _room(frames, channels):
    return np.empty((frames, channels), "float32")


class _Longer(io.FileIO):
    """A file that claims to be 64 times as long when libsndfile asks for its size.

    The length of an MP3 without a header is guessed from its size and first frames, and reading
    stops there, however much follows; with a guess too large it stops at the true end.
    """

    at_end = False

    def seek(self, offset, whence=os.SEEK_SET):
        self.at_end = whence == os.SEEK_END
        return super().seek(offset, whence)

    def tell(self):
        return super().tell() * (64 if self.at_end else 1)


class _Finished(io.FileIO):
    """A WAV file whose writer never came back to fill in the size of its samples: all there are.

    place: where the size stands, which is 0 because the file came through a pipe, or because the
    recorder was switched off.
    """

    def __init__(self, path, place):
        super().__init__(path)
        self.size = range(place, place + 4)

    def readinto(self, buffer):
        start = self.tell()
        count = super().readinto(buffer)
        for place in self.size:
            if start <= place < start + count:
                memoryview(buffer).cast("B")[place - start] = 0xFF
        return count


def _mended(path):
    """The file as libsndfile reads it whole; None if it does so anyway."""
    place, size, left = _samples_chunk(path)
    if place and left and not size:
        return _Finished(path, place)
    return _Longer(path) if _is_bare_mp3(path) else None


@contextlib.contextmanager
def open_sound(path):
    """Open a sound file whatever its name's bytes, as a SoundFile.

    Whatever goes wrong in opening or reading it is raised as one UnreadableSound that names it.
    """
    path = Path(path)
    shown = printable(path)
    try:
        _check_kind(path, shown)
        with contextlib.ExitStack() as stack:
            name = str(path) if os.name == "nt" else os.fsencode(path)
            if mended := _mended(path):
                name = stack.enter_context(mended)
            yield stack.enter_context(SoundFile(name))
    except UnreadableSound:
        raise
    except (RuntimeError, OSError, ValueError, TypeError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error).rsplit(": ", 1)[-1]
        raise UnreadableSound(
            f"{shown}: not a sound file libsndfile can read ({reason.rstrip('.')}); convert it to "
            "WAV or FLAC, or remove it"
        ) from None


def _check_kind(path, shown):
    if path.is_dir():
        raise UnreadableSound(f"{shown}: this is a folder; give the path of one sound file in it")
    if not path.exists():
        raise UnreadableSound(f"{shown}: no such file; check the path")
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise UnreadableSound(f"{shown}: a pipe or a device; write it to a file first")
    if about.st_size == 0:
        raise UnreadableSound(f"{shown}: 0 bytes; remove the file")


def _is_bare_mp3(path):
    """True if MPEG frames begin at once and the first is not a header with their number."""
    with open(path, "rb") as file:
        file.seek(_tag_bytes(file.read(10)))
        first = file.read(1500)
    if len(first) < 4 or first[0] != 0xFF or first[1] & 0xE6 != 0xE2:
        return False
    return not any(word in first for word in (b"Xing", b"Info", b"VBRI"))


def _tag_bytes(head):
    """Size of the ID3 tag that begins with `head`; 0 if there is none."""
    if head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:  # seven bits in each
        size = size << 7 | byte & 0x7F
    return 10 + size


def check_whole(path, promised, samples):
    """Raise UnreadableSound if fewer samples came than there should be, or none."""
    shown = printable(path)
    if samples == 0:
        raise UnreadableSound(f"{shown}: 0 samples; remove the file")
    if samples < promised or _is_cut_short(path):
        raise UnreadableSound(
            f"{shown}: truncated after {samples} samples; copy the file again or remove it"
        )


def check_finite(path, block):
    """Raise UnreadableSound if some samples are no numbers."""
    bad = np.count_nonzero(~np.isfinite(block))
    if bad:
        raise UnreadableSound(
            f"{printable(path)}: {bad} samples are NaN or infinite; remove the file"
        )


def _is_cut_short(path):
    """True if the chunk with the samples promises more bytes than the file has.

    libsndfile forgives that. A size written by a pipe, which cannot know it, promises nothing.
    """
    _, size, left = _samples_chunk(path)
    return left + 1 < size < STREAMED


def _samples_chunk(path):
    """Of a WAV or AIFF file: where the size of its samples stands, that size, and what is there.

    Sizes in bytes; all 0 for a file of another kind.
    """
    kinds = {b"RIFF": ("little", b"data"), b"RIFX": ("big", b"data"), b"FORM": ("big", b"SSND")}
    with open(path, "rb") as file:
        order, wanted = kinds.get(file.read(12)[:4], ("little", b""))
        while wanted and len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], order)
            if head[:4] == wanted:
                start = file.tell()
                # an empty one is followed by the name of the next chunk, not by samples
                empty = size == 0 and all(32 <= byte < 127 for byte in file.read(4))
                left = 0 if empty else Path(path).stat().st_size - start
                return start - 4, size, left
            file.seek(size + size % 2, os.SEEK_CUR)
    return 0, 0, 0


def read_window(path, start, seconds):
    """A stretch of a file, found by seeking.

    start, seconds: where it begins and how long it is; what lies behind the end is not there.
    Returns (up to seconds * rate, channels) float32 and the file's rate in Hz. Raises
    UnreadableSound.
    """
    with open_sound(path) as file:
        rate = file.samplerate
        left, parts = int(np.ceil(seconds * rate)), []
        if start:
            file.seek(round(start * rate))
        while left and len(block := file.read(out=_room(min(left, BLOCK), file.channels))):
            parts.append(block)
            left -= len(block)
        window = np.concatenate(parts) if parts else _room(0, file.channels)
    check_finite(path, window)
    return window, rate
