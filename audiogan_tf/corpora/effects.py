"""The corpus `effects`, synthesised by the kit."""

from concurrent.futures import ThreadPoolExecutor

from audiogan_tf import synth
from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.recipes import recipe_digest

import numpy as np

PER_CLASS = {"train": 300, "test": 60}
ALARMS = 1200  # to learn from: how pitch and rate go together takes many examples
VERSION = 1  # of the formulas in synth/effects.py


def load_effects():
    """Eight kinds of sound effect by formula: 3,300 + 480 clips of 2.02 s at 22.05 kHz.

    A kind has 300 + 60 clips, the alarm 1,200 + 60. Condition: the kind. The positions of its two
    or three sliders, in [0, 1], are in `factors` as slider_1, slider_2 and slider_3, in the order
    of synth.SLIDERS; a slider that a kind lacks stands at 0.5. The same on every processor, but
    for a few samples that differ by one step of 16 bits. Heard in lesson 17.
    """
    representation = Representation(22050, 1024, 512, 88, n_mels=64, floor_db=-30, ceiling_db=50)
    tasks = [(part, name) for part in PER_CLASS for name in synth.EFFECTS]
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda task: _synthesise(*task, representation), tasks))
    kinds = len(synth.EFFECTS)
    sides = [_join(made[:kinds]), _join(made[kinds:])]
    digest = recipe_digest(
        "effects",
        VERSION,
        sample_rate=representation.sample_rate,
        samples=representation.samples,
        per_class=PER_CLASS,
        alarms=ALARMS,
        sliders={name: [s[:4] for s in synth.SLIDERS[name]] for name in synth.EFFECTS},
    )
    sliders = {name: tuple(s.name for s in synth.SLIDERS[name]) for name in synth.EFFECTS}
    conditions = {"effect": synth.EFFECTS}
    return Corpus("effects", 22050, conditions, representation, *sides, digest, sliders=sliders)


def _synthesise(part, name, representation):
    """All clips of one kind on one side of the split: sounds (clips, samples) and positions."""
    rng = np.random.default_rng([synth.EFFECTS.index(name), part == "test"])
    size = representation.samples, representation.sample_rate
    count = ALARMS if (part, name) == ("train", "alarm") else PER_CLASS[part]
    positions = [synth.draw_positions(rng, name) for _ in range(count)]
    return np.stack([synth.effect(name, p, *size, rng) for p in positions]), np.stack(positions)


def _join(made):
    sounds, positions = (np.concatenate(parts) for parts in zip(*made, strict=True))
    labels = np.repeat(np.arange(len(made)), [len(part) for part, _ in made])
    factors = {f"slider_{k + 1}": column for k, column in enumerate(positions.T)}
    return Clips(sounds, labels[:, None].astype("int32"), factors)
