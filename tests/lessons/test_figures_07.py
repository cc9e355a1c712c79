"""Figures of lesson 07: one panel a score, one line a remedy, labels with units."""

from audiogan_tf.lessons.figures import lesson_07 as figures
from audiogan_tf.showing import plots, results

import numpy as np
import pytest

SCORES = ("accuracy", "frechet_distance", "modes", "nearest_neighbour_ratio")


def table():
    rows = [
        {"data": data, "recipe": recipe, "seed": seed, "steps": "9"} | dict.fromkeys(SCORES, "0.5")
        for data in ("all", "5 %")
        for recipe in ("plain", "R1")
        for seed in ("0", "1")
    ]
    floor = {"data": "all", "recipe": "new clips", "seed": "", "steps": ""}
    return [floor | dict.fromkeys(SCORES, "1.0"), *rows]


def test_remedies_have_a_panel_a_score_and_a_line_a_remedy():
    figure = results.remedies(table())
    assert [axis.get_xlabel() for axis in figure.axes] == [results.LABELS[s] for s in SCORES]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["plain", "R1"]
    assert plots.png(figure)[:4] == b"\x89PNG"


def test_an_unfinished_table_is_drawn_too():
    assert plots.png(results.remedies(table()[:4]))[:4] == b"\x89PNG"


def test_long_training_draws_each_game_beside_new_clips():
    rows = [{"recipe": "new clips", "step": "", "modes": "70", "flatness_db": ""}]
    for recipe in ("plain", "mended"):
        for step in ("250", "500"):
            rows.append({"recipe": recipe, "step": step, "modes": "9", "flatness_db": "-3"})
    figure = results.long_training(rows, ("modes", "flatness_db"))
    first, second = figure.axes
    assert len(first.lines) == 3 and len(second.lines) == 2  # no floor is known there
    assert list(first.lines[0].get_xdata()) == [250, 500]
    assert plots.png(figure)[:4] == b"\x89PNG"


def test_heard_classes_counts_clips():
    figure = figures.heard_classes({"a": np.array([0, 0, 2]), "b": np.array([1])}, ("x", "y", "z"))
    assert [bar.get_height() for bar in figure.axes[0].patches] == [2, 0, 1]
    assert figure.axes[0].get_ylabel() == "clips"


def test_a_table_is_read_as_texts(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,x y\n", "utf-8")
    assert results.read_table(tmp_path / "t.csv") == [{"a": "1", "b": "x y"}]
    with pytest.raises(FileNotFoundError):
        results.read_table(tmp_path / "none.csv")
