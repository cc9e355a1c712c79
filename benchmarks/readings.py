"""Of the 200 texts of tests/text/readings.csv: how many are read as people read them.

Beside the kit's `normalise` the package wetext, whose grammar reads the kit's Mandarin, by itself
on both languages. Run as `python benchmarks/readings.py` (a few seconds; needs the extra `speech`).
"""

import csv
import re
from collections import Counter
from pathlib import Path

from audiogan_tf import text

import wetext

CSV = Path(__file__).parent.parent / "tests" / "text" / "readings.csv"


def main():
    with open(CSV, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    of_all, kit, peer = Counter(), Counter(), Counter()
    for row in rows:
        kind = (row["language"], row["kind"])
        of_all[kind] += 1
        kit[kind] += is_read(row, text.normalise)
        peer[kind] += is_read(row, by_wetext)
    print(f"{'language, kind':<20}{'texts':>7}{'kit':>7}{'wetext':>8}")
    for kind, count in sorted(of_all.items()):
        print(f"{', '.join(kind):<20}{count:>7}{kit[kind]:>7}{peer[kind]:>8}")
    for language in ("en", "zh"):
        sums = [sum(n for kind, n in c.items() if kind[0] == language) for c in (of_all, kit, peer)]
        print(f"{language + ', all':<20}{sums[0]:>7}{sums[1]:>7}{sums[2]:>8}")


def is_read(row, read):
    return folded(read(row["text"], row["language"]), row) == folded(row["read"], row)


def folded(words, row):
    """What is compared: words, not capitals and marks; Mandarin without its spaces."""
    words = re.sub(r"[^\w']+", " ", words.lower()).strip()
    return words.replace(" ", "") if row["language"] == "zh" else words


def by_wetext(written, language):
    try:
        return wetext.Normalizer(lang=language, operator="tn").normalize(written)
    except AssertionError:  # its English grammar has no way through some texts, such as "€3"
        return ""


if __name__ == "__main__":
    main()
