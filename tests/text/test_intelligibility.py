"""The independent recogniser: it understands a clear voice, and its counting is right."""

import importlib.util

import numpy as np
import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")


@pytest.fixture(scope="module")
def judge(root):
    path = root / "benchmarks" / "intelligibility.py"
    spec = importlib.util.spec_from_file_location("intelligibility", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_clear_voice_is_understood_and_noise_is_not(judge):
    heard = [judge.recognise(judge.spoken_at_rate(word), "digit") for word in judge.DIGITS]
    assert np.mean([a == b for a, b in zip(heard, judge.DIGITS, strict=True)]) >= 0.8
    noise = np.random.default_rng(0).normal(0, 0.3, (10, 8000))
    heard = [judge.recognise(sound, "digit") for sound in noise]
    assert np.mean([a == b for a, b in zip(heard, judge.DIGITS, strict=True)]) <= 0.3


def test_a_number_is_heard_word_for_word(judge):
    sound = judge.spoken_at_rate("four hundred and seventy two")
    _, words = judge.score([("four hundred seventy two", judge.recognise(sound, "numbers"))])
    assert words >= 0.75


def test_what_was_heard_before_changes_nothing(judge):
    sound = judge.spoken_at_rate("seven two nine four")
    first = judge.recognise(sound, "four")
    judge.recognise(np.random.default_rng(0).normal(0, 0.3, 16000), "four")
    assert judge.recognise(sound, "four") == first


def test_one_of_several_sentences_is_chosen_even_with_words_nobody_knows(judge):
    sentences = ("Gregson whittled a flibbet.", "The moon was full.", "They left at $5.")
    sentences = tuple(map(judge.fold, sentences))
    for sentence in sentences:
        assert judge.recognise(judge.spoken_at_rate(sentence), sentences) == sentence


@pytest.mark.parametrize(
    "heard, errors", [("one two three", 0), ("one three", 1), ("two two three four", 2), ("", 3)]
)
def test_errors_are_counted(judge, heard, errors):
    assert judge.word_errors("one two three".split(), heard.split()) == errors


def test_and_is_not_counted(judge):
    assert judge.score([("one hundred and two", "one hundred two")]) == (1, 1)
    assert judge.score([("one two", "one"), ("one two", "one two")]) == (0.5, 0.75)
