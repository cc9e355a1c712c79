"""Lesson 08's checks: stubs fail, solutions pass, typical mistakes get their own hint."""

from audiogan_tf.lessons import checks
from audiogan_tf.models import latent
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound import descriptors

import numpy as np
import pytest


def said(check, answer, capsys):
    solved = check(answer)
    return solved, capsys.readouterr().out


def labels_for(conditions, count, **wanted):
    row = [names.index(wanted[key]) for key, names in conditions.items()]
    return np.tile(np.int32(row), (count, 1))


def in_order_of_asking(conditions, count, **wanted):
    row = [conditions[key].index(name) for key, name in wanted.items()]
    return np.tile(np.int32(row), (count, 1))


def from_one(conditions, count, **wanted):
    return 1 + labels_for(conditions, count, **wanted)


def forgiving(conditions, count, **wanted):
    row = [names.index(wanted[k]) if wanted[k] in names else 0 for k, names in conditions.items()]
    return np.tile(np.int32(row), (count, 1))


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda conditions, count, **wanted: np.zeros((count, 2), "int32"), "should give the row"),
        (lambda conditions, count, **wanted: None, "returns nothing"),
        (lambda conditions, count, **wanted: labels_for(conditions, 1, **wanted)[0], "one row a"),
        (
            lambda conditions, count, **wanted: 1.0 * labels_for(conditions, count, **wanted),
            "int32",
        ),
        (in_order_of_asking, "follow the order"),
        (forgiving, "raise ValueError"),
        (from_one, "place in its tuple"),
        (lambda conditions, count: 0, "TypeError"),
    ],
)
def test_wrong_labels_get_a_hint(answer, hint, capsys):
    solved, line = said(checks.lesson_08_labels, answer, capsys)
    assert not solved and line.startswith("Not yet: ") and hint in line


def test_right_labels_pass(capsys):
    assert said(checks.lesson_08_labels, labels_for, capsys)[0]


def truncated(rng, count, latent_dim, limit):
    noise = rng.standard_normal((count, latent_dim))
    while (far := np.abs(noise) > limit).any():
        noise[far] = rng.standard_normal(far.sum())
    return noise.astype("float32")


def refilled(fill):
    """Numbers beyond the limit are replaced by what `fill` gives, within the limit."""

    def answer(rng, count, latent_dim, limit):
        noise = rng.standard_normal((count, latent_dim))
        far = np.abs(noise) > limit
        noise[far] = fill(rng, far.sum(), limit)
        return noise

    return answer


def of_its_own(rng, count, latent_dim, limit):
    return truncated(np.random.default_rng(), count, latent_dim, limit)


def of_one_seed(rng, count, latent_dim, limit):
    return truncated(np.random.default_rng(0), count, latent_dim, limit)


def once_more(rng, count, latent_dim, limit):
    noise = rng.standard_normal((count, latent_dim))
    far = np.abs(noise) > limit
    noise[far] = rng.standard_normal(far.sum())
    return noise


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda rng, n, size, limit: rng.standard_normal((n, size)), "drawing again"),
        (
            lambda rng, n, size, limit: np.clip(rng.standard_normal((n, size)), -limit, limit),
            "clip",
        ),
        (lambda rng, n, size, limit: 0.1 * truncated(rng, n, size, limit), "do not shrink"),
        (lambda rng, n, size, limit: rng.uniform(-limit, limit, (n, size)), "spread"),
        (lambda rng, n, size, limit: truncated(rng, size, n, limit), "shape"),
        (lambda rng, n, size, limit: None, "returns nothing"),
        (once_more, "drawing again"),
        (refilled(lambda rng, n, limit: rng.uniform(-limit, limit, n)), "same distribution"),
        (refilled(lambda rng, n, limit: np.zeros(n)), "spread"),
        (of_its_own, "passed in"),
        (of_one_seed, "passed in"),
    ],
)
def test_wrong_truncation_gets_a_hint(answer, hint, capsys):
    solved, line = said(checks.lesson_08_truncated, answer, capsys)
    assert not solved and line.startswith("Not yet: ") and hint in line


def one_by_one(rng, count, latent_dim, limit):
    numbers = []
    while len(numbers) < count * latent_dim:
        more = rng.standard_normal(count * latent_dim)
        numbers.extend(more[np.abs(more) <= limit])
    return np.reshape(numbers[: count * latent_dim], (count, latent_dim))


@pytest.mark.parametrize("answer", [truncated, one_by_one])
def test_right_truncation_passes(answer, capsys):
    assert said(checks.lesson_08_truncated, answer, capsys)[0]


@pytest.fixture(scope="module")
def brighter():
    notes = SoundGenerator.load("notes_long")
    noise = np.random.default_rng(3).standard_normal((500, 64)).astype("float32")
    labels = notes.draw_conditions(500, seed=3)
    sounds = latent.voice(notes)(noise, labels)[1]
    octaves = np.log2(descriptors.brightness(sounds, notes.representation.sample_rate))
    return latent.factor_direction(noise, octaves, labels)


def test_a_fitted_direction_makes_notes_brighter(brighter, capsys):
    solved, line = said(checks.lesson_08_brighter, brighter, capsys)
    assert solved, line


def test_wrong_directions_get_a_hint(brighter, capsys):
    mistakes = {
        "too little": (np.eye(64)[0], ""),
        "turned round": (-brighter, "sign"),
        "too long": (3 * brighter, "divide it by"),
        "wrong shape": (brighter[:8], "shape"),
        "nothing": (None, "assign"),
        "zeros": (np.zeros(64), "zeros"),
    }
    for answer, hint in mistakes.values():
        solved, line = said(checks.lesson_08_brighter, answer, capsys)
        assert not solved and line.startswith("Not yet: ")
        assert hint in line
