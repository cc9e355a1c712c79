"""How good generated sound is: every score between a noise floor and a real floor.

All scores are computed from what a judge hears (see `judge`). Distances are measured to the
training clips, for the generated sound and for both floors alike: a perfect generator scores
like held-out recordings, a useless one like noise that took the same way back to sound.
"""

import html
import math
from dataclasses import dataclass
from typing import NamedTuple

from audiogan_tf.errors import InputError
from audiogan_tf.judge import Hearing, judge_for, remember

import numpy as np

NEIGHBOURS = 5  # k of precision, recall, density and coverage
MOST_PAIRS = 2000  # training clips in the kernel distance: more change the third digit only
COVERED = 0.2  # a class counts as covered from this share of its even number of clips


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
    distance its mean does not depend on the number of clips; it can fall below 0 by chance.
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
    p = _matrix(probabilities, "probabilities")
    if (p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=1e-3):
        raise InputError("probabilities must be 0 or more and each row must sum to 1; use softmax")
    p = p / p.sum(axis=1, keepdims=True)
    average = np.broadcast_to(p.mean(axis=0), p.shape)
    heard = p > 0
    return float(np.exp(np.sum(p[heard] * np.log(p[heard] / average[heard])) / len(p)))


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
    return int(np.sum(counts >= max(1.0, COVERED * len(classes) / len(counts))))


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
    apart = distances(reference, features)
    real_radius = _kth_neighbour(reference, neighbours)[:, None]
    made_radius = _kth_neighbour(features, neighbours)[None, :]
    inside = apart <= real_radius
    return {
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((apart <= made_radius).any(axis=1).mean()),
        "density": float(inside.sum(axis=0).mean() / neighbours),
        "coverage": float(inside.any(axis=1).mean()),
    }


def nearest_neighbour_ratio(features, train, held_out):
    """Are generated clips nearer to training clips than new recordings are? 1 or more: no.

    features, train, held_out: (clips, size) float. The Euclidean distance of each generated
    clip to its nearest training clip, median over the clips; divided by the same median for
    held-out real clips. Near 0: training clips are copied. It does not punish noise, which is
    far from everything: read it beside the other scores. Meehan et al. (2020) test the same.
    """
    features, train = _pair(features, train, least=1)
    held_out, _ = _pair(held_out, train, least=1)
    usual = np.median(nearest_distances(held_out, train))
    return float(np.median(nearest_distances(features, train)) / max(usual, 1e-12))


def nearest_distances(features, reference):
    """Euclidean distance of each clip to its nearest reference clip, (clips,) float64."""
    features, reference = _pair(features, reference, least=1)
    return distances(features, reference).min(axis=1)


class Row(NamedTuple):
    """One metric beside its floors; None where it does not apply."""

    metric: str
    value: float
    noise_floor: float
    real_floor: float


@dataclass(frozen=True, repr=False)
class Report:
    """What `evaluate` returns: rows of scores; printing it shows a table.

    rows: list of Row; corpus: name; clips: how many were scored.
    """

    rows: list
    corpus: str
    clips: int

    def __getitem__(self, metric):
        """The Row of a metric by name; InputError lists the names."""
        for row in self.rows:
            if row.metric == metric:
                return row
        names = ", ".join(row.metric for row in self.rows)
        raise InputError(f"no metric {metric!r} in this report; it holds {names}")

    def to_dict(self):
        """metric -> {"value", "noise_floor", "real_floor"}, ready for JSON."""
        names = ("value", "noise_floor", "real_floor")
        return {row.metric: dict(zip(names, row[1:], strict=True)) for row in self.rows}

    def __repr__(self):
        head = ("metric", "value", "noise floor", "real floor")
        lines = [head, *([row.metric, *map(_text, row[1:])] for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(4)]
        text = [
            f"{name:<{widths[0]}}  "
            + "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
            for name, *cells in lines
        ]
        title = f"{self.clips} clips against {self.corpus}"
        return "\n".join([title, text[0], "-" * len(text[0]), *text[1:]])

    def _repr_html_(self):
        head = "".join(f"<th>{n}</th>" for n in ("metric", "value", "noise floor", "real floor"))
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(row.metric)}</td>"
            f"<td><b>{_text(row.value)}</b></td>"
            + "".join(f"<td>{_text(value)}</td>" for value in row[2:])
            + "</tr>"
            for row in self.rows
        )
        caption = f"{self.clips} clips against {html.escape(self.corpus)}"
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def _text(value):
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3g}"


def evaluate(waveforms, corpus, labels=None, judge=None, sample_rate=None):
    """Score generated sound, each metric beside its noise floor and its real floor.

    waveforms: (clips, samples) float, at the corpus' rate unless sample_rate (Hz) says another;
    corpus: a Corpus, or the name of one whose judge is shipped (no recordings are needed);
    labels: what was asked for, (clips,) int, or (clips, conditions) for all conditions, or
    None; judge: the corpus' own when None. Six clips or more. Returns a Report.
    Noise floor: as many clips of noise (judge.noise_clips; at most 300); real floor: as many
    held-out clips, or all there are. Used in lesson 06, explained in lesson 12.
    """
    judge = judge or judge_for(corpus)
    known = judge.reference if isinstance(corpus, str) else _reference(judge, corpus)
    waveforms = np.asarray(waveforms)
    if waveforms.ndim != 2 or len(waveforms) <= NEIGHBOURS:
        raise InputError(
            f"waveforms have shape {waveforms.shape}; give (clips, samples) with at least "
            f"{NEIGHBOURS + 1} clips"
        )
    asked = _asked(labels, len(waveforms), judge)
    rate = sample_rate or known.representation.sample_rate
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(known.test))[: len(waveforms)]
    noise = known.noise[: len(waveforms)]
    heard = [
        (judge.hear(waveforms, rate), asked),
        (judge.classify(noise), np.resize(asked, (len(noise), asked.shape[1]))),
        (judge.classify(known.test[chosen]), known.test_conditions[chosen][:, : asked.shape[1]]),
    ]
    columns = [_scores(hearing, wanted, judge, known) for hearing, wanted in heard]
    rows = [Row(name, *(column[name] for column in columns)) for name in columns[0]]
    return Report(rows, known.corpus, len(waveforms))


def _reference(judge, corpus):
    if judge.reference is not None and judge.reference.digest == corpus.digest:
        return judge.reference
    return remember(judge, corpus)


def _asked(labels, count, judge):
    """Labels as (clips, conditions asked for) int; no column when there are none."""
    if labels is None:
        return np.zeros((count, 0), int)
    asked = np.asarray(labels, int)
    asked = asked[:, None] if asked.ndim == 1 else asked
    if asked.ndim != 2 or len(asked) != count or asked.shape[1] > len(judge.conditions):
        raise InputError(
            f"labels of shape {asked.shape} do not fit {count} clips and "
            f"{len(judge.conditions)} conditions; give (clips,) or (clips, conditions)"
        )
    return asked


def _scores(hearing: Hearing, asked, judge, known):
    """All metrics of one set of clips, name -> value."""
    features, counts = hearing.features, [len(c) for c in judge.conditions.values()]
    names = list(judge.conditions)
    columns = range(asked.shape[1])
    scores = {
        f"{names[k]} accuracy": accuracy(hearing.probabilities[k], asked[:, k]) for k in columns
    }
    scores["Frechet distance"] = frechet_distance(features, known.train)
    scores["kernel distance"] = kernel_distance(features, known.train[:MOST_PAIRS])
    scores[f"Inception Score (of {counts[0]})"] = inception_score(hearing.probabilities[0])
    heard = hearing.classes
    scores[f"{names[0]} classes (of {counts[0]})"] = covered(heard[:, :1], counts[:1])
    if len(counts) > 1:
        joint = " x ".join(names)
        scores[f"{joint} cells (of {math.prod(counts)})"] = covered(heard, counts)
    pool = known.train[: max(len(features), NEIGHBOURS + 1)]
    scores |= manifold_scores(features, pool)
    scores["nearest-neighbour ratio"] = nearest_neighbour_ratio(features, known.train, known.test)
    return scores


def _matrix(values, name):
    values = np.asarray(values, "float64")
    if values.ndim != 2 or not len(values) or not np.isfinite(values).all():
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
        raise InputError(
            f"{len(features)} and {len(reference)} clips are too few for this score; it takes "
            f"{least} or more"
        )
    return features, reference


def distances(a, b):
    """Euclidean distances between all rows, (len(a), len(b)) float64."""
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None, :] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def _kth_neighbour(points, k):
    """Distance of each point to its k-th nearest other point, (len(points),) float64."""
    return np.partition(distances(points, points), k, axis=1)[:, k]
