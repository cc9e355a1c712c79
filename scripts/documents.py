"""Write notebooks/documents.md: what the five documents claim, and which cells make it real.

notebooks/documents.toml lists the claims; a cell of a lesson that makes one real has the claim's
id among its tags. Run as `python scripts/documents.py` after a mark was set or moved.
"""

import json
import re
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PAGE = NOTEBOOKS / "documents.md"
MARK = re.compile(r"D\d-\d\d")
HEAD = """\
# The five documents, and what became of each claim

This course follows five articles on audio generation, chapter by chapter. It calls them D0 to D4.
The tables list what they claim, in our words, and link the cells that make the claim real: that
run it, play it, measure it or correct it. Cells are counted from 0, texts included, as the
lessons do. This page is generated from the lessons: see `scripts/documents.py`.
"""


def claims():
    """The documents and their claims, as documents.toml lists them."""
    listed = tomllib.loads((NOTEBOOKS / "documents.toml").read_text("utf-8"))
    return listed["document"], listed["claim"]


def marks():
    """Claim id -> list of (lesson's file, cell's number, heading above the cell)."""
    found = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")) + sorted(NOTEBOOKS.glob("primers/*.ipynb")):
        heading = ""
        for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"]):
            source = "".join(cell["source"])
            headings = re.findall(r"^#{2,3} (.+)$", source, re.MULTILINE)
            if cell["cell_type"] == "markdown" and headings:
                heading = headings[0]
            for tag in cell["metadata"].get("tags", []):
                if MARK.fullmatch(tag):
                    place = path.relative_to(NOTEBOOKS).as_posix(), number, heading
                    found.setdefault(tag, []).append(place)
    return found


def link(file, number, heading):
    """A link to the heading above a cell, which says the lesson and the cell's number."""
    anchor = f"#{heading.replace(' ', '-')}" if heading else ""
    name = Path(file).name
    lesson = f"lesson {name[:2]}" if name[:2].isdigit() else "primer"
    return f"[{lesson}, cell {number}]({file}{anchor})"


def page():
    """The text of documents.md."""
    documents, listed = claims()
    places, parts = marks(), [HEAD]
    for document in documents:
        parts.append(f"\n## {document['id']}: {document['title']}\n\n{document['known']}\n")
        parts.append("\n| claim | chapter | it says | where it is made real |\n|---|---|---|---|\n")
        for claim in listed:
            if claim["id"].startswith(document["id"]):
                where = [link(*place) for place in places.get(claim["id"], [])]
                where += [claim["open"]] if "open" in claim else []
                parts.append(
                    f"| {claim['id']} | §{claim['section']} | {claim['says']} "
                    f"| {'; '.join(where)} |\n"
                )
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name}: {len(claims()[1])} claims, {sum(map(len, marks().values()))} marks")
