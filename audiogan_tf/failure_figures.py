"""Figures of failing and mended trainings: who is left, which remedy helps, when to stop."""

import csv

from audiogan_tf.plots import BLUE, GREY, LINES, ORANGE, TITLE, subplots

import numpy as np

STYLES = ((BLUE, "o"), (ORANGE, "s"))
LABELS = {
    "accuracy": "accuracy (1)",
    "frechet_distance": "Frechet distance (1)",
    "modes": "modes (of 72)",
    "nearest_neighbour_ratio": "nearest-neighbour ratio (1)",
    "seen_called_real": "seen clips called real (1)",
    "unseen_called_real": "unseen clips called real (1)",
    "flatness_db": "flatness of hiss (dB)",
}


def read_table(path):
    """The rows of a CSV file, each a dict of texts."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def heard_classes(sets, classes, title="Which classes are left?"):
    """How often each class is heard, one panel a set of sounds.

    sets: panel title -> (clips,) int, classes heard; classes: their names. The dashed line is
    the even share. Returns a figure. Read in lesson 07.
    """
    figure, axes = subplots(1.5 + 3.4 * len(sets), 3.2, 1, len(sets), sharey=True)
    for axis, (name, heard) in zip(axes[0], sets.items(), strict=True):
        axis.bar(range(len(classes)), np.bincount(heard, minlength=len(classes)), color=BLUE)
        axis.axhline(len(heard) / len(classes), color=ORANGE, dashes=(6, 2))
        axis.set_xticks(range(len(classes)), classes, rotation=60)
        axis.set(title=name, xlabel="class heard by the judge")
    axes[0, 0].set_ylabel("clips")
    figure.suptitle(title, fontsize=TITLE)
    return figure


def remedies(rows, scores=("accuracy", "frechet_distance", "modes", "nearest_neighbour_ratio")):
    """The table of benchmarks/ablation.py: mean and spread (standard deviation) over the seeds.

    rows: as in data/ablation.csv; scores: columns, one panel each. Dashed: new real clips.
    Returns a figure. Read in lesson 07.
    """
    names = list(dict.fromkeys(row["recipe"] for row in rows if row["seed"]))
    amounts = list(dict.fromkeys(row["data"] for row in rows))
    figure, axes = subplots(11, 1.6 + 0.32 * len(names), 1, len(scores), sharey=True)
    for axis, score in zip(axes[0], scores, strict=True):
        for amount, style, lift in zip(amounts, STYLES, (-0.15, 0.15), strict=False):
            own = [row for row in rows if row["data"] == amount]
            values = [[float(r[score]) for r in own if r["recipe"] == name] for name in names]
            middle = [np.mean(v) if v else np.nan for v in values]
            spread = [np.std(v, ddof=1) if len(v) > 1 else 0.0 for v in values]
            places, (colour, marker) = np.arange(len(names)) + lift, style
            axis.errorbar(middle, places, xerr=spread, fmt=marker, color=colour, label=amount)
        for row in rows:
            if row["recipe"] == "new clips":
                axis.axvline(float(row[score]), color=GREY, linewidth=1.2, dashes=(2, 2))
        axis.set(xlabel=LABELS[score], ylim=(len(names) - 0.5, -0.5))
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, -1].legend(title="data", frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    figure.suptitle("One remedy a row, equal budgets (dashed: new real clips)", fontsize=TITLE)
    return figure


def long_training(rows, scores):
    """The curves of benchmarks/overtraining.py, one panel a score; dashed: new real clips.

    rows: as in data/overtraining.csv. Returns a figure. Read in lesson 07.
    """
    names = list(dict.fromkeys(row["recipe"] for row in rows if row["step"]))
    figure, axes = subplots(1.2 + 3.1 * len(scores), 3.2, 1, len(scores))
    for axis, score in zip(axes[0], scores, strict=True):
        for (colour, line), name in zip(LINES, names, strict=False):
            own = [row for row in rows if row["recipe"] == name and row["step"]]
            points = [(int(row["step"]), float(row[score])) for row in own]
            axis.plot(*np.transpose(points), line, color=colour, label=name)
        for row in rows:
            if row["recipe"] == "new clips" and row[score]:
                axis.axhline(float(row[score]), color=GREY, linewidth=1.2, dashes=(2, 2))
        axis.set(xlabel="training step", ylabel=LABELS[score])
    axes[0, 0].legend(frameon=False)
    figure.suptitle("A long training on 48 clips (dashed: new real clips)", fontsize=TITLE)
    return figure
