"""Figures of lesson 09: where codes lie, and what each latent means."""

from audiogan_tf.showing.plots import GREY, PANEL_TITLE, TITLE, subplots

import numpy as np

MARKS = (("#0072B2", "o"), ("#D55E00", "^"), ("#009E73", "s"), ("#333333", "x"), ("#CC79A7", "+"))


def codes(panels, labels, names):
    """Two latents of each clip's code, one panel a model, over the prior's circles.

    panels: title -> codes (clips, latents), of which the two that vary most are drawn; labels:
    (clips,) int, drawn as colours and marks; names: the labels' names, at most five. The circles
    hold 39 %, 86 % and 99 % of the prior. Returns a figure.
    """
    figure, axes = subplots(1 + 3.6 * len(panels), 4.0, 1, len(panels))
    for axis, (title, places) in zip(axes[0], panels.items(), strict=True):
        first, second = np.argsort(-places.std(axis=0))[:2]
        for k, (name, (colour, mark)) in enumerate(zip(names, MARKS, strict=False)):
            mine = places[labels == k]
            style = {"color": colour, "marker": mark, "s": 14, "linewidths": 0.9}
            if mark in "o^s":  # filled marks look alike in grey, open ones do not
                style |= {"facecolors": "none" if mark != "o" else colour}
            axis.scatter(mine[:, first], mine[:, second], label=name, **style)
        angle = np.linspace(0, 2 * np.pi, 100)
        for radius in (1, 2, 3):
            axis.plot(radius * np.cos(angle), radius * np.sin(angle), color=GREY, linewidth=1)
        axis.set_aspect("equal", adjustable="datalim")
        axis.set_title(title, fontsize=PANEL_TITLE)
        axis.set(xlabel=f"latent {first} (1)", ylabel=f"latent {second} (1)")
    axes[0, -1].legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.suptitle(
        "Codes of held-out notes, and the prior's circles (radius 1, 2, 3)", fontsize=TITLE
    )
    return figure


def meanings(values, factors):
    """How each latent goes with each known factor.

    values: (factors, latents), correlations from -1 to 1; factors: names. Returns a figure.
    """
    rows, columns = np.shape(values)
    figure, axes = subplots(2.6 + 0.55 * columns, 1.4 + 0.42 * rows)
    axis = axes[0, 0]
    image = axis.imshow(np.abs(values), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        ink = "white" if abs(value) > 0.55 else "black"
        text = f"{round(value, 1) + 0:.1f}"  # no minus before 0.0
        axis.text(column, row, text, ha="center", va="center", color=ink, fontsize=9)
    axis.set_xticks(range(columns), range(columns))
    axis.set_yticks(range(rows), factors)
    axis.set(title="What each latent says about a note", xlabel="latent", ylabel="factor")
    figure.colorbar(image, ax=axis, label="|correlation| (1)", shrink=0.9)
    return figure
