import functools

from audiogan_tf import judging, synth
from audiogan_tf.lessons import checks

import numpy as np
import pytest
from scipy.stats import rankdata


def euclid(hits, steps):
    places = [-(-i * steps // hits) for i in range(hits)]
    return "".join("x" if step in places else "." for step in range(steps))


def rounded(hits, steps):
    """Another honest way: the nearest step in place of the next one."""
    places = [int(i * steps / hits + 0.5) % steps for i in range(hits)]
    return "".join("x" if step in places else "." for step in range(steps))


def rank_correlation(a, b):
    return np.corrcoef(rankdata(a), rankdata(b))[0, 1]


def without_ties(a, b):
    return np.corrcoef(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))[0, 1]


@functools.cache
def known(kind):
    rng = np.random.default_rng(0)
    positions = [synth.draw_positions(rng, kind) for _ in range(60)]
    waves = [synth.effect(kind, p, 44544, 22050, rng) for p in positions]
    measured = judging.measured_sliders(kind, np.array(waves), 22050)
    return np.array(positions), measured


def find_positions(kind, wave):
    positions, measured = known(kind)
    mine = judging.measured_sliders(kind, wave[None], 22050)
    found = []
    for place, name in zip(positions.T, mine, strict=False):
        order = np.argsort(measured[name])
        found.append(np.interp(mine[name][0], measured[name][order], place[order]))
    return found


RIGHT = {
    "euclid": (euclid, rounded),
    "rank_correlation": (rank_correlation,),
    "find_positions": (find_positions,),
}
WRONG = {
    "euclid": {
        "first the hits, then the pauses": (lambda k, n: "x" * k + "." * (n - k), "differ by more"),
        "too long": (lambda k, n: euclid(k, n) + ".", "9 signs, wanted 8"),
        "a list": (lambda k, n: [0, 3, 6], "return a text"),
        "turned": (lambda k, n: "." + euclid(k, n)[:-1], "first step"),
        "other signs": (lambda k, n: euclid(k, n).replace("x", "X"), "only 'x' and '.'"),
        "one hit": (lambda k, n: "x" + "." * (n - 1), "1 hits"),
        "short ones first": (
            lambda k, n: "x" + "." * (n // k - 1) if k == 1 else _short_first(k, n),
            "alternate evenly",
        ),
    },
    "rank_correlation": {
        "of the numbers": (lambda a, b: np.corrcoef(a, b)[0, 1], "not the numbers"),
        "argsort once": (
            lambda a, b: np.corrcoef(np.argsort(a), np.argsort(b))[0, 1],
            "the rank of each number",
        ),
        "equal numbers in a row": (without_ties, "share the mean"),
        "nothing": (lambda a, b: None, "returns nothing"),
    },
    "find_positions": {
        "the middle": (lambda kind, wave: [0.5] * len(synth.SLIDERS[kind]), "off by 0."),
        "too many": (lambda kind, wave: [0.5] * 3, "return 2 positions, of size, distance"),
        "hundredths": (lambda kind, wave: [50.0] * len(synth.SLIDERS[kind]), "not in .0, 1."),
        "its own inverse": (
            lambda kind, wave: [1 - place for place in find_positions(kind, wave)],
            "off by 0.",
        ),
    },
}


def _short_first(hits, steps):
    """Distances that differ by one at most, but all short ones come first."""
    short, longer = steps // hits, steps % hits
    ways = [short] * (hits - longer) + [short + 1] * longer
    return "".join("x" + "." * (way - 1) for way in ways)


@pytest.mark.parametrize("name, answer", [(n, a) for n, all_ in RIGHT.items() for a in all_])
def test_right_answers_are_solved(name, answer, capsys):
    assert getattr(checks, f"lesson_17_{name}")(answer), capsys.readouterr().out


@pytest.mark.parametrize(
    "name, answer, hint", [(n, *pair) for n, all_ in WRONG.items() for pair in all_.values()]
)
def test_wrong_answers_get_a_hint_that_helps(name, answer, hint, capsys):
    assert not getattr(checks, f"lesson_17_{name}")(answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ") and hint in said.replace("[", ".").replace("]", "."), said
