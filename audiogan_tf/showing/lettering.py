"""Names that users gave to their sounds, drawn in figures as they are written."""

import functools


def plain_text(*texts):
    """How matplotlib is to draw texts that a user wrote: arguments for a title or a label.

    A dollar sign starts no formula. Where the usual font lacks a letter, as it lacks Chinese, an
    installed font that has it stands in. Returns a dict.
    """
    stand_in = _font_with(_unusual(texts))
    family = {"fontfamily": ["DejaVu Sans", stand_in]} if stand_in else {}
    return {"parse_math": False, **family}


def _drawable(text):
    """Whether a figure can show all letters of a text on this machine."""
    unusual = _unusual([text])
    return not unusual or _font_with(unusual) is not None


def numbered_unless_drawable(names):
    """Titles for a figure: the names, or numbers where a name cannot be drawn, and their legend.

    Returns titles, a list of str, and legend, a list of "1: name", empty where the names can be
    drawn.
    """
    if all(map(_drawable, names)):
        return list(names), []
    kinds = list(dict.fromkeys(names))
    titles = [str(1 + kinds.index(name)) for name in names]
    return titles, [f"{number}: {name}" for number, name in enumerate(kinds, 1)]


def _unusual(texts):
    """The letters that the usual font lacks, a frozenset of code points."""
    usual = _letters_of(_path_of_usual_font())
    written = {ord(letter) for text in texts for letter in str(text) if letter > "~"}
    return frozenset(written - usual)


def _path_of_usual_font():
    from matplotlib import font_manager

    return font_manager.findfont("DejaVu Sans")


@functools.cache
def _letters_of(path):
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(path).get_charmap())


@functools.cache
def _font_with(letters):
    """The name of an installed font that has all these letters, or None.

    Fonts that draw each letter as a box with its number do not count.
    """
    from matplotlib import font_manager

    if not letters:
        return None
    for font in font_manager.fontManager.ttflist:
        try:
            if "Last Resort" not in font.name and letters <= _letters_of(font.fname):
                return font.name
        except (OSError, RuntimeError):  # a font file that is gone or damaged
            continue
    return None
