"""Answers to the exercises of lesson 05: right ones, and wrong ones with their hint."""

import audiogan_tf
from audiogan_tf.lessons import checks

import numpy as np
import pytest
import tensorflow as tf


def doublings(size):
    count = 0
    while size > 4 and size % 2 == 0:
        size, count = size // 2, count + 1
    if size != 4:
        raise ValueError("4 times a power of two")
    return count


def by_logarithm(size):
    count = int(np.log2(size / 4))
    if count < 0 or 4 * 2**count != size:
        raise ValueError("4 times a power of two")
    return count


def hinge(real, fake):
    d_loss = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
    return d_loss, -tf.reduce_mean(fake)


def uncut(real, fake):
    return tf.reduce_mean(1 - real) + tf.reduce_mean(1 + fake), -tf.reduce_mean(fake)


def draws(*seeds):
    return [np.random.default_rng(s).standard_normal((1, 64), "float32") for s in seeds]


def drawn(generator, noise, label):
    labels = np.full((len(noise), 1), label, "int32")
    return generator.network([noise, labels])


def slerp(generator, label, seed_a, seed_b, steps):
    a, b = draws(seed_a, seed_b)
    angle = np.arccos(np.sum(a * b) / np.linalg.norm(a) / np.linalg.norm(b))
    way = np.linspace(0, 1, steps, dtype="float32")[:, None]
    noise = (np.sin((1 - way) * angle) * a + np.sin(way * angle) * b) / np.sin(angle)
    return drawn(generator, noise, label)


def stretched_line(generator, label, seed_a, seed_b, steps):
    a, b = draws(seed_a, seed_b)
    parts = []
    for way in np.linspace(0, 1, steps, dtype="float32"):  # one picture at a time
        length = (1 - way) * np.linalg.norm(a) + way * np.linalg.norm(b)
        noise = (1 - way) * a + way * b
        parts.append(drawn(generator, noise * length / np.linalg.norm(noise), label))
    return np.concatenate(parts)


def line(generator, label, seed_a, seed_b, steps):
    a, b = draws(seed_a, seed_b)
    way = np.linspace(0, 1, steps, dtype="float32")[:, None]
    return drawn(generator, (1 - way) * a + way * b, label)


def detour(generator, label, seed_a, seed_b, steps):
    a, b = draws(seed_a, seed_b)
    return drawn(generator, np.concatenate([a, *draws(*range(10, 8 + steps)), b]), label)


def blended(generator, label, seed_a, seed_b, steps):
    first, last = (generator.images(np.array([[label]]), seed=s) for s in (seed_a, seed_b))
    way = np.linspace(0, 1, steps, dtype="float32")[:, None, None, None]
    return (1 - way) * first + way * last


ANSWERS = (
    ("doublings", doublings, None),
    ("doublings", by_logarithm, None),
    ("doublings", lambda size: 0, r"doublings\(8\) should be 1"),
    ("doublings", lambda size: None, "end it with return"),
    ("doublings", lambda size: int(np.log2(size / 4)), "2 is not 4 doubled"),
    ("doublings", lambda size: size.bit_length() - 3, "2 is not 4 doubled"),
    ("hinge", hinge, None),
    ("hinge", lambda r, f: [x.numpy() for x in hinge(r, f)], None),
    (
        "hinge",
        lambda r, f: (np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(), -f.mean()),
        None,
    ),
    ("hinge", uncut, "past its margin"),
    ("hinge", lambda r, f: hinge(r, f)[::-1], "other order"),
    ("hinge", lambda r, f: (hinge(r, f)[0] / 2, hinge(r, f)[1]), "half"),
    ("hinge", lambda r, f: (hinge(r, f)[0], tf.reduce_mean(f)), "falls when the fake"),
    ("hinge", lambda r, f: (hinge(r, f)[0], tf.reduce_mean(tf.nn.relu(1 - f))), "without a margin"),
    ("hinge", lambda r, f: (tf.nn.relu(1 - r) + tf.nn.relu(1 + f), -f), "average it"),
    ("hinge", lambda r, f: hinge(r, f)[0], "return a pair"),
    ("hinge", lambda r, f: None, "end it with return"),
    ("morph", slerp, None),
    ("morph", stretched_line, None),
    ("morph", line, "the noise shrinks"),
    ("morph", detour, "blend of the two draws"),
    ("morph", blended, "own noise"),
    ("morph", lambda g, label, a, b, steps: slerp(g, label, b, a, steps), "not that of seed_a"),
    ("morph", lambda g, label, a, b, steps: slerp(g, label, a, a + 2, steps), "not that of seed_b"),
    ("morph", lambda g, label, a, b, steps: slerp(g, label, a, b, steps)[0], "shape"),
)


@pytest.fixture(scope="module")
def drums():
    return audiogan_tf.SoundGenerator.load("drums_long")


@pytest.mark.parametrize(("name", "answer", "hint"), ANSWERS)
def test_answers_and_hints(name, answer, hint, capsys, drums):
    import re

    given = (answer, drums) if name == "morph" else (answer,)
    solved = getattr(checks, f"lesson_05_{name}")(*given)
    said = capsys.readouterr().out
    assert solved == (hint is None) and said.startswith("Solved" if solved else "Not yet"), said
    assert hint is None or re.search(hint, said), said
