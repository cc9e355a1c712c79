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


def lazy(slopes, x, y, step):
    return extragradient(slopes, x, y, step / 2)


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
    ],
)
def test_the_solution_passes(check, answer, capsys):
    assert check(answer)
    assert capsys.readouterr().out.startswith("Solved: ")


WRONG = (
    (checks.lesson_04_best_discriminator, lambda p, q, s: p / (p + q), "right for share=0.5 only"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: 1 - best(p, q, s), "being generated"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: s * p + (1 - s) * q, "should be 0.250"),
    (checks.lesson_04_best_discriminator, lambda p, q, s: 0.5, r"shape \(\), wanted \(4,\)"),
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
    (checks.lesson_04_relativistic_average, lambda r, f: None, "returns nothing yet"),
    (checks.lesson_04_relativistic_average, naive, "use softplus"),
    (checks.lesson_04_rule, simultaneous, "each answers where the other was"),
    (checks.lesson_04_rule, alternating, "keep circling"),
    (checks.lesson_04_rule, pulled, "do not pull towards 0"),
    (checks.lesson_04_rule, lazy, "too slowly"),
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
