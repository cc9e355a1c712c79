"""Lesson 04's checks: solutions pass, stubs and typical mistakes each get their own hint."""

import re

from audiogan_tf.lessons import checks
from audiogan_tf.models import losses

import numpy as np
import pytest


def softplus(x):
    return np.logaddexp(0, x)


def best(p, q, share):
    return share * p / (share * p + (1 - share) * q)


def relativistic_average(real, fake):
    ahead, behind = real - fake.mean(), fake - real.mean()
    discriminator = softplus(-ahead).mean() + softplus(behind).mean()
    return discriminator, softplus(ahead).mean() + softplus(-behind).mean()


def extragradient(slopes, x, y, step):
    down, up = slopes(x, y)
    down, up = slopes(x - step * down, y + step * up)
    return x - step * down, y + step * up


def simultaneous(slopes, x, y, step):
    down, up = slopes(x, y)
    return x - step * down, y + step * up


def alternating(slopes, x, y, step):
    x = x - step * slopes(x, y)[0]
    return x, y + step * slopes(x, y)[1]


def pulled(slopes, x, y, step):
    down, up = slopes(x, y)
    return x - step * (down + 0.5 * x), y + step * (up - 0.5 * y)


def patient(slopes, x, y, step):
    return extragradient(slopes, x, y, step / 2)


def lazy(slopes, x, y, step):
    return extragradient(slopes, x, y, step / 10)


def consensus(slopes, x, y, step):
    """Each also walks down the squared slopes of both (Mescheder et al., 2017), by differences."""

    def size(x, y):
        return sum(slope**2 for slope in slopes(x, y)) / 2

    down, up = slopes(x, y)
    steep_x = (size(x + 1e-4, y) - size(x - 1e-4, y)) / 2e-4
    steep_y = (size(x, y + 1e-4) - size(x, y - 1e-4)) / 2e-4
    return x - step * (down + steep_x), y + step * (up - steep_y)


class Optimistic:
    """Twice the new slope less the last one (Daskalakis et al., 2018)."""

    last = 0.0, 0.0

    def __call__(self, slopes, x, y, step):
        (down, up), (old_down, old_up) = slopes(x, y), self.last
        self.last = down, up
        return x - step * (2 * down - old_down), y + step * (2 * up - old_up)


class NegativeMomentum:
    """In turns, each taking back half of its last move (Gidel et al., 2019)."""

    moved = 0.0, 0.0

    def __call__(self, slopes, x, y, step):
        by_x = -0.5 * self.moved[0] - step * slopes(x, y)[0]
        by_y = -0.5 * self.moved[1] + step * slopes(x + by_x, y)[1]
        self.moved = by_x, by_y
        return x + by_x, y + by_y


def followers(slopes, x, y, step):
    along_x, along_y = slopes(x, y)
    return x - step * along_y, y - step * along_x


def both_downhill(slopes, x, y, step):
    along_x, along_y = slopes(x, y)
    return x - step * along_x, y - step * along_y


def both_backwards(slopes, x, y, step):
    along_x, along_y = slopes(x, y)
    return x + step * along_x, y - step * along_y


def jump(slopes, x, y, step):
    along_x, along_y = slopes(x, y)
    return x - along_y, y - along_x


def on_a_grid(p, q, share):
    d = np.linspace(0.0005, 0.9995, 1000).reshape([-1] + [1] * p.ndim)
    return d.ravel()[(share * p * np.log(d) + (1 - share) * q * np.log(1 - d)).argmax(axis=0)]


def copied_numbers(p, q, share):
    """What the right answer gave for the three shares that the hints name."""
    rng = np.random.default_rng(4)
    for known in (0.5, 0.25, 0.9):
        one, two = rng.uniform(0.1, 0.8, 5), rng.uniform(0.1, 0.8, 5)
        one[0], two[1] = 0.0, 0.0
        if known == share:
            return best(one, two, share)
    return np.full(p.shape, 0.5)


def clipped(real, fake):
    def log_sigmoid(x):
        with np.errstate(over="ignore"):
            return np.log(np.clip(1 / (1 + np.exp(-np.float64(x))), 1e-7, 1 - 1e-7))

    ahead, behind = real - fake.mean(), fake - real.mean()
    discriminator = -log_sigmoid(ahead).mean() - log_sigmoid(-behind).mean()
    return discriminator, -log_sigmoid(-ahead).mean() - log_sigmoid(behind).mean()


def naive(real, fake):
    def log_sigmoid(x):
        with np.errstate(over="ignore", divide="ignore"):
            return np.log(1 / (1 + np.exp(-x)))

    ahead, behind = real - fake.mean(), fake - real.mean()
    discriminator = -log_sigmoid(ahead).mean() - log_sigmoid(-behind).mean()
    return discriminator, -log_sigmoid(-ahead).mean() - log_sigmoid(behind).mean()


@pytest.mark.parametrize(
    "check, answer",
    [
        (checks.lesson_04_best_discriminator, best),
        (checks.lesson_04_relativistic_average, relativistic_average),
        (checks.lesson_04_rule, extragradient),
        (checks.lesson_04_rule, patient),
        (checks.lesson_04_rule, consensus),
        (checks.lesson_04_rule, Optimistic()),
        (checks.lesson_04_rule, NegativeMomentum()),
    ],
)
def test_the_solution_passes(check, answer, capsys):
    assert check(answer)
    assert capsys.readouterr().out.startswith("Solved: ")


WRONG = (
    (checks.lesson_04_best_discriminator, lambda p, q, s: p / (p + q), "right for share=0.5 only"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: 1 - best(p, q, s), "being generated"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: s * p + (1 - s) * q, "should be 0"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: 0.5, r"shape \(\), wanted \(5,\)"),
    (checks.lesson_04_best_discriminator, on_a_grid, "search on a grid"),
    (
        checks.lesson_04_best_discriminator,
        lambda p, q, s: s * p / (s * p + (1 - s) * q + 1e-6),
        "small number in the denominator",
    ),
    (
        checks.lesson_04_best_discriminator,
        lambda p, q, s: np.clip(best(p, q, s), 1e-6, 1 - 1e-6),
        "or a D that is clipped",
    ),
    (checks.lesson_04_best_discriminator, copied_numbers, "with share=0.35"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: None, "returns nothing yet"),
    (checks.lesson_04_relativistic_average, losses.relativistic, "paired form"),
    (
        checks.lesson_04_relativistic_average,
        lambda r, f: relativistic_average(r, f)[::-1],
        "are swapped",
    ),
    (
        checks.lesson_04_relativistic_average,
        lambda r, f: tuple(one / 2 for one in relativistic_average(r, f)),
        "added, not averaged",
    ),
    (
        checks.lesson_04_relativistic_average,
        lambda r, f: (relativistic_average(r, f)[0], softplus(r.mean() - f).mean()),
        "two parts as well",
    ),
    (checks.lesson_04_relativistic_average, losses.non_saturating, "discriminator's loss should"),
    (checks.lesson_04_relativistic_average, lambda r, f: (r - f, f - r), "take the mean"),
    (checks.lesson_04_relativistic_average, lambda r, f: softplus(r - f).mean(), "two numbers"),
    (checks.lesson_04_relativistic_average, lambda r, f: None, "returns nothing yet"),
    (checks.lesson_04_relativistic_average, naive, "use softplus"),
    (checks.lesson_04_relativistic_average, clipped, "stops to grow there"),
    (checks.lesson_04_rule, simultaneous, "each answers where the other was"),
    (checks.lesson_04_rule, both_downhill, "y wants the value large"),
    (checks.lesson_04_rule, both_backwards, "x wants the value small"),
    (checks.lesson_04_rule, alternating, "keep circling"),
    (checks.lesson_04_rule, pulled, "do not pull towards 0"),
    (checks.lesson_04_rule, lazy, "too slowly"),
    (checks.lesson_04_rule, followers, "neither may follow the other's"),
    (checks.lesson_04_rule, jump, "neither may follow the other's"),
    (checks.lesson_04_rule, lambda slopes, x, y, step: None, "returns nothing yet"),
    (checks.lesson_04_rule, lambda slopes, x, y, step: (x, y), "keep circling"),
)


@pytest.mark.parametrize("check, answer, hint", WRONG)
def test_a_wrong_answer_gets_a_hint_that_helps(check, answer, hint, capsys):
    assert not check(answer)
    assert re.search("Not yet: .*" + hint, capsys.readouterr().out)


def test_an_error_in_the_answer_becomes_a_hint(capsys):
    assert not checks.lesson_04_rule(lambda slopes, x, y, step: 1 / 0)
    assert "ZeroDivisionError" in capsys.readouterr().out
