from audiogan_tf.lessons import checks
from audiogan_tf.synth import melodies

import numpy as np
import pytest


def pairs(tokens):
    return tokens[:, :-1], tokens[:, 1:]


def nucleus(logits, draw, share):
    weights = np.exp(logits) / np.exp(logits).sum()
    order = np.argsort(-weights)
    before = np.cumsum(weights[order]) - weights[order]
    kept = order[before < share - 1e-9]
    reached = np.cumsum(weights[kept]) / weights[kept].sum()
    return kept[min(np.searchsorted(reached, draw, side="right"), len(kept) - 1)]


def one_more(logits, draw, share):
    return nucleus(logits, draw, min(share + 0.1, 1))


def one_less(logits, draw, share):
    return nucleus(logits, draw, share - 0.1)


def unnormalised(logits, draw, share):
    weights = np.exp(logits)
    order = np.argsort(-weights)
    reached = np.cumsum(weights[order])
    kept = order[: np.searchsorted(reached, share - 1e-9) + 1]
    passed = np.searchsorted(np.cumsum(weights[kept]) / weights[kept].sum(), draw, side="right")
    return int(kept[min(passed, len(kept) - 1)])


def own_draw(logits, draw, share):
    return nucleus(logits, np.random.default_rng().random(), share)


def by_softmax(logits, draw, share):
    """Another honest way: the tokens that do not belong to the set get probability 0."""
    weights = np.exp(logits - np.max(logits))
    weights = weights / weights.sum()
    least = next(w for w in sorted(weights)[::-1] if weights[weights >= w].sum() >= share - 1e-9)
    weights = np.where(weights >= least, weights, 0)
    return int(np.searchsorted(np.cumsum(weights) / weights.sum(), draw, side="right"))


def even(logits, draw, share):
    kept = sorted({int(nucleus(logits, d, share)) for d in np.linspace(0, 0.999, 200)})
    return kept[int(draw * len(kept))]


def tune(key, seed, wrong=None):
    tonic = 60 + (melodies.key_token(key) - melodies.FIRST_KEY) % 12
    a, b = (((tonic, 4), (tonic, 4)), ((tonic, 2), (tonic, 2), (tonic, 4)))
    c, d = (((tonic, 8),), ((tonic, 6), (tonic, 2)))
    bars = [a, b, a, c, d, b if seed else d, a, c]
    if wrong == "form":
        bars[6] = b
    if wrong == "key":
        bars[3] = ((tonic + 1, 8),)
    if wrong == "short":
        bars[3] = ((tonic, 6),)
    if wrong == "end":
        bars[7] = ((tonic + 7, 8),)
    if wrong == "few":
        bars = bars[:7]
    if wrong == "dull":
        bars = [a] * 8
    return melodies.encode(melodies.Tune(key, tuple(bars)))


def composer(wrong):
    return lambda network, key, seed: tune(key, seed, wrong)


ANSWERS = (
    ("pairs", pairs, None),
    ("pairs", lambda tokens: np.stack(pairs(tokens)), None),
    ("pairs", lambda tokens: (tokens[:-1], tokens[1:]), "in each sequence"),
    ("pairs", lambda tokens: None, "end it with return"),
    ("pairs", lambda tokens: tokens, "two arrays"),
    ("pairs", lambda tokens: (tokens, tokens), "copy what it just read"),
    ("pairs", lambda tokens: (tokens, np.roll(tokens, -1, axis=1)), "no successor"),
    ("pairs", lambda tokens: pairs(tokens)[::-1], "wrong way round"),
    ("pairs", lambda tokens: (tokens[:, :-1], tokens), "one target"),
    ("pairs", lambda tokens: (tokens[:, :-2], tokens[:, 1:-1]), "one token fewer"),
    ("pairs", lambda tokens: (tokens[:, :-1], tokens[:, 1:] + 1), "all but the first"),
    ("nucleus", nucleus, None),
    ("nucleus", lambda *_: None, "end it with return"),
    ("nucleus", lambda *_: np.zeros(2), "one token"),
    ("nucleus", lambda logits, draw, share: np.argmax(logits), "never drawn"),
    ("nucleus", by_softmax, None),
    ("nucleus", unnormalised, "divide exp"),
    ("nucleus", own_draw, "random number of your own"),
    ("nucleus", one_more, "stop as soon as"),
    ("nucleus", one_less, "never drawn"),
    ("nucleus", even, "wrong proportions"),
)
TUNES = (
    (composer(None), None),
    (lambda network, key, seed: None, "end it with return"),
    (lambda network, key, seed: tune("D major", 0), "begins with D major"),
    (lambda network, key, seed: tune(key, 0), "same tune"),
    (composer("few"), "7 bars"),
    (composer("form"), "bars 1, 3 and 7"),
    (composer("dull"), "different bars"),
    (composer("key"), "bar 4 is not in key"),
    (composer("short"), "bar 4 is not in key or not full"),
    (composer("end"), "end on the tonic"),
)


def judge(solved, hint, capsys):
    said = capsys.readouterr().out
    assert solved == (hint is None) and said.startswith("Solved" if solved else "Not yet")
    assert hint is None or hint in said, said


@pytest.mark.parametrize(("name", "answer", "hint"), ANSWERS)
def test_answers_and_hints(name, answer, hint, capsys):
    judge(getattr(checks, f"lesson_10_{name}")(answer), hint, capsys)


@pytest.mark.parametrize(("compose", "hint"), TUNES)
def test_tunes_and_hints(compose, hint, capsys):
    judge(checks.lesson_10_compose(compose, None), hint, capsys)
