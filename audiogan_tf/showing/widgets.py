"""Sliders and sound: one explorer for every generator, and one for any function of yours."""

import functools

from audiogan_tf.showing import plots
from audiogan_tf.showing.players import flac_bytes, player_html
from audiogan_tf.showing.tiles import tiles

import numpy as np

ASLEEP = "[sliders and sound: asleep until this cell is run]"


def explore(generator, judge=None):
    """Sliders for one generator: class menus, a seed, the noise's scale; a picture and a player.

    generator: models.SoundGenerator; judge: judging.Judge, which then says what it hears.
    Returns an ipywidgets box; nothing is computed in the background. Used in lessons 00 and 05.
    """
    import ipywidgets

    menus = {
        name: ipywidgets.Dropdown(options=classes, description=name)
        for name, classes in generator.conditions.items()
    }
    late = {"continuous_update": False}  # draw when the slider is let go
    seed = ipywidgets.IntSlider(value=0, min=0, max=99, description="seed", **late)
    scale = ipywidgets.FloatSlider(
        value=1.0, min=0.0, max=2.0, step=0.1, description="truncation", **late
    )

    def answer(seed, truncation, **labels):
        return ask(generator, labels, seed, truncation, judge)

    rate = generator.representation.sample_rate
    return listen(answer, rate, **menus, seed=seed, truncation=scale)


def listen(make, sample_rate, **controls):
    """A player and a picture that follow the controls of any function that makes a sound.

    make: takes each control's value by name, and returns the waveform (samples,) float in
    [-1, 1], a figure, and a caption. sample_rate in Hz. controls: ipywidgets controls; one without
    a description is called by its name. It is silent until a control is moved; then each new
    sound plays by itself, before its picture is drawn. Returns an ipywidgets box. Used in
    lesson 01.
    """
    import ipywidgets

    sound = ipywidgets.HTML()

    def draw(moved, picture, **values):
        waveform, figure, caption = make(**values)
        sound.value = player_html(caption, waveform, sample_rate, autoplay=moved)
        picture.value = plots.png(figure)

    return _follow(controls, draw, sound)


def instrument(play, sample_rate, **controls):
    """A sound that follows its controls while they move: every change is heard at once.

    play: takes each control's value by name, and returns a picture (frames, bins, 1) and its
    waveform (samples,), both float in [-1, 1]; it must be quick, see latent.voice. sample_rate in
    Hz. controls: ipywidgets controls; one without a description is called by its name. It is
    silent until a control is moved. Returns an ipywidgets box. Used in lesson 08.
    """
    import ipywidgets

    sound = ipywidgets.Audio(format="flac", autoplay=False, loop=False)

    def draw(moved, picture, **values):
        image, waveform = play(**values)
        with sound.hold_sync():  # one message, so that the old sound is not played again
            sound.autoplay = moved
            sound.value = flac_bytes(waveform, sample_rate)
        picture.value = tiles(image[None], columns=1, zoom=4)

    return _follow(controls, draw, sound)


def _follow(controls, draw, sound):
    """The controls with their sound, and beside them the picture that `draw` fills in.

    draw: takes whether a control was moved, the picture's widget, and each control's value by
    name. The picture is never wider than a paragraph.
    """
    import ipywidgets

    picture = ipywidgets.Image(format="png", layout={"max_width": "28em", "align_self": "center"})

    def answer(change=None):
        values = {name: control.value for name, control in controls.items()}
        draw(change is not None, picture, **values)

    for name, control in controls.items():
        control.description = control.description or name
        control.style.description_width = "initial"  # a long name is not cut off
        control.observe(answer, names="value")
    answer()
    left = ipywidgets.VBox([*controls.values(), sound])
    return _box()([left, picture], layout={"flex_flow": "row wrap"})


@functools.cache
def _box():
    import ipywidgets

    class Controls(ipywidgets.HBox):
        """Where no kernel runs, a page shows this text in the place of the controls."""

        def __repr__(self):
            return ASLEEP

    return Controls


def ask(generator, labels, seed=0, truncation=1.0, judge=None):
    """What the explorer shows for one setting of its controls.

    labels: condition -> class name; seed: same seed, same noise; truncation: scale of the noise.
    Returns the waveform (samples,) float32 in [-0.99, 0.99], a figure, and a caption.
    """
    row = [list(names).index(labels[key]) for key, names in generator.conditions.items()]
    waveform = generator.sounds(np.array([row], "int32"), seed, truncation)[0]
    name = " ".join(labels.values()) or "sound"
    caption = f"{name}, seed {seed}, truncation {truncation:g}"
    if judge is not None:
        hearing = judge.hear(waveform[None], generator.representation.sample_rate)
        heard = next(iter(judge.conditions.values()))[hearing.classes[0, 0]]
        caption += f": the judge hears {heard}"
    pictures = generator.representation.spectrogram
    figure = plots.spectrogram_grid(waveform[None], pictures, [name], title="")
    return waveform, figure, caption
