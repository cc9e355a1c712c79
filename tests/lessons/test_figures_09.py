"""Lesson 09's figures say what they show: titles, axes, every clip and every value drawn."""

from audiogan_tf.lessons.figures import lesson_09 as figures

import numpy as np
import pytest

NAMES = ["a", "b", "c"]


def cloud():
    rng = np.random.default_rng(0)
    return rng.normal(0, (0.1, 3, 0.2, 1), (60, 4)), np.arange(60) % 3


def test_codes_draw_every_clip_in_the_two_widest_latents():
    codes, labels = cloud()
    figure = figures.codes({"one": codes, "two": codes[:, ::-1]}, labels, NAMES)
    assert "prior" in figure.get_suptitle()
    for axis, (x, y), title in zip(figure.axes, ((1, 3), (2, 0)), ("one", "two"), strict=True):
        assert axis.get_title() == title
        assert axis.get_xlabel() == f"latent {x} (1)" and axis.get_ylabel() == f"latent {y} (1)"
        drawn = np.concatenate([part.get_offsets() for part in axis.collections])
        assert len(drawn) == 60 and len(axis.collections) == 3
        np.testing.assert_allclose(np.sort(drawn[:, 0]), np.sort(codes[:, 1]))
        circles = [np.hypot(*line.get_data()) for line in axis.lines]
        np.testing.assert_allclose([circle.max() for circle in circles], [1, 2, 3])
    assert [text.get_text() for text in figure.axes[-1].get_legend().get_texts()] == NAMES


def test_labels_are_told_apart_without_colour():
    codes, labels = cloud()
    figure = figures.codes({"one": codes}, labels, NAMES)
    shapes = {part.get_paths()[0].vertices.tobytes() for part in figure.axes[0].collections}
    assert len(shapes) == 3


@pytest.mark.parametrize("value", [-0.84, 0.31])
def test_meanings_write_every_value(value):
    table = np.zeros((2, 3))
    table[1, 2] = value
    figure = figures.meanings(table, ["attack", "decay"])
    axis = figure.axes[0]
    assert axis.get_title() and axis.get_xlabel() == "latent" and axis.get_ylabel() == "factor"
    written = [text.get_text() for text in axis.texts]
    assert len(written) == 6 and written[-1] == f"{value:.1f}"
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["attack", "decay"]
    assert axis.images[0].get_array().max() == abs(value)


def test_rivals_draw_every_training_and_the_real_clips():
    kinds = [("drums", "GAN", "0"), ("drums", "GAN", "1"), ("drums", "VAE", "0")]
    kinds += [("drums", "real clips", ""), ("notes", "VAE", "0"), ("notes", "real clips", "")]
    names = ("corpus", "model", "seed")
    rows = [
        dict(zip(names, kind, strict=True)) | {"coverage": f"0.{i}", "accuracy": "1"}
        for i, kind in enumerate(kinds)
    ]
    figure = figures.rivals(rows, ("coverage", "accuracy"))
    axis = figure.axes[0]
    ticks = [tick.get_text() for tick in axis.get_yticklabels()]
    assert ticks == ["drums, GAN", "drums, VAE", "notes, VAE"]
    marks = [line for line in axis.lines if line.get_marker() in "os"]
    places = [(float(line.get_xdata()[0]), int(line.get_ydata()[0])) for line in marks]
    assert places == [(0.0, 0), (0.1, 0), (0.2, 1), (0.4, 2)]
    strokes = [line.get_xdata()[0] for line in axis.lines if line.get_marker() not in "os"]
    assert strokes == [0.3, 0.5]
    assert "dashed" in figure.get_suptitle() and axis.get_xlabel() == "coverage (1)"
