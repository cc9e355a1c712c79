"""Checks for lesson 18's exercises; see `checks`."""

from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, number, returned

import numpy as np

KNOWN = tuple(
    "bat bell bird car clap cow door drum fan horn owl rain ring saw ship step wind".split()
)
SHARE = 0.9  # of misspelt words that have to be understood


@exercise
def lesson_18_whole_gradient(whole_gradient):
    """whole_gradient(parts, counts): the mean gradient of a batch, from means of its shares."""
    rng = np.random.default_rng(18)
    for counts in ((4, 4), (2, 6), (1, 3, 12)):
        counts = np.array(counts)
        examples = rng.standard_normal((counts.sum(), 5))
        parts = [share.mean(axis=0) for share in np.split(examples, np.cumsum(counts)[:-1])]
        parts = np.stack(parts)
        got = whole_gradient(parts.copy(), counts.copy())
        got = array(got, (5,), "the result has shape {shape}, one gradient has {wanted}")
        about = f"shares of {', '.join(map(str, counts))} examples"
        total = (parts * counts[:, None]).sum(axis=0)
        mistakes = {
            f"{about}: that is the first share's gradient alone": parts[0],
            f"{about}: a share of 12 examples counts for more than one of 1: weigh each by its "
            "number of examples": parts.mean(axis=0),
            f"{about}: that is the sum over all examples; a mean is divided by their number": total,
            f"{about}: that is the sum of the shares; the loss is a mean": parts.sum(axis=0),
            f"{about}: divided by the number of shares; divide by that of the examples": total
            / len(counts),
        }
        compare(got, examples.mean(axis=0), f"{about}: not the mean of all examples", mistakes)
    return "the same gradient as on one machine."


@exercise
def lesson_18_found(found):
    """found(first, second): the share of rows whose most alike row is their partner."""
    rng = np.random.default_rng(18)
    first = rng.standard_normal((40, 8))
    second = first + 0.7 * rng.standard_normal((40, 8))
    first, second = (x * rng.uniform(0.2, 5, (40, 1)) for x in (first, second))
    hint = "return one number, a share from 0 to 1"
    got = float(number(found(first.copy(), second.copy()), hint))
    lengths = [np.linalg.norm(x, axis=1, keepdims=True) for x in (first, second)]
    cosine = (first / lengths[0]) @ (second / lengths[1]).T
    rows = np.arange(40)
    apart = np.square(first[:, None] - second[None]).sum(axis=2)
    right = np.mean(cosine.argmax(axis=1) == rows)
    inner = np.mean((first @ second.T).argmax(axis=1) == rows)
    mistakes = {
        "that is the inner product: a long vector is like everything; divide by the lengths": inner,
        "that is the distance: a cosine does not ask how long a vector is": np.mean(
            apart.argmin(axis=1) == rows
        ),
        "that looks for partners of `second` in `first`; the other way round is asked": np.mean(
            cosine.argmax(axis=0) == rows
        ),
        "that is a number of rows; divide by how many there are": 40 * right,
        "that is the share of those that do not find their partner": 1 - right,
    }
    compare(got, right, f"{got:.3g} is not the share that finds its partner", mistakes)
    same = float(number(found(first.copy(), 3 * first), hint))
    expect(np.isclose(same, 1), f"rows and three times the same rows: {same:.3g}, all find it")
    return f"{right:.2f} of the views find their partner."


def _changes(one, other):
    """How many letters change from one word to the other; a swap is one. Damerau (1964)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        rows.append([i])
        for j, b in enumerate(other, 1):
            steps = [rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b)]
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                steps.append(rows[i - 2][j - 2] + 1)
            rows[i].append(min(steps))
    return rows[-1][-1]


def _misspelt():
    """Kind of mistake -> (typed, meant), all that can only have been meant as one known word."""
    mistakes = {
        "two letters swapped": lambda w, k: w[:k] + w[k + 1 : k + 2] + w[k] + w[k + 2 :],
        "a letter dropped": lambda w, k: w[:k] + w[k + 1 :],
        "a letter doubled": lambda w, k: w[: k + 1] + w[k:],
        "a letter mistaken": lambda w, k: w[:k] + "x" + w[k + 1 :],
    }
    for name, change in mistakes.items():
        made = [(change(w, k), w) for w in KNOWN for k in range(len(w) - 1)]
        yield name, [(a, w) for a, w in made if [_changes(a, o) for o in KNOWN].count(1) == 1]


@exercise
def lesson_18_nearest(nearest):
    """nearest(word, known): which word of a list a misspelt word was meant to be."""
    for word in KNOWN[:4]:
        got = returned(nearest(word, list(KNOWN)))
        expect(got in KNOWN, f"{got!r} is not in the list: return one of its words")
        expect(got == word, f"{word}, rightly spelt, became {got}")
    for name, pairs in _misspelt():
        said = [nearest(typed, list(KNOWN)) for typed, _ in pairs]
        wrong = [(*pair, one) for pair, one in zip(pairs, said, strict=True) if one != pair[1]]
        share = 1 - len(wrong) / len(pairs)
        example = f"; {wrong[0][0]}, meant as {wrong[0][1]}, became {wrong[0][2]}" if wrong else ""
        expect(
            share >= SHARE,
            f"{name}: {share:.2f} of {len(pairs)} words are right{example}; count how many changes "
            "lead from one word to the other, a swap being one",
        )
    return "short words, and still understood."
