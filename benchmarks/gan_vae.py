"""GAN against VAE: two corpora, three seeds, one budget.

Both have the same decoder but for its first layer (64 numbers of noise for the GAN, a code of 8
for the VAE), as `train --model small` and `train --model vae` build them. Each training takes
STEPS, which were chosen once: about BUDGET seconds of CPU, from a step's time as `--pace` measures
it. Rows of data/gan_vae.csv are stored as they are finished: stop whenever you like, the next call
goes on with those that are missing. Lesson 09 reads the table.

- accuracy: share of clips that the judge hears as asked, in every condition (the drum; pitch and
  timbre)
- Frechet distance: to all training clips, in the judge's features; lower is better
- coverage: share of real neighbourhoods with a generated clip in them
- neighbour ratio: distance to the nearest training clip over that of new recordings
- CPU seconds: of all cores, for the training alone, without the graph's making

"real clips" are held-out recordings that went to pictures and back, as the drawn ones do.

Run as `python benchmarks/gan_vae.py`; about ten minutes on two cores where nothing is
stored yet.
"""

import argparse
import datetime
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging import metrics
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import keras
import numpy as np
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "gan_vae.csv"
COMMAND = "python benchmarks/gan_vae.py"
BUDGET, SEEDS, CLIPS = 30, 3, 250  # seconds of CPU; trainings of each kind; scored clips
MODELS = {"GAN": "small", "VAE": "vae"}  # name in the table: in models.MODELS
STEPS = {"GAN": 640, "VAE": 610}
CORPORA = ("drums", "notes")
REAL = "real clips"
SCORES = ("accuracy", "frechet_distance", "coverage", "neighbour_ratio")
COLUMNS = ("corpus", "model", "seed", "steps", *SCORES, "cpu_seconds", "date", "command")


class Clock(keras.callbacks.Callback):
    """Seconds of CPU from the end of the first step, which makes the graph, to the last."""

    def on_train_begin(self, logs=None):
        self.began = None

    def on_train_batch_end(self, batch, logs=None):
        self.began = self.began or time.process_time()
        self.seconds = time.process_time() - self.began


def learner_of(model, corpus, seed):
    """A compiled learner and its batches."""
    name, shape = MODELS[model], corpus.representation.shape
    learner = catalogue.build(shape, corpus.class_counts, name, seed)
    size = catalogue.find(name).batch_size
    return learner, batches(corpus.train, corpus.representation, size, seed)


def fit(learner, data, steps):
    """Train; returns the seconds of CPU that it took."""
    clock = Clock()
    about = {"epochs": 1, "shuffle": False, "verbose": 0, "callbacks": [clock]}
    learner.fit(data, steps_per_epoch=steps, **about)
    return clock.seconds


def scores_of(pictures, asked, corpus, judge):
    """All SCORES of pictures; asked: what each should be, (clips, conditions)."""
    sounds = audio.limit(inverse_all(pictures, corpus.representation, iterations=16))
    hearing, known = judge.hear(sounds, corpus.sample_rate), judge.reference
    features, pool = hearing.features, known.train[: len(sounds)]
    values = (
        np.mean((hearing.classes == asked).all(axis=1)),
        metrics.frechet_distance(features, known.train),
        metrics.manifold_scores(features, pool)["coverage"],
        metrics.nearest_neighbour_ratio(features, known.train, known.test),
    )
    return dict(zip(SCORES, values, strict=True))


def evenly(class_counts):
    """CLIPS labels, (CLIPS, conditions), every combination as often as the others."""
    return np.stack(np.unravel_index(np.arange(CLIPS) % np.prod(class_counts), class_counts), 1)


def trained(model, seed, corpus, judge):
    """Train one model; its scores and what it took."""
    learner, data = learner_of(model, corpus, seed)
    seconds = fit(learner, data, STEPS[model])
    asked = evenly(corpus.class_counts)
    pictures = learner.generate(CLIPS, asked, seed=1)
    found = scores_of(pictures, asked, corpus, judge)
    return found | {"steps": STEPS[model], "cpu_seconds": round(seconds, 1)}


def real(corpus, judge):
    """The scores of held-out clips by way of pictures."""
    chosen = np.random.default_rng(0).permutation(len(corpus.test))[:CLIPS]
    pictures = forward_all(corpus.test.take(chosen), corpus.representation)
    return scores_of(pictures, corpus.test.conditions[chosen], corpus, judge)


def row_of(key, found):
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    scores = {name: f"{found.pop(name):.4g}" for name in SCORES}
    about = dict(zip(("corpus", "model", "seed"), key, strict=True))
    about |= scores | found | {"date": today, "command": COMMAND}
    return dict.fromkeys(COLUMNS, "") | {name: str(value) for name, value in about.items()}


def work(path, most):
    """Make what the table lacks, at most so many rows, and store it row by row."""
    order = [(corpus, REAL, "") for corpus in CORPORA]
    order += [(c, m, str(seed)) for seed in range(SEEDS) for c in CORPORA for m in MODELS]
    known = {(row["corpus"], row["model"], row["seed"]) for row in stored(path)}
    loaded = {}
    for key in [key for key in order if key not in known][:most]:
        name, model, seed = key
        loaded[name] = corpus = loaded.get(name) or audiogan_tf.load_corpus(name)
        keras.backend.clear_session()
        judge = judge_for(corpus)
        found = real(corpus, judge) if model == REAL else trained(model, int(seed), corpus, judge)
        rows = [*stored(path), row_of(key, found)]
        store(path, sorted(rows, key=lambda row: list(row.values())[:3]), COLUMNS)
        print(*key, flush=True)


def pace(rounds=5, steps=40):
    """Print a step's time of each model on each corpus, turn about, and what BUDGET buys."""
    loaded = {name: audiogan_tf.load_corpus(name) for name in CORPORA}
    games = {(m, c): learner_of(m, loaded[c], 0) for m in MODELS for c in CORPORA}
    took = [[fit(*game, steps) for game in games.values()] for _ in range(rounds)]
    for i, model in enumerate(MODELS):
        own = np.array(took)[:, i * len(CORPORA) : (i + 1) * len(CORPORA)]
        second = np.median(own) / (steps - 1)
        print(f"{model}: {1000 * second:.0f} ms of CPU a step, {BUDGET / second:.0f} steps")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--most", metavar="N", type=int, help="rows to make at most")
    parser.add_argument("--pace", action="store_true", help="only measure a step's time")
    asked = parser.parse_args()
    if asked.pace:
        return pace()
    work(asked.csv, asked.most)
    for row in stored(asked.csv):
        print(*(f"{row[name]:>16}" for name in COLUMNS[:-2]))


if __name__ == "__main__":
    main()
