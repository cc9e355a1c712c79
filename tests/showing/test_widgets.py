"""The explorer: every control draws a new sound, and the caption says which."""

from audiogan_tf.models import dcgan
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.showing import plots, widgets
from audiogan_tf.sound.representation import Representation

import ipywidgets
import numpy as np
import pytest


@pytest.fixture(scope="module")
def generator():
    representation = Representation(8000, 256, 64, 32, n_mels=32)
    sizes = {"shape": [32, 32, 1], "class_counts": [2, 3], "channels": 2}
    conditions = {"digit": ("0", "1"), "speaker": ("a", "b", "c")}
    return SoundGenerator(dcgan.build_generator(**sizes), sizes, representation, conditions)


def parts(box):
    """The controls, the sound and the picture of a widget."""
    left, picture = box.children
    *controls, sound = left.children
    return controls, sound, picture


def test_ask_draws_what_the_controls_say(generator):
    labels = {"digit": "1", "speaker": "c"}
    sound, figure, caption = widgets.ask(generator, labels, seed=4, truncation=0.5)
    wanted = generator.sounds(np.int32([[1, 2]]), seed=4, truncation=0.5)[0]
    np.testing.assert_array_equal(sound, wanted)
    assert caption == "1 c, seed 4, truncation 0.5" and figure.axes


def test_every_control_draws_anew(generator):
    box = widgets.explore(generator)
    controls, sound, picture = parts(box)
    names = [control.description for control in controls]
    assert names == ["digit", "speaker", "seed", "truncation"]
    assert "0 a, seed 0, truncation 1" in sound.value and picture.value[:4] == b"\x89PNG"
    for control, value in zip(controls, ("1", "b", 7, 0.3), strict=True):
        before = sound.value
        control.value = value
        assert sound.value != before
    assert "1 b, seed 7, truncation 0.3" in sound.value


def test_a_page_without_a_kernel_says_that_the_sliders_sleep(generator):
    text = widgets.explore(generator)._repr_mimebundle_()["text/plain"]
    assert text == "[sliders and sound: asleep until this cell is run]"


def test_no_picture_is_wider_than_a_paragraph_and_no_name_is_cut_off(generator):
    def play(amount):
        return np.zeros((16, 8, 1), "float32"), np.zeros(80, "float32")

    slider = ipywidgets.FloatSlider(description="a name longer than the space for it")
    quick = widgets.instrument(play, 8000, amount=slider)
    boxes = [widgets.explore(generator), quick]
    for controls, _, picture in map(parts, boxes):
        assert picture.layout.max_width == "28em"
        assert all(control.style.description_width == "initial" for control in controls)


def test_the_box_prints_the_same_whatever_it_plays(generator):
    """A lesson's stored output must not depend on the samples."""
    text = widgets.explore(generator)._repr_mimebundle_()["text/plain"]
    assert "base64" not in text and "PNG" not in text


def test_listen_follows_the_controls_of_any_function():
    def make(gain, shape):
        wave = np.full(80, gain / 10)
        return wave, plots.waveforms([(shape, wave)], 8000), f"{shape} at {gain}"

    gain = ipywidgets.IntSlider(value=1, min=0, max=9)
    shape = ipywidgets.Dropdown(options=["box", "saw"], description="form")
    box = widgets.listen(make, 8000, gain=gain, shape=shape)
    controls, sound, picture = parts(box)
    assert [control.description for control in controls] == ["gain", "form"]
    assert "box at 1" in sound.value and picture.value[:4] == b"\x89PNG"
    assert "autoplay" not in sound.value
    before = sound.value, picture.value
    gain.value, shape.value = 4, "saw"
    assert "<audio controls autoplay" in sound.value  # heard without another click
    assert "saw at 4" in sound.value and (sound.value, picture.value) != before


def test_an_instrument_plays_each_change_at_once_and_starts_silent():
    import ipywidgets

    heard = []

    def play(bright, word):
        heard.append((bright, word))
        return np.full((16, 8, 1), bright, "float32"), np.full(80, 0.5 * bright, "float32")

    slider = ipywidgets.FloatSlider(value=0.0, min=-1, max=1)
    menu = ipywidgets.Dropdown(options=("one", "two"))
    box = widgets.instrument(play, 8000, bright=slider, word=menu)
    controls, sound, picture = parts(box)
    assert [control.description for control in controls] == ["bright", "word"]
    assert heard == [(0.0, "one")] and not sound.autoplay
    assert slider.continuous_update  # it is heard while the slider moves
    before = sound.value, picture.value
    slider.value = 0.5
    assert heard[-1] == (0.5, "one") and sound.autoplay
    assert (
        bytes(sound.value[:4]) == b"fLaC"
        and sound.value != before[0]
        and picture.value != before[1]
    )
    menu.value = "two"
    assert heard[-1] == (0.5, "two")
