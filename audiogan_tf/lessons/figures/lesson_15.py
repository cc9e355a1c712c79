"""Figures of enhancement: a room, masks over time and frequency, enhancers at several SNRs."""

from audiogan_tf.showing.plots import BLUE, GREY, LINES, ORANGE, PANEL_TITLE, TITLE, subplots

import numpy as np

DB = "-5 dB", "0 dB", "5 dB", "10 dB", "15 dB"
SCORES = {
    "pesq": "PESQ, wide band (1)",
    "stoi": "STOI (1)",
    "si_sdr_gain": "gain in SI-SDR (dB)",
    "metallic": "metallic: log kurtosis ratio (1)",
}


def room(response, decay, sample_rate, line, title):
    """A room's impulse response in its three parts, and how its energy dies away.

    response: (taps,) float, its largest tap first; decay: (taps,) in dB, 0 at the start; line: the
    start in dB and the slope in dB a second of the line that fits it. Returns a figure. Read in
    lesson 15.
    """
    figure, axes = subplots(9, 3, 1, 2)
    time = np.arange(len(response)) / sample_rate
    level = 20 * np.log10(np.abs(response) / np.abs(response).max() + 1e-6)
    early = time <= 0.05
    left, right = axes[0]
    left.plot(time[~early], level[~early], color=GREY, linewidth=0.5, label="tail")
    left.plot(time[early], level[early], color=BLUE, linewidth=0.5, label="first 50 ms")
    left.plot(0, 0, "o", color=ORANGE, label="direct sound")
    left.set(xlabel="time after the direct sound (s)", ylabel="level (dB)", ylim=(-80, 4))
    left.legend(frameon=False, loc="upper right")
    right.plot(time, decay, color=BLUE, label="energy that is still to come")
    start, slope = line
    ends = np.array([0, (-60 - start) / slope])
    right.plot(ends, start + slope * ends, "--", color=ORANGE, label=f"{-slope:.0f} dB a second")
    right.set(xlabel="time after the direct sound (s)", ylabel="level (dB)", ylim=(-70, 4))
    right.legend(frameon=False)
    figure.suptitle(title, fontsize=TITLE)
    return figure


def masks(pictures, sample_rate, hop_length, title):
    """Masks side by side, from 0, black, to 1, white.

    pictures: name -> (frames, bins) float. Returns a figure; axes in seconds and Hz. Read in
    lesson 15.
    """
    figure, axes = subplots(9, 2.9, 1, len(pictures), sharex=True, sharey=True)
    for axis, (name, mask) in zip(axes[0], pictures.items(), strict=True):
        extent = (0, len(mask) * hop_length / sample_rate, 0, sample_rate / 2)
        given = {"origin": "lower", "aspect": "auto", "extent": extent, "cmap": "gray"}
        image = axis.imshow(np.asarray(mask).T, vmin=0, vmax=1, **given)
        axis.set_title(name, fontsize=PANEL_TITLE)
        axis.set_xlabel("time (s)")
    axes[0, 0].set_ylabel("frequency (Hz)")
    figure.suptitle(title, fontsize=TITLE)
    figure.colorbar(image, ax=axes, label="mask (1)", pad=0.015)
    return figure


def over_snr(rows, scores=("pesq", "stoi", "si_sdr_gain"), title="Enhancers, by SNR"):
    """The table of benchmarks/enhancers.py: a panel a score, a line an enhancer.

    rows: as in data/enhancers.csv; scores: names in SCORES. Returns a figure. Read in lesson 15.
    """
    names = dict.fromkeys(row["enhancer"] for row in rows)
    figure, axes = subplots(3.3 * len(scores) + 1.5, 3.3, 1, len(scores))
    for axis, score in zip(axes[0], scores, strict=True):
        for (colour, line), name in zip(LINES, names, strict=False):
            own = {r["condition"]: r for r in rows if r["enhancer"] == name and r[score]}
            found = [condition for condition in DB if condition in own]
            values = [float(own[condition][score]) for condition in found]
            places = [float(condition.split()[0]) for condition in found]
            style = {"color": colour, "linestyle": line, "marker": "o", "markersize": 4}
            axis.plot(places, values, label=name, **style)
        axis.set(xlabel="SNR of the input (dB)", ylabel=SCORES[score])
    axes[0, -1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    figure.suptitle(title, fontsize=TITLE)
    return figure
