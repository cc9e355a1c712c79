"""Checks for the exercises of lesson 10."""

from audiogan_tf.lessons.checks.base import demand, exercise, expect, number, returned
from audiogan_tf.synth import melodies

import numpy as np


@exercise
def lesson_10_pairs(pairs):
    """pairs(tokens): inputs and targets of teacher forcing, (count, n - 1) each."""
    tokens = np.array([[5, 2, 31, 44, 2, 60, 1, 0], [9, 2, 70, 2, 33, 33, 40, 1]])
    got = returned(pairs(tokens))
    two = isinstance(got, (tuple, list)) or np.ndim(got) == 3  # one array may hold both
    expect(two and len(got) == 2, "return two arrays: inputs, targets")
    inputs, targets = (np.asarray(part) for part in got)
    rolled = inputs.shape == (2, 8) and np.array_equal(targets[:, :-1], tokens[:, 1:])
    earlier, later = np.array_equal(inputs, tokens[:, :-1]), np.array_equal(targets, tokens[:, 1:])
    rules = {
        f"inputs have shape {inputs.shape}, targets {targets.shape}; each input has one "
        "target": inputs.shape == targets.shape,
        "inputs and targets are the same: the network would learn to copy what it just read; the "
        "target is the token that comes next": not np.array_equal(inputs, targets),
        "the last token has no successor, so it is no input: drop it, and do not let np.roll "
        "carry the first token round": not rolled,
        f"the shape is {inputs.shape}, wanted (2, 7): one token fewer in "
        "each sequence": inputs.shape == (2, 7),
        "you have them the wrong way round: the input is the earlier token, the target the "
        "later": not np.array_equal(inputs, tokens[:, 1:]),
        "inputs are all tokens but the last, targets all but the first": earlier and later,
    }
    demand(rules)
    return "every token but the first is a question's answer, in one pass."


@exercise
def lesson_10_nucleus(nucleus):
    """nucleus(logits, draw, share): a token drawn from the smallest likeliest set of that mass."""
    logits = np.log(np.array([0.05, 0.4, 0.02, 0.3, 0.13, 0.1]))
    draws = (np.arange(400) + 0.5) / 400
    for share, kept in ((0.35, [1]), (0.65, [1, 3]), (0.8, [1, 3, 4]), (1.0, range(6))):
        got = [nucleus(logits, draw, share) for draw in draws]
        number(got[0], "return one token, a whole number")
        again = [nucleus(logits, 0.5, share) for _ in range(20)]
        expect(
            len({int(token) for token in again}) == 1,
            f"share {share}: the same draw gave different tokens; use the number `draw` that is "
            "handed in, not a random number of your own",
        )
        found = np.bincount(np.asarray(got, int), minlength=6) / len(draws)
        wanted = np.zeros(6)
        wanted[list(kept)] = np.exp(logits)[list(kept)]
        told = f"share {share}"
        expect(
            found[[i for i in range(6) if i not in kept]].sum() == 0,
            f"{told}: tokens {np.flatnonzero(found).tolist()} are drawn, but {list(kept)} reach "
            "the share already; sort by probability and stop as soon as the sum is enough",
        )
        expect(
            (found[list(kept)] > 0).all(),
            f"{told}: token {[i for i in kept if not found[i]]} is never drawn; the token with "
            "which the sum reaches the share belongs to the set",
        )
        off = np.abs(found - wanted / wanted.sum()).max()
        expect(
            off < 0.02,
            f"{told}: the kept tokens come in wrong proportions, by up to {off:.2f}; divide their "
            "probabilities by their sum, then see where the sum from the left passes the draw",
        )
    higher = [nucleus(logits + 2, draw, 0.8) for draw in draws]
    expect(
        higher == [nucleus(logits, draw, 0.8) for draw in draws],
        "with 2 added to every logit other tokens are drawn; logits are no probabilities yet: "
        "divide exp(logits) by its sum",
    )
    return "where the network is sure, few tokens stay; where it is not, many."


@exercise
def lesson_10_compose(compose, network):
    """compose(network, key, seed): tokens of a tune a b a c d e a f that keeps all rules."""
    made = []
    for key, seed in (("C major", 0), ("C major", 1), ("F# minor", 2), ("A minor", 3)):
        tokens, told = np.asarray(returned(compose(network, key, seed))), f"{key}, seed {seed}"
        expect(tokens.ndim == 1, f"{told}: return the tokens of one tune, (tokens,)")
        tune = melodies.decode(tokens)
        expect(tune.key == key, f"{told}: the tune begins with {tune.key}")
        expect(len(tune.bars) == 8, f"{told}: {len(tune.bars)} bars, wanted 8")
        bars, wrong = tune.bars, np.flatnonzero(~melodies.right_bars(tune)) + 1
        rules = {
            f"{told}: bars 1, 3 and 7 should be the same. Draw two bars, put bar 1 behind them, "
            "and give all of it to network.generate as the prompt of the "
            "rest": bars[0] == bars[2] == bars[6],
            f"{told}: it has {len(set(bars))} different bars; 4 or more": len(set(bars)) >= 4,
            f"{told}: bar {', '.join(map(str, wrong))} is not in key or not full; draw many and "
            "keep one without fault (melodies.right_bars)": len(wrong) == 0,
            f"{told}: it should end on the tonic": melodies.share_home([tune]) == 1,
        }
        demand(rules)
        made.append(tune)
    expect(made[0] != made[1], "seeds 0 and 1 give the same tune; hand the seed on")
    return "a form that the network forgets, kept by giving it what it forgot."
