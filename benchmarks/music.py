"""Do effects obey their sliders? What lesson 17 states, measured.

Generated sounds stand beside held-out ones of the corpus that the generator learned. Run as
`python benchmarks/music.py`; it prints the table and writes it to data/music.csv.
"""

import csv

import audiogan_tf
from audiogan_tf import judging, synth
from audiogan_tf.storage.places import pretrained_folder

import numpy as np

DRAWS = 60  # of each kind of effect, as many as are held out
COLUMNS = ("part", "of", "figure", "generated", "real")


def right(judge, sounds, rate, labels):
    """The share of sounds in which the judge hears what was asked for."""
    return np.mean(judge.hear(sounds, rate).classes[:, 0] == labels)


def effects():
    """Rows on the generator of sound effects, beside held-out effects by formula."""
    corpus, judge = audiogan_tf.load_corpus("effects"), judging.judge_for("effects")
    source, rows, sliders = audiogan_tf.SoundGenerator.load("effects_long"), [], []
    held, rate = corpus.test, corpus.sample_rate
    for label, kind in enumerate(synth.EFFECTS):
        asked = source.draw_conditions(DRAWS, kind, seed=label)
        own = held.labels == label
        both = (source.sounds(asked, seed=label), asked), (held.audio[own], held.told[own])
        shares = [right(judge, sounds, rate, label) for sounds, _ in both]
        rows.append(("effects", kind, "judged right", *shares))
        followed = [judging.obeyed(kind, told[:, 1:], sounds, rate) for sounds, told in both]
        for slider in source.sliders[kind]:
            shares = [each[slider] for each in followed]
            sliders.append(("effects", f"{kind}: {slider}", "rank correlation", *shares))
        if kind == "alarm":
            off = [alarms_off(sounds, told, rate) for sounds, told in both]
            sliders.append(("effects", "alarm: pitch", "cents off, median", *off))
    return rows + sliders


def alarms_off(sounds, told, rate):
    """How far alarms are from the pitch asked for, the median in cents."""
    octaves = judging.measured_sliders("alarm", sounds, rate)["pitch"]
    asked = [synth.slider_values("alarm", row[1:] / 100)["pitch"] for row in told]
    return np.median(np.abs(1200 * (octaves - np.log2(asked))))


def main():
    """Print and keep all rows."""
    rows = effects()
    with open(pretrained_folder().parent / "music.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for part, of, figure, *values in rows:
            values = [f"{value:.3g}" for value in values]
            table.writerow([part, of, figure, *values])
            print(f"{part:12} {of:24} {figure:24} {values[0]:>8} {' '.join(values[1:]):>8}")


if __name__ == "__main__":
    main()
