"""Vocoders on one table: from 40 mel bands back to sound, on sentences and voices never heard.

The setting is lesson 13's: 16 kHz, windows of 1024 samples, hops of 256, 40 mel bands. Every row is
the mean of one way over one set of clips; rows are stored in data/vocoders.csv: stop whenever you
like, the same command goes on, and where nothing is missing it prints the table.

- clips: `kathleen`, 24 held-out sentences of the reader that was learned from; `unseen`, 24 of the
  30 speakers of librispeech_speakers (every fifth) that no training heard; 2.4 s each
- pesq: ITU-T P.862.2 (wide band), 1.04 bad to 4.64 no difference; stoi: Taal et al. (2011)
- better: share of clips whose PESQ is above that of the first row, the classical way
- texture: Frechet distance between small pieces (4 frames x 6 bins) of log spectrograms, drawn and
  real: how much the fine grain differs, whatever its place; lower is better
- speed: seconds of sound a second, all cores; cpu: seconds of processor time for a second of sound

Run as `python benchmarks/vocoders.py`, with `kathleen` and `librispeech_speakers` in
$AUDIOGAN_DATA; three minutes.
"""

import argparse
import datetime
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf.judging.metrics import frechet_distance
from audiogan_tf.models.vocoder import Vocoder, speech_pictures
from audiogan_tf.sound import audio, spectral
from audiogan_tf.sound.phase import fast_griffin_lim
from audiogan_tf.storage.places import data_roots

import numpy as np
from ablation import store, stored
from pesq import pesq
from pystoi import stoi

CSV = Path(__file__).parent.parent / "data" / "vocoders.csv"
COLUMNS = ("way", "clips", "count", "pesq", "stoi", "better", "texture", "speed", "cpu")
COLUMNS += ("date", "command")
COUNT, SECONDS, FIFTH = 24, 2.4, 5
CLASSICAL = "NNLS, fast Griffin-Lim 60"


def classical(iterations):
    """Non-negative least squares and fast Griffin-Lim: nothing is learned."""
    return lambda pictures, waves: pictures.inverse(pictures.forward(waves), iterations=iterations)


def learned(name, iterations):
    """A vocoder of the kit, by the name or the file of its weights."""
    vocoder = Vocoder.load(name)
    return lambda pictures, waves: vocoder.inverse(pictures.forward(waves), iterations)


def true_magnitude(iterations):
    """The recording's own magnitudes: what no vocoder with Griffin-Lim can beat."""

    def way(pictures, waves):
        setting = pictures.n_fft, pictures.hop_length
        magnitude = np.abs(spectral.stft(waves, *setting))
        return fast_griffin_lim(magnitude, *setting, iterations)

    return way


WAYS = {
    CLASSICAL: lambda: classical(60),
    "vocoder, fast Griffin-Lim 10": lambda: learned("vocoder", 10),
    "vocoder, fast Griffin-Lim 60": lambda: learned("vocoder", 60),
    "without adversary, fast Griffin-Lim 10": lambda: learned("vocoder_regression", 10),
    "without adversary, fast Griffin-Lim 60": lambda: learned("vocoder_regression", 60),
    "true magnitude, fast Griffin-Lim 60": lambda: true_magnitude(60),
}


def recordings(clips):
    """Held-out recordings, (COUNT, samples) float32, as long as whole pictures."""
    if clips == "kathleen":
        test = audiogan_tf.load_corpus("kathleen").test
        waves = [test.load(i) for i in range(len(test))]
    else:
        (folder,) = [root / "librispeech_speakers" for root in data_roots()
                     if (root / "librispeech_speakers").is_dir()][:1]  # fmt: skip
        waves = [audio.load(path)[0] for path in sorted(folder.glob("*.flac"))[::FIFTH]]
    hop = speech_pictures().hop_length
    samples = int(SECONDS * speech_pictures().sample_rate) // hop * hop
    long_enough = [wave[:samples] for wave in waves if len(wave) >= samples]
    return np.stack([audio.peak_normalise(wave) for wave in long_enough[:COUNT]])


def pieces(waves):
    """Small pieces of log spectrograms, (n, 24); the Nyquist end and silence are left out."""
    logs = np.log(np.abs(spectral.stft(waves, 1024, 256)) + 1e-4)[:, :, 4:400]
    windows = np.lib.stride_tricks.sliding_window_view(logs, (4, 6), axis=(1, 2))[:, ::3, ::5]
    flat = windows.reshape(-1, 24)
    return flat[flat.mean(1) > np.log(1e-2)]


def measure(way, clips, waves, baseline):
    """One row of the table, and each clip's PESQ."""
    pictures = speech_pictures(waves.shape[1] // speech_pictures().hop_length + 1)
    way(pictures, waves)  # traces everything once
    began, spent = time.perf_counter(), time.process_time()
    drawn = np.asarray(way(pictures, waves))
    seconds = waves.size / pictures.sample_rate
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    rate = pictures.sample_rate
    scores = np.array([pesq(rate, real, one, "wb") for real, one in zip(waves, drawn, strict=True)])
    heard = [stoi(real, one, rate) for real, one in zip(waves, drawn, strict=True)]
    row = {"clips": clips, "count": len(waves), "pesq": scores.mean(), "stoi": np.mean(heard)}
    row["better"] = "" if baseline is None else np.mean(scores > baseline)
    row |= {"texture": frechet_distance(pieces(drawn), pieces(waves))}
    return row | {"speed": seconds / wall, "cpu": cpu / seconds}, scores


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--csv", type=Path, default=CSV)
    arguments.add_argument("--weights", help="a file of weights to put on the table as well")
    options = arguments.parse_args()
    ways = dict(WAYS)
    if options.weights:
        for iterations in (10, 60):
            name = f"{Path(options.weights).stem}, fast Griffin-Lim {iterations}"
            ways[name] = lambda n=iterations: learned(options.weights, n)
    rows = stored(options.csv)
    for clips in ("kathleen", "unseen"):
        waves, baseline = recordings(clips), None
        for name, make in ways.items():
            done = any(row["way"] == name and row["clips"] == clips for row in rows)
            if done and name != CLASSICAL:
                continue
            row, scores = measure(make(), clips, waves, baseline)
            baseline = scores if name == CLASSICAL else baseline
            if not done:
                today = {"date": datetime.date.today().isoformat()}
                rows.append({"way": name} | row | today | {"command": "benchmarks/vocoders.py"})
                store(options.csv, rows, COLUMNS)
    for row in rows:
        shown = [f"{float(row[c]):.3g}" if row[c] != "" else "" for c in COLUMNS[3:9]]
        print(f"{row['way']:40s} {row['clips']:9s} " + " ".join(f"{cell:>7s}" for cell in shown))


if __name__ == "__main__":
    main()
