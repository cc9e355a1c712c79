"""Figures of speech: phones over a spectrogram, pitch, and vocoders on one table."""

from audiogan_tf.showing.plots import BLUE, GREY, ORANGE, label_hz, single, subplots

import numpy as np


def aligned(picture, representation, symbols, durations, title, log_hz=None, voiced=None):
    """A spectrogram with the borders of its phones, and the pitch where there is a voice.

    picture: (frames, bands) in [-1, 1]; symbols: names, one for each of `durations`, in frames;
    log_hz, voiced: (frames,), or None for no line of pitch. Returns a figure. Read in lesson 13.
    """
    picture = np.asarray(picture)
    step = representation.hop_length / representation.sample_rate
    figure, axis = single(10, 3.2)
    extent = (-step / 2, (len(picture) - 0.5) * step, -0.5, representation.bins - 0.5)
    axis.imshow(
        picture.T, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=-1, vmax=0.7
    )
    ends = np.cumsum(durations)
    for symbol, end, frames in zip(symbols, ends, durations, strict=True):
        axis.axvline((end - 0.5) * step, color="white", linewidth=0.6)
        middle = (end - frames / 2 - 0.5) * step
        axis.text(middle, representation.bins, symbol, ha="center", va="bottom", fontsize=9)
    label_hz(axis, representation)
    axis.set(xlabel="time (s)", ylabel="frequency (Hz)")
    axis.set_title(title, pad=20)
    if log_hz is not None:
        _pitch(axis, representation, step, log_hz, voiced)
    return figure


def _pitch(axis, representation, step, log_hz, voiced):
    """The pitch as a line at its own height among the bands."""
    places = np.interp(np.exp(log_hz), representation.bin_hz, np.arange(representation.bins))
    places = np.where(np.asarray(voiced) > 0.5, places, np.nan)
    axis.plot(np.arange(len(places)) * step, places, color="#56B4E9", linewidth=2.5)


def bars(table, labels, title):
    """Several ways on several measures, a panel each; the better end is said in its label.

    table: way -> numbers, one for each of `labels`. Returns a figure. Read in lesson 13.
    """
    names = list(table)
    figure, axes = subplots(2.6 + 2.1 * len(labels), 1.2 + 0.36 * len(names), 1, len(labels),
                            sharey=True)  # fmt: skip
    for column, (axis, label) in enumerate(zip(axes[0], labels, strict=True)):
        values = [table[name][column] for name in names]
        colours = [ORANGE if name.startswith("vocoder") else BLUE for name in names]
        drawn = axis.barh(range(len(names)), values, color=colours)
        axis.bar_label(drawn, fmt="%.3g", fontsize=9, padding=2)
        axis.set_xlabel(label)
        axis.margins(x=0.25)
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, 0].set_ylim(len(names) - 0.5, -0.5)
    figure.suptitle(title)
    return figure


def joins(jumps, title):
    """How far the bands jump at the borders of phones: a line of medians and quarters a way.

    jumps: name -> array of jumps in dB. Returns a figure. Read in lesson 13.
    """
    figure, axis = single(7, 0.9 + 0.5 * len(jumps))
    for place, values in enumerate(jumps.values()):
        low, middle, high = np.percentile(values, [25, 50, 75])
        axis.plot([low, high], [place, place], color=GREY, linewidth=5, solid_capstyle="butt")
        axis.plot(middle, place, "o", color=BLUE, markersize=9)
    axis.set_yticks(range(len(jumps)), list(jumps))
    axis.set(xlabel="jump from one frame to the next (dB)", title=title)
    axis.set_ylim(len(jumps) - 0.5, -0.5)
    return figure
