"""Figures of the frontiers: what attacks find out."""

from audiogan_tf.showing.plots import BLUE, GREY, ORANGE, TITLE, subplots


def attacks(rows, title):
    """The area under the curve of each attack, with its interval, beside guessing.

    rows: list of (name, area, low, high, kind), kind "floor", "sounds" or "discriminator", from
    the top down. Returns a figure. Read in lesson 18.
    """
    styles = {"floor": (GREY, "s"), "sounds": (BLUE, "o"), "discriminator": (ORANGE, "D")}
    figure, axes = subplots(8, 1.2 + 0.26 * len(rows))
    axis, named = axes[0, 0], set()
    for place, (_, area, low, high, kind) in enumerate(rows):
        colour, marker = styles[kind]
        label = kind if kind not in named else None
        named.add(kind)
        axis.plot([low, high], [place, place], color=colour, linewidth=1.5)
        axis.plot(area, place, marker, color=colour, markersize=6, label=label)
    axis.axvline(0.5, color="black", linestyle=":", linewidth=1)
    axis.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axis.set(xlabel="area under the ROC curve (1); dotted: guessing", xlim=(0.3, 1.0))
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.legend(frameon=False, loc="lower right")
    figure.suptitle(title, fontsize=TITLE)
    return figure
