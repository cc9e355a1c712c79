"""The corpus `notes`, synthesised by the kit."""

from concurrent.futures import ThreadPoolExecutor

from audiogan_tf import synth
from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.recipes import recipe_digest

import numpy as np

PITCHES = tuple(range(60, 85))  # MIDI numbers, C4 to C6
PER_CELL = {"train": 32, "test": 8}  # clips of each pitch and timbre
VERSION = 1  # of the formulas in synth/notes.py


def load_notes():
    """Notes from C4 to C6 by five classical methods: 4,000 + 1,000 clips of 0.496 s at 16 kHz.

    Conditions: pitch and timbre. Every clip's pitch (MIDI number), brightness, attack, decay and
    duration are in `factors`. The same on every processor, but for a few samples that differ by
    one step of 16 bits. The pictures, 32 x 112, keep the pitch: of 50 notes turned into pictures
    and back 49 stay within 10 cents. Synthesised in lesson 03.
    """
    representation = Representation(16000, 1024, 256, 32, n_mels=112, floor_db=-24, ceiling_db=53)
    tasks = [(part, timbre) for part in PER_CELL for timbre in range(len(synth.TIMBRES))]
    with ThreadPoolExecutor() as pool:
        played = list(pool.map(lambda task: _play(*task, representation), tasks))
    half = len(synth.TIMBRES)
    sides = [_join(played[:half]), _join(played[half:])]
    digest = recipe_digest(
        "notes",
        VERSION,
        sample_rate=representation.sample_rate,
        samples=representation.samples,
        pitches=PITCHES,
        timbres=synth.TIMBRES,
        per_cell=PER_CELL,
        ranges=synth.NOTE_RANGES,
    )
    conditions = {"pitch": tuple(map(synth.note_name, PITCHES)), "timbre": synth.TIMBRES}
    return Corpus("notes", 16000, conditions, representation, *sides, digest)


def _play(part, timbre, representation):
    """All clips of one timbre on one side of the split."""
    rng = np.random.default_rng([timbre, part == "test"])
    midi = np.repeat(PITCHES, PER_CELL[part])
    factors = synth.draw_note_factors(rng, midi)
    size = representation.samples, representation.sample_rate
    sounds = synth.play_notes(synth.TIMBRES[timbre], factors, *size, rng)
    conditions = np.stack([midi - PITCHES[0], np.full(len(midi), timbre)], axis=1)
    return Clips(sounds, conditions.astype("int32"), factors)


def _join(parts):
    return Clips(
        np.concatenate([part.audio for part in parts]),
        np.concatenate([part.conditions for part in parts]),
        {key: np.concatenate([part.factors[key] for part in parts]) for key in parts[0].factors},
    )
