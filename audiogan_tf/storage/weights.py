"""Weights in one file without pickle: write, read, list, and verify what the kit ships."""

import json
import zipfile
import zlib
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.storage.files import atomic_path, sha256
from audiogan_tf.storage.places import pretrained_folder

import numpy as np

INDEX = "index.json"
BROKEN = (OSError, ValueError, KeyError, EOFError, AttributeError, zlib.error, zipfile.BadZipFile)


def save_weights(path, config, weights, dtype="float16", compressed=True):
    """Write a network's weights and a description of it to one .npz file.

    path: file to write; it appears whole or not at all.
    config: dict that JSON can hold; weights: list of arrays, stored in `dtype`
    (arrays of integers keep theirs); compressed: a tenth smaller, but ten times as slow to write.
    Raises InputError for weights that are not finite or too large for `dtype`.
    """
    arrays = {"config": np.array(json.dumps(config))}
    for number, weight in enumerate(weights):
        weight = np.asarray(weight)
        with np.errstate(over="ignore"):
            stored = weight.astype(dtype) if weight.dtype.kind == "f" else weight
        if stored.dtype.kind == "f" and not np.isfinite(stored).all():
            raise InputError(
                f"{path}: weight {number} holds NaN, infinity or values too large for {dtype}; "
                "nothing was written: save an earlier state, or pass dtype='float32'"
            )
        arrays[f"w{number:04d}"] = stored
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        (np.savez_compressed if compressed else np.savez)(file, **arrays)


def read_weights(path_or_name, kind=None):
    """Read a file that `save_weights` wrote, or shipped weights by their name.

    path_or_name: path of an .npz file, or a name that list_pretrained() gives; a shipped
    file is verified against its SHA-256. kind: what it must hold, or None for anything.
    Returns (config, weights): a dict and a list of arrays, floats as float32. Raises InputError
    for an unknown name, a missing or broken file, a digest that does not match, another kind.
    """
    trouble = "not a weights file of this kit, or damaged ({reason}); fetch it again"
    config, weights = read_arrays(_find(path_or_name), "config", trouble)
    if kind not in (None, config.get("kind")):
        raise InputError(f"{path_or_name}: holds a {config.get('kind')}, not a {kind}")
    return config, [_to_float32(weight) for weight in weights]


def list_pretrained():
    """What the kit ships: a dict from name to file, digest, kind, corpus, command, metrics."""
    index = pretrained_folder() / INDEX
    if not index.exists():
        return {}
    try:
        return json.loads(index.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{index}: not valid JSON ({error}); reinstall the kit") from None


def register(name, file, **entry):
    """Enter a file of the folder under `name` in the index, with its SHA-256.

    entry: kind ("generator", "judge" ...), corpus, command, seed, cpu_minutes,
    corpus_digest, metrics.
    """
    index = list_pretrained()
    index[name] = {
        "file": Path(file).name,
        "sha256": sha256(pretrained_folder() / Path(file).name),
        **entry,
    }
    with atomic_path(pretrained_folder() / INDEX) as temporary:
        text = json.dumps(dict(sorted(index.items())), indent=1)
        temporary.write_text(text + "\n", encoding="utf-8")


def _find(path_or_name):
    path, known = Path(path_or_name), list_pretrained()
    if str(path_or_name) not in known:
        if path.is_dir():
            raise InputError(f"{path}: this is a folder; give the .npz file in it")
        if path.exists():
            return path
        names = ", ".join(known) or "none"
        raise InputError(f"{path}: neither a file nor a shipped name; the shipped ones: {names}")
    entry = known[str(path_or_name)]
    path = pretrained_folder() / Path(entry["file"]).name
    if not path.exists():
        raise InputError(f"{path}: the shipped weights are missing; reinstall the kit")
    if sha256(path) != entry["sha256"]:
        raise InputError(
            f"{path}: its SHA-256 is not the one in {INDEX}; the file was damaged or exchanged "
            "and was not loaded: reinstall the kit"
        )
    return path


def read_arrays(path, about, trouble):
    """What an .npz file holds: the JSON under the name `about`, and the arrays, by their names.

    trouble: what to say of a file that cannot be read, in an InputError; {reason} is filled in.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = sorted(name for name in arrays.files if name != about)
            return json.loads(str(arrays[about])), [arrays[name] for name in names]
    except BROKEN as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise InputError(f"{path}: {trouble.format(reason=reason)}") from None


def _to_float32(weight):
    return weight.astype("float32") if weight.dtype.kind == "f" else weight
