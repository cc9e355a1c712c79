"""Figures of lesson 09: where codes lie, what each latent means, and two models' scores."""

from audiogan_tf.showing.plots import (
    BLUE,
    GREY,
    LINES,
    ORANGE,
    PANEL_TITLE,
    TITLE,
    heat_map,
    subplots,
)
from audiogan_tf.showing.results import PANELS, number

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


def rivals(rows, scores=("accuracy", "frechet_distance", "coverage", "neighbour_ratio")):
    """The table of benchmarks/gan_vae.py: a dot for each training, one panel a score.

    rows: as in data/gan_vae.csv; scores: columns in results.PANELS. A dashed stroke marks the real
    clips of each corpus. Returns a figure.
    """
    trained = [row for row in rows if row["seed"]]
    lines = list(dict.fromkeys((row["corpus"], row["model"]) for row in trained))
    figure, axes = subplots(1.4 + 2.4 * len(scores), 1.3 + 0.4 * len(lines), 1, len(scores))
    for axis, score in zip(axes[0], scores, strict=True):
        for row in rows:
            value, mine = number(row, score), (row["corpus"], row["model"])
            if mine in lines:
                look = {"marker": "os"[mine[1] == "VAE"], "color": BLUE, "fillstyle": "none"}
                axis.plot(value, lines.index(mine), **look, markersize=8)
            else:
                places = [i for i, (corpus, _) in enumerate(lines) if corpus == row["corpus"]]
                ends = min(places) - 0.4, max(places) + 0.4
                axis.plot([value] * 2, ends, color=ORANGE, dashes=(4, 2), linewidth=1.6)
        axis.set(xlabel=PANELS[score], ylim=(len(lines) - 0.5, -0.5), yticks=range(len(lines)))
        axis.set_yticklabels([])
        axis.grid(axis="y", color="#DDDDDD", linewidth=0.5)
        axis.margins(x=0.12)
    axes[0, 0].set_yticklabels([f"{corpus}, {model}" for corpus, model in lines])
    title = "GAN and VAE after equal budgets, one mark a training (dashed: real clips)"
    figure.suptitle(title, fontsize=TITLE)
    return figure
