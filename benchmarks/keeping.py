"""Can the 48 clips of a preview say which state of a training is best?

A GAN learns `drums`; every 500 steps 600 clips say how far the state is from held-out recordings
(Frechet distance in the judge's features), and 48 clips guess it, by several scores, against all
held-out clips or a few of them. Printed are, for each score, Spearman's rank correlation of the
guesses with the distances of 600 clips, and what the state that it would keep has by 600 clips.
The noise of the 48 clips has three seeds, small sets of held-out clips are drawn ten times.
training/keeping.py rests on this table.

Run as `python benchmarks/keeping.py`; about eight minutes on two cores.
"""

import argparse

import audiogan_tf
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging import judge_for, metrics
from audiogan_tf.models import build
from audiogan_tf.models.layers import even_conditions
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import numpy as np
from scipy.stats import spearmanr

STATES, EVERY, SEED = 12, 500, 0
MANY, FEW, NOISES = 600, 48, (1, 2, 3)
HELD_OUT, DRAWS = (8, 16, 40, 100), 10


def variances(features, reference):
    """The Frechet distance of two clouds whose features are taken as independent."""
    pairs = [(x.mean(axis=0), x.std(axis=0, ddof=1)) for x in (features, reference)]
    return float(sum(np.sum((one - other) ** 2) for one, other in zip(*pairs, strict=True)))


def uncovered(features, reference):
    return -metrics.manifold_scores(features, reference)["coverage"]


SCORES = {
    "Frechet": metrics.frechet_distance,
    "kernel": metrics.kernel_distance,
    "variances alone": variances,
    "coverage": uncovered,
}


def hear(gan, corpus, judge, count, seed):
    """Features of `count` clips, all classes equally often, as a preview hears them."""
    images = gan.generate(count, even_conditions(corpus.class_counts, count), seed=seed)
    sounds = audio.limit(inverse_all(images, corpus.representation, iterations=16))
    return judge.hear(sounds, corpus.sample_rate).features


def states(corpus, judge, count, every):
    """Train; yields what 600 clips and three sets of 48 sound like, every so many steps."""
    gan = build(corpus.representation.shape, corpus.class_counts, seed=SEED)
    gan.adapt(forward_all(corpus.train.audio, corpus.representation), corpus.train.conditions)
    data = batches(corpus.train, corpus.representation, 16, SEED)
    for _ in range(count):
        gan.fit(data, epochs=1, steps_per_epoch=every, shuffle=False, verbose=0)
        few = [hear(gan, corpus, judge, FEW, seed) for seed in NOISES]
        yield hear(gan, corpus, judge, MANY, seed=7), few


def compare(score, few, truth, references):
    """Rank correlations with `truth`, and the truth of the states kept, one for each guess."""
    orders, kept = [], []
    for reference in references:
        for noise in range(len(NOISES)):
            guesses = [score(state[noise], reference) for state in few]
            orders.append(spearmanr(guesses, truth).statistic)
            kept.append(truth[int(np.argmin(guesses))])
    return orders, kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--states", metavar="N", type=int, default=STATES)
    parser.add_argument("--every", metavar="STEPS", type=int, default=EVERY)
    asked = parser.parse_args()
    corpus = audiogan_tf.load_corpus("drums")
    judge = judge_for(corpus)
    held_out, rng = judge.reference.test, np.random.default_rng(0)
    many, few = zip(*states(corpus, judge, asked.states, asked.every), strict=True)
    truth = [metrics.frechet_distance(features, held_out) for features in many]
    print("by 600 clips:", *(f"{distance:.2f}" for distance in truth))
    print(f"{'held out':>8}  {'score':16} rank correlation (least)  state kept (worst)")
    for count in (*HELD_OUT, len(held_out)):
        sets = [held_out[rng.permutation(len(held_out))[:count]] for _ in range(DRAWS)]
        for name, score in SCORES.items():
            orders, kept = compare(score, few, truth, sets if count < len(held_out) else sets[:1])
            order = f"{np.mean(orders):.2f} ({min(orders):.2f})"
            print(f"{count:>8}  {name:16} {order:25} {np.mean(kept):.2f} ({max(kept):.2f})")


if __name__ == "__main__":
    main()
