from audiogan_tf.lessons.figures import lesson_11

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


def test_costs_write_every_number_of_bits():
    parts = {"words": {"softmax": 4.04, "bell": 5.8}, "silence": {"softmax": 0.02, "bell": 0.36}}
    axis = lesson_11.costs(parts, "What samples cost").axes[0]
    assert [bar.get_height() for bar in axis.patches] == [4.04, 0.02, 5.8, 0.36]
    assert [text.get_text() for text in axis.texts] == ["4.0", "0.0", "5.8", "0.4"]
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["words", "silence"]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["softmax", "bell"]
    assert axis.get_ylabel() == "cost (bits a sample)" and axis.get_title() == "What samples cost"
