"""Checks for the lessons' exercises: each says Solved, or Not yet with a hint.

`checks.lesson_05_hinge` stands in the module `lesson_05`, which is loaded when it is asked for.
"""

import importlib
import re

from audiogan_tf.lessons.checks.base import NotYet, exercise, expect

__all__ = ["NotYet", "exercise", "expect"]


def __getattr__(name):
    """A check by its name, from the module of its lesson."""
    lesson = re.match(r"lesson_\d\d(?=_)", name)
    if lesson is None:
        raise AttributeError(f"module 'audiogan_tf.lessons.checks' has no attribute {name!r}")
    return getattr(importlib.import_module(f"audiogan_tf.lessons.checks.{lesson[0]}"), name)
