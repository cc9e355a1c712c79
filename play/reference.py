"""What the instrument's page computes, in Python: the same seed, the same sound.

The tests and the benchmark compare the two.
"""

import json
from pathlib import Path

from audiogan_tf.models import SoundGenerator
from audiogan_tf.models.layers import draw
from audiogan_tf.sound.audio import limit
from audiogan_tf.sound.representation import inverse_all

import numpy as np

ITERATIONS = json.loads(Path(__file__).with_name("settings.json").read_text("utf-8"))["iterations"]


def _mix(x):
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def words(seed, counters):
    """32 random bits for a seed and each counter, uint32, as `word` in random.js."""
    seed, counters = np.array([seed], "uint32"), np.asarray(counters, "uint32")
    return _mix(_mix(seed) ^ _mix(counters + np.uint32(0x9E3779B9)))


def normals(seed, count):
    """`count` standard normal numbers, float64, as `normals` in random.js."""
    even = 2 * np.arange(count)
    radius = np.sqrt(-2 * np.log((words(seed, even) + 1.0) / 2**32))
    return radius * np.cos(2 * np.pi * words(seed, even + 1) / 2**32)


def latent(size, seed, other=None, morph=0.0, temperature=1.0):
    """A generator's noise, (size,) float32, as `latent` in random.js."""
    other = seed if other is None else other
    way = (1 - morph) * normals(seed, size) + morph * normals(other, size)
    width = 1.0 if other == seed else np.hypot(1 - morph, morph)
    return (temperature * way / width).astype("float32")


def sound(name, labels, **asked):
    """What the page makes of a shipped generator for these labels: (samples,) float32.

    asked: seed, and other, morph, temperature as in `latent`.
    """
    generator = SoundGenerator.load(name)
    noise = latent(generator.latent_dim, **asked)[None]
    pictures = draw(generator.network, noise, np.array([labels], "int32"))
    return limit(inverse_all(pictures, generator.representation, ITERATIONS))[0]
