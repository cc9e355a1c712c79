"""Any folder of sound files as a corpus, streamed from disk."""

import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from audiogan_tf.corpora.base import Corpus, StreamedClips
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation

import numpy as np


def load_folder(folder, sample_rate=16000, seconds=None, skip_unreadable=True):
    """Any folder of sound files as a corpus; subfolders' names are the labels.

    sample_rate: rate in Hz everything is resampled to; seconds: clip length (None: long
    enough for 95 % of the files, at most 2 s). Files stay on disk; each is read once here
    to be checked. Unreadable files are left out and named in a warning, or raise
    UnreadableSound if skip_unreadable is False. Every tenth file of a class is held out.
    """
    folder = Path(folder)
    paths = audio.find_sounds(folder)
    if not paths:
        raise InputError(
            f"{folder}: no sound files here; put {', '.join(audio.SOUND_SUFFIXES[:4])} files in "
            "it, in one subfolder for each label"
        )
    with ThreadPoolExecutor(4) as pool:
        checks = list(pool.map(_check_file, paths))
    bad = [result for result in checks if isinstance(result, UnreadableSound)]
    if bad and (not skip_unreadable or len(bad) == len(paths)):
        raise bad[0]
    for error in bad:
        warnings.warn(f"left out: {error}", stacklevel=3)
    good = [i for i, result in enumerate(checks) if not isinstance(result, UnreadableSound)]
    paths = [paths[i] for i in good]
    lengths = np.array([checks[i][0] for i in good])
    named = [p.relative_to(folder).as_posix().encode("utf-8", "surrogateescape") for p in paths]
    content = b"".join(n + b"\0" + checks[i][1] for n, i in zip(named, good, strict=True))
    digest = hashlib.sha256(content).hexdigest()
    representation = _representation_for(sample_rate, seconds or np.quantile(lengths, 0.95))
    return _split_folder(folder, paths, representation, digest)


def _check_file(path):
    """(seconds, digest) of a readable file, or the error that names what is wrong with it."""
    try:
        waveform, rate = audio.load(path)
    except UnreadableSound as error:
        return error
    return len(waveform) / rate, hashlib.sha256(path.read_bytes()).digest()


def _representation_for(sample_rate, seconds, hop_length=128):
    frames = 16 * int(np.ceil((min(seconds, 2.0) * sample_rate / hop_length + 1) / 16))
    size = {"n_mels": 64, "floor_db": -30, "ceiling_db": 42}
    return Representation(sample_rate, 512, hop_length, max(frames, 32), **size)


def _split_folder(folder, paths, representation, digest):
    labels = [p.relative_to(folder).parts[0] if p.parent != folder else "" for p in paths]
    classes = tuple(sorted(set(labels)))
    numbers = np.array([classes.index(label) for label in labels], "int32")
    rank = np.zeros(len(paths), int)  # place of each file within its class
    for number in range(len(classes)):
        rank[numbers == number] = np.arange(np.sum(numbers == number))
    held_out = rank % 10 == 9
    if not held_out.any():
        held_out = rank == 0
    keep = ~held_out if (~held_out).any() else held_out
    sides = [
        StreamedClips(
            tuple(p for p, wanted in zip(paths, side, strict=True) if wanted),
            numbers[side][:, None],
            representation.sample_rate,
            representation.samples,
        )
        for side in (keep, held_out)
    ]
    rate = representation.sample_rate
    return Corpus(str(folder), rate, {"label": classes}, representation, *sides, digest, own=True)
