"""Folders: a run's own, and one of generated sounds."""

import csv
import json
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.sound.audio_files import find_sounds
from audiogan_tf.storage.files import atomic_path, new_folder

import numpy as np


def save_sounds(folder, waveforms, labels, sample_rate):
    """Write one WAV file a clip and labels.csv (`file,label`) into a new or empty folder.

    waveforms: (count, samples) in [-1, 1]; labels: (count,) names, "" when there are none.
    Raises InputError if the folder holds something else.
    """
    folder = new_folder(folder)
    names = [f"sound_{i:04d}.wav" for i in range(len(waveforms))]
    for name, waveform in zip(names, waveforms, strict=True):
        audio.save(folder / name, waveform, sample_rate)
    text = {"newline": "", "encoding": "utf-8", "errors": "surrogateescape"}
    with atomic_path(folder / "labels.csv") as temporary, open(temporary, "w", **text) as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label"])
        writer.writerows(zip(names, labels, strict=True))
    return [folder / name for name in names]


def read_sounds(folder, representation):
    """Read what save_sounds, or anyone, wrote: sounds and their labels.

    folder: WAV files and, if there, labels.csv. Sounds are resampled and padded or cut to the
    representation's length. Returns (count, samples) float32 and a list of labels ("" if none).
    Raises InputError for a missing or empty folder, an unreadable file or a row without a file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that `generate --out` wrote")
    table = folder / "labels.csv"
    if table.exists():
        # A spreadsheet may have put a mark before the first line, and semicolons between columns.
        with open(table, newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            head = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=head.count))
            if not {"file", "label"} <= set(reader.fieldnames or ()):
                raise InputError(f"{table}: its first line must be file,label; mend or remove it")
            rows = [(folder / row["file"], row["label"] or "") for row in reader]
    else:
        rows = [(path, "") for path in find_sounds(folder)]
    if not rows:
        raise InputError(f"{folder}: no sound files here; run `generate --out {folder}` first")
    rate, samples = representation.sample_rate, representation.samples
    sounds = [audio.fix_length(audio.load(path, rate)[0], samples) for path, _ in rows]
    return np.stack(sounds), [label for _, label in rows]


def read_run_config(folder):
    """The settings a run was started with (run.json), or InputError if it is no run."""
    path = Path(folder) / "run.json"
    if not path.exists():
        raise InputError(f"{folder}: no run.json here; give the folder that `train --out` wrote")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        if not {"corpus_digest", "model", "seed"} <= set(config):
            raise ValueError("settings are missing")
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); start again in another folder") from None
    return config


def check_folder(out, resume):
    """Refuse a folder that holds another run, before any work; or one that holds none."""
    out = Path(out)
    if resume:
        read_run_config(out)
    elif (out / "run.json").exists():
        raise InputError(
            f"{out}: holds another run; pass --resume to go on with it, or choose another --out"
        )
    else:
        new_folder(out)


def check_outside(out, corpus):
    """Refuse an output folder within the sounds that are learned from, before anything is made.

    What is written there would be sounds of the corpus the next time.
    """
    if Path(out).resolve().is_relative_to(Path(corpus).resolve()):
        raise InputError(
            f"{out}: lies in {corpus}, so its sounds would become part of what is learned from; "
            "choose an --out beside that folder"
        )
