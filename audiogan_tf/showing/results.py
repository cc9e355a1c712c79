"""Scores as pictures: generators between their floors, the leaderboard, other stored tables."""

import csv

from audiogan_tf.showing.plots import BLUE, FLOORS, LINES, ORANGE, TITLE, floor_line, subplots
from audiogan_tf.storage.places import shipped

import numpy as np

PANELS = {  # column: label with its unit
    "accuracy": "accuracy (1)",
    "frechet_distance": "Frechet distance (1)",
    "kid": "KID (1)",
    "coverage": "coverage (1)",
    "neighbour_ratio": "neighbour ratio (1)",
    "parameters": "weights (1)",
    "real_time_factor": "sound per second (s)",
}
INTERVALS = {  # column: its interval's ends
    "frechet_distance": ("frechet_low", "frechet_high"),
    "kid": ("kid_low", "kid_high"),
}
LOGARITHMIC = 30  # a column of positive numbers that span more than this factor gets a log axis
NEAR_ZERO = 0.1  # distances that can fall below 0 are drawn linearly up to here, then log


def number(row, column):
    """A cell of the table as a float, None where it is empty or missing."""
    text = (row.get(column) or "").strip()
    return float(text) if text else None


def between_floors(reports, metrics):
    """Scores of several generators, each metric between its noise floor and its real floor.

    reports: name -> judging.Report; metrics: names of rows they hold, one panel each.
    A metric whose values and floors are all positive and span more than a factor of 30, as
    distances do, gets a logarithmic axis. Returns a figure. Read in lesson 00.
    """
    height = 1.3 + 0.32 * len(reports)
    figure, axes = subplots(1.5 + 3.4 * len(metrics), height, 1, len(metrics), sharey=True)
    for axis, metric in zip(axes[0], metrics, strict=True):
        rows = [report[metric] for report in reports.values()]
        values = [row.value for row in rows]
        floors = rows[0].noise_floor, rows[0].real_floor
        for name, value in zip(("noise", "real clips"), floors, strict=True):
            floor_line(axis, name, value, text=name)
        axis.plot(values, range(len(rows)), "o", color=BLUE, markersize=8)
        known = [*values, *floors]
        if min(known) > 0 and max(known) > 30 * min(known):
            axis.set_xscale("log")
            axis.xaxis.set_major_formatter("{x:g}")
        axis.set_yticks(range(len(rows)), list(reports))
        axis.set(xlabel=f"{metric} (1)", ylim=(len(rows) - 0.5, -0.5))
        axis.margins(x=0.12)
    figure.suptitle("Between noise and real clips", fontsize=TITLE)
    return figure


def leaderboard(rows, columns=tuple(PANELS)):
    """The table of benchmarks/leaderboard.py, one panel a score, one line a generator.

    rows: dicts of texts as in data/leaderboard.csv, with the column "model"; columns: names in
    PANELS; those that no row fills are left out. Rows called "real clips" and "noise" are
    drawn as dashed lines, intervals as bars, an empty cell as nothing. Returns a figure.
    Read in lesson 12.
    """
    models = [row for row in rows if row["model"] not in FLOORS]
    floors = {row["model"]: row for row in rows if row["model"] in FLOORS}
    columns = [c for c in columns if any(number(row, c) is not None for row in models)]
    size = 1.8 + 1.9 * len(columns), 1.4 + 0.3 * len(models)
    figure, axes = subplots(*size, 1, len(columns), sharey=True)
    for axis, column in zip(axes[0], columns, strict=True):
        _panel(axis, models, floors, column)
    axes[0, 0].set_yticks(range(len(models)), [row["model"] for row in models])
    axes[0, 0].set_ylim(len(models) - 0.5, -0.5)
    title = "Leaderboard (dashed: real clips, orange, and noise, grey; bars: 95 % intervals)"
    figure.suptitle(title, fontsize=TITLE)
    return figure


def _panel(axis, models, floors, column):
    known = []
    for place, row in enumerate(models):
        value = number(row, column)
        if value is None:
            continue
        ends = [number(row, end) for end in INTERVALS.get(column, ())]
        if ends and None not in ends:
            axis.hlines(place, *ends, color=BLUE, linewidth=1.6)
        axis.plot(value, place, "o", color=BLUE, markersize=5)
        known.append(value)
    for name in FLOORS:
        value = number(floors.get(name, {}), column)
        floor_line(axis, name, value)
        known += [] if value is None else [value]
    if min(known) > 0 and max(known) > LOGARITHMIC * min(known):
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:g}")
    elif column in INTERVALS and max(known) > LOGARITHMIC * NEAR_ZERO:
        axis.set_xscale("symlog", linthresh=NEAR_ZERO)
        axis.set_xlim(min(-0.3 * NEAR_ZERO, 1.5 * min(known)), 2 * max(known))
        axis.xaxis.set_major_formatter("{x:g}")
    axis.grid(axis="y", color="#DDDDDD", linewidth=0.5)
    axis.set_xlabel(PANELS[column])
    if axis.get_xscale() != "symlog":
        axis.margins(x=0.12)


STYLES = ((BLUE, "o"), (ORANGE, "s"))
LABELS = PANELS | {
    "modes": "modes (of 72)",
    "nearest_neighbour_ratio": "nearest-neighbour ratio (1)",
    "seen_called_real": "seen clips called real (1)",
    "unseen_called_real": "unseen clips called real (1)",
    "flatness_db": "flatness of hiss (dB)",
}


def read_table(name):
    """The rows of a table that comes with the kit, such as "ablation.csv"; each a dict of texts."""
    with open(shipped(name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
                floor_line(axis, "real clips", number(row, score))
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
        for (colour, line), name in zip(
            LINES[::2], names, strict=False
        ):  # none is a floor's orange
            own = [row for row in rows if row["recipe"] == name and row["step"]]
            points = [(int(row["step"]), float(row[score])) for row in own]
            axis.plot(*np.transpose(points), linestyle=line, color=colour, label=name)
        for row in rows:
            if row["recipe"] == "new clips":
                floor_line(axis, "real clips", number(row, score), "y")
        axis.set(xlabel="training step", ylabel=LABELS[score])
    axes[0, 0].legend(frameon=False)
    figure.suptitle("A long training on 48 clips (dashed: new real clips)", fontsize=TITLE)
    return figure
