"""Amounts to the English words that are read: money, units, percent, fractions, phone numbers."""

import re

from audiogan_tf.text.numbers import cardinal, digits, fraction, number

NUMBER = r"(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
SCALES = {"K": "thousand", "k": "thousand", "M": "million", "B": "billion", "bn": "billion"}
SCALE = r"(?: ?(thousand|million|billion|trillion|bn|[KkMB])\b)"
MONEY = {  # one, many, a hundredth, hundredths
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", None, None),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", None, None),
}
SIGN = f"(?:U ?S|C|A)?([{''.join(MONEY)}]) ?"
PREFIXES = {"k": "kilo", "c": "centi", "m": "milli", "M": "mega", "G": "giga", "µ": "micro"}
MEASURES = {"m": "meter", "g": "gram", "l": "liter", "L": "liter", "Hz": "hertz", "W": "watt"}
UNITS = {p + u: PREFIXES[p] + MEASURES[u] for p in PREFIXES for u in MEASURES}
UNITS |= {
    "m": "meter", "g": "gram", "l": "liter", "L": "liter", "Hz": "hertz", "W": "watt",
    "nm": "nanometer", "µs": "microsecond", "ms": "millisecond", "s": "second", "sec": "second",
    "min": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "V": "volt", "mA": "milliampere",
    "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte",
    "TB": "terabyte", "lb": "pound", "lbs": "pound", "oz": "ounce", "ft": "foot", "yd": "yard",
    "mi": "mile", "ha": "hectare", "dB": "decibel", "px": "pixel", "kWh": "kilowatt hour",
    "kcal": "kilocalorie", "°C": "degree Celsius", "°F": "degree Fahrenheit", "°": "degree",
    "mph": "mile per hour", "kph": "kilometer per hour", "rpm": "revolution per minute",
    "bpm": "beat per minute", "fps": "frame per second", "kbps": "kilobit per second",
    "Mbps": "megabit per second",
}  # fmt: skip
POWERS = {"²": "square ", "³": "cubic ", "": "", None: ""}
PLURALS = {"foot": "feet", "hertz": "hertz", "kilohertz": "kilohertz"}
PLURALS |= {"megahertz": "megahertz", "gigahertz": "gigahertz"}
UNIT = "(" + "|".join(sorted(UNITS, key=len, reverse=True)) + ")"


def _money(match):
    """$12.50 is "twelve dollars and fifty cents", $0.99 is "ninety nine cents"."""
    minus, sign, amount = match[1] and "minus ", match[2], match[3]
    one, many, cent, cents = MONEY[sign]
    whole, _, part = amount.replace(",", "").partition(".")
    if len(part) > 2 or (part and not cent):
        return f"{minus}{number(amount)} {many}"
    part = int(part.ljust(2, "0")) if part else 0
    said = [f"{number(whole)} {one if whole == '1' else many}"] if int(whole or 0) else []
    said += [f"{cardinal(part)} {cent if part == 1 else cents}"] if part else []
    return minus + (" and ".join(said) or f"zero {many}")


def _much_money(match):
    minus, scale = match[1] and "minus ", SCALES.get(match[4], match[4])
    return f"{minus}{number(match[3])} {scale} {MONEY[match[2]][1]}"


def _phone(match):
    """Groups of digits with a pause between them; 1-800 is "one eight hundred"."""
    groups = re.findall(r"\+?\d+", match[0])
    said = [digits(group) for group in groups]
    if groups[0] == "1" and groups[1].endswith("00"):
        said[:2] = [f"one {cardinal(int(groups[1]))}"]
    return ("plus " if groups[0].startswith("+") else "") + ", ".join(said)


def _mixed(match):
    """2 3/4 and 2½: "two and three quarters"."""
    above, below = int(match[2]), int(match[3])
    return f"{cardinal(int(match[1]))} and {_parts(above, below, 'a')}"


def _parts(above, below, one="one"):
    if above == below:
        return f"{cardinal(above)} {cardinal(below)}"  # 50/50
    if 2 <= below <= 100:
        return fraction(above, below, one)
    return f"{number(str(above))} over {number(str(below))}"


def _unit(match):
    """5 km/h, 25 m², 1 kg: the unit in words, in the plural but for one."""
    amount, unit, power, per, per_power = match.groups()
    words = UNITS[unit]
    if amount != "1":
        head, *rest = words.split(" ")
        # "kilowatt hour" takes its plural at the end, "degree Celsius" at the beginning.
        tail = rest and rest[0] == "hour"
        words = f"{words}s" if tail else " ".join([PLURALS.get(head, f"{head}s"), *rest])
    words = f"{amount} {POWERS[power]}{words}"
    if per == "s" and per_power:
        return f"{words} per second {'squared' if per_power == '²' else 'cubed'}"
    return f"{words} per {POWERS[per_power]}{UNITS[per]}" if per else words


def _bill(match):
    """A $20 bill is a twenty dollar bill, a $3 million house a three million dollar house."""
    scale = f" {SCALES.get(match[4], match[4])}" if match[4] else ""
    return f"{match[1]}{number(match[3])}{scale} {MONEY[match[2]][0]}"


_CODES = "call dial ring phone text press code pin"
PHONE_RULES = [
    (r"(?<!\w)\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?!\w)", _phone),
    (
        r"(?<![\w.$€£])(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w%])",
        _phone,
    ),
    (r"(?<![\w.$€£-])\d{3}-\d{4}(?![\w%-])", _phone),
    (
        rf"(?i)\b((?:{'|'.join(_CODES.split())}) )(\d{{3,4}})\b(?![-.%:,/]\d|%| [a-z]+s\b)",
        lambda found: found[1] + digits(found[2]),
    ),
    (r"(?<![\w.,])00([1-9])(?![\d.])", lambda found: f"double oh {digits(found[1])}"),
    (r"\b1-([89]00)-(?=[A-Z])", lambda found: f"one {cardinal(int(found[1]))} "),
]
# What stands after a sum and does not make it one: a $20 bill, but the $20 that she had.
_NO_NOUN = "and or from for that was were to on in at is he she they we you less more which who"
MONEY_RULES = [
    (rf"{NUMBER} ?([€£¥])(?! ?\d)", lambda found: found[2] + found[1]),
    (rf"{SIGN}{NUMBER} ?- ?(?:{SIGN})?(?=\d)", lambda found: f"{found[2]} to {found[1]}"),
    (
        rf"\b([Aa] |[Tt]he |[Oo]ne ){SIGN}{NUMBER}{SCALE}?(?![\w.,-])"
        rf"(?= (?!(?:{_NO_NOUN.replace(' ', '|')})\b)[a-z])",
        _bill,
    ),
    (rf"(){SIGN}{NUMBER}()(?= (?:bill|note|coin)s?\b)", _bill),
    (rf"([-−]?){SIGN}{NUMBER}{SCALE}", _much_money),
    (rf"([-−]?){SIGN}{NUMBER}", _money),
    (r"\b(\d+) ?¢", lambda found: f"{found[1]} cent{'' if found[1] == '1' else 's'}"),
]
AMOUNT_RULES = [
    (r"(?<![\w./])(\d{1,3}) ([1-9]\d?)/(\d{1,3})(?![\w/])", _mixed),
    (
        r"(?<![\w./-])(\d{1,4})/(\d{1,4})(?![\w/])",
        lambda found: _parts(int(found[1]), int(found[2])),
    ),
    (rf"{NUMBER} ?%", lambda found: f"{found[1]} percent"),
    (r"\b(\d+)'(\d\d?)\b\"?", lambda found: f"{found[1]} foot {found[2]}"),
    (
        rf"{NUMBER} ?in\.(?! [A-Z])",
        lambda found: f"{found[1]} inch{'' if found[1] == '1' else 'es'}",
    ),
    # The dot of "5 ft." is its own unless the sentence ends there too.
    (
        rf"{NUMBER} ?{UNIT}([²³]?)(?:/{UNIT}([²³]?))?(?![\w'/²³]|\.\w)"
        r"(?:\.(?! [A-Z]|\s*$|\n))?",
        _unit,
    ),
    (
        rf"(?:\bper |(?<=[a-z]s)/|(?<=euro)/){UNIT}(?![\w/])",
        lambda found: f" per {UNITS[found[1]]}",
    ),
]
