"""Figures of lesson 12: panels, labels and cells are where they belong."""

from audiogan_tf.judging.confidence import Interval
from audiogan_tf.lessons.figures import lesson_12 as figures
from audiogan_tf.showing import plots

import numpy as np

RNG = np.random.default_rng(0)


def drawn(figure):
    return plots.png(figure)[:4] == b"\x89PNG"


def test_each_filter_is_a_picture_on_one_scale():
    figure = figures.filters(RNG.standard_normal((3, 3, 1, 14)))
    images = [axis.images[0] for axis in figure.axes if axis.images]
    assert len([image for image in images if image.get_array().shape == (3, 3)]) == 14
    assert len({image.get_clim() for image in images}) == 1
    assert drawn(figure)


def test_activations_show_the_strongest_channels():
    values = RNG.random((5, 4, 6)) + [0, 3, 0, 2, 1, 0]
    figure = figures.activations({"layer 1": values, "layer 2": values}, "a snare")
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:3] == [f"layer 1, channel {channel}" for channel in (1, 3, 4)]
    assert len(titles) == 8 and drawn(figure)


def test_verdicts_says_caught_or_passed_in_every_cell():
    caught = {"noisy": {"KID": True, "classes": False}, "copying": {"KID": False, "classes": False}}
    figure = figures.verdicts(caught)
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.texts] == ["C", "–", "–", "–"]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["noisy", "copying"]
    assert drawn(figure)


def test_growing_sets_has_a_panel_a_metric_and_a_bar_a_size():
    row = [Interval(2.0, 1.0, 3.5), Interval(1.0, 0.8, 1.3)]
    curves = {"KID": {"a": row, "b": row}, "Frechet distance": {"a": row, "b": row}}
    figure = figures.growing_sets((10, 100), curves)
    assert [axis.get_title() for axis in figure.axes] == list(curves)
    assert [axis.get_ylabel() for axis in figure.axes] == ["KID (1)", "Frechet distance (1)"]
    assert len(figure.axes[0].containers) == 2 and drawn(figure)
