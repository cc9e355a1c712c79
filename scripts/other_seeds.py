"""Run notebooks with other random seeds: what they print must hold for these trainings too.

    python scripts/other_seeds.py notebooks/07_why_gans_fail.ipynb --seeds 1 2

A number is added to every seed that Keras is given, so each training starts from other weights
and sees other noise. What a cell prints is then compared with its stored output as nbval does,
after tests/nbval_sanitize.cfg, and each cell that differs is shown. A line that rests on a
training and differs needs a wider margin or a coarser number.
"""

import argparse
import configparser
import difflib
import os
import re
import sys
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 1800  # seconds for one cell, on a busy machine
SHIFT = """
import functools

import keras

_set_random_seed = keras.utils.set_random_seed
_start = keras.random.SeedGenerator.__init__


@functools.wraps(_start)
def _start_elsewhere(self, seed=None, **options):
    _start(self, seed if seed is None else int(seed) + OFFSET, **options)


keras.utils.set_random_seed = lambda seed: _set_random_seed(seed + OFFSET)
keras.random.SeedGenerator.__init__ = _start_elsewhere
"""


def sanitizers():
    """Pairs of a pattern and its replacement, from nbval's file."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tests" / "nbval_sanitize.cfg", "utf-8")
    return [(re.compile(parser[k]["regex"]), parser[k]["replace"]) for k in parser.sections()]


def printed(cell, rules):
    """The text a cell shows: what it prints, then the plain text of what it displays."""
    texts = [out["text"] for out in cell.outputs if out.get("name") == "stdout"]
    texts += [f"\n{out['data'].get('text/plain', '')}" for out in cell.outputs if "data" in out]
    texts += [f"\n{out['ename']}: {out['evalue']}" for out in cell.outputs if "ename" in out]
    text = "".join(texts)
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def run(path, offset):
    """The notebook's code cells, executed with shifted seeds; errors are outputs too."""
    notebook = nbformat.read(path, as_version=4)
    first = nbformat.v4.new_code_cell(SHIFT.replace("OFFSET", str(offset)))
    notebook.cells.insert(0, first)
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", allow_errors=True, resources=where
    ).execute()
    return [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]


def differing(path, offset, rules):
    """Show each cell whose text differs from the stored one; how many there are, and of all."""
    stored = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    count = 0
    for number, (old, new) in enumerate(zip(stored, run(path, offset), strict=True), 1):
        before, after = (printed(cell, rules).splitlines() for cell in (old, new))
        lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
        if lines:
            count += 1
            print(f"{path}, seeds + {offset}, code cell {number}:", *lines, sep="\n  ", flush=True)
    print(f"{path}, seeds + {offset}: {count} of {len(stored)} cells differ", flush=True)
    return count


def main():
    """Compare each notebook with each seed; fail if any cell differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2], help="added to each seed")
    options = parser.parse_args()
    # As under nbval: ipykernel then keeps TensorFlow's C++ log out of the outputs.
    os.environ.setdefault("PYTEST_CURRENT_TEST", "other_seeds")
    rules = sanitizers()
    counts = [differing(path, k, rules) for path in options.notebooks for k in options.seeds]
    sys.exit(1 if any(counts) else 0)


if __name__ == "__main__":
    main()
