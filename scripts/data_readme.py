"""Write the generated parts of data/README.md and benchmarks/README.md.

What is shipped, how it was made and its SHA-256; the leaderboards; the trained listings.
"""

import csv
import hashlib
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
SPOKEN = "`python scripts/make_digits.py`: spoken digits"
SENTENCES = "`python scripts/ship_kathleen.py FOLDER`: sentences of Kathleen"
PLACES = "`python scripts/ship_noises.py FOLDER`"
TABLES = {
    "way_back.csv": "`python benchmarks/way_back.py`: what each step of the way back costs",
    "waveform_gans.csv": "`python benchmarks/waveform_gans.py`: GANs on samples at one budget",
    "ablation.csv": "`python benchmarks/ablation.py`: what each remedy changes at one budget",
    "overtraining.csv": "`python benchmarks/overtraining.py`: scores of long trainings on 48 clips",
    "speech.csv": "`python benchmarks/speech.py`: the course's voice, measured",
    "learned_way_back.csv": "`python benchmarks/learned_way_back.py`: two ways back to sound",
    "vocoders.csv": "`python benchmarks/vocoders.py`: from 40 mel bands back to sound",
    "enhancers.csv": "`python benchmarks/enhancers.py`: enhancers beside peers on one table",
    "editing.csv": "`python benchmarks/editing.py`: ways to stretch and to shift, measured",
    "separation.csv": "`python benchmarks/separation.py`: two sources out of one mixture",
    "gaps.csv": "`python benchmarks/gaps.py`: gaps in speech, filled in seven ways",
    "listings.csv": "`python benchmarks/listings.py`: the documents' repaired listings, trained",
    "gan_vae.csv": "`python benchmarks/gan_vae.py`: GAN and VAE on two corpora at one budget",
    "conversion.csv": "`python benchmarks/conversion.py`: six speakers in each other's voices",
    "sentence_conversion.csv": "`python benchmarks/sentence_conversion.py`: strangers as Kathleen",
    "music.csv": "`python benchmarks/music.py`: effects, instruments, sequencer and MIDI",
    "frontiers.csv": "`python benchmarks/frontiers.py THEME`: diffusion, few clips, privacy",
    "frontiers_features.csv": "`python benchmarks/frontiers_features.py PART`: labels and hearts",
    "leaderboard.csv": "`python benchmarks/leaderboard.py`: every generator at one budget",
    "leaderboard.png": "the same as a picture",
    **{
        f"listings/{name}{end}.flac": f"`python benchmarks/listings.py --ship`: eight sounds {how}"
        for name in ("d0", "d2", "d3", "d4")
        for end, how in (("", "of the repaired listing"), ("_all", "with the kit's settings"))
    },
    "kathleen/metadata.csv": f"{SENTENCES}: names and texts",
    **{
        f"kathleen/wavs/{path.name}": f"{SENTENCES}, as published"
        for path in sorted((DATA / "kathleen" / "wavs").glob("*"))
    },
    "digits/en.flac": f"{SPOKEN} in English, 1,750 clips one after the other",
    "digits/zh.flac": f"{SPOKEN} in Mandarin, 1,750 clips one after the other",
    "digits/index.csv": f"{SPOKEN}, where each lies, how it was said, its phonemes and their times",
}


def credits():
    """Who recorded each shipped noise and room, as their SOURCES.csv say: name -> licence."""
    found = {}
    for kind in ("noises", "rooms"):
        with open(DATA / kind / "SOURCES.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found |= {f"{kind}/{row['file']}": ", ".join(list(row.values())[1:]) for row in rows}
    return found


TABLES |= {f"{kind}/SOURCES.csv": f"{PLACES}: whose they are" for kind in ("noises", "rooms")}
TABLES |= {name: f"{PLACES}: {credit}" for name, credit in credits().items()}


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


COLUMNS = {  # of leaderboard.csv: heading
    "model": "model",
    "lesson": "lesson",
    "steps": "steps",
    "accuracy": "accuracy",
    "inception_score": "Inception Score",
    "frechet_distance": "Frechet distance",
    "kid": "KID",
    "coverage": "coverage",
    "neighbour_ratio": "neighbour ratio",
    "cpu_minutes": "CPU minutes",
    "parameters": "parameters",
    "real_time_factor": "real-time factor",
}
ENDS = {"frechet_distance": "frechet", "kid": "kid"}  # of their intervals


def leaderboard():
    """benchmarks/leaderboard.py's table, with the ends of the intervals in brackets."""
    rows = read("leaderboard.csv")
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for row in rows:
        for name, short in ENDS.items():
            row[name] += f" ({row[f'{short}_low']} to {row[f'{short}_high']})"
        if row["parameters"]:
            row["parameters"] = f"{float(row['parameters']):,.0f}"
        lines.append([row[name] for name in COLUMNS])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


SCORES = {  # of listings.csv: heading
    "inception_score": "Inception Score (of 8)",
    "frechet_distance": "Frechet distance",
    "coverage": "coverage",
    "accuracy": "accuracy",
}


def spread(values):
    """Mean of some numbers in texts, and the lowest and highest in brackets; nothing of none."""
    numbers = [float(value) for value in values if value]
    if not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    return f"{sum(numbers) / len(numbers):.3g} ({low:.3g} to {high:.3g})"


def listings():
    """benchmarks/listings.py's table: each network and change, over its seeds."""
    rows = read("listings.csv")
    lines = [["network", "change", "seeds", *SCORES.values()], ["---"] * (3 + len(SCORES))]
    for pair in dict.fromkeys((row["listing"], row["change"]) for row in rows):
        own = [row for row in rows if (row["listing"], row["change"]) == pair]
        cells = [spread(row[name] for row in own) for name in SCORES]
        lines.append([*pair, str(len(own)), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def read(name):
    """The rows of a stored table, dicts of texts."""
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def short(text, digits=3):
    """A number of a table with so many digits; nothing of nothing."""
    return f"{float(text):.{digits}g}" if text else ""


def vocoders():
    """benchmarks/vocoders.py's table, a line for each way and set of clips."""
    scores = ("pesq", "stoi", "better", "texture", "speed")
    lines = [("clips", "way", *scores), ["---"] * (2 + len(scores))]
    lines += [
        (row["clips"], row["way"], *(short(row[name]) for name in scores))
        for row in read("vocoders.csv")
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


SNRS = ("-5 dB", "0 dB", "5 dB", "10 dB", "15 dB")
OVER = {"pesq": "PESQ", "stoi": "STOI", "si_sdr_gain": "SI-SDR gain"}  # at all SNRs in one cell
SINGLE = {  # heading: condition and score
    "metallic, 5 dB": ("5 dB", "metallic"),
    "room: PESQ": ("room", "pesq"),
    "room: STOI": ("room", "stoi"),
    "clean: PESQ": ("clean", "pesq"),
    "speed": ("5 dB", "speed"),
}


def enhancers():
    """benchmarks/enhancers.py's table, a line an enhancer; SNRs from -5 to 15 dB in one cell."""
    found = {}
    for row in read("enhancers.csv"):
        found.setdefault(row["enhancer"], {})[row["condition"]] = row
    lines = [("enhancer", *OVER.values(), *SINGLE), ["---"] * (1 + len(OVER) + len(SINGLE))]
    for name, rows in found.items():
        cells = [", ".join(short(rows.get(snr, {}).get(score)) for snr in SNRS) for score in OVER]
        cells += [short(rows.get(place, {}).get(score)) for place, score in SINGLE.values()]
        lines.append((name, *cells))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def separation():
    """benchmarks/separation.py's table, a line for each task and way."""
    columns = ("task", "way", "clips", "first", "second")
    lines = [columns, ["---"] * len(columns)]
    lines += [[row[name] for name in columns] for row in read("separation.csv")]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def gaps():
    """benchmarks/gaps.py's table, a line a way; gaps of 20, 60 and 120 ms in one cell."""
    scores, found = ("lsd", "level", "spread", "step"), {}
    for row in read("gaps.csv"):
        found.setdefault(row["way"], []).append(row)
    lines = [("way", *scores), ["---"] * (1 + len(scores))]
    for way, rows in found.items():
        lines.append((way, *(", ".join(row[score] for row in rows) for score in scores)))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def render(text):
    """A README's text with its generated parts renewed."""
    for make in (tables, weights, leaderboard, vocoders, enhancers, separation, gaps, listings):
        opening, closing = f"<!-- {make.__name__} -->", f"<!-- /{make.__name__} -->"
        if opening in text:
            head, rest = text.split(opening)
            text = f"{head}{opening}\n{make()}\n{closing}{rest.split(closing)[1]}"
    return text


if __name__ == "__main__":
    for path in (DATA / "README.md", DATA.parent / "benchmarks" / "README.md"):
        path.write_text(render(path.read_text("utf-8")), encoding="utf-8")
        print(f"written: {path.relative_to(DATA.parent)}")
