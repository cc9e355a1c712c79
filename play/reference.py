"""What the instrument's page computes, in Python: the same seed, the same sound.

The tests and the benchmark compare the two.
"""

import functools
import json
from pathlib import Path

from audiogan_tf.models import SoundGenerator
from audiogan_tf.models.layers import draw
from audiogan_tf.sound.audio import limit
from audiogan_tf.sound.phase import fast_griffin_lim

import numpy as np

ITERATIONS = json.loads(Path(__file__).with_name("settings.json").read_text("utf-8"))["iterations"]


_generator = functools.cache(SoundGenerator.load)


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
    generator = _generator(name)
    noise = latent(generator.latent_dim, **asked)[None]
    pictures = draw(generator.network, noise, np.array([labels], "int32"))
    return limit(way_back(pictures, generator.representation))[0]


def way_back(pictures, representation):
    """Pictures to sounds as the page makes them, (clips, samples) float32; may peak above 1.

    Fast Griffin-Lim from a starting phase that is the same for all pictures, a hash of each cell's
    number. Representation.inverse starts from a phase that follows from the picture; there a
    picture that differs by a millionth, and is noise, may give a quite different sound.
    """
    magnitude = representation.to_magnitude(pictures)
    cells = np.arange(np.prod(magnitude.shape[1:])).reshape(magnitude.shape[1:])
    phase = np.broadcast_to(2 * np.pi * words(0, cells) / 2**32, magnitude.shape)
    sizes = representation.n_fft, representation.hop_length
    phase = phase.astype("float32")
    return fast_griffin_lim(magnitude, *sizes, ITERATIONS, phase=phase).numpy()
