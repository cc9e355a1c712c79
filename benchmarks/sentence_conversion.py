"""Sentences of strangers in Kathleen's voice: ours beside the source and what needs no network.

Sixty speakers of `librispeech_speakers`, four seconds each, whom neither the converter nor its
vocoder has heard.

- similarity: mean cosine between the speaker embedding of a sound and that of Kathleen's held-out
  recordings, by Resemblyzer (Wan et al., 2018), which has nothing to do with this kit; higher is
  nearer to her
- f0_semitones: median distance of a sound's median F0 from hers
- digits: share of digits that an independent recogniser (pocketsphinx, grammar of four digits)
  hears rightly in `fsdd`, six men, 8 kHz; rows: the same in five voices of espeak-ng

"source" hands on the sound; "pitch shift" moves all frequencies by the distance of both median F0
(librosa); "WORLD" scales F0 by it and leaves the envelope; "WORLD and formants" stretches the
envelope as well, as far as the mean of a voice's bands comes nearest to hers. "Kathleen herself"
are other recordings of hers, and "through the vocoder" the same through its 40 bands: what no way
can beat.

Run as `python benchmarks/sentence_conversion.py [--model NAME|FILE]`; 15 minutes. Needs the extras
speech, lessons, test and bench. Rows are stored in data/sentence_conversion.csv and printed; a
stored row is not made again without --fresh. With --choices it hears the thirty speakers that are
kept for choices, and stores nothing.
"""

import argparse
import datetime
import importlib.metadata
import sys
import types
from pathlib import Path

import audiogan_tf
from audiogan_tf import sound
from audiogan_tf.models.content import heard_pictures, typical_colour
from audiogan_tf.models.sentence_conversion import SentenceConverter
from audiogan_tf.sound import audio
from audiogan_tf.storage.places import data_roots

import intelligibility
import librosa
import numpy as np
from ablation import store, stored

CSV = Path(__file__).parent.parent / "data" / "sentence_conversion.csv"
SHIPPED, RATE, HOP = "kathleen_converter", 16000, 256
SCORES = ("similarity", "f0_semitones", "digits", "rows")
COLUMNS = ("method", "clips", *SCORES, "date", "command")
TESTED, CHOICES, FIFTH = (0, 1), (2,), 5  # as in scripts/ship_speech.py
FORMANTS = np.exp(np.linspace(-0.25, 0.25, 11))  # ratios that are tried
VOICES = ("en-us+m1", "en-us+m3", "en-us+m7", "en-us+f2", "en-us+f4")


def strangers(kept):
    """Recordings of the speakers whose place, of five, is in `kept`."""
    roots = [root / "librispeech_speakers" for root in data_roots()]
    folder = next(root for root in roots if root.is_dir())
    paths = [p for i, p in enumerate(sorted(folder.glob("*.flac"))) if i % FIFTH in kept]
    return [audio.peak_normalise(audio.load(path, RATE)[0]) for path in paths]


def median_log(wave):
    """The median of the logarithm of a sound's pitch."""
    log_hz, voiced = sound.pitch_track(wave, RATE, HOP)
    return float(np.median(log_hz[voiced > 0])) if voiced.any() else np.nan


def colour(waves):
    """Mean level of each mel band in loud frames, relative to their mean, (40,)."""
    looks = []
    for wave in waves:
        cut = wave[: len(wave) // HOP * HOP]
        look = heard_pictures(len(cut) // HOP + 1).forward(cut[None])
        looks.append(look[0, :, :, 0].numpy())
    return typical_colour(looks)


def pitch_shift(wave, hers):
    return librosa.effects.pitch_shift(
        wave, sr=RATE, n_steps=12 * (hers - median_log(wave)) / np.log(2)
    )


def world(wave, hers):
    return sound.voice_of(sound.voice_parts(wave, RATE), np.exp(hers - median_log(wave)))


def world_and_formants(target):
    """WORLD with the stretch of the envelope that brings a voice's colour nearest to `target`."""

    def change(wave, hers):
        parts, ratio = sound.voice_parts(wave, RATE), np.exp(hers - median_log(wave))
        made = [sound.voice_of(parts, ratio, formants) for formants in FORMANTS]
        away = [np.abs(colour([one]) - target).mean() for one in made]
        return made[int(np.argmin(away))]

    return change


class Ear:
    """Resemblyzer's view of a sound beside Kathleen's recordings."""

    def __init__(self, hers):
        # webrtcvad, which Resemblyzer needs, asks a module that setuptools no longer has for this
        asked = types.SimpleNamespace(get_distribution=importlib.metadata.distribution)
        sys.modules.setdefault("pkg_resources", asked)
        from resemblyzer import VoiceEncoder

        self.encoder = VoiceEncoder("cpu", verbose=False)
        mean = np.mean([self.embed(wave) for wave in hers], axis=0)
        self.hers = mean / np.linalg.norm(mean)

    def embed(self, wave):
        from resemblyzer import preprocess_wav

        return self.encoder.embed_utterance(preprocess_wav(wave, source_sr=RATE))

    def similarity(self, waves):
        return np.mean([self.embed(wave) @ self.hers for wave in waves])


def rows_of_digits():
    """(texts, sounds) of real men's digits, four in a row, and of espeak-ng's voices."""
    rng = np.random.default_rng(0)
    corpus = audiogan_tf.load_corpus("fsdd")
    clips = audio.resample(corpus.test.audio.T, corpus.sample_rate, RATE).T
    digits, speakers = corpus.test.conditions.T
    men, voices = ([], []), ([], [])
    for number in range(len(corpus.conditions["speaker"])):
        takes = [clips[(speakers == number) & (digits == digit)] for digit in range(10)]
        for place, row in enumerate(rng.integers(0, 10, (8, 4))):
            men[0].append(intelligibility.in_words(row))
            men[1].append(intelligibility.joined([takes[d][place % 5] for d in row]))
    for voice in VOICES:
        for row in rng.integers(0, 10, (8, 4)):
            voices[0].append(intelligibility.in_words(row))
            voices[1].append(intelligibility.spoken_at_rate(voices[0][-1], voice))
    return men, voices


def understood(change, texts, sounds):
    """Share of words that the recogniser hears rightly."""
    made = [np.asarray(change(audio.peak_normalise(wave)), "float32") for wave in sounds]
    heard = [intelligibility.recognise(wave, "four") for wave in made]
    return intelligibility.score(list(zip(texts, heard, strict=True)))[1]


def methods(model, hers, target):
    """Name: a function from a sound to a sound."""
    converter = SentenceConverter.load(model)
    return {
        "source": lambda wave: wave,
        "pitch shift": lambda wave: pitch_shift(wave, hers),
        "WORLD": lambda wave: world(wave, hers),
        "WORLD and formants": lambda wave: world_and_formants(target)(wave, hers),
        f"network {model}": converter.convert,
    }


def ceilings(own, ear, hers, model):
    """Rows of her own recordings, as they are and through the vocoder."""
    vocoder = SentenceConverter.load(model).vocoder
    through = []
    for wave in own:
        stream = vocoder.make_stream()
        through.append(np.concatenate([stream.push(wave), stream.finish()]))
    for name, waves in (("Kathleen herself", own), ("through the vocoder", through)):
        away = [abs(median_log(wave) - hers) * 12 / np.log(2) for wave in waves]
        found = {"similarity": ear.similarity(waves), "f0_semitones": np.nanmedian(away)}
        yield name, len(waves), found


def measure(model, kept, wanted):
    """Rows (method, clips, scores) of the methods that `wanted`, a function of names, asks for."""
    corpus = audiogan_tf.load_corpus("kathleen")
    own = [audio.peak_normalise(corpus.test.load(i)) for i in range(len(corpus.test))]
    hers = np.median([median_log(wave) for wave in own])
    ear, target = Ear(own[::2]), colour(own[::2])
    for row in ceilings(own[1::2], ear, hers, model):
        if wanted(row[0]):
            yield row
    sources, (men, voices) = strangers(kept), rows_of_digits()
    for name, change in methods(model, hers, target).items():
        if wanted(name):
            made = [np.asarray(change(wave), "float32") for wave in sources]
            away = [abs(median_log(wave) - hers) * 12 / np.log(2) for wave in made]
            found = {"similarity": ear.similarity(made), "f0_semitones": np.nanmedian(away)}
            found |= {"digits": understood(change, *men), "rows": understood(change, *voices)}
            yield name, len(made), found


def work(path, model, fresh):
    """Make the rows that are missing; returns all."""
    rows = [] if fresh else stored(path)
    there = {row["method"] for row in rows}
    for name, count, found in measure(model, TESTED, lambda name: name not in there):
        about = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}
        about |= {"command": "python benchmarks/sentence_conversion.py"}
        texts = {key: f"{found[key]:.3f}" if key in found else "" for key in SCORES}
        rows.append({"method": name, "clips": str(count), **texts, **about})
        store(path, rows, COLUMNS)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", metavar="NAME|FILE", default=SHIPPED)
    parser.add_argument("--csv", metavar="FILE", type=Path, default=CSV)
    parser.add_argument("--fresh", action="store_true", help="make the stored rows again")
    parser.add_argument("--choices", action="store_true", help="hear the speakers for choices")
    asked = parser.parse_args()
    print(f"{'':28}{'clips':>7}" + "".join(f"{name:>14}" for name in SCORES))
    if asked.choices:
        for name, count, found in measure(asked.model, CHOICES, lambda name: True):
            scores = "".join(f"{found.get(key, np.nan):>14.3f}" for key in SCORES)
            print(f"{name:28}{count:>7}{scores}", flush=True)
        return
    for row in work(asked.csv, asked.model, asked.fresh):
        print(f"{row['method']:28}{row['clips']:>7}" + "".join(f"{row[n]:>14}" for n in SCORES))


if __name__ == "__main__":
    main()
