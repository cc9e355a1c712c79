"""When to stop: a GAN that has seen 48 clips only, scored again and again for a long time.

Two games on the same 48 clips of `drums`: a plain one, and one with R1, EMA and augmentation.
Every 500 steps: the scores of benchmarks/ablation.py; how many training clips and how many clips
it never saw the discriminator calls real (a gap means that it knows its clips by heart); and how
flat the spectra of snares, claps and hats are, in dB below white noise: tones in what should hiss
are the metallic sound of overtraining. Stored in data/overtraining.csv, which lesson 07 reads; a
finished game is not played again.

Run as `python benchmarks/overtraining.py`; about six minutes on two cores.
"""

import argparse
import datetime
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora import Clips
from audiogan_tf.corpora.batches import batches

import numpy as np
from ablation import BATCH, SCORES, Scorer, build, part_of, rebuilt, store, stored

CSV = Path(__file__).parent.parent / "data" / "overtraining.csv"
RECIPES = ("plain DCGAN", "R1 + EMA + augmentation")
STEPS, EVERY, PER_CLASS, SEED = 3000, 500, 6, 0
NOISY = (1, 2, 4, 5)  # snare, clap, closed and open hat
MARKS = ("seen_called_real", "unseen_called_real")
COLUMNS = ("recipe", "step", *SCORES, *MARKS, "flatness_db", "seed", "date", "command")
COMMAND = "python benchmarks/overtraining.py"


def flatness_db(sounds, size=512):
    """Geometric over arithmetic mean of the power in the first 0.1 s, 2 to 7 kHz, in dB."""
    windows = np.lib.stride_tricks.sliding_window_view(sounds[:, :1600], size, axis=1)
    frames = windows[:, :: size // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(size))) ** 2 + 1e-10
    band = power.mean(axis=1)[:, 64:224]  # bins of 31 Hz
    return float(np.mean(10 * (np.log10(band).mean(axis=1) - np.log10(band.mean(axis=1)))))


def called_real(discriminator, images, labels):
    """Share of pictures with a positive logit."""
    return float(np.mean(discriminator.predict([images, labels], verbose=0) > 0))


class Game:
    """The 48 clips, and what is measured at each stop of a training on them."""

    def __init__(self):
        self.corpus = corpus = audiogan_tf.load_corpus("drums")
        self.pictures, self.scorer = corpus.representation, Scorer(corpus)
        self.clips = part_of(corpus.train, PER_CLASS)
        self.known = self.scorer.features(self.clips)
        some = slice(None, None, 4)
        test = Clips(corpus.test.audio[some], corpus.test.conditions[some])
        both = self.clips, test
        self.sides = [(self.pictures.forward(one.audio), one.conditions) for one in both]

    def floors(self):
        """Scores of new clips, copies and noise; the flatness of new clips as well."""
        found = dict(self.scorer.floors(self.clips, self.known))
        images, conditions = self.sides[1]
        real = rebuilt(images[np.isin(conditions[:, 0], NOISY)], self.pictures)
        found["new clips"] |= {"flatness_db": flatness_db(real)}
        return found

    def play(self, recipe, steps):
        """Train, and yield (step, scores) again and again."""
        gan = build(self.pictures.shape, self.corpus.class_counts, recipe, SEED)
        data, asked = batches(self.clips, self.pictures, BATCH, SEED), self.scorer.asked
        for step in range(EVERY, steps + 1, EVERY):
            gan.fit(data, epochs=1, steps_per_epoch=EVERY, shuffle=False, verbose=0)
            sounds = rebuilt(gan.generate(len(asked), asked, seed=SEED), self.pictures)
            marks = [called_real(gan.discriminator, *side) for side in self.sides]
            hiss = {"flatness_db": flatness_db(sounds[np.isin(asked, NOISY)])}
            scores = self.scorer(sounds, asked, self.known)
            yield step, scores | dict(zip(MARKS, marks, strict=True)) | hiss


def as_row(recipe, step, values):
    about = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}
    about |= {"command": COMMAND, "seed": SEED if step else ""}
    numbers = {name: f"{value:.4f}" for name, value in values.items()}
    return {"recipe": recipe, "step": step} | numbers | about


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", metavar="N", type=int, default=STEPS)
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--fresh", action="store_true", help="play the finished games again")
    asked = parser.parse_args()
    rows = [] if asked.fresh else stored(asked.csv)
    finished = {row["recipe"] for row in rows if row["step"] == str(asked.steps)}
    open_games = [recipe for recipe in RECIPES if recipe not in finished]
    if open_games:
        game = Game()
        rows = [row for row in rows if row["recipe"] in finished]
        rows += [as_row(name, "", scores) for name, scores in game.floors().items()]
        for recipe in open_games:
            for step, values in game.play(recipe, asked.steps):
                rows.append(as_row(recipe, step, values))
                store(asked.csv, rows, COLUMNS)
                print(f"{recipe}, step {step}", flush=True)
    for row in rows:
        print(" | ".join(f"{row.get(name) or '':>8}" for name in COLUMNS[:-2]))


if __name__ == "__main__":
    main()
