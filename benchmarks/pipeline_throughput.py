"""Hours of audio turned into batches of pictures in one minute: a librosa loop, a folder, shards.

    python benchmarks/pipeline_throughput.py [--files N] [--rounds R]
The files (2 s of FLAC at 22,050 Hz, wanted at 16,000 Hz) are written into a temporary folder and
removed at the end. All three ways end in the same 64-band log-mel pictures, 32 to a batch. The
ratio is the median over rounds in which all run one after the other.
"""

import argparse
import tempfile
import time
from pathlib import Path

from audiogan_tf import corpora
from audiogan_tf.corpora.batches import batches

import librosa
import numpy as np
import soundfile

FILE_RATE, RATE, SECONDS, BATCH = 22050, 16000, 2.0, 32


def write_files(folder, count):
    """`count` files of two seconds: noise under a falling envelope, no two alike."""
    rng, samples = np.random.default_rng(0), int(FILE_RATE * SECONDS)
    fall = 10.0 ** (-np.arange(samples) / samples)
    for number in range(count):
        place = folder / f"label_{number % 4}"
        place.mkdir(exist_ok=True)
        sound = 0.5 * fall * np.cumsum(rng.uniform(-1, 1, samples)) / np.sqrt(samples)
        soundfile.write(place / f"{number:05d}.flac", np.clip(sound, -1, 1), FILE_RATE)


def librosa_loop(paths, pictures):
    """The loop that every tutorial has: load, mel, decibels, one file after the other."""
    size = {"n_fft": pictures.n_fft, "hop_length": pictures.hop_length, "n_mels": pictures.n_mels}
    batch = []
    for path in paths:
        wave, _ = librosa.load(path, sr=RATE)
        wave = librosa.util.fix_length(wave, size=pictures.samples)
        mel = librosa.feature.melspectrogram(y=wave, sr=RATE, htk=True, norm=None, **size)
        batch.append(librosa.power_to_db(mel))
        if len(batch) == BATCH:
            np.stack(batch)
            batch = []


def kit(corpus, clips):
    """As many clips in batches from the kit; a corpus in files or in shards."""
    for _ in batches(corpus.train, corpus.representation, BATCH).take(clips // BATCH):
        pass


def seconds(work, *arguments):
    """Wall-clock time of one call."""
    began = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - began, result


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=960)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sounds, kept = Path(scratch) / "sounds", Path(scratch) / "shards"
        sounds.mkdir()
        write_files(sounds, options.files)
        checked, corpus = seconds(corpora.load_folder, sounds, RATE, SECONDS)
        written, fast = seconds(corpora.write_shards, corpus, kept)
        hours = options.files * SECONDS / 3600
        print(f"{options.files} files, {60 * hours:.0f} minutes of audio; checked in", end=" ")
        print(f"{checked:.1f} s, decoded into shards in {written:.1f} s")
        paths, clips = sorted(sounds.rglob("*.flac")), options.files // BATCH * BATCH
        ways = {
            "librosa loop": (librosa_loop, paths[:clips], corpus.representation),
            "kit, folder": (kit, corpus, clips),
            "kit, shards": (kit, fast, clips),
        }
        for way in ways.values():
            seconds(*way)  # once to compile and to warm the disk's cache
        rounds = [[seconds(*way)[0] for way in ways.values()] for _ in range(options.rounds)]
    hours = clips * SECONDS / 3600
    for name, spent in zip(ways, np.transpose(rounds), strict=True):
        ratio = np.median(np.array(rounds)[:, 0] / spent)
        print(f"{name:14} {60 * hours / np.median(spent):8.1f} hours a minute {ratio:6.1f}x")


if __name__ == "__main__":
    main()
