"""The leaderboard as a picture: every generator, every score, floors and intervals."""

from audiogan_tf.plots import BLUE, GREY, ORANGE, TITLE, subplots

FLOORS = {"real clips": (ORANGE, (6, 2)), "noise": (GREY, (2, 2))}
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
    for name, (colour, dashes) in FLOORS.items():
        value = number(floors.get(name, {}), column)
        if value is not None:
            axis.axvline(value, color=colour, linewidth=1.3, dashes=dashes)
            known.append(value)
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
