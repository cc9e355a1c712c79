"""What an independent recogniser understands: words right of speech whose text is known.

`python benchmarks/intelligibility.py` prints the references: real recordings (fsdd's digits,
kathleen's sentences, where they are found) and espeak-ng's rule-made voice (five CPU minutes).
`python benchmarks/intelligibility.py FOLDER` judges a folder of sound files: its texts.csv has
the columns file,text; a text may be written in digits or in words ("472").

The recogniser is pocketsphinx with its own US English model (extra `test`); no network of this
kit learned from it. A grammar tells it what may be said: "digit" (zero to nine), "four" (a row of
four digits), "numbers" (0 to 999,999 in words), "choice" (one of the folder's texts); "words" is
its own language model. Speech is taken at 16 kHz, its peak 47 dB above the level of a noise that
goes on for 0.3 s before and after it: without that floor the recogniser hears worse.
"""

import argparse
import csv
import functools
import re
import sys
from pathlib import Path

import audiogan_tf
from audiogan_tf import text
from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.storage.places import data_roots

import numpy as np

RATE = 16000  # Hz, of the recogniser's model
PAUSE = 0.3  # seconds
FLOOR = 3e-3  # of full scale: the noise beneath the speech
DIGITS = "zero one two three four five six seven eight nine".split()
NUMBER_GRAMMAR = """
<unit> = one | two | three | four | five | six | seven | eight | nine;
<teen> = ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen
    | nineteen;
<ten> = twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety;
<tens> = <unit> | <teen> | <ten> [<unit>];
<hundreds> = <unit> hundred [[and] <tens>] | <tens>;
"""
GRAMMARS = {
    "digit": f"<digit> = {' | '.join(DIGITS)}; public <said> = <digit>;",
    "four": f"<digit> = {' | '.join(DIGITS)}; public <said> = <digit> <digit> <digit> <digit>;",
    "numbers": NUMBER_GRAMMAR
    + "public <said> = zero | <hundreds> | <hundreds> thousand [[and] <hundreds>];",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path, help="sound files and texts.csv")
    arguments.add_argument("--grammar", default="numbers", choices=[*GRAMMARS, "choice", "words"])
    chosen = arguments.parse_args()
    try:
        if chosen.folder:
            judge_folder(chosen.folder, chosen.grammar)
        else:
            references()
    except InputError as error:
        sys.exit(f"intelligibility: {error}")


def recognise(samples, grammar, sample_rate=RATE):
    """The words that pocketsphinx hears, a str of small letters.

    samples: (n,) float32. grammar: a name of GRAMMARS, "words" for its own language model of
    5,000 words, or a tuple of sentences of which one is said.
    """
    decoder = _decoder(grammar)
    samples = audio.resample(np.asarray(samples, "float32"), sample_rate, RATE)
    noise = np.random.default_rng(0).normal(0, FLOOR, len(samples) + 2 * int(PAUSE * RATE))
    noise[int(PAUSE * RATE) :][: len(samples)] += 0.7 * samples / max(np.abs(samples).max(), 1e-6)
    decoder.start_utt()
    decoder.process_raw((noise * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return heard.hypstr if heard else ""


@functools.lru_cache(maxsize=8)
def _decoder(grammar):
    import pocketsphinx

    if grammar == "words":
        return pocketsphinx.Decoder(loglevel="FATAL", cmn="batch")
    # "batch": what was heard before must not change what is heard now.
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", cmn="batch")
    rules = GRAMMARS.get(grammar) or _choice(decoder, grammar)
    decoder.add_jsgf_string("said", f"#JSGF V1.0; grammar said; {rules}")
    decoder.activate_search("said")
    return decoder


def _choice(decoder, sentences):
    """The grammar of one sentence of many; words that the model has not are spelled by espeak."""
    folded = [fold(sentence) for sentence in sentences]
    for word in sorted(set(" ".join(folded).split())):
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, " ".join(_sphinx_phones(word)), True)
    return f"public <said> = {' | '.join(folded)};"


ARPABET = dict(
    pair.split("=")
    for pair in (
        "p=P b=B t=T d=D k=K ɡ=G f=F v=V θ=TH ð=DH s=S z=Z ʃ=SH ʒ=ZH h=HH m=M n=N ŋ=NG l=L ɹ=R w=W "
        "j=Y ɾ=T tʃ=CH dʒ=JH ɪ=IH iː=IY i=IY ɛ=EH æ=AE ɑː=AA ɔː=AO ʊ=UH uː=UW ʌ=AH ɜː=ER eɪ=EY "
        "aɪ=AY ɔɪ=OY aʊ=AW oʊ=OW ə=AH ɐ=AH ᵻ=IH ɚ=ER"
    ).split()
)


def _sphinx_phones(word):
    (symbols,) = text.phonemes([word])
    return [ARPABET[symbol.lstrip("ˈ")] for symbol in symbols if symbol.lstrip("ˈ") in ARPABET]


def fold(sentence):
    """The words of a sentence in the recogniser's spelling."""
    return " ".join(re.findall(r"[a-z']+", text.normalise(sentence).lower().replace("-", " ")))


def word_errors(said, heard):
    """Insertions, deletions and substitutions from one list of words to another."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def score(pairs):
    """(whole texts right, words right) as shares, of pairs (said, heard); "and" is not counted."""
    pairs = [[[w for w in side.split() if w != "and"] for side in pair] for pair in pairs]
    errors, words = sum(word_errors(*pair) for pair in pairs), sum(len(said) for said, _ in pairs)
    return np.mean([said == heard for said, heard in pairs]), max(0.0, 1 - errors / words)


def judge_folder(folder, grammar):
    """The line of the table for a folder of sound files with texts.csv."""
    with open(folder / "texts.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [fold(row["text"]) for row in rows]
    rules = tuple(dict.fromkeys(texts)) if grammar == "choice" else grammar
    sounds = [audio.load(folder / row["file"], RATE)[0] for row in rows]
    heading()
    show(f"{folder.name}, grammar {grammar}", texts, sounds, rules)


def heading():
    print(f"{'speech':<58}{'texts':>6}{'right':>8}{'words':>8}")


def show(name, texts, sounds, grammar):
    """One line of the table: recognise sounds at RATE and compare with what was said."""
    right, words = score([(t, recognise(s, grammar)) for t, s in zip(texts, sounds, strict=True)])
    print(f"{name:<58}{len(texts):>6}{right:>8.3f}{words:>8.3f}", flush=True)


def references():
    """The table of real recordings and of a voice made by rules, the same judge for both."""
    heading()
    rng = np.random.default_rng(0)
    numbers = [int(10 ** rng.uniform(1, 6)) for _ in range(60)]
    rows = [[int(digit) for digit in rng.integers(0, 10, 4)] for _ in range(30)]
    show_command_words()
    show_fsdd(rows)
    for voice in ("en-us", "en-us+f3"):
        show_espeak(voice, rows, numbers)
    show_kathleen()


def show_command_words():
    """Ten words by some 240 people, 16 kHz: what the judge hears of real people's single words."""
    roots = [root / "command_words" for root in data_roots()]
    paths = sorted(path for root in roots for path in root.glob("*/*.flac"))[::10]
    if not paths:
        print("command_words is not here")
        return
    texts = [path.parent.name for path in paths]
    sounds = (audio.load(path, RATE)[0] for path in paths)
    show("command_words: one of ten words", texts, sounds, tuple(sorted(set(texts))))


def show_espeak(voice, rows, numbers):
    """espeak-ng's voice on digits, rows of digits and numbers."""
    for name, grammar, texts in (
        ("single digits", "digit", DIGITS),
        ("single digits", "numbers", DIGITS),
        ("four digits", "four", [in_words(row) for row in rows]),
        ("numbers to 999,999", "numbers", [fold(str(number)) for number in numbers]),
    ):
        sounds = [spoken_at_rate(words, voice) for words in texts]
        show(f"espeak-ng {voice}: {name}, grammar {grammar}", texts, sounds, grammar)


def spoken_at_rate(words, voice="en-us"):
    samples, sample_rate = text.spoken(words, voice)
    return audio.resample(samples, sample_rate, RATE)


def in_words(row):
    return " ".join(DIGITS[digit] for digit in row)


def show_fsdd(rows):
    """Real digits of each speaker, alone and four in a row with 0.1 s between them."""
    try:
        corpus = audiogan_tf.load_corpus("fsdd")
    except InputError as error:
        print(f"fsdd is not here: {error}")
        return
    clips = audio.resample(corpus.test.audio.T, corpus.sample_rate, RATE).T
    digits, speakers = corpus.test.conditions.T
    for grammar in ("digit", "numbers"):
        for number, speaker in enumerate(corpus.conditions["speaker"]):
            said = [DIGITS[digit] for digit in digits[speakers == number]]
            sounds = [joined([clip]) for clip in clips[speakers == number]]
            show(f"fsdd {speaker}: single digits, grammar {grammar}", said, sounds, grammar)
    for number, speaker in enumerate(corpus.conditions["speaker"]):
        takes = [clips[(speakers == number) & (digits == digit)] for digit in range(10)]
        sounds = [joined([takes[d][place % 5] for d in row]) for place, row in enumerate(rows)]
        said = [in_words(row) for row in rows]
        show(f"fsdd {speaker}: four digits, grammar four", said, sounds, "four")


def joined(clips):
    """Clips without the silence that fills them up, 0.1 s apart, each at full level."""
    parts = []
    for clip in clips:
        loud = np.flatnonzero(np.abs(clip) > 0.02 * np.abs(clip).max())
        parts += [clip[loud[0] : loud[-1]] / np.abs(clip).max(), np.zeros(RATE // 10, "float32")]
    return np.concatenate(parts)


def show_kathleen():
    """Real held-out sentences, and the same from espeak-ng: which of them, and word for word."""
    try:
        test = audiogan_tf.load_corpus("kathleen").test
    except InputError as error:
        print(f"kathleen is not here: {error}")
        return
    texts = tuple(map(fold, test.texts))
    for name, grammar in (("which of them", texts), ("every word", "words")):
        sounds = map(test.load, range(len(texts)))
        show(f"kathleen: held-out sentences, {name}", texts, sounds, grammar)
        sounds = map(spoken_at_rate, test.texts)
        show(f"espeak-ng en-us: the same sentences, {name}", texts, sounds, grammar)


if __name__ == "__main__":
    main()
