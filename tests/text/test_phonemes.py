"""Phone symbols: a fixed inventory, and what stands for what."""

import csv
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from audiogan_tf.errors import InputError
from audiogan_tf.text import SYMBOLS, phonemes, symbol_numbers

import numpy as np
import pytest

pytest.importorskip("phonemizer")
pytest.importorskip("espeakng_loader")


@pytest.fixture(scope="module")
def sentences(root):
    """The shipped sentences of the reader."""
    with open(root / "data" / "kathleen" / "metadata.csv", encoding="utf-8", newline="") as file:
        return [row[2] for row in csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE)]


def said(text):
    return " ".join(phonemes([text])[0])


@pytest.mark.parametrize(
    "text, symbols",
    [
        ("Hello, world!", "_ h ə l ˈoʊ , w ˈɜː l d ."),
        ("Four hundred.", "_ f ˈɔː ɹ h ˈʌ n d ɹ ɪ d ."),
        ("a little bottle", "_ ɐ l ˈɪ ɾ ə l b ˈɑː ɾ ə l ."),
        ("The choice", "_ ð ə tʃ ˈɔɪ s ."),
        ("Bach", "_ b ˈɑː k ."),
        ("croissant", "_ k w ˈɑː s ɑː n ."),
        ("$2", "_ t ˈuː d ˈɑː l ɚ z ."),
    ],
)
def test_a_text_becomes_these_symbols(text, symbols):
    assert said(text) == symbols


def test_pauses_are_symbols_and_the_end_is_one():
    assert [said(text).count(" ,") for text in ("One two", "One, two", "One; two (or three)")] == [
        0,
        1,
        2,
    ]
    assert said("One two") == said("One two.") == said("One two?!") == said("One two...")
    assert said('"Come in!" he said.').split().count(".") == 2
    assert said("half-hearted").count(",") == 0


def test_spelled_letters_are_spelled_and_an_article_is_not():
    assert said("9 a.m.").split()[4:] == ["ˈeɪ", "ˈɛ", "m", "."]
    assert said("A cat").split()[:3] == ["_", "ɐ", "k"]
    assert said("STOP now, please") == said("stop now, please")


def test_numbers_of_symbols_go_there_and_back():
    (symbols,) = phonemes(["It was a quiet voice, wasn't it?"])
    numbers = symbol_numbers(symbols)
    assert numbers.dtype == np.int32 and numbers.min() > 0
    assert [SYMBOLS[number] for number in numbers] == symbols
    assert len(set(SYMBOLS)) == len(SYMBOLS)


def test_an_unknown_symbol_is_named():
    with pytest.raises(InputError, match="'q' is none of the symbols _ , . p b"):
        symbol_numbers(["_", "q"])


def test_a_text_is_said_the_same_alone_among_others_and_from_several_threads(sentences):
    together = phonemes(sentences)
    assert phonemes(sentences[7:8])[0] == together[7]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: phonemes([text])[0], sentences[:16])) == together[:16]


def test_every_symbol_is_heard_in_the_readers_sentences(sentences):
    counts = Counter(symbol for symbols in phonemes(sentences) for symbol in symbols)
    rare = {symbol for symbol in SYMBOLS[1:] if counts[symbol] < 1}
    assert rare == set() and set(counts) <= set(SYMBOLS)


def test_every_thousandth_word_of_a_dictionary_has_symbols():
    pocketsphinx = pytest.importorskip("pocketsphinx")
    path = pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")
    with open(path, encoding="utf-8") as file:
        words = [line.split()[0].split("(")[0] for line in file][::150]
    assert all(len(symbols) > 2 for symbols in phonemes(words)) and len(words) > 800


def test_foreign_names_have_symbols():
    names = "façade déjà-vu Führer Łódź Kraków Ångström São Zürich jalapeño Beyoncé rendezvous"
    assert len(phonemes([names])[0]) > 50


@pytest.mark.parametrize("text", ["", "?!", "😀"])
def test_a_text_without_words_is_refused(text):
    with pytest.raises(InputError, match="holds nothing that can be read"):
        phonemes(["One.", text])


def test_no_text_gives_nothing():
    assert phonemes([]) == []


def test_nothing_is_printed_and_a_missing_package_says_how_to_install_it():
    code = (
        "import sys\n"
        "if sys.argv[1:]: sys.modules[sys.argv[1]] = None\n"
        "from audiogan_tf.text import phonemes\n"
        "try: phonemes(['Zürich, Bach and façade.'])\n"
        "except ValueError as error: print(error)\n"
    )

    def run(*missing):
        done = subprocess.run(
            [sys.executable, "-c", code, *missing], capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    assert run() == ""
    assert run("phonemizer") == (
        "phones need the package phonemizer, which is not here; "
        'install it with pip install "audiogan_tf[speech]"\n'
    )
