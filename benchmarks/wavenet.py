"""How fast WaveNet generates: queues against whole fields, and seconds of sound a second.

    python benchmarks/wavenet.py [--samples N]
The same clips are made both ways, N samples each, and compared. Figures of the shipped weights
`digits_wavenet` (8 kHz); compiling is not counted. Used in lesson 11.
"""

import argparse
import time

import audiogan_tf
from audiogan_tf.models.sampling import draw_codes
from audiogan_tf.models.wavenet import HOP, LEVELS
from audiogan_tf.sound import quantisation

import numpy as np
import tensorflow as tf

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
    codes = quantisation.to_codes(quick[..., 0], 8).numpy()
    again = slow_way(network, codes, labels)
    again(0)  # builds the graph
    slow, redrawn = timed(lambda: [again(t) for t in range(samples)], warm=False)
    print(f"receptive field {network.receptive_field}, {COMPARED} clips of {samples} samples")
    print(f"slow {slow:.1f} s, fast {fast:.2f} s: {slow / fast:.0f} times as fast")
    print(f"codes that both draw after the same past: {np.mean(redrawn == codes.T):.2%}")
    print("\n| clips at once | seconds of sound a second |\n|---|---|")
    for clips in CLIPS:
        labels = source.draw_conditions(clips)
        taken, _ = timed(lambda: network.generate(clips, labels, seed=1))  # noqa: B023
        print(f"| {clips} | {clips * network.samples / rate / taken:.2f} |")


def slow_way(network, codes, labels):
    """A function of a place: reads the whole field before it again and draws the code there.

    It reads `codes` (clips, samples), drawn the fast way: of two codes that are nearly as good, two
    ways of computing may choose two, after which nothing could be compared.
    """
    field = network.receptive_field
    size = (-(-field // HOP) + 1) * HOP  # a field and its beginning in steps of HOP
    before = np.pad(codes, ((0, 0), (1, size)), constant_values=LEVELS)  # first: nothing yet
    noise = np.random.default_rng(1).standard_normal((len(codes), network.latent_size), "float32")
    latent, moments = network.told.place(noise, labels), before.shape[1] // HOP + 1
    condition = network.conditions(tf.constant(labels), moments=moments, latent=latent)
    whole = tf.function(network.predict_next, jit_compile=True)

    def draw(t):
        start = max(0, t + 1 - field) // HOP
        window = before[:, start * HOP : start * HOP + size]
        logits = whole(window, condition[:, start : start + size // HOP])[:, t - start * HOP]
        return draw_codes(logits, t, 1, network.temperature)

    return draw


def timed(work, warm=True):
    """Seconds that `work` takes, after a first time if `warm`, and its result."""
    if warm:
        work()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main()
