"""Written dates, times and years to the English words that are read, the American way."""

from audiogan_tf.text.numbers import cardinal, decade, ordinal, year

MONTHS = (
    "January February March April May June July August September October November December"
).split()
SHORT_MONTHS = {name[:3]: name for name in MONTHS if name != "May"} | {"Sept": "September"}
MONTH = rf"\b({'|'.join(MONTHS)}|(?:{'|'.join(SHORT_MONTHS)})\b\.?)"
DAY = r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b"
YEAR = r"([12]\d{3})\b(?![/:%]|[.,-]\d)"
# What may stand before a year of four digits that would otherwise be a number.
YEAR_WORDS = (
    "in since by from of until till before after during around circa year early mid late and"
).split()
HALF = r" ?([AaPp])\.? ?[Mm]\b"
DOT_OF_HALF = r"(\.?)"


def _month(name):
    return SHORT_MONTHS.get(name.rstrip("."), name.rstrip("."))


def _month_day(match):
    return f"{_month(match[1])} {ordinal(int(match[2]))}"


def _month_day_year(match):
    return f"{_month_day(match)}{match[3]} {year(int(match[4]))}"


def _day_month(match):
    return f"the {ordinal(int(match[1]))} of {_month(match[2])}"


def _day_month_year(match):
    return f"{_day_month(match)}{match[3]} {year(int(match[4]))}"


def _month_year(match):
    return f"{_month(match[1])} {year(int(match[2]))}"


def _numeric(month, day, after, as_written):
    """1/5/2024 is January fifth; 31/12/1999 can only be the day first."""
    month, day = (int(day), int(month)) if int(month) > 12 else (int(month), int(day))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return as_written
    words = f"{MONTHS[month - 1]} {ordinal(day)}"
    if not after:
        return words
    century = 0 if len(after) == 4 else 2000 if int(after) < 50 else 1900
    return f"{words} {year(int(after) + century)}"


def _clock(hour, minute, half):
    """The words of a time of day; half: the a or p of a.m. and p.m., or None."""
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half:
        words += " o'clock" if 1 <= hour <= 12 else " hundred"
    return f"{words} {half.upper()} M" if half else words


def _duration(match):
    """2:03:59: hours, minutes and seconds."""
    parts = zip(map(int, match.groups()), ("hour", "minute", "second"), strict=True)
    said = [f"{cardinal(n)} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    if len(said) < 2:
        return "".join(said) or "zero seconds"
    return f"{' '.join(said[:-1])} and {said[-1]}"


def _half_dot(pattern):
    """The dot of p.m. belongs to it, except where it ends the text or the sentence too."""
    return pattern + r"(?:\.(?! [A-Z]|\s*$))?"


DATE_RULES = [
    (
        r"\b([12]\d{3})([-/])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])\b",
        lambda found: _numeric(found[3], found[4], found[1], found[0]),
    ),
    (
        r"(?<![\d-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)\b(?![/.-]\d)",
        lambda found: _numeric(found[1], found[3], found[4], found[0]),
    ),
    (
        r"\b([Oo]n )(1[0-2]|[1-9])/(\d{1,2})\b(?!/)",
        lambda found: found[1] + _numeric(found[2], found[3], "", f"{found[2]}/{found[3]}"),
    ),
    (r"\b9/11\b", lambda found: "nine eleven"),
    (r"\b24/7\b", lambda found: "twenty four seven"),
    (rf"{MONTH} {DAY}(,?) {YEAR}", _month_day_year),
    (rf"{MONTH} {DAY}(?![:/%]|[.,-]\d)", _month_day),
    (rf"(?:\b[Tt]he )?\b{DAY}(?: of)? {MONTH}(,?) {YEAR}", _day_month_year),
    (rf"(?:\b[Tt]he )?\b{DAY}(?: of)? {MONTH}(?! \d)", _day_month),
    (rf"{MONTH},? {YEAR}", _month_year),
    (r"(?<=:\d\d)-(?=\d{1,2}:\d\d)", lambda found: " to "),
    (r"\b(\d{1,2}):([0-5]\d):([0-5]\d)\b", _duration),
    (
        _half_dot(rf"\b([01]?\d|2[0-4]):([0-5]\d){HALF}"),
        lambda found: _clock(int(found[1]), int(found[2]), found[3]),
    ),
    (
        _half_dot(rf"(?<![:.,\d])(1[0-2]|0?[1-9]){HALF}"),
        lambda found: _clock(int(found[1]), 0, found[2]),
    ),
    (
        r"(?<![:.,\d])([01]?\d|2[0-4]):([0-5]\d)\b(?!:)",
        lambda found: _clock(int(found[1]), int(found[2]), None),
    ),
    (r"(?<![\w.$€£])'?(\d0)'?s\b", lambda found: decade(int(found[1]))),
    (r"(?<![\w.$€£])([12]\d\d0)'?s\b", lambda found: decade(int(found[1]))),
    (r"(?<!\w)'(\d\d)\b", lambda found: cardinal(int(found[1]))),
    (r"\b([1-9]\d{0,3})(?= ?(?:BCE?|AD|CE|B\.C\.|A\.D\.))", lambda found: year(int(found[1]))),
    (r"(?<=\bAD )(\d{1,4})\b", lambda found: year(int(found[1]))),
    (
        r"(?<![\d-])(1\d{3}|20\d\d)-(1\d{3}|20\d\d)\b(?!-)",
        lambda found: f"{year(int(found[1]))} to {year(int(found[2]))}",
    ),
    (
        rf"(?i)\b((?:{'|'.join(YEAR_WORDS)}) ){YEAR}",
        lambda found: found[1] + year(int(found[2])),
    ),
]
