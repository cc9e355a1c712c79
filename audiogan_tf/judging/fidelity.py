"""How near a sound comes to the very sound that was wanted, in dB."""

from audiogan_tf.errors import InputError
from audiogan_tf.sound.spectral import stft

import numpy as np
import tensorflow as tf


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


def spectral_convergence(magnitude, waveforms, n_fft, hop_length):
    """How far the waveforms' STFT magnitudes are from the wanted ones, in dB; lower is better.

    magnitude: (batch, frames, bins) float32; waveforms: (batch, samples) float32.
    Returns 20 log10(|| |STFT| - magnitude || / || magnitude ||), one float over the batch.
    Sturmel and Daudet (2011). Used in lesson 02.
    """
    got = tf.abs(stft(tf.convert_to_tensor(waveforms, tf.float32), n_fft, hop_length))
    error = tf.norm(got - magnitude) / tf.norm(magnitude)
    return float(20 * tf.math.log(error) / tf.math.log(10.0))


def snr_over_mean(images, drawn, mean):
    """How much nearer the drawn pictures are than one mean picture drawn for all, in dB.

    images, drawn: (batch, frames, bins, 1) float; mean: (frames, bins, 1), of the training
    pictures. 10 log10 of the mean's squared error over that of `drawn`, both summed over the
    batch: 0 dB is no better than the mean. Used in lesson 09.
    """
    images = np.asarray(images, "float64")
    return float(10 * np.log10(np.sum((images - mean) ** 2) / np.sum((images - drawn) ** 2)))


def si_sdr(target, sound):
    """Scale-invariant signal-to-distortion ratio in dB: how much of a sound is its target.

    target, sound: (samples,) float, aligned. The target may be scaled to fit best; the rest is
    distortion. Returns a float. Raises InputError for shapes that differ or a silent target.
    Le Roux et al. (2019). Used in lesson 15.
    """
    target, sound = np.asarray(target, "float64"), np.asarray(sound, "float64")
    energy = np.sum(target**2)
    if target.shape != sound.shape or energy == 0:
        raise InputError(
            f"si_sdr needs two sounds of one length and a target that is not silent; got shapes "
            f"{target.shape} and {sound.shape}, the target's energy is {energy:.3g}"
        )
    fit = np.sum(target * sound) / energy * target
    return float(10 * np.log10((np.sum(fit**2) + 1e-20) / (np.sum((sound - fit) ** 2) + 1e-20)))


def log_kurtosis_ratio(before, after, n_fft=512):
    """How much more like single tones that come and go a noise has become: its metallic sound.

    before, after: (samples,) float, a noise and what an enhancer left of it. The kurtosis of the
    power of a bin over time, averaged over the bins by their power before and after; returns the
    log of its ratio: 0 as before, above 0 musical noise. Uemura et al. (2008). Used in lesson 15.
    """
    ratios = []
    for sound in (before, after):
        spectrum = stft(tf.cast(sound, tf.float32)[None], n_fft, n_fft // 4)[0]
        power = np.abs(spectrum.numpy().astype("complex128")) ** 2 + 1e-12  # silence counts as 1
        kurtosis = np.mean(power**4, axis=0) / np.mean(power**2, axis=0) ** 2
        ratios.append(np.average(kurtosis, weights=power.mean(axis=0)))
    return float(np.log(ratios[1] / ratios[0]))


def log_spectral_distance(target, sound, place=None, n_fft=256, lowest_db=-60.0):
    """How far apart the levels of two sounds are, in dB: over all bins of a frame, then frames.

    target, sound: (samples,) float, aligned; place: a slice of samples: only frames that lie
    wholly in it count, by default all. The root of the mean squared difference over the bins of a
    frame, and the mean over frames a quarter of n_fft apart. Levels more than -lowest_db below the
    target's loudest cell count as that low. Returns a float, 0 for the same sound; two pieces of
    one noise are some 7 dB apart. Raises InputError for shapes that differ, a silent target and a
    place too short for a frame. Gray and Markel (1976). Used in lesson 16.
    """
    target, sound = np.asarray(target, "float32"), np.asarray(sound, "float32")
    hop, place = n_fft // 4, place or slice(0, len(target))
    centres = np.arange(1 + len(target) // hop) * hop
    inside = (centres >= place.start + n_fft // 2) & (centres <= place.stop - n_fft // 2)
    if target.shape != sound.shape or not target.any() or not inside.any():
        raise InputError(
            f"log_spectral_distance needs two sounds of one length, the first not silent, and a "
            f"place of {n_fft + hop} samples; got {target.shape}, {sound.shape} and {place}"
        )
    power = np.abs(stft(tf.stack([target, sound]), n_fft, hop).numpy()) ** 2
    levels = 10 * np.log10(np.maximum(power, power[0].max() * 10 ** (lowest_db / 10)))
    distance = np.sqrt(np.mean((levels[0] - levels[1]) ** 2, axis=1))
    return float(distance[inside].mean())
