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
from audiogan_tf.judging import metrics
from audiogan_tf.judging.judge import Hearing, remember
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.judging.metrics import NEIGHBOURS
from audiogan_tf.storage import recipes

import numpy as np

MOST_PAIRS = 2000  # training clips in the kernel distance: more change the third digit only


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
    Noise floor: as many clips of noise (judging.noise_clips; at most 300); real floor: as many
    held-out clips, or all there are. Used in lesson 05, explained in lesson 12.
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
    reference = judge.reference
    if reference is not None and recipes.current(reference.digest) == corpus.digest:
        return reference
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
    heard, scores = hearing.classes, {}
    for k in range(asked.shape[1]):
        right = metrics.accuracy(hearing.probabilities[k], asked[:, k])
        scores[f"{names[k]} accuracy"] = right
    scores["Frechet distance"] = metrics.frechet_distance(features, known.train)
    scores["kernel distance"] = metrics.kernel_distance(features, known.train[:MOST_PAIRS])
    scores[f"Inception Score (of {counts[0]})"] = metrics.inception_score(hearing.probabilities[0])
    scores[f"{names[0]} classes (of {counts[0]})"] = metrics.covered(heard[:, :1], counts[:1])
    if len(counts) > 1:
        joint = " x ".join(names)
        scores[f"{joint} cells (of {math.prod(counts)})"] = metrics.covered(heard, counts)
    pool = known.train[: max(len(features), NEIGHBOURS + 1)]
    scores |= metrics.manifold_scores(features, pool)
    scores["nearest-neighbour ratio"] = metrics.nearest_neighbour_ratio(
        features, known.train, known.test
    )
    return scores
