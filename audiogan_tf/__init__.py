"""audiogan_tf: hear a GAN learn. Audio generation in Keras, by ear, on two CPU cores."""

import importlib
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up lines help nobody here
# TensorFlow leaves oneDNN off on processors without AVX-512, where it halves the time of a step.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"

_PLACES = {
    "load_corpus": "corpora",
    "Representation": "representation",
    "GAN": "gan",
    "SoundGenerator": "generation",
    "evaluate": "evaluation",
    "InputError": "errors",
}
_MODULES = (
    "alarms audio augmentation callbacks checkpoints checks coding control_figures corpora "
    "correlation descriptors errors evaluation failure_figures fetch files gan generation "
    "intervals judge judge_figures judge_training latent leaderboard_figures learners live losses "
    "melody_figures metrics models modes phase_retrieval pipeline plots pretrained recurrent "
    "report representation spectral synth toy toy_figures toy_heads training vae vae_figures "
    "waveform waveform_models wavenet wavenet_figures widgets"
).split(" ")
__all__ = sorted([*_PLACES, *_MODULES])


def __getattr__(name):
    """Import what is asked for on first use, so that `import audiogan_tf` itself is quick."""
    if name in _PLACES:
        return getattr(importlib.import_module(f"audiogan_tf.{_PLACES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"audiogan_tf.{name}")
    raise AttributeError(f"module 'audiogan_tf' has no attribute {name!r}")


def __dir__():
    return __all__
