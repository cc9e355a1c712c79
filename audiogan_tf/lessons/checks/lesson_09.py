"""Checks for the exercises of lesson 09."""

from audiogan_tf import synth
from audiogan_tf.lessons.checks.base import array, compare, demand, exercise, expect, returned
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import read_weights

import numpy as np

LEAST = 0.9  # share of pairs in which a strange clip must look stranger than a note


LATENTS = {  # kind: the means' deviation, the share of clips that have one, the log variance
    "strong": (1.0, 1.0, -4.0),  # 2.0 nats
    "silent": (0.01, 1.0, -0.001),  # none
    "narrow": (0.0, 1.0, -2.0),  # 0.57 nats, though the mean says nothing
    "mean alone": (0.8, 1.0, 0.0),  # 0.32 nats, though the variance says nothing
    "faint": (0.0, 1.0, -0.535),  # 0.06 nats: 0.12 without the half
    "almost": (0.0, 1.0, -0.62),  # 0.08 nats: 0.11 bits
    "just": (0.0, 1.0, -0.86),  # 0.14 nats
    "whispering": (0.0, 1.0, -0.06),  # 0.001 nats: 0.2 in 200 clips
    "rare": (2.0, 0.02, 0.0),  # 2 nats in 2 % of the clips, 0.04 on average
    "seldom": (2.0, 0.2, 0.0),  # 2 nats in 20 % of the clips, 0.4 on average
}
MODELS = (  # of several latents each; the first shows the plain mistakes
    {"strong": 3, "silent": 5},
    {"silent": 4},
    {"strong": 1, "narrow": 2, "silent": 1},
    {"mean alone": 2, "silent": 2},
    {"strong": 1, "whispering": 2, "silent": 1},
    {"strong": 1, "rare": 2, "silent": 2},
    {"seldom": 1, "silent": 3},
    {"just": 1, "faint": 2},
    {"just": 2, "almost": 3},
)


@exercise
def lesson_09_used(used_latents):
    """used_latents(mean, log_variance): how many latents a model of some clips uses, an int."""
    rng = np.random.default_rng(0)
    for kinds in MODELS:
        mean, log_variance = _codes(kinds, rng)
        nats = (mean**2 + np.exp(log_variance) - log_variance - 1) / 2  # (clips, latents)
        wanted = np.sum(nats.mean(axis=0) > 0.1)
        got = returned(used_latents(mean, log_variance))
        hint = (
            f"of {mean.shape[1]} latents ({_listed(kinds)}) {wanted} are used, yours says {got}: "
            "average each latent's own divergence over the clips, (clips, latents) to (latents,), "
            "then count those above 0.1"
        )
        got = array(got, (), "return one whole number, how many; the result has shape {shape}")
        compare(got, wanted, hint, _miscounts(nats, mean, log_variance), rtol=0)
    return "a collapsed model scores 0, whatever its error says."


def _miscounts(nats, mean, log_variance):
    """Typical mistakes, hint -> count, from (clips, latents) arrays."""
    average = nats.mean(axis=0)
    shares = {
        "you count clips and latents: average each latent's own divergence over the clips, so that "
        "one number is left for each": nats,
        "you count latents of 0.08 nats, which are 0.11 bits: the limit is 0.1 nat, with the "
        "natural logarithm": average / np.log(2),
        "you count latents of 0.06 nats: is the half of the formula there?": 2 * average,
        "the highest clip decides in yours; the average should": nats.max(axis=0),
        "you add up the clips, and more clips make more nats: average them": nats.sum(axis=0),
        "the median forgets a latent that a fifth of the clips use; take the average": np.median(
            nats, axis=0
        ),
        "a latent can hold nats by its width alone, with the same mean for every clip": mean.std(
            axis=0
        ),
        "a latent can hold nats by its means alone, with variance 1 for every clip": -(
            log_variance.mean(axis=0)
        ),
    }
    return {hint: np.sum(share > 0.1) for hint, share in shares.items()}


def _codes(kinds, rng, clips=200):
    """Means and log variances of clips, (200, latents) each, the kinds of latents in any order."""
    rows = [LATENTS[kind] for kind, count in kinds.items() for _ in range(count)]
    rows = [rows[i] for i in rng.permutation(len(rows))]
    columns = []
    for deviation, share, _ in rows:
        one = np.resize([1.0, -1.0], clips) * deviation  # its square is the same in every clip
        one[rng.permutation(clips)[round(share * clips) :]] = 0
        columns.append(one)
    log_variance = np.tile([row[2] for row in rows], (clips, 1))
    return np.stack(columns, axis=1), log_variance


def _listed(kinds):
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


@exercise
def lesson_09_between(kl_between):
    """kl_between(mean, log_variance, to_mean, to_log_variance): nats of each row, (batch,)."""
    rng = np.random.default_rng(1)
    mean, log_variance, to_mean, to_log_variance = rng.normal(0, 0.7, (4, 6, 3))
    zero = np.zeros((6, 3))
    got = array(kl_between(mean, log_variance, mean, log_variance), (6,))
    expect(
        np.abs(got).max() < 1e-5,
        "two equal Gaussians are 0 nats apart, yours are not; is the 1 subtracted?",
    )
    _compared(kl_between, (mean, log_variance, zero, zero), STANDARD)
    _compared(kl_between, (mean, log_variance, to_mean, to_log_variance), BOTH)
    return "with it a prior can have a place and a width of its own, for example for each label."


STANDARD = "with a mean of 0 and a log variance of 0 the lesson's formula must come out"
BOTH = "divide by the second variance both the squared distance of the means and the first variance"
REVERSED = (
    "this is the divergence the other way round: the average is taken under the first Gaussian, so "
    "its mean and variance stand above the second's variance"
)


def _compared(kl_between, pairs, about):
    """Hold an answer against the definition, for one list of pairs of Gaussians."""
    got, wanted = array(kl_between(*pairs), (6,)), _between(*pairs)
    mistakes = {
        REVERSED: _between(*pairs[2:], *pairs[:2]),
        "twice what it should be: is the half there?": 2 * wanted,
    }
    worst = np.max(np.abs(got / wanted - 1))
    expect(
        worst < 1e-3 or worst > 0.1,
        f"yours is within {worst:.1%} and still not exact: an average over random draws only comes "
        "near; the average of each term is known, write it down",
    )
    hint = f"the first pair is {wanted[0]:.4f} nats apart, yours says {got[0]:.4f}: {about}"
    compare(got, wanted, hint, mistakes, rtol=1e-3)


def _between(mean, log_variance, to_mean, to_log_variance):
    """From the definition: the average of log q - log p under q, by quadrature in each latent."""
    x, weights = np.polynomial.hermite_e.hermegauss(20)
    z = mean[..., None] + np.exp(log_variance / 2)[..., None] * x
    inside = x**2 + log_variance[..., None]
    away = (z - to_mean[..., None]) ** 2 * np.exp(-to_log_variance)[..., None]
    gap = away + to_log_variance[..., None] - inside
    return 0.5 * np.sum(gap @ (weights / weights.sum()), axis=-1)


@exercise
def lesson_09_surprise(surprise, model):
    """surprise(model, pictures, labels): how little each clip is like the corpus, (clips,).

    Plain and strange clips come in one call, in any order.
    """
    pictures, labels = _notes()
    usual = array(surprise(model, pictures, labels), (len(pictures),))
    expect(np.isfinite(usual).all(), "not all of your numbers are finite")
    higher = (labels + [[7, 0]]) % [[25, 5]]
    noisy = np.clip(pictures + np.random.default_rng(2).normal(0, 0.3, pictures.shape), -1, 1)
    strange = {
        "a note under the label of another pitch": (pictures, higher.astype("int32")),
        "a note under hiss": (noisy.astype("float32"), labels),
        "a note played backwards": (pictures[:, ::-1], labels),
    }
    order = np.random.default_rng(4).permutation(2 * len(pictures))
    for name, (odd, about) in strange.items():
        both = np.concatenate([pictures, odd])[order], np.concatenate([labels, about])[order]
        found = np.empty(len(order))
        found[order] = array(surprise(model, *both), (len(order),))
        plain, strange_ones = np.split(found, 2)
        apart = np.sign(strange_ones[:, None] - plain[None])
        share = float(np.mean(apart + 1) / 2)
        rules = {
            f"{name} surprises less than a plain note: turn the sign round, a likely clip "
            "surprises little": share > 1 - LEAST,
            f"{name} is the stranger one in {share:.0%} of the pairs only, wanted are "
            f"{LEAST:.0%}: how well does the model draw the clip again, given its "
            "label?": share >= LEAST,
        }
        demand(rules)
    return "a model of what is usual finds what is not; nobody showed it a mistake."


def _notes():
    """Sixty fresh notes of all timbres as pictures (60, 32, 112, 1), and their labels."""
    config, _ = read_weights("notes_vae")
    representation = Representation.from_config(config["representation"])
    rng, rows = np.random.default_rng(3), np.arange(12) * 2
    size = representation.samples, representation.sample_rate
    sounds = [
        synth.play_notes(timbre, synth.draw_note_factors(rng, 60 + rows), *size, rng)
        for timbre in synth.TIMBRES
    ]
    labels = [np.stack([rows, np.full(12, k)], axis=1) for k in range(len(sounds))]
    pictures = representation.forward(np.concatenate(sounds)).numpy()
    return pictures, np.concatenate(labels).astype("int32")
