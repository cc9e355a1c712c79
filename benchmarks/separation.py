"""Two sources out of one mixture: ours between the floor and the ceiling, on unseen mixtures.

Every row is the mean of one way over the mixtures of one task, both sources at one level (0 dB).
Rows are stored in data/separation.csv: stop whenever you like, the same command goes on, and where
nothing is missing it prints the table. Lesson 16 reads it.

- task: notes with drums, clips of the test sides; Kathleen's held-out sentences with noises that
  were in no training, and with music made of the notes' test side
- way: the mixture itself, in which both are heard (the floor); the enhancer of lesson 15; ours; the
  ideal ratio mask, made of the sources themselves (the ceiling of masks that know no phase)
- first, second: SI-SDR of the two sources, dB over that of the mixture

Needs all of `kathleen` and `noises` in $AUDIOGAN_DATA. Run as `python benchmarks/separation.py`;
two minutes.
"""

import argparse
import datetime
import functools
from pathlib import Path

import audiogan_tf
from audiogan_tf import models
from audiogan_tf.judging.fidelity import si_sdr
from audiogan_tf.models import layering, separation
from audiogan_tf.sound import audio
from audiogan_tf.sound.spectral import stft

import numpy as np
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "separation.csv"
RATE, SECONDS, CLIPS, EVEN = 16000, 4.096, 40, (0.0, 0.0)
SAMPLES = int(SECONDS * RATE)
SCORES = ("first", "second")
COLUMNS = ("task", "way", "clips", *SCORES, "date", "command")
BAND = "notes + drums"


@functools.cache
def clips_of(name):
    """The test side of a corpus of the kit, (clips, samples)."""
    return audiogan_tf.load_corpus(name).test.audio


def band():
    """Notes with drums, both alone: (CLIPS, 2, SAMPLES)."""
    rng = np.random.default_rng(16)
    return layering.band_batch(clips_of("notes"), clips_of("drums"), rng, CLIPS, SECONDS, EVEN)


def voices():
    """The first SAMPLES of Kathleen's held-out sentences, at a root mean square of 1."""
    sentences = audiogan_tf.load_corpus("kathleen").test
    waves = (sentences.load(i) for i in range(min(CLIPS, len(sentences))))
    return [layering.level(audio.fix_length(wave, SAMPLES)) for wave in waves]


def with_noise():
    """Her sentences with noises of the test side, each from a place drawn at random."""
    rng, rows = np.random.default_rng(17), []
    files = audiogan_tf.load_corpus("mixtures").test.noises
    noises = [audio.load(path, RATE)[0] for path in files]
    for i, voice in enumerate(voices()):
        noise = noises[i % len(noises)]
        noise = np.resize(np.roll(noise, -rng.integers(len(noise))), SAMPLES)
        rows.append(layering.pair(voice, noise, 0.0))
    return np.stack(rows)


def with_music():
    """Her sentences with notes of the test side."""
    rng = np.random.default_rng(18)
    notes = clips_of("notes")
    tracks = (layering.track(notes, SAMPLES, rng, together=3) for _ in range(CLIPS))
    return np.stack([layering.pair(*pair, 0.0) for pair in zip(voices(), tracks, strict=False)])


def mixture(sources):
    """Both, as they are heard together."""
    return np.stack([sources.sum(axis=0)] * 2)


def enhanced(sources):
    """What the enhancer leaves, and what it takes away."""
    together = sources.sum(axis=0)
    scale = 0.1 / np.sqrt(np.mean(together**2))
    left = _enhancer().enhance(scale * together) / scale
    return np.stack([left, together - left])


@functools.cache
def _enhancer():
    return models.Enhancer.load("enhancer")


@functools.cache
def _separator(name):
    return separation.Separator.load(name)


def ours(name):
    """The shipped separator of that name."""
    return lambda sources: _separator(name).separate(sources.sum(axis=0))


def ideal(sources):
    """What the ideal ratio mask makes of the mixture."""
    spectra = stft(np.concatenate([sources, sources.sum(axis=0)[None]]), *SETTING)
    mask = separation.ideal_ratio_mask(spectra[:1], spectra[1:2])
    return separation.split(spectra[2:], mask)[0].numpy()


SETTING = separation.N_FFT, separation.HOP
VOICE_WAYS = {"mixture": mixture, "enhancer": enhanced, "ours": ours("separator_voice")}
TASKS = {  # name: (what makes its mixtures, ways)
    BAND: (band, {"mixture": mixture, "ours": ours("separator_band"), "ideal mask": ideal}),
    "voice + noise": (with_noise, VOICE_WAYS | {"ideal mask": ideal}),
    "voice + music": (with_music, VOICE_WAYS | {"ideal mask": ideal}),
}


def gains(way, sources):
    """SI-SDR of both sources over that of the mixture, dB."""
    together, found = sources.sum(axis=0), way(sources)
    pairs = zip(sources, found, strict=True)
    return [si_sdr(wanted, heard) - si_sdr(wanted, together) for wanted, heard in pairs]


def as_row(task, way, scores, clips):
    """A row as it is read back: texts."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    about = {"date": date, "command": "python benchmarks/separation.py"}
    texts = {name: f"{score:.2f}" for name, score in zip(SCORES, scores, strict=True)}
    return {"task": task, "way": way, "clips": str(clips), **texts, **about}


def work(path, fresh):
    """Measure what is missing; returns all rows."""
    rows = [] if fresh else stored(path)
    for task, (make, ways) in TASKS.items():
        known = {row["way"] for row in rows if row["task"] == task}
        missing = [name for name in ways if name not in known]
        examples = make() if missing else []
        for name in missing:
            scores = np.mean([gains(ways[name], sources) for sources in examples], axis=0)
            rows.append(as_row(task, name, scores, len(examples)))
            rows.sort(key=in_order)
            store(path, rows, COLUMNS)
    return rows


def in_order(row):
    """Where a row stands: as TASKS and their ways do."""
    return list(TASKS).index(row["task"]), list(TASKS[row["task"]][1]).index(row["way"])


def table(rows):
    """Lines of Markdown, a row for each task and way."""
    head = ("task", "way", "clips", *SCORES)
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
