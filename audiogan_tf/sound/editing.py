"""Cut and splice. An edit is a function from a waveform to a waveform; edits chain to an edit."""

from functools import reduce

from audiogan_tf.errors import InputError

import numpy as np

FADES = ("none", "equal gain", "equal power")
NEARBY = 320  # samples on each side of a splice that a click is compared with


def chain(*edits):
    """One edit made of many, the first one first.

    edits: functions from a waveform (samples,) to a waveform; `functools.partial` makes one of any
    function that takes its waveform first. Returns such a function. Built in lesson 16.
    """
    return lambda waveform: reduce(lambda sound, edit: edit(sound), edits, waveform)


def cut(waveform, start, stop):
    """The part of a sound from sample `start` up to, and without, sample `stop`.

    waveform: (samples,) float. Returns (stop - start,) of the same dtype. Raises InputError
    unless 0 <= start <= stop <= samples. Built in lesson 16.
    """
    if not 0 <= start <= stop <= len(waveform):
        raise InputError(
            f"a cut from sample {start} to {stop}: the sound has samples 0 to {len(waveform)}, and "
            "the start may not lie behind the end"
        )
    return np.asarray(waveform)[start:stop]


def remove(waveform, start, stop, overlap=0, fade="equal power"):
    """A sound without its part from `start` to `stop`, its two rests spliced.

    waveform: (samples,) float; overlap, fade: see `splice`. Returns
    (samples - (stop - start) - overlap,). Raises InputError as `cut` and `splice` do. Built in
    lesson 16.
    """
    rests = cut(waveform, 0, start), cut(waveform, stop, len(waveform))
    return splice(*rests, overlap, fade)


def crossfade(overlap, fade="equal power"):
    """What the end of the first sound and the start of the second are multiplied by in a splice.

    overlap: samples; fade: "none" jumps in the middle, in "equal gain" the two factors add up to
    1, in "equal power" their squares do. Returns (2, overlap) float64, the falling one first.
    Raises InputError for another fade. Built in lesson 16.
    """
    if fade not in FADES:
        raise InputError(f"fade={fade!r}: use one of {', '.join(map(repr, FADES))}")
    angle = np.pi / 2 * (np.arange(overlap) + 0.5) / max(overlap, 1)
    if fade == "none":
        angle = np.pi / 2 * (angle > np.pi / 4)
    factors = np.stack([np.cos(angle), np.sin(angle)])
    return factors if fade == "equal power" else factors**2


def splice(first, second, overlap=0, fade="equal power"):
    """One sound after another; the end of the first overlaps the start of the second.

    first, second: (samples,) float; overlap: samples; fade: see `crossfade`; with no overlap the
    two are set side by side. Returns (len(first) + len(second) - overlap,) float32. Raises
    InputError if a sound is shorter than the overlap. Built in lesson 16.
    """
    if not 0 <= overlap <= min(len(first), len(second)):
        raise InputError(
            f"an overlap of {overlap} samples: the sounds have {len(first)} and {len(second)}; "
            "choose an overlap from 0 to the shorter one's length"
        )
    falling, rising = crossfade(overlap, fade)
    end = len(first) - overlap
    both = np.asarray(first)[end:] * falling + np.asarray(second)[:overlap] * rising
    return np.concatenate([first[:end], both, second[overlap:]]).astype("float32")


def click(waveform, place, overlap=0):
    """How much sharper a sound bends at a splice than nearby, in dB.

    waveform: (samples,) float; place: sample at which the second sound begins; overlap: samples
    for which both sound. The bend of a curve is its second difference: the largest one in the
    splice over the root mean square of those within 320 samples before and behind. In a
    sound that was not cut it is 15 dB or less nearly everywhere, a click has 20 and more. Returns
    a float. Raises InputError where nothing lies nearby. Built in lesson 16.
    """
    bends = np.abs(np.diff(np.asarray(waveform, "float64"), 2))
    first, last = max(place - 2, 0), place + overlap + 1
    near = np.concatenate([bends[max(first - NEARBY, 0) : first], bends[last : last + NEARBY]])
    splice = bends[first:last]
    if not len(near) or not len(splice):
        raise InputError(
            f"a splice at sample {place} of {len(waveform)}: there is no sound on both sides of it"
        )
    usual = np.sqrt(np.mean(near**2))
    return float(20 * np.log10((splice.max() + 1e-12) / (usual + 1e-12)))
