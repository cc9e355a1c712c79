"""Six speakers, each in the voice of each other: a network beside what needs none.

The held-out recordings of `fsdd` (takes 0 to 4), each asked for in the voice of the five others.

- speaker: share of clips that the shipped judge hears as the speaker asked for
- word: share of clips whose digit it hears as the source's
- F0: median distance in semitones of a clip's median F0 from that of the speaker asked for
- timing: median correlation of the envelopes (in steps of 12 ms) of source and clip
- lag: share of clips whose envelope fits that of the source best when it is moved by more than
  two such steps

"copy" hands on the source; "copy by way of pictures" lets it go to pictures and back, as the
network's clips do; "pitch shift" moves the pitch by the distance of the two speakers' medians
(librosa); "WORLD" scales F0 by it and leaves the envelope (Morise, Yokomori and Ozawa, 2016).
All six speakers are men: this table says nothing of man to woman.

Run as `python benchmarks/conversion.py [--model NAME|FILE]`; about five minutes. Rows are stored
in data/conversion.csv and printed; a stored row is not made again without --fresh.
"""

import argparse
import datetime
from pathlib import Path

import audiogan_tf
from audiogan_tf.judging.judge import load_judge
from audiogan_tf.models.conversion import Converter
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import librosa
import numpy as np
import pyworld
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "conversion.csv"
SHIPPED = "fsdd_converter"
SCORES = ("speaker", "word", "f0_semitones", "timing", "lag")
COLUMNS = ("method", "clips", *SCORES, "date", "command")
HOP = 96  # samples; 12 ms
WORLD_RATE = 16000  # its aperiodicity has no bands at 8 kHz
KNOWN = 60  # training clips of each speaker, from which his F0 is known


def track(waveform, rate):
    """F0 in Hz, 0 where nothing is voiced, and its times in s, by WORLD."""
    f0, times = pyworld.dio(waveform, rate, f0_floor=60.0, f0_ceil=400.0)
    return pyworld.stonemask(waveform, f0, times, rate), times


def f0_of(waveform, rate):
    """The median of a clip's F0 in Hz, NaN if no part of it is voiced."""
    f0, _ = track(waveform.astype("float64"), rate)
    return np.median(f0[f0 > 0]) if (f0 > 0).any() else np.nan


def medians(corpus):
    """Each speaker's median F0 in Hz, from training clips."""
    clips = corpus.train
    for number in range(len(corpus.conditions["speaker"])):
        own = clips.audio[clips.conditions[:, 1] == number][:KNOWN]
        yield np.nanmedian([f0_of(waveform, corpus.sample_rate) for waveform in own])


def pitch_shift(waveform, ratio, rate):
    """All frequencies times `ratio`, the length kept."""
    return librosa.effects.pitch_shift(
        waveform, sr=rate, n_steps=12 * np.log2(ratio), n_fft=512, hop_length=128
    )


def world(waveform, ratio, rate):
    """F0 times `ratio`, by WORLD's analysis and synthesis."""
    fine = audio.resample(waveform, rate, WORLD_RATE).astype("float64")
    f0, times = track(fine, WORLD_RATE)
    envelope = pyworld.cheaptrick(fine, f0, times, WORLD_RATE)
    noise = pyworld.d4c(fine, f0, times, WORLD_RATE)
    made = pyworld.synthesize(f0 * ratio, envelope, noise, WORLD_RATE)
    return audio.fix_length(audio.resample(made, WORLD_RATE, rate), len(waveform))


def envelopes(waveforms):
    """Levels in steps of 12 ms, (clips, steps), each clip's of mean 0 and length 1."""
    count = waveforms.shape[1] // HOP
    level = np.sqrt(np.mean(waveforms[:, : count * HOP].reshape(-1, count, HOP) ** 2, axis=2))
    level -= level.mean(axis=1, keepdims=True)
    return level / np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-9)


def scores(made, source, words, asked, f0, judge, rate):
    """All SCORES of the clips `made` from `source`."""
    heard = judge.hear(made, rate).classes
    own = np.array([f0_of(waveform, rate) for waveform in made])
    distance = np.abs(12 * np.log2(own / f0[asked]))
    before, after = envelopes(source), envelopes(made)
    lags = [np.correlate(a, b, "full").argmax() for a, b in zip(after, before, strict=True)]
    late = np.abs(np.array(lags) - before.shape[1] + 1) > 2
    right = np.mean(heard[:, 1] == asked), np.mean(heard[:, 0] == words)
    timing = np.median(np.sum(before * after, axis=1))
    return dict(zip(SCORES, (*right, np.nanmedian(distance), timing, late.mean()), strict=True))


def methods(corpus, model):
    """Name: a function of (sources, their speakers, speakers asked for, F0 of all speakers)."""
    rate, form = corpus.sample_rate, corpus.representation

    def each(change):
        def convert(sources, speakers, asked, f0):
            ratios = f0[asked] / f0[speakers]
            pairs = zip(sources, ratios, strict=True)
            return audio.limit(np.stack([change(clip, ratio, rate) for clip, ratio in pairs]))

        return convert

    def pictured(sources, *_):
        return audio.limit(inverse_all(forward_all(sources, form), form))

    return {
        "copy": lambda sources, *_: sources,
        "copy by way of pictures": pictured,
        "pitch shift": each(pitch_shift),
        "WORLD": each(world),
        f"network {model}": lambda sources, _, asked, f0: Converter.load(model).convert(
            sources, asked
        ),
    }


def pairs(corpus):
    """Every held-out clip for every other speaker: numbers of clips, and the speakers asked."""
    own = corpus.test.conditions[:, 1]
    count = len(corpus.conditions["speaker"])
    asked = np.array([[(k + j) % count for j in range(1, count)] for k in own])
    return np.repeat(np.arange(len(own)), count - 1), asked.ravel()


def work(path, model, fresh):
    """Make the rows that are missing; returns all."""
    rows = [] if fresh else stored(path)
    corpus = audiogan_tf.load_corpus("fsdd")
    missing = {
        name: method
        for name, method in methods(corpus, model).items()
        if name not in {row["method"] for row in rows}
    }
    if not missing:
        return rows
    judge, f0 = load_judge("judge_fsdd"), np.array([*medians(corpus)])
    clips, asked = pairs(corpus)
    sources = corpus.test.audio[clips]
    words, speakers = corpus.test.conditions[clips].T
    for name, method in missing.items():
        made = method(sources, speakers, asked, f0)
        found = scores(made, sources, words, asked, f0, judge, corpus.sample_rate)
        about = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}
        about |= {"command": "python benchmarks/conversion.py"}
        texts = {key: f"{value:.3f}" for key, value in found.items()}
        rows.append({"method": name, "clips": str(len(made)), **texts, **about})
        store(path, rows, COLUMNS)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", metavar="NAME|FILE", default=SHIPPED)
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--fresh", action="store_true", help="make the stored rows again")
    asked = parser.parse_args()
    print(f"{'':28}{'clips':>7}" + "".join(f"{name:>14}" for name in SCORES))
    for row in work(asked.csv, asked.model, asked.fresh):
        print(f"{row['method']:28}{row['clips']:>7}" + "".join(f"{row[n]:>14}" for n in SCORES))


if __name__ == "__main__":
    main()
