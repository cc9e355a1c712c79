"""Figures of games on toy distributions: curves, paths over a landscape, clouds of points."""

from audiogan_tf.lessons.toy_points import RING_CENTRES, energy_distance
from audiogan_tf.showing.plots import BLUE, GREY, ORANGE, floor_line, single, subplots

import numpy as np

REACH = 1.6  # of a panel with the ring, to each side of its middle


def slopes(logits, curves, columns=4):
    """How strongly each loss pulls a generated sample, by the logit of that sample.

    logits: (n,); curves: name of the loss -> (n,) sizes of the slope, a panel each, with the
    others in grey: many lie on one another. Returns a figure with a logarithmic axis. Drawn in
    lesson 04.
    """
    rows = -(-len(curves) // columns)
    figure, axes = subplots(9, 0.9 + 1.7 * rows, rows, columns, sharex=True, sharey=True)
    for axis in axes.flat[len(curves) :]:
        axis.set_axis_off()
    for axis, name in zip(axes.flat, curves, strict=False):
        for other in curves.values():
            axis.plot(logits, other, color=GREY, linewidth=0.6)
        axis.plot(logits, curves[name], color=BLUE, linewidth=2.4)
        axis.set_title(name, fontsize=10)
        axis.set(yscale="log")
        axis.margins(x=0)
        axis.xaxis.set_tick_params(labelbottom=True)
    figure.suptitle("What the generator feels (grey: the other losses)")
    figure.supxlabel("logit of its sample (1); far left: surely generated", fontsize=10)
    figure.supylabel("slope (1)", fontsize=10)
    return figure


def trajectories(paths, reach=2.4):
    """Paths of two players over the landscape x * y, a panel each.

    paths: title -> (steps, 2), x and y after each step. Returns a figure. Drawn in lesson 04.
    """
    figure, axes = subplots(3.0 * len(paths) + 0.6, 3.8, 1, len(paths), sharex=True, sharey=True)
    grid = np.linspace(-reach, reach, 101)
    for axis, (title, path) in zip(axes[0], paths.items(), strict=True):
        land = axis.contourf(grid, grid, np.outer(grid, grid), 16, cmap="PuOr")
        axis.plot(*np.transpose(path), color="black", linewidth=0.9)
        axis.plot(*path[0], "o", color="black", markersize=6)
        axis.plot(*path[-1], "s", color="white", markeredgecolor="black", markersize=6)
        axis.plot(0, 0, "+", color="black", markersize=12)
        axis.set(title=title, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axis.set_xlabel("x, the generator's number")
    axes[0, 0].set_ylabel("y, the discriminator's number")
    figure.colorbar(land, ax=axes, label="value of the game, x y", shrink=0.8)
    if len(paths) > 1:
        figure.suptitle("Two players on one landscape: start (dot), end (square), equilibrium (+)")
    return figure


def duel(x, density, shots):
    """A game on the line over time: real density, generated histogram, the discriminator.

    x: (n,) grid; density: (n,) the real one; shots: title -> (generated points, D at x).
    Returns a figure. Drawn in lesson 04.
    """
    columns = min(4, len(shots))
    figure, axes = subplots(9, 3.0, 1, columns, sharex=True, sharey=True)
    bins = np.linspace(x[0], x[-1], 61)
    for axis, (title, (points, verdict)) in zip(axes.flat, shots.items(), strict=True):
        axis.hist(np.ravel(points), bins, density=True, color="#F4C9A8", label="generated")
        axis.plot(x, density, color=BLUE, linewidth=1.8, label="real density")
        axis.plot(x, verdict, color="black", linestyle="--", linewidth=1.2, label="D(x)")
        axis.set(title=title, ylim=(0, 1.5), xlabel="x")
    axes[0, 0].set_ylabel("density (1 / unit of x), D (1)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    figure.suptitle("A game on the line: generated numbers, the real density, the discriminator")
    return figure


def clouds(panels, real=None, columns=4, title="Generated points over the ring's centres"):
    """Clouds of points as small multiples, over the centres of the ring.

    panels: title -> (n, 2) points; real: (m, 2), to which the energy distance in the middle of
    each panel is measured, or None for no number. Returns a figure. Drawn in lesson 04.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    size = (0.7 + 2.1 * columns, 0.9 + 2.2 * rows)
    figure, axes = subplots(*size, rows, columns, sharex=True, sharey=True)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    for axis, (name, points) in zip(axes.flat, panels.items(), strict=False):
        axis.plot(*RING_CENTRES.T, "o", color="white", markeredgecolor=BLUE, markersize=9)
        axis.plot(*points[:400].T, ".", color=ORANGE, markersize=2, alpha=0.7)
        if real is not None:
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}
            apart = f"{energy_distance(points, real):.3f}"
            axis.text(0, 0, apart, ha="center", va="center", bbox=box)
        axis.set_title(name, fontsize=10)
        axis.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    figure.suptitle(title)
    figure.supxlabel("x (pitch: octaves from 440 Hz)", fontsize=10)
    figure.supylabel("y (brightness)", fontsize=10)
    return figure


def distances(measured, noise, real):
    """Each generator's energy distance between two floors, with its count of modes.

    measured: name -> (distance, modes found); noise, real: what noise and a second draw from the
    real distribution score. Returns a figure; the axis is logarithmic. Drawn in lesson 04.
    """
    figure, axis = single(7.5, 0.9 + 0.3 * len(measured))
    places = np.arange(len(measured))[::-1]
    for place, (distance, modes) in zip(places, measured.values(), strict=True):
        axis.plot(distance, place, "o", color=BLUE)
        axis.annotate(f"  {modes} of 8", (distance, place), va="center", fontsize=9)
    floor_line(axis, "real clips", real, text="a second real draw")
    floor_line(axis, "noise", noise, text="noise")
    axis.set_yticks(places, measured)
    axis.set(
        xscale="log", xlabel="energy distance to real points (1)", ylim=(-0.7, places[0] + 0.7)
    )
    figure.suptitle("How far from the ring, and how many of its clouds")
    return figure
