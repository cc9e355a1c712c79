"""Who was in the training set? Attacks on a generator of which only sounds are known."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.confidence import Interval

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import rankdata


def nearest(candidates, generated):
    """How near each candidate lies to its nearest generated sound, as a score: minus the distance.

    candidates, generated: (clips, size) float, features or pictures in rows. Returns (clips,)
    float64, higher for a clip that is likelier a member. The full black-box attack of GAN-Leaks,
    Chen et al. (2020). Built in lesson 18.
    """
    return -cdist(*_rows(candidates, generated)).min(axis=1)


def monte_carlo(candidates, generated):
    """How many generated sounds lie close to each candidate, as a score: higher is likelier.

    candidates, generated: as in `nearest`. Close is what is nearer than the median, over all
    candidates, of the distance to the nearest sound: give members and others together, so that
    one line is drawn for all. Returns (clips,) float64, a share of the generated sounds.
    Hilprecht, Harterich and Bernau (2019). Built in lesson 18.
    """
    apart = cdist(*_rows(candidates, generated))
    return np.mean(apart <= np.median(apart.min(axis=1)), axis=1)


def attack_auc(members, others, level=0.95, rounds=500, seed=0):
    """How well a score tells members from others: the area under the ROC curve, an Interval.

    members, others: (clips,) float, an attack's scores. The value is the chance that a member
    scores higher than another clip, ties counting half: 0.5 is guessing, 1 is certainty. The
    interval's ends: bootstrap over both sets of clips. Hanley and McNeil (1982). Raises InputError
    if a set is empty. Built in lesson 18.
    """
    members, others = np.asarray(members, "float64"), np.asarray(others, "float64")
    if not len(members) or not len(others):
        raise InputError(f"{len(members)} members and {len(others)} others; give one or more each")
    rng = np.random.default_rng(seed)
    values = [_auc(*(rng.choice(s, len(s)) for s in (members, others))) for _ in range(rounds)]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(_auc(members, others), float(low), float(high))


def _auc(members, others):
    ranks = rankdata(np.concatenate([members, others]))[: len(members)]
    above = ranks.sum() - len(members) * (len(members) + 1) / 2
    return float(above / (len(members) * len(others)))


def _rows(candidates, generated):
    shapes = np.shape(candidates), np.shape(generated)
    if not all(shape[0] for shape in shapes) or shapes[0][1:] != shapes[1][1:]:
        raise InputError(
            f"candidates of shape {shapes[0]}, generated sounds of {shapes[1]}; give one clip or "
            "more each, with as many numbers a clip"
        )
    return [np.reshape(part, (len(part), -1)) for part in (candidates, generated)]
