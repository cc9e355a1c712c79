"""Figures of editing: seams, what belongs to a peak, which moment is heard when."""

from audiogan_tf.showing.plots import BLUE, GREY, LINES, ORANGE, PANEL_TITLE, TITLE, subplots

import numpy as np


def seams(sounds, sample_rate, title, reach=0.006):
    """Waves around a cut, side by side, what comes after it in another colour.

    sounds: list of (name, waveform (samples,), place of the cut in samples); reach: seconds drawn
    on each side. Returns a figure; time in ms from the cut. Read in lesson 16.
    """
    figure, axes = subplots(9, 2.6, 1, len(sounds), sharey=True)
    near = round(reach * sample_rate)
    for axis, (name, wave, place) in zip(axes[0], sounds, strict=True):
        for part, colour in (
            (slice(place - near, place), BLUE),
            (slice(place, place + near), ORANGE),
        ):
            time = (np.arange(part.start, part.stop) - place) / sample_rate * 1000
            axis.plot(time, wave[part], color=colour, marker=".", markersize=3, linewidth=1)
        axis.axvline(-0.5 / sample_rate * 1000, color=GREY, linestyle=":", linewidth=1)
        axis.set_title(name, fontsize=PANEL_TITLE)
        axis.set_xlabel("time from the cut (ms)")
    axes[0, 0].set_ylabel("amplitude (1)")
    figure.suptitle(title, fontsize=TITLE)
    return figure


def regions(magnitude, nearest, sample_rate, title, highest=2000):
    """One frame's spectrum, its peaks as dots, the bins of every second peak shaded.

    magnitude: (bins,) float; nearest: (bins,) int, each bin's peak; highest: Hz. Returns a figure;
    level in dB below the loudest bin. Read in lesson 16.
    """
    figure, axes = subplots(8, 3)
    axis = axes[0, 0]
    hz = np.linspace(0, sample_rate / 2, len(magnitude))
    level = 20 * np.log10(magnitude / magnitude.max() + 1e-6)
    axis.plot(hz, level, color=BLUE, marker=".", markersize=4, linewidth=1, label="bins")
    peaks = np.unique(nearest)
    axis.plot(hz[peaks], level[peaks], "o", color=ORANGE, label="peaks")
    half = hz[1] / 2
    for peak in peaks[::2]:
        own = hz[nearest == peak]
        axis.axvspan(own[0] - half, own[-1] + half, color=GREY, alpha=0.15, linewidth=0)
    axis.set(xlabel="frequency (Hz)", ylabel="level (dB)", xlim=(0, highest), ylim=(-90, 5))
    axis.legend(frameon=False, loc="upper right")
    figure.suptitle(title, fontsize=TITLE)
    return figure


def maps(curves, onsets, sample_rate, title):
    """Which moment of a sound is heard when, a line a way, with dots at the onsets.

    curves: name -> (places in the result, places in the sound), in samples; onsets: (places in the
    result, places in the sound). Returns a figure; both axes in seconds. Read in lesson 16.
    """
    figure, axes = subplots(6, 4)
    axis = axes[0, 0]
    for (colour, dashes), (name, (out, read)) in zip(LINES, curves.items(), strict=False):
        seconds = np.asarray(out) / sample_rate, np.asarray(read) / sample_rate
        axis.plot(*seconds, color=colour, linestyle=dashes, label=name)
    dots = (np.asarray(places) / sample_rate for places in onsets)
    axis.plot(*dots, "o", color=GREY, markersize=5, label="onsets")
    axis.set(xlabel="time in the result (s)", ylabel="time in the sound (s)")
    axis.legend(frameon=False, loc="upper left")
    figure.suptitle(title, fontsize=TITLE)
    return figure
