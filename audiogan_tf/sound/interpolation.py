"""Gaps in a sound filled without learning: by silence, a straight line, or linear prediction."""

from audiogan_tf.errors import InputError

import numpy as np
from scipy.linalg import solveh_banded

ORDER, CONTEXT = 600, 4000  # samples that a prediction looks back, and that it is learned from
ROUNDS = 2  # of estimating the predictor and the gap, each from the other


def _check_gap(samples, start, length):
    """Sound as float64, once it is known that the gap lies inside it; InputError otherwise."""
    samples = np.asarray(samples, "float64")
    if not (length > 0 and start > 0 and start + length < len(samples)):
        raise InputError(
            f"a gap of {length} samples from sample {start} does not lie inside a sound of "
            f"{len(samples)}; samples are needed on both sides"
        )
    return samples


def silent(samples, start, length):
    """A sound with zeros in its gap, (n,) float32; arguments as in `autoregressive`."""
    filled = _check_gap(samples, start, length).copy()
    filled[start : start + length] = 0
    return filled.astype("float32")


def linear(samples, start, length):
    """A sound with a straight line across its gap, (n,) float32; as in `autoregressive`."""
    filled = _check_gap(samples, start, length).copy()
    ends = filled[start - 1], filled[start + length]
    filled[start : start + length] = np.linspace(*ends, length + 2)[1:-1]
    return filled.astype("float32")


def autoregressive(samples, start, length, order=ORDER, context=CONTEXT, rounds=ROUNDS):
    """A gap filled so that a linear predictor of the sound around it is surprised least.

    samples: (n,) float, what lies in the gap is not read; start, length: the gap, in samples;
    order: samples that the predictor looks back; context: on both sides, that it is learned from;
    rounds: first from the context alone, then from the filled gap as well. Returns (n,) float32,
    unchanged outside the gap. Raises InputError for a gap that does not lie inside the sound.
    Janssen, Veldhuis and Vries (1986). Built in lesson 16.
    """
    samples = _check_gap(samples, start, length)
    first = max(0, start - context)
    piece = samples[first : start + length + context].copy()
    gap = slice(start - first, start - first + length)
    known = [part for part in (piece[: gap.start], piece[gap.stop :]) if len(part) > 1]
    order = min(order, max(map(len, known)) - 1)
    predictor = burg(known, order)
    for done in range(rounds):
        if done:
            predictor = burg([piece], order)
        piece[gap] = least_surprising(piece, gap, predictor)
    filled = samples.astype("float32")
    filled[start : start + length] = piece[gap]
    return filled


def burg(pieces, order):
    """The predictor whose errors, forwards and backwards, are least over all pieces of a sound.

    pieces: list of (n,) float64; order: samples looked back, below the longest n. Returns
    (order + 1,) float64 that begins with 1: the error is the convolution with it. Burg (1967).
    """
    ahead, back = ([np.asarray(piece) for piece in pieces] for _ in range(2))
    predictor = np.ones(1)
    for _ in range(order):
        ahead, back = [a[1:] for a in ahead], [b[:-1] for b in back]
        both = sum(a @ b for a, b in zip(ahead, back, strict=True))
        energy = sum(a @ a + b @ b for a, b in zip(ahead, back, strict=True))
        turn = -2 * both / (energy + 1e-12)
        pairs = list(zip(ahead, back, strict=True))
        ahead, back = [a + turn * b for a, b in pairs], [b + turn * a for a, b in pairs]
        longer = np.append(predictor, 0)
        predictor = longer + turn * longer[::-1]
    return predictor


def least_surprising(piece, gap, predictor):
    """The samples of a gap for which the predictor's squared errors are least, (length,) float64.

    piece: (n,) float64; gap: a slice of it. The sum of squares is lowest where its derivative is
    zero: one equation for each sample, in which it meets the `order` samples on each side.
    """
    order, length = len(predictor) - 1, gap.stop - gap.start
    shape = np.correlate(predictor, predictor, "full")  # lags -order to order
    emptied = piece.copy()
    emptied[gap] = 0
    pulled = np.convolve(emptied, shape)[order:-order][gap]  # what the neighbours ask for
    width = min(order, length - 1)
    bands = np.zeros((width + 1, length))
    for lag in range(width + 1):
        bands[lag, : length - lag] = shape[order + lag]
    bands[0] += 1e-13 * shape[order]
    return solveh_banded(bands, -pulled, lower=True)
