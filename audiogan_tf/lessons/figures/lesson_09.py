"""Figures of lesson 09: where codes lie, and what each latent means."""

from audiogan_tf.showing.plots import GREY, LINES, PANEL_TITLE, TITLE, heat_map, subplots

import numpy as np


def codes(panels, labels, names):
    """Two latents of each clip's code, one panel a model, over the prior's circles.

    panels: title -> codes (clips, latents), of which the two that vary most are drawn; labels:
    (clips,) int, drawn as colours and marks; names: the labels' names, at most five. The circles
    hold 39 %, 86 % and 99 % of the prior. Returns a figure.
    """
    figure, axes = subplots(1 + 3.6 * len(panels), 4.0, 1, len(panels))
    for axis, (title, places) in zip(axes[0], panels.items(), strict=True):
        first, second = np.argsort(-places.std(axis=0))[:2]
        for k, (name, (colour, _), mark) in enumerate(zip(names, LINES, "o^sx+", strict=False)):
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
    texts = np.vectorize(lambda value: f"{round(value, 1) + 0:.1f}")(values)  # no minus before 0.0
    about = "What each latent says about a note", ("latent", "factor"), 1, texts
    latents = range(np.shape(values)[1])
    return heat_map(np.abs(values), factors, latents, *about, "|correlation| (1)")
