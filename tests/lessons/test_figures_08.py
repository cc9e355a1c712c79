"""Lesson 08's figures say what they show: titles, axes with units, every value drawn."""

from audiogan_tf.lessons.figures import lesson_08 as figures
from audiogan_tf.showing import plots
from audiogan_tf.sound.representation import Representation

import numpy as np
import pytest

REPRESENTATION = Representation(8000, 256, 64, 32, n_mels=32)


def texts(axis):
    return [text.get_text() for text in axis.texts]


def made():
    rng = np.random.default_rng(0)
    shares = {"noise": np.array([10.0, 40]), "digit": np.array([30.0, 56]), "who": [60.0, 4]}
    drawn = {"no label": rng.standard_normal((2, 50)), "projection": rng.standard_normal((2, 50))}
    picture, seen = rng.uniform(-1, 1, (32, 32, 1)), rng.standard_normal((32, 32))
    return {
        "shares": figures.stacked_shares(shares, ["coarse", "fine"]),
        "classes": figures.two_classes(drawn, lambda x, kind: np.exp(-((x - kind) ** 2))),
        "cells": figures.cells(
            np.array([[100.0, 50], [0, 83.3]]), ["a", "b"], ["0", "1"], "x", "y"
        ),
        "dial": figures.dial(np.arange(4), np.array([3, -90, np.nan, 0.0]), ["C", "D", "E", "F"]),
        "maps": figures.saliency_maps(picture, {"real": seen, "word": 2 * seen}, REPRESENTATION),
    }


@pytest.mark.parametrize("name", ["shares", "classes", "cells", "dial", "maps"])
def test_every_figure_has_a_title_and_named_axes(name):
    figure = made()[name]
    assert plots.png(figure)[:4] == b"\x89PNG"
    axis = figure.axes[0]
    assert axis.get_title() or figure.get_suptitle()
    assert axis.get_xlabel() or figure.get_supxlabel()


def test_the_bars_add_up_and_small_ones_carry_no_number():
    axis = made()["shares"].axes[0]
    assert sum(patch.get_width() for patch in axis.patches) == pytest.approx(200)
    assert "4" not in texts(axis) and "60" in texts(axis)


def test_the_table_shows_every_share():
    assert texts(made()["cells"].axes[0]) == ["100", "50", "0", "83"]


def test_a_note_out_of_reach_is_drawn_at_the_edge():
    axis = made()["dial"].axes[0]
    off = axis.lines[-1].get_ydata()
    np.testing.assert_allclose(off, [3, -60, 60, 0])
