"""Pages and figures that hold what users wrote, and recordings beside generated sounds."""

import base64
import io
import re

from audiogan_tf.showing import lettering, plots
from audiogan_tf.showing.report import write_report
from audiogan_tf.sound.representation import Representation

import numpy as np
import pytest
import soundfile

RATE = 8000
MARKUP = ("Ba$$in", "$x^2$", "$\\frac", "<b>bold</b>", "a_b^c", "100 %")


def written(tmp_path, **options):
    sounds = [(f"kick {i}, generated", np.full(800, 0.2)) for i in range(3)]
    arguments = ("title", [], [], sounds, RATE, None)
    return write_report(tmp_path / "report.html", *arguments, **options).read_text("utf-8")


def played(page):
    """(caption, (samples,) float) of each player, in order."""
    found = re.findall(r'<audio controls aria-label="([^"]*)".*?base64,([^"]*)"', page)
    return [(name, soundfile.read(io.BytesIO(base64.b64decode(data)))[0]) for name, data in found]


def test_recordings_stand_beside_generated_sounds_scaled_with_them(tmp_path):
    recorded = [(f"kick {i}, recorded", np.full(800, 1.6)) for i in range(4)]
    players = played(written(tmp_path, recorded=recorded))
    order = [name.split(", ")[1] for name, _ in players]
    assert order == ["generated", "recorded"] * 3 + ["recorded"]
    loud, quiet = players[1][1].max(), players[0][1].max()
    assert loud / quiet == pytest.approx(8, rel=0.01)


def test_what_was_found_and_what_the_scores_lack_is_said_and_escaped(tmp_path):
    lines = {"found": ["<1> class"], "notes": ['"-" & why'], "legend": []}
    page = written(tmp_path, **lines)
    assert "&lt;1&gt; class" in page and "&quot;-&quot; &amp; why" in page and "<1>" not in page


def test_the_distance_to_held_out_clips_is_drawn_where_it_was_measured(tmp_path):
    history = [{"step": 4, "score": 1.0, "distance": None}, {"step": 8, "score": 1.0}]
    sounds = [("kick", np.zeros(800))]

    def page():
        path = write_report(tmp_path / "page.html", "title", [], history, sounds, RATE, None)
        return path.read_text("utf-8")

    assert "Distance to held-out clips" not in page()
    history += [{"step": s, "score": 1.0, "distance": d} for s, d in ((12, 3.0), (16, 1.25))]
    said = "Distance to held-out clips by training step, lower is better: 3 at step 12, 1.25 at"
    assert said in page()


def test_a_name_that_is_no_text_does_not_stop_the_page(tmp_path):
    assert "\\udce9" in written(tmp_path, found=["caf\udce9"])


@pytest.mark.parametrize("name", MARKUP)
def test_names_are_drawn_as_they_are_written(name):
    pictures = np.full((1, 32, 32, 1), -1.0)
    picture = Representation(RATE, 64, 32, 32, n_mels=32)
    figure = plots.spectrogram_grid(pictures, picture, [name])
    assert figure.axes[0].get_title() == name and not figure.axes[0].title.get_parse_math()
    assert plots.png(figure)
    assert plots.png(plots.confusion_matrix([0], [0], [name]))
    assert plots.png(plots.waveforms([(name, np.zeros(100))], RATE))
    assert plots.png(plots.score_curve([{"step": 0, "score": 0.5}], metric=name))


def test_names_in_chinese_are_drawn_or_numbered():
    names = ["鼓", "kick", "鼓"]
    titles, legend = lettering.numbered_unless_drawable(names)
    if "fontfamily" in lettering.plain_text("鼓"):  # a font that has it is installed
        assert (titles, legend) == (names, [])
    else:
        assert (titles, legend) == (["1", "2", "1"], ["1: 鼓", "2: kick"])


def test_letters_that_no_font_has_are_numbered():
    titles, legend = lettering.numbered_unless_drawable(["\U000f1234", "kick"])  # private use
    assert titles == ["1", "2"] and legend[1] == "2: kick"
    assert lettering.numbered_unless_drawable(["über", "$x$"]) == (["über", "$x$"], [])
