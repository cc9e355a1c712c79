import re

from audiogan_tf.lessons import checks
from audiogan_tf.models import augmentation

import keras
import numpy as np
import pytest
import tensorflow as tf


def count_modes(cells, total):
    counts = np.bincount(cells, minlength=total)
    return int(np.sum(counts >= max(1, 0.2 * len(cells) / total)))


def when_to_stop(distances, patience):
    best = 0
    for i, distance in enumerate(distances):
        if distance < distances[best]:
            best = i
        elif i - best >= patience:
            break
    return best


def where_it_stops(distances, patience):
    best = when_to_stop(distances, patience)
    return min(best + patience, len(distances) - 1)


def against_the_one_before(distances, patience):
    best, worse = 0, 0
    for i in range(1, len(distances)):
        worse = 0 if distances[i] < distances[i - 1] else worse + 1
        best = i if distances[i] < distances[best] else best
        if worse >= patience:
            break
    return best


def all_added_up(distances, patience):
    best, worse = 0, 0
    for i, distance in enumerate(distances[1:], 1):
        if distance < distances[best]:
            best = i
        else:
            worse += 1
        if worse == patience:
            break
    return best


def with_a_counter(distances, patience):
    best, kept, waited = np.inf, 0, 0
    for i, distance in enumerate(distances):
        waited += 1
        if distance < best:
            best, kept, waited = distance, i, 0
        if waited == patience:
            return kept
    return kept


def share_of_the_full(cells, total):
    counts = np.unique(cells, return_counts=True)[1]
    return int(np.sum(counts >= 0.2 * len(cells) / len(counts)))


def without_empty_cells(cells, total):
    counts = np.unique(cells, return_counts=True)[1]
    return sum(count >= max(1, len(cells) / total / 5) for count in counts)


def by_place(pictures):
    return augmentation.shift_time(pictures, tf.range(len(pictures)) % 8)


def roll_bins(pictures):
    bins = keras.random.randint([len(pictures)], -3, 4)
    turned = tf.transpose(pictures, [0, 2, 1, 3])
    return tf.transpose(augmentation.shift_time(turned, bins), [0, 2, 1, 3])


def brighter(pictures):
    return tf.clip_by_value(pictures + tf.random.uniform([len(pictures), 1, 1, 1], 0, 0.2), -1, 1)


ANSWERS = (
    ("count_modes", count_modes, None),
    ("count_modes", without_empty_cells, None),
    ("count_modes", share_of_the_full, "the empty ones too"),
    ("count_modes", lambda cells, total: None, "end it with return"),
    ("count_modes", lambda cells, total: 0, "are 4 modes, you say 0"),
    ("count_modes", lambda cells, total: len(np.unique(cells)), "an accident"),
    ("count_modes", lambda cells, total: np.bincount(cells), "one number"),
    ("when_to_stop", when_to_stop, None),
    ("when_to_stop", with_a_counter, None),
    ("when_to_stop", against_the_one_before, "not with the one before"),
    ("when_to_stop", all_added_up, "starts the count of unbeaten ones anew"),
    ("when_to_stop", lambda distances, patience: int(np.argmin(distances)), "whole list"),
    ("when_to_stop", where_it_stops, "best state before"),
    ("when_to_stop", lambda distances, patience: None, "in every case"),
    ("when_to_stop", lambda distances, patience: 0, "keep state 3"),
    ("own_augmentation", roll_bins, None),
    ("own_augmentation", augmentation.Augmentation(1.0), None),
    ("own_augmentation", by_place, "the same each time"),
    ("own_augmentation", lambda pictures: None, "end it with return"),
    ("own_augmentation", lambda pictures: pictures, "nothing changes"),
    ("own_augmentation", lambda pictures: pictures.numpy(), "no tensor"),
    ("own_augmentation", lambda pictures: pictures[:, 1:], "keep it"),
    ("own_augmentation", lambda pictures: tf.constant(pictures.numpy() * 0.5), "no gradient"),
    ("own_augmentation", lambda pictures: 3 * pictures, r"in \[-1, 1\]"),
    ("own_augmentation", lambda pictures: 0.5 * pictures, "one number for each picture"),
    ("own_augmentation", brighter, "silence does not stay"),
)


@pytest.mark.parametrize(("name", "answer", "hint"), ANSWERS)
def test_answers_and_hints(name, answer, hint, capsys):

    solved = getattr(checks, f"lesson_07_{name}")(answer)
    said = capsys.readouterr().out
    assert solved == (hint is None) and said.startswith("Solved" if solved else "Not yet")
    assert hint is None or re.search(hint, said), said
