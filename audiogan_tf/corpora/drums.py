"""The corpus `drums`, synthesised by the kit."""

from concurrent.futures import ThreadPoolExecutor

from audiogan_tf import synth
from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.recipes import recipe_digest

import numpy as np

PER_CLASS = {"train": 500, "test": 100}
VERSION = 1  # of the formulas in synth/drums.py


def load_drums():
    """Eight kinds of drum synthesised by the kit: 4,000 + 800 clips of 0.504 s at 16 kHz.

    Every clip's pitch, decay, brightness and bend are in `factors`. The same on every processor,
    but for a few samples that differ by one step of 16 bits. Synthesised in
    lesson 03, heard from lesson 00 on.
    """
    representation = Representation(16000, 512, 128, 64, n_mels=64, floor_db=-30, ceiling_db=42)
    with ThreadPoolExecutor() as pool:
        sides = list(pool.map(lambda part: _synthesise(part, representation), ("train", "test")))
    digest = recipe_digest(
        "drums",
        VERSION,
        sample_rate=representation.sample_rate,
        samples=representation.samples,
        per_class=PER_CLASS,
        ranges=synth.RANGES,
    )
    return Corpus("drums", 16000, {"drum": synth.DRUMS}, representation, *sides, digest)


def _synthesise(part, representation):
    count = PER_CLASS[part]
    sounds, conditions = [], []
    factors = {name: [] for name in synth.DRUM_FACTORS}
    for label, name in enumerate(synth.DRUMS):
        rng = np.random.default_rng([label, part == "test"])
        for _ in range(count):
            drawn = synth.draw_factors(rng, name)
            size = (representation.samples, representation.sample_rate)
            sounds.append(synth.drum(name, drawn, *size, rng))
            conditions.append([label])
            for key, value in drawn.items():
                factors[key].append(value)
    factors = {key: np.array(values) for key, values in factors.items()}
    return Clips(np.stack(sounds), np.array(conditions, "int32"), factors)
