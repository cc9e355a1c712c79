"""How well the judge of a folder hears speakers that it never met.

    python benchmarks/folder_judge.py [FOLDER] [--speakers N]
FOLDER holds one subfolder a word, with files SPEAKER_nohash_TAKE, as Speech Commands names them;
by default command_words in a folder of $AUDIOGAN_DATA, and nothing is measured where it is not.
A fifth of the speakers is held out; with --speakers, all but the N with the most clips. The judge
is trained as `train --corpus FOLDER` trains it, by the clock, in up to three minutes; its accuracy
is that on held-out clips, as recorded and after the way to pictures and back.
"""

import argparse
import hashlib
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import audiogan_tf
from audiogan_tf import judging
from audiogan_tf.judging.judge_training import held_out_accuracy
from audiogan_tf.storage.places import data_roots

import numpy as np


def speaker_of(path):
    return Path(path).name.split("_nohash_")[0]


def is_held_out(speaker):
    """For one speaker in five, always the same ones."""
    return int(hashlib.sha1(speaker.encode()).hexdigest(), 16) % 5 == 0


def split_by_speaker(corpus, speakers):
    """The corpus, its clips divided anew so that no speaker is on both sides."""
    paths = [*corpus.train.paths, *corpus.test.paths]
    conditions = np.concatenate([corpus.train.conditions, corpus.test.conditions])
    starts = np.concatenate([corpus.train.starts, corpus.test.starts])
    who = np.array([speaker_of(path) for path in paths])
    names, counts = np.unique(who, return_counts=True)
    most = names[np.argsort(-counts, kind="stable")]
    known = set(most[:speakers]) if speakers else {n for n in names if not is_held_out(n)}
    trained = np.isin(who, sorted(known))
    sides = []
    for side in (trained, ~trained):
        chosen = np.flatnonzero(side)
        where = tuple(paths[i] for i in chosen)
        parts = {"conditions": conditions[chosen], "starts": starts[chosen]}
        sides.append(replace(corpus.train, paths=where, **parts))
    print(f"{len(known)} speakers, {len(sides[0])} clips; held out: {len(sides[1])} clips")
    digest = f"{corpus.digest} {speakers}"
    return replace(corpus, train=sides[0], test=sides[1], digest=digest)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?")
    arguments.add_argument("--speakers", type=int)
    options = arguments.parse_args()
    here = [root / "command_words" for root in data_roots() if (root / "command_words").is_dir()]
    options.folder = options.folder or next(iter(here), None)
    if options.folder is None:
        return print("not measured: give a FOLDER of words")
    corpus = split_by_speaker(audiogan_tf.load_corpus(options.folder), options.speakers)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        began, used = time.perf_counter(), time.process_time()
        judge = judging.judge_for(corpus)
        seconds, used = time.perf_counter() - began, time.process_time() - used
    print(f"{seconds:.0f} s by the clock, {used:.0f} s of processor time")
    print(held_out_accuracy(judge, corpus))


if __name__ == "__main__":
    main()
