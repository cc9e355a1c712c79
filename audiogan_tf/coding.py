"""Waveforms as whole numbers: uniform and mu-law codes, and what they cost in decibels.

A code of n bits is a number from 0 to 2 ** n - 1. The lowest level stands for -1, the highest
for +1, so the quietest levels are half a step above and below zero.
"""

from audiogan_tf.errors import InputError

import numpy as np


def step(bits):
    """Distance between two neighbouring levels, full scale = 1. Built in lesson 01."""
    return 2 / _highest(bits)


def quantise(waveform, bits):
    """Round a waveform to the nearest of 2 ** bits evenly spaced levels.

    waveform: (..., samples) float; what lies outside [-1, 1] is clipped. bits: 1 to 16.
    Returns codes from 0 to 2 ** bits - 1, uint8 up to 8 bits, else uint16, of the same shape.
    Raises InputError for NaN or infinite samples. Bennett (1948). Built in lesson 01.
    """
    codes = np.floor((_clipped(waveform) + 1) / 2 * _highest(bits) + 0.5)
    return codes.astype("uint8" if bits <= 8 else "uint16")


def dequantise(codes, bits):
    """Turn codes of `quantise` into a waveform again.

    codes: (..., samples) whole numbers from 0 to 2 ** bits - 1; bits: 1 to 16.
    Returns float32 in [-1, 1], at most step(bits) / 2 from the waveform. Built in lesson 01.
    """
    return _levels(codes, bits).astype("float32")


def mu_law_encode(waveform, bits=8):
    """Quantise finely near zero and coarsely near full scale, as ears do.

    waveform: (..., samples) float; what lies outside [-1, 1] is clipped. mu is 2 ** bits - 1.
    Returns codes as `quantise` does; with 8 bits those that WaveNet predicts (lesson 11).
    ITU-T G.711 (1972), here as the smooth curve. Built in lesson 01.
    """
    mu = _highest(bits)
    waveform = _clipped(waveform)
    return quantise(np.sign(waveform) * np.log1p(mu * np.abs(waveform)) / np.log1p(mu), bits)


def mu_law_decode(codes, bits=8):
    """Turn codes of `mu_law_encode` into a waveform again.

    codes: (..., samples) whole numbers from 0 to 2 ** bits - 1. Returns float32 in [-1, 1]. The
    error is at most (|x| + 1 / mu) * ((mu + 1) ** (1 / mu) - 1) at a sample x, with
    mu = 2 ** bits - 1: about 2 % of the sample. Built in lesson 01.
    """
    mu = _highest(bits)
    compressed = _levels(codes, bits)
    loudness = np.expm1(np.abs(compressed) * np.log1p(mu)) / mu
    return (np.sign(compressed) * loudness).astype("float32")


def signal_to_noise_ratio(clean, coded):
    """Power of the sound over the power of the error, in dB.

    clean, coded: (..., samples) float. Returns a float, or an array for a batch; infinite for
    no error at all; 0 is what silence in place of the sound would score.
    Raises InputError for shapes that differ or a silent clip. Built in lesson 01.
    """
    clean, coded = np.asarray(clean, "float64"), np.asarray(coded, "float64")
    if clean.shape != coded.shape:
        raise InputError(f"the sounds have shapes {clean.shape} and {coded.shape}; give equal ones")
    signal = np.mean(clean**2, axis=-1)
    if not np.all(signal > 0):
        raise InputError("the clean sound is silent; its ratio to any noise is undefined")
    with np.errstate(divide="ignore"):
        ratio = 10 * np.log10(signal / np.mean((clean - coded) ** 2, axis=-1))
    return float(ratio) if ratio.ndim == 0 else ratio


def _highest(bits):
    if bits not in range(1, 17):
        raise InputError(f"bits={bits!r}: give a whole number from 1 to 16")
    return 2 ** int(bits) - 1


def _clipped(waveform):
    waveform = np.asarray(waveform, "float64")
    if not np.isfinite(waveform).all():
        raise InputError("the waveform holds NaN or infinite samples; they have no code")
    return np.clip(waveform, -1, 1)


def _levels(codes, bits):
    """The number in [-1, 1] that each code stands for, float64."""
    highest, codes = _highest(bits), np.asarray(codes)
    if codes.size and not np.issubdtype(codes.dtype, np.integer):
        raise InputError(f"codes are {codes.dtype}; they must be whole numbers, as quantise gives")
    if codes.size and (codes.min() < 0 or codes.max() > highest):
        raise InputError(
            f"codes go from {codes.min()} to {codes.max()}; with {bits} bits they go from 0 to "
            f"{highest}: decode with the number of bits they were encoded with"
        )
    return codes.astype("float64") * (2 / highest) - 1
