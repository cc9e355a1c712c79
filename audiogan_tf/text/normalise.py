"""Text as it is written to the words that are read: $1.50 is one dollar and fifty cents."""

import re
import unicodedata

from audiogan_tf.errors import InputError
from audiogan_tf.text.english import read_english
from audiogan_tf.text.mandarin import read_mandarin

LANGUAGES = {"en": read_english, "zh": read_mandarin}
KEPT = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞²³¨´¸…"  # would become something else: 2½ is not 21/2
SCRIPTS = {"en": ("LATIN", "GREEK"), "zh": ("LATIN", "GREEK", "CJK")}
NAMES = {"en": "English", "zh": "Mandarin"}
# Rules look around them: a piece of a long text ends with a sentence, else between two words.
PIECE = {
    "en": re.compile(
        r"(?s).{1,1000}(?:(?:(?<=\s[a-z]{2}[.!?])|(?<=\s[a-z]{3}[.!?])|(?<=[a-z]{4}[.!?]))\s|\n|$)"
        r"|.{1,1000}(?:\s|$)"
    ),
    "zh": re.compile(r"(?s).{1,200}(?:[。！？；，、!?;\n]|$)|.{1,200}(?<=[^\W\d])|.{1,200}"),
}
LONGEST_WORD = 500  # characters without a space or a Chinese character between them
STRAIGHT = str.maketrans("‘’‚“”„«»‐‑‒´`⁄", "'''\"\"\"\"\"---''/")


def normalise(text, language="en"):
    """The words that a reader says for a text, as a str with its punctuation.

    text: str of any length. language: "en", read the American way with "and" after hundreds, or
    "zh", Mandarin, whose numbers become Chinese characters (needs the extra `speech`). Letters
    that are spelled stand alone and are capital: "the U S". Signs without words are left out.
    Raises InputError for a text with nothing to read, for letters of another script, for an
    unknown language. The rules are a reader's habits, not a grammar. Built in lesson 13.
    """
    if language not in LANGUAGES:
        raise InputError(f"language {language!r} is unknown; use one of {', '.join(LANGUAGES)}")
    if not isinstance(text, str):
        raise InputError(f"a text is a str, not {type(text).__name__} {text!r:.40}")
    clean = _clean(text)
    _check_letters(clean, language)
    _check_words(clean)
    pieces = map(LANGUAGES[language], PIECE[language].findall(clean))
    read = " ".join("".join(pieces).split())
    read = re.sub(r" +(?=[,.;:!?])", "", read)
    if not re.search(r"[^\W\d_]", read):
        raise InputError(f"{text!r:.40} holds nothing that can be read; write words or numbers")
    return read


def _check_words(text):
    found = re.search(rf"[^\s\u3000-\u9fff\uff00-\uffef]{{{LONGEST_WORD},}}", text)
    if found:
        raise InputError(
            f"{found[0]:.40}... is {len(found[0])} characters without a space; "
            "put spaces between its words"
        )


def _clean(text):
    """One form for each character; what cannot be seen and pictures (emoji) become spaces."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(c if c in KEPT else unicodedata.normalize("NFKC", c) for c in text)
    text = text.translate(STRAIGHT)
    text = "".join(c if _has_place(c) else "" if _joins(c) else _space(c) for c in text)
    return re.sub(r" *\n[ \n]*", "\n", re.sub(" +", " ", text)).strip()


def _has_place(character):
    """Whether a character is a letter, a number, an accent, punctuation or a sign of arithmetic."""
    category = unicodedata.category(character)
    return category[0] in "LNP" or category in ("Sm", "Sc", "Mn") or character in "°©^`+|²³"


def _space(character):
    return "\n" if character in "\n\x0b\x0c\r\x85\u2028\u2029" else " "


def _joins(character):
    """Soft hyphens and zero-width marks stand inside words."""
    return unicodedata.category(character) == "Cf"


def _check_letters(text, language):
    """InputError for the first letter or number that this language cannot read."""
    for character in dict.fromkeys(text):
        if unicodedata.category(character)[0] not in "LN" or (
            language == "en" and character in KEPT
        ):
            continue
        name = unicodedata.name(character, "")
        if not (character.isascii() or name.startswith((*SCRIPTS[language], "MICRO SIGN"))):
            way = "" if language == "zh" else " or pass language='zh'" * name.startswith("CJK")
            raise InputError(
                f"{character!r} cannot be read in {NAMES[language]}; write it in Latin letters{way}"
            )
