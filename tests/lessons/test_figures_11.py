from audiogan_tf.lessons.figures import lesson_11

import numpy as np
import pytest


@pytest.mark.parametrize(("dilations", "taps"), [((1, 2, 4, 8), 2), ((1, 3), 3), ((4, 1), 2)])
def test_the_filled_places_are_those_that_reach_the_prediction(dilations, taps):
    axis = lesson_11.receptive_field(dilations, taps).axes[0]
    filled = [
        line for line in axis.lines if line.get_markersize() == 5 and line.get_marker() == "o"
    ]
    reached = {0}
    for dilation in dilations:
        reached = {place - tap * dilation for place in reached for tap in range(taps)}
    assert sorted(filled[-1].get_xdata()) == sorted(reached)
    assert str(1 + (taps - 1) * sum(dilations)) in axis.get_title()


def test_the_next_samples_figure_shows_what_is_likely():
    levels, chances = np.linspace(-1, 1, 256), np.zeros(256)
    chances[[60, 190]] = 0.5
    axis = lesson_11.next_sample(levels, chances, 0.0, "two peaks").axes[0]
    low, high = axis.get_xlim()
    assert low < levels[60] < levels[190] < high
    assert axis.get_ylabel() == "probability (1)" and axis.get_title() == "two peaks"
