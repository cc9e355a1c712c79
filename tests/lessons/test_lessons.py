"""The anatomy every lesson keeps: header, short lines, pictures' texts, solution, clean outputs."""

import base64
import io
import json
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest
import soundfile

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
SOLUTIONS = sorted(NOTEBOOKS.glob("solutions/*.ipynb"))
PRIMERS = sorted(NOTEBOOKS.glob("primers/*.ipynb"))
LONGEST_CELL = 30  # lines
MEAN_TOKENS, MOST_TOKENS = 12, 30  # of a line: names, operators, numbers and strings
BARE_VERDICTS = 3  # printed lines of a lesson that say True or False and no number
QUIET = 0.1  # -20 dBFS: what peaks lower is hardly heard
SETUP = """\
import importlib.util

if importlib.util.find_spec("audiogan_tf") is None:
    print("This Python does not know audiogan_tf. On your machine: run `make lab` in the course's")
    print("folder. On Colab: upload the course as a zip, then run %pip install audiogan_tf.zip")"""
COUNTED = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)


def read(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


def lines(cell):
    return [line for line in source(cell).splitlines() if line.strip()]


def tokens(cell):
    """How many tokens each line of a cell holds."""
    read = tokenize.generate_tokens(io.StringIO(source(cell)).readline)
    return Counter(token.start[0] for token in read if token.type in COUNTED)


def of_kind(cells, kind):
    return [cell for cell in cells if cell["cell_type"] == kind]


def named(paths):
    names = ["-".join(path.with_suffix("").parts[-2:]) for path in paths]
    return {"argnames": "path", "argvalues": paths, "ids": names}


def heading(path):
    """A link to a lesson, by its title."""
    title = source(read(path)[0]).splitlines()[0].removeprefix("# ")
    return f"[{title}]({path.name})"


@pytest.mark.parametrize(**named(LESSONS))
def test_a_lesson_leads_to_its_neighbours(path):
    place = LESSONS.index(path)
    way = [f"← {heading(one)}" for one in LESSONS[:place][-1:]]
    way += [f"[all lessons]({LESSONS[0].name}#The-map)"]
    way += [f"{heading(one)} →" for one in LESSONS[place + 1 :][:1]]
    cells = read(path)
    assert source(cells[0]).splitlines()[2] == " · ".join(way)
    assert source(cells[-1]).splitlines()[-1] == " · ".join(way)


@pytest.mark.parametrize(**named(LESSONS))
def test_all_headers_have_one_form(path):
    text = source(read(path)[0])
    assert re.match(rf"# {path.name[:2]} · \S", text), "the title's form is '# NN · Title'"
    assert "https://" not in text, "a badge from elsewhere is a broken picture without a net"
    last = text.splitlines()[-1]
    parts = "Mirrors Before Read Run Corpus Needs".split()
    found = re.findall(r"\*\*(\w+):\*\*", last.replace("Corpora", "Corpus"))
    assert found == parts, f"the header's last line names {parts}, here {found}"
    assert f"(solutions/{path.name})" in last and "(documents.md)" in last
    assert source(of_kind(read(path), "code")[0]) == SETUP


@pytest.mark.parametrize(**named(LESSONS + PRIMERS))
def test_a_line_of_code_holds_one_step(path):
    lines_of = [tokens(cell) for cell in of_kind(read(path), "code")]
    counts = [count for one in lines_of for count in one.values()]
    longest = max(counts)
    assert sum(counts) / len(counts) <= MEAN_TOKENS, f"{sum(counts) / len(counts):.1f} on average"
    assert longest <= MOST_TOKENS, f"a line has {longest} tokens"


@pytest.mark.parametrize(**named(LESSONS + PRIMERS))
def test_a_verdict_comes_with_its_number(path):
    outputs = [output for cell in of_kind(read(path), "code") for output in cell["outputs"]]
    printed = "\n".join("".join(output.get("text", "")) for output in outputs)
    bare = re.findall(r"^.*: (?:True|False)$", printed, re.MULTILINE)
    assert len(bare) <= BARE_VERDICTS, bare


def sounds(cell):
    """Caption and peak of every player of a cell."""
    for output in cell["outputs"]:
        html = "".join(output.get("data", {}).get("text/html", ""))
        for caption, flac in re.findall(r'aria-label="([^"]*)"[^>]*?base64,([^"]+)"', html, re.S):
            waveform, _ = soundfile.read(io.BytesIO(base64.b64decode(flac)))
            yield caption, abs(waveform).max(initial=0)


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS + PRIMERS))
def test_a_quiet_sound_is_also_played_louder(path):
    for cell in of_kind(read(path), "code"):
        played = list(sounds(cell))
        for caption, peak in played:
            louder = any(other.startswith(f"{caption}, turned up by") for other, _ in played)
            assert peak >= QUIET or louder, f"{caption}: peaks at {peak:.3f}, turn it up as well"


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS + PRIMERS))
def test_every_player_holds_a_sound(path):
    for cell in of_kind(read(path), "code"):
        shown = ["".join(out.get("data", {}).get("text/html", "")) for out in cell["outputs"]]
        count = sum(html.count("<audio") for html in shown)
        assert count == len(list(sounds(cell))), "a player without a sound: the slice is empty"


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS + PRIMERS))
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


@pytest.mark.parametrize(**named(LESSONS))
def test_sections_are_counted_without_a_gap(path):
    text = "\n".join(map(source, of_kind(read(path), "markdown")))
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers and numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS + PRIMERS))
def test_code_uses_no_private_name_of_the_kit(path):
    for cell in of_kind(read(path), "code"):
        found = re.findall(r"\b\w+\._(?!_)\w+", source(cell))
        assert not found, found


@pytest.mark.parametrize(**named(LESSONS + SOLUTIONS + PRIMERS))
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


@pytest.mark.parametrize(**named(PRIMERS))
def test_a_primer_is_one_page_with_its_own_header(path):
    cells = read(path)
    words = sum(len(source(cell).split()) for cell in of_kind(cells, "markdown"))
    assert len(cells) <= 14 and words <= 900, f"{len(cells)} cells, {words} words"
    title, _, way = source(cells[0]).splitlines()[:3]
    assert re.match(r"# Primer · \S", title)
    assert f"[all lessons](../{LESSONS[0].name}#The-map)" in way
    assert source(cells[-1]).splitlines()[-1] == way
    assert source(of_kind(cells, "code")[0]) == SETUP


def test_the_map_leads_to_each_lesson_and_primer():
    (text,) = (source(c) for c in read(LESSONS[0]) if source(c).startswith("## The map\n"))
    for path in LESSONS[1:]:
        assert f"| {heading(path)} |" in text, f"the map does not lead to {path.name}"
    for path in PRIMERS:
        assert f"(primers/{path.name})" in text, f"the map does not lead to {path.name}"


@pytest.mark.parametrize(**named(SOLUTIONS))
def test_a_solution_solves_its_three_exercises(path):
    outputs = [output for cell in of_kind(read(path), "code") for output in cell["outputs"]]
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    assert len(re.findall("^Solved", printed, re.MULTILINE)) >= 3 and "Not yet" not in printed


def test_the_readme_lists_each_lesson_and_primer(root):
    text = (root / "README.md").read_text("utf-8")
    for path in LESSONS + PRIMERS:
        place = path.relative_to(root).as_posix()
        assert f"({place})" in text, f"README does not list {place}"
