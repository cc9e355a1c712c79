"""NSynth in the layouts it is published in: one part as JSON with WAV files, or as TFRecords."""

import json
from dataclasses import replace
from pathlib import Path

from audiogan_tf.corpora.base import Corpus
from audiogan_tf.corpora.published import (
    Archive,
    check_all_there,
    digest_of,
    names_in,
    pictures_of,
    stream,
)
from audiogan_tf.corpora.records import RecordClips, index_records
from audiogan_tf.errors import InputError
from audiogan_tf.storage.fetch import agree, fetch_archive
from audiogan_tf.storage.places import cache_folder, data_roots

import numpy as np

FAMILIES = "bass brass flute guitar keyboard mallet organ reed string synth_lead vocal".split()
SOURCES = ("acoustic", "electronic", "synthetic")
URL = "http://download.magenta.tensorflow.org/datasets/nsynth/nsynth-{}.jsonwav.tar.gz"
# No digests are published: sizes are rounded, and gzip's own check sum is all that is verified.
ARCHIVES = {
    "train": Archive(URL.format("train"), 23_800_000_000, None),
    "valid": Archive(URL.format("valid"), 1_080_000_000, None),
    "test": Archive(URL.format("test"), 350_000_000, None),
}


def load_nsynth(train="train", test="test", label="family", seconds=1.0, folder=None, fetch=None):
    """NSynth: 305,979 notes of 1,006 instruments, 4 s each, 16 kHz, CC BY 4.0.

    train, test: the published parts to use, "train" (24 GB), "valid" (1.1 GB) or "test" (0.35 GB).
    A part lies as nsynth-PART/examples.json with audio/*.wav, or as nsynth-PART.tfrecord, whole
    or in shards. label: the condition, "family", "source" or "pitch" (MIDI number).
    seconds: how much of a note's beginning to hear. folder, fetch: as in `load_speech_commands`.
    Factors: pitch, velocity (MIDI), instrument_family, instrument_source (their numbers).
    No digests of these archives are published: only gzip's own check sum is verified.
    Raises InputError for a folder in another layout. Engel et al. (2017). Read in lesson 03.
    """
    if label not in ("family", "source", "pitch"):
        raise InputError(f"label={label!r}: use 'family', 'source' or 'pitch'")
    representation = pictures_of(16000, seconds)
    folders = [Path(folder)] if folder else [p for r in data_roots() for p in (r / "nsynth", r)]
    _fetch_nsynth([part for part in (train, test) if not _part(folders, part)], folder, fetch)
    folders.append(cache_folder() / "nsynth")
    sides = [_read_part(*_part(folders, part), representation) for part in (train, test)]
    factor = label if label == "pitch" else f"instrument_{label}"
    played = np.unique(np.concatenate([side.factors["pitch"] for side in sides])).astype(int)
    numbers = {"family": range(11), "source": range(3), "pitch": played.tolist()}[label]
    classes = {"family": FAMILIES, "source": SOURCES}.get(label) or [str(n) for n in numbers]
    sides = [
        replace(s, conditions=np.array([[numbers.index(n)] for n in s.factors[factor]], "int32"))
        for s in sides
    ]
    digest = digest_of({path for side in sides for path in side.paths})
    return Corpus("nsynth", 16000, {label: tuple(classes)}, representation, *sides, digest)


def _part(folders, part):
    """(form, where) of one part of NSynth in the first folder that has it, or None."""
    name = f"nsynth-{part}"
    for folder in folders:
        if (folder / name / "examples.json").exists():
            return "json", folder / name
        files = [*folder.glob(f"{name}.tfrecord*"), *folder.glob(f"{name}/*.tfrecord*")]
        files = sorted(p for p in files if p.is_file() and p.suffix not in (".tar", ".part"))
        if files:
            return "records", files
    return None


def _fetch_nsynth(missing, folder, fetch):
    if missing and folder:
        raise InputError(
            f"{folder}: holds neither nsynth-{missing[0]}/examples.json nor "
            f"nsynth-{missing[0]}.tfrecord; give the folder above it, or leave folder out"
        )
    if missing:
        agree("nsynth", sum(ARCHIVES[part].size for part in missing), fetch)
    for part in missing:
        where, archive = cache_folder() / "nsynth" / f"nsynth-{part}", ARCHIVES[part]
        fetch_archive(archive.url, where, "examples.json", archive.sha256)


def _read_part(form, where, representation):
    """One part of NSynth as clips without conditions."""
    names = ("pitch", "velocity", "instrument_family", "instrument_source")
    if form == "records":
        indexed = [index_records(path, names) for path in where]
        paths = [path for path, (places, _) in zip(where, indexed, strict=True) for _ in places]
        factors = {n: np.concatenate([facts[n] for _, facts in indexed]) for n in names}
        places = np.concatenate([places for places, _ in indexed])
        return stream(paths, None, representation, factors, kind=RecordClips, places=places)
    try:
        notes = json.loads((where / "examples.json").read_text("utf-8"))
        facts = np.array([[note[n] for n in names] for note in notes.values()], float)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{where / 'examples.json'}: not NSynth's list of notes ({error}); fetch it again"
        ) from None
    check_all_there(where / "audio", [f"{n}.wav" for n in notes], names_in(where / "audio"))
    paths = [where / "audio" / f"{name}.wav" for name in notes]
    return stream(paths, None, representation, dict(zip(names, facts.T, strict=True)))
