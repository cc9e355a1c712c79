"""Written English to the words that are read, rule after rule.

Each rule is a pattern and the function that reads what it finds. The order matters: what looks
most special is read first (a phone number, a date, a sum of money), and what is left at the end
is a plain number. benchmarks/readings.py compares them with the English grammar of wetext.
"""

import re

from audiogan_tf.text.abbreviations import read_abbreviations, spell_letters
from audiogan_tf.text.amounts import AMOUNT_RULES, MONEY_RULES, NUMBER, PHONE_RULES
from audiogan_tf.text.dates import DATE_RULES
from audiogan_tf.text.numbers import number, ordinal, year

FRACTIONS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5",
    "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
SIGNS = {
    "&": "and", "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "±": "plus or minus",
    "@": "at", "~": "about", "≈": "is about", "<": "is less than", ">": "is greater than",
    "≤": "is at most", "≥": "is at least", "≠": "is not equal to", "√": "the root of",
    "°": "degrees", "%": "percent", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen",
    "₹": "rupees", "₩": "won", "¢": "cents", "§": "section", "∞": "infinity", "©": "copyright",
    "−": "minus", "²": "squared", "³": "cubed", "#": "number",
}  # fmt: skip
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)


def _plain(match):
    """A number of four digits is said like a year unless it counts something: 1984 pages."""
    if re.fullmatch(r"1[1-9]\d\d|20\d\d", match[0]):
        return year(int(match[0]))
    return number(match[0])


SHAPES = [  # before all others
    (r"(?<=\d)(?=[" + "".join(FRACTIONS) + "])", lambda found: " "),
    (f"[{''.join(FRACTIONS)}]", lambda found: FRACTIONS[found[0]]),
    (r"(?<=\d) ?[–—−] ?(?=[\d$€£¥])", lambda found: "-"),
    (r"\bm\.p\.h\b", lambda found: "mph"),
]
SHARPS = [
    (r"\b([ACDFG])#(?!\w)", lambda found: f"{found[1]} sharp"),
    (r"#(?=\d)", lambda found: "number "),
    (r"#(?=[A-Za-z])", lambda found: "hashtag "),
    (r"\b([A-F])\+(?!\w)", lambda found: f"{found[1]} plus"),
    (r"(?<=\d) ?x ?(?=\d)", lambda found: " by "),
    (r"(?<=\d)\*(?=\d)", lambda found: " times "),
    (r"(?<=\w)\^(?=\w)", lambda found: " to the power of "),
    (r"\bwww\.", lambda found: "W W W dot "),
]
RANGES = [
    (r"(?<=\d) - (?=\d)|(?<=\d)-(?=\d+(?:\.\d+)? ?=)", lambda found: " minus "),
    (rf"(?<![\w.-]){NUMBER}-(?={NUMBER}(?![\w-]|\.\d*-))", lambda found: f"{found[1]} to "),
    (r"(?<![\w.)])[-−](?=\.?\d)", lambda found: "minus "),
]
PARTED = [
    (
        r"(?<![\w.,])([\d,]+)(?:st|nd|rd|th)\b",
        lambda found: ordinal(int(found[1].replace(",", ""))),
    ),
    (r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)", lambda found: " "),  # MP3 is MP and 3
]
NUMBERS = [
    (r"(?<![\w.])\d{4}(?= [a-z]*[b-hj-rtv-z]s\b)", lambda found: number(found[0])),
    (r"(?<![\w.,])\d{4}(?!\w|[.,]\d)", _plain),
    (r"(?<=\d):(?=\d)", lambda found: " to "),
    (r"(?<=\d\.\d)\.(?=\d)", lambda found: " point "),
    (NUMBER, lambda found: number(found[0])),
]
LEFT_OVER = [
    (r"(?<=\w)\.(?=(?:com|org|net|edu|gov|io)\b)", lambda found: " dot "),
    (r"\bw/(?= ?[a-z])", lambda found: "with "),
    (r"[/\\|_^`{}\[\]*]+(?!\d)|/", lambda found: " "),
    (f"[{re.escape(''.join(SIGNS))}]", lambda found: f" {SIGNS[found[0]]} "),
    (f"(?i)[{''.join(GREEK)}]", lambda found: f" {GREEK[found[0].lower()]} "),
]


def read_english(text):
    """A text with every number, sign and abbreviation in words; its punctuation stays."""
    if not re.search("[a-z]", text) and len(re.findall("[A-Z]{3,}", text)) > 1:
        text = re.sub("[A-Z]{2,}", lambda found: found[0].capitalize(), text)  # it is SHOUTED
    text = read_abbreviations(_apply(SHAPES, text))
    rules = SHARPS + PHONE_RULES + MONEY_RULES + DATE_RULES + RANGES + AMOUNT_RULES + PARTED
    text = spell_letters(_apply(rules, text))
    return _apply(NUMBERS + LEFT_OVER, text)


def _apply(rules, text):
    for pattern, read in rules:
        text = re.sub(pattern, read, text)
    return text
