"""The words of a text to phone symbols, by espeak-ng's rules and dictionary for US English.

The inventory is small on purpose: it is learned from 856 sentences. A vowel with the main stress
of its word is a symbol of its own (ˈæ); a weaker stress is not marked. r-coloured pairs and
syllabic consonants are two symbols each. There is no symbol between words, as there is no gap
between them in speech; a pause is one, and the end of a sentence another.
"""

import functools
import re
import threading

from audiogan_tf.errors import InputError
from audiogan_tf.text.espeak import wheel
from audiogan_tf.text.normalise import normalise

import numpy as np

SILENCE, PAUSE, END = "_", ",", "."  # before the first phone; within a sentence; after it
CONSONANTS = tuple("p b t d k ɡ f v θ ð s z ʃ ʒ h m n ŋ l ɹ w j ɾ tʃ dʒ".split())
VOWELS = tuple("ɪ iː i ɛ æ ɑː ɔː ʊ uː ʌ ɜː eɪ aɪ aʊ oʊ ə ɐ ᵻ ɚ".split())
STRESSED = tuple(f"ˈ{vowel}" for vowel in "ɪ iː ɛ æ ɑː ɔː ʊ uː ʌ ɜː eɪ aɪ ɔɪ aʊ oʊ".split())
# The number of a symbol is its place; 0 fills up arrays.
SYMBOLS = ("", SILENCE, PAUSE, END, *CONSONANTS, *VOWELS, *STRESSED)
# espeak-ng's other phones, taken apart or replaced by their nearest.
NEAREST = {
    "əl": "ə l", "n̩": "ə n", "m̩": "ə m", "l̩": "ə l", "iə": "i ə", "aɪɚ": "aɪ ɚ", "aɪə": "aɪ ə",
    "ɑːɹ": "ɑː ɹ", "ɔːɹ": "ɔː ɹ", "oːɹ": "ɔː ɹ", "ɛɹ": "ɛ ɹ", "ɪɹ": "ɪ ɹ", "ʊɹ": "ʊ ɹ",
    "ɔɪ": "ˈɔɪ", "ɔ": "ɔː", "ɑ": "ɑː", "o": "oʊ", "oː": "oʊ", "e": "eɪ", "eː": "eɪ", "a": "æ",
    "aː": "ɑː", "u": "uː", "ɒ": "ɑː", "iːː": "iː", "y": "uː", "yː": "uː", "ø": "ɜː", "øː": "ɜː",
    "œ": "ɜː", "ɑ̃": "ɑː n", "ɔ̃": "ɔː n", "ɛ̃": "æ n", "œ̃": "ʌ n", "ʔ": "t", "x": "k", "ç": "h",
    "r": "ɹ", "ɬ": "l", "ɫ": "l", "nʲ": "n j", "ɲ": "n j", "ɡʲ": "ɡ j", "ʍ": "w", "g": "ɡ",
    "ɣ": "ɡ",
}  # fmt: skip
# Under the main stress a weak vowel is said in full.
FULL = {"ə": "ʌ", "ɐ": "ʌ", "ᵻ": "ɪ", "i": "iː", "ɚ": "ɜː"}
MARKS = {**dict.fromkeys(',;:()—–"', PAUSE), **dict.fromkeys(".?!…。", END)}
# Spellings that espeak-ng reads as they sound: the letter A is not the article.
SPELLINGS = {"A": "eigh", "Missus": "Missiz", "missus": "missiz"}
_LOCK = threading.Lock()  # the library keeps its state in globals


def phonemes(texts):
    """The phone symbols of each text, normalised first.

    texts: a list of str in English, each a sentence or more. Returns a list of lists of SYMBOLS:
    SILENCE first, END last, vowels under the main stress marked with ˈ.
    Raises InputError for a text that cannot be read and where the extra `speech` is missing.
    Bernard and Titeux (2021), phonemizer. Built in lesson 13.
    """
    clauses = [_clauses(normalise(text)) for text in texts]
    spoken = iter(_phones([words for text in clauses for words, _ in text]))
    return [
        _joined([(next(spoken), mark) for _, mark in text], whole)
        for text, whole in zip(clauses, texts, strict=True)
    ]


def symbol_numbers(symbols):
    """The place of each symbol in SYMBOLS, (n,) int32; InputError for another symbol."""
    unknown = [symbol for symbol in symbols if symbol not in SYMBOLS[1:]]
    if unknown:
        raise InputError(f"{unknown[0]!r} is none of the symbols {' '.join(SYMBOLS[1:])}")
    return np.array([SYMBOLS.index(symbol) for symbol in symbols], "int32")


def _clauses(text):
    """The words between two marks and the mark after them: [(words, PAUSE or END), ...]."""
    parts = re.split(rf"\s*([{re.escape(''.join(MARKS))}]+| -+ )[\s'-]*", text)
    marks = [MARKS.get(mark.strip()[-1:], PAUSE) for mark in parts[1::2]] + [END]
    for place, mark in enumerate(parts[1::2]):
        if set(mark) & set(".?!…。"):  # a sentence may end within quotation marks
            marks[place] = END
    pairs = zip(parts[::2], marks, strict=True)
    return [(_spelled(words), mark) for words, mark in pairs if re.search(r"[^\W_]", words)]


def _spelled(words):
    """Words as espeak-ng reads them best: no capitals but for letters that are spelled."""
    letters = r"\bA(?= [A-Z]\b)|(?<=\b[A-Z] )A\b"
    words = re.sub(letters, SPELLINGS["A"], words)
    words = re.sub(r"\b[Mm]issus\b", lambda found: SPELLINGS[found[0]], words)
    return re.sub(r"\b[A-Z]{2}[A-Z']*\b", lambda found: found[0].lower(), words)


def _phones(clauses):
    """espeak-ng's phones of each clause, as a list of str."""
    with _LOCK:
        espeak, separator = _espeak()
        return [text.split() for text in espeak.phonemize(clauses, separator)]


@functools.cache
def _espeak():
    """phonemizer with the wheel's own espeak-ng, never the system's; what parts phones, words."""
    library, data = wheel()
    try:
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper
        from phonemizer.logger import get_logger
        from phonemizer.separator import Separator
    except ImportError as error:
        raise InputError(
            "phones need the package phonemizer, which is not here; "
            'install it with pip install "audiogan_tf[speech]"'
        ) from error
    EspeakWrapper.set_library(library)
    EspeakWrapper.set_data_path(data)
    espeak = EspeakBackend(
        "en-us", with_stress=True, language_switch="remove-flags", logger=get_logger("quiet")
    )
    return espeak, Separator(phone=" ", word="  ", syllable=None)


def _joined(clauses, text):
    """One list for a text: its clauses' symbols with the marks between them."""
    symbols = [SILENCE]
    for phones, mark in clauses:
        for phone in phones:
            symbols += _symbols(phone, text)
        symbols.append(mark)
    return [*symbols[:-1], END]


def _symbols(phone, text):
    """The symbols of one of espeak-ng's phones: "ˈɑːɹ" is ["ˈɑː", "ɹ"]."""
    stress, bare = phone.startswith("ˈ"), phone.strip("ˈˌ")
    if bare not in SYMBOLS:
        bare = NEAREST.get(bare) or NEAREST.get(bare.rstrip("ːʲ̃"), bare.rstrip("ːʲ̃"))
    first, *rest = bare.split() or [""]
    if stress and first in VOWELS:
        first = f"ˈ{FULL.get(first, first)}"
    for symbol in (first, *rest):
        if symbol not in SYMBOLS[1:]:
            raise InputError(
                f"{text!r:.40} is said with {symbol!r}, which this voice has no symbol for; "
                "spell that word another way"
            )
    return [first, *rest]
