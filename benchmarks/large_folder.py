"""Train from a folder of 100,000 one-second files: peak memory, and time spent waiting for data.

    python benchmarks/large_folder.py [--files N] [--steps S]
The files are written into a temporary folder (1.6 GB for 100,000) and removed at the end.
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

RATE, BATCH = 8000, 16  # Hz, clips


def write_files(folder, count):
    """`count` files of one second, a thousand in each subfolder."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE + count).astype("float32")
    for number in range(count):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(exist_ok=True)
        soundfile.write(place / f"{number:06d}.wav", noise[number : number + RATE], RATE)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=100_000)
    arguments.add_argument("--steps", type=int, default=300)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write_files(Path(scratch), options.files)
        began = time.perf_counter()
        corpus = load_folder(scratch, sample_rate=RATE, seconds=1.0)
        print(f"{options.files} files of 1 s at {RATE} Hz, checked in", end=" ")
        print(f"{time.perf_counter() - began:.0f} s")
        train(corpus, options.steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # of kB
    print(f"peak memory {peak:.2f} GB, TensorFlow and the networks included")


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
