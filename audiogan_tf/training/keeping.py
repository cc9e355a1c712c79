"""Which state of a training is kept, and when nothing better is to be expected.

The accuracy comes first, but it saturates: many states in a row are heard as asked in all clips
of the preview, and the latest of them may be the most overtrained. So among states whose accuracy
is the same within what the preview can tell apart, the distance to held-out clips decides.
Both are read from the history that is in every checkpoint, so a killed and resumed run knows
its best state as if it had not been killed.

The distance is Frechet's over the preview's 48 clips. With fewer clips than features its value is
too high, but always by about as much. On twelve states of a training on `drums` it orders them
as 600 clips do (rank correlation 0.96 on average of three seeds of the noise, at least 0.93); so
does the unbiased kernel distance (0.96), and worse do variances alone (0.94) and coverage (0.88).
Held-out clips must not be too few: with 40 the Frechet distance still orders well (0.68 on
average, the kernel distance 0.47), with 8 not at all (-0.07). benchmarks/keeping.py measures it.
"""

import numpy as np

FEWEST_HELD_OUT = 40  # clips; fewer tell good states from bad ones by chance


def kept(history, clips):
    """The place in the history of the state that best.npz holds; None before the first preview.

    history: a dict a preview, with "score" (accuracy, 0 to 1, or None) and "distance" (lower is
    better; None or missing where there is none); clips: how many a preview draws. One clip more
    or less named rightly is no difference: with 48 clips, of which 47 are right, chance alone
    moves their number by one (the standard deviation of a count is sqrt(48 p (1 - p))). Where
    either state has no distance, the later one of equal accuracy is kept; without a judge, the
    last one. Explained in lesson 07.
    """
    best, highest = None, 0.0
    for place, row in enumerate(history):
        highest = max(highest, _accuracy(row))
        if best is None or _beats(row, history[best], highest - 1.001 / clips):
            best = place
    return best


def _beats(row, kept, enough):
    """Whether a later row's state replaces the kept one; enough: the least accuracy of a rival."""
    distances = [one.get("distance") for one in (row, kept)]
    if None in distances:
        return _accuracy(row) >= _accuracy(kept)
    if min(_accuracy(row), _accuracy(kept)) < enough:
        return _accuracy(row) > _accuracy(kept)
    return distances[0] < distances[1]


def _accuracy(row):
    return 0.0 if row["score"] is None else row["score"]


def unbeaten(history, clips):
    """How many previews in a row have not beaten the kept state, an int; arguments as in kept."""
    return len(history) - 1 - kept(history, clips) if history else 0


def held_out_like(reference, asked):
    """Features of the held-out clips of the kinds that a preview asks for; None if too few.

    reference: judging's Reference or None; asked: (clips, k) int, conditions of the preview, k is
    0 for an unconditional model. Returns (clips, size) float32. A preview of 48 clips cannot
    ask for each of 100 words by voices: held-out clips of the other kinds would count as missing.
    """
    if reference is None:
        return None
    features, conditions = reference.test, reference.test_conditions[:, : asked.shape[1]]
    alike = (conditions[:, None] == np.unique(asked, axis=0)[None]).all(axis=2).any(axis=1)
    return features[alike] if alike.sum() >= FEWEST_HELD_OUT else None


def in_words(history, clips, patience=None):
    """Which state is kept and why, one sentence; arguments as in kept.

    patience: after how many previews that did not beat it the training was to stop, or None.
    """
    if not history:
        return "kept: nothing yet, the first preview is still to come"
    row, since = history[kept(history, clips)], unbeaten(history, clips)
    reasons = []
    if row["score"] is not None:
        reasons.append(f"{round(clips * row['score'])} of {clips} clips heard as asked")
    if row.get("distance") is not None:
        reasons.append(f"distance {row['distance']:.3g} to held-out clips")
    if not reasons:
        return f"kept: step {row['step']}, the last one: there is no judge to compare states"
    told = f"kept: step {row['step']}, {', '.join(reasons)}"
    if not since:
        return f"{told}; no earlier one was better"
    previews = "one later preview has" if since == 1 else f"{since} later previews have"
    stopped = ", so the training stopped" if patience and since >= patience else ""
    return f"{told}; {previews} not beaten it{stopped}"
