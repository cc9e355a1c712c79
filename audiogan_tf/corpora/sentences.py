"""Sentences read aloud, with their texts, in the layout of LJ Speech: metadata.csv and wavs/."""

import csv

from audiogan_tf.corpora.published import (
    HELD_OUT,
    check_all_there,
    corpus_of,
    find,
    names_in,
    pictures_of,
    stream,
)
from audiogan_tf.errors import InputError

import numpy as np


def load_ljspeech(seconds=2.0, folder=None, fetch=None):
    """LJ Speech: 13,100 sentences read by one woman, 24 hours, 22.05 kHz, public domain.

    seconds: how much of a sentence's beginning to hear. folder, fetch: as in
    `load_speech_commands` (2.7 GB). The clips' `texts` are the normalised transcriptions.
    No split is published: every twentieth sentence is held out.
    Raises InputError for a folder in another layout. Ito and Johnson (2017). Read in lesson 03.
    """
    folder = find("ljspeech", ("ljspeech", "LJSpeech-1.1"), "metadata.csv", folder, fetch)
    paths, texts = _read_sentences(folder)
    held_out = np.arange(len(paths)) % HELD_OUT == HELD_OUT - 1
    return _spoken("ljspeech", "LJ", 22050, seconds, paths, texts, held_out)


def load_kathleen(seconds=2.0, folder=None):
    """Kathleen: 900 sentences of CMU ARCTIC read by one woman, 45 minutes, 16 kHz, CC0.

    seconds: how much of a sentence's beginning to hear; `train.load(i)` reads it whole. folder:
    where the recordings lie (None: looked up; 72 of them are shipped with the kit, and are taken
    where the others are not). The clips' `texts` are the sentences. Held out are those whose
    number ends in 00, 20, 40, 60 or 80, so that the shipped part is split as the whole is.
    Raises InputError for a folder in another layout. Sentences: Kominek and Black (2004).
    """
    folder = find("kathleen", ("kathleen",), "metadata.csv", folder, fetch=False)
    paths, texts = _read_sentences(folder)
    held_out = np.array([_number(path) % HELD_OUT == 0 for path in paths])
    return _spoken("kathleen", "kathleen", 16000, seconds, paths, texts, held_out)


def _read_sentences(folder):
    """The recordings of a folder in LJ Speech's layout, and what is said in them.

    folder: a Path; its metadata.csv has lines `name|text|normalised text`, its wavs/ a file
    NAME.wav or NAME.flac for each. Returns a list of Paths and a tuple of normalised texts.
    Raises InputError for a line of another form and for recordings that are not there.
    """
    table = folder / "metadata.csv"
    with open(table, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, 1):
        if len(row) != 3:
            raise InputError(
                f"{table}: line {number} has {len(row)} fields, not the three "
                "name|text|normalised text; fetch it again"
            )
    found = names_in(folder / "wavs")
    names = [_named(row[0], found) for row in rows]
    check_all_there(folder / "wavs", names, found)
    return [folder / "wavs" / name for name in names], tuple(row[2] for row in rows)


def _named(name, found):
    """The file of a sentence: as FLAC where that is there, else as WAV."""
    return f"{name}.flac" if f"{name}.flac" in found else f"{name}.wav"


def _number(path):
    """The number at the end of a recording's name."""
    digits = path.stem[len(path.stem.rstrip("0123456789")) :]
    if not digits:
        raise InputError(f"{path}: its name does not end in a number, so its side is unknown")
    return int(digits)


def _spoken(name, speaker, sample_rate, seconds, paths, texts, held_out):
    """The corpus of one reader; held_out: (sentences,) bool."""
    representation = pictures_of(sample_rate, seconds)
    labels = np.zeros((len(paths), 1), "int32")
    clips = stream(paths, labels, representation, texts=texts)
    return corpus_of(name, {"speaker": (speaker,)}, representation, clips, ~held_out, held_out)
