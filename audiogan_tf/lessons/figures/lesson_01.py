"""The flow chart of lesson 01: as the document draws it, and mended."""

from audiogan_tf.showing.plots import BLUE, CENTRED, GREY, ORANGE, TITLE, subplots

AS_DRAWN = {  # D2, section 2.4: name of a box -> its place; boxes an arrow joins, and a fault or ""
    "boxes": {
        "sound": (0, 4),
        "sample,\nquantise": (0, 3),
        "code,\ndecode": (0, 2),
        "generator": (0, 1),
        "discriminator": (1, 1),
        "evaluation": (1, 0),
        "decoder": (0, 0),
        "generated\nsound": (0, -1),
    },
    "arrows": [
        ("sound", "sample,\nquantise", ""),
        ("sample,\nquantise", "code,\ndecode", ""),
        ("code,\ndecode", "generator", "1"),
        ("generator", "discriminator", "2"),
        ("discriminator", "evaluation", "3"),
        ("generator", "decoder", ""),
        ("decoder", "generated\nsound", ""),
    ],
}
MENDED = {
    "boxes": {
        "real sound": (0, 4),
        "sample,\nquantise": (0, 3),
        "code,\ndecode": (0, 2),
        "noise": (1, 4),
        "generator": (1, 3),
        "generated\nsound": (1, 2),
        "discriminator": (0, 0.5),
        "judge": (1, 0.5),
        "loss of both\nplayers": (0, -1),
        "evaluation": (1, -1),
    },
    "arrows": [
        ("real sound", "sample,\nquantise", ""),
        ("sample,\nquantise", "code,\ndecode", ""),
        ("code,\ndecode", "discriminator", ""),
        ("code,\ndecode", "judge", ""),
        ("noise", "generator", ""),
        ("generator", "generated\nsound", ""),
        ("generated\nsound", "discriminator", ""),
        ("generated\nsound", "judge", ""),
        ("discriminator", "loss of both\nplayers", ""),
        ("judge", "evaluation", ""),
    ],
}


def flow_charts(charts):
    """Flow charts side by side; an arrow at which something is wrong is dashed and numbered.

    charts: title -> {"boxes": name -> (column, height), "arrows": list of (from, to, number or
    "")}. Returns a figure. Drawn in lesson 01.
    """
    figure, axes = subplots(4.4 * len(charts), 5.4, 1, len(charts), sharex=True, sharey=True)
    for axis, (title, chart) in zip(axes[0], charts.items(), strict=True):
        axis.set(title=title, xlim=(-0.6, 1.6), ylim=(-1.5, 4.5))
        axis.set_axis_off()
        for start, end, fault in chart["arrows"]:
            _arrow(axis, chart["boxes"][start], chart["boxes"][end], fault)
        for name, place in chart["boxes"].items():
            box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": BLUE}
            axis.text(*place, name, bbox=box, **CENTRED)
    figure.suptitle("Which box feeds which", fontsize=TITLE)
    return figure


def _arrow(axis, start, end, fault):
    """An arrow between two places; one with a fault is orange and dashed."""
    look = {"color": ORANGE, "linestyle": "--"} if fault else {"color": GREY}
    upright = start[0] == end[0]
    reach = 52 if start[1] == end[1] else 16  # points from a box's middle to its edge
    look |= {"arrowstyle": "-|>", "linewidth": 1.6, "shrinkA": reach, "shrinkB": reach}
    axis.annotate("", end, start, arrowprops=look)
    if fault:  # its number stands beside the arrow
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        beside = (middle[0] + 0.13, middle[1]) if upright else (middle[0], middle[1] + 0.3)
        circle = {"boxstyle": "circle,pad=0.25", "facecolor": ORANGE, "edgecolor": ORANGE}
        axis.text(*beside, fault, bbox=circle, color="white", weight="bold", **CENTRED)
