"""Checks for the exercises of lesson 05: A GAN on spectrograms."""

import copy

from audiogan_tf.lessons.checks.base import array, demand, exercise, expect, number, returned
from audiogan_tf.models import losses

import numpy as np


@exercise
def lesson_05_doublings(doublings):
    """doublings(size): how often 4 must double to reach size; ValueError if it never does."""
    for size, wanted in ((4, 0), (8, 1), (64, 4), (256, 6)):
        got = number(doublings(size))
        expect(got == wanted, f"doublings({size}) should be {wanted}; you say {got}")
    for size in (2, 48, 63):
        try:
            doublings(size)
        except ValueError:
            continue
        expect(False, f"{size} is not 4 doubled any number of times: raise ValueError")
    return "the picture's size must be 4 times a power of two."


@exercise
def lesson_05_hinge(hinge):
    """hinge(real_logits, fake_logits): the losses of discriminator and generator."""
    for real, fake in (([2.0, 0.5], [-3.0, 0.0]), ([-1.0, 4.0], [2.0, -0.5])):
        real, fake = np.float32(real), np.float32(fake)
        answer = returned(hinge(real, fake))
        several = isinstance(answer, (tuple, list)) or np.ndim(answer) == 1
        paired = several and len(answer) == 2
        expect(paired, "return a pair: the discriminator's loss, the generator's loss")
        d_loss, g_loss = (number(loss, "each loss is one number: average it") for loss in answer)
        d_wanted, g_wanted = losses.hinge(real, fake)
        uncut = np.mean(fake) - np.mean(real)
        swapped = np.isclose(d_loss, g_wanted) and np.isclose(g_loss, d_wanted)
        margin = not np.isclose(d_loss, [uncut, uncut + 2]).any()
        g_right = np.isclose(g_loss, g_wanted)
        half, d_right = (np.isclose(d_loss, share * d_wanted) for share in (0.5, 1))
        rules = {
            "these are the right two losses in the other order: the discriminator's comes first": (
                not swapped
            ),
            "this still pays the discriminator for pushing past its margin: cut 1 - real and "
            "1 + fake off at zero with tf.nn.relu": margin,
            "that is half of the discriminator's loss: add the real and the fake part": not half,
            "the discriminator pays relu(1 - real) and relu(1 + fake), each averaged, then "
            "summed": d_right,
            "the generator's loss falls when the fake logits rise, without a margin": g_right,
        }
        demand(rules)
    return "no push past the margin, so the discriminator never grows too sure."


@exercise
def lesson_05_morph(morph, generator):
    """morph(generator, label, seed_a, seed_b, steps): pictures from one draw to another."""
    seen, label = [], np.array([[1]], "int32")

    def network(inputs, **options):
        seen.append(np.asarray(inputs[0]))
        return generator.network(inputs, **options)

    watched = copy.copy(generator)
    watched.network = network
    pictures = array(morph(watched, 1, 1, 2, 7), (7, *generator.representation.shape))
    first, last = (generator.images(label, seed=seed)[0] for seed in (1, 2))
    expect(np.allclose(pictures[0], first, atol=1e-3), "the first picture is not that of seed_a")
    expect(np.allclose(pictures[-1], last, atol=1e-3), "the last picture is not that of seed_b")
    moves = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    expect(moves.min() > 0, "the picture must change at every step: blend the two noise vectors")
    noise = np.unique(np.concatenate(seen or [np.zeros((1, 64))]), axis=0)
    lengths = np.linalg.norm(noise, axis=1)
    shortest, longest = lengths.min(), lengths.max()
    ends = [np.random.default_rng(seed).standard_normal(64, "float32") for seed in (1, 2)]
    weights = np.linalg.lstsq(np.transpose(ends), noise.T, rcond=None)[0]  # (2, pictures)
    strayed = np.linalg.norm(noise - weights.T @ ends, axis=1).max()
    rules = {
        "every picture must be drawn from its own noise, with generator.network([noise, labels]); "
        "blended pictures are two drums at once, not one in between": len(noise) >= 7,
        "the noise on the way must be a blend of the two draws, and of nothing else": strayed < 1,
        f"on the way the noise shrinks from a length of {longest:.1f} to {shortest:.1f}: weigh the "
        "two draws with sines of the angle between them": shortest > 0.8 * longest,
    }
    demand(rules)
    return "one drum turns into another, and every step on the way is a drum."
