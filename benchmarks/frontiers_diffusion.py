"""What does a draw in many steps cost, and what does it bring? Diffusion beside the GAN.

`drums_diffusion` draws in 2 to 50 steps, `drums_long` in one pass of its generator; both are
shipped. 160 sounds each, scored as in benchmarks/leaderboard.py, whose table has the row at two
minutes. A few minutes on one core.

- accuracy, frechet_distance, coverage, neighbour_ratio: as there
- variety: mean distance of two draws of a kind over that of two real clips
- cost: CPU seconds a picture, over the GAN's, without the way back to sound
- likeness: correlation with the picture that the most steps make of the same noise
"""

import time

import audiogan_tf
from audiogan_tf.judging import metrics
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import diffusion
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import inverse_all

import numpy as np

STEPS = (50, 20, 5, 2)
CLIPS, PART, LIKE = 160, 40, 40  # scored; drawn at a time; compared


def with_steps(generator, steps):
    """A shipped diffusion generator that draws in another number of steps."""
    network = diffusion.build_generator(**generator.sizes | {"steps": steps})
    network.set_weights(generator.network.get_weights())
    about = generator.representation, generator.conditions, generator.about, generator.builder
    return audiogan_tf.SoundGenerator(network, generator.sizes, *about)


def drawn(generator, conditions):
    """Pictures of CLIPS conditions, and the CPU seconds that one took."""
    generator.images(conditions[:PART])  # makes what is made once
    began = time.process_time()
    parts = range(0, CLIPS, PART)
    pictures = [generator.images(conditions[i : i + PART], seed=i) for i in parts]
    return np.concatenate(pictures), (time.process_time() - began) / CLIPS


def scores(pictures, asked, corpus, judge):
    sounds = audio.limit(inverse_all(pictures, corpus.representation))
    hearing, known = judge.hear(sounds, corpus.sample_rate), judge.reference
    usual = metrics.variety(known.test, known.test_conditions[:, 0])
    features, pool = hearing.features, known.train[:CLIPS]
    return {
        "accuracy": metrics.accuracy(hearing.probabilities[0], asked),
        "frechet_distance": metrics.frechet_distance(features, known.train),
        "coverage": metrics.manifold_scores(features, pool)["coverage"],
        "neighbour_ratio": metrics.nearest_neighbour_ratio(features, known.train, known.test),
        "variety": metrics.variety(features, asked) / usual,
    }


def likeness(pictures, reference):
    """Median correlation of pictures with others of the same noise, pair by pair."""
    rows = [np.reshape(part[:LIKE], (LIKE, -1)) for part in (pictures, reference)]
    return float(np.median([np.corrcoef(a, b)[0, 1] for a, b in zip(*rows, strict=True)]))


def measure(table):
    ways = [f"{steps} steps" for steps in STEPS]
    if not any(table.lacks("drums_diffusion", way) for way in ways):
        return
    corpus = audiogan_tf.load_corpus("drums")
    judge, asked = judge_for(corpus), np.arange(CLIPS) % len(corpus.classes)
    conditions = asked[:, None].astype("int32")
    pictures, once = drawn(audiogan_tf.SoundGenerator.load("drums_long"), conditions)
    table.add("drums_long", "one pass", scores(pictures, asked, corpus, judge) | {"cost": 1.0})
    generator, most = audiogan_tf.SoundGenerator.load("drums_diffusion"), None
    for steps, way in zip(STEPS, ways, strict=True):
        pictures, took = drawn(with_steps(generator, steps), conditions)
        most = pictures if most is None else most
        found = scores(pictures, asked, corpus, judge) | {"cost": took / once}
        table.add("drums_diffusion", way, found | {"likeness": likeness(pictures, most)})
