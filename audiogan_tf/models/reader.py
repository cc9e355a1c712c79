"""A voice that reads any text: from letters to a finished sound in four steps."""

import re

from audiogan_tf.errors import InputError
from audiogan_tf.models.acoustic import AcousticModel
from audiogan_tf.models.vocoder import Vocoder
from audiogan_tf.sound import finishing

import numpy as np

VOICES = {"kathleen": ("kathleen_acoustic", "vocoder")}  # name: weights of both networks
PITCH_DRIFT, PACE_DRIFT = 0.03, 0.04  # how much one reading differs from another: 3 and 4 %
FEW = 64  # frames: sentences are filled up to a multiple of it, as each new length is compiled
BREATH = 0.25  # seconds of silence between sentences
SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)]*\s+(?=[\"'“‘(]*\w)|\n\s*\n")


class Reader:
    """Text normalisation, phonemes, an acoustic model with a vocoder, and finishing.

    acoustic: AcousticModel; vocoder: Vocoder; both draw and read the same pictures.
    The four steps of text to speech in the fourth document. Built in lesson 13.
    """

    def __init__(self, acoustic, vocoder):
        self.acoustic, self.vocoder = acoustic, vocoder
        self.sample_rate = vocoder.pictures.sample_rate

    @classmethod
    def load(cls, voice="kathleen"):
        """The voice of shipped weights; InputError for an unknown name, with the known ones."""
        if voice not in VOICES:
            raise InputError(f"voice {voice!r} is unknown; use one of {', '.join(VOICES)}")
        acoustic, vocoder = VOICES[voice]
        return cls(AcousticModel.load(acoustic), Vocoder.load(vocoder))

    def say(self, symbols, seed=0, pace=1.0):
        """One sentence from its phone symbols, not finished: (samples,) float32.

        symbols: as text.phonemes gives them; seed: of the small differences in pitch and pace
        between two readings; pace: 2 is twice as fast.
        """
        from audiogan_tf.text import symbol_numbers

        rng = np.random.default_rng(seed)
        higher, faster = PITCH_DRIFT * rng.standard_normal(), PACE_DRIFT * rng.standard_normal()
        numbers = symbol_numbers(symbols)
        plan = self.acoustic.plan(numbers, pace * np.exp(faster), higher)
        picture = self.acoustic.say(numbers, *plan)
        frames, more = picture.shape[1], -picture.shape[1] % FEW
        silent = np.pad(picture, [(0, 0), (0, more), (0, 0), (0, 0)], constant_values=-1)
        samples = (frames - 1) * self.vocoder.pictures.hop_length
        return self.vocoder.inverse(silent).numpy()[0, :samples]

    def speak(self, text, seed=0, pace=1.0):
        """A text of any length, read aloud: (samples,) float32, at the loudness of EBU R 128.

        Raises InputError for a text in which there is nothing to read.
        """
        from audiogan_tf.text import phonemes

        sentences = phonemes([part for part in SENTENCE_END.split(text) if part.strip()])
        parts = []
        for number, symbols in enumerate(sentences):
            spoken = self.say(symbols, [seed, number], pace)
            spoken = finishing.trim(spoken, self.sample_rate)
            parts += [finishing.fade(spoken, self.sample_rate), np.zeros(self.pause, "float32")]
        whole = np.concatenate(parts[:-1])
        return finishing.to_loudness(whole, self.sample_rate)

    @property
    def pause(self):
        """Samples of silence between sentences."""
        return round(BREATH * self.sample_rate)
