"""Every generator of lessons 05 to 11 and 18 on one corpus, one protocol and one budget.

Each model of models.MODELS and each repaired listing of the documents trains on `drums` for
the same CPU time (of all cores; making the graph is not counted), then draws the same number of
clips, which the judge hears. Rows are stored in data/leaderboard.csv as they are finished: stop
whenever you like, the same command goes on, and where nothing is missing it prints the table and
draws it beside the CSV. Lesson 12 reads it, scripts/data_readme.py puts it into README.md here.

- accuracy: share of clips that the judge hears as asked; empty where nothing can be asked for
- Inception Score, of 8: clear and even classes
- Frechet distance, KID: to all training clips, in the judge's features; with the ends of their
  95 % bootstrap intervals (judging.bootstrap)
- coverage: share of real neighbourhoods with a generated clip in them
- neighbour ratio: distance to the nearest training clip over that of new recordings; near 0: copies
- CPU minutes: of the training, with the making of its graph; parameters: of all trained networks
- real-time factor: seconds of sound generated in a second, by way of the representation and back

The floors are those of audiogan_tf.evaluate. Real clips: held-out clips as they are, so whatever
pictures and the way back cost is counted against a generator that takes it. Noise: random
pictures through that way back, 300 clips, which the judge keeps (judging.noise_clips). No
generator's score rests on a floor.

Run as `python benchmarks/leaderboard.py`; about half an hour on two cores where nothing is stored.
`--again "real clips" noise` makes these two rows anew and leaves all others as they are.
"""

import argparse
import datetime
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf import GAN
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging import metrics
from audiogan_tf.judging.confidence import bootstrap
from audiogan_tf.judging.evaluation import MOST_PAIRS
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue
from audiogan_tf.showing import plots
from audiogan_tf.showing.results import leaderboard
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import keras
import numpy as np
from ablation import store, stored
from listings import LISTINGS

CSV = Path(__file__).parent.parent / "data" / "leaderboard.csv"
COMMAND = "python benchmarks/leaderboard.py"
SECONDS, CLIPS, PART, SEED = 120, 400, 50, 0  # of CPU; scored; drawn at a time
LESSONS = {"mlp": "06", "wavegan": "06", "small": "05", "vae": "09", "frame_rnn": "10"}
LESSONS |= {"wavegan_spectral": "06", "wavenet": "11", "diffusion": "18"}
LESSONS |= dict.fromkeys(LISTINGS, "05")
FLOORS = ("real clips", "noise")
SCORES = ("accuracy", "inception_score", "frechet_distance", "frechet_low", "frechet_high")
SCORES += ("kid", "kid_low", "kid_high", "coverage", "neighbour_ratio")
COSTS = ("cpu_minutes", "parameters", "real_time_factor")
COLUMNS = ("model", "lesson", "steps", *SCORES, *COSTS, "cpu_budget", "seed", "date", "command")


class StopAfterCPU(keras.callbacks.Callback):
    """Stops a training once it has used so many seconds of CPU since its first step."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.began = seconds, None

    def on_train_batch_end(self, batch, logs=None):
        self.began = self.began or time.process_time()
        if time.process_time() - self.began >= self.seconds:
            self.model.stop_training = True


def learner_of(name, corpus):
    """A compiled learner, what it draws, and its batches."""
    if name in LISTINGS:
        keras.utils.set_random_seed(SEED)
        networks, loss = LISTINGS[name]
        learner = GAN(*networks(), loss=loss, seed=SEED)
        learner.compile(*(keras.optimizers.Adam(1e-4, global_clipnorm=1.0) for _ in range(2)))
        drawn, size = corpus.representation, catalogue.BATCH_SIZE
    else:
        drawn = catalogue.representation_for(corpus, name)
        learner = catalogue.build(drawn.shape, corpus.class_counts, name, SEED)
        size = catalogue.find(name).batch_size
    learner.adapt(forward_all(corpus.train.audio, drawn), corpus.train.conditions)
    labelled = learner.conditional
    return learner, drawn, batches(corpus.train, drawn, size, SEED, 0, labelled)


def sounds_of(learner, drawn, asked):
    """CLIPS sounds, a part at a time so that one graph serves all; asked: labels or None."""
    parts = []
    for i in range(0, CLIPS, PART):
        some = None if asked is None else asked[i : i + PART]
        parts.append(inverse_all(learner.generate(PART, some, SEED + 1 + i), drawn))
    return audio.limit(np.concatenate(parts))


def scores_of(hearing, asked, known):
    """All SCORES of what a judge heard; asked: (clips,) or None; known: the judge's reference."""
    features, some = hearing.features, known.train[:MOST_PAIRS]
    found = {"inception_score": metrics.inception_score(hearing.probabilities[0])}
    if asked is not None:
        found["accuracy"] = metrics.accuracy(hearing.probabilities[0], asked)
    for name, short, metric, real in (
        ("frechet_distance", "frechet", metrics.frechet_distance, known.train),
        ("kid", "kid", metrics.kernel_distance, some),
    ):
        interval = bootstrap(metric, features, real, asked, rounds=100)
        found |= {
            name: interval.value,
            f"{short}_low": interval.low,
            f"{short}_high": interval.high,
        }
    pool = known.train[: len(features)]
    found["coverage"] = metrics.manifold_scores(features, pool)["coverage"]
    ratio = metrics.nearest_neighbour_ratio(features, known.train, known.test)
    return found | {"neighbour_ratio": ratio}


def measured(name, corpus, judge, seconds):
    """Train one model for its budget; its row."""
    learner, drawn, data = learner_of(name, corpus)
    began = time.process_time()
    stop = StopAfterCPU(seconds)
    learner.fit(data, epochs=1, steps_per_epoch=10**6, shuffle=False, verbose=0, callbacks=[stop])
    minutes = (time.process_time() - began) / 60
    asked = np.arange(CLIPS) % len(corpus.classes) if learner.conditional else None
    learner.generate(PART, None if asked is None else asked[:PART])  # makes the graph
    started = time.perf_counter()
    sounds = sounds_of(learner, drawn, asked)
    speed = sounds.size / corpus.sample_rate / (time.perf_counter() - started)
    found = scores_of(judge.hear(sounds, corpus.sample_rate), asked, judge.reference)
    sizes = sum(int(np.prod(weights.shape)) for weights in learner.trainable_variables)
    found |= {"cpu_minutes": minutes, "parameters": sizes, "real_time_factor": speed}
    return row_of(name, learner.step, found, seconds)


def floor_of(name, judge):
    """The scores of held-out clips or of noise, as audiogan_tf.evaluate takes them; a row."""
    known = judge.reference
    if name == "noise":
        features = known.noise[:CLIPS]
        asked = np.arange(len(features)) % len(judge.conditions["drum"])
    else:
        chosen = np.random.default_rng(0).permutation(len(known.test))[:CLIPS]
        features, asked = known.test[chosen], known.test_conditions[chosen, 0]
    return row_of(name, "", scores_of(judge.classify(features), asked, known), "")


def row_of(name, steps, found, seconds):
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    numbers = {key: f"{value:.4g}" for key, value in found.items()}
    about = {"model": name, "lesson": LESSONS.get(name, ""), "steps": steps, "date": today}
    about |= {"cpu_budget": seconds, "seed": SEED, "command": COMMAND}
    return dict.fromkeys(COLUMNS, "") | about | numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of CPU for each training")
    parser.add_argument("--only", metavar="NAME", nargs="+", help="rows to make")
    parser.add_argument("--again", metavar="NAME", nargs="+", help="only these, stored or not")
    asked = parser.parse_args()
    names = asked.again or asked.only or (*FLOORS, *LESSONS)
    rows = stored(asked.csv)
    corpus = audiogan_tf.load_corpus("drums")
    judge = judge_for(corpus)
    for name in names:
        others = [row for row in rows if row["model"] != name]
        if len(others) < len(rows) and not asked.again:
            continue
        keras.backend.clear_session()
        if name in FLOORS:
            row = floor_of(name, judge)
        else:
            row = measured(name, corpus, judge, asked.seconds)
        order = [*FLOORS, *LESSONS]
        rows = sorted([*others, row], key=lambda row: order.index(row["model"]))
        store(asked.csv, rows, COLUMNS)
        print(name, "is finished", flush=True)
    asked.csv.with_suffix(".png").write_bytes(plots.png(leaderboard(rows)))
    for row in (dict(zip(COLUMNS, COLUMNS, strict=True)), *rows):
        print(*(f"{row[name]:>12}" for name in COLUMNS[:-2]))


if __name__ == "__main__":
    main()
