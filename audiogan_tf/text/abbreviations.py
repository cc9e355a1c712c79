"""What stands for longer words, or for letters: Dr., St., e.g., U.S., NASA, Henry VIII."""

import re

from audiogan_tf.text.numbers import cardinal, from_roman, ordinal

NAME = r"(?=[A-Z])"  # what follows begins like a name
STARTERS = (  # what begins a sentence and is no name
    r"(?:He|She|It|The|I|We|They|Then|But|And|A|In|On|At|My|His|Her|This|That|There|You|When|If)\b"
)
NUMBER = r"(?=#?\d)"
BEFORE_NAMES = {
    "Dr": "Doctor", "St": "Saint", "Mt": "Mount", "Ft": "Fort", "Gen": "General",
    "Col": "Colonel", "Maj": "Major", "Capt": "Captain", "Lt": "Lieutenant", "Sgt": "Sergeant",
    "Cpl": "Corporal", "Adm": "Admiral", "Sen": "Senator", "Rep": "Representative",
    "Gov": "Governor", "Pres": "President", "Rev": "Reverend", "Hon": "Honorable", "Fr": "Father",
}  # fmt: skip
AFTER_NAMES = {
    "Jr": "Junior", "Sr": "Senior", "Dr": "Drive", "St": "Street", "Ave": "Avenue",
    "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Hwy": "Highway", "Sq": "Square",
    "Esq": "Esquire", "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation",
    "Co": "Company", "Bros": "Brothers", "Univ": "University",
}  # fmt: skip
BEFORE_NUMBERS = {
    "No": "number", "Nos": "numbers", "Nr": "number", "Fig": "figure", "Figs": "figures",
    "Vol": "volume", "Ch": "chapter", "Sec": "section", "Eq": "equation", "Tab": "table",
    "Ext": "extension", "Tel": "telephone", "Apt": "apartment", "p": "page", "pp": "pages",
    "ca": "about", "c": "about",
}  # fmt: skip
ANYWHERE = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor",
    "approx": "approximately", "dept": "department", "govt": "government",
    "misc": "miscellaneous", "cf": "compare", "e.g": "for example", "i.e": "that is",
    "et al": "and others",
}  # fmt: skip
SHORT_WEEKDAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
BEFORE_A_DAY = r"(?:(?:the |at )?\d|Jan|Feb|Mar|Apr|May|June?\b|July?\b|Aug|Sep|Oct|Nov|Dec)"
# Capital letters that are read as a word; others are spelled.
READ_AS_WORDS = set(
    "NASA NATO UNESCO UNICEF OPEC FIFA AIDS LASER RADAR SONAR SCUBA PIN RAM ROM GIF JPEG SIM SWAT "
    "COVID DINK ASAP NASDAQ PESQ WAV MIDI FLAC LAN WAN GAN GANS".split()
)
ORDINARY = set(
    "A AM AN AND ARE AS AT BE BUT BY CAN DO FOR GET GO HE HER HIS HOW IF IN IS IT ME MY NO NOT NOW "
    "OF OFF ON OR OUR OUT SEE SHE SO THE TO TOO UP WAS WE WHY YES YOU ALL ANY BAD BIG DAY END "
    "HAD HAS HIM ITS LET MAN NEW OLD ONE TWO TEN SIX RUN SAY TOP TRY USE WAY WIN".split()
)
KINGS = (
    "Alexander Alfonso Benedict Catherine Charles Christian Clement Constantine Edward Elizabeth "
    "Felipe Ferdinand Francis Frederick George Gregory Gustav Harald Haakon Henry Innocent Ivan "
    "James John Josef Joseph Juan Leo Leopold Louis Margrethe Mary Napoleon Nicholas Olav Otto "
    "Paul Peter Philip Pius Ramesses Ramses Richard Robert Rudolf Urban Victor Wilhelm William"
).split()
HEADINGS = (
    "Act Appendix Article Book Bowl Canto Chapter Class Episode Figure Grade Level Page Part Phase "
    "Scene Section Sonata Stage Symphony Table Title Type Verse Volume War"
).split()
NO_HEADING = "(?!(?:A|An|The|This|That|In|On|At|By|For|My|Her|His|Our|No|Doctor|Mister)\\b)"


def read_abbreviations(text):
    """A text with its abbreviations written out; numbers stay as they are."""
    days = "|".join(SHORT_WEEKDAYS)
    text = re.sub(
        rf"\b({days})\.?-({days})\b(?:\.(?=,| [\da-z]))?",
        lambda found: f"{SHORT_WEEKDAYS[found[1]]} to {SHORT_WEEKDAYS[found[2]]}",
        text,
    )
    for name, word in SHORT_WEEKDAYS.items():
        text = re.sub(rf"\b{name}\b\.?(?=,? {BEFORE_A_DAY})", word, text)
        if name not in ("Sun", "Sat"):  # which are words too
            text = re.sub(rf"\b{name}\.(?=[ ,])", word, text)
    for short, word in BEFORE_NUMBERS.items():
        first = f"[{short[0].upper()}{short[0].lower()}]"
        text = re.sub(rf"(?<![\w.]){first}{short[1:]}\. ?{NUMBER}", f"{word} ", text)
    for short, word in ANYWHERE.items():
        dot = r"(?:\.|(?= [A-Z]))" if short[0].isupper() else r"\."  # titles may lack theirs
        text = re.sub(rf"(?<![\w.]){re.escape(short)}{dot}", word, text)
    text = re.sub(r"\bvs\b\.?", "versus", text)
    text = re.sub(r"(?<!\w)etc(?:\.(?!\s+[A-Z]|\s*$)|(?=\.))", "et cetera", text)
    text = re.sub(r"\bPh\. ?D\b\.?|\bPhD\b", "P H D", text)
    text = _names(text)
    return _roman(text)


def _names(text):
    """Titles and streets: what Dr. and St. mean is told by the words before and after them."""
    ends = rf"(?=\.(?:\s*$|\s{STARTERS}))"  # its dot ends the sentence too, and stays
    for short, word in AFTER_NAMES.items():
        # After a name or a number; one that is also a title, only where no name follows.
        no_title = rf"(?!\s{NAME})" if short in BEFORE_NAMES else ""
        text = re.sub(
            rf"(?<=[a-z\d.,]) {short}\b(?:{ends}|\.{no_title}|(?!\.){no_title})", f" {word}", text
        )
    for short, word in BEFORE_NAMES.items():
        text = re.sub(rf"\b{short}\b\.? ?(?<=[. ]){NAME}", f"{word} ", text)
    return text


def _roman(text):
    """Roman numbers of kings (the eighth), of centuries, and of what is counted (chapter four)."""
    kings, headings = "|".join(KINGS), "|".join(HEADINGS)
    verb = r"(?=[,.;:!?]|'s|$| (?:was|is|of|had|and|in|to|ruled|died|became|reigned)\b)"

    def rank(match):
        value = from_roman(match[2])
        return f"{match[1]} the {ordinal(value)}" if value else match[0]

    def count(match):
        value = from_roman(match[2])
        return f"{match[1]}{cardinal(value)}" if value else match[0]

    text = re.sub(rf"\b({kings}) ([IVX]{{2,}}|[VX])\b", rank, text)
    text = re.sub(rf"\b({kings}) (I){verb}", rank, text)
    text = re.sub(r"\b([IVX]+)(?= century)", lambda match: _place(match[1]), text)
    text = re.sub(r"\b((?:[Ww]orld )?[Ww]ar )(I)\b", count, text)
    text = re.sub(rf"(?i:\b((?:{headings}) ))([IVXLCDM]{{2,}}|[VX])\b", count, text)
    text = re.sub(rf"\b((?:{headings}) )(I){verb}", count, text)  # not: the part I like
    text = re.sub(r"\b(Super Bowl )([LC])\b", count, text)
    text = re.sub(rf"\b({NO_HEADING}[A-Z][a-z]+ )([IVX]{{2,}})\b", count, text)
    return re.sub(r"^()([IVX]{2,})(?=\W*$)", count, text)


def _place(letters):
    value = from_roman(letters)
    return ordinal(value) if value else letters


def spell_letters(text):
    """U.S. and FBI are spelled, NASA is a word."""
    text = re.sub(r"\b(?:[A-Za-z]\.){2,}", _dotted, text)
    return re.sub(r"\b([A-Z]{2,6})(s|'s)?\b(?!'[A-Z])", _capitals, text)


def _dotted(match):
    letters = match[0].replace(".", " ").upper().strip()
    ends = match.end() == len(match.string) or match.string[match.end() :].startswith("\n")
    return f"{letters}." if ends else letters


def _capitals(match):
    letters, plural = match[1], match[2]
    if re.fullmatch("[IVX]+", letters) and letters != "IV" and from_roman(letters):
        return cardinal(from_roman(letters)) + (plural or "")
    vowels = re.search("[AEIOUY]", letters)
    # Of four letters and more only what nobody can say is spelled: HTML, but not STOP.
    if letters in ORDINARY | READ_AS_WORDS or (len(letters) > 3 and vowels):
        return match[0].lower() if letters in ORDINARY else match[0]
    return " ".join(letters) + ("'s" if plural else "")
