"""Effects, real instruments, a sequencer and MIDI: what lesson 17 states, measured.

Generated sounds stand beside held-out ones of the corpus that the generator learned; of
instruments these have taken the same way to a picture and back. Run as
`python benchmarks/music.py`; it prints the table and writes it to data/music.csv. The part on
instruments needs the SoundFont of Debian's package fluid-soundfont-gm.
"""

import csv
import tempfile
from pathlib import Path

import audiogan_tf
from audiogan_tf import judging, models, sound, synth
from audiogan_tf.corpora import melodies
from audiogan_tf.sound import sequencer
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.synth import midi

import numpy as np

DRAWS = 40  # of each kind of effect
NOTES = 300  # of instruments
CENTS = 20
TUNES = 200  # written to MIDI files and read again
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


def instruments():
    """Rows on the generator of real instruments: pitch, timbre, and the distance to real notes."""
    corpus, judge = audiogan_tf.load_corpus("instruments"), judging.judge_for("instruments")
    source, held = audiogan_tf.SoundGenerator.load("instruments_long"), corpus.test
    asked = models.even_conditions(corpus.class_counts, NOTES)
    pictures = corpus.representation
    again = sound.inverse_all(pictures.forward(held.audio), pictures)
    both = (source.sounds(asked, seed=1), asked), (again, held.conditions)
    heard = [judge.hear(sounds, 16000).classes == told for sounds, told in both]
    near = [within(sounds, told[:, 1]) for sounds, told in both]
    report = audiogan_tf.evaluate(both[0][0], corpus, asked, judge)["Frechet distance"]
    of = "six instruments"
    return [
        ("instruments", of, f"within {CENTS} cents", *near),
        ("instruments", of, "instrument judged right", *(h[:, 0].mean() for h in heard)),
        ("instruments", of, "pitch judged right", *(h[:, 1].mean() for h in heard)),
        ("instruments", of, "Frechet distance", report.value, report.real_floor),
    ]


def within(sounds, pitches):
    """The share of notes within CENTS of the pitch asked for."""
    asked = synth.midi_to_hz(60 + pitches)
    off = np.abs(sound.cents(sound.pitch(sounds, 16000), asked))
    return np.mean(np.nan_to_num(off, nan=9999.0) <= CENTS)


def hits():
    """Rows on a sequencer whose every hit is a fresh draw: onsets, differences, the judge."""
    source, judge = audiogan_tf.SoundGenerator.load("drums_long"), judging.judge_for("drums")
    late, same, heard, stems = 0, 0, [], []
    for label, drum in enumerate(source.classes):
        track = sequencer.Track(drum, "x..X..o..x..X...", spread=0.3)
        planned = sequencer.hits([track], 16000, tempo=80, bars=8, swing=0.6, seed=label)
        drawn = source.generate(len(planned), drum, seed=label)[0]
        drawn = sequencer.from_onset(drawn, 16000)
        starts, levels = [hit.start for hit in planned], [hit.level for hit in planned]
        whole = sequencer.place(drawn, starts, levels)
        stems.append(whole)
        played = np.stack([whole[start : start + 8064] for start in starts])
        late = max(late, *(onset_off(whole, hit) for hit in planned))
        same += sum(np.array_equal(a, b) for i, a in enumerate(drawn) for b in drawn[:i])
        heard.append(right(judge, played, 16000, label))
    mixed = sequencer.mix(stems, [0.0] * len(stems), 16000)
    return [
        ("mix", "eight drums", "loudness, LUFS", sound.loudness(mixed, 16000)),
        ("mix", "eight drums", "peak, dBFS", 20 * np.log10(np.abs(mixed).max())),
        ("sequencer", "drums_long", "onset error, samples", late),
        ("sequencer", "drums_long", "pairs of equal hits", same),
        ("sequencer", "drums_long", "judged right", np.mean(heard)),
    ]


def onset_off(whole, hit):
    """Samples between where a hit was planned and where the sound rises from silence there."""
    before = 600  # samples; hits end before the next one begins
    part = np.abs(whole[max(0, hit.start - before) : hit.start + before])
    lead = min(hit.start, before)
    quiet = part[:lead].max(initial=0.0)
    return abs(int(np.argmax(part > max(quiet, 1e-3 * part.max()))) - lead)


def files():
    """Rows on tunes that are written to MIDI files and read again."""
    with tempfile.TemporaryDirectory() as folder:
        path, kept = Path(folder) / "tune.mid", []
        for seed in range(TUNES):
            tune = melodies.write_tune(np.random.default_rng(seed))
            midi.write(path, tune)
            notes = [(note.start, note.length, note.pitch) for note in midi.read(path).notes]
            midi.write(path, midi.read_tune(path))
            again = [(note.start, note.length, note.pitch) for note in midi.read(path).notes]
            kept.append(notes == again)
    return [("MIDI", f"{TUNES} tunes", "kept, note by note", np.mean(kept))]


def main():
    """Print and keep all rows."""
    rows = effects() + instruments() + hits() + files()
    with open(pretrained_folder().parent / "music.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for part, of, figure, *values in rows:
            values = [f"{value:.3g}" for value in values]
            table.writerow([part, of, figure, *values, *[""] * (2 - len(values))])
            print(f"{part:12} {of:24} {figure:24} {values[0]:>8} {''.join(values[1:]):>8}")


if __name__ == "__main__":
    main()
