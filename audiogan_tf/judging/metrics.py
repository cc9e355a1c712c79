"""Scores of generated sound, from the verdicts and features that a judge gives.

`evaluation` computes them all at once, beside their floors.
"""

import math

from audiogan_tf.errors import InputError

import numpy as np
from scipy.spatial.distance import cdist

NEIGHBOURS = 5  # k of precision, recall, density and coverage
BINS, LEVEL = 40, 0.05  # of different_bins: how many, and how unlikely is "different"
COVERED = 0.2  # a class counts as covered from this share of its even number of clips


class TooFewClips(InputError):
    """A score takes more clips than there are: it takes `least`, there are `have`."""

    def __init__(self, message, least, have):
        super().__init__(message)
        self.least, self.have = least, have


def accuracy(probabilities, labels):
    """Share of clips that are heard as what was asked for, 0 to 1.

    probabilities: (clips, classes) float; labels: (clips,) int.
    """
    probabilities, labels = _matrix(probabilities, "probabilities"), np.asarray(labels)
    if labels.shape != (len(probabilities),):
        raise InputError(
            f"{labels.size} labels for {len(probabilities)} clips; give one label for each clip"
        )
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def frechet_distance(features, reference):
    """Squared distance between two clouds of features, each taken as a Gaussian; 0 is best.

    features, reference: (clips, size) float, two or more clips each; their numbers may differ.
    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2), by symmetric eigenvalues, which stay
    real where a general matrix root does not. It falls with more clips: compare equal counts.
    Heusel et al. (2017); for audio Kilgour et al. (2019). Explained in lesson 12.
    """
    features, reference = _pair(features, reference, least=2)
    first, second = np.cov(features.T, ddof=1), np.cov(reference.T, ddof=1)
    first, second = np.atleast_2d(first), np.atleast_2d(second)
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    shift = np.sum((features.mean(axis=0) - reference.mean(axis=0)) ** 2)
    return float(max(shift + np.trace(first) + np.trace(second) - 2 * cross, 0.0))


def kernel_distance(features, reference):
    """Unbiased squared maximum mean discrepancy, kernel (x.y / size + 1)^3; 0 is best.

    features, reference: (clips, size) float, two or more clips each. Unlike the Frechet
    distance its mean does not depend on the number of clips, if they are drawn independently;
    few clips dealt evenly over the classes score lower. It can fall below 0.
    Binkowski et al., KID (2018). Explained in lesson 12.
    """
    x, y = _pair(features, reference, least=2)

    def kernel(a, b):
        base = a @ b.T / a.shape[1] + 1
        return base * base * base  # an order faster than ** 3

    def without_diagonal(gram):
        return (gram.sum() - np.trace(gram)) / (len(gram) * (len(gram) - 1))

    within = without_diagonal(kernel(x, x)) + without_diagonal(kernel(y, y))
    return float(within - 2 * kernel(x, y).mean())


def inception_score(probabilities):
    """exp of the mean KL divergence of each clip's verdict from the average verdict.

    probabilities: (clips, classes) float, rows sum to 1. Returns 1 (one verdict for all)
    to the number of classes (sure verdicts, all classes equally often).
    The average verdict is taken over the whole set, the mean over all clips, and exp last.
    Taking it batch by batch (often copied) bounds the score by the batch's size: batches of
    one clip always score 1. Salimans et al. (2016); Barratt and Sharma (2018) on the error.
    """
    from scipy.stats import entropy  # slow to import

    p = _matrix(probabilities, "probabilities")
    if (p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=1e-3):
        raise InputError("probabilities must be 0 or more and each row must sum to 1; use softmax")
    p = p / p.sum(axis=1, keepdims=True)
    return float(np.exp(np.mean(entropy(p, p.mean(axis=0, keepdims=True), axis=1))))


def covered(classes, class_counts):
    """How many joint classes are heard often enough.

    classes: (clips, conditions) int, as Hearing.classes; class_counts: classes of each
    condition. A cell (say, digit 7 by the third speaker) counts from a fifth of its even share
    of the clips, at least one clip. Returns an int between 0 and the product of class_counts.
    """
    classes = np.asarray(classes)
    if classes.ndim != 2 or classes.shape[1] != len(class_counts):
        raise InputError(
            f"classes have shape {classes.shape}; expected one column for each of "
            f"{len(class_counts)} conditions"
        )
    cells = np.ravel_multi_index(tuple(classes.T), tuple(class_counts))
    counts = np.bincount(cells, minlength=math.prod(class_counts))
    return int(np.sum(held(counts, len(classes) / len(counts))))


def held(counts, even_share):
    """Which cells hold enough clips: a fifth of the even share, and one at least; bool array."""
    return counts >= max(1.0, COVERED * even_share)


def variety(features, labels):
    """How much clips of one kind differ: the mean distance of two clips that share all labels.

    features: (clips, size) float; labels: (clips,) or (clips, k) int. Returns a float >= 0 in
    the features' unit: divide it by that of real clips. Raises InputError if no two clips are
    alike. Used in lesson 08.
    """
    features = _matrix(features, "features")
    labels = np.asarray(labels).reshape(len(features), -1)
    alike = (labels[:, None] == labels[None]).all(axis=-1) & ~np.eye(len(labels), dtype=bool)
    if not alike.any():
        raise InputError("no two clips share all labels; give two or more of one kind")
    return float(cdist(features, features)[alike].mean())


def manifold_scores(features, reference, neighbours=NEIGHBOURS):
    """Precision, recall, density and coverage, a dict of floats.

    features, reference: (clips, size) float, more than `neighbours` clips each. Around each
    clip lies a ball that reaches to its 5th nearest of its own kind.
    precision: share of generated clips inside a real ball (is it plausible?);
    recall: share of real clips inside a generated ball (is everything there?);
    density: real balls around a generated clip over 5, may exceed 1 (robust precision);
    coverage: share of real balls that hold a generated clip (robust recall).
    Kynkaanniemi et al. (2019); Naeem et al. (2020). Explained in lesson 12.
    """
    features, reference = _pair(features, reference, least=neighbours + 1)
    apart = cdist(reference, features)
    real_radius = _kth_neighbour(reference, neighbours)[:, None]
    made_radius = _kth_neighbour(features, neighbours)[None, :]
    inside = apart <= real_radius
    return {
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((apart <= made_radius).any(axis=1).mean()),
        "density": float(inside.sum(axis=0).mean() / neighbours),
        "coverage": float(inside.any(axis=1).mean()),
    }


def different_bins(features, reference, bins=BINS, seed=0):
    """Share of bins that hold too many or too few clips to be chance; about 0.05 is best.

    features, reference: (clips, size) float; bins: number of cells into which k-means divides
    the reference. For each, a two-proportion z-test at level 0.05 asks whether both sets fall
    into it equally often, so that one bin in twenty is called different where nothing is.
    With more clips smaller differences count: compare equal counts.
    NDB / K of Richardson and Weiss (2018). Built in lesson 12.
    """
    from scipy.cluster.vq import kmeans2, vq
    from scipy.stats import norm

    features, reference = _pair(features, reference, least=2)
    distinct = len(np.unique(reference, axis=0))
    if not 2 <= bins <= distinct:
        raise InputError(f"{bins} bins for {distinct} distinct clips; give 2 to {distinct} bins")
    centres, home = kmeans2(reference, bins, minit="++", seed=seed)
    counts = [np.bincount(cells, minlength=bins) for cells in (vq(features, centres)[0], home)]
    shares = counts[0] / len(features), counts[1] / len(reference)
    pooled = (counts[0] + counts[1]) / (len(features) + len(reference))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(features) + 1 / len(reference)))
    return float(np.mean(np.abs(shares[0] - shares[1]) > norm.ppf(1 - LEVEL / 2) * error))


def nearest_neighbour_ratio(features, train, held_out):
    """Are generated clips nearer to training clips than new recordings are? 1 or more: no.

    features, train, held_out: (clips, size) float. The Euclidean distance of each generated
    clip to its nearest training clip, median over the clips; divided by the same median for
    held-out real clips. Near 0: training clips are copied. It does not punish noise, which is
    far from everything: read it beside the other scores. Meehan et al. (2020) test the same.
    """
    features, train = _pair(features, train, least=1)
    held_out, _ = _pair(held_out, train, least=1)
    found, usual = (np.median(cdist(some, train).min(axis=1)) for some in (features, held_out))
    return float(found / max(usual, 1e-12))


def _matrix(values, name):
    values = np.asarray(values, "float64")
    if values.ndim == 2 and not len(values):
        raise TooFewClips(f"{name}: there are no clips; give at least one", 1, 0)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise InputError(
            f"{name} must be finite and of shape (clips, size), got {values.shape} with "
            f"{np.sum(~np.isfinite(values))} values that are NaN or infinite"
        )
    return values


def _pair(features, reference, least):
    features, reference = _matrix(features, "features"), _matrix(reference, "reference")
    if features.shape[1] != reference.shape[1]:
        raise InputError(
            f"features have {features.shape[1]} numbers a clip, the reference "
            f"{reference.shape[1]}; take both from one judge"
        )
    if min(len(features), len(reference)) < least:
        raise TooFewClips(
            f"{len(features)} and {len(reference)} clips are too few for this score; it takes "
            f"{least} or more",
            least,
            min(len(features), len(reference)),
        )
    return features, reference


def _kth_neighbour(points, k):
    """Distance of each point to its k-th nearest other point, (len(points),) float64."""
    return np.partition(cdist(points, points), k, axis=1)[:, k]


def spectrum_correlation(pictures, reference):
    """Pearson correlation of two sets' mean spectra, -1 to 1; 1 is best.

    pictures, reference: (clips, frames, bins, 1) float, levels on a dB scale; their numbers of
    clips may differ. The mean is taken over clips and frames, the correlation over bins. It
    hears the balance of low and high, and nothing of when a sound happens: played backwards,
    a set scores the same. Pearson (1895). Built in lesson 12.
    """
    first, second = _means(pictures, reference)
    return _correlation(first.mean(axis=0), second.mean(axis=0))


def envelope_correlation(pictures, reference):
    """Pearson correlation of two sets' mean envelopes, band by band, -1 to 1; 1 is best.

    pictures, reference: as in spectrum_correlation. For each band the level's mean over the clips
    is followed along the frames; the bands' correlations are averaged. It hears how sounds rise
    and fall, and nothing of the balance between bands. Pearson (1895). Built in lesson 12.
    """
    bands = zip(*(mean.T for mean in _means(pictures, reference)), strict=True)
    return float(np.mean([_correlation(*pair) for pair in bands]))


def factor_correlation(asked, measured):
    """Does what is measured follow what was asked? Returns (Pearson, Spearman), each -1 to 1.

    asked, measured: (clips,) float, for instance pitch in semitones; clips where either is NaN
    are left out. Pearson's asks for a straight line, Spearman's, which correlates the ranks, for
    any rise. Compare clips of one class: a kick is lower than a hat, whatever pitch was asked.
    Pearson (1895); Spearman (1904). Built in lesson 12.
    """
    asked, measured = np.asarray(asked, "float64"), np.asarray(measured, "float64")
    if asked.shape != measured.shape or asked.ndim != 1:
        raise InputError(
            f"asked has shape {asked.shape}, measured {measured.shape}; give one number a clip"
        )
    known = np.isfinite(asked) & np.isfinite(measured)
    if known.sum() < 3:
        raise InputError(f"{known.sum()} clips with both numbers are too few; give 3 or more")
    pair = asked[known], measured[known]
    return _correlation(*pair), _correlation(*pair, "spearmanr")


def _means(pictures, reference):
    """Mean pictures of two sets, (frames, bins) float64 each."""
    pictures, reference = np.asarray(pictures), np.asarray(reference)
    if pictures.ndim != 4 or pictures.shape[1:] != reference.shape[1:] or not len(pictures):
        raise InputError(
            f"pictures have shape {pictures.shape}, the reference {reference.shape}; give "
            "(clips, frames, bins, 1) of one representation"
        )
    return tuple(p[..., 0].mean(axis=0, dtype="float64") for p in (pictures, reference))


def _correlation(x, y, kind="pearsonr"):
    """Correlation of two rows of numbers; 0 where one of them never changes."""
    from scipy import stats  # slow to import

    changes = min(np.ptp(x), np.ptp(y)) > 1e-9
    return float(getattr(stats, kind)(x, y).statistic) if changes else 0.0
