"""The anatomy every lesson keeps: its length, its pictures' texts, its solution, clean outputs."""

import io
import json
import re
import tokenize
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
SOLUTIONS = sorted(NOTEBOOKS.glob("solutions/*.ipynb"))
LONGEST_CELL = 20  # lines
MOST_TOKENS = 3700  # names, operators, numbers and strings: a limit on lines would only fold them
TOLD = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)


def read(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


def lines(cell):
    return [line for line in source(cell).splitlines() if line.strip()]


def tokens(cell):
    read = tokenize.generate_tokens(io.StringIO(source(cell)).readline)
    return sum(token.type in TOLD for token in read)


def of_kind(cells, kind):
    return [cell for cell in cells if cell["cell_type"] == kind]


def named(paths):
    names = ["-".join(path.with_suffix("").parts[-2:]) for path in paths]
    return {"argnames": "path", "argvalues": paths, "ids": names}


@pytest.mark.parametrize(**named(LESSONS))
def test_a_lesson_has_the_length_of_a_lesson(path):
    cells = read(path)
    words = sum(len(source(cell).split()) for cell in of_kind(cells, "markdown"))
    code = sum(tokens(cell) for cell in of_kind(cells, "code"))
    assert 35 <= len(cells) <= 60, f"{len(cells)} cells"
    assert 1200 <= words <= 3000, f"{words} words"
    assert code <= MOST_TOKENS, f"{code} tokens of code"


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS))
def test_no_cell_is_long(path):
    long = {i: len(lines(cell)) for i, cell in enumerate(of_kind(read(path), "code"))}
    assert max(long.values()) <= LONGEST_CELL, {i: n for i, n in long.items() if n > LONGEST_CELL}


@pytest.mark.parametrize(**named(LESSONS))
def test_a_lesson_has_all_its_parts(path):
    text = "\n".join(source(cell) for cell in of_kind(read(path), "markdown")).lower()
    for part in ("hear it first", "exercise", "questions", "further reading", "you will be able"):
        assert part in text, f"no {part!r}"
    assert re.search("[\u4e00-\u9fff]", text), "no key term in Chinese"
    exercises = re.findall(r"checks\.lesson_\d\d_\w+\(", "\n".join(map(source, read(path))))
    assert len(exercises) == 3, exercises
    assert (NOTEBOOKS / "solutions" / path.name).exists()


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS))
def test_code_uses_no_private_name_of_the_kit(path):
    for cell in of_kind(read(path), "code"):
        found = re.findall(r"\b\w+\._(?!_)\w+", source(cell))
        assert not found, found


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS))
def test_stored_outputs_are_complete_and_clean(path):
    cells = of_kind(read(path), "code")
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for output in (output for cell in cells for output in cell["outputs"]):
        assert output["output_type"] != "error", output.get("evalue")
        assert output.get("name") != "stderr", output["text"]
        if "image/png" in output.get("data", {}):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            assert len(alt) > 20, "a picture without alt text"
        for html in ["".join(output.get("data", {}).get("text/html", ""))]:
            assert html.count("<img") == len(re.findall(r'<img[^>]*\balt="[^"]{10}', html))
            assert html.count("<audio") == len(re.findall(r'<audio[^>]*aria-label="[^"]', html))


def test_the_readme_lists_each_lesson(root):
    text = (root / "README.md").read_text("utf-8")
    for path in LESSONS:
        assert f"(notebooks/{path.name})" in text, f"README does not list {path.name}"
