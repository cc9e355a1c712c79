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

__all__ = [
    "DRUMS",
    "DRUM_FACTORS",
    "NOTE_FACTORS",
    "NOTE_RANGES",
    "PLAIN",
    "RANGES",
    "TIMBRES",
    "draw_factors",
    "draw_note_factors",
    "drum",
    "midi_to_hz",
    "note_name",
    "play_note",
    "play_notes",
]
