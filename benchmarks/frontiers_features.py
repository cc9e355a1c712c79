"""How many labels do features learned without labels save, and does a GAN stretch ten recordings?

`labels`: the timbre of `notes` from few labelled clips, share of 1,000 held-out clips named
rightly. Ways: a linear probe on the raw spectrograms; on the features of an encoder that learned
by contrast from 4,000 clips without labels (models.contrastive); and the same encoder with a new
last layer, taught from scratch with the few labels, each clip varied as for the contrast.

`hearts`: three kinds of synthetic heart sounds (lessons.heart_sounds), a linear probe on their
spectrograms, share of 600 new ones named rightly. Ways: real recordings only; ten of each kind,
each also moved by up to four frames; ten of each kind with a hundred of each drawn by a GAN that
was trained on those ten; the hundred alone.

Each row is one choice of labelled clips (`seed`) and is stored in data/frontiers_features.csv as it
is finished: stop whenever you like, the next call goes on. Lesson 18 reads the table.

Run as `python benchmarks/frontiers_features.py labels|hearts`; about six minutes of CPU.
"""

import argparse
import datetime
import functools
from pathlib import Path

import audiogan_tf
from audiogan_tf import judging, models
from audiogan_tf.lessons import heart_sounds
from audiogan_tf.models import augmentation, contrastive

import keras
import numpy as np
import tensorflow as tf
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "frontiers_features.csv"
COMMAND = "python benchmarks/frontiers_features.py"
COLUMNS = ("part", "way", "labels", "seed", "right", "date", "command")
COUNTS = ("1", "2", "5", "10", "all")
DETUNE, TEMPERATURE, RATE = 25, 0.1, 3e-3
CONTRAST = {"batch_size": 128, "epochs": 13}  # 416 steps
SCRATCH_STEPS, SCRATCH_BATCH, SCRATCH_RATE = 300, 32, 2e-3
HEARTS, TEN, DRAWN, GAN_STEPS = 300, 10, 100, 1000
MOVED = range(-4, 5)  # frames by which a recording is moved


def add(part, way, labels, seed, make):
    """Store the row of one measurement, unless it is there."""
    rows = stored(CSV)
    about = {"part": part, "way": way, "labels": str(labels), "seed": str(seed)}
    if any(all(row[key] == about[key] for key in about) for row in rows):
        return
    today = datetime.date.today().isoformat()
    about |= {"right": f"{make():.4f}", "date": today, "command": f"{COMMAND} {part}"}
    print(*about.values(), flush=True)
    store(CSV, [*rows, about], COLUMNS)


def some(labels, count, seed):
    """Indices of `count` clips of each class, or of all clips."""
    order = np.random.default_rng(seed).permutation(len(labels))
    if count == "all":
        return order
    return np.concatenate([order[labels[order] == k][: int(count)] for k in np.unique(labels)])


def share(said, labels):
    return float(np.mean(said == labels))


def probe(features, few, labels, others, wanted, **options):
    classes = int(wanted.max()) + 1
    said = contrastive.linear_probe(features, few, labels[few], others, classes, **options)
    return share(said, wanted)


def from_scratch(learn, labels, few, held, wanted, vary, seed):
    """The share that a network names rightly after a training on the few clips, varied."""
    keras.utils.set_random_seed(seed)
    encoder = contrastive.build_encoder(learn.shape[1:])
    network = keras.Model(encoder.input, keras.layers.Dense(int(wanted.max()) + 1)(encoder.output))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    falling = keras.optimizers.schedules.CosineDecay(SCRATCH_RATE, SCRATCH_STEPS)
    network.compile(keras.optimizers.Adam(falling), loss)
    chosen = np.random.default_rng(seed).choice(few, SCRATCH_STEPS * SCRATCH_BATCH)
    data = tf.data.Dataset.from_tensor_slices((learn[chosen], labels[chosen]))
    data = data.batch(SCRATCH_BATCH).map(lambda x, y: (vary(x), y))
    network.fit(data, verbose=0, shuffle=False)
    return share(network.predict(held, verbose=0).argmax(axis=1), wanted)


def by_contrast(learn, held, vary):
    """Features of both sides by an encoder that learned from the first one without labels."""
    keras.utils.set_random_seed(0)
    encoder = contrastive.build_encoder(learn.shape[1:])
    teacher = contrastive.Contrastive(encoder, vary, TEMPERATURE)
    steps = CONTRAST["epochs"] * -(-len(learn) // CONTRAST["batch_size"])
    teacher.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)))
    teacher.fit(learn, verbose=0, **CONTRAST)
    return [encoder.predict(side, verbose=0) for side in (learn, held)]


def labels_saved():
    notes = audiogan_tf.load_corpus("notes")
    forward = notes.representation.forward
    learn, held = (forward(side.audio).numpy() for side in (notes.train, notes.test))
    vary = functools.partial(judging.augment, detune=DETUNE)
    sides = {
        "raw spectrogram": lambda: (learn, held),
        "contrastive": functools.cache(lambda: by_contrast(learn, held, vary)),
    }
    for column, what in ((1, "labels"), (0, "pitch")):
        known, wanted = notes.train.conditions[:, column], notes.test.conditions[:, column]
        for count in COUNTS:
            for seed in range(5 if count != "all" else 1):
                for way, make in sides.items():

                    def right():
                        few, (learned, others) = some(known, count, seed), make()  # noqa: B023
                        return probe(learned, few, known, others, wanted)  # noqa: B023

                    add(what, way, count, seed, right)
    known, wanted = notes.train.conditions[:, 1], notes.test.conditions[:, 1]
    for count in COUNTS[:-1]:
        for seed in range(3):
            about = learn, known, some(known, count, seed), held, wanted, vary, seed
            add("labels", "from scratch", count, seed, lambda: from_scratch(*about))  # noqa: B023


def drawn_hearts(pictures, kinds, seed):
    """A hundred pictures of each kind, by a GAN that was trained on these few, and their kinds."""
    gan = models.build(pictures.shape[1:], (len(heart_sounds.KINDS),), "tiny", seed=seed)
    gan.augment = models.Augmentation()
    data = tf.data.Dataset.from_tensor_slices((pictures, kinds)).repeat()
    data = data.shuffle(len(pictures), seed=seed).batch(16).take(GAN_STEPS)
    gan.fit(data, verbose=0, shuffle=False)
    labels = np.tile(np.arange(len(heart_sounds.KINDS)), DRAWN)[:, None].astype("int32")
    return gan.generate(len(labels), labels, seed=seed), labels[:, 0]


def hearts():
    forward = heart_sounds.pictures().forward
    waves, kinds = heart_sounds.heart_sounds(HEARTS, 0)
    real, (new, wanted) = forward(waves).numpy(), heart_sounds.heart_sounds(200, 1)
    held, kind, wanted = forward(new).numpy(), kinds[:, 0], wanted[:, 0]

    def taught(pictures, labels):
        every = np.arange(len(labels))
        return probe(pictures, every, labels, held, wanted, ridge=1.0)

    for seed in range(5):
        few = some(kind, TEN, seed)
        for count in (TEN, 30, HEARTS):
            chosen = some(kind, count, seed)
            add("hearts", "real", count, seed, lambda: taught(real[chosen], kind[chosen]))  # noqa: B023
        moved = np.tile(real[few], (len(MOVED), 1, 1, 1))
        moved = augmentation.shift_time(moved, np.repeat(MOVED, len(few))).numpy()
        varied = moved, np.tile(kind[few], len(MOVED))
        add("hearts", "real, moved", TEN, seed, lambda: taught(*varied))  # noqa: B023
        drawn = functools.cache(lambda: drawn_hearts(real[few], kinds[few], seed))  # noqa: B023

        def with_real():
            made, labels = drawn()  # noqa: B023
            pictures = np.concatenate([real[few], made])  # noqa: B023
            return taught(pictures, np.concatenate([kind[few], labels]))  # noqa: B023

        add("hearts", "real and generated", TEN, seed, with_real)
        add("hearts", "generated", TEN, seed, lambda: taught(*drawn()))  # noqa: B023


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("labels", "hearts"))
    {"labels": labels_saved, "hearts": hearts}[parser.parse_args().part]()


if __name__ == "__main__":
    main()
