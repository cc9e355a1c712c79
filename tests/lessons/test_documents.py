"""Each claim of the documents leads to a cell, or to a reason why there is none."""

import importlib.util
import sys

import pytest


@pytest.fixture(scope="module")
def documents(root):
    spec = importlib.util.spec_from_file_location("documents", root / "scripts" / "documents.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["documents"] = module
    spec.loader.exec_module(module)
    return module


def test_all_97_claims_are_listed_once(documents):
    listed = [claim["id"] for claim in documents.claims()[1]]
    counts = [
        sum(one.startswith(name) for one in listed) for name in ("D0", "D1", "D2", "D3", "D4")
    ]
    assert counts == [16, 21, 34, 13, 13] and len(set(listed)) == 97


def test_each_claim_has_a_cell_or_says_why_not(documents):
    marked = documents.marks()
    without = [
        claim["id"]
        for claim in documents.claims()[1]
        if claim["id"] not in marked and "open" not in claim
    ]
    assert not without


def test_each_mark_names_a_claim(documents):
    assert set(documents.marks()) <= {claim["id"] for claim in documents.claims()[1]}


def test_the_page_is_the_one_that_the_marks_give(documents):
    assert documents.PAGE.read_text("utf-8") == documents.page(), "run python scripts/documents.py"


def test_the_lessons_name_the_documents_by_this_page(documents):
    for path in documents.NOTEBOOKS.glob("*.ipynb"):
        assert "(documents.md)" in path.read_text("utf-8"), path.name
