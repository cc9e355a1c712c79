"""What helps a GAN? Each remedy alone, on the same networks, data, steps and seeds.

A conditional spectrogram GAN learns `drums` from all clips and from 5 % of them. Every row of the
table is one remedy added to a plain game; every cell is mean and spread over the seeds. Runs are
stored in data/ablation.csv one by one: stop whenever you like, the same command goes on, and
where nothing is missing it prints the table. Lesson 07 reads it.

- accuracy: share of clips that the judge hears as asked
- Frechet distance: to all training clips, in the judge's features; lower is better
- modes: of 72 cells (class x third of the pitch x third of the decay), how many are drawn; pitch
  and decay are read back from the sounds by judging.ModeCounter
- nearest-neighbour ratio: distance to the nearest clip the model saw, over that of new clips, all
  by way of pictures and back; 1 or more: no copies, near 0: copies
- alarms: how many of alarms.alarms speak
- CPU seconds: of all cores, for the training alone, without the graph's making

Run as `python benchmarks/ablation.py`; about half an hour on two cores where nothing is stored yet.
"""

import argparse
import csv
import datetime
import math
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora import Clips
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging import metrics
from audiogan_tf.judging.alarms import find_alarms
from audiogan_tf.judging.judge import noise_clips
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.judging.modes import ModeCounter
from audiogan_tf.models import dcgan
from audiogan_tf.models.augmentation import Augmentation
from audiogan_tf.models.gan import default_optimizer
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all
from audiogan_tf.storage.files import atomic_path

import keras
import numpy as np

CSV = Path(__file__).parent.parent / "data" / "ablation.csv"
STEPS, SEEDS, BATCH, DRAWS = 600, 3, 16, 576  # 8 draws for each cell
DATA = {"all": 500, "5 %": 25}  # training clips of each class
SCORES = ("accuracy", "frechet_distance", "modes", "nearest_neighbour_ratio", "alarms")
KEY = ("data", "recipe", "seed", "steps")
COLUMNS = (*KEY, *SCORES, "cpu_seconds", "date", "command")
PLAIN = {"r1_weight": 0.0, "ema": 0.0}
R1, PENALTY = {"r1_weight": 0.3}, {"gradient_penalty_weight": 10.0}
EMA, AUGMENT = {"ema": 0.999}, {"augment": True}
TWO_RATES = {"rates": (4e-4, 1.6e-3)}  # generator, discriminator; otherwise 8e-4 for both
NORM, STDDEV = {"spectral_norm": True}, {"minibatch_stddev": True}
RECIPES = {
    "plain DCGAN": {},
    "spectral norm": NORM,
    "R1": R1,
    "gradient penalty": PENALTY,
    "EMA": EMA,
    "two learning rates": TWO_RATES,
    "augmentation": AUGMENT,
    "minibatch stddev": STDDEV,
    "R1 + EMA + augmentation": R1 | EMA | AUGMENT,
}
FLOORS = ("new clips", "copies", "noise")


def build(shape, class_counts, recipe, seed):
    """A compiled GAN with the remedies of one recipe."""
    keras.utils.set_random_seed(seed)
    options = PLAIN | RECIPES[recipe]
    extras = {name: options.pop(name, False) for name in ("spectral_norm", "minibatch_stddev")}
    rates = options.pop("rates", None)
    if options.pop("augment", False):
        options["augment"] = Augmentation(seed=seed)
    generator = dcgan.build_generator(shape, class_counts)
    discriminator = dcgan.build_discriminator(shape, class_counts, **extras)
    gan = audiogan_tf.GAN(generator, discriminator, seed=seed, **options)
    gan.compile(*(default_optimizer(rate) for rate in rates or ()))
    return gan


def restart(gan, fresh):
    """Give a GAN all numbers of a fresh one; its graph, which takes long to make, stays."""
    for old, new in zip(_numbers(gan), _numbers(fresh), strict=True):
        old.assign(new)


def _numbers(gan):
    optimizers = gan.generator_optimizer, gan.discriminator_optimizer
    return [*gan.variables, *(number for one in optimizers for number in one.variables)]


def part_of(clips, per_class):
    """The first `per_class` clips of each class."""
    classes = np.unique(clips.labels)
    kept = np.concatenate([np.flatnonzero(clips.labels == k)[:per_class] for k in classes])
    return Clips(clips.audio[kept], clips.conditions[kept])


class Scorer:
    """Scores of sounds, by the judge and the mode counter of a corpus."""

    def __init__(self, corpus):
        self.corpus, self.judge, self.counter = corpus, judge_for(corpus), ModeCounter(corpus)
        self.asked = np.arange(DRAWS) % len(corpus.classes)
        self.held_out = self.features(corpus.test)

    def features(self, clips):
        """Features of clips that went the way of generated ones, by pictures and back."""
        pictures = self.corpus.representation
        sounds = rebuilt(forward_all(clips.audio, pictures), pictures)
        return self.judge.hear(sounds, self.corpus.sample_rate).features

    def __call__(self, sounds, asked, train):
        """All SCORES; train: `features` of the clips that the model saw."""
        rate, known = self.corpus.sample_rate, self.judge.reference
        if not np.isfinite(sounds).all():
            return dict.fromkeys(SCORES, math.nan)
        hearing = self.judge.hear(sounds, rate)
        features, heard = hearing.features, hearing.classes[:, 0]
        values = (
            metrics.accuracy(hearing.probabilities[0], asked),
            metrics.frechet_distance(features, known.train),
            self.counter.count(sounds, asked, heard),
            metrics.nearest_neighbour_ratio(features, train, self.held_out),
            len(find_alarms(sounds, rate, hearing, asked, train)),
        )
        return dict(zip(SCORES, values, strict=True))

    def floors(self, clips, train):
        """Rows of what is no GAN: new clips, copied clips and noise, all by way of pictures."""
        test, pictures = self.corpus.test, self.corpus.representation
        new = np.random.default_rng(0).permutation(len(test))[:DRAWS]
        copied = np.resize(np.random.default_rng(0).permutation(len(clips)), DRAWS)
        for name, source, chosen in (("new clips", test, new), ("copies", clips, copied)):
            sounds = rebuilt(forward_all(source.take(chosen), pictures), pictures)
            yield name, self(sounds, source.labels[chosen], train)
        noise = noise_clips(pictures, DRAWS)
        yield "noise", self(audio.limit(noise), self.asked, train)


def rebuilt(images, representation):
    """Pictures made audible."""
    return audio.limit(inverse_all(images, representation, iterations=16))


def train(gan, data, steps):
    """Train; returns the seconds of all cores that it took."""
    began = time.process_time()
    gan.fit(data, epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
    return time.process_time() - began


def runs(corpus, recipe, seeds, steps):
    """Train for each (clips, seed) of `seeds`; yields the sounds drawn and the seconds taken."""
    pictures = corpus.representation
    keras.backend.clear_session()
    gan = build(pictures.shape, corpus.class_counts, recipe, seed=0)
    train(gan, batches(corpus.test, pictures, BATCH), 1)  # makes the graph
    for clips, seed in seeds:
        restart(gan, build(pictures.shape, corpus.class_counts, recipe, seed))
        took = train(gan, batches(clips, pictures, BATCH, seed), steps)
        images = gan.generate(DRAWS, np.arange(DRAWS) % len(corpus.classes), seed=seed)
        yield rebuilt(images, pictures), took


def stored(path):
    """The rows of a table written so far, [] if there is none."""
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def store(path, rows, columns=COLUMNS):
    """Write all rows; a stop in the middle leaves the file as it was."""
    with atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def as_row(key, scores, seconds):
    """A row as it is read back: texts."""
    whole = ("modes", "alarms")
    texts = {name: str(n) if name in whole else f"{n:.4f}" for name, n in scores.items()}
    about = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}
    chosen = f' --only "{key["recipe"]}"' if key["recipe"] in RECIPES else ""
    about |= {"command": f"python benchmarks/ablation.py{chosen}"}
    return dict(zip(KEY, map(str, key.values()), strict=True)) | texts | seconds | about


def missing(rows, keys):
    """Those of the keys that no row has."""
    known = {tuple(row[name] for name in KEY) for row in rows}
    return [key for key in keys if tuple(map(str, key)) not in known]


def work(path, recipes, amounts, seeds, steps, fresh=False):
    """Make what the table lacks, and store it row by row; returns all rows."""
    rows = stored(path)
    if fresh:
        rows = [row for row in rows if row["recipe"] not in (*recipes, *FLOORS)]
    floors = missing(rows, [(data, name, "", "") for data in amounts for name in FLOORS])
    wanted = [(d, r, seed, steps) for r in recipes for d in amounts for seed in range(seeds)]
    wanted = missing(rows, wanted)
    if not floors and not wanted:
        return rows
    corpus = audiogan_tf.load_corpus("drums")
    scorer = Scorer(corpus)
    clips = {data: part_of(corpus.train, DATA[data]) for data in amounts}
    known = {data: scorer.features(part) for data, part in clips.items()}

    def add(key, scores, seconds):
        rows.append(as_row(dict(zip(KEY, key, strict=True)), scores, seconds))
        store(path, rows)
        print(" | ".join(rows[-1][name] for name in (*KEY, *SCORES)), flush=True)

    for data in dict.fromkeys(data for data, *_ in floors):
        for name, scores in scorer.floors(clips[data], known[data]):
            add((data, name, "", ""), scores, {})
    for recipe in recipes:
        own = [key for key in wanted if key[1] == recipe]
        seeds_of = [(clips[data], seed) for data, _, seed, _ in own]
        for key, (sounds, took) in zip(own, runs(corpus, recipe, seeds_of, steps), strict=True):
            scores = scorer(sounds, scorer.asked, known[key[0]])
            add(key, scores, {"cpu_seconds": f"{took:.1f}"})
    return rows


def summary(rows, steps):
    """Lines of the table: mean and spread (standard deviation) of each score over the seeds."""
    titles = "accuracy", "Frechet", "modes of 72", "neighbour", "alarms"
    for data in DATA:
        yield f"\n{data} of the data, {steps} steps"
        yield f"{'':24}" + "".join(f"{title:>14}" for title in titles) + "   CPU s"
        for recipe in (*RECIPES, *FLOORS):
            own = [row for row in rows if row["data"] == data and row["recipe"] == recipe]
            own = [row for row in own if row["steps"] in ("", str(steps))]
            if not own:
                continue
            cells = ""
            for name, digits in zip(SCORES, (2, 1, 1, 2, 1), strict=True):
                values = [float(row[name]) for row in own]
                spread = f" ±{np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
                cells += f"{f'{np.mean(values):.{digits}f}{spread}':>14}"
            seconds = [float(row.get("cpu_seconds") or 0) for row in own]
            yield f"{recipe:24}{cells}{np.mean(seconds):8.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME", choices=RECIPES, action="append")
    parser.add_argument("--data", metavar="AMOUNT", choices=DATA, action="append")
    parser.add_argument("--seeds", metavar="N", type=int, default=SEEDS)
    parser.add_argument("--steps", metavar="N", type=int, default=STEPS)
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--fresh", action="store_true", help="make the stored rows again")
    asked = parser.parse_args()
    try:
        chosen = asked.only or list(RECIPES), asked.data or list(DATA)
        rows = work(asked.csv, *chosen, asked.seeds, asked.steps, asked.fresh)
    except KeyboardInterrupt:
        print("stopped; the finished rows are stored, the same command goes on")
        rows = stored(asked.csv)
    print(*summary(rows, asked.steps), sep="\n")


if __name__ == "__main__":
    main()
