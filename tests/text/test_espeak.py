"""A voice made by rules: what it says, in which voices, and what it refuses."""

from concurrent.futures import ThreadPoolExecutor

from audiogan_tf.errors import InputError
from audiogan_tf.text import spoken
from audiogan_tf.text.espeak import wheel

import numpy as np
import pytest

pytest.importorskip("espeakng_loader")


def pitch(samples, sample_rate):
    """The period with the strongest autocorrelation in the loudest 50 ms, in Hz."""
    width = sample_rate // 20
    start = max(range(0, len(samples) - width, width // 2), key=lambda s: power(samples, s, width))
    frame = samples[start : start + width]
    likeness = np.correlate(frame, frame, "full")[width - 1 :]
    shortest = sample_rate // 400
    return sample_rate / (shortest + np.argmax(likeness[shortest : sample_rate // 60]))


def power(samples, start, width):
    return float(np.sum(samples[start : start + width] ** 2))


def test_speech_is_float_sound_of_a_likely_length():
    samples, sample_rate = spoken("four hundred and seventy two")
    assert samples.dtype == np.float32 and samples.ndim == 1 and sample_rate == 22050
    assert 1.0 < len(samples) / sample_rate < 4.0
    assert 0.1 < np.abs(samples).max() <= 1.0


def test_faster_is_shorter_and_higher_is_higher():
    slow, fast = (len(spoken("one two three four", rate=rate)[0]) for rate in (100, 300))
    assert fast < 0.6 * slow
    low, high = (pitch(*spoken("ah", pitch=height)) for height in (20, 90))
    assert high > 1.2 * low


def test_variants_and_languages_are_other_voices():
    man, woman = pitch(*spoken("ah", "en-us+m3")), pitch(*spoken("ah", "en-us+f3"))
    assert woman > 1.3 * man
    mandarin, cantonese = (spoken("一二三四五", voice)[0] for voice in ("cmn", "yue"))
    assert min(len(mandarin), len(cantonese)) > 15000
    size = min(len(mandarin), len(cantonese))
    assert abs(np.corrcoef(mandarin[:size], cantonese[:size])[0, 1]) < 0.5


def test_one_at_a_time_from_several_threads():
    texts = ["one", "one two three", "one two three four five", "one two three four five six"]
    alone = [len(spoken(text)[0]) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = [len(spoken) for spoken, _ in pool.map(spoken, texts * 3)]
    assert np.allclose(together, alone * 3, rtol=0.02)


@pytest.mark.parametrize("voice", ["", "xx", "en-us+", "en-us+nobody", "../en"])
def test_an_unknown_voice_is_named(voice):
    with pytest.raises(InputError, match="espeak-ng has no voice"):
        spoken("hello", voice)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"text": ""}, "'' cannot be spoken; give a text with words"),
        ({"text": " \n"}, "cannot be spoken"),
        ({"text": None}, "None cannot be spoken"),
        ({"text": "a", "rate": 1000}, "rate=1000 is outside 80 to 450 words a minute"),
        ({"text": "a", "pitch": -1}, "pitch=-1 is outside 0 to 100"),
    ],
)
def test_bad_input_is_one_sentence(arguments, message):
    with pytest.raises(InputError, match=message):
        spoken(**arguments)


def test_a_wheel_whose_path_is_too_long_for_the_library_is_refused(monkeypatch):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: "/" + "x" * 200)
    wheel.cache_clear()
    with pytest.raises(InputError, match="takes paths of at most 150 bytes"):
        wheel()
    wheel.cache_clear()


def test_a_zero_byte_does_not_end_the_text():
    whole, cut = len(spoken("one\0two three four")[0]), len(spoken("one")[0])
    assert whole > 1.8 * cut
