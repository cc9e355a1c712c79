"""A voice made by rules: espeak-ng, from its own wheel, speaks any text in a hundred languages."""

import ctypes
import functools
import threading
from pathlib import Path

from audiogan_tf.errors import InputError

import numpy as np

SYNCHRONOUS, UTF8, SPEED, LOUDNESS, PITCH = 2, 1, 1, 2, 3  # speak_lib.h
DO_NOT_EXIT = 0x8000
SLOWEST, FASTEST = 80, 450  # words a minute
LONGEST_PATH = 150  # bytes; the library keeps 160 for it and a file's name
_LOCK = threading.Lock()  # the library keeps its state in globals
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def spoken(text, voice="en-us", rate=160, pitch=50):
    """A text spoken by espeak-ng: (samples,) float32 in [-1, 1], and their sample rate in Hz.

    text: str. voice: a language ("en-us", "cmn", "yue"), with a variant after a plus sign if
    wanted ("en-us+f3" is a woman). rate: words a minute, 80 to 450. pitch: 0 to 100, 50 is the
    voice's own. The same text gives almost the same samples each time: the library goes on with
    the noise and the phase where it stopped.
    Raises InputError for an empty text, an unknown voice, a value out of its range and where the
    extra `speech` is missing. Used in lessons 13 and 14.
    """
    if not isinstance(text, str) or not text.strip("\0 \n\t"):
        raise InputError(f"{text!r:.40} cannot be spoken; give a text with words")
    if not SLOWEST <= rate <= FASTEST:
        raise InputError(f"rate={rate} is outside {SLOWEST} to {FASTEST} words a minute")
    if not 0 <= pitch <= 100:
        raise InputError(f"pitch={pitch} is outside 0 to 100")
    with _LOCK:
        library, sample_rate = _library()
        _set_voice(library, voice)
        for name, value in {SPEED: rate, PITCH: pitch, LOUDNESS: 50}.items():  # 100 clips some
            library.espeak_SetParameter(name, int(value), 0)
        samples = _synthesise(library, text.replace("\0", " "))
    return samples.astype("float32") / 32768, sample_rate


def _set_voice(library, voice):
    """Choose a voice; the library itself takes an unknown variant for none."""
    _, plus, variant = voice.partition("+")
    known = not plus or (Path(wheel()[1]) / "voices" / "!v" / variant).is_file()
    if not known or library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise InputError(
            f"espeak-ng has no voice {voice!r}; use a language such as en-us, en-gb, cmn or "
            "yue, with a variant such as +f3 or +m3 if you like"
        )


def _synthesise(library, text):
    """int16 samples of a text in the voice that is set."""
    parts = []

    def receive(samples, count, events):
        if count > 0:
            parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = _CALLBACK(receive)  # kept by name, or it is collected while the library has it
    library.espeak_SetSynthCallback(callback)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, UTF8, None, None)
    library.espeak_SetSynthCallback(ctypes.cast(None, _CALLBACK))
    if not parts:
        raise InputError(f"espeak-ng has no sound for {text!r:.40}; give a text with words")
    return np.concatenate(parts)


@functools.cache
def wheel():
    """Where the wheel's own library and its data lie, two str; never the system's espeak-ng.

    Raises InputError where the wheel is missing, and where its path is longer than the library
    can hold: it would end the whole program.
    """
    try:
        import espeakng_loader
    except ImportError as error:
        raise InputError(
            "espeak-ng needs the package espeakng-loader, which is not here; "
            'install it with pip install "audiogan_tf[speech]"'
        ) from error
    data = str(espeakng_loader.get_data_path())
    if len(data.encode()) > LONGEST_PATH:
        raise InputError(
            f"{data}: espeak-ng takes paths of at most {LONGEST_PATH} bytes; "
            "install the package in a folder with a shorter name"
        )
    return str(espeakng_loader.get_library_path()), data


@functools.cache
def _library():
    """The library, started, and its sample rate in Hz."""
    path, data = wheel()
    library = ctypes.CDLL(path)
    sample_rate = library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), DO_NOT_EXIT)
    if sample_rate <= 0:
        raise InputError(f"{data}: espeak-ng cannot read its data; install espeakng-loader again")
    return library, sample_rate
