"""How sure a score is: the range in which it would fall if other clips had been drawn."""

from typing import NamedTuple

from audiogan_tf.errors import InputError

import numpy as np


class Interval(NamedTuple):
    """A score and the ends of its confidence interval."""

    value: float
    low: float
    high: float


def bootstrap(metric, generated, real=None, labels=None, rounds=200, level=0.95, seed=0):
    """A score with a confidence interval: where would it fall with as many other clips?

    metric: takes (generated, real) and returns a number; generated: (clips, ...) array, whose
    clips are drawn again with replacement, `rounds` times; real: handed on as it is, the ruler
    stays the same; labels: (clips,) or (clips, k) int, what was asked for: then each kind keeps
    its number of clips, as it does in a generator that is asked for all kinds in turn; level: of
    confidence, between 0 and 1. Returns an Interval; same seed, same interval.
    The interval lies between two percentiles of the rounds' scores, moved so that their mean is
    the value: a clip that is drawn twice makes a Frechet distance larger, near the real floor
    twice as large, although no other clip would. Efron (1979); Efron and Tibshirani (1993),
    chapters 10 and 13. Built in lesson 12.
    """
    generated = np.asarray(generated)
    if len(generated) < 2 or not 0 < level < 1 or rounds < 2:
        raise InputError(
            f"{len(generated)} clips, {rounds} rounds, level {level}: give two or more clips, two "
            "or more rounds and a level between 0 and 1"
        )
    kinds = _kinds(labels, len(generated))
    rng = np.random.default_rng(seed)
    value, scores = float(metric(generated, real)), []
    for _ in range(rounds):
        chosen = [rng.choice(members, size=len(members)) for members in kinds]
        scores.append(metric(generated[np.concatenate(chosen)], real))
    shift = value - np.mean(scores)
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2]) + shift
    return Interval(value, float(low), float(high))


def _kinds(labels, count):
    """The clips of each kind, a list of index arrays; one kind if there are no labels."""
    if labels is None:
        return [np.arange(count)]
    labels = np.asarray(labels)
    if len(labels) != count:
        raise InputError(f"{len(labels)} labels for {count} clips; give one for each clip")
    _, kind = np.unique(labels.reshape(count, -1), axis=0, return_inverse=True)
    return [np.flatnonzero(kind.ravel() == k) for k in range(kind.max() + 1)]
