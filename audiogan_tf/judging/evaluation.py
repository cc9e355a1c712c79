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
MANIFOLD = ("precision", "recall", "density", "coverage")
WEAK = 0.9  # of the held-out clips heard rightly; below it a judge is not to be relied on
WARNING = "below 90 %, so its scores are rough: more clips of each class would make it better"
NO_JUDGE = "all sounds have one label, so there is nothing that a judge could tell apart"


class Row(NamedTuple):
    """One metric beside its floors; None where it does not apply."""

    metric: str
    value: float
    noise_floor: float
    real_floor: float


@dataclass(frozen=True, repr=False)
class Report:
    """What `evaluate` returns: rows of scores; printing it shows a table.

    rows: list of Row; corpus: name; clips: how many were scored; notes: sentences on what is
    missing or weak.
    """

    rows: list
    corpus: str
    clips: int
    notes: tuple = ()

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
        return "\n".join([title, text[0], "-" * len(text[0]), *text[1:], *self.notes])

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
        ) + "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)


def _text(value):
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3g}"


def evaluate(waveforms, corpus, labels=None, judge=None, sample_rate=None):
    """Score generated sound, each metric beside its noise floor and its real floor.

    waveforms: (clips, samples) float, at the corpus' rate unless sample_rate (Hz) says another;
    corpus: a Corpus, or the name of one whose judge is shipped (no recordings are needed);
    labels: what was asked for, (clips,) int, or (clips, conditions) for all conditions, or
    None; -1 where a clip's label is not known; judge: the corpus' own when None, which for a
    user's folder may first be trained (judging.judge_for does, find_judge never). A score that
    takes more clips than there are is None there, and a note says why. Returns a Report.
    Noise floor: as many clips of noise (judging.noise_clips; at most 300); real floor: as many
    held-out clips, or all there are. Used in lesson 05, explained in lesson 12.
    """
    waveforms = np.asarray(waveforms)
    if waveforms.ndim != 2 or not len(waveforms):
        raise InputError(
            f"waveforms have shape {waveforms.shape}; give (clips, samples) with at least one clip"
        )
    judge = judge or judge_for(corpus)
    if judge is None:
        raise InputError(f"{corpus.name}: {NO_JUDGE}")
    known = judge.reference if isinstance(corpus, str) else _reference(judge, corpus)
    asked = _asked(labels, len(waveforms), judge)
    rate = sample_rate or known.representation.sample_rate
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(known.test))[: len(waveforms)]
    noise = known.noise[: len(waveforms)]
    held_out, wanted = known.test[chosen], known.test_conditions[chosen][:, : asked.shape[1]]
    heard = {
        "value": (judge.hear(waveforms, rate), asked),
        "noise floor": (judge.classify(noise), np.resize(asked, (len(noise), asked.shape[1]))),
        "real floor": (judge.classify(held_out), wanted),
    }
    own = not isinstance(corpus, str) and corpus.own
    missing = {column: {} for column in heard}
    columns = [_scores(*pair, judge, known, own, missing[column]) for column, pair in heard.items()]
    rows = [Row(name, *(column[name] for column in columns)) for name in columns[0]]
    notes = _notes(missing, asked, judge, known, own)
    return Report(rows, known.corpus, len(waveforms), tuple(notes))


def _reference(judge, corpus):
    known = judge.reference
    if known is None or recipes.current(known.digest) != corpus.digest:
        return remember(judge, corpus)
    form = corpus.representation.get_config()  # the rate and the length count, too
    return known if known.representation.get_config() == form else remember(judge, corpus)


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


def _scores(hearing: Hearing, asked, judge, known, own, missing):
    """All metrics of one set of clips, name -> value; None where there are too few clips.

    own: a user's folder; its judge finds noise plausible too often for precision and recall to
    say anything, density and coverage are sterner. missing: filled with name -> TooFewClips.
    """
    features, counts = hearing.features, [len(c) for c in judge.conditions.values()]
    names, heard, scores = list(judge.conditions), hearing.classes, {}
    pool = known.train[: max(len(features), NEIGHBOURS + 1)]

    def add(score, *names):
        try:
            found = score()
        except metrics.TooFewClips as error:
            found = None
            missing.update(dict.fromkeys(names, error))
        for name in names:
            scores[name] = found[name] if isinstance(found, dict) else found

    for k in range(asked.shape[1]):
        scores[f"{names[k]} accuracy"] = _accuracy(hearing.probabilities[k], asked[:, k])
    add(lambda: metrics.frechet_distance(features, known.train), "Frechet distance")
    add(lambda: metrics.kernel_distance(features, known.train[:MOST_PAIRS]), "kernel distance")
    inception = f"Inception Score (of {counts[0]})"
    add(lambda: metrics.inception_score(hearing.probabilities[0]), inception)
    classes = f"{names[0]} classes (of {counts[0]})"
    add(lambda: metrics.covered(heard[:, :1], counts[:1]) if len(heard) else None, classes)
    if len(counts) > 1:
        joint = f"{' x '.join(names)} cells (of {math.prod(counts)})"
        add(lambda: metrics.covered(heard, counts) if len(heard) else None, joint)
    add(lambda: metrics.manifold_scores(features, pool), *MANIFOLD[2 if own else 0 :])
    add(
        lambda: metrics.nearest_neighbour_ratio(features, known.train, known.test),
        "nearest-neighbour ratio",
    )
    return scores


def _accuracy(probabilities, asked):
    """Accuracy over the clips whose label is known; None if there is none."""
    labelled = asked >= 0
    if not labelled.any():
        return None
    return metrics.accuracy(probabilities[labelled], asked[labelled])


def _notes(missing, asked, judge, known, own):
    """Sentences that the table needs: what "-" means, unlabelled clips, how the judge hears."""
    notes = []
    for column, lacking in missing.items():
        for least in sorted({error.least for error in lacking.values()}):
            same = {name: error for name, error in lacking.items() if error.least == least}
            have = min(error.have for error in same.values())
            names = ", ".join(same)
            notes.append(f'"-" under {column}: {names} take {least} clips or more, not {have}')
    unknown = int(np.sum((asked < 0).any(axis=1)))
    if unknown:
        notes.append(f"{unknown} of {len(asked)} clips have no label; accuracy counts the others")
    if not len(known.test):
        return [*notes, "no clips are held out, so nobody knows how well the judge hears real ones"]
    right = judge.classify(known.test).classes == known.test_conditions
    for name, share in zip(judge.conditions, right.mean(axis=0), strict=True):
        if own or share < WEAK:
            said = (
                f"the judge hears the {name} of {100 * share:.0f} % of {len(right)} held-out clips"
            )
            notes.append(said + (f"; {WARNING}" if share < WEAK else ""))
    return notes
