"""What a reader says: 200 texts, and what must not break it."""

import contextlib
import csv
import re
import subprocess
import sys
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.text import normalise
from audiogan_tf.text.numbers import cardinal, from_roman, ordinal, year

import pytest
from hypothesis import given
from hypothesis import strategies as st

READINGS = list(
    csv.DictReader((Path(__file__).parent / "readings.csv").open(encoding="utf-8", newline=""))
)


def words(text, language):
    """What is compared: the words, not their capitals, marks and (in Mandarin) spaces."""
    folded = re.sub(r"[^\w']+", " ", text.lower()).strip()
    return folded.replace(" ", "") if language == "zh" else folded


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row["text"])
def test_a_text_is_read_as_people_read_it(row):
    if row["language"] == "zh":
        pytest.importorskip("wetext")
    read = normalise(row["text"], row["language"])
    assert words(read, row["language"]) == words(row["read"], row["language"])


def test_the_table_has_two_hundred_texts_of_every_kind():
    kinds = {row["kind"] for row in READINGS if row["language"] == "en"}
    assert len(READINGS) == 200 and sum(row["language"] == "zh" for row in READINGS) == 40
    assert kinds == set(
        "cardinal decimal ordinal date time money year phone roman fraction percent unit "
        "abbreviation sign".split()
    )


def test_a_text_of_plain_words_stays_as_it_is():
    plain = "He turned sharply, and faced Gregson across the table; wasn't that half-hearted?"
    assert normalise(plain) == plain


def test_marks_stay_and_spaces_do_not():
    assert normalise("  One,\t two\n\nthree .") == "One, two three."


def test_a_dot_that_ends_the_sentence_outlives_its_abbreviation():
    assert normalise("Bring pens, etc. The end.") == "Bring pens, et cetera. The end."
    assert normalise("It closes at 5 p.m. The end.") == "It closes at five P M. The end."
    assert normalise("He is 5 ft. tall.") == "He is five feet tall."


@pytest.mark.parametrize(
    "text, read",
    [
        ("$10-15", "ten to fifteen dollars"),
        ("The $20 that she had.", "The twenty dollars that she had."),
        ("A $3.5 million house.", "A three point five million dollar house."),
        ("-$5", "minus five dollars"),
        ("5€", "five euros"),
        ("It ended 4–2.", "It ended four to two."),
        ("1024 bytes", "one thousand and twenty four bytes"),
        ("Charles I know.", "Charles I know."),
        ("the sun. It set.", "the sun. It set."),
        ("WELCOME TO MAY 5!", "Welcome To May fifth!"),
        ("２０ｋｇ", "twenty kilograms"),
        ("“Yes,” she said…", '"Yes," she said…'),
        ("2²", "two squared"),
        ("π", "pi"),
        ("50/50", "fifty fifty"),
        ("He is 6'2\" tall.", "He is six foot two tall."),
        ("1.2.3", "one point two point three"),
        ("A4, MP3", "A four, M P three"),
        ("The part I like is Part I.", "The part I like is Part one."),
        ("Grade C, type II", "Grade C, type two"),
        ("Feast of St. Paul on Oak St. He left.", "Feast of Saint Paul on Oak Street. He left."),
        ("Mon.-Fri. 9-5", "Monday to Friday nine to five"),
        ("$3/kg", "three dollars per kilogram"),
        ("7-5=2", "seven minus five equals two"),
    ],
)
def test_other_habits(text, read):
    assert normalise(text) == read


@given(st.integers(0, 10**15 - 1))
def test_a_whole_number_in_words_is_the_same_number(number):
    assert value(cardinal(number)) == number


def value(text):
    """The number that English words name, by adding and multiplying them."""
    named = {cardinal(n): n for n in [*range(20), *range(20, 100, 10)]}
    powers = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = group = 0
    for word in text.split():
        if word == "hundred":
            group *= 100
        elif word in powers:
            total, group = total + group * powers[word], 0
        elif word != "and":
            group += named[word]
    return total + group


@pytest.mark.parametrize(
    "letters, number",
    [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XL", 40), ("LVII", 57), ("XC", 90)]
    + [("CD", 400), ("CM", 900), ("MCMXCIX", 1999), ("MMXXIV", 2024), ("MMMDCCCLXXXVIII", 3888)],
)
def test_roman_numbers(letters, number):
    assert from_roman(letters) == number


@pytest.mark.parametrize("letters", ["IIII", "VX", "IC", "XM", "LL"])
def test_letters_that_are_no_roman_number(letters):
    assert from_roman(letters) is None


def test_ordinals_and_years():
    assert [ordinal(n) for n in (1, 12, 20, 103)] == [
        "first",
        "twelfth",
        "twentieth",
        "one hundred and third",
    ]
    assert [year(n) for n in (79, 1905, 2000, 2100)] == [
        "seventy nine",
        "nineteen oh five",
        "two thousand",
        "twenty one hundred",
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(text):
    for language in ("en", "zh"):
        if language == "zh":
            pytest.importorskip("wetext")
        try:
            read = normalise(text, language)
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 200
        else:
            assert re.search(r"[^\W\d_]", read)
            assert not (language == "en" and re.search(r"[0-9]", read))


@given(st.text("0123456789 .,:/-$€£%°'\"#+=()kmgIVXstndrhAPM", max_size=40))
def test_no_digit_is_left_of_any_row_of_numbers_and_signs(text):
    with contextlib.suppress(InputError):
        assert not re.search(r"\d", normalise(text))


@pytest.mark.parametrize("text", ["", "   \n", "!!! ... ?", "😀👍", "\x00\x07", "—"])
def test_nothing_to_read_is_said(text):
    with pytest.raises(InputError, match="holds nothing that can be read; write words or numbers"):
        normalise(text)


def test_what_is_no_text_an_unknown_language_and_another_script_are_named():
    with pytest.raises(InputError, match="a text is a str, not int 5"):
        normalise(5)
    with pytest.raises(InputError, match="language 'fr' is unknown; use one of en, zh"):
        normalise("oui", "fr")
    with pytest.raises(InputError, match="'你' cannot be read in English.*language='zh'"):
        normalise("Hello 你好")
    with pytest.raises(InputError, match="'п' cannot be read in English; write it in Latin"):
        normalise("привет")


def test_pictures_and_control_characters_are_passed_over():
    assert normalise("Hi 😀 there\x00\x07, co\u00adop!") == "Hi there, coop!"


def test_a_text_of_100_kilobytes_is_read_whole():
    sentence = "On May 5, 2024, Dr. Smith paid $12.50 for 3/4 of it. "
    read = normalise(sentence * 2000)
    assert read == " ".join([normalise(sentence)] * 2000)


def test_a_word_without_an_end_is_refused():
    with pytest.raises(InputError, match="characters without a space; put spaces between"):
        normalise("1" * 100_000)


def test_mandarin_keeps_other_words_and_long_texts():
    pytest.importorskip("wetext")
    assert normalise("我用GPT写了3篇文章", "zh") == "我用GPT写了三篇文章"
    assert normalise("我有3只猫。" * 500, "zh") == "我有三只猫。" * 500


@pytest.mark.parametrize("language, package", [("zh", "wetext")])
def test_a_missing_package_says_how_to_install_it(language, package):
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from audiogan_tf.text import normalise\n"
        "print(normalise('It costs $5.'))\n"
        "try: normalise('3只', 'zh')\n"
        "except ValueError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "It costs five dollars.",
        f"Mandarin needs the package {package}, which is not here; "
        'install it with pip install "audiogan_tf[speech]"',
    ]
    assert done.stderr == ""
