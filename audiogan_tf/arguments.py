"""What the command line accepts as a place, a number, a seed and a part of the work."""

import argparse
import os


def place(text):
    """A file, a folder or a name; ~ is the home folder, as after `--out=` no shell replaces it."""
    return os.path.expanduser(text)


def positive(text):
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def positive_number(text):
    """A number above zero, whole or not."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def seed(text):
    """A whole number from 0 up to 2**32 - 1."""
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {2**32 - 1}")
    return number


def slider(text):
    """A slider's name and its position, from NAME=P."""
    name, _, position = text.partition("=")
    return name, float(position)


def part(text):
    """I/N as two whole numbers, 1 <= I <= N."""
    try:
        which, count = map(int, text.split("/"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not of the form I/N, such as 2/3") from None
    if not 1 <= which <= count:
        raise argparse.ArgumentTypeError(f"{text}: there is no part {which} of {count}")
    return which, count
