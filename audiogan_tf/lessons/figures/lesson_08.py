"""Figures of lesson 08: who is heard, what was asked, where a network looks."""

from audiogan_tf.showing import plots

import numpy as np

SHADES = (plots.BLUE, "#E69F00", "#BBBBBB")  # dark, middle and light also in grey


def stacked_shares(shares, rows):
    """Whom each layer listens to: bars that add up to 100 %.

    shares: name -> (layers,) in %; rows: the layers' names. Returns a figure.
    """
    figure, axis = plots.single(7.5, 1.2 + 0.45 * len(rows))
    start = np.zeros(len(rows))
    for (name, values), colour in zip(shares.items(), SHADES, strict=False):
        axis.barh(rows, values, left=start, color=colour, label=name, edgecolor="white")
        for row, (left, value) in enumerate(zip(start, values, strict=True)):
            if value >= 6:
                ink = "white" if colour == plots.BLUE else "black"
                place = {"ha": "center", "va": "center", "color": ink}
                axis.text(left + value / 2, row, f"{value:.0f}", **place)
        start = start + values
    axis.invert_yaxis()
    axis.set(title="Whom a layer of the generator listens to", xlim=(0, 100))
    axis.set_xlabel("share of its scales' variance (%)")
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def two_classes(panels, density):
    """Histograms of what was drawn for each of two classes, over the densities to be learnt.

    panels: name -> (draws of class 0, draws of class 1); density: function of x and the class.
    Returns a figure.
    """
    figure, axes = plots.subplots(9, 2.9, 1, len(panels), sharex=True, sharey=True)
    x, edges = np.linspace(-4.5, 4.5, 200), np.linspace(-4.5, 4.5, 46)
    for axis, (name, drawn) in zip(axes[0], panels.items(), strict=True):
        for k, values in enumerate(drawn):
            colour, line = plots.LINES[k]
            style = {"color": colour, "hatch": (None, "////")[k], "alpha": 0.45}
            axis.hist(values, edges, density=True, label=f"asked for {'AB'[k]}", **style)
            axis.plot(x, density(x, k), color=colour, linestyle=line, linewidth=1.6)
        axis.set_title(name, fontsize=plots.PANEL_TITLE)
        axis.set_xlabel("number drawn")
    axes[0, 0].set_ylabel("density")
    axes[0, -1].legend(frameon=False, fontsize=8, loc="upper right")
    figure.suptitle("What each discriminator teaches (lines: the truth)", fontsize=plots.TITLE)
    return figure


def cells(shares, rows, columns, xlabel, ylabel):
    """How often two labels were both heard as asked. shares: (rows, columns) in %.

    rows, columns: names. Returns a figure.
    """
    title, labels = "Both labels heard as asked", (xlabel, ylabel)
    return plots.heat_map(shares, rows, columns, title, labels, legend="share (%)")


def dial(asked, off, names, tolerance=20, reach=60):
    """How far each sound lies from the pitch asked for, with the band that is still in tune.

    asked: (n,) indices into names; off: (n,) in cents, drawn at the edge beyond `reach`.
    Returns a figure.
    """
    figure, axis = plots.single(9, 3.2)
    axis.axhspan(-tolerance, tolerance, color=plots.GREY, alpha=0.2, linewidth=0)
    axis.axhline(0, color=plots.GREY, linewidth=0.8)
    spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(asked))
    inside = np.clip(np.nan_to_num(off, nan=reach), -reach, reach)
    axis.plot(asked + spread, inside, "o", color=plots.BLUE, markersize=3.5, alpha=0.6)
    axis.set_xticks(range(0, len(names), 2), names[::2])
    axis.set(title="The pitch dial: what was asked, and how far off it sounds")
    axis.set(xlabel="note asked for", ylabel="off by (cents)", ylim=(-1.08 * reach, 1.08 * reach))
    place = {"transform": axis.transAxes, "fontsize": 8}
    axis.text(0.005, 0.53 + tolerance / (2.16 * reach), f"{tolerance} cents", **place)
    return figure


def saliency_maps(picture, maps, representation):
    """A picture and, beside it, where a network looks, each map on its own scale.

    picture: (frames, bins, 1) in [-1, 1]; maps: title -> (frames, bins). Returns a figure; the
    maps' sizes are drawn, not their signs, as shares of the largest.
    """
    figure, axes = plots.subplots(9.5, 3.1, 1, 1 + len(maps), sharex=True, sharey=True)
    extent = (0, representation.seconds, -0.5, representation.bins - 0.5)
    place = {"origin": "lower", "aspect": "auto", "extent": extent}
    axes[0, 0].imshow(picture[..., 0].T, cmap="magma", vmin=-1, vmax=1, **place)
    axes[0, 0].set_title("the clip", fontsize=plots.PANEL_TITLE)
    for axis, (title, values) in zip(axes[0, 1:], maps.items(), strict=True):
        size = np.abs(values) / np.quantile(np.abs(values), 0.998)
        image = axis.imshow(size.T, cmap="gray_r", vmin=0, vmax=1, **place)
        axis.set_title(title, fontsize=plots.PANEL_TITLE)
    plots.label_hz(axes[0, 0], representation)
    figure.supxlabel("time (s)", fontsize=10)
    figure.supylabel("frequency (Hz)", fontsize=10)
    figure.suptitle("What the discriminator looks at", fontsize=plots.TITLE)
    figure.colorbar(image, ax=axes, label="influence (largest = 1)", pad=0.015)
    return figure
