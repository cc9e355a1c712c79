"""Checks for the exercises of lesson 09."""

from audiogan_tf import synth
from audiogan_tf.lessons.checks.base import array, compare, demand, exercise, expect
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import read_weights

import numpy as np

LEAST = 0.9  # share of pairs in which a strange clip must look stranger than a note


@exercise
def lesson_09_used(used_latents):
    """used_latents(mean, log_variance): how many latents a model of some clips uses, an int."""
    rng = np.random.default_rng(0)
    for used, unused, wide in ((3, 5, 0), (0, 4, 0), (2, 0, 3), (1, 1, 1)):
        mean = np.concatenate(
            [rng.normal(0, 1, (200, used)), rng.normal(0, 0.01, (200, unused + wide))], axis=1
        )
        log_variance = np.full_like(mean, -0.001)
        log_variance[:, :used] = -4
        log_variance[:, used + unused :] = -2  # says nothing about the clip, but costs nats
        order = rng.permutation(mean.shape[1])
        got = array(used_latents(mean[:, order], log_variance[:, order]), ())
        expect(
            got == used + wide,
            f"with {used + wide} latents at 0.4 nats or more and {unused} near 0 the answer is "
            f"{used + wide}, yours is {got}: average each latent's own divergence over the clips, "
            "(clips, latents) to (latents,), then count those above 0.1",
        )
    return "a collapsed model scores 0, whatever its error says."


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
    standard = array(kl_between(mean, log_variance, zero, zero), (6,))
    wanted = 0.5 * np.sum(mean**2 + np.exp(log_variance) - log_variance - 1, axis=1)
    expect(
        np.allclose(standard, wanted, rtol=1e-4),
        f"to the standard Gaussian the first pair is {wanted[0]:.2f} nats apart, yours says "
        f"{standard[0]:.2f}: with a mean of 0 and a log variance of 0 the lesson's formula must "
        "come out",
    )
    pairs = (mean, log_variance, to_mean, to_log_variance)
    got, wanted = array(kl_between(*pairs), (6,)), _between(*pairs)
    mistakes = {
        "this is the divergence the other way round: the average is taken under the first "
        "Gaussian, so its mean and variance stand above the second's "
        "variance": _between(*pairs[2:], *pairs[:2])
    }
    hint = (
        f"the first pair is {wanted[0]:.2f} nats apart, yours says {got[0]:.2f}: divide by the "
        "second variance both the squared distance of the means and the first variance"
    )
    compare(got, wanted, hint, mistakes, rtol=1e-3)
    return "with it a prior can have a place and a width of its own, for example for each label."


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
    """surprise(model, pictures, labels): how little each clip is like the corpus, (clips,)."""
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
    for name, case in strange.items():
        found = array(surprise(model, *case), (len(pictures),))
        apart = np.sign(found[:, None] - usual[None])
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
