"""Figures of how a classifier sees sound, and of what each metric notices."""

from audiogan_tf.showing.plots import LINES, PANEL_TITLE, TITLE, heat_map, subplots

import numpy as np


def filters(kernel, columns=12, title="Filters of the first layer"):
    """A convolution's filters as small pictures, dark negative, light positive.

    kernel: (height, width, 1, filters) float, the first axis is time, the second frequency.
    Returns a figure; time runs to the right, frequency upwards. Read in lesson 12.
    """
    count = kernel.shape[-1]
    rows = -(-count // columns)
    figure, axes = subplots(9, 0.9 + 0.8 * rows, rows, columns)
    top = float(np.abs(kernel).max())
    for i, axis in enumerate(axes.flat):
        axis.set_axis_off()
        if i < count:
            picture = kernel[:, :, 0, i].T
            image = axis.imshow(picture, origin="lower", cmap="cividis", vmin=-top, vmax=top)
    figure.suptitle(f"{title}: time to the right, frequency upwards (pixels)", fontsize=TITLE)
    figure.colorbar(image, ax=axes, label="weight (1)", aspect=10 * rows, pad=0.01)
    return figure


def activations(maps, names, shown=4, title="What the layers see"):
    """The strongest channels of some layers for one sound, one row a layer.

    maps: layer name -> (frames, bins, channels) float, 0 or more; names: caption of the sound, in
    the title; shown: channels of each layer, those with the largest mean. Returns a figure.
    Read in lesson 12.
    """
    figure, axes = subplots(2.1 * shown, 1.1 + 1.35 * len(maps), len(maps), shown)
    for row, (name, values) in zip(axes, maps.items(), strict=True):
        strongest = np.argsort(values.mean(axis=(0, 1)))[::-1][:shown]
        for axis, channel in zip(row, strongest, strict=True):
            axis.imshow(values[:, :, channel].T, origin="lower", aspect="auto", cmap="magma")
            axis.set_title(f"{name}, channel {channel}", fontsize=PANEL_TITLE)
            axis.set(xticks=[], yticks=[])
    figure.suptitle(f"{title}: {names}", fontsize=TITLE)
    figure.supxlabel("time (frames)", fontsize=10)
    figure.supylabel("frequency (bands)", fontsize=10)
    return figure


def verdicts(caught, title="What each metric notices"):
    """A table of generators x metrics: caught, or passed.

    caught: generator -> {metric: bool}, the same metrics in each. Returns a figure; a dark cell
    with a C is caught, a light one with a dash is passed. Read in lesson 12.
    """
    metrics = list(next(iter(caught.values())))
    table = np.array([[row[metric] for metric in metrics] for row in caught.values()])
    about = f"{title} (C: caught, –: passed)", ("metric", "generator"), 1.2
    return heat_map(table.astype(float), list(caught), metrics, *about, np.where(table, "C", "–"))


def growing_sets(sizes, intervals, title="How many clips does a difference need?"):
    """Scores with their confidence intervals against the number of clips, one panel a metric.

    sizes: numbers of clips; intervals: metric -> generator -> list of judging.Interval, one a
    size. Returns a figure. Read in lesson 12.
    """
    figure, axes = subplots(1.4 + 3.6 * len(intervals), 3.3, 1, len(intervals))
    for axis, (metric, curves) in zip(axes[0], intervals.items(), strict=True):
        for i, (name, row) in enumerate(curves.items()):
            colour, line = LINES[i % len(LINES)]
            value, low, high = np.transpose(row)
            places = np.array(sizes) * 1.06 ** (i - (len(curves) - 1) / 2)
            bars = [value - low, high - value]
            look = {"color": colour, "linestyle": line, "capsize": 3}
            axis.errorbar(places, value, yerr=bars, label=name, **look)
        axis.set(xscale="log", xlabel="clips", ylabel=f"{metric} (1)", title=metric)
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
    axes[0, 0].legend(frameon=False)
    figure.suptitle(title, fontsize=TITLE)
    return figure
