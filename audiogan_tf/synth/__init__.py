"""Sounds made by formula, every factor known: drum hits, musical notes and effects."""

from audiogan_tf.synth.drums import DRUM_FACTORS, DRUMS, RANGES, draw_factors, drum
from audiogan_tf.synth.effects import (
    EFFECTS,
    SLIDERS,
    draw_positions,
    effect,
    slider_ranges,
    slider_values,
)
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
