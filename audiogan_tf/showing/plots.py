"""Figures with units and alt text.

A figure is made by one function and displayed by `show`, which wants the alt text:
`show(spectrogram_grid(images, representation), "Eight drum hits: ...")`.
Colours keep their order in greyscale and for colour-blind readers.
"""

import base64
import html
import io

from audiogan_tf.errors import InputError
from audiogan_tf.showing.lettering import plain_text

import numpy as np

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#5F6670"  # Okabe and Ito (2008), and a neutral
COLOURS = (BLUE, ORANGE, "#009E73", "#333333", "#CC79A7", "#56B4E9", "#E69F00", GREY)
DASHES = ("-", "--", "-.", ":", (0, (8, 2)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (10, 2, 2, 2)))
LINES = tuple(zip(COLOURS, DASHES, strict=True))  # the dashes tell them apart in grey
FLOORS = {
    "real clips": {"color": ORANGE, "dashes": (6, 2)},
    "noise": {"color": GREY, "dashes": (2, 2)},
}
LOSSES = {"d_loss": "discriminator", "g_loss": "generator"}
TITLE, PANEL_TITLE, CENTRED = 12, 10, {"ha": "center", "va": "center", "fontsize": 9}  # points
STYLE = {
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
MEL_TICKS = (125, 250, 500, 1000, 2000, 4000, 8000, 16000)  # Hz, octaves


def subplots(width, height, rows=1, columns=1, **options):
    """An empty figure in the course's style, to draw a lesson's own picture on.

    width, height in inches; options as matplotlib's Figure.subplots takes them. Returns the
    figure and its axes, always a (rows, columns) array. It stays out of pyplot, so a notebook
    displays it only through `show`. Used in lesson 02.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def single(width, height):
    """As `subplots`, for one panel: the figure and its only axis."""
    figure, axes = subplots(width, height)
    return figure, axes[0, 0]


def png(figure, dpi=100):
    """A figure as the bytes of a PNG file."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def image_html(figure, alt):
    """A figure as an HTML image that needs no other file; alt as in `show`."""
    picture, text = base64.b64encode(png(figure)).decode(), html.escape(alt)
    return f'<img alt="{text}" style="max-width:100%" src="data:image/png;base64,{picture}">'


def show(figure, alt):
    """Display a figure in a notebook, with a text for readers who do not see it.

    alt: one or two sentences that say what the figure shows. Returns nothing.
    """
    from IPython.display import display

    if not alt or not alt.strip():
        raise InputError("show needs alt text: say in a sentence what the figure shows")
    picture = base64.b64encode(png(figure)).decode()
    content = {"image/png": picture, "text/plain": alt}
    display(content, metadata={"image/png": {"alt": alt}}, raw=True)


def _levels(pictures, representation):
    """Pictures or waveforms as levels in dB, (n, frames, bins)."""
    pictures = np.asarray(pictures, "float32")
    if pictures.ndim == 2:
        return representation.decibels(pictures).numpy()
    if pictures.ndim == 4:
        pictures = pictures[..., 0]
    if pictures.shape[1:] != representation.shape[:2]:
        raise InputError(
            f"pictures have shape {pictures.shape}; expected (n, {representation.samples}) "
            f"waveforms or (n, {representation.frames}, {representation.bins}, 1) pictures"
        )
    centre, spread = representation.centre_and_spread()
    return pictures * spread + centre


def label_hz(axis, representation):
    """Tick a band axis in Hz: octaves on a mel scale, even steps on a linear one."""
    from matplotlib.ticker import MaxNLocator

    centres = representation.bin_hz
    if representation.n_mels:
        places = np.interp(MEL_TICKS, centres, np.arange(len(centres)))
        wide = np.diff(places, append=np.inf) > len(centres) / 14  # room for the label below
        inside = (np.array(MEL_TICKS) >= centres[0]) & (np.array(MEL_TICKS) <= centres[-1])
        ticks = np.array(MEL_TICKS)[inside & wide]
    else:
        ticks = MaxNLocator(5, steps=(1, 2, 5, 10)).tick_values(0, centres[-1])
        ticks = ticks[ticks <= centres[-1]]
    axis.set_yticks(np.interp(ticks, centres, np.arange(len(centres))), [f"{hz:g}" for hz in ticks])


def spectrogram_grid(pictures, representation, titles=None, columns=4, title="Spectrograms"):
    """Spectrograms side by side on one scale of levels.

    pictures: (n, frames, bins, 1) in [-1, 1], or (n, samples) waveforms; titles: n strings,
    one a panel. Returns a figure; axes in seconds and Hz, colour in dB.
    Read in lesson 00, built in lesson 02.
    """
    levels = _levels(pictures, representation)
    columns = min(columns, len(levels))
    rows = -(-len(levels) // columns)
    size = (min(9.0, 1.6 + 2.6 * columns), 1.0 + 1.75 * rows)
    figure, axes = subplots(*size, rows, columns, sharex=True, sharey=True)
    half = representation.hop_length / representation.sample_rate / 2  # a frame is centred
    extent = (-half, representation.seconds + half, -0.5, representation.bins - 0.5)
    scale = {"vmin": representation.floor_db, "vmax": representation.ceiling_db, "cmap": "magma"}
    for i, axis in enumerate(axes.flat):
        if i >= len(levels):
            axis.set_axis_off()
            continue
        image = axis.imshow(levels[i].T, origin="lower", aspect="auto", extent=extent, **scale)
        if titles is not None:
            axis.set_title(titles[i], fontsize=PANEL_TITLE, **plain_text(titles[i]))
        if i + columns >= len(levels):  # nothing below it
            axis.tick_params(labelbottom=True)
    axes[0, 0].set_xlim(0, representation.seconds)
    label_hz(axes[0, 0], representation)
    figure.suptitle(title, fontsize=TITLE)
    figure.supxlabel("time (s)", fontsize=10)
    unit = "Hz, mel bands" if representation.n_mels else "Hz"
    figure.supylabel(f"frequency ({unit})", fontsize=10)
    figure.colorbar(image, ax=axes, label="level (dB)", aspect=12 * rows, pad=0.015)
    return figure


def waveforms(sounds, sample_rate, title="Waveforms"):
    """Waveforms one above the other, all on one scale.

    sounds: list of (caption, (samples,) float), as `players` takes; sample_rate in Hz.
    Returns a figure; time in seconds, amplitude relative to full scale.
    """
    figure, axes = subplots(8, 0.9 + 1.3 * len(sounds), len(sounds), sharex=True, sharey=True)
    for axis, (caption, waveform) in zip(axes[:, 0], sounds, strict=True):
        axis.plot(np.arange(len(waveform)) / sample_rate, waveform, color=BLUE, linewidth=0.7)
        axis.axhline(0, color=GREY, linewidth=0.5)
        axis.set_title(caption, loc="left", fontsize=PANEL_TITLE, **plain_text(caption))
    peak = max(float(np.abs(waveform).max(initial=0)) for _, waveform in sounds)
    axes[0, 0].set_ylim(-max(1.0, peak), max(1.0, peak))
    axes[0, 0].set_xlim(0, max(len(waveform) for _, waveform in sounds) / sample_rate)
    axes[-1, 0].set_xlabel("time (s)")
    figure.suptitle(title, fontsize=TITLE)
    figure.supylabel("amplitude (full scale = 1)", fontsize=10)
    return figure


def confusion_matrix(asked, heard, classes, title="Asked and heard"):
    """How often each asked class was heard as each other one.

    asked, heard: (n,) integers, indices into `classes`, a sequence of names.
    Returns a figure; each row adds up to 100 %. Read in lesson 05.
    """
    counts = np.zeros((len(classes), len(classes)))
    np.add.at(counts, (np.asarray(asked), np.asarray(heard)), 1)
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    about = title, ("class heard by the judge", "class asked for"), 100
    texts = np.where(share > 0, np.rint(share).astype(int).astype(str), "")
    return heat_map(share, classes, classes, *about, texts, "share of the row (%)")


def heat_map(values, rows, columns, title, labels, top=100, texts=None, legend=None):
    """A table of numbers as shades, with a text in each cell.

    values: (rows, columns) numbers, from 0 (light) to `top` (dark); rows, columns: their names;
    labels: what the columns are, and what the rows are; texts: (rows, columns) strings, by
    default the rounded numbers; legend: what the shades mean, with its unit. Returns a figure.
    Used in lessons 05, 08, 09, 10 and 12.
    """
    figure, axis = single(2.4 + 0.52 * len(columns), 1.6 + 0.42 * len(rows))
    image = axis.imshow(values, cmap="Blues", vmin=0, vmax=top, aspect="auto")
    texts = np.rint(values).astype(int).astype(str) if texts is None else texts
    for row, column in zip(*np.nonzero(texts != ""), strict=True):
        colour = "white" if values[row, column] > 0.55 * top else "black"
        axis.text(column, row, texts[row, column], **CENTRED, color=colour)
    slanted = max(len(str(name)) for name in columns) > 3
    rotation = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    axis.set_xticks(range(len(columns)), columns, **rotation, **plain_text(*columns))
    axis.set_yticks(range(len(rows)), rows, **plain_text(*rows))
    axis.set(xlabel=labels[0], ylabel=labels[1], title=title)
    if legend:
        figure.colorbar(image, ax=axis, label=legend, shrink=0.85)
    return figure


def floor_line(axis, name, value, across="x", text=None):
    """A dashed line at the score of "real clips" or "noise", a name in FLOORS; None draws nothing.

    across: the axis on which `value` lies; text: what is written at the line's end.
    """
    if value is None:
        return
    line = axis.axvline if across == "x" else axis.axhline
    line(value, linewidth=1.4, **FLOORS[name])
    look = {"s": text, "color": FLOORS[name]["color"]}
    if text and across == "x":
        axis.text(value, 1.01, ha="center", transform=axis.get_xaxis_transform(), **look)
    elif text:
        axis.text(1.01, value, va="center", transform=axis.get_yaxis_transform(), **look)


def score_curve(history, noise=None, real=None, metric="judge's accuracy (1)"):
    """The score at each preview, between the score of noise and that of real clips.

    history: list of dicts with "step" and "score"; steps without a score are left out.
    noise, real: the two floors, drawn as dashed lines, or None. Returns a figure.
    """
    figure, axis = single(7.5, 3.2)
    points = [(row["step"], row["score"]) for row in history if row.get("score") is not None]
    steps, scores = zip(*points, strict=True) if points else ((), ())
    axis.plot(steps, scores, color=BLUE, marker="o", markersize=5, linewidth=1.8, clip_on=False)
    for name, value in (("real clips", real), ("noise", noise)):
        text = None if value is None else f"{name}\n{value:.3g}"
        floor_line(axis, name, value, "y", text)
    axis.set(xlabel="training step", title="Score between noise and real clips")
    axis.set_ylabel(metric, **plain_text(metric))
    axis.set_xlim(0, max(steps, default=1) or 1)
    axis.margins(y=0.08)
    return figure


def lines(x, curves, title, xlabel, ylabel):
    """Several curves over the same x, told apart in greyscale by their dashes.

    x: (n,) numbers; curves: name -> (n,) numbers, at most eight; labels with their units.
    Returns a figure with one axis, `figure.axes[0]`. Read in lesson 02.
    """
    figure, axes = subplots(8, 3)
    for (name, y), (colour, line) in zip(curves.items(), LINES, strict=False):
        axes[0, 0].plot(x, y, linestyle=line, color=colour, label=name)
    axes[0, 0].set(title=title, xlabel=xlabel, ylabel=ylabel)
    axes[0, 0].margins(x=0)
    axes[0, 0].legend(frameon=False)
    return figure


def loss_curves(history):
    """Every loss that a training history holds, by step.

    history: list of dicts with "step" and values whose names end in "loss". Returns a figure.
    """
    figure, axis = single(7.5, 2.6)
    names = sorted({name for row in history for name in row if name.endswith("loss")})
    for (colour, line), name in zip(LINES, names, strict=False):
        points = [(row["step"], row[name]) for row in history if name in row]
        look = {"color": colour, "linestyle": line, "label": LOSSES.get(name, name)}
        axis.plot(*zip(*points, strict=True), **look)
    axis.set(xlabel="training step", ylabel="loss", title="Losses")
    if names:
        axis.legend(frameon=False)
    return figure
