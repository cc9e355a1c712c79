"""Sounds made by formula, every factor known: drum hits and musical notes."""

from audiogan_tf.synth.drums import DRUM_FACTORS, DRUMS, RANGES, draw_factors, drum
from audiogan_tf.synth.notes import (
    NOTE_FACTORS,
    NOTE_RANGES,
    PLAIN,
    TIMBRES,
    draw_note_factors,
    midi_to_hz,
    note_name,
    play_note,
    play_notes,
)
