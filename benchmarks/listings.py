"""The documents' GAN listings after their repair in lesson 05, trained: what makes them draw drums?

Lesson 05 shows the faults of each listing and why its repair looks as it does. Here the repaired
networks learn `drums`, as many steps as the network of the kit beside them: as the listing
says (Adam at 1e-4, no labels, no penalty), then with one setting of the kit at a time, then with
all of them. D1's listing works on waveforms: it is the kit's own "mlp" (lesson 06). Rows are
stored in data/listings.csv as they are finished: stop whenever you like, the same command goes on,
and where nothing is missing it prints the table. Lesson 05 reads it.

- labels: the generator is told a kind, the discriminator asks for it by projection
- rate: the kit's optimizer, Adam at 8e-4 with beta_1 0.5 and beta_2 0.99
- norm: the kit's conditional batch norm behind every hidden layer of the generator, in place of
  the listing's own norms
- R1: the penalty on the discriminator's slope, weight 0.3
- EMA: the averaged generator, decay 0.999, is the one that plays
- all: all five; the layers and the loss stay the listing's

Scores are those of 400 sounds: Inception Score (of 8), Frechet distance to all training clips,
coverage, and accuracy where a kind can be asked for. CPU seconds: of all cores, for the training
with the making of its graph.

Run as `python benchmarks/listings.py`; --ship also writes what seed 0 draws to data/listings.
"""

import argparse
import datetime
import math
import time
from pathlib import Path
from typing import NamedTuple

import audiogan_tf
from audiogan_tf import GAN
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging import metrics
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue
from audiogan_tf.models import layers as parts
from audiogan_tf.models.gan import default_optimizer
from audiogan_tf.showing.players import flac_bytes
from audiogan_tf.storage.files import atomic_path

import keras
import numpy as np
from ablation import rebuilt, store, stored
from keras import layers

DATA = Path(__file__).parent.parent / "data"
STEPS, SEEDS, CLIPS = 600, 3, 400
CHANGES = {
    "listing": (),
    "all": ("labels", "rate", "norm", "R1", "EMA"),
    "labels": ("labels",),
    "rate": ("rate",),
    "norm": ("norm",),
    "R1": ("R1",),
    "EMA": ("EMA",),
}
KIT = ("kit", "all")  # the row of the kit's own network
SHIPPED = ("listing", "all")  # of these, seed 0 is heard in the lesson
KEY = ("listing", "change", "seed", "steps")
SCORES = ("inception_score", "frechet_distance", "coverage", "accuracy")
COLUMNS = (*KEY, *SCORES, "parameters", "cpu_seconds", "date", "command")


class Block(NamedTuple):
    """One layer of a listing and its activation; `norm`: where the listing normalises."""

    layer: object
    activation: str = "linear"
    norm: str = "nowhere"  # or "before" or "after" the activation


def up(channels):
    """Twice as many frames and bands."""
    return layers.Conv2DTranspose(channels, 4, 2, padding="same")


def down(channels, kernel=4):
    """Half as many frames and bands."""
    return layers.Conv2D(channels, kernel, 2, padding="same")


def start(frames, bands, channels):
    """A dense layer that makes a small picture of a vector."""
    dense = layers.Dense(frames * bands * channels)
    return lambda x: layers.Reshape([frames, bands, channels])(dense(x))


def stacked(x, blocks, own_norms=True, condition=None):
    """Apply blocks to x; with a condition each is normalised as in the kit."""
    for block in blocks:
        x = block.layer(x)
        if condition is not None:
            x = parts.ConditionalBatchNorm()([x, condition])
        elif own_norms and block.norm == "before":
            x = layers.BatchNormalization()(x)
        x = layers.Activation(block.activation)(x)
        if own_norms and condition is None and block.norm == "after":
            x = layers.BatchNormalization(momentum=0.8)(x)
    return x


def networks(hidden, last, judging, labelled=False, normed=False):
    """A generator of `hidden` blocks and a `last` layer, and a discriminator of `judging` blocks.

    labelled: both take one of 8 kinds; normed: normalise as the kit does, the generator only.
    """
    counts = (8,) if labelled else ()
    inputs = parts.with_labels(keras.Input([100]), counts)
    condition = parts.condition_of(inputs, counts, 32)
    x = stacked(condition, hidden, condition=condition if normed else None)
    pictures = layers.Activation("tanh")(last(x))
    generator = parts.model_of(inputs, pictures, "generator")
    inputs = parts.with_labels(keras.Input([64, 64, 1]), counts)
    features = layers.Flatten()(stacked(inputs[0], judging, own_norms=not normed))
    logits = parts.projection(features, inputs, counts)
    return generator, parts.model_of(inputs, logits, "discriminator")


def d0(**settings):
    """Deconvolutions from 8 x 8, judged by two convolutions and average pooling."""
    hidden = Block(start(8, 8, 4), "relu"), Block(up(64), "relu"), Block(up(32), "relu")
    judging = Block(down(64), "leaky_relu"), Block(down(32), "leaky_relu")
    return networks(hidden, up(1), (*judging, Block(layers.AveragePooling2D(2))), **settings)


def d2(**settings):
    """Three deconvolutions from 16 x 16, judged by dense layers; a quarter of the channels."""
    same = layers.Conv2DTranspose(32, 4, 1, padding="same")
    hidden = [Block(layer, "leaky_relu", "after") for layer in (start(16, 16, 32), same, up(32))]
    judging = Block(layers.Flatten()), Block(layers.Dense(128), "leaky_relu")
    return networks(hidden, up(1), judging, **settings)


def d3(**settings):
    """Dense layers to all pixels, judged by narrow convolutions with dropout."""
    hidden = [Block(layers.Dense(size), "relu") for size in (256, 512, 1024)]
    judging = Block(down(16, 5), "leaky_relu"), Block(layers.Dropout(0.3))
    judging += Block(down(16, 5), "leaky_relu"), Block(layers.Dropout(0.3))
    return networks(hidden, start(64, 64, 1), judging, **settings)


def d4(**settings):
    """Four deconvolutions with tanh between, judged by four convolutions; a quarter as wide."""
    steps = start(4, 4, 128), up(64), up(32), up(16)
    hidden = [Block(layer, "tanh", "before") for layer in steps]
    judging = [Block(down(channels), "leaky_relu", "before") for channels in (16, 32, 64, 128)]
    return networks(hidden, up(1), judging, **settings)


LISTINGS = {  # name: networks, loss
    "listing D0": (d0, "non_saturating"),
    "listing D2": (d2, "non_saturating"),
    "listing D3": (d3, "least_squares"),
    "listing D4": (d4, "hinge"),
}


def listed_optimizer(name):
    """Adam at the rate of D2, the only document that gives one; D4 clips gradients."""
    clip = {"global_clipnorm": 1.0} if name == "listing D4" else {}
    return keras.optimizers.Adam(1e-4, **clip)


def game(name, change, seed):
    """A compiled GAN of one listing with some of the kit's settings."""
    keras.backend.clear_session()
    if name == KIT[0]:
        return catalogue.build((64, 64, 1), (8,), seed=seed)
    keras.utils.set_random_seed(seed)
    on = CHANGES[change]
    build, loss = LISTINGS[name]
    pair = build(labelled="labels" in on, normed="norm" in on)
    penalty, decay = 0.3 * ("R1" in on), 0.999 * ("EMA" in on)
    gan = GAN(*pair, loss=loss, seed=seed, r1_weight=penalty, ema=decay)
    optimizers = [default_optimizer() if "rate" in on else listed_optimizer(name) for _ in pair]
    gan.compile(*optimizers)
    return gan


def scores_of(sounds, asked, judge, rate):
    """All SCORES of sounds; asked: (clips,) kinds or None."""
    known, hearing = judge.reference, judge.hear(sounds, rate)
    pool = known.train[: len(sounds)]
    accuracy = "" if asked is None else metrics.accuracy(hearing.probabilities[0], asked)
    values = (
        metrics.inception_score(hearing.probabilities[0]),
        metrics.frechet_distance(hearing.features, known.train),
        metrics.manifold_scores(hearing.features, pool)["coverage"],
        accuracy,
    )
    return dict(zip(SCORES, values, strict=True))


def run(key, corpus, judge, clip=None):
    """Train one row, score it, and write eight of its sounds to `clip`; returns the row."""
    name, change, seed, steps = key
    gan = game(name, change, seed)
    size, labelled = catalogue.BATCH_SIZE, gan.conditional
    data = batches(corpus.train, corpus.representation, size, seed, 0, labelled)
    began = time.process_time()
    gan.fit(data, epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
    took = time.process_time() - began
    asked = np.arange(CLIPS) % 8 if gan.conditional else None
    sounds = rebuilt(gan.generate(CLIPS, asked, seed=seed), corpus.representation)
    if clip:
        clip.parent.mkdir(exist_ok=True)
        with atomic_path(clip) as temporary:
            eight = np.concatenate(sounds[:8])
            temporary.write_bytes(flac_bytes(eight, corpus.sample_rate))
    scores = dict.fromkeys(SCORES, math.nan)
    if np.isfinite(sounds).all():
        scores = scores_of(sounds, asked, judge, corpus.sample_rate)
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    texts = {key: n if n == "" else f"{n:.4f}" for key, n in scores.items()}
    sizes = gan.generator.count_params() + gan.discriminator.count_params()
    about = {"parameters": sizes, "cpu_seconds": f"{took:.0f}", "date": today}
    about["command"] = "python benchmarks/listings.py"
    return dict(zip(KEY, map(str, key), strict=True)) | texts | about


def clip_of(key, folder):
    """Where the sounds of a row go, or None if they are not shipped."""
    name, change, seed, _ = key
    if seed or name == KIT[0] or change not in SHIPPED:
        return None
    end = "" if change == "listing" else "_all"
    return folder / f"{name.split()[1].lower()}{end}.flac"


def wanted(names, changes, seeds, steps):
    """Keys in the order in which a table that is not finished says most: seed by seed."""
    for seed in range(seeds):
        if KIT[0] in names:
            yield (*KIT, seed, steps)
        for change in changes:
            for name in LISTINGS:
                if name in names:
                    yield name, change, seed, steps


def work(path, keys, ship, minutes=math.inf):
    """Make the rows that the table lacks, and store them one by one; returns all rows.

    minutes: no row is begun later than that.
    """
    corpus = judge = None
    began = time.monotonic()
    for key in keys:
        if time.monotonic() - began > 60 * minutes:
            break
        text = tuple(map(str, key))
        clip = clip_of(key, path.parent / "listings") if ship else None
        if text in known(path) and (clip is None or clip.exists()):
            continue
        corpus = corpus or audiogan_tf.load_corpus("drums")
        judge = judge or judge_for(corpus)
        row = run(key, corpus, judge, clip)
        rows = known(path) | {text: row}
        order = [tuple(map(str, one)) for one in wanted((KIT[0], *LISTINGS), CHANGES, 99, key[3])]
        places = {one: place for place, one in enumerate(order)}
        ordered = sorted(rows, key=lambda one: (one[3], places.get(one, 0)))
        store(path, [rows[one] for one in ordered], COLUMNS)
        print(*(row[name] for name in COLUMNS[:-2]), sep=" | ", flush=True)
    return stored(path)


def known(path):
    """The rows of the table so far, by their keys."""
    return {tuple(row[name] for name in KEY): row for row in stored(path)}


def summary(rows, steps):
    """Lines of the table: mean and range of each score over the seeds."""
    yield f"{steps} steps"
    yield f"{'':12}{'':9}" + "".join(f"{name:>26}" for name in SCORES)
    rows = [row for row in rows if row["steps"] == str(steps)]
    for pair in sorted({(row["listing"], row["change"]) for row in rows}):
        own = [row for row in rows if (row["listing"], row["change"]) == pair]
        cells = ""
        for name in SCORES:
            values = [float(row[name]) for row in own if row[name]]
            span = f"{np.mean(values):.2f} ({min(values):.2f}-{max(values):.2f})" if values else ""
            cells += f"{span:>26}"
        yield f"{pair[0]:12}{pair[1]:9}{cells}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = (KIT[0], *LISTINGS)
    parser.add_argument("--only", metavar="NAME", choices=names, nargs="+", default=names)
    parser.add_argument("--changes", metavar="NAME", choices=CHANGES, nargs="+", default=CHANGES)
    parser.add_argument("--seeds", metavar="N", type=int, default=SEEDS)
    parser.add_argument("--steps", metavar="N", type=int, default=STEPS)
    parser.add_argument("--csv", metavar="FILE", type=Path, default=DATA / "listings.csv")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no row later")
    parser.add_argument("--ship", action="store_true", help="write clips of seed 0 beside the CSV")
    asked = parser.parse_args()
    keys = list(wanted(asked.only, asked.changes, asked.seeds, asked.steps))
    rows = work(asked.csv, keys, asked.ship, asked.minutes)
    print(*summary(rows, asked.steps), sep="\n")


if __name__ == "__main__":
    main()
