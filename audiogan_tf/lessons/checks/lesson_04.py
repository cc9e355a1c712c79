"""Checks for lesson 04's exercises; see `checks`."""

from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, returned
from audiogan_tf.models import losses

import numpy as np


@exercise
def lesson_04_best_discriminator(best):
    """best(p, q, share): the best D at points of density p and q; `share` of a batch is real."""
    p, q = np.array([0.5, 0.2, 0.0, 0.3]), np.array([0.5, 0.6, 0.4, 0.0])
    for share in (0.5, 0.25, 0.9):
        got = array(best(p, q, share), p.shape)
        wanted = share * p / (share * p + (1 - share) * q)
        mistakes = {
            "that is the probability of being generated; D is the probability of being real": 1
            - wanted,
            f"that is right for share=0.5 only; with share={share} real points of density p come "
            f"up with weight {share}, generated ones with weight {1 - share:g}": p / (p + q),
        }
        hint = (
            f"with share={share}, p=0.2 and q=0.6 D should be {wanted[1]:.3f}; maximise "
            "share * p * log(D) + (1 - share) * q * log(1 - D)"
        )
        compare(got, wanted, hint, mistakes)
    return "where half of the points would be real, a fair D says how the batch was mixed."


@exercise
def lesson_04_relativistic_average(loss):
    """loss(real_logits, fake_logits): the relativistic average losses of D and of G."""
    rng = np.random.default_rng(4)
    for _ in range(3):
        real, fake = rng.normal(1, 2, 6).astype("float32"), rng.normal(0, 2, 6).astype("float32")
        pair = returned(loss(real, fake))
        expect(len(pair) == 2, "return two numbers: the discriminator's loss and the generator's")
        expect(all(np.ndim(one) == 0 for one in pair), "each loss is one number: take the mean")
        got = np.array([float(one) for one in pair])
        ahead, behind = real - fake.mean(), fake - real.mean()
        wanted = np.array([_mean_softplus(-ahead, behind), _mean_softplus(ahead, -behind)])
        paired = np.array([float(one) for one in losses.relativistic(real, fake)])
        mistakes = {
            "that is the paired form, which the lesson has; subtract the mean of all logits of "
            "the other kind instead of the one logit beside it": paired,
            "the two losses are swapped: the discriminator wants real logits ahead": wanted[::-1],
            "each player's two parts are added, not averaged": wanted / 2,
        }
        hint = (
            f"the discriminator's loss should be {wanted[0]:.3f} here, yours is {got[0]:.3f}: "
            "softplus(-(r - mean(f))) for reals plus softplus(f - mean(r)) for fakes"
        )
        if np.isclose(got[0], wanted[0], atol=1e-4):
            hint = (
                f"the generator's loss should be {wanted[1]:.3f} here, yours is {got[1]:.3f}: it "
                "has two parts as well, and wants the opposite of both"
            )
        compare(got, wanted, hint, mistakes, atol=1e-4)
    sure = np.float32([1e4, 2e4])
    far = [float(one) for one in loss(sure, -sure)]
    expect(
        np.isfinite(far).all(),
        "at logits of 10,000 it is not finite: use softplus instead of the log of a sigmoid",
    )
    return "no discriminator can win by calling everything real: only the order counts."


def _mean_softplus(*parts):
    return sum(np.logaddexp(0, np.float64(part)).mean() for part in parts)


@exercise
def lesson_04_rule(rule):
    """rule(slopes, x, y, step): the players' next x and y; slopes(x, y) gives the game's slopes."""
    for centre, start in (((0.0, 0.0), (0.5, 0.5)), ((0.7, -0.4), (-0.3, 0.2))):
        path = _play(rule, centre, start)
        began, ended = path[0], path[-1]
        expect(np.isfinite(path).all(), "the players run off to infinity")
        expect(
            ended < 2 * began,
            f"after 200 turns the players are {ended / began:.1f} times as far from the "
            "equilibrium as at the start: each answers where the other was",
        )
        expect(
            ended < 0.01 * began or centre == (0.0, 0.0),
            "it settles in the game x * y but not in (x - 0.7) * (y + 0.4), whose equilibrium is "
            "elsewhere: do not pull towards 0, use nothing but slopes(x, y)",
        )
        expect(
            ended < 0.5 * began,
            "the players keep circling, or stand still: answering the newest move stops the "
            "growth, but nothing draws them in. Let them look ahead: take a trial step, and use "
            "the slopes found there",
        )
        expect(ended < 0.01 * began, "it goes in the right direction, but too slowly: aim for 1 %")
    return "the players settle, and nobody told them where."


def _play(rule, centre, start, step=0.3, turns=200):
    """Distances from the equilibrium after each turn of the game (x - a) * (y - b)."""
    a, b = centre
    point, distances = start, [np.hypot(start[0] - a, start[1] - b)]
    for _ in range(turns):
        answer = rule(lambda x, y: (y - b, x - a), *point, step)
        answer = array(answer, (2,), "return two numbers: the next x and the next y")
        point = tuple(float(number) for number in answer)
        distances.append(np.hypot(point[0] - a, point[1] - b))
        if not distances[-1] < 1e6:
            break
    return np.array(distances)
