"""Figures of lesson 15: curves, spots and lines are where they belong."""

from audiogan_tf.lessons.figures import lesson_15 as figures
from audiogan_tf.showing import plots

import numpy as np


def drawn(figure):
    return plots.png(figure)[:4] == b"\x89PNG"


def test_a_room_has_three_parts_and_the_line_of_its_time():
    response = 10 ** (-3 * np.arange(16000) / 8000)  # 60 dB in half a second
    decay = 20 * np.log10(response)
    figure = figures.room(response, decay, 16000, (-1, -120), "a room")
    left, right = figure.axes
    names = [line.get_label() for line in left.get_lines()]
    assert names == ["tail", "first 50 ms", "direct sound"]
    assert left.get_lines()[1].get_xdata().max() <= 0.05 < left.get_lines()[0].get_xdata().min()
    np.testing.assert_allclose(right.get_lines()[1].get_ydata(), [-1, -60])
    assert drawn(figure)


def test_masks_share_one_scale_and_stand_upright():
    low = np.zeros((20, 33))
    low[:, :5] = 1
    figure = figures.masks({"low": low, "none": 0 * low}, 16000, 128, "masks")
    images = [axis.images[0] for axis in figure.axes if axis.images]
    assert [image.get_clim() for image in images[:2]] == [(0, 1)] * 2
    assert images[0].origin == "lower" and images[0].get_extent()[3] == 8000
    np.testing.assert_array_equal(images[0].get_array(), low.T)
    assert drawn(figure)


def test_enhancers_stand_at_their_snr_and_rooms_are_left_out():
    rows = [
        {"enhancer": name, "condition": condition, "pesq": str(pesq), "stoi": ""}
        for name, add in (("a", 0), ("b", 1))
        for condition, pesq in (("5 dB", 1 + add), ("-5 dB", 2 + add), ("room", 9))
    ]
    figure = figures.over_snr(rows, ("pesq", "stoi"))
    first, second = figure.axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in first.get_lines()}
    assert lines == {"a": [[-5, 2], [5, 1]], "b": [[-5, 3], [5, 2]]}
    assert all(len(line.get_xdata()) == 0 for line in second.get_lines())
    assert drawn(figure)
