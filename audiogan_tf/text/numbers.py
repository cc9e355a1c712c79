"""Numbers to the English words that a reader says: 472, 3.5, 21st, 1984, 3/4."""

import re

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
THOUSANDS = ["", "thousand", "million", "billion", "trillion"]
LONGEST = 3 * len(THOUSANDS)  # digits; nobody reads a longer number but digit by digit
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def cardinal(number):
    """The words of a whole number from 0 to 10**15 - 1: 472 is "four hundred and seventy two"."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return TENS[tens - 2] + (f" {UNITS[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{UNITS[hundreds]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    power = (len(str(number)) - 1) // 3
    front, rest = divmod(number, 1000**power)
    words = f"{cardinal(front)} {THOUSANDS[power]}"
    if not rest:
        return words
    return f"{words} {'and ' if rest < 100 else ''}{cardinal(rest)}"


def ordinal(number):
    """The words of a place in a row: 21 is "twenty first"."""
    *front, last = cardinal(number).split()
    if last in ORDINALS:
        last = ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return " ".join([*front, last])


def year(number):
    """The words of a year from 1 to 9999: 1984, 1905, 2000, 2010 as they are said."""
    century, rest = divmod(number, 100)
    if number < 1000 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decade(number):
    """The words of ten years or a hundred: 1990 is "nineteen nineties", 80 is "eighties"."""
    words = year(number)
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def digits(text):
    """Each digit of a text as a word: "0187" is "zero one eight seven"."""
    return " ".join(UNITS[int(digit)] for digit in re.findall("[0-9]", text))


def number(text):
    """The words of a number as it is written: "1,234.50", "007", ".5", "-3"."""
    if text.startswith("-"):
        return f"minus {number(text[1:])}"
    whole, _, decimals = text.replace(",", "").partition(".")
    if len(whole) > LONGEST or (len(whole) > 1 and whole.startswith("0")):
        words = digits(whole)
    else:
        words = cardinal(int(whole)) if whole else ""
    return f"{words} point {digits(decimals)}".strip() if decimals else words


def fraction(above, below, one="one"):
    """The words of a fraction, 3 and 4: "three quarters"; one: what 1 above the line is called."""
    if below == 2:
        part = "half" if above == 1 else "halves"
    else:
        part = ("quarter" if below == 4 else ordinal(below)) + ("" if above == 1 else "s")
    return f"{one if above == 1 else cardinal(above)} {part}"


def from_roman(text):
    """The value of a Roman number, "XIV" is 14; None for letters that are none."""
    values = [ROMAN[letter] for letter in text]
    following = [*values[1:], 0]
    total = sum(
        -value if value < after else value for value, after in zip(values, following, strict=True)
    )
    return total if text == _to_roman(total) else None


def _to_roman(value):
    """A number from 1 to 3999 in Roman letters."""
    steps = "M 1000 CM 900 D 500 CD 400 C 100 XC 90 L 50 XL 40 X 10 IX 9 V 5 IV 4 I 1".split()
    text = ""
    for letters, step in zip(steps[::2], map(int, steps[1::2]), strict=True):
        text += letters * (value // step)
        value %= step
    return text
