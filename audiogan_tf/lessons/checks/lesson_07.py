"""Checks for the exercises of lesson 07."""

from audiogan_tf.lessons.checks.base import compare, demand, exercise, expect, number, returned

import numpy as np


@exercise
def lesson_07_count_modes(count_modes):
    """count_modes(cells, total): how many cells hold at least a fifth of their even share."""
    cases = (
        ([0, 0, 0, 0, 1, 1, 2, 3], 4, 4),
        ([0] * 97 + [1, 2, 3], 4, 1),
        ([0] * 80 + [1] * 5 + [2] * 4 + [3] * 11, 4, 3),
        ([7], 8, 1),
        ([0] * 37 + [39] * 3, 40, 2),
    )
    for cells, total, wanted in cases:
        got = number(count_modes(np.array(cells), total))
        held = np.bincount(cells, minlength=total)
        told = f"{held.tolist()} clips in {total} cells" if total < 9 else _told(held)
        alone = int(np.sum(held >= 0.2 * len(cells) / np.sum(held > 0)))
        mistakes = {
            f"{told}: an even share is len(cells) / total, over all cells, the empty ones too; you "
            "shared the clips among the cells that hold some": alone,
            f"{told}: you counted every cell that holds a clip; a lone clip among a hundred is an "
            "accident: ask for a fifth of the even share, len(cells) / total": len(set(cells)),
        }
        compare(got, wanted, f"{told} are {wanted} modes, you say {got}", mistakes)
    return "a number that no loss could tell you."


def _told(held):
    """A long list of counts in words."""
    full = ", ".join(f"{held[cell]} in cell {cell}" for cell in np.flatnonzero(held))
    return f"{full}, {np.sum(held == 0)} empty cells of {len(held)}"


@exercise
def lesson_07_when_to_stop(when_to_stop):
    """when_to_stop(distances, patience): index of the state to keep, judged as one goes."""
    cases = (
        ([5.0, 4.0, 3.0, 2.0], 2, 3),
        ([5.0, 3.0, 4.0, 4.5, 1.0], 2, 1),
        ([5.0, 3.0, 4.0, 2.0, 6.0, 7.0, 8.0], 2, 3),
        ([1.0, 2.0, 3.0, 4.0], 1, 0),
        ([3.0, 3.0, 3.0, 3.0, 2.0], 3, 0),
        ([3.0, 5.0, 4.0, 4.5, 2.0, 6.0, 7.0, 8.0, 1.0], 3, 0),
        ([5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 2.0], 2, 6),
    )
    for distances, patience, wanted in cases:
        got = when_to_stop(list(distances), patience)
        told = f"{distances} with patience {patience}"
        expect(got is not None, f"{told}: nothing came back; return an index in every case")
        expect(np.ndim(got) == 0, "return one index")
        best, stop = int(np.argmin(distances)), wanted + patience
        mistakes = {
            f"{told}: you looked at the whole list; at index {stop} the training had "
            "seen no better state for `patience` scores and stopped, what comes later is "
            "unknown": best,
            f"{told}: that is where the training stops; return the best state before it": stop,
            f"{told}: compare each score with the best one so far, not with the one before "
            "it": _against_the_last(distances, patience),
            f"{told}: a better score starts the count of unbeaten ones anew": _never_anew(
                distances, patience
            ),
        }
        compare(got, wanted, f"{told}: keep state {wanted}, you say {got}", mistakes)
    return "early stopping: what you keep is the best state, not the last."


def _against_the_last(distances, patience):
    """The mistake of counting steps upwards, not scores that have not beaten the best."""
    best, worse = 0, 0
    for i in range(1, len(distances)):
        worse = 0 if distances[i] < distances[i - 1] else worse + 1
        best = i if distances[i] < distances[best] else best
        if worse >= patience:
            break
    return best


def _never_anew(distances, patience):
    """The mistake of adding up all scores that were no best, in a row or not."""
    best, worse = 0, 0
    for i in range(1, len(distances)):
        if distances[i] < distances[best]:
            best = i
        else:
            worse += 1
        if worse >= patience:
            break
    return best


@exercise
def lesson_07_own_augmentation(augment):
    """augment(pictures): (batch, frames, bins, 1) in [-1, 1], changed at random, with gradients."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    one = rng.uniform(-0.9, 0.9, (1, 32, 32, 1)).astype("float32")
    pictures = tf.constant(np.repeat(one, 16, axis=0))
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        got = returned(augment(pictures))
        expect(
            tf.is_tensor(got),
            "the result is no tensor: numpy cuts the gradient; use keras.ops or tf only",
        )
        expect(got.shape == pictures.shape, f"the shape became {got.shape}; keep it")
        total = tf.reduce_sum(got * tf.constant(rng.standard_normal(got.shape).astype("float32")))
    slope = tape.gradient(total, pictures)
    got = got.numpy()
    expect(np.isfinite(got).all() and np.abs(got).max() <= 1 + 1e-6, "keep levels in [-1, 1]")
    expect(
        slope is not None and np.isfinite(slope).all() and np.abs(slope).max() > 0,
        "no gradient comes back to the pictures: the generator could not learn through it",
    )
    expect(np.abs(got - pictures).max() > 1e-3, "nothing changes: use a random number a picture")
    kinds = len(np.unique(got.reshape(16, -1).round(5), axis=0))
    share = np.mean(np.abs(np.asarray(slope)).max(axis=(2, 3)) > 0)
    again = [np.asarray(augment(pictures)) for _ in range(3)]
    anew = any(np.abs(other - got).max() > 1e-3 for other in again)
    shades = np.asarray(augment(tf.fill([64, 32, 32, 1], -1.0)))
    rules = {
        f"16 equal pictures came out in {kinds} different way(s): draw one number for each picture "
        "of the batch, not one for all": kinds > 3,
        "the same batch comes out the same each time: draw new random numbers at every call, or "
        "the discriminator learns the changes by heart, too": anew,
        "more than two thirds of the frames are lost: change less": share > 0.3,
        "silence does not stay silence: pixels at -1 have to stay at -1, or every real clip gets "
        "a background that it never had": np.abs(shades + 1).max() < 1e-5,
    }
    demand(rules)
    return "pass it as GAN(..., augment=augment), and give it 5 % of the data."
