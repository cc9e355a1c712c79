import os
import unicodedata

from audiogan_tf.storage.names import place_of, printable


def test_a_name_that_is_no_utf8_can_be_written_anywhere():
    raw = os.fsdecode(b"caf\xe9")
    assert printable(raw) == "caf\\xe9" and printable("鼓/a b") == "鼓/a b"
    printable(raw).encode("utf-8")


def test_names_are_found_composed_or_not():
    composed, split = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    assert composed != split
    assert place_of(composed, ["a", split]) == 1 == place_of(split, ["a", composed])
    assert place_of(split, [composed, split]) == 1  # the very same comes first
    assert place_of("e", ["a", composed]) is None
