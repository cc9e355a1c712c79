"""Choose the sentences of Kathleen that come with the kit, and copy them to data/kathleen.

    python scripts/ship_kathleen.py FOLDER

FOLDER: all 900 in LJ Speech's layout (metadata.csv and wavs/). They are CC0, so they may be
shipped. Taken are sentences evenly spread over both sides of the split of
`audiogan_tf.load_corpus("kathleen")`, as many as 3.9 MB hold, one of them held out in four.
Files that are already FLAC are copied byte for byte.
"""

import argparse
import shutil
from pathlib import Path

import audiogan_tf

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "data" / "kathleen"
BYTES, COUNT, HELD_OUT = 3_900_000, 72, 18


def spread(clips, count):
    """(path, text) of `count` sentences, evenly spread."""
    places = np.linspace(0, len(clips) - 1, count).round().astype(int)
    return [(clips.paths[place], clips.texts[place]) for place in places]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    corpus = audiogan_tf.load_corpus("kathleen", folder=parser.parse_args().folder)
    chosen = spread(corpus.train, COUNT - HELD_OUT) + spread(corpus.test, HELD_OUT)
    size = sum(path.stat().st_size for path, _ in chosen)
    if size > BYTES:
        raise SystemExit(f"{COUNT} sentences take {size:,} bytes, more than {BYTES:,}: take fewer")
    shutil.rmtree(TARGET, ignore_errors=True)
    (TARGET / "wavs").mkdir(parents=True)
    for path, _ in chosen:
        shutil.copyfile(path, TARGET / "wavs" / path.name)
    lines = [f"{path.stem}|{text}|{text}\n" for path, text in sorted(chosen)]
    (TARGET / "metadata.csv").write_text("".join(lines), "utf-8")
    print(f"{len(chosen)} sentences, {size:,} bytes: {TARGET}")


if __name__ == "__main__":
    main()
