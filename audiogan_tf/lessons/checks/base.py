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


def array(value, shape):
    expect(value is not None, "the function returns nothing yet; end it with return")
    value = np.asarray(value)
    expect(value.shape == shape, f"the result has shape {value.shape}, wanted {shape}")
    return value
