"""Which frames of a recording belong to which symbol of its text: forced alignment."""

from audiogan_tf.errors import InputError

import numpy as np
from scipy.fft import dct

LEAST_SPREAD = 0.02  # of a feature, in units of a picture: no symbol is surer than that
CEPSTRUM = 13  # coefficients


def monotonic_path(scores):
    """The best way through a recording that visits every symbol once and in order.

    scores: (symbols, frames) float, how well each frame fits each symbol; larger is better.
    Returns how many frames each symbol gets, (symbols,) int32, each at least 1; their sum is the
    number of frames. Raises InputError if there are fewer frames than symbols.
    Viterbi (1967); monotonic alignment search in Glow-TTS, Kim et al. (2020). Built in lesson 13.
    """
    symbols, frames = scores.shape
    if frames < symbols:
        raise InputError(f"{frames} frames cannot hold {symbols} symbols; the text is too long")
    best = np.full(symbols, -np.inf)
    best[0] = scores[0, 0]
    came_from_before = np.zeros((frames, symbols), bool)
    for frame in range(1, frames):
        from_before = np.concatenate([[-np.inf], best[:-1]])
        came_from_before[frame] = from_before > best
        best = np.maximum(best, from_before) + scores[:, frame]
    durations = np.zeros(symbols, "int32")
    symbol = symbols - 1
    for frame in range(frames - 1, -1, -1):
        durations[symbol] += 1
        symbol -= came_from_before[frame, symbol]
    return durations


def fit_scores(features, means, spreads):
    """How well each frame fits each symbol: the logarithm of a Gaussian's density in each band.

    features: (frames, n); means, spreads: (symbols, n). Returns (symbols, frames).
    """
    away = (features[None] - means[:, None]) / spreads[:, None]
    return -0.5 * np.square(away).sum(-1) - np.log(spreads).sum(-1)[:, None]


def cepstrum_and_slopes(picture):
    """The coarse form of each frame's spectrum, and how it changes: (frames, 26) float.

    picture: (frames, bands). Its first 13 cosines, which say little twice where neighbouring bands
    say all but the same; Davis and Mermelstein (1980). Their change from frame to frame: Furui
    (1986). Built in lesson 13.
    """
    cepstrum = dct(np.asarray(picture, float), norm="ortho", axis=1)[:, :CEPSTRUM]
    return np.concatenate([cepstrum, np.gradient(cepstrum, axis=0)], axis=1)


def learn_alignment(pictures, symbols, count, rounds=12):
    """Durations of all symbols of many recordings, learned from nothing but their order.

    pictures: list of (frames, bands); symbols: list of (n,) int, below `count`.
    In turn, each symbol's mean and spread are taken over its frames, and each recording's best
    path under them is found; it starts with symbols of equal length. Returns a list of (n,) int32
    and the means and spreads, (count, 26) each, of what cepstrum_and_slopes sees. Segmental
    k-means; Rabiner, Wilpon and Juang (1986). Built in lesson 13.
    """
    features = [cepstrum_and_slopes(picture) for picture in pictures]
    durations = [_equal(len(s), len(f)) for s, f in zip(symbols, features, strict=True)]
    for _ in range(rounds):
        means, spreads = _statistics(features, symbols, durations, count)
        durations = [
            monotonic_path(fit_scores(f, means[s], spreads[s]))
            for s, f in zip(symbols, features, strict=True)
        ]
    return durations, means, spreads


def _equal(symbols, frames):
    """`frames` shared among symbols as evenly as whole numbers allow."""
    return np.diff(np.linspace(0, frames, symbols + 1).round()).astype("int32")


def _statistics(features, symbols, durations, count):
    frames = np.concatenate(features)
    owners = np.concatenate([np.repeat(s, d) for s, d in zip(symbols, durations, strict=True)])
    total = np.bincount(owners, minlength=count)[:, None] + 1e-9
    sums, squares = np.zeros((2, count, frames.shape[1]))
    np.add.at(sums, owners, frames)
    np.add.at(squares, owners, np.square(frames))
    means = sums / total
    return means, np.sqrt(np.maximum(squares / total - means**2, LEAST_SPREAD**2))
