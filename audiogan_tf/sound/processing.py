"""One sound file, or a folder of them, through a stream: names and folders are kept."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound.audio_files import READABLE, find_sounds
from audiogan_tf.sound.streaming import process_file
from audiogan_tf.storage.files import new_folder
from audiogan_tf.storage.names import printable


class _Work(NamedTuple):
    """A file to be made: of which one, and what it is called where only WAV can be written."""

    source: Path
    out: Path
    instead: Path

    @property
    def is_done(self):
        return self.out.exists() or self.instead.exists()


def process(source, out, load, resume=False, say=print, complain=print, progress=None):
    """Send a sound file, or all sound files in a folder, through a stream.

    source: file or folder; out: folder for the files that are made, of the same names and, below
    a folder, in the same subfolders. load: a function that gives make_stream and sample_rate, see
    process_file; it is called once it is clear what is to be done. resume: keep files that are
    there and make the others. say: called with a sentence on what differs; complain: with one on
    a damaged file of a folder, which is left out. progress: called with (file, frames read,
    frames promised).
    Returns a list of Processed and the number of damaged files. Raises InputError where nothing
    can be done, and at the first file that cannot be written.
    """
    source, out = Path(source), Path(out)
    works = _plan(source, out, resume, say)
    done, damaged = [], 0
    make_stream, sample_rate = load() if works else (None, None)
    for work in works:
        work.out.parent.mkdir(parents=True, exist_ok=True)
        watch = progress and (lambda *counts, work=work: progress(work.source, *counts))
        try:
            done.append(process_file(*work[:2], make_stream, sample_rate, work.instead, watch))
        except UnreadableSound as error:
            if not source.is_dir():
                raise
            damaged += 1
            complain(str(error))
            continue
        for note in done[-1].notes:
            say(note)
    return done, damaged


def _plan(source, out, resume=False, say=print):
    """What is to be made, a list; `out` is made if it is missing.

    Raises InputError for a folder without sounds and for an `out` that is in use.
    """
    _check_apart(source, out)
    passed = []
    paths = find_sounds(source, passed) if source.is_dir() else [source]
    for path, reason in passed:
        say(f"{printable(path)}: not entered: {reason}")
    if not paths:
        raise InputError(
            f"{printable(source)}: no sound files here; give a folder with "
            f"{', '.join(READABLE[:4])} files, or one file"
        )
    base = source if source.is_dir() else source.parent
    targets = [out / path.relative_to(base) for path in paths]
    stems = Counter(target.with_suffix("") for target in targets)
    works = []
    for path, target in zip(paths, targets, strict=True):
        alone = stems[target.with_suffix("")] == 1
        wav = target.with_suffix(".wav") if alone else target.with_name(f"{target.name}.wav")
        works.append(_Work(path, target, wav))
    there = [work for work in works if work.is_done]
    if there and not resume:
        raise InputError(
            f"{printable(out)}: holds {printable(there[0].out.name)} already; pass --resume to "
            "keep what is there and make the rest, or choose another --out"
        )
    new_folder(out, [path for work in works for path in work[1:]] if resume else ())
    return [work for work in works if not work.is_done]


def _check_apart(source, out):
    """Refuse an output folder where the sounds themselves lie, or among them."""
    folder = source if source.is_dir() else source.parent
    place = out.resolve()
    if place == folder.resolve() or (source.is_dir() and place.is_relative_to(folder.resolve())):
        raise InputError(
            f"{printable(out)}: the sounds to be read lie there, and would be overwritten or "
            "joined by new ones; choose an --out beside that folder"
        )
