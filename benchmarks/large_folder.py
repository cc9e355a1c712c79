"""Train from a folder of 100,000 one-second files, or from long ones: peak memory, and waiting.

    python benchmarks/large_folder.py [--files N] [--steps S]
    python benchmarks/large_folder.py --minutes M [--steps S]
Either N files of a second, or two FLAC files of M minutes, 44.1 kHz and stereo, which are cut into
clips. They are written into a temporary folder (1.6 GB for 100,000 files) and removed at the end.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from audiogan_tf.corpora import load_folder
from audiogan_tf.corpora.batches import batches
from audiogan_tf.models import catalogue

import numpy as np
import soundfile
import tensorflow as tf

RATE, LONG_RATE, BATCH = 8000, 44100, 16  # Hz, Hz, clips


def write_files(folder, count):
    """`count` files of one second, a thousand in each subfolder."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE + count).astype("float32")
    for number in range(count):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(exist_ok=True)
        soundfile.write(place / f"{number:06d}.wav", noise[number : number + RATE], RATE)


def write_long_files(folder, minutes):
    """Two recordings: noise whose level rises and falls with a period of 20 s, in stereo."""
    swell = 0.3 + 0.2 * np.sin(2 * np.pi * np.arange(20 * LONG_RATE) / (20 * LONG_RATE))
    for number in range(2):
        rng, path = np.random.default_rng(number), folder / f"{number}.flac"
        with soundfile.SoundFile(path, "w", LONG_RATE, 2) as file:
            for _ in range(3 * minutes):
                file.write(swell[:, None] * rng.uniform(-1, 1, (len(swell), 2)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    kind = arguments.add_mutually_exclusive_group()
    kind.add_argument("--files", type=int, default=100_000)
    kind.add_argument("--minutes", type=int)
    arguments.add_argument("--steps", type=int, default=300)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if options.minutes:
            write_long_files(Path(scratch), options.minutes)
        else:
            write_files(Path(scratch), options.files)
        size = {} if options.minutes else {"sample_rate": RATE, "seconds": 1.0}
        before, began = peak_memory(), time.perf_counter()
        corpus = load_folder(scratch, **size)
        print(f"checked in {time.perf_counter() - began:.0f} s; peak memory before", end=" ")
        print(f"{before:.2f} GB, with the corpus {peak_memory():.2f} GB")
        print(*corpus.found.sentences()[1:], sep="\n")
        train(corpus, options.steps)
    print(f"peak memory {peak_memory():.2f} GB, TensorFlow and the networks included")


def peak_memory():
    """The most memory this process has held until now, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # of kB


def train(corpus, steps):
    """Take steps as fit does and time how long each waits for its batch.

    Handing over a batch takes time as well: the same steps are timed with one that is always ready.
    """
    gan = catalogue.build(corpus.representation.shape, corpus.class_counts)
    step = tf.function(gan.train_step)
    streamed = batches(corpus.train, corpus.representation, BATCH)
    ready = streamed.take(1).cache().repeat().prefetch(8)
    for name, data in (("streamed", iter(streamed)), ("always ready", iter(ready))):
        step(next(data))
        waits, began = [], time.perf_counter()
        for _ in range(steps):
            asked = time.perf_counter()
            batch = next(data)
            waits.append(time.perf_counter() - asked)
            float(step(batch)["d_loss"])
        spent = 1000 * (time.perf_counter() - began) / steps
        waits = 1000 * np.array(waits)
        print(
            f"{name:13s} {spent:5.1f} ms a step of {BATCH} clips; for its batch each waited "
            f"{np.median(waits):.2f} ms (median), {np.quantile(waits, 0.99):.2f} ms (99 %)"
        )


if __name__ == "__main__":
    main()
