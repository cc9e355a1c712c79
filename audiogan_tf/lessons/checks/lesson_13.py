"""Checks for lesson 13's exercises; see `checks`."""

import itertools

from audiogan_tf.errors import InputError
from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, returned

import numpy as np

CLOCK = {
    (7, 0): "seven o'clock",
    (10, 5): "ten oh five",
    (12, 30): "twelve thirty",
    (3, 45): "three forty-five",
    (1, 9): "one oh nine",
    (11, 20): "eleven twenty",
}


@exercise
def lesson_13_clock(read):
    """read(hour, minute): the words for a time on a clock of twelve hours."""
    for (hour, minute), wanted in CLOCK.items():
        got = returned(read(hour, minute))
        expect(isinstance(got, str), f"return words, a str, not {type(got).__name__}")
        plain = " ".join(got.lower().replace("-", " ").replace("’", "'").split())
        shown = f"{hour}:{minute:02d}"
        expect(
            not any(letter.isdigit() for letter in plain),
            f"{shown} still has a digit in it: {got!r}",
        )
        if minute == 0:
            hint = f"{shown} is read {wanted!r}, yours says {got!r}: a full hour has its own words"
        elif minute < 10:
            hint = f"{shown} is read {wanted!r}, yours says {got!r}: what is said for the zero?"
        else:
            hint = f"{shown} is read {wanted!r}, yours says {got!r}"
        expect(plain == wanted.replace("-", " "), hint)
    return "three digits, three ways to read them: that is why normalisation is a step of its own."


@exercise
def lesson_13_repeat(repeat):
    """repeat(features, durations): each symbol's features as often as it has frames."""
    rng = np.random.default_rng(13)
    for durations in ([2, 3, 1], [1, 1, 1, 1], [4, 0, 2]):
        features = rng.standard_normal((len(durations), 3))
        wanted = np.repeat(features, durations, axis=0)
        hint = "for durations {} the result has shape {{shape}}, wanted {{wanted}}: one row a frame"
        answer = repeat(features.copy(), np.array(durations))
        got = array(answer, wanted.shape, hint.format(durations))
        ends = np.cumsum(durations)
        frames = np.arange(ends[-1])[:, None]
        shared = (frames >= ends - durations) & (frames <= ends)  # (frames, symbols)
        mistakes = {
            "all symbols one after another, again and again; each symbol's frames lie together": (
                np.resize(features, wanted.shape)
            ),
            "a frame at a border belongs to two symbols, and their features are added: a symbol's "
            "last frame comes before its end": shared @ features,
        }
        hint = f"for durations {durations} the rows are not each symbol's, in order"
        compare(got, wanted, hint, mistakes)
    return "that is FastSpeech's length regulator: the step at which time enters."


@exercise
def lesson_13_patient(path):
    """path(scores, least): the best monotonic path on which each symbol has `least` frames."""
    rng = np.random.default_rng(13)
    for symbols, frames, least in ((2, 6, 2), (3, 9, 2), (3, 8, 1), (2, 7, 3), (3, 9, 3)):
        scores = rng.standard_normal((symbols, frames))
        wanted, free = _best(scores, least), _best(scores, 1)
        got = array(path(scores, least), (symbols,), "durations have shape {shape}, not {wanted}")
        got = got.astype(int)
        about = f"{symbols} symbols, {frames} frames, at least {least} each: "
        expect(got.sum() == frames, f"{about}your durations add up to {got.sum()}, not {frames}")
        short = (
            f"{about}a symbol of yours has {got.min()}; do not repair the path afterwards: forbid "
            "short symbols while it is searched"
        )
        expect(got.min() >= least, short)
        found, best = _total(scores, got), _total(scores, wanted)
        expect(
            found > best - 1e-9,
            f"{about}the fits of your path add up to {found:.2f}, those of the best to {best:.2f} "
            f"(without the rule to {_total(scores, free):.2f}): choose among all paths that keep "
            "the rule; one that was stretched afterwards is not the best",
        )
    try:
        path(np.zeros((3, 4)), 2)
    except (InputError, ValueError):
        return "nobody speaks a phoneme in one frame: what we know of speech enters the search."
    except Exception as error:
        raised = f", and yours raises {type(error).__name__}"
    else:
        raised = ""
    fit = "3 symbols of at least 2 frames do not fit into 4 frames"
    expect(False, f"{fit}: raise ValueError{raised}")


def _total(scores, durations):
    owners = np.repeat(np.arange(len(durations)), durations)
    return scores[owners, np.arange(len(owners))].sum()


def _best(scores, least):
    """Durations of the best path, found by trying all."""
    symbols, frames = scores.shape
    cuts = itertools.combinations(range(1, frames), symbols - 1)
    ways = [np.diff([0, *cut, frames]) for cut in cuts]
    return max((way for way in ways if way.min() >= least), key=lambda way: _total(scores, way))
