"""Whether a map of what a network attends to is true: silence what it names, watch the score."""

from audiogan_tf.errors import InputError

import numpy as np

SILENCE = -1.0  # a picture's floor
BATCH = 256


def deletion_curve(score, pictures, maps, shares):
    """The score of pictures whose most important cells are silenced, (clips, len(shares)).

    score: function of pictures (n, frames, bins, 1) that returns (n,) numbers, which clip by clip
    belong to `pictures`; maps: (clips, frames, bins), the higher the more important; shares: of
    the cells to silence, from 0 to 1. A map that tells the truth lets the score fall early.
    Raises InputError where maps and pictures do not fit. Petsiuk, Das and Saenko, RISE (2018).
    Built in lesson 18.
    """
    pictures = np.asarray(pictures, "float32")
    if np.shape(maps) != pictures.shape[:-1]:
        raise InputError(f"maps of shape {np.shape(maps)} for pictures of {pictures.shape[:-1]}")
    flat = np.reshape(maps, (len(pictures), -1))
    order = np.argsort(-flat, axis=1, kind="stable")
    curve = []
    for share in shares:
        cells = order[:, : round(share * flat.shape[1])]
        left = pictures.reshape(flat.shape).copy()
        np.put_along_axis(left, cells, SILENCE, axis=1)
        curve.append(np.asarray(score(left.reshape(pictures.shape))))
    return np.stack(curve, axis=1)


def area_under(curve, shares):
    """Mean height of deletion curves over the shares, (clips,): the lower, the truer the map.

    curve: (clips, len(shares)) as deletion_curve gives, shares in rising order. Petsiuk et al.
    (2018). Used in lesson 18.
    """
    return np.trapezoid(curve, shares, axis=1) / (shares[-1] - shares[0])


def occlusion(score, picture, size=4):
    """What the score of one picture loses where a block is silenced, (frames, bins) float32.

    score: as in deletion_curve, for any number of variants of the one picture; picture: (frames,
    bins, 1). Needs no gradient. Zeiler and Fergus (2014). Used in
    lesson 18.
    """
    frames, bins, _ = picture.shape
    places = [(i, j) for i in range(0, frames, size) for j in range(0, bins, size)]
    variants = np.repeat(np.asarray(picture, "float32")[None], 1 + len(places), axis=0)
    for variant, (i, j) in zip(variants[1:], places, strict=True):
        variant[i : i + size, j : j + size] = SILENCE
    parts = [variants[k : k + BATCH] for k in range(0, len(variants), BATCH)]
    scores = np.concatenate([np.asarray(score(part)) for part in parts])
    lost = np.reshape(scores[0] - scores[1:], (-(-frames // size), -(-bins // size)))
    return np.kron(lost, np.ones((size, size)))[:frames, :bins].astype("float32")
