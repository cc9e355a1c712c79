"""The error budget of the way from sound to picture and back, one step at a time.

Prints a table of spectral convergence (lower is better) and narrow-band PESQ (1 bad to 4.55
no difference; made for speech) and stores it as data/way_back.csv, which lesson 02 reads.
Run as `python benchmarks/way_back.py`; the recordings of fsdd are used where they are found.
"""

import csv
import os
from pathlib import Path

from audiogan_tf import synth
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.sound import audio, phase, spectral
from audiogan_tf.sound.representation import Representation

import numpy as np
import tensorflow as tf

CSV = Path(__file__).parent.parent / "data" / "way_back.csv"


def drums():
    """The eight drums of lesson 02, (8, 8064) float32 at 16 kHz."""
    rng = np.random.default_rng(2)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    waves = np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])
    return waves, dict(
        sample_rate=16000, n_fft=512, hop_length=128, frames=64, floor_db=-30.0, ceiling_db=42.0
    )


def fsdd():
    """Every third official test clip of fsdd, (100, 6080) float32 at 8 kHz, or None."""
    for folder in filter(None, os.environ.get("AUDIOGAN_DATA", "").split(os.pathsep)):
        paths = sorted(Path(folder, "fsdd", "recordings").glob("*_[0-4].wav"))[::3]
        if paths:
            waves = [audio.peak_normalise(audio.load(path)[0]) for path in paths]
            size = dict(
                sample_rate=8000,
                n_fft=256,
                hop_length=64,
                frames=96,
                floor_db=-35.0,
                ceiling_db=36.0,
            )
            return np.stack([audio.fix_length(wave, 95 * 64) for wave in waves]), size
    return None


def rows(waves, size):
    """(step, way, (clips, samples) float32) for each row of the table."""
    n_fft, hop = size["n_fft"], size["hop_length"]
    spectrum = spectral.stft(waves, n_fft, hop)
    magnitude = tf.abs(spectrum)
    yield "phase", "the true phase", spectral.istft(spectrum, n_fft, hop)
    yield "phase", "zero phase", phase.zero_phase(magnitude, n_fft, hop)
    yield "phase", "Griffin-Lim, 60 steps", phase.griffin_lim(magnitude, n_fft, hop, 60)
    yield "phase", "PGHI", phase.pghi(magnitude, n_fft, hop)
    fast = phase.fast_griffin_lim(magnitude, n_fft, hop, 60, seed=0)
    yield "phase", "fast Griffin-Lim, 60 steps, random start", fast
    fast = phase.fast_griffin_lim(magnitude, n_fft, hop, 60)
    yield "phase", "fast Griffin-Lim, 60 steps", fast
    known = tf.math.exp(tf.complex(0.0, tf.math.angle(spectrum)))
    ways = (
        ("linear, one scale", None, False),
        ("linear, per bin", None, True),
        ("64 mel bands, one scale", 64, False),
        ("64 mel bands, per bin", 64, True),
    )
    for name, n_mels, per_bin in ways:
        representation = Representation(**size, n_mels=n_mels)
        if per_bin:
            representation.fit(waves)
        got = representation.to_magnitude(representation.forward(waves))
        with_phase = spectral.istft(tf.cast(got, tf.complex64) * known, n_fft, hop)
        yield "picture", f"{name}, true phase", with_phase
        got = phase.fast_griffin_lim(got, n_fft, hop, 60)
        yield "whole way", f"{name}, fast Griffin-Lim", got


def pesq(waves, got, sample_rate):
    """Mean narrow-band PESQ (ITU-T P.862) over the clips it can judge, at 8 kHz."""
    from pesq import PesqError, pesq

    scores = []
    for wave, other in zip(np.asarray(waves), np.asarray(got), strict=True):
        pair = [np.pad(audio.resample(w, sample_rate, 8000), 1000) for w in (wave, other)]
        score = pesq(8000, *pair, "nb", on_error=PesqError.RETURN_VALUES)
        if score > 0:
            scores.append(score)
    return float(np.mean(scores))


def main():
    table = []
    for corpus, made in (("fsdd", fsdd()), ("drums", drums())):
        if made is None:
            print(f"{corpus}: not found in $AUDIOGAN_DATA; left out, and its stored rows are kept")
            with open(CSV, encoding="utf-8") as file:
                table += [row for row in csv.DictReader(file) if row["corpus"] == corpus]
            continue
        waves, size = made
        n_fft, hop = size["n_fft"], size["hop_length"]
        magnitude = tf.abs(spectral.stft(waves, n_fft, hop))
        print(f"\n{corpus}: {len(waves)} clips, n_fft {n_fft}, hop {hop}")
        print(f"{'step':10} {'way':42} {'SC dB':>7} {'clip mean':>9} {'PESQ':>5}")
        for step, way, got in rows(waves, size):
            got = got.numpy()
            sc = spectral_convergence(magnitude, got, n_fft, hop)
            each = [
                spectral_convergence(magnitude[i : i + 1], got[i : i + 1], n_fft, hop)
                for i in range(len(got))
            ]
            score = pesq(waves, got, size["sample_rate"])
            print(f"{step:10} {way:42} {sc:7.1f} {np.mean(each):9.1f} {score:5.2f}", flush=True)
            table.append(
                {
                    "corpus": corpus,
                    "step": step,
                    "way": way,
                    "spectral_convergence_db": f"{sc:.1f}",
                    "pesq_nb": f"{score:.2f}",
                }
            )
    with open(CSV, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    print(f"\nstored as {CSV.name}")


if __name__ == "__main__":
    main()
