"""Checks for lesson 12's exercises; see `checks`."""

from audiogan_tf import synth
from audiogan_tf.lessons.checks.base import array, compare, demand, exercise, expect

import numpy as np


@exercise
def lesson_12_class_accuracy(class_accuracy):
    """class_accuracy(asked, heard, classes): accuracy of each class, nan where none was asked."""
    asked, heard = np.array([0, 0, 0, 0, 1, 1, 3]), np.array([0, 0, 0, 1, 1, 3, 3])
    got = array(class_accuracy(asked, heard, 4), (4,)).astype("float64")
    expect(np.isnan(got[2]), f"nobody asked for class 2; its share is nan, not {got[2]:.3g}")
    got, wanted = got[[0, 1, 3]], [0.75, 0.5, 1]
    expect(not np.isnan(got).any(), "classes 0, 1 and 3 were asked for: not nan")
    mistakes = {
        "you divide by how often a class was heard; divide by how often it was asked for": [
            1,
            0.5,
            0.5,
        ],
        "you divide by all clips; divide by those of the class": np.array([3, 1, 1]) / 7,
    }
    hint = f"classes 0, 1 and 3 should give {wanted}, yours give {np.round(got, 3)}"
    compare(got, wanted, hint, mistakes)
    return "the one-class drummer scores 1 for its class and 0 for all others."


@exercise
def lesson_12_difference(difference):
    """difference(metric, a, b, real, rounds, seed): 95 % interval of metric(a) - metric(b)."""
    rng = np.random.default_rng(12)
    a = np.sort(rng.normal(1, 1, (300, 1)), axis=0)  # whoever leaves out its last ones is found
    b = rng.normal(1.3, 0.9, (200, 1))

    def mean(features, real):
        return float(np.mean(features) - np.mean(real))

    def ends(first, second, seed):
        pair = difference(mean, first, second, np.zeros((5, 1)), 2000, seed)
        hint = "return two numbers, the ends of the interval: low and high"
        return [float(end) for end in array(pair, (2,), hint)]

    low, high = ends(a, b, 0)
    errors = [np.std(x) / np.sqrt(len(x)) for x in (a, b)]
    middle, half = np.mean(a) - np.mean(b), 1.96 * np.hypot(*errors)
    wanted = f"about {middle - half:.2f} to {middle + half:.2f}"
    centre, width = (low + high) / 2, (high - low) / 2
    swapped = abs(centre + middle) <= half / 2 and abs(middle) >= half / 4
    added = abs(width / (1.96 * sum(errors)) - 1) < 0.1
    one_set = low < high and width / half < 0.92  # one set alone makes 0.7, 90 % make 0.84
    cut = abs(centre - (np.mean(a[: len(b)]) - np.mean(b))) < half / 2
    right = abs(width / half - 1) < 0.15 and abs(centre - middle) < half / 4
    rules = {
        "the interval has no width, or its ends are swapped: return low, high": low < high,
        "the sign is wrong: metric(a, real) - metric(b, real)": not swapped,
        "clips of the larger set are left out: draw for each set as many as it has, among all of "
        "it": not cut,
        "too wide: do not subtract the ends of two intervals. Chance rarely pushes both apart; "
        "draw both sets in each round and take percentiles of the differences": not added,
        "too narrow: draw clips of both sets again, and take the percentiles 2.5 and "
        "97.5": not one_set,
        f"the ends should be {wanted} here, yours are {low:.2f} to {high:.2f}": right,
    }
    demand(rules)
    expect(ends(a, b, 0) == [low, high], "the same seed must give the same interval")
    return "two generators differ when 0 lies outside of this interval."


SHAPES = (
    "compare shapes, whatever their loudness and start: a normalised cross-correlation "
    "(np.fft.rfft) does"
)
HISS = "with a little hiss no copy is quite equal: be less strict"


@exercise
def lesson_12_copied(copied):
    """copied(made, train): which waveforms are disguised copies, (clips,) bool."""
    rng = np.random.default_rng(12)
    kinds = np.arange(128) % 8

    def play():
        drawn = [synth.draw_factors(rng, synth.DRUMS[k]) for k in kinds]
        pairs = zip(kinds, drawn, strict=True)
        return np.stack([synth.drum(synth.DRUMS[k], f, 8064, 16000, rng) for k, f in pairs])

    train, honest = play(), play()[:32]
    for name, volume, late, hiss, about in (
        ("exact", 1.0, 0, 0.0, SHAPES),
        ("quieter", 0.4, 0, 0.0, SHAPES),
        ("late", 1.0, 260, 0.0, SHAPES),
        ("quieter, late and noisy", 0.5, 320, 0.002, HISS),
    ):
        stolen = np.pad(train[40:72], ((0, 0), (late, 0)))[:, :8064] * volume
        stolen = stolen + hiss * rng.standard_normal(stolen.shape)
        made = np.concatenate([stolen, honest]).astype("float32")
        answers = array(copied(made, train), (64,))
        expect(answers.dtype == bool, f"return booleans, not {answers.dtype}")
        found, accused = answers[:32].mean(), answers[32:].mean()
        rules = {
            f"of {name} copies it finds {found:.0%}; {about}": found >= 0.9,
            f"{accused:.0%} of the honest new clips are called copies: be stricter": accused <= 0.1,
        }
        demand(rules)
    return "no disguise of this thief gets through."
