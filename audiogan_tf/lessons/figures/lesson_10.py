"""Figures of lesson 10: tunes as notes on a roll, and what a network expects of them."""

from audiogan_tf.showing.plots import BLUE, GREY, LINES, ORANGE, TITLE, single, subplots
from audiogan_tf.synth import melodies
from audiogan_tf.synth.notes import note_name

import numpy as np


def piano_roll(tunes, title):
    """Tunes as bars of pitch over time, one panel each; notes out of key are outlined.

    tunes: panel title -> synth.melodies.Tune. Axes in bars of four quarters and notes; bar lines
    are where the tune has them. Returns a figure. Read in lesson 10.
    """
    figure, axes = subplots(9, 0.8 + 1.6 * len(tunes), len(tunes), 1, sharex=True, sharey=True)
    for axis, (name, tune) in zip(axes[:, 0], tunes.items(), strict=True):
        allowed, time = melodies.scale(tune.key), 0.0
        for bar in tune.bars:
            axis.axvline(time, color=GREY, linewidth=0.6)
            for pitch, eighths in bar:
                if pitch is not None:
                    fits = pitch % 12 in allowed
                    look = {"color": BLUE} if fits else {"color": "white", "edgecolor": ORANGE}
                    axis.barh(pitch, 0.92 * eighths / 8, 0.9, time, align="center", **look)
                time += eighths / melodies.BAR_EIGHTHS
        axis.set_title(name, fontsize=10)
        axis.set_ylabel("note")
    ticks = range(60, 85, 12)
    axes[0, 0].set_yticks(ticks, [note_name(pitch) for pitch in ticks])
    axes[-1, 0].set_xlabel("time (bars)")
    figure.suptitle(title, fontsize=TITLE)
    return figure


def bar_by_bar(values, title, ylabel):
    """One number a bar, for several sources: name -> (bars,) numbers. Returns a figure."""
    figure, axis = single(7.5, 3)
    for (name, row), (colour, line) in zip(values.items(), LINES, strict=False):
        places = np.arange(1, len(row) + 1)
        look = {"color": colour, "linestyle": line, "marker": "o", "markersize": 4}
        axis.plot(places, row, label=name, **look)
    axis.set(title=title, xlabel="bar", ylabel=ylabel, ylim=(0, None))
    axis.legend(frameon=False)
    return figure


def rules_kept(scores, rules):
    """Bars of how often each source keeps each rule: source -> numbers in [0, 1].

    scores: source's name -> one number for each of `rules`, their names. Returns a figure.
    """
    figure, axis = single(9, 3)
    for i, (rule, (colour, _)) in enumerate(zip(rules, LINES, strict=False)):
        places, shares = np.arange(len(scores)) + 0.27 * (i - 1), [s[i] for s in scores.values()]
        hatch = ("", "//", "..")[i % 3]
        look = {"color": colour, "hatch": hatch, "edgecolor": "white"}
        axis.bar(places, shares, 0.24, label=rule, **look)
    axis.set_xticks(range(len(scores)), scores)
    axis.set(title="Rules kept", ylabel="share (1)", ylim=(0, 1.35))
    axis.set_yticks(np.linspace(0, 1, 6))
    axis.legend(frameon=False, loc="upper left", ncols=len(rules))
    return figure
