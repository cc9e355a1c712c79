"""A number, its bound and the verdict, on one line."""

from audiogan_tf.showing import measured

import pytest


def said(capsys, *about, **bounds):
    measured(*about, **bounds)
    return capsys.readouterr().out


def test_the_verdict_follows_the_bounds(capsys):
    assert said(capsys, "modes", 2.1, under=12) == "modes: [about: 2.1], under 12: yes\n"
    assert said(capsys, "modes", 13, under=12) == "modes: [about: 13], under 12: no\n"
    assert said(capsys, "level", -40.0, over=-60, under=-50, unit=" dB") == (
        "level: [about: -40 dB], over -60 dB, under -50 dB: no\n"
    )


def test_a_measured_bound_has_a_name_and_is_not_compared_digit_by_digit(capsys):
    text = said(capsys, "distance", 0.4712, under=("the minute's", 2.0219))
    assert text == "distance: [about: 0.471], under the minute's [about: 2.02]: yes\n"


def test_a_number_that_is_none_is_under_nothing(capsys):
    assert said(capsys, "x", float("nan"), under=1).endswith(": no\n")


def test_without_a_bound_there_is_no_verdict():
    with pytest.raises(ValueError, match="x: name a bound"):
        measured("x", 1)
