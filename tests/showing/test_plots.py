"""Figures have units and alt text; players keep relative loudness; the report stands alone."""

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser

from audiogan_tf import synth
from audiogan_tf.errors import InputError
from audiogan_tf.judging.evaluation import Report, Row
from audiogan_tf.showing import plots, report, results, tiles
from audiogan_tf.showing.players import flac_bytes, player, players, turned_up
from audiogan_tf.sound.audio import to_pcm16
from audiogan_tf.sound.representation import Representation

import matplotlib.image
import numpy as np
import pytest
import soundfile

RATE = 16000
VOID = {"meta", "link", "img", "br", "hr", "input"}


@pytest.fixture(scope="module")
def linear():
    return Representation(RATE, 256, 64, 32)


@pytest.fixture(scope="module")
def mel():
    return Representation(RATE, 512, 128, 32, n_mels=40)


@pytest.fixture(scope="module")
def clips(linear):
    rng = np.random.default_rng(0)
    names = synth.DRUMS[:5]
    sounds = [synth.drum(n, synth.draw_factors(rng, n), linear.samples, RATE, rng) for n in names]
    return np.stack(sounds)


def samples_of(html):
    """The 16-bit samples of each player in a piece of HTML, and their rates."""
    found = []
    for part in html.split("data:audio/flac;base64,")[1:]:
        file = soundfile.SoundFile(io.BytesIO(base64.b64decode(part.split('"')[0])))
        assert (file.channels, file.format, file.subtype) == (1, "FLAC", "PCM_16")
        found.append((file.read(dtype="int16"), file.samplerate))
    return found


def test_players_keep_relative_loudness_and_never_wrap():
    time = np.arange(800) / RATE
    quiet, loud = 0.1 * np.sin(2500 * time), 2.5 * np.sin(2500 * time)
    (first, rate), (second, _) = samples_of(
        players([("quiet", quiet), ("loud", loud)], RATE)._repr_html_()
    )
    assert rate == RATE
    assert np.abs(second).max() <= 0.99 * 32768 + 1
    assert np.abs(second.astype(float) - 25 * first.astype(float)).max() < 25
    assert (np.sign(second[1:400]) == np.sign(loud[1:400])).mean() > 0.98


def test_a_quiet_sound_stays_quiet_and_full_scale_does_not_wrap():
    [(quiet, _)] = samples_of(player(np.full(10, 0.01), 8000, "hum")._repr_html_())
    assert (quiet == round(0.01 * 32768)).all()
    [(full, _)] = samples_of(player(np.array([1.0, -1.0]), 8000, "square")._repr_html_())
    assert full[0] > 32000 and full[1] < -32000


def test_captions_are_text_in_html_and_in_plain():
    made = player(np.zeros(8000), 8000, 'a <b> & "c"')
    assert "a &lt;b&gt; &amp; &quot;c&quot;" in made._repr_html_()
    assert repr(made) == '[player, 1.00 s] a <b> & "c"'


def test_a_quiet_sound_is_turned_up_and_says_by_how_much():
    wave = np.array([0.01, -0.02], "float32")
    caption, louder = turned_up("hiss", wave, 20)
    assert caption == "hiss, turned up by 20 dB"
    np.testing.assert_allclose(louder, 10 * wave, rtol=1e-6)


@pytest.mark.parametrize("wave", [[0.02, -0.2], [0.0, np.nan]])
def test_turning_up_never_clips_and_never_lowers_the_others(wave):
    with pytest.raises(InputError, match=r"hiss: turned up by 20 dB it peaks at (2.00|nan)"):
        turned_up("hiss", np.array(wave), 20)


def test_the_length_of_a_clip_stands_behind_its_caption():
    assert "<small>(0.25 s)</small>" in player(np.zeros(2000), 8000, "click")._repr_html_()


def test_players_refuse_what_cannot_be_played():
    with pytest.raises(InputError, match="NaN or infinite"):
        player(np.array([0.0, np.nan]), 8000, "broken")
    with pytest.raises(InputError, match="NaN or infinite"):
        player(np.array([0.0, np.inf]), 8000, "broken")
    with pytest.raises(InputError, match="at least one"):
        players([], 8000)


def test_show_stores_alt_text_and_no_object_name(monkeypatch):
    import IPython.display

    calls = []
    monkeypatch.setattr(IPython.display, "display", lambda *a, **k: calls.append((a, k)))
    plots.show(plots.waveforms([("kick", np.zeros(100))], RATE), "A flat line.")
    [((content,), options)] = calls
    assert content["text/plain"] == "A flat line."
    assert options == {"metadata": {"image/png": {"alt": "A flat line."}}, "raw": True}
    assert base64.b64decode(content["image/png"]).startswith(b"\x89PNG")
    with pytest.raises(InputError, match="alt text"):
        plots.show(None, " ")


def test_image_html_holds_the_picture_and_its_alt_text():
    figure, _ = plots.subplots(1, 1)
    tag = plots.image_html(figure, 'a "kick" & <more>')
    assert tag.startswith('<img alt="a &quot;kick&quot; &amp; &lt;more&gt;"')
    assert "data:image/png;base64,iVBOR" in tag


def test_subplots_are_always_a_grid():
    for rows, columns in ((1, 1), (1, 3), (2, 2)):
        figure, axes = plots.subplots(3, 2, rows, columns, sharex=True)
        assert axes.shape == (rows, columns) and tuple(figure.get_size_inches()) == (3, 2)


def axes_with_images(figure):
    return [axis for axis in figure.axes if axis.images and axis.get_label() != "<colorbar>"]


def test_spectrogram_grid_has_units_and_one_scale(clips, linear):
    figure = plots.spectrogram_grid(clips, linear, synth.DRUMS[:5])
    assert figure.get_supxlabel() == "time (s)" and figure.get_supylabel() == "frequency (Hz)"
    assert any(axis.get_ylabel() == "level (dB)" for axis in figure.axes)
    panels = axes_with_images(figure)
    assert [panel.get_title() for panel in panels] == list(synth.DRUMS[:5])
    assert len({panel.images[0].get_clim() for panel in panels}) == 1
    assert panels[0].get_xlim() == (0, linear.seconds)


@pytest.mark.parametrize("name", ["linear", "mel"])
def test_frequency_ticks_stand_at_their_bands(name, clips, request):
    representation = request.getfixturevalue(name)
    silence = np.zeros((1, representation.samples), "float32")
    axis = axes_with_images(plots.spectrogram_grid(silence, representation))[0]
    labels = [float(label.get_text()) for label in axis.get_yticklabels()]
    places = np.interp(axis.get_yticks(), range(representation.bins), representation.bin_hz)
    assert len(labels) >= 4 and np.allclose(places, labels)


def test_pictures_and_waveforms_give_the_same_grid(clips, linear):
    from_sound = plots.spectrogram_grid(clips, linear)
    for representation in (linear, Representation(RATE, 256, 64, 32).fit(clips)):
        from_picture = plots.spectrogram_grid(representation.forward(clips), representation)
        pairs = zip(axes_with_images(from_sound), axes_with_images(from_picture), strict=True)
        for one, other in pairs:
            pair = (one.images[0].get_array(), other.images[0].get_array())
            clipped = representation.bin_centre is not None  # 3 deviations, then clipped
            assert np.median(np.abs(np.subtract(*map(np.asarray, pair)))) < 1e-3
            assert clipped or np.allclose(*pair, atol=1e-3)


def test_grid_says_which_shape_it_wants(linear):
    with pytest.raises(InputError, match=r"expected \(n, 1984\) waveforms"):
        plots.spectrogram_grid(np.zeros((2, 7, 9, 1)), linear)


def test_confusion_matrix_rows_add_up():
    figure = plots.confusion_matrix([0, 0, 0, 0, 1], [0, 0, 0, 1, 1], ["kick", "snare"])
    axis = axes_with_images(figure)[0]
    assert axis.images[0].get_array().tolist() == [[75, 25], [0, 100]]
    assert {text.get_text() for text in axis.texts} == {"75", "25", "100"}
    assert axis.get_xlabel() == "class heard by the judge"


def test_score_curve_leaves_out_missing_scores_and_draws_the_floors():
    history = [{"step": 0, "score": 0.1}, {"step": 50}, {"step": 100, "score": 0.9}]
    axis = plots.score_curve(history, 0.125, 0.99).axes[0]
    curve, *floors = axis.lines
    assert curve.get_xydata().tolist() == [[0, 0.1], [100, 0.9]]
    assert [line.get_ydata()[0] for line in floors] == [0.99, 0.125]
    assert all(line.is_dashed() for line in floors)
    assert plots.png(plots.score_curve([])).startswith(b"\x89PNG")


def report_of(accuracy, distance):
    rows = [Row("accuracy", accuracy, 0.125, 1.0), Row("distance", distance, 90.0, 0.2)]
    return Report(rows, "drums", 10)


def test_between_floors_places_each_generator_in_each_panel():
    reports = {"untrained": report_of(0.1, 80.0), "long": report_of(0.99, 0.4)}
    figure = results.between_floors(reports, ("accuracy", "distance"))
    for axis, values, floors in zip(
        figure.axes, ([0.1, 0.99], [80.0, 0.4]), ([0.125, 1.0], [90.0, 0.2]), strict=True
    ):
        *lines, points = axis.lines
        assert list(points.get_xdata()) == values
        assert [line.get_xdata()[0] for line in lines] == floors
        assert [text.get_text() for text in axis.texts] == ["noise", "real clips"]
    assert [axis.get_xscale() for axis in figure.axes] == ["linear", "log"]
    assert [axis.get_xlabel() for axis in figure.axes] == ["accuracy (1)", "distance (1)"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["untrained", "long"] and figure.axes[0].yaxis_inverted()


def test_lines_are_told_apart_without_colour():
    curves = {name: np.arange(5) * k for k, name in enumerate("abcd")}
    figure = plots.lines(np.arange(5), curves, "Four", "time (s)", "level (dB)")
    [axis] = figure.axes
    assert len({line.get_linestyle() for line in axis.lines}) == 4
    assert [text.get_text() for text in axis.get_legend().get_texts()] == list(curves)
    assert (axis.get_title(), axis.get_xlabel()) == ("Four", "time (s)")
    assert axis.get_ylabel() == "level (dB)" and axis.get_xlim() == (0, 4)


def test_figures_stay_out_of_pyplot():
    code = (
        "import sys, tensorflow\n"
        "before = set(sys.modules)\n"
        "from audiogan_tf.showing import plots\n"
        "plots.png(plots.score_curve([{'step': 1, 'score': 1.0}]))\n"
        "assert 'matplotlib.pyplot' not in set(sys.modules) - before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Page(HTMLParser):
    """Collects what the report must hold, and checks that tags nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.audio, self.links, self.captions = [], [], [], [], 0
        self.words = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.links += [v for k, v in attributes.items() if k in ("src", "href", "action")]
        if tag == "img":
            self.images.append(attributes)
        if tag == "audio":
            assert "figure" in self.open and "controls" in attributes
            self.audio.append(attributes)
        self.captions += tag == "figcaption"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def write(path, clips, **options):
    history = [
        {"step": s, "score": s / 200, "g_loss": 1.0, "d_loss": 0.8} for s in range(0, 200, 50)
    ]
    sounds = [(f"drum {i} <script>", 3 * clip) for i, clip in enumerate(clips)]
    rows = [("accuracy & <more>", 0.91, 0.125, 0.99), ("ratio", 1.02, None, "1.0")]
    arguments = {"alarms": ["a <b>click</b>"], "next_commands": ["run --label 'a&b'"]} | options
    png = plots.png(plots.score_curve(history))
    return report.write_report(path, "drums <1>", rows, history, sounds, RATE, png, **arguments)


def test_report_stands_alone(tmp_path, clips):
    text = write(tmp_path / "report.html", clips).read_text("utf-8")
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>") and '<html lang="en">' in text
    assert 'name="viewport"' in text
    assert len(page.audio) == page.captions == len(clips)
    assert all(audio["aria-label"] for audio in page.audio)
    assert len(page.images) == 3 and all(len(image["alt"]) > 20 for image in page.images)
    assert page.links and all(link.startswith("data:") for link in page.links)
    assert "http" not in text.split("</style>")[0] and "url(" not in text and "<script" not in text
    assert [len(samples) for samples, _ in samples_of(text)] == [clips.shape[1]] * len(clips)


def test_report_escapes_what_it_is_given(tmp_path, clips):
    text = write(tmp_path / "report.html", clips).read_text("utf-8")
    for raw in ("<b>click", "<more>", "drums <1>", "drum 0 <script>"):
        assert raw not in text
    words = " ".join(Page(text).words)
    for shown in ("accuracy & <more>", "0.91", "0.125", "drums <1>", "run --label 'a&b'"):
        assert shown in words


def test_report_without_sounds_or_history_is_whole(tmp_path):
    path = report.write_report(tmp_path / "r.html", "empty", [], [], [], RATE, None)
    page = Page(path.read_text("utf-8"))
    assert page.audio == page.images == []


def test_report_that_cannot_be_written_leaves_the_old_one(tmp_path, clips):
    path = write(tmp_path / "report.html", clips)
    before = path.read_bytes()
    with pytest.raises(InputError, match="NaN"):
        write(path, np.full_like(clips, np.nan))
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_player_holds_flac_without_loss_and_smaller_than_wav():
    tone = 0.5 * np.sin(np.arange(16000) / 9)
    data = flac_bytes(tone, 8000)
    back, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert data[:4] == b"fLaC" and rate == 8000 and len(data) < 2 * len(tone)
    np.testing.assert_array_equal(back, to_pcm16(tone))


def test_tiles_stand_in_reading_order_with_low_frequencies_at_the_bottom():
    pictures = np.full((3, 16, 32, 1), -1.0)
    pictures[1, :, :4] = 1.0  # the second picture: a loud band at the bottom
    page = matplotlib.image.imread(io.BytesIO(tiles(pictures, columns=2, zoom=1)))[..., :3]
    assert page.shape == (2 * 34, 2 * 18, 3)
    bright = page.sum(axis=2)
    inner = bright[1:33, 19:35]
    assert inner[-4:].min() > inner[:-4].max()
    assert bright[1:33, 1:17].max() == inner[:-4].max()
