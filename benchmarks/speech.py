"""The course's voice in figures: distance to the reader, intelligibility, joins, speed.

All sentences are held out: neither network heard them. Needs `kathleen` in $AUDIOGAN_DATA (with the
72 shipped sentences alone it runs on 18 of them) and the extras speech, lessons and test.

- distortion: mel-cepstral distortion in dB between what is spoken and her recording of the same
  sentence, after dynamic time warping; Kubichek (1993). 24 coefficients, WORLD's envelope.
  Beside it: the same of the recording itself through the vocoder, and of two other sentences
- right: share of digits and numbers that a recogniser hears as asked; see intelligibility.py
- joins: how far the mel bands jump where one phone ends and the next begins, in dB over 40 bands;
  in recordings, in what is spoken, and in recorded phones spliced together
- borders: where words start and end by both alignments of lesson 13, against a recogniser's own
- speed: seconds of sound a second, loading excluded

Run as `python benchmarks/speech.py`; about five minutes.
"""

import argparse
import re
import time

import audiogan_tf
from audiogan_tf import text
from audiogan_tf.models import aligner, alignment
from audiogan_tf.models.reader import Reader
from audiogan_tf.models.vocoder import speech_pictures
from audiogan_tf.sound import audio

import librosa
import numpy as np
import pyworld
from intelligibility import DIGITS, fold, heading, show

RATE, HOP = 16000, 256
ORDER, WARP = 24, 0.42  # coefficients; the mel axis as an all-pass filter at 16 kHz
SPLICES, NUMBERS = 20, 60


def mel_cepstra(wave):
    """Mel cepstra of WORLD's spectral envelope, (frames, ORDER) float, the level left out."""
    wave = np.asarray(wave, "float64")
    f0, times = pyworld.dio(wave, RATE, f0_floor=80.0, frame_period=10.0)
    f0 = pyworld.stonemask(wave, f0, times, RATE)
    logs = 0.5 * np.log(pyworld.cheaptrick(wave, f0, times, RATE))
    omega = np.linspace(0, np.pi, 513)
    mel = omega + 2 * np.arctan(WARP * np.sin(omega) / (1 - WARP * np.cos(omega)))
    even = np.stack([np.interp(omega, mel, row) for row in logs])
    spectrum = np.concatenate([even, even[:, -2:0:-1]], axis=1)
    loud = logs.mean(1) > logs.mean(1).max() - 6.0  # 52 dB below the loudest is silence
    return 2 * np.fft.ifft(spectrum).real[loud, 1 : ORDER + 1]  # of a filter of minimum phase


def distortion(one, other):
    """Mel-cepstral distortion in dB along the best warping path."""
    a, b = mel_cepstra(one), mel_cepstra(other)
    _, path = librosa.sequence.dtw(a.T, b.T)
    away = np.sqrt(2 * np.square(a[path[:, 0]] - b[path[:, 1]]).sum(1))
    return 10 / np.log(10) * away.mean()


def bands(wave):
    """Levels of 40 mel bands in dB, (frames, 40)."""
    wave = audio.fix_length(wave, len(wave) // HOP * HOP)
    return speech_pictures(len(wave) // HOP + 1).decibels(wave[None]).numpy()[0]


def jumps(wave, durations):
    """Root of the mean squared change of the bands at each boundary between phones, in dB."""
    levels = bands(wave)
    places = np.cumsum(durations)[:-1]
    places = places[places < len(levels)]
    return np.sqrt(np.mean(np.square(levels[places] - levels[places - 1]), axis=1))


def aligned(corpus):
    """Sentences with their symbols and durations: some of training, and all that are held out.

    Returns (waves, symbols, durations, how many of them are of training) and the durations that
    segmental k-means alone gives.
    """
    count = min(300, len(corpus.train))
    waves = [corpus.train.load(i) for i in range(count)]
    waves += [corpus.test.load(i) for i in range(len(corpus.test))]
    waves = [audio.peak_normalise(wave[: len(wave) // HOP * HOP]) for wave in waves]
    texts = (*corpus.train.texts[:count], *corpus.test.texts)
    symbols = [text.symbol_numbers(s) for s in text.phonemes(texts)]
    looks = [speech_pictures(len(w) // HOP + 1).forward(w[None])[0, :, :, 0] for w in waves]
    first, *_ = alignment.learn_alignment(looks, symbols, len(text.SYMBOLS))
    refined = aligner.refine_alignment(looks, symbols, first, len(text.SYMBOLS))
    return (waves, symbols, refined, count), first


def word_borders(wave, words, decoder):
    """Where each word starts and ends to a recogniser's aligner, in seconds, or None."""
    if any(decoder.lookup_word(word) is None for word in words):
        return None
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw((wave * 32000).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    found = [(s.word, s.start_frame, s.end_frame + 1) for s in decoder.seg() or ()]
    found = [row for row in found if row[0].partition("(")[0] in words]
    return None if len(found) != len(words) else np.array([row[1:] for row in found]) * 0.01


def borders_off(texts, waves, symbols, durations):
    """Seconds between word borders of durations and a recogniser's, starts and ends, (n,)."""
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL", bestpath=False)
    off, pauses = [], text.symbol_numbers(["_", ",", "."])
    for line, wave, some, frames in zip(texts, waves, symbols, durations, strict=True):
        words = re.findall(r"[a-z']+", line.lower())
        phones = [
            len(p) - np.isin(text.symbol_numbers(p), pauses).sum() for p in text.phonemes(words)
        ]
        spoken = np.flatnonzero(~np.isin(some, pauses))
        known = None
        if sum(phones) == len(spoken) and not re.search(r"[0-9-]", line):
            known = word_borders(wave, words, decoder)
        if known is None:
            continue
        ends = (np.cumsum(frames) - 0.5) * HOP / RATE
        starts = ends - np.asarray(frames) * HOP / RATE
        last = np.cumsum(phones)
        off += [starts[spoken[last - phones]] - known[:, 0], ends[spoken[last - 1]] - known[:, 1]]
    return np.abs(np.concatenate(off)), len(off) // 2


def show_alignment(texts, waves, symbols, ways):
    for name, durations in ways.items():
        off, count = borders_off(texts, waves, symbols, durations)
        print(
            f"borders of words, {name}: {1000 * off.mean():.0f} ms from a recogniser's, "
            f"{(off > 0.05).mean():.3f} are more than 50 ms off, {count} sentences"
        )


def spliced(symbols, pieces, rng):
    """Recorded phones put end to end, drawn at random; the wave and its durations."""
    chosen = [pieces[s][rng.integers(len(pieces[s]))] for s in symbols]
    return np.concatenate(chosen), [len(piece) // HOP for piece in chosen]


def pieces_of(waves, symbols, durations):
    """Symbol -> list of its recorded pieces, whole hops long."""
    pieces = {}
    for wave, some, frames in zip(waves, symbols, durations, strict=True):
        ends = np.cumsum(frames) * HOP
        for symbol, start, end in zip(some, ends - np.asarray(frames) * HOP, ends, strict=True):
            piece = wave[start:end]
            if len(piece) and len(piece) % HOP == 0:
                pieces.setdefault(int(symbol), []).append(piece)
    return pieces


def show_joins(reader, sentences):
    *known, trained = sentences
    pieces = pieces_of(*[some[:trained] for some in known])
    rng = np.random.default_rng(0)
    found = {"recordings": [], "spoken": [], "spliced": []}
    held = list(zip(*[some[trained:] for some in known], strict=True))
    for wave, some, frames in held[:SPLICES]:
        found["recordings"].append(jumps(wave, frames))
        frames, *pitch = reader.acoustic.plan(some)
        picture = reader.acoustic.say(some, frames, *pitch)
        found["spoken"].append(jumps(reader.vocoder.inverse(picture).numpy()[0], frames))
        if all(int(s) in pieces for s in some):
            found["spliced"].append(jumps(*spliced(some, pieces, rng)))
    for name, some in found.items():
        print(f"joins, {name}: {np.concatenate(some).mean():.2f} dB")


def show_distortion(reader, corpus):
    spoken, coded, other = [], [], []
    test = corpus.test
    recordings = [audio.peak_normalise(test.load(i)) for i in range(len(test))]
    for i, symbols in enumerate(text.phonemes(test.texts)):
        real = recordings[i][: len(recordings[i]) // HOP * HOP]
        spoken.append(distortion(reader.say(symbols, seed=i), real))
        look = speech_pictures(len(real) // HOP + 1).forward(real[None])
        coded.append(distortion(reader.vocoder.inverse(look).numpy()[0], real))
        other.append(distortion(recordings[i - 1], real))
    named = {"spoken": spoken, "recorded, through the vocoder": coded, "another sentence": other}
    for name, some in named.items():
        print(f"mel-cepstral distortion, {name}: {np.mean(some):.2f} dB over {len(some)} sentences")


def show_intelligibility(reader):
    rng = np.random.default_rng(0)
    rows = [" ".join(rng.choice(DIGITS, 4)) for _ in range(NUMBERS)]
    numbers = [fold(str(int(10 ** rng.uniform(1, 6)))) for _ in range(NUMBERS)]
    asked = {"digit": DIGITS * 6, "four": rows, "numbers": numbers}
    heading()
    for grammar, texts in asked.items():
        sounds = [reader.speak(words, seed=i) for i, words in enumerate(texts)]
        show(f"the course's voice, grammar {grammar}", texts, sounds, grammar)


def show_speed(reader, corpus):
    texts = list(corpus.test.texts)[:12]
    for sentence in texts:
        reader.speak(sentence)
    began = time.perf_counter()
    seconds = sum(len(reader.speak(sentence)) / RATE for sentence in texts)
    print(f"speak: {seconds / (time.perf_counter() - began):.0f} seconds of sound a second")


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    corpus, reader = audiogan_tf.load_corpus("kathleen"), Reader.load("kathleen")
    show_speed(reader, corpus)
    show_distortion(reader, corpus)
    sentences, first = aligned(corpus)
    texts = (*corpus.train.texts[: sentences[-1]], *corpus.test.texts)
    show_alignment(texts, *sentences[:2], {"k-means": first, "refined": sentences[2]})
    show_joins(reader, sentences)
    show_intelligibility(reader)


if __name__ == "__main__":
    main()
