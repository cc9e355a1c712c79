"""Names of files and classes: shown on any terminal, and found however they were typed."""

import unicodedata


def printable(name):
    """A name that any text file can hold: bytes that are no UTF-8 become \\xNN."""
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def place_of(name, names):
    """The place of a name among `names`, or None.

    An accent typed as a letter of its own (macOS) and one within its letter are the same.
    """
    name, names = str(name), list(names)
    if name in names:
        return names.index(name)
    composed = [unicodedata.normalize("NFC", other) for other in names]
    wanted = unicodedata.normalize("NFC", name)
    return composed.index(wanted) if wanted in composed else None
