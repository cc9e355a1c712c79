"""The leaderboard's picture, on a made-up table."""

from audiogan_tf.showing import plots
from audiogan_tf.showing.results import PANELS, leaderboard, number

import pytest

FULL = dict.fromkeys(PANELS, "0.5") | {
    "frechet_distance": "2.0",
    "frechet_low": "1.5",
    "frechet_high": "3.0",
    "kid": "-0.01",
    "kid_low": "-0.02",
    "kid_high": "0.01",
}


def table():
    return [
        {"model": "real clips"} | FULL | {"frechet_distance": "0.1", "cpu_minutes": ""},
        {"model": "wavegan"} | FULL,
        {"model": "listing D0"} | FULL | {"accuracy": "", "frechet_low": "", "frechet_high": ""},
        {"model": "noise"} | FULL | {"frechet_distance": "200"},
    ]


def panel(figure, column):
    return next(axis for axis in figure.axes if axis.get_xlabel() == PANELS[column])


def test_one_panel_a_score_and_one_line_a_model():
    figure = leaderboard(table())
    assert [axis.get_xlabel() for axis in figure.axes] == list(PANELS.values())
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["wavegan", "listing D0"]
    assert plots.png(figure)[:4] == b"\x89PNG"


def test_floors_are_dashed_and_intervals_are_bars():
    axis = panel(leaderboard(table()), "frechet_distance")
    dashed = [line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 2]
    assert sorted(dashed) == [0.1, 200]
    (bar,) = axis.collections  # the listing has no interval
    assert bar.get_segments()[0][:, 0].tolist() == [1.5, 3.0]
    assert (
        axis.get_xscale() == "log" and panel(leaderboard(table()), "kid").get_xscale() == "linear"
    )


def test_an_empty_cell_is_no_point():
    axis = panel(leaderboard(table()), "accuracy")
    assert sum(len(line.get_xdata()) == 1 for line in axis.lines) == 1


def test_a_column_that_no_model_fills_is_left_out():
    rows = [row | {"parameters": ""} for row in table()]
    assert PANELS["parameters"] not in [axis.get_xlabel() for axis in leaderboard(rows).axes]


@pytest.mark.parametrize(("cell", "value"), [("0.25", 0.25), ("", None), (" ", None), (None, None)])
def test_a_cell_is_a_number_or_nothing(cell, value):
    assert number({"kid": cell}, "kid") == value
    assert number({}, "kid") is None
