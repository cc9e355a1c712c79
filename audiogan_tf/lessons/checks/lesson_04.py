"""Checks for lesson 04's exercises; see `checks`."""

from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, returned
from audiogan_tf.models import losses

import numpy as np


@exercise
def lesson_04_best_discriminator(best):
    """best(p, q, share): the best D at points of density p and q; `share` of a batch is real."""
    fixed = np.random.default_rng(4)
    trials = [(share, fixed, (5,)) for share in (0.5, 0.25, 0.9)]
    trials.append((0.35, np.random.default_rng(), (2, 3)))  # new numbers at each call
    for share, rng, shape in trials:
        p, q = rng.uniform(0.1, 0.8, shape), rng.uniform(0.1, 0.8, shape)
        p.flat[0], q.flat[1] = 0.0, 0.0  # points that only one side reaches
        got = array(best(p, q, share), shape)
        wanted = share * p / (share * p + (1 - share) * q)
        mistakes = {
            "that is the probability of being generated; D is the probability of being real": 1
            - wanted,
            f"that is right for share=0.5 only; with share={share} real points of density p come "
            f"up with weight {share}, generated ones with weight {1 - share:g}": p / (p + q),
        }
        hint = (
            f"with share={share}, p={p.flat[2]:.3f} and q={q.flat[2]:.3f} D should be "
            f"{wanted.flat[2]:.3f}, yours is {got.flat[2]:.3f}; maximise share * p * log(D) + "
            "(1 - share) * q * log(1 - D)"
        )
        off = float(np.abs(got - wanted).max())
        if 1e-4 <= off < 0.02:
            hint = (
                f"nearly: off by up to {off:.1g}. A search on a grid finds the best of the values "
                "it tries, not the best value: set the slope of share * p * log(D) + (1 - share) "
                "* q * log(1 - D) to zero, and solve it for D. If you did: a number added to "
                "the denominator moves every answer"
            )
        if off < 1e-4:
            hint = (
                f"nearly: off by {off:.1g}. A small number in the denominator, or a D that is "
                "clipped, moves every answer; nothing divides by 0 here, for p and q are never 0 "
                "at the same point"
            )
        compare(got, wanted, hint, mistakes, rtol=0, atol=5e-7)  # single precision is enough
    return "where half of the points would be real, a fair D says how the batch was mixed."


@exercise
def lesson_04_relativistic_average(loss):
    """loss(real_logits, fake_logits): the relativistic average losses of D and of G."""
    rng = np.random.default_rng(4)
    for _ in range(3):
        real, fake = rng.normal(1, 2, 6).astype("float32"), rng.normal(0, 2, 6).astype("float32")
        pair = returned(loss(real, fake))
        several = isinstance(pair, (tuple, list)) or np.ndim(pair) > 0
        expect(
            several and len(pair) == 2,
            "return two numbers: the discriminator's loss and the generator's",
        )
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
    _expect_unbounded(loss)
    return "no discriminator can win by calling everything real: only the order counts."


def _expect_unbounded(loss):
    """The losses are right at logits of 10,000 as well, whoever is sure and whoever is wrong."""
    sure = np.float32([1e4, 2e4])
    for real, fake in ((sure, -sure), (-sure, sure)):
        far = np.array([float(one) for one in loss(real, fake)])
        expect(
            np.isfinite(far).all(),
            "at logits of 10,000 it is not finite: use softplus instead of the log of a sigmoid",
        )
        ahead, behind = real - fake.mean(), fake - real.mean()
        wanted = np.array([_mean_softplus(-ahead, behind), _mean_softplus(ahead, -behind)])
        expect(
            np.allclose(far, wanted, rtol=1e-3, atol=1e-3),
            f"at logits of 10,000 the losses should be {wanted[0]:.0f} and {wanted[1]:.0f}, yours "
            f"are {far[0]:.0f} and {far[1]:.0f}: a probability that is clipped, or helped by a "
            "small number, stops to grow there and has no slope; softplus goes on",
        )


def _mean_softplus(*parts):
    return sum(np.logaddexp(0, np.float64(part)).mean() for part in parts)


GAMES = (  # strength, equilibrium, start
    (1.0, (0.0, 0.0), (0.5, 0.2)),
    (1.0, (0.7, -0.4), (-0.3, 0.2)),
    (-1.5, (0.3, 0.6), (0.9, 0.1)),
)
SETTLED, STUCK = 0.01, 0.97  # of the first distance: a rule leaves less; it draws nothing in
TURNS, MOST_TURNS, RECENT = 200, 2000, 40


@exercise
def lesson_04_rule(rule):
    """rule(slopes, x, y, step): the players' next x and y; slopes(x, y) gives the game's slopes."""
    for number, game in enumerate(GAMES):
        share, turns = _left(rule, game, TURNS)
        if SETTLED <= share < STUCK:  # on its way: some right rules are slow
            share, turns = _left(rule, game, MOST_TURNS)
        if share < SETTLED:
            continue
        expect(
            number < 2,
            "it settles in x * y and in (x - 0.7) * (y + 0.4), but not in -1.5 * (x - 0.3) * "
            "(y - 0.6): there the slopes have other signs and sizes. x must go down its own slope, "
            "along_x, and y up its own, along_y; neither may follow the other's",
        )
        expect(
            number < 1,
            "it settles in the game x * y but not in (x - 0.7) * (y + 0.4), whose equilibrium is "
            "elsewhere: do not pull towards 0, use nothing but slopes(x, y)",
        )
        expect(share < 2 or not _against_itself(rule), _against_itself(rule))
        expect(
            share < 2,
            f"after {turns} turns the players are {share:.1f} times as far from the "
            "equilibrium as at the start: each answers where the other was",
        )
        expect(
            share < STUCK,
            "the players keep circling, or stand still: answering the newest move stops the "
            "growth, but nothing draws them in. Let them look ahead: take a trial step, and use "
            "the slopes found there",
        )
        expect(
            False,
            f"it goes in the right direction, but too slowly: after {turns} turns {share:.0%} of "
            f"the distance are left; aim for {SETTLED:.0%}",
        )
    return "the players settle, and nobody told them where."


def _against_itself(rule):
    """A hint if a player's first move in the game x * y is one that it does not want, or ""."""
    x, y = 0.5, 0.2
    new_x, new_y = rule(lambda x, y: (y, x), x, y, 0.3)
    if new_x > x:
        return "x wants the value small, so it must go down its own slope, along_x; yours goes up"
    if new_y < y:
        return "y wants the value large, so it must go up its own slope, along_y; yours goes down"
    return ""


def _left(rule, game, turns):
    """The largest distance of the last turns, as a share of the first; and how many were played."""
    path = _play(rule, *game, turns=turns)
    expect(np.isfinite(path).all(), "the players run off to infinity")
    return path[-RECENT:].max() / path[0], len(path) - 1


def _play(rule, strength, centre, start, turns, step=0.3):
    """Distances from the equilibrium after each turn of the game strength * (x - a) * (y - b)."""
    a, b = centre
    point, distances = start, [np.hypot(start[0] - a, start[1] - b)]
    for _ in range(turns):
        answer = rule(lambda x, y: (strength * (y - b), strength * (x - a)), *point, step)
        answer = array(answer, (2,), "return two numbers: the next x and the next y")
        point = tuple(float(number) for number in answer)
        distances.append(np.hypot(point[0] - a, point[1] - b))
        if not distances[-1] < 1e6:
            break
    return np.array(distances)
