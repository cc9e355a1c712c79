"""Checks for the lessons' exercises: each says Solved, or Not yet with a hint.

A check is called `lesson_NN_name`, takes the student's function or answer, prints one line and
returns True or False. It never raises: an error in the student's code becomes a hint.
"""

import functools

import numpy as np


class NotYet(Exception):
    """An answer that is not right yet; the message is the hint."""


def exercise(check):
    """Turn a function that raises NotYet, or returns praise, into a check."""

    @functools.wraps(check)
    def run(*answer):
        try:
            praise = check(*answer)
        except NotYet as hint:
            print(f"Not yet: {hint}")
            return False
        except Exception as error:
            print(f"Not yet: your code stopped with {type(error).__name__}: {error}")
            return False
        print(f"Solved: {praise}")
        return True

    return run


def expect(condition, hint):
    """Raise NotYet with `hint` unless `condition` holds."""
    if not condition:
        raise NotYet(hint)


def demand(rules):
    """Rules in the order in which they are asked for: hint -> whether the answer keeps the rule."""
    for hint, kept in rules.items():
        expect(kept, hint)


def returned(value):
    """What the student's function returned, if it returned anything."""
    expect(value is not None, "the function returns nothing yet; end it with return")
    return value


def number(value, hint="return one number"):
    """A single number, or NotYet with `hint`."""
    expect(np.ndim(returned(value)) == 0, hint)
    return value


def array(value, shape, hint="the result has shape {shape}, wanted {wanted}"):
    """An array of a shape, or NotYet with `hint`, in which {shape} and {wanted} are filled in."""
    value = np.asarray(returned(value))
    expect(value.shape == shape, hint.format(shape=value.shape, wanted=shape))
    return value


def compare(got, wanted, hint, mistakes, **tolerance):
    """Numbers that must be close to those wanted, or NotYet: a typical mistake has its own hint.

    mistakes: hint -> the answer that this mistake gives; other wrong answers get `hint`.
    tolerance: of np.allclose.
    """
    for about, wrong in mistakes.items():
        made = np.allclose(got, wrong, **tolerance) and not np.allclose(wrong, wanted, **tolerance)
        expect(not made, about)
    expect(np.allclose(got, wanted, **tolerance), hint)
