"""The corpus `digits`: spoken digits in English and Mandarin, rendered by espeak-ng and shipped."""

import csv
import hashlib
import io

from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.places import data_roots

import numpy as np

WORDS = tuple(f"{language}-{digit}" for language in ("en", "zh") for digit in range(10))
VOICES = ("man", "woman", "child", "robot", "whisper")
TEST_TAKES = 5  # takes 0 to 4 of each word and voice are the official test set
# SHA-256 of what each file says: the samples as 16-bit numbers, or the text.
CONTENT = {
    "en.flac": "56dafd3cd61c144f1418dd92d3240ba606624d0e09096bec38021e043a3a3d1a",
    "zh.flac": "a21a231186958ca23f86a86486f57d8eb04cd1266c9d8377b1370fe762dad673",
    "index.csv": "84bb405185342a47f74d1b46b9d1010f7f301f9b38e43d910fd664cbcfaf7e7c",
}


def load_digits():
    """Spoken digits in English and Mandarin: 3,500 clips by espeak-ng in five voices, 8 kHz.

    Conditions: word ("en-0" to "en-9", "zh-0" to "zh-9") and voice. Each word is said in each voice
    35 times, by several of espeak-ng's variants at other rates and pitches; the settings of takes
    0-4, the test set, occur nowhere else. Clips are padded to 0.756 s and peak-normalised.
    Factors: rate (words a minute), pitch (espeak-ng's, 0-99), seconds (of the word), take.
    What is said when: `load_phonemes`. Made by scripts/make_digits.py, verified at each loading.
    Used in lesson 08.
    """
    representation = Representation(8000, 256, 96, 64, n_mels=64, floor_db=-35, ceiling_db=34)
    rows = _read_index()
    spoken = {language: _read_sound(f"{language}.flac") for language in ("en", "zh")}
    sounds = np.zeros((len(rows), representation.samples), "float32")
    for sound, row in zip(sounds, rows, strict=True):
        start, samples = int(row["start"]), int(row["samples"])
        sound[:samples] = spoken[row["word"][:2]][start : start + samples]
    sounds = audio.peak_normalise(sounds)
    conditions = [(WORDS.index(row["word"]), VOICES.index(row["voice"])) for row in rows]
    conditions, known = np.array(conditions, "int32"), ("rate", "pitch", "samples", "take")
    factors = {name: np.array([float(row[name]) for row in rows]) for name in known}
    factors["seconds"] = factors.pop("samples") / 8000
    names = np.array([_name(row) for row in rows])
    is_test = factors["take"] < TEST_TAKES
    sides = [
        Clips(sounds[s], conditions[s], {k: v[s] for k, v in factors.items()}, tuple(names[s]))
        for s in (~is_test, is_test)
    ]
    digest = hashlib.sha256("".join(CONTENT.values()).encode()).hexdigest()
    return Corpus("digits", 8000, {"word": WORDS, "voice": VOICES}, representation, *sides, digest)


def load_phonemes():
    """What is said in each clip of `digits`, and when.

    Returns {clip name: [(phoneme, start, end), ...]}: phonemes in the International Phonetic
    Alphabet, times in seconds from the clip's beginning, in order and without gaps. The names are
    those in `Clips.names`. Used in lesson 13.
    """
    return {_name(row): _phonemes(row["phonemes"]) for row in _read_index()}


def _name(row):
    return f"{row['word']}_{row['voice']}_{int(row['take']):02d}"


def _phonemes(text):
    """From "z 40 iə 574 2601", starts and the end in samples, to [("z", 0.005, 0.07175), ...]."""
    *words, end = text.split(" ")
    times = [int(time) / 8000 for time in (*words[1::2], end)]
    return list(zip(words[::2], times[:-1], times[1:], strict=True))


def _find(name):
    for root in data_roots():
        if (root / "digits" / name).exists():
            return root / "digits" / name
    raise InputError(
        f"digits/{name} comes with the kit but is in none of its data folders; install the kit "
        "again or run scripts/make_digits.py"
    )


def _verify(path, content):
    if hashlib.sha256(content).hexdigest() != CONTENT[path.name]:
        raise InputError(
            f"{path}: damaged, its content is not the published one; install the kit again or run "
            "scripts/make_digits.py"
        )


def _read_index():
    path = _find("index.csv")
    text = path.read_text("utf-8", errors="replace")
    _verify(path, text.encode("utf-8"))
    return list(csv.DictReader(io.StringIO(text)))


def _read_sound(name):
    path = _find(name)
    try:
        sound, _ = audio.load(path)
    except UnreadableSound:
        sound = np.zeros(0, "float32")
    _verify(path, (sound * audio.PCM_STEPS).astype("<i2").tobytes())
    return sound
