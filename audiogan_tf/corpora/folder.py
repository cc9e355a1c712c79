"""Any folder of sound files as a corpus, streamed from disk."""

import hashlib
import os
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from audiogan_tf.corpora.base import Corpus, StreamedClips
from audiogan_tf.corpora.batches import UNEQUAL
from audiogan_tf.corpora.found import FolderWarning, Found
from audiogan_tf.corpora.inspection import Facts, clip_starts, inspect
from audiogan_tf.corpora.layout import held_out_clips, held_out_files, read_layout
from audiogan_tf.corpora.pictures import in_words, pictures_for
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import audio
from audiogan_tf.sound.audio_files import READABLE, find_sounds, read_window
from audiogan_tf.storage.names import printable

import numpy as np

LOWEST_RATE, HIGHEST_RATE = 4000, 192000  # Hz
USUAL_SECONDS, MOST_SECONDS = 2.0, 10.0  # of a clip, unless asked for; at most
EDGE = 0.05  # seconds read on both sides of a window, for the resampler
CHECKED_AT_ONCE = 4096  # files


@dataclass(frozen=True)
class FolderClips(StreamedClips):
    """Clips that are windows of sound files; `take` and `read` as in StreamedClips.

    starts: (clips,) float64, where each begins in its file, in seconds.
    """

    starts: np.ndarray = None

    def read(self, index):
        """One waveform, (samples,) float32, peak 0.95 unless it is silence."""
        waveform = audio.to_full_level(self.load(int(index))[: self.samples])
        return audio.fix_length(waveform, self.samples)

    def load(self, index):
        """One window at its own level, mixed to mono, at `sample_rate`; found by seeking."""
        path, start = self.paths[index], float(self.starts[index])
        before = min(start, EDGE)
        seconds = before + self.samples / self.sample_rate + EDGE
        window, rate = read_window(path, start - before, seconds)
        if not len(window):
            raise UnreadableSound(f"{printable(path)}: shorter than when it was checked")
        waveform = audio.resample(window.mean(axis=1), rate, self.sample_rate)
        return waveform[round(before * self.sample_rate) :]


def load_folder(
    folder, sample_rate=16000, seconds=None, slice=None, skip_unreadable=True, progress=None
):
    """Any folder of sound files as a corpus; subfolders' names are the labels.

    sample_rate: rate in Hz everything is resampled to, 4,000 to 192,000. seconds: clip length, at
    most 10 (None: long enough for 95 % of the files, at most 2). slice: True to cut every file
    longer than a clip into windows, False for one clip a file, None for windows where a file
    holds two clips or more. skip_unreadable: unreadable files are left out and named in one
    FolderWarning; False raises UnreadableSound for the first. progress: called with (files
    checked, files) now and then.
    Files stay on disk and are streamed; each is read once here to be checked. A tenth of each
    class' files is held out, never all. Returns a Corpus, `own`, with `found`: what lay in the
    folder, `corpus.found.sentences()`. Raises InputError for a folder without sounds and for
    options that cannot be had. Used in lesson 03.
    """
    folder = Path(os.path.expanduser(folder))
    _check_options(sample_rate, seconds)
    paths, passed = _find(folder)
    facts, left_out = _check_files(paths, skip_unreadable, progress)
    layout = read_layout(folder, [fact.path for fact in facts])
    lengths = [fact.seconds for fact in facts]
    wanted = seconds or min(np.quantile(lengths, 0.95), USUAL_SECONDS)
    representation = pictures_for(sample_rate, wanted)
    starts = [clip_starts(fact, representation.seconds, slice) for fact in facts]
    *sides, notes = _sides(facts, starts, layout, representation)
    empty = {path.parent for path in paths} - {fact.path.parent for fact in facts}
    passed += [f"nothing is left of {printable(place)}" for place in sorted(empty)]
    notes = (*passed, *layout.notes, *notes)
    found = _found(folder, facts, starts, left_out, layout, notes, sides[0], representation)
    if left_out:
        warnings.warn(found.left_out_sentence(), FolderWarning, stacklevel=2)
    digest = hashlib.sha256(_content(folder, facts, starts, layout, slice)).hexdigest()
    about = (str(folder), sample_rate, {"label": layout.classes}, representation)
    return Corpus(*about, *sides, digest, own=True, found=found)


def _check_options(sample_rate, seconds):
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise InputError(
            f"sample_rate={sample_rate}: use {LOWEST_RATE} to {HIGHEST_RATE} Hz, such as 16000"
        )
    if seconds is not None and not 0 < seconds <= MOST_SECONDS:
        raise InputError(
            f"seconds={seconds}: a clip can be up to {MOST_SECONDS:.0f} s long; longer files are "
            "cut into clips"
        )


def _find(folder):
    """The sound files in a folder, and a note for each folder that was not entered."""
    passed = []
    paths = find_sounds(folder, passed)
    if not paths:
        raise InputError(
            f"{printable(folder)}: no sound files here; put {', '.join(READABLE[:4])} files in "
            "it, in one subfolder for each label"
        )
    return paths, [f"{printable(path)} is not entered: {reason}" for path, reason in passed]


def _check_files(paths, skip_unreadable, progress):
    """Facts of each readable file, and (name, reason) of each other one."""
    facts, left_out = [], []
    with ThreadPoolExecutor(4) as pool:
        for start in range(0, len(paths), CHECKED_AT_ONCE):
            part = paths[start : start + CHECKED_AT_ONCE]
            for path, result in zip(part, pool.map(inspect, part), strict=True):
                if isinstance(result, Facts):
                    facts.append(result)
                    continue
                if not skip_unreadable:
                    raise result
                reason = str(result).removeprefix(f"{printable(path)}: ").split(";")[0]
                left_out.append((printable(path.name), reason))
                last = result
            if progress:
                progress(start + len(part), len(paths))
    if not facts:
        raise last
    return facts, left_out


def _sides(facts, starts, layout, representation):
    """The training clips, the held-out clips, and notes on the split."""
    counts = [len(begins) for begins in starts]
    held, notes = held_out_files(layout)
    test, more = held_out_clips(layout, held, counts)
    paths = [fact.path for fact, count in zip(facts, counts, strict=True) for _ in range(count)]
    numbers, begins = np.repeat(layout.numbers, counts), np.concatenate(starts)
    size = (representation.sample_rate, representation.samples)
    sides = []
    for side in (~test, test if test.any() else ~test):
        chosen = np.flatnonzero(side)
        where = tuple(paths[i] for i in chosen)
        of_each = {"starts": begins[chosen], "balanced": True}
        sides.append(FolderClips(where, numbers[chosen][:, None], *size, **of_each))
    return *sides, [*notes, *more]


def _found(folder, facts, starts, left_out, layout, notes, train, representation):
    sizes = np.bincount(layout.numbers, minlength=len(layout.classes)).tolist()
    counts = [len(begins) for begins in starts]
    return Found(
        folder=printable(folder),
        files=len(facts),
        seconds=float(sum(fact.seconds for fact in facts)),
        rates=Counter(fact.rate for fact in facts),
        classes=dict(zip(layout.classes, sizes, strict=True)),
        clips=sum(counts),
        cut_files=sum(count > 1 for count in counts),
        cut_clips=sum(count for count in counts if count > 1),
        left_out=tuple(left_out),
        notes=notes,
        warnings=tuple(_warnings(facts, starts, layout, train)),
        picture=in_words(representation),
    )


def _content(folder, facts, starts, layout, slice):
    """What the digest covers: names and contents, and how clips are cut where they are."""
    named = [fact.path.relative_to(folder).as_posix() for fact in facts]
    named = [name.encode("utf-8", "surrogateescape") for name in named]
    content = [n + b"\0" + fact.digest for n, fact in zip(named, facts, strict=True)]
    if any(begins.any() for begins in starts):
        content.append(f"cut into windows, slice={slice}".encode())
    return b"".join([*content, layout.read_as.encode()])


def _warnings(facts, starts, layout, train):
    """Sentences on what a network would learn wrongly from."""
    quiet = [printable(fact.path.name) for fact in facts if fact.silent]
    if quiet:
        yield (
            f"quieter than -60 dB from beginning to end, so learned as silence: {len(quiet)} of "
            f"{len(facts)} files ({', '.join(quiet[:3])}{', ...' if len(quiet) > 3 else ''})"
        )
    moved = [
        facts[i].path.name for i, begins in enumerate(starts) if len(begins) == 1 and begins[0]
    ]
    if moved:
        yield (
            f"{len(moved)} files begin much quieter than they go on; their loudest part is used "
            f"({', '.join(map(printable, moved[:3]))}{', ...' if len(moved) > 3 else ''})"
        )
    sizes = np.bincount(train.labels, minlength=len(layout.classes))
    if sizes.max() > UNEQUAL * sizes.min():
        small, large = layout.classes[int(sizes.argmin())], layout.classes[int(sizes.argmax())]
        yield (
            f"classes are unequal ({large}: {sizes.max()} clips, {small}: {sizes.min()}): every "
            "class is drawn equally often, so clips of a small one come back sooner"
        )
