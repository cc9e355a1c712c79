"""audiogan_tf: hear a GAN learn. Audio generation in Keras, by ear, on two CPU cores."""

import importlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up lines help nobody here
# TensorFlow leaves oneDNN off on processors without AVX-512, where it halves the time of a step.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"

_PLACES = {
    "load_corpus": "corpora",
    "Representation": "sound",
    "GAN": "models",
    "SoundGenerator": "models",
    "evaluate": "judging",
    "InputError": "errors",
}
_ROOMS = ("corpora", "errors", "judging", "lessons", "models", "showing", "sound", "storage")
_ROOMS += ("synth", "text", "training")
__all__ = sorted([*_PLACES, *_ROOMS, "checks"])
_WITHOUT_TENSORFLOW = ("InputError", "errors", "storage", "synth", "text")


def start_tensorflow():
    """Import TensorFlow without the lines that its C++ part writes to stderr at any log level."""
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            import tensorflow  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def __getattr__(name):
    """Import what is asked for on first use, so that `import audiogan_tf` itself is quick."""
    if name in __all__ and name not in _WITHOUT_TENSORFLOW:
        start_tensorflow()
    if name in _PLACES:
        return getattr(importlib.import_module(f"audiogan_tf.{_PLACES[name]}"), name)
    if name == "checks":  # the lessons' exercises
        return importlib.import_module("audiogan_tf.lessons.checks")
    if name in _ROOMS:
        return importlib.import_module(f"audiogan_tf.{name}")
    raise AttributeError(f"module 'audiogan_tf' has no attribute {name!r}")


def __dir__():
    return __all__
