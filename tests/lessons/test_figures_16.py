"""Figures of lesson 16: seams, regions and maps show what they are given."""

from audiogan_tf.lessons.figures import lesson_16 as figures
from audiogan_tf.showing import plots

import numpy as np


def drawn(figure):
    return plots.png(figure)[:4] == b"\x89PNG"


def test_a_seam_parts_what_comes_before_from_what_comes_after():
    wave = np.arange(1000.0)
    figure = figures.seams([("one", wave, 500), ("two", wave, 300)], 1000, "seams", reach=0.1)
    before, after = figure.axes[1].get_lines()[:2]
    np.testing.assert_array_equal(before.get_ydata(), np.arange(200, 300))
    np.testing.assert_array_equal(after.get_ydata(), np.arange(300, 400))
    assert before.get_xdata().max() < 0 == after.get_xdata().min()
    assert drawn(figure)


def test_each_peak_has_a_dot_and_every_second_one_a_shade():
    magnitude = np.array([1, 2, 9, 2, 1, 2, 8, 1, 1, 5, 1.0])
    nearest = np.array([2, 2, 2, 2, 2, 6, 6, 6, 9, 9, 9])
    figure = figures.regions(magnitude, nearest, 2000, "regions", highest=1000)
    axis = figure.axes[0]
    np.testing.assert_allclose(axis.get_lines()[1].get_xdata(), [200, 600, 900])
    assert len(axis.patches) == 2 and drawn(figure)


def test_maps_are_in_seconds_and_the_onsets_lie_on_them():
    curves = {
        "straight": ([0, 2000], [0, 1000]),
        "held": ([0, 900, 1100, 2000], [0, 400, 600, 1000]),
    }
    figure = figures.maps(curves, ([1000], [500]), 1000, "maps")
    straight, held, dots = figure.axes[0].get_lines()
    np.testing.assert_allclose(straight.get_xdata(), [0, 2])
    np.testing.assert_allclose(held.get_ydata(), [0, 0.4, 0.6, 1])
    assert (dots.get_xdata()[0], dots.get_ydata()[0]) == (1.0, 0.5) and drawn(figure)
