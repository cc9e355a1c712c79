"""What each part of a GAN on waveforms is worth: equal steps and seeds, one change at a time.

The networks draw the waveforms of `drums` themselves. Every row of data/waveform_gans.csv is one
training; rows are stored as they are finished: stop whenever you like, the next call goes on with
those that are missing. Lesson 06 reads the table.

- accuracy: share of clips that the judge hears as asked; noise scores 0.12, real clips 1.00
- Frechet distance: to all training clips, in the judge's features; lower is better
- hiss: level in dB below full scale of short drums (closed hat, rim) after 0.3 s
- tones: by how many dB the multiples of the frame rate, 1000 Hz, stand above their
  neighbours in the mean spectrum of all clips; real clips have 0
- clap peak: mean peak of the claps (1 is full scale). With `live` behind it, as for accuracy:
  of the generator as it stands after the last step, instead of the mean of its weights (EMA)
- first kernels: width of the narrowest band that holds 90 % of the power of a kernel of the
  discriminator's first layer, median of all; 0 for a network without convolutions

Rows of 2026-11-21 are an earlier run of seed 0, from before the last columns were added: two
trainings from one seed differ, and by how much is worth seeing.

The last row goes on five times as long, as the shipped weights do, with one seed. Run as `python
benchmarks/waveform_gans.py`; half an hour on two cores where nothing is stored yet.
"""

import datetime
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora.batches import batches
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue, wavegan
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Waveform, inverse_all

import keras
import numpy as np
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "waveform_gans.csv"
SEEDS, CLIPS = 3, 400
SCORES = ("accuracy", "frechet_distance", "hiss_db", "tones_db", "clap_peak")
LIVE = ("accuracy_live", "clap_peak_live")
COLUMNS = ("model", "seed", "steps", *SCORES, *LIVE, "first_kernels_hz", "weights", "date")
ROWS = {  # name: steps, model, changes to the representation, to the discriminator
    "WaveGAN": (1000, "wavegan", {}, {}),
    "MLP": (1000, "mlp", {}, {}),
    "WaveGAN without phase shuffle": (1000, "wavegan", {}, {"shuffle": 0}),
    "WaveGAN without companding": (1000, "wavegan", {"companding": 0}, {}),
    "WaveGAN, long": (5000, "wavegan", {}, {}),
}
ONE_SEED = ("WaveGAN, long",)


def trained(corpus, seed, steps, model, for_representation, for_discriminator):
    """A GAN trained for so many steps, and its representation."""
    chosen = catalogue.find(model)
    samples = Waveform(corpus.representation, **for_representation)
    keras.utils.set_random_seed(seed)
    network = {"shape": samples.shape, "class_counts": corpus.class_counts}
    network |= chosen.generator_sizes
    sizes = chosen.learner.discriminator_sizes | for_discriminator
    game = chosen.learner._replace(discriminator_sizes=sizes)
    gan = game(network, seed)
    data = batches(corpus.train, samples, chosen.batch_size, seed)
    gan.fit(data, epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
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


def kernel_width(kernel, sample_rate, share=0.9):
    """Width in Hz of the narrowest band that holds a share of a kernel's power; kernel: (taps,)."""
    power = np.abs(np.fft.rfft(kernel, 4096)) ** 2
    below = np.concatenate([[0], np.cumsum(power) / power.sum()])
    ends = np.searchsorted(below, below + share)  # the first bin that reaches the share
    bins = (ends - np.arange(len(below)))[ends < len(below)]
    return bins.min() * sample_rate / 4096


def first_kernels_hz(discriminator, sample_rate):
    """Median width of the first layer's kernels, which see frames of FRAME samples."""
    first = next((x for x in discriminator.layers if isinstance(x, keras.layers.Conv1D)), None)
    if first is None:
        return 0
    kernels = first.kernel.numpy()  # (places, FRAME, channels)
    kernels = kernels.reshape(-1, kernels.shape[-1])  # (samples, channels)
    return np.median([kernel_width(kernel, sample_rate) for kernel in kernels.T])


def heard(gan, samples, corpus, judge):
    """Waveforms of the generator that `gan` plays, their labels, accuracy, distance, clap peak."""
    labels = np.arange(CLIPS) % len(corpus.classes)
    waveforms = audio.limit(inverse_all(gan.generate(CLIPS, labels, seed=1), samples))
    report = audiogan_tf.evaluate(waveforms, corpus, labels, judge)
    claps = np.abs(waveforms[labels == corpus.label_index("clap")])
    scores = {
        "accuracy": f"{report['drum accuracy'].value:.3f}",
        "frechet_distance": f"{report['Frechet distance'].value:.1f}",
        "clap_peak": f"{claps.max(axis=1).mean():.3f}",
    }
    return waveforms, labels, scores


def measured(name, seed, corpus, judge):
    """One row of the table."""
    gan, samples = trained(corpus, seed, *ROWS[name])
    waveforms, labels, scores = heard(gan, samples, corpus, judge)
    gan.ema_generator.set_weights(gan.generator.get_weights())
    _, _, live = heard(gan, samples, corpus, judge)
    short = np.isin(labels, [corpus.label_index("closed_hat"), corpus.label_index("rim")])
    return {
        "model": name,
        "seed": str(seed),
        "steps": gan.step,
        **scores,
        "hiss_db": f"{hiss_db(waveforms[short]):.0f}",
        "tones_db": f"{tones_db(waveforms, corpus.sample_rate):.1f}",
        "accuracy_live": live["accuracy"],
        "clap_peak_live": live["clap_peak"],
        "first_kernels_hz": f"{first_kernels_hz(gan.discriminator, corpus.sample_rate):.0f}",
        "weights": gan.generator.count_params() + gan.discriminator.count_params(),
        "date": datetime.date.today().isoformat(),
    }


def main():
    corpus, rows = audiogan_tf.load_corpus("drums"), stored(CSV)
    print(*COLUMNS, sep="  ")
    wanted = [(name, seed) for seed in range(SEEDS) for name in ROWS if name not in ONE_SEED]
    for name, seed in wanted + [(name, 0) for name in ONE_SEED]:
        found = [row for row in rows if (row["model"], row["seed"]) == (name, str(seed))]
        if not found:
            found = [measured(name, seed, corpus, judge_for(corpus))]
            rows = [*stored(CSV), *found]
            store(CSV, rows, COLUMNS)
        print(*(found[0][column] for column in COLUMNS), sep="  ", flush=True)


if __name__ == "__main__":
    main()
