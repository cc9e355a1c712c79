"""How fast WaveNet generates: queues against whole fields, and seconds of sound a second.

    python benchmarks/wavenet.py [--samples N]
The same clips are made both ways, N samples each, and compared. Figures of the shipped weights
`digits_wavenet` (8 kHz); compiling is not counted. Used in lesson 11.
"""

import argparse
import time

import audiogan_tf

import numpy as np

CLIPS = (1, 8, 32, 100)
COMPARED = 8  # clips made both ways


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=2048)
    samples = arguments.parse_args().samples
    source = audiogan_tf.SoundGenerator.load("digits_wavenet")
    network, rate = source.network.layers[-1].network, source.representation.sample_rate
    labels = source.draw_conditions(COMPARED)
    fast, quick = timed(lambda: network.generate(COMPARED, labels, seed=1, samples=samples))
    network.generate_slowly(COMPARED, labels, seed=1, samples=2)  # builds the graph
    slow, patient = timed(
        lambda: network.generate_slowly(COMPARED, labels, seed=1, samples=samples), warm=False
    )
    print(f"receptive field {network.receptive_field}, {COMPARED} clips of {samples} samples")
    print(f"slow {slow:.1f} s, fast {fast:.2f} s: {slow / fast:.0f} times as fast")
    print("equal samples:", np.array_equal(quick, patient))
    print("\n| clips at once | seconds of sound a second |\n|---|---|")
    for clips in CLIPS:
        labels = source.draw_conditions(clips)
        taken, _ = timed(lambda: network.generate(clips, labels, seed=1))  # noqa: B023
        print(f"| {clips} | {clips * network.samples / rate / taken:.2f} |")


def timed(work, warm=True):
    """Seconds that `work` takes, after a first time if `warm`, and its result."""
    if warm:
        work()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main()
