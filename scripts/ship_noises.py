"""Copy the noises and rooms that may come with the kit to data/noises and data/rooms.

    python scripts/ship_noises.py FOLDER

FOLDER: holds noises/ and rooms/, each with FLAC files and a SOURCES.csv. Taken are those that
their authors gave to everybody (CC0, public domain): of a noise eight seconds, of a room all.
Each side of the split of `audiogan_tf.load_corpus("mixtures")` gets its share.
"""

import argparse
import csv
import shutil
from pathlib import Path

from audiogan_tf.sound import audio

import soundfile

TARGET = Path(__file__).resolve().parent.parent / "data"
NOISES = ("birds", "boat", "coffee-shop", "fireplace", "wind")
ROOMS = ("Basement", "EmptyApartmentBedroom", "PurnodesRailroadTunnel")
SHIPPED = {"noises": [f"blanket_{name}" for name in NOISES], "rooms": list(ROOMS)}
SECONDS = 8
FREE = ("CC0", "Public domain", "Public Domain")  # how a licence must begin


def ship(folder, kind):
    """Copy one kind of sounds and their lines of SOURCES.csv; returns the bytes they take."""
    target = TARGET / kind
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with open(folder / kind / "SOURCES.csv", newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    rows = [row for row in rows if Path(row[0]).stem in SHIPPED[kind]]
    for name, licence, *_ in rows:
        if not licence.startswith(FREE):
            raise SystemExit(f"{name}: its licence is {licence}, so it must not be shipped")
        if kind == "rooms":
            shutil.copyfile(folder / kind / name, target / name)
            continue
        sound, rate = audio.load(folder / kind / name)
        soundfile.write(target / name, audio.to_pcm16(sound[: SECONDS * rate]), rate, "PCM_16")
    with open(target / "SOURCES.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *sorted(rows)])
    return sum(path.stat().st_size for path in target.iterdir())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for kind, names in SHIPPED.items():
        print(f"{len(names)} {kind}, {ship(folder, kind):,} bytes: {TARGET / kind}")


if __name__ == "__main__":
    main()
