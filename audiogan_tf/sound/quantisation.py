"""Waveforms as whole numbers: uniform and mu-law codes, and what they cost in decibels.

A code of n bits is a number from 0 to 2 ** n - 1. The lowest level stands for -1, the highest
for +1, so the quietest levels are half a step above and below zero.
"""

from audiogan_tf.errors import InputError

import numpy as np
import tensorflow as tf


def quantisation_step(bits):
    """Distance between two neighbouring levels, full scale = 1. Built in lesson 01."""
    return 2 / _highest(bits)


def quantise(waveform, bits):
    """Round a waveform to the nearest of 2 ** bits evenly spaced levels.

    waveform: (..., samples) float; what lies outside [-1, 1] is clipped. bits: 1 to 16.
    Returns codes from 0 to 2 ** bits - 1, uint8 up to 8 bits, else uint16, of the same shape.
    Raises InputError for NaN or infinite samples. Bennett (1948). Built in lesson 01.
    """
    codes = to_codes(_clipped(waveform), bits).numpy()
    return codes.astype("uint8" if bits <= 8 else "uint16")


def dequantise(codes, bits):
    """Turn codes of `quantise` into a waveform again.

    codes: (..., samples) whole numbers from 0 to 2 ** bits - 1; bits: 1 to 16.
    Returns float32 in [-1, 1], at most half a quantisation_step(bits) from the waveform. Built in
    lesson 01.
    """
    return to_levels(_checked(codes, bits), bits).numpy()


def mu_law_encode(waveform, bits=8):
    """Quantise finely near zero and coarsely near full scale, as ears do.

    waveform: (..., samples) float; what lies outside [-1, 1] is clipped. mu is 2 ** bits - 1.
    Returns codes as `quantise` does; with 8 bits those that WaveNet predicts (lesson 11).
    ITU-T G.711 (1972), here as the smooth curve. Built in lesson 01.
    """
    return quantise(compress(_clipped(waveform), _highest(bits)), bits)


def mu_law_decode(codes, bits=8):
    """Turn codes of `mu_law_encode` into a waveform again.

    codes: (..., samples) whole numbers from 0 to 2 ** bits - 1. Returns float32 in [-1, 1]. The
    error is at most (|x| + 1 / mu) * ((mu + 1) ** (1 / mu) - 1) at a sample x, with
    mu = 2 ** bits - 1: about 2 % of the sample. Built in lesson 01.
    """
    levels = to_levels(_checked(codes, bits), bits, "float64")
    return expand(levels, _highest(bits)).numpy().astype("float32")


def to_codes(levels, bits):
    """The nearest code of each level, int32; levels: float array or tensor in [-1, 1]."""
    return tf.cast(tf.floor((levels + 1) * (_highest(bits) / 2) + 0.5), tf.int32)


def to_levels(codes, bits, dtype="float32"):
    """The level in [-1, 1] for which each code stands; codes: integer array or tensor."""
    return tf.cast(codes, dtype) * (2 / _highest(bits)) - 1


def _highest(bits):
    if bits not in range(1, 17):
        raise InputError(f"bits={bits!r}: give a whole number from 1 to 16")
    return 2 ** int(bits) - 1


def _clipped(waveform):
    waveform = np.asarray(waveform, "float64")
    if not np.isfinite(waveform).all():
        raise InputError("the waveform holds NaN or infinite samples; they have no code")
    return np.clip(waveform, -1, 1)


def _checked(codes, bits):
    """Codes as int32, if they are codes of so many bits."""
    highest, codes = _highest(bits), np.asarray(codes)
    if codes.size and not np.issubdtype(codes.dtype, np.integer):
        raise InputError(f"codes are {codes.dtype}; they must be whole numbers, as quantise gives")
    if codes.size and (codes.min() < 0 or codes.max() > highest):
        raise InputError(
            f"codes go from {codes.min()} to {codes.max()}; with {bits} bits they go from 0 to "
            f"{highest}: decode with the number of bits they were encoded with"
        )
    return codes.astype("int32")


def compress(waveforms, mu):
    """The mu-law: sign(x) log(1 + mu |x|) / log(1 + mu), float tensors in [-1, 1]; mu = 0: x.

    ITU-T G.711 (1972) uses mu = 255. Built in lesson 01, used in lesson 06.
    """
    if not mu:
        return waveforms
    return tf.sign(waveforms) * tf.math.log1p(mu * tf.abs(waveforms)) / np.log1p(mu)


def expand(companded, mu):
    """The inverse of `compress`: sign(c) ((1 + mu)^|c| - 1) / mu."""
    if not mu:
        return companded
    return tf.sign(companded) * tf.math.expm1(tf.abs(companded) * np.log1p(mu)) / mu
