"""Figures of lesson 01: the flow charts name their boxes and number their faults."""

from audiogan_tf.lessons.figures import lesson_01 as figures
from audiogan_tf.showing import plots

import pytest

CHARTS = {"drawn": figures.AS_DRAWN, "mended": figures.MENDED}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_box_is_joined_and_every_arrow_joins_boxes(chart):
    ends = {end for start, end, _ in chart["arrows"]} | {start for start, _, _ in chart["arrows"]}
    assert ends == set(chart["boxes"])


def test_the_mended_chart_has_what_the_other_lacks():
    into = {
        title: {(start, end) for start, end, _ in chart["arrows"]}
        for title, chart in CHARTS.items()
    }
    assert ("noise", "generator") in into["mended"] and ("noise", "generator") not in into["drawn"]
    hears = {start for start, end in into["mended"] if end == "discriminator"}
    assert hears == {"code,\ndecode", "generated\nsound"}
    assert not any(fault for _, _, fault in figures.MENDED["arrows"])


def test_flow_charts_show_each_box_and_each_fault():
    figure = figures.flow_charts(CHARTS)
    left, right = figure.axes
    shown = [text.get_text() for text in left.texts if text.get_text()]
    assert sorted(shown) == sorted([*figures.AS_DRAWN["boxes"], "1", "2", "3"])
    assert sorted(t.get_text() for t in right.texts if t.get_text()) == sorted(
        figures.MENDED["boxes"]
    )
    assert plots.png(figure)[:4] == b"\x89PNG"
