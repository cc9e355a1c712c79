"""Figures of voices: source and filter at one moment, and what a listener hears."""

from audiogan_tf.showing.plots import BLUE, GREY, LINES, single

import numpy as np


def source_and_filter(parts, waveform, formants, highest=5000):
    """The spectrum of one loud voiced moment, its envelope, and the envelope moved.

    parts: sound.VoiceParts of `waveform`; formants: ratios of other vocal tracts; highest: where
    the axis ends, in Hz. Returns a figure. Read in lesson 14.
    """
    rate, bins = parts.sample_rate, parts.envelope.shape[1]
    loudness = np.where(parts.hz > 0, parts.envelope.sum(axis=1), 0)
    frame = loudness.argmax()
    size = 2 * (bins - 1)
    middle = int(frame * 0.008 * rate)
    padded = np.pad(np.asarray(waveform, float), size)
    piece = padded[middle + size // 2 :][:size] * np.hanning(size)
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(piece)) + 1e-6)
    envelope = 10 * np.log10(parts.envelope[frame] + 1e-12)
    hz = np.arange(bins) * rate / size
    figure, axis = single(9, 3.4)
    spectrum += np.median(envelope - spectrum)  # two scales of the same thing
    axis.plot(hz, spectrum, color=GREY, linewidth=0.9, label="spectrum of the moment")
    axis.plot(hz, envelope, color=BLUE, linewidth=2.5, label="envelope")
    for ratio, (colour, dashes) in zip(formants, LINES[1:], strict=False):
        moved = np.interp(hz / ratio, hz, envelope)
        axis.plot(hz, moved, dashes, color=colour, label=f"formants times {ratio:g}")
    axis.set(xlim=(0, highest), xlabel="frequency (Hz)", ylabel="level (dB)")
    axis.set_ylim(envelope.max() - 70, envelope.max() + 15)
    axis.set_title(f"Source and filter, at {frame * 0.008:.2f} s, pitch {parts.hz[frame]:.0f} Hz")
    axis.legend(frameon=False, fontsize=9)
    return figure


def posteriorgram(shares, names, representation, title, least=0.15):
    """What a listener hears in each frame: a row a phone, dark where it is sure.

    shares: (frames, classes); names: class -> name; only phones whose share once reaches `least`
    are shown, in the order in which they are first heard. Returns a figure. Read in lesson 14.
    """
    shown = [c for c in range(shares.shape[1]) if shares[:, c].max() >= least]
    shown.sort(key=lambda c: (shares[:, c] > least).argmax())
    step = representation.hop_length / representation.sample_rate
    figure, axis = single(9, 1.2 + 0.17 * len(shown))
    extent = (-step / 2, (len(shares) - 0.5) * step, len(shown) - 0.5, -0.5)
    image = axis.imshow(
        shares[:, shown].T, aspect="auto", cmap="Blues", vmin=0, vmax=1, extent=extent
    )
    axis.set_yticks(range(len(shown)), [names[c] for c in shown], fontsize=8)
    axis.set(xlabel="time (s)", ylabel="phone", title=title)
    figure.colorbar(image, ax=axis, label="share", pad=0.01)
    return figure
