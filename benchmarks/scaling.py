"""How the time of a training step grows, and what more devices would give, by a model.

First table: the same GAN with more of one thing, frames, bins, channels or examples, and the
exponent that fits: time ~ amount ** exponent. Second table: bytes that each device sends in a step,
counted from the networks' weights and the layers that share their statistics. Third table: the time
of a step on 2 and on 8 devices by the model

    time(n) = computing / n + 2 (n - 1) / n * bytes / bandwidth + messages * delay

of a ring all-reduce (Patarasuk and Yuan, 2009), for the bandwidths named in LINKS. It is a model,
not a measurement: no such machine was at hand. Run as `python benchmarks/scaling.py`; 5 minutes.
"""

import time

from audiogan_tf.models import catalogue
from audiogan_tf.models.layers import ConditionalBatchNorm

import numpy as np

SHAPE, CHANNELS, BATCH, CLASSES = (64, 64, 1), 16, 16, (8,)
FACTORS = (1, 2, 4)
ROUNDS, STEPS = 5, 10
LINKS = {  # name: bytes and seconds, of one link between two devices
    "NVLink, 200 GB/s, 5 us": (200e9, 5e-6),
    "PCIe 4, 20 GB/s, 10 us": (20e9, 10e-6),
    "10-Gbit network, 1 GB/s, 50 us": (1e9, 50e-6),
}


def learner_of(frames=1, bins=1, channels=1):
    """The model `small`, made larger."""
    shape = (SHAPE[0] * frames, SHAPE[1] * bins, 1)
    game = catalogue.find("small").learner
    sizes = {"shape": list(shape), "class_counts": list(CLASSES), "channels": CHANNELS * channels}
    own = game._replace(discriminator_sizes={"channels": CHANNELS * channels})
    return own(sizes, seed=0), shape


def seconds_of(frames=1, bins=1, channels=1, batch=1):
    """The shortest time of a step, in seconds, over several rounds."""
    learner, shape = learner_of(frames, bins, channels)
    rng, examples = np.random.default_rng(0), BATCH * batch
    images = rng.uniform(-1, 1, (examples * STEPS, *shape)).astype("float32")
    labels = rng.integers(CLASSES[0], size=(len(images), 1))
    fit = {"batch_size": examples, "verbose": 0, "shuffle": False}
    learner.fit(images, labels, **fit)
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        learner.fit(images, labels, **fit)
        rounds.append((time.perf_counter() - began) / STEPS)
    return min(rounds)


def exponent(amounts, times):
    """The slope of log time over log amount, by least squares."""
    return np.polyfit(np.log(amounts), np.log(times), 1)[0]


def bytes_of_a_step(learner):
    """Bytes of gradients, bytes of shared statistics, and all-reduces, of one step."""
    networks = learner.generator, learner.discriminator
    weights = sum(int(np.prod(v.shape)) for net in networks for v in net.trainable_variables)
    norms = [layer for layer in learner.generator.layers if isinstance(layer, ConditionalBatchNorm)]
    # forwards: sums, sums of squares and counts; backwards: the slopes of the first two
    statistics = 5 * sum(layer.norm.moving_mean.shape[0] for layer in norms)
    return 4 * weights, 4 * statistics, len(networks) + 5 * len(norms)


def predicted(computing, count, sent, messages, bandwidth, delay):
    """Seconds of a step on `count` devices by the model above."""
    return computing / count + 2 * (count - 1) / count * sent / bandwidth + messages * delay


def main():
    base = seconds_of()
    print("| what grows | " + " | ".join(f"x {f}: ms" for f in FACTORS) + " | exponent |")
    print("|---|" + "---|" * (len(FACTORS) + 1))
    for name in ("frames", "bins", "channels", "batch"):
        times = [base] + [seconds_of(**{name: factor}) for factor in FACTORS[1:]]
        cells = " | ".join(f"{1000 * t:.1f}" for t in times)
        print(f"| {name} | {cells} | {exponent(FACTORS, times):.2f} |", flush=True)
    gradients, statistics, messages = bytes_of_a_step(learner_of()[0])
    print(f"\neach device sends {gradients:,} bytes of gradients and {statistics:,} of statistics")
    print(
        "\n| link (a model, not measured) | 2 devices: of one's time | 8 devices |\n|---|---|---|"
    )
    for name, link in LINKS.items():
        sent = gradients + statistics
        shares = [predicted(base, n, sent, messages, *link) / base for n in (2, 8)]
        print(f"| {name} | {shares[0]:.2f} | {shares[1]:.2f} |")
    print(f"(one device: {1000 * base:.1f} ms a step on this machine's processor)")


if __name__ == "__main__":
    main()
