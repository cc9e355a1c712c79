"""Checks for the exercises of lesson 05: A GAN on spectrograms."""

import copy

from audiogan_tf.lessons.checks.base import array, exercise, expect

import numpy as np


@exercise
def lesson_05_doublings(doublings):
    """doublings(size): how often 4 must double to reach size; ValueError if it never does."""
    for size, wanted in ((4, 0), (8, 1), (64, 4), (256, 6)):
        got = doublings(size)
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
    from audiogan_tf.models import losses

    for real, fake in (([2.0, 0.5], [-3.0, 0.0]), ([-1.0, 4.0], [2.0, -0.5])):
        real, fake = np.float32(real), np.float32(fake)
        (d_loss, g_loss), wanted = hinge(real, fake), losses.hinge(real, fake)
        uncut = np.mean(fake) - np.mean(real)
        expect(
            not np.isclose(d_loss, [uncut, uncut + 2]).any(),
            "this still pays the discriminator for pushing past its margin: cut 1 - real and "
            "1 + fake off at zero with tf.nn.relu",
        )
        expect(
            not np.isclose(d_loss, wanted[0] / 2),
            "that is half of the discriminator's loss: add the real and the fake part",
        )
        expect(
            np.isclose(d_loss, wanted[0]),
            "the discriminator pays relu(1 - real) and relu(1 + fake), each averaged, then summed",
        )
        expect(
            np.isclose(g_loss, wanted[1]),
            "the generator's loss falls when the fake logits rise, without a margin",
        )
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
    expect(
        len(noise) >= 7,
        "every picture must be drawn from its own noise, with generator.network([noise, labels]); "
        "blended pictures are two drums at once, not one in between",
    )
    lengths = np.linalg.norm(noise, axis=1)
    expect(
        lengths.min() > 0.8 * lengths.max(),
        f"on the way the noise shrinks from a length of {lengths.max():.1f} to "
        f"{lengths.min():.1f}: weigh the two draws with sines of the angle between them",
    )
    return "one drum turns into another, and every step on the way is a drum."
