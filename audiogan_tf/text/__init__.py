"""Text on its way to speech: the words that are read, phone symbols, and a voice made by rules."""

from audiogan_tf.text.espeak import spoken
from audiogan_tf.text.normalise import normalise
from audiogan_tf.text.phonemes import SYMBOLS, phonemes, symbol_numbers
