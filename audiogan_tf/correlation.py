"""Correlation measures: does the sound follow what was asked, do two sets of sounds go together?

No generated clip has a real one that it should equal, so waveforms cannot be compared one by one;
averages over many clips can, and so can a factor that was asked for and the one that is measured.
"""

from audiogan_tf.errors import InputError

import numpy as np


def spectrum_correlation(pictures, reference):
    """Pearson correlation of two sets' mean spectra, -1 to 1; 1 is best.

    pictures, reference: (clips, frames, bins, 1) float, levels on a dB scale; their numbers of
    clips may differ. The mean is taken over clips and frames, the correlation over bins. It
    hears the balance of low and high, and nothing of when a sound happens: played backwards,
    a set scores the same. Pearson (1895). Built in lesson 12.
    """
    first, second = _means(pictures, reference)
    return _pearson(first.mean(axis=0), second.mean(axis=0))


def envelope_correlation(pictures, reference):
    """Pearson correlation of two sets' mean envelopes, band by band, -1 to 1; 1 is best.

    pictures, reference: as in spectrum_correlation. For each band the level's mean over the clips
    is followed along the frames; the bands' correlations are averaged. It hears how sounds rise
    and fall, and nothing of the balance between bands. Pearson (1895). Built in lesson 12.
    """
    first, second = _means(pictures, reference)
    bands = zip(first.T, second.T, strict=True)
    return float(np.mean([_pearson(a, b) for a, b in bands]))


def factor_correlation(asked, measured):
    """Does what is measured follow what was asked? Returns (Pearson, Spearman), each -1 to 1.

    asked, measured: (clips,) float, for instance pitch in semitones; clips where either is NaN
    are left out. Pearson's asks for a straight line, Spearman's, which correlates the ranks, for
    any rise. Compare clips of one class: a kick is lower than a hat, whatever pitch was asked.
    Pearson (1895); Spearman (1904). Built in lesson 12.
    """
    from scipy.stats import rankdata

    asked, measured = np.asarray(asked, "float64"), np.asarray(measured, "float64")
    if asked.shape != measured.shape or asked.ndim != 1:
        raise InputError(
            f"asked has shape {asked.shape}, measured {measured.shape}; give one number a clip"
        )
    known = np.isfinite(asked) & np.isfinite(measured)
    if known.sum() < 3:
        raise InputError(f"{known.sum()} clips with both numbers are too few; give 3 or more")
    asked, measured = asked[known], measured[known]
    return _pearson(asked, measured), _pearson(rankdata(asked), rankdata(measured))


def _means(pictures, reference):
    """Mean pictures of two sets, (frames, bins) float64 each."""
    pictures, reference = np.asarray(pictures), np.asarray(reference)
    if pictures.ndim != 4 or pictures.shape[1:] != reference.shape[1:] or not len(pictures):
        raise InputError(
            f"pictures have shape {pictures.shape}, the reference {reference.shape}; give "
            "(clips, frames, bins, 1) of one representation"
        )
    return tuple(p[..., 0].mean(axis=0, dtype="float64") for p in (pictures, reference))


def _pearson(x, y):
    """Correlation of two rows of numbers; 0 where one of them never changes."""
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt(np.sum(x**2) * np.sum(y**2))
    return float(np.sum(x * y) / size) if size > 1e-12 else 0.0
