"""Figures of networks that draw one sample at a time: what they see, what they expect."""

from audiogan_tf.showing.plots import BLUE, GREY, ORANGE, single

import numpy as np


def receptive_field(dilations, taps=2):
    """Which earlier samples reach one prediction through a stack of dilated convolutions.

    dilations: one for each layer, the lowest first; taps: samples that each layer sees. Filled
    places take part. Returns a figure; time runs to the right, layers upwards. Read in lesson 11.
    """
    field = 1 + (taps - 1) * sum(dilations)
    figure, axis = single(9, 0.9 + 0.55 * len(dilations))
    used = {0}
    for height in range(len(dilations), 0, -1):
        below = set()
        for place in used:
            for tap in range(taps):
                earlier = place - tap * dilations[height - 1]
                axis.plot([earlier, place], [height - 1, height], color=GREY, linewidth=0.8)
                below.add(earlier)
        _row(axis, field, height, used)
        used = below
    _row(axis, field, 0, used)
    names = ["samples", *(f"dilation {dilation}" for dilation in dilations)]
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="samples before the newest one", title=f"One prediction sees {field} samples")
    return figure


def _row(axis, field, height, used):
    places = np.arange(1 - field, 1)
    axis.plot(places, np.full(field, height), "o", color=GREY, markersize=3, fillstyle="none")
    axis.plot(sorted(used), np.full(len(used), height), "o", color=BLUE, markersize=5)


def costs(parts, title):
    """What the real samples cost under several forecasts: one group of bars a part.

    parts: name of a part -> forecast's name -> bits a sample. Returns a figure. Read in lesson 11.
    """
    names = list(next(iter(parts.values())))
    figure, axis = single(8, 3.0)
    width = 0.8 / len(names)
    for k, (name, colour, hatch) in enumerate(zip(names, LOOKS, HATCHES, strict=False)):
        places = np.arange(len(parts)) + (k - (len(names) - 1) / 2) * width
        bits = [part[name] for part in parts.values()]
        bars = axis.bar(places, bits, 0.9 * width, label=name, color=colour, hatch=hatch)
        axis.bar_label(bars, fmt="%.1f", fontsize=9)
    axis.set_xticks(range(len(parts)), list(parts))
    axis.set(title=title, ylabel="cost (bits a sample)")
    axis.margins(y=0.15)
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


LOOKS, HATCHES = (BLUE, ORANGE, GREY), ("", "//", "..")
