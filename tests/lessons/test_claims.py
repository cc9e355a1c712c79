"""Sentences of the lessons that rest on a stored table are true of that table.

notebooks/claims/NN.toml lists them. A claim names a sentence, literally as it stands in one of the
lesson's texts (line breaks count as spaces); the table it rests on; and what must hold of it:

    [[claim]]
    sentence = "R1 costs a quarter more time"
    source = "ablation.csv"                               # in data/; pretrained/index.json too
    rows = { data = "all", recipe = "R1" }                # which rows; every row without it
    quantity = "cpu_seconds"                              # a column
    statistic = "mean"                                    # of these rows: mean, min, max or count
    ratio_to = { data = "all", recipe = "plain DCGAN" }   # or difference_from: other rows
    at_least = 1.2
    at_most = 1.35

`statistic` is the mean where it is left out. One of the two bounds may be left out.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"
KEYS = {"sentence", "source", "rows", "quantity", "statistic", "ratio_to", "difference_from"}
KEYS |= {"at_least", "at_most"}
STATISTICS = {"mean": np.mean, "min": np.min, "max": np.max, "count": len}


def read(path):
    """The claims of one lesson, a list of dicts; raises ValueError for one that says too little."""
    claims = tomllib.loads(path.read_text("utf-8"))["claim"]
    for claim in claims:
        known = KEYS.issuperset(claim) and {"sentence", "source", "quantity"} <= set(claim)
        if not known or not {"at_least", "at_most"} & set(claim):
            raise ValueError(f"{path.name}: unknown, missing or unbounded: {claim}")
    return claims


def table(path):
    """The rows of a stored table, dicts of texts; an index of weights gives one row a model."""
    if path.suffix == ".json":
        index = json.loads(path.read_text("utf-8"))
        return [{"name": name, **entry, **entry["metrics"]} for name, entry in index.items()]
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def value(rows, claim):
    """The number that the claim is about."""
    named = _statistic(rows, claim, claim.get("rows", {}))
    if "ratio_to" in claim:
        return named / _statistic(rows, claim, claim["ratio_to"])
    if "difference_from" in claim:
        return named - _statistic(rows, claim, claim["difference_from"])
    return named


def _statistic(rows, claim, wanted):
    chosen = [row for row in rows if all(str(row[key]) == str(wanted[key]) for key in wanted)]
    if not chosen:
        raise ValueError(f"{claim['source']} has no row {wanted}")
    numbers = [float(row[claim["quantity"]]) for row in chosen]
    return float(STATISTICS[claim.get("statistic", "mean")](numbers))


def holds(rows, claim):
    """Whether the number lies within the claim's bounds."""
    number = value(rows, claim)
    return claim.get("at_least", -np.inf) <= number <= claim.get("at_most", np.inf)


CASES = [
    pytest.param(path, claim, id=f"{path.stem}-{i}")
    for path in sorted((LESSONS / "claims").glob("*.toml"))
    for i, claim in enumerate(read(path))
]


def texts(number):
    """The texts of a lesson, each with its line breaks as spaces."""
    (lesson,) = LESSONS.glob(f"{number}_*.ipynb")
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    return [" ".join("".join(c["source"]).split()) for c in cells if c["cell_type"] == "markdown"]


@pytest.mark.parametrize("path, claim", CASES)
def test_the_sentence_stands_in_the_lesson_and_is_true(path, claim, root):
    assert any(claim["sentence"] in text for text in texts(path.stem)), claim["sentence"]
    rows = table(root / "data" / claim["source"])
    assert holds(rows, claim), f"{claim['sentence']}: {value(rows, claim):.4g}"


@pytest.mark.parametrize("path, claim", CASES)
def test_the_check_can_fail(path, claim, root):
    """Were the number beyond its bound, the claim would not hold."""
    rows = table(root / "data" / claim["source"])
    number = value(rows, claim)
    for bound, beyond in (("at_least", number + 1), ("at_most", number - 1)):
        if bound in claim:
            assert not holds(rows, claim | {bound: beyond})
