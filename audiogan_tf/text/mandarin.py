"""Numbers in Mandarin text to Chinese characters, by wetext's grammar."""

import functools
import re

from audiogan_tf.errors import InputError

# What wetext reads otherwise than people do.
HABITS = [
    (r"第2(?![\d.])", "第二"),
    (r"(?<![\d.])100%", "百分之百"),
    (r"№ ?(?=\d)|#(?=\d)", "第"),
]
LONGEST = 16  # digits; a longer number is a row of digits


@functools.cache
def _grammar():
    try:
        from wetext import Normalizer
    except ImportError as error:
        raise InputError(
            "Mandarin needs the package wetext, which is not here; "
            'install it with pip install "audiogan_tf[speech]"'
        ) from error
    return Normalizer(lang="zh", operator="tn")


def read_mandarin(text):
    """A text with its numbers, dates, times, sums and units in Chinese characters."""
    for pattern, words in HABITS:
        text = re.sub(pattern, words, text)
    text = re.sub(rf"\d{{{LONGEST},}}", lambda found: _digits(found[0]), text)
    if not re.search(r"\d", text):
        return text
    return _grammar().normalize(text).replace("\\", "")


def _digits(text):
    return "".join("零一二三四五六七八九"[int(digit)] for digit in text)
