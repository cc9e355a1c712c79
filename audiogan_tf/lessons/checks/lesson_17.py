"""Checks for the exercises of lesson 17."""

from audiogan_tf import synth
from audiogan_tf.lessons.checks.base import array, demand, exercise, expect, number, returned

import numpy as np
from scipy.stats import spearmanr

SAMPLES, RATE = 44544, 22050
NEAR = 0.12  # of a slider's way, mean over the sounds that are tried


@exercise
def lesson_17_euclid(euclid):
    """euclid(hits, steps): hits spread over steps as evenly as whole steps allow, a text."""
    for hits, steps in ((3, 8), (5, 8), (4, 16), (7, 16), (1, 5), (6, 6), (5, 13)):
        got, told = returned(euclid(hits, steps)), f"{hits} of {steps}"
        expect(isinstance(got, str), f"{told}: return a text such as 'x..x..x.'")
        places = [place for place, sign in enumerate(got) if sign == "x"]
        ways = {
            (b - a) % steps or steps
            for a, b in zip(places, [*places[1:], *places[:1]], strict=True)
        }
        demand(
            {
                f"{told}: {len(got)} signs, wanted {steps}": len(got) == steps,
                f"{told}: only 'x' and '.' are steps, here {got!r}": set(got) <= {"x", "."},
                f"{told}: {len(places)} hits in {got!r}": len(places) == hits,
                f"{told}: the first step of {got!r} is no hit": got[:1] == "x",
                f"{told}: in {got!r} hits are {sorted(ways)} steps apart; as evenly as possible "
                "means that no two distances differ by more than 1": max(ways, default=0)
                - min(ways, default=0)
                <= 1,
            }
        )
        turned = _even(hits, steps)
        expect(
            got in {turned[i:] + turned[:i] for i in range(steps)},
            f"{told}: the long and the short distances of {got!r} do not alternate evenly; place "
            "hit i at the step nearest to i * steps / hits",
        )
    return "the tresillo, the cinquillo and the bossa nova are three of these."


def _even(hits, steps):
    places = {i * steps // hits for i in range(hits)}
    return "".join("x" if step in places else "." for step in range(steps))


@exercise
def lesson_17_rank_correlation(rank_correlation):
    """rank_correlation(a, b): the correlation of ranks, equal numbers sharing theirs."""
    rng = np.random.default_rng(17)
    a = rng.standard_normal(40)
    b = a + rng.standard_normal(40)
    share = number(rank_correlation(a, np.exp(3 * a)))
    expect(
        abs(share - 1) < 1e-6,
        f"b = exp(3 a) always rises with a, yet the result is {share:.3f}; correlate the ranks, "
        "not the numbers",
    )
    for told, pair in {"two related rows": (a, b), "reversed": (a, -b)}.items():
        got, wanted = number(rank_correlation(*pair)), spearmanr(*pair).statistic
        expect(
            abs(got - wanted) < 1e-6,
            f"{told}: {got:.3f}, wanted {wanted:.3f}; np.argsort tells where each rank stands, and "
            "its argsort tells the rank of each number",
        )
    c = np.round(a)
    got, wanted = number(rank_correlation(c, b)), spearmanr(c, b).statistic
    expect(
        abs(got - wanted) < 1e-6,
        f"with equal numbers: {got:.4f}, wanted {wanted:.4f}; equal numbers share the mean of "
        "their ranks",
    )
    return "whatever bends a scale without turning it, the ranks stay."


@exercise
def lesson_17_find_positions(find_positions):
    """find_positions(kind, wave): the positions of the sliders of an effect by formula."""
    for kind in ("explosion", "laser", "footsteps"):
        rng, off = np.random.default_rng(170), []
        names = [slider.name for slider in synth.SLIDERS[kind]]
        for _ in range(12):
            positions = synth.draw_positions(rng, kind)
            wave = synth.effect(kind, positions, SAMPLES, RATE, rng)
            hint = f"{kind}: return {len(names)} positions, of {', '.join(names)}"
            got = array(find_positions(kind, wave), (len(names),), hint)
            expect(
                (got >= 0).all() and (got <= 1).all(),
                f"{kind}: positions {np.round(got, 2).tolist()} are not in [0, 1]",
            )
            off.append(np.abs(got - positions[: len(names)]))
        for name, mean in zip(names, np.mean(off, axis=0), strict=True):
            expect(
                mean < NEAR,
                f"{kind}: {name} is off by {mean:.2f} on average, wanted below {NEAR}; make sounds "
                "at known positions, measure them, and see which measure most alike",
            )
    return "a formula run backwards: measure, and look up where you have measured the same."
