"""Gaps in speech, filled in six ways, on Kathleen's held-out sentences.

Every row is the mean of one way over all gaps of one length. Rows are stored in data/gaps.csv:
stop whenever you like, the same command goes on, and where nothing is missing it prints the
table. Lesson 16 reads it.

- way: silence; a straight line; linear prediction (Janssen, Veldhuis and Vries, 1986) with the
  order that was best on validation sentences, and with a common one; spectra bridged by straight
  lines, then ours with a correction of nothing; ours, and ours with an adversary: both went on
  from one regression for equally many steps, so the first is the second's control
- lsd: log spectral distance in dB of frames of 16 ms that lie wholly in the gap; lower is better
- level: how much louder than the recording the gap is, in dB; 0 is right
- spread: mean absolute difference of neighbouring bins' levels over that of the recording: how
  rough the spectrum is; 1 is right
- step: the largest jump at a join over the largest between two samples near it; above 1 it clicks

Needs all of `kathleen` in $AUDIOGAN_DATA. Run as `python benchmarks/gaps.py`; three minutes.
"""

import argparse
import datetime
import functools
from pathlib import Path

import audiogan_tf
from audiogan_tf.judging.fidelity import log_spectral_distance
from audiogan_tf.models import gap_filling
from audiogan_tf.sound import interpolation
from audiogan_tf.sound.spectral import stft

import numpy as np
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "gaps.csv"
RATE, SIZES, EACH = 16000, (20, 60, 120), 1  # Hz; ms; gaps of a sentence
SCORES = ("lsd", "level", "spread", "step")
COLUMNS = ("way", "ms", "gaps", *SCORES, "date", "command")
COMMON = 32  # order of linear prediction that is common for speech


def common(samples, start, length):
    """Linear prediction of a common order."""
    return interpolation.autoregressive(samples, start, length, order=COMMON)


@functools.cache
def _filler(name):
    return gap_filling.GapFiller.load(name)


def ours(name):
    """The shipped network of that name."""
    return lambda *gap: _filler(name).fill(*gap)


def bridged(samples, start, length):
    """Ours with a network that corrects nothing."""
    return _nothing().fill(samples, start, length)


@functools.cache
def _nothing():
    return gap_filling.GapFiller(lambda told: 0.0, {})


WAYS = {
    "silence": interpolation.silent,
    "straight line": interpolation.linear,
    "linear prediction, order 32": common,
    "linear prediction": interpolation.autoregressive,
    "bridged spectra": bridged,
    "ours": ours("gap_filler"),
    "ours, adversarial": ours("gap_filler_adversarial"),
}


@functools.cache
def gaps_of(ms):
    """(recording, first sample, samples) of each gap of one length, where there is sound."""
    sentences, rng = audiogan_tf.load_corpus("kathleen").test, np.random.default_rng(ms)
    gaps, length, edge = [], ms * RATE // 1000, gap_filling.SAMPLES // 2
    for i in range(len(sentences)):
        wave, found = sentences.load(i), 0
        while found < EACH:
            start = int(rng.integers(edge, len(wave) - edge - length))
            if gap_filling.is_heard(wave[start : start + length], wave):
                gaps.append((wave, start, length))
                found += 1
    return gaps


def roughness(piece):
    """Mean absolute difference in dB of neighbouring bins, (samples,) to a float."""
    levels = 20 * np.log10(np.abs(stft(piece[None], 256, 64).numpy()[0, 2:-2]) + 1e-5)
    return np.mean(np.abs(np.diff(levels, axis=1)))


def score(way, wave, start, length):
    """The scores of one gap, in the order of SCORES."""
    place = slice(start, start + length)
    filled = way(wave, start, length)
    was, now = wave[place].astype("float64"), filled[place].astype("float64")
    level = 10 * np.log10((np.mean(now**2) + 1e-12) / np.mean(was**2))
    distance = log_spectral_distance(wave, filled, place)
    jumps = np.abs(np.diff(filled[start - 320 : start + length + 320]))
    joins = max(jumps[319], jumps[319 + length])
    near = np.concatenate([jumps[:319], jumps[-319:]]).max()
    return distance, level, roughness(filled[place]) / roughness(wave[place]), joins / near


def as_row(name, ms, scores, count):
    """A row as it is read back: texts; silence has no level and no spectrum."""
    texts = {key: f"{value:.2f}" for key, value in zip(SCORES, scores, strict=True)}
    if name == "silence":
        texts |= {"level": "", "spread": ""}
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    about = {"date": date, "command": "python benchmarks/gaps.py"}
    return {"way": name, "ms": str(ms), "gaps": str(count), **texts, **about}


def work(path, fresh):
    """Measure what is missing; returns all rows."""
    rows = [] if fresh else stored(path)
    known = {(row["way"], row["ms"]) for row in rows}
    for ms in SIZES:
        for name, way in WAYS.items():
            if (name, str(ms)) in known:
                continue
            scores = np.mean([score(way, *gap) for gap in gaps_of(ms)], axis=0)
            rows.append(as_row(name, ms, scores, len(gaps_of(ms))))
            rows.sort(key=lambda row: (int(row["ms"]), list(WAYS).index(row["way"])))
            store(path, rows, COLUMNS)
    return rows


def table(rows):
    """Lines of Markdown, a row for each length and way."""
    head = ("ms", "way", "gaps", *SCORES)
    lines = [head, ["---"] * len(head)] + [[row[name] for name in head] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path, default=CSV, help="where the rows are stored")
    parser.add_argument("--fresh", action="store_true", help="measure the stored rows again")
    asked = parser.parse_args()
    print(*table(work(asked.csv, asked.fresh)), sep="\n")


if __name__ == "__main__":
    main()
