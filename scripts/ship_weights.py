"""Score a trained generator and put it among the shipped weights, with all that is known of it.

    python scripts/ship_weights.py NAME FILE --steps N --cpu-minutes M
FILE is best.npz or last.npz of a run that `python -m audiogan_tf train` wrote with seed 0.
"""

import argparse
import shutil

import audiogan_tf
from audiogan_tf import judge, metrics, pretrained

FIGURES = {  # metric's name in a report: key in the index
    "accuracy": "accuracy",
    "Frechet distance": "frechet_distance",
    "Inception Score": "inception_score",
    "cells": "cells",
    "nearest-neighbour ratio": "nearest_neighbour_ratio",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name")
    arguments.add_argument("file")
    arguments.add_argument("--steps", type=int, required=True)
    arguments.add_argument("--cpu-minutes", type=float, required=True)
    arguments.add_argument("--count", type=int, default=600)
    options = arguments.parse_args()
    source = audiogan_tf.SoundGenerator.load(options.file)
    corpus = audiogan_tf.load_corpus(source.about["corpus"])
    sounds, conditions = source.generate(options.count, seed=1)
    report = metrics.evaluate(sounds, corpus, conditions, judge.judge_for(corpus))
    print(report)
    pretrained.folder().mkdir(parents=True, exist_ok=True)
    shutil.copyfile(options.file, pretrained.folder() / f"{options.name}.npz")
    pretrained.register(
        options.name,
        f"{options.name}.npz",
        kind="generator",
        corpus=corpus.name,
        command=f"python -m audiogan_tf train --corpus {corpus.name} --seed 0 "
        f"--steps {options.steps} --out RUN",
        seed=0,
        cpu_minutes=options.cpu_minutes,
        corpus_digest=corpus.digest,
        metrics=_figures(report),
    )


def _figures(report):
    """The rows worth a line in the index: name -> value, and real_NAME -> real floor."""
    found = {}
    for row in report.rows:
        for part, key in FIGURES.items():
            if part in row.metric:
                words = row.metric.split()
                name = f"{words[0]}_{key}" if part == "accuracy" else key
                found[name], found[f"real_{name}"] = round(row.value, 4), round(row.real_floor, 4)
    return found


if __name__ == "__main__":
    main()
