"""Figures of failing and mended trainings: who is left, which remedy helps, when to stop."""

from audiogan_tf.showing.plots import BLUE, ORANGE, TITLE, subplots

import numpy as np


def heard_classes(sets, classes, title="Which classes are left?"):
    """How often each class is heard, one panel a set of sounds.

    sets: panel title -> (clips,) int, classes heard; classes: their names. The dashed line is
    the even share. Returns a figure. Read in lesson 07.
    """
    figure, axes = subplots(1.5 + 3.4 * len(sets), 3.2, 1, len(sets), sharey=True)
    for axis, (name, heard) in zip(axes[0], sets.items(), strict=True):
        axis.bar(range(len(classes)), np.bincount(heard, minlength=len(classes)), color=BLUE)
        axis.axhline(len(heard) / len(classes), color=ORANGE, dashes=(6, 2))
        axis.set_xticks(range(len(classes)), classes, rotation=60)
        axis.set(title=name, xlabel="class heard by the judge")
    axes[0, 0].set_ylabel("clips")
    figure.suptitle(title, fontsize=TITLE)
    return figure
