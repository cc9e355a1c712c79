"""Write the generated parts of data/README.md: what is shipped, how it was made, its SHA-256."""

import hashlib
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
SPOKEN = "`python scripts/make_digits.py`: spoken digits"
TABLES = {
    "way_back.csv": "`python benchmarks/way_back.py`: what each step of the way back costs",
    "waveform_gans.csv": "`python benchmarks/waveform_gans.py`: GANs on samples at one budget",
    "ablation.csv": "`python benchmarks/ablation.py`: what each remedy changes at one budget",
    "overtraining.csv": "`python benchmarks/overtraining.py`: scores of long trainings on 48 clips",
    "digits/en.flac": f"{SPOKEN} in English, 1,750 clips one after the other",
    "digits/zh.flac": f"{SPOKEN} in Mandarin, 1,750 clips one after the other",
    "digits/index.csv": f"{SPOKEN}, where each lies, how it was said, its phonemes and their times",
}


def weights():
    """One list of facts for each entry of pretrained/index.json."""
    index = json.loads((DATA / "pretrained" / "index.json").read_text("utf-8"))
    parts = []
    for name, entry in sorted(index.items()):
        metrics = ", ".join(f"{key} {value}" for key, value in entry["metrics"].items())
        lines = [
            f"### `{name}`: {entry['kind']} for `{entry['corpus']}`\n",
            f"- file `{entry['file']}`, SHA-256 `{entry['sha256']}`",
            f"- made by `{entry['command']}`, seed {entry['seed']}, "
            f"{entry['cpu_minutes']} CPU minutes",
            f"- corpus digest `{entry['corpus_digest']}`",
            f"- metrics: {metrics or 'none'}\n",
        ]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def tables():
    """Rows for the other files of the folder."""
    rows = ["| file | made by | SHA-256 |", "|---|---|---|"]
    for name, made_by in TABLES.items():
        digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
        rows.append(f"| `{name}` | {made_by} | `{digest}` |")
    return "\n".join(rows)


def render(text):
    """The README's text with its generated parts renewed."""
    for name, make in (("tables", tables), ("weights", weights)):
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        head, rest = text.split(opening)
        text = f"{head}{opening}\n{make()}\n{closing}{rest.split(closing)[1]}"
    return text


if __name__ == "__main__":
    path = DATA / "README.md"
    path.write_text(render(path.read_text("utf-8")), encoding="utf-8")
    print(f"written: data/{path.name}")
