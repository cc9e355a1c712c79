"""Figures of lesson 18: diffusion, twenty clips of a new sound, and who was in the training set.

    python benchmarks/frontiers.py [diffusion] [few_shot] [privacy] [--fresh]
Each theme is a file beside this one and says in its first lines what it measures. Rows of
data/frontiers.csv, a figure each, are stored as they are finished: stop whenever you like, the same
command goes on; where nothing is missing it prints the theme's rows. `low` and `high` are the ends
of a 95 % interval, where there is one.
"""

import argparse
import datetime
import importlib
from pathlib import Path

from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "frontiers.csv"
THEMES = ("diffusion", "few_shot", "privacy")
KEY = ("theme", "subject", "way", "seed")
COLUMNS = (*KEY, "figure", "value", "low", "high", "date", "command")


class Table:
    """The stored rows of one theme, and a way to add to them."""

    def __init__(self, path, theme, fresh=False):
        self.path, self.theme = path, theme
        if fresh:
            store(path, [row for row in stored(path) if row["theme"] != theme], COLUMNS)

    def lacks(self, subject, way, seed=0):
        """Whether nothing is stored of one thing that is measured."""
        return not any(self._is(row, subject, way, seed) for row in stored(self.path))

    def add(self, subject, way, figures, seed=0):
        """Store figures, name -> a number or (value, low, high), in place of older ones."""
        rows = [row for row in stored(self.path) if not self._is(row, subject, way, seed)]
        today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        about = {"date": today, "command": f"python benchmarks/frontiers.py {self.theme}"}
        about |= dict(zip(KEY, (self.theme, subject, way, str(seed)), strict=True))
        for figure, value in figures.items():
            numbers = value if isinstance(value, tuple) else (value,)
            texts = dict(zip(("value", "low", "high"), (f"{n:.4g}" for n in numbers), strict=False))
            rows.append(about | {"figure": figure} | texts)
        order = {theme: place for place, theme in enumerate(THEMES)}
        rows.sort(key=lambda row: order[row["theme"]])  # within a theme as they came
        store(self.path, rows, COLUMNS)
        print(
            subject, "|", way, "|", seed, "|", *(f"{k} {v}" for k, v in figures.items()), flush=True
        )

    def _is(self, row, subject, way, seed):
        return tuple(row[name] for name in KEY) == (self.theme, subject, way, str(seed))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("theme", nargs="*", help=f"of {', '.join(THEMES)}; all without one")
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--fresh", action="store_true", help="measure the stored rows again")
    asked = parser.parse_args()
    for theme in asked.theme or THEMES:
        if theme not in THEMES:
            parser.error(f"{theme!r} is no theme; use {', '.join(THEMES)}")
        table = Table(asked.csv, theme, asked.fresh)
        importlib.import_module(f"frontiers_{theme}").measure(table)
        for row in stored(asked.csv):
            if row["theme"] == theme:
                print(" | ".join(row[name] or "" for name in COLUMNS[1:8]))


if __name__ == "__main__":
    main()
