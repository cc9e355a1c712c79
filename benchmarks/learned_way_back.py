"""Does a learned way back from pictures make the shipped generators better than Griffin-Lim's?

For each generator that has a vocoder: the same 600 drawn pictures become sound by the pictures'
own way back and by the vocoder's magnitudes, both with 60 rounds of fast Griffin-Lim. Prints the
Frechet distance to the training clips of either, beside that of held-out clips, and how often all
is heard as asked; stores it as data/learned_way_back.csv, which lesson 13 reads.
Run as `python benchmarks/learned_way_back.py`; needs no recordings; two minutes.
"""

from pathlib import Path

import audiogan_tf
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.models.vocoder import Vocoder

from ablation import store

CSV = Path(__file__).parent.parent / "data" / "learned_way_back.csv"
PAIRS = {
    "drums_long": "drums_vocoder",
    "notes_long": "notes_vocoder",
    "digits_long": "digits_vocoder",
}
CLIPS, SEED = 600, 1


def main():
    table = []
    for name, vocoder in PAIRS.items():
        generator = audiogan_tf.SoundGenerator.load(name)
        asked = generator.draw_conditions(CLIPS, seed=SEED)
        ways = {"Griffin-Lim": None, "learned": Vocoder.load(vocoder)}
        for way, network in ways.items():
            sounds = generator.sounds(asked, SEED, vocoder=network)
            report = evaluate(sounds, name.split("_")[0], asked)
            distance = report["Frechet distance"]
            accuracy = min(row.value for row in report.rows if row.metric.endswith("accuracy"))
            row = {"generator": name, "way": way, "frechet_distance": f"{distance.value:.4f}"}
            row |= {"real": f"{distance.real_floor:.4f}", "accuracy": f"{accuracy:.4f}"}
            print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
            table.append(row)
    store(CSV, table, tuple(table[0]))
    print(f"stored as {CSV.name}")


if __name__ == "__main__":
    main()
