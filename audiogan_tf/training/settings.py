"""What a run was started with, and whether it may go on with what it is given now."""

import json
import os
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.models import catalogue
from audiogan_tf.storage import recipes
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.training.folders import check_folder, read_run_config

NAMED = 3  # files named in a message


def settings_of(corpus, model, seed):
    """What run.json says, a dict."""
    return {
        "corpus": corpus.name,
        "corpus_digest": corpus.digest,
        "corpus_key": corpus.key,
        "model": model,
        "seed": seed,
        "conditions": {name: list(names) for name, names in corpus.conditions.items()},
        "representation": corpus.representation.get_config(),
    }


def check_run(corpus, out, model="small", seed=0, resume=False):
    """Refuse what cannot be started or gone on with, before anything is trained or written.

    Raises InputError, naming what differs: the model, the seed, the rate and length of clips, or
    the files that were added, removed or changed since the run was started.
    """
    catalogue.check_sliders(model, corpus.slider_count)
    check_folder(out, resume)
    if not resume:
        return
    found = read_run_config(out)
    for key, asked in (("model", model), ("seed", seed)):
        if found[key] != asked:
            raise InputError(
                f"{out}: the run there has {key}={found[key]!r}, asked for {asked!r}; resume it "
                "with its own settings or choose another --out"
            )
    _check_form(out, found.get("representation"), corpus.representation.get_config())
    key = "corpus_key" if "corpus_key" in found else "corpus_digest"  # older runs have no key
    now = settings_of(corpus, model, seed)[key]
    if recipes.current(found[key]) != now:
        raise InputError(_other_sounds(out, corpus, key, found[key], now))


def _check_form(out, before, now):
    """Refuse clips of another rate or length, or other pictures, than the run learned."""
    if before in (None, now):
        return
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    changed = [f"{name}={before.get(name)} (asked for {now.get(name)})" for name in names]
    rate, seconds = before["sample_rate"], (before["frames"] - 1) * before["hop_length"]
    raise InputError(
        f"{out}: the run there has {', '.join(changed)}; resume it with its own settings: "
        f"--sample-rate {rate} --clip-seconds {seconds / rate:.4g}, or choose another --out"
    )


def _other_sounds(out, corpus, key, before, now):
    changes = _changes(_read_files(out), _file_list(corpus))
    if not changes:
        return (
            f"{out}: the run there has {key}={before!r}, asked for {now!r}; resume it with its own "
            "settings or choose another --out"
        )
    return (
        f"{out}: the run there learned from other sounds than {corpus.name} holds now: "
        f"{'; '.join(changes)}; put them back to resume it, or choose another --out"
    )


def _changes(before, now):
    """What happened to a list of files, a list of "added a.wav, b.wav and 3 more"."""
    if not before:
        return []
    same_size = [name for name in before if name in now and before[name][0] == now[name][0]]
    resized = [name for name in before if name in now and before[name][0] != now[name][0]]
    touched = [name for name in same_size if before[name] != now[name]]
    kinds = {
        "added": [name for name in now if name not in before],
        "removed": [name for name in before if name not in now],
        "changed": resized,
    }
    if not any(kinds.values()):  # times alone say little: a copied folder has new ones
        kinds = {"changed": touched}
    return [f"{kind} {_first(names)}" for kind, names in kinds.items() if names]


def _first(names):
    more = len(names) - NAMED
    return ", ".join(sorted(names)[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _file_list(corpus):
    """The files of a corpus that lies on disk: name -> [bytes, time of the last change]."""
    sides = (corpus.train, corpus.test)
    paths = {Path(path) for side in sides for path in getattr(side, "paths", ())}
    base = corpus.name if Path(corpus.name).is_dir() else os.sep
    files = {}
    for path in sorted(paths):
        if path.exists():
            about = path.stat()
            files[os.path.relpath(path, base)] = [about.st_size, about.st_mtime_ns]
    return files


def write_files(out, corpus):
    """Keep the list of the corpus' files in a run's folder, as corpus.json."""
    write_json(Path(out) / "corpus.json", {"files": _file_list(corpus)})


def _read_files(out):
    """The list that write_files kept; {} in runs of older versions, or if it is damaged."""
    try:
        return dict(json.loads((Path(out) / "corpus.json").read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_json(path, content):
    """Write what JSON can hold to a file, which appears whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
