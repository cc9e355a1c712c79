"""Stretching and shifting, way by way: what each does to pitch, length, onsets, and undone.

Prints a table and stores it as data/editing.csv, which lesson 16 reads. Every row is one way at one
factor, or at one shift in semitones.

- cents: largest error of the pitch, of ten notes (five timbres, A2 and E4), against the note itself
- samples: largest error of the length, of all these notes, hits, beats and sentences
- smear: ms; mean over 64 hits of 8 drums of how much longer the first twentieth of a hit's energy
  takes, counted from its first thousandth, than in the hit itself
- undo_notes, undo_drums, undo_speech: spectral convergence in dB of what comes back after the edit
  and its inverse: a melody, a beat, four sentences; lower is better, 0 is nothing left
- speed: seconds of sound for a second of processor time, of a sentence, result included

Peers: librosa's phase vocoder, with its own frame of 2,048 samples and with ours of 1,024. Needs
the extra lessons. Run as `python benchmarks/editing.py`; three minutes on one core.
"""

import csv
import time
from functools import partial
from pathlib import Path

import audiogan_tf
from audiogan_tf import synth
from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.sound import audio, descriptors, spectral, stretching
from audiogan_tf.storage.places import shipped

import librosa
import numpy as np

CSV = Path(__file__).parent.parent / "data" / "editing.csv"
RATE = 16000
FACTORS = (0.5, 0.75, 1.5, 2.0)
SEMITONES = (-12, -5, 5, 12)
SCORES = ("cents", "samples", "smear", "undo_notes", "undo_drums", "undo_speech", "speed")
STRETCHES = {
    "librosa": lambda wave, factor: librosa.effects.time_stretch(wave, rate=1 / factor),
    "librosa, short frames": lambda wave, factor: librosa.effects.time_stretch(
        wave, rate=1 / factor, n_fft=1024
    ),
    "phase vocoder": partial(stretching.stretch, lock=False, hold=False),
    "locked": partial(stretching.stretch, hold=False),
    "locked and held": stretching.stretch,
    "WSOLA": stretching.wsola,
}
SHIFTS = {
    "librosa": lambda wave, steps: librosa.effects.pitch_shift(wave, sr=RATE, n_steps=steps),
    "locked": partial(stretching.shift_pitch, way=STRETCHES["locked"]),
    "locked and held": stretching.shift_pitch,
    "WSOLA": partial(stretching.shift_pitch, way=stretching.wsola),
}


def notes():
    """Ten steady notes of 1.5 s, (10, 24000) float32."""
    steady = {"seconds": 1.5, "sample_rate": RATE, "decay": 6.0, "duration": 1.4}
    pairs = [(timbre, midi) for timbre in synth.TIMBRES for midi in (45, 64)]
    return np.stack([synth.play_note(*pair, **steady) for pair in pairs])


def hits(draws=8):
    """Hits of eight drums, 0.3 s of silence before each, (8 * draws, 14800) float32."""
    rng = np.random.default_rng(16)
    names = synth.DRUMS * draws
    drums = [synth.drum(n, synth.draw_factors(rng, n), 8000, RATE, rng) for n in names]
    return np.pad(drums, ((0, 0), (4800, 2000)))


def beat():
    """Three seconds of eighths at 120 beats a minute."""
    rng = np.random.default_rng(16)
    names = ("kick", "closed_hat", "snare", "closed_hat") * 3
    drums = [synth.drum(n, synth.draw_factors(rng, n), 4000, RATE, rng) for n in names]
    return np.concatenate(drums)


def melody():
    """A note of each timbre, one after the other, 2.5 s."""
    pairs = zip(synth.TIMBRES, (57, 60, 64, 67, 69), strict=True)
    return np.concatenate([synth.play_note(*pair, 0.5, RATE) for pair in pairs])


def sentences():
    """Four held-out sentences of Kathleen."""
    clips = audiogan_tf.load_corpus("kathleen", folder=shipped("kathleen")).test
    return [clips.load(i) for i in range(4)]


def early(wave):
    """Milliseconds from the first thousandth of a sound's energy to its first twentieth."""
    share = np.cumsum(np.square(wave, dtype="float64"))
    first, last = np.searchsorted(share, share[-1] * np.array([0.001, 0.05]))
    return 1000 * (last - first) / RATE


def steady_pitch(wave):
    """Pitch in Hz of the middle three fifths of a note."""
    fifth = len(wave) // 5
    return descriptors.pitch(wave[None, fifth:-fifth], RATE)[0]


def returned(waves, edit, inverse):
    """Spectral convergence of sounds after an edit and its inverse, their mean in dB."""
    scores = []
    for wave in waves:
        back = audio.fix_length(inverse(edit(wave)), len(wave))[None]
        wanted = np.abs(spectral.stft(wave[None], 512, 128))
        scores.append(spectral_convergence(wanted, back, 512, 128))
    return float(np.mean(scores))


def measure(edit, inverse, length, ratio):
    """All scores of one edit; length and ratio: what it is to do to length and pitch."""
    made = {"notes": notes(), "drums": [beat()], "speech": sentences(), "hits": hits()}
    results = {name: [edit(wave) for wave in waves] for name, waves in made.items()}
    pairs = [pair for name in made for pair in zip(made[name], results[name], strict=True)]
    off = [
        descriptors.cents(steady_pitch(got), ratio * steady_pitch(wave))
        for wave, got in zip(made["notes"], results["notes"], strict=True)
    ]
    late = [
        early(got) - early(wave) for wave, got in zip(made["hits"], results["hits"], strict=True)
    ]
    began = time.process_time()
    seconds = len(edit(made["speech"][0])) / RATE
    took = time.process_time() - began
    return {
        "cents": np.abs(off).max(),
        "samples": max(abs(len(got) - round(length * len(wave))) for wave, got in pairs),
        "smear": np.mean(late),
        "undo_notes": returned([melody()], edit, inverse),
        "undo_drums": returned(made["drums"], edit, inverse),
        "undo_speech": returned(made["speech"], edit, inverse),
        "speed": seconds / took,
    }


def rows():
    """The rows of the table, one at a time."""
    for way, stretch in STRETCHES.items():
        for factor in FACTORS:
            edits = partial(stretch, factor=factor), partial(stretch, factor=1 / factor)
            yield {"edit": "stretch", "way": way, "amount": factor} | measure(*edits, factor, 1)
    for way, shift in SHIFTS.items():
        for steps in SEMITONES:
            edits = (lambda wave, by=by, do=shift: do(wave, by) for by in (steps, -steps))
            scores = measure(*edits, 1, 2 ** (steps / 12))
            yield {"edit": "shift", "way": way, "amount": steps} | scores


def main():
    STRETCHES["librosa"](notes()[0], 1.1)  # its first call compiles
    table = []
    for row in rows():
        texts = {name: f"{row[name]:.3g}" for name in SCORES}
        table.append({key: str(value) for key, value in row.items()} | texts)
        if len(table) == 1:
            print(" ".join(f"{name:>12}" for name in table[0]))
        print(" ".join(f"{text:>12}" for text in table[-1].values()), flush=True)
    with open(CSV, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(f"\nstored as {CSV.name}")


if __name__ == "__main__":
    main()
