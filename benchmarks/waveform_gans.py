"""What each part of a GAN on waveforms is worth: equal steps and seeds, one change at a time.

The networks draw the waveforms of `drums` themselves. Every row of data/waveform_gans.csv is one
training; rows are stored as they are finished: stop whenever you like, the next call goes on with
those that are missing. Lesson 06 reads the table.

- accuracy: share of clips that the judge hears as asked; noise scores 0.12, real clips 1.00
- Frechet distance: to all training clips, in the judge's features; lower is better
- hiss: level in dB below full scale of short drums (closed hat, rim) after 0.3 s
- tones: by how many dB the multiples of the frame rate, 1000 Hz, stand above their
  neighbours in the mean spectrum of all clips; real clips have 0

Run as `python benchmarks/waveform_gans.py`; five minutes on two cores where nothing is
stored yet.
"""

import csv
import datetime
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue, wavegan
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Waveform, inverse_all
from audiogan_tf.storage.files import atomic_path

import keras
import numpy as np

CSV = Path(__file__).parent.parent / "data" / "waveform_gans.csv"
STEPS, SEEDS, CLIPS = 1000, 1, 400
SCORES = ("accuracy", "frechet_distance", "hiss_db", "tones_db")
COLUMNS = ("model", "seed", "steps", *SCORES, "weights", "date")
ROWS = {  # name: model, changes to the representation, to the discriminator
    "MLP": ("mlp", {}, {}),
    "WaveGAN": ("wavegan", {}, {}),
    "WaveGAN without phase shuffle": ("wavegan", {}, {"shuffle": 0}),
    "WaveGAN without companding": ("wavegan", {"companding": 0}, {}),
}


def trained(corpus, seed, model, for_representation, for_discriminator):
    """A GAN trained for STEPS, and its representation."""
    chosen = catalogue.find(model)
    samples = Waveform(corpus.representation, **for_representation)
    keras.utils.set_random_seed(seed)
    network = {"shape": samples.shape, "class_counts": corpus.class_counts}
    network |= chosen.generator_sizes
    sizes = chosen.learner.discriminator_sizes | for_discriminator
    game = chosen.learner._replace(discriminator_sizes=sizes)
    gan = game(network, seed)
    data = batches(corpus.train, samples, chosen.batch_size, seed)
    gan.fit(data, epochs=1, steps_per_epoch=STEPS, shuffle=False, verbose=0)
    return gan, samples


def hiss_db(waveforms):
    """Mean level from 0.31 to 0.47 s."""
    return 10 * np.log10(np.mean(np.square(waveforms[:, 5000:7500], dtype="float64")) + 1e-12)


def tones_db(waveforms, sample_rate):
    """Level at multiples of the frame rate over that of the 20 Hz to either side."""
    rate = sample_rate / wavegan.FRAME
    power = np.mean(np.abs(np.fft.rfft(waveforms[:, :8000])) ** 2, axis=0)  # bins of 2 Hz
    at = np.round(np.arange(rate, sample_rate / 2, rate) * 8000 / sample_rate).astype(int)
    around = np.mean([power[at + k] for k in (*range(-10, -2), *range(3, 11))], axis=0)
    return float(np.mean(10 * np.log10((power[at] + 1e-9) / (around + 1e-9))))


def measured(name, seed, corpus, judge):
    """One row of the table."""
    gan, samples = trained(corpus, seed, *ROWS[name])
    labels = np.arange(CLIPS) % len(corpus.classes)
    waveforms = audio.limit(inverse_all(gan.generate(CLIPS, labels, seed=1), samples))
    report = audiogan_tf.evaluate(waveforms, corpus, labels, judge)
    short = np.isin(labels, [corpus.label_index("closed_hat"), corpus.label_index("rim")])
    return {
        "model": name,
        "seed": str(seed),
        "steps": gan.step,
        "accuracy": f"{report['drum accuracy'].value:.3f}",
        "frechet_distance": f"{report['Frechet distance'].value:.1f}",
        "hiss_db": f"{hiss_db(waveforms[short]):.0f}",
        "tones_db": f"{tones_db(waveforms, corpus.sample_rate):.1f}",
        "weights": gan.generator.count_params() + gan.discriminator.count_params(),
        "date": datetime.date.today().isoformat(),
    }


def stored():
    """The rows that are finished."""
    if not CSV.exists():
        return []
    with open(CSV, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def store(rows):
    with atomic_path(CSV) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    corpus, rows = audiogan_tf.load_corpus("drums"), stored()
    print(*COLUMNS, sep="  ")
    for seed in range(SEEDS):
        for name in ROWS:
            found = [row for row in rows if (row["model"], row["seed"]) == (name, str(seed))]
            if not found:
                found = [measured(name, seed, corpus, judge_for(corpus))]
                rows = stored() + found
                store(rows)
            print(*found[0].values(), sep="  ", flush=True)


if __name__ == "__main__":
    main()
