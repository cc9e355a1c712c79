"""A sound file of any length through a stream: read, changed and written in blocks."""

import io
import math
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from audiogan_tf.errors import UnreadableSound
from audiogan_tf.sound.audio_files import BLOCK, check_finite, check_whole, open_sound
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.storage.names import printable

import numpy as np
import soundfile
import soxr

CEILING = 0.99  # the peak of what had to be turned down
BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
UNBOUNDED = ("FLOAT", "DOUBLE")  # samples above 1 are kept as they are
# The other ways to store samples fill up a last block, so that a file would get longer.
EXACT = (*BITS, *UNBOUNDED, "ULAW", "ALAW", "VORBIS", "OPUS", "MPEG_LAYER_III")
EXACT += ("ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32")
LARGEST_WAV = 0xFFFFFFFF - 4096  # bytes of samples; its header counts them in 32 bits


class Processed(NamedTuple):
    """What was written: the file, its length in seconds, and sentences on what differs."""

    path: Path
    seconds: float
    notes: tuple


class _Form(NamedTuple):
    rate: int
    channels: int
    format: str
    subtype: str
    endian: str


def process_file(path, out, make_stream, sample_rate, instead=None, progress=None):
    """Send one sound file through a stream and write a file like it; memory stays constant.

    path: a sound of any length, rate and number of channels; out: the file to write. instead: the
    WAV file that is written where libsndfile cannot write the format of `path`, by default `out`
    with that suffix. make_stream: a function that gives an object with push((n,) float32) ->
    (m,) float32 and finish() -> (k,) float32, which in all give as many samples as they got, in
    time with them; each channel gets one. sample_rate: rate in Hz at which it works. progress:
    called with (frames read, frames promised) now and then.
    What comes out has the length, rate and channels of `path`; where it would clip, all of it is
    turned down alike. It appears whole or not at all. Returns a Processed. Raises UnreadableSound
    for what is no whole sound or comes out as none, InputError for what cannot be written. Used in
    lesson 15.
    """
    source = _Source(path, sample_rate, progress)
    form, out, notes = _target(source, Path(out), instead)
    with atomic_path(out) as temporary, tempfile.TemporaryFile(dir=out.parent) as kept:
        peak = 0.0
        for block in _changed(source, make_stream, sample_rate):
            kept.write(block.tobytes())
            peak = np.maximum(peak, np.abs(block).max(initial=0.0))  # NaN stays NaN
        if not np.isfinite(peak):
            raise UnreadableSound(
                f"{source.shown}: what came out holds NaN or infinite samples, so nothing was "
                "written; turn the sound down first, or leave it out"
            )
        gain = CEILING / peak if peak > 1 and form.subtype not in UNBOUNDED else 1.0
        if gain < 1:
            decibels = -20 * math.log10(gain)
            notes.append(f"{source.shown}: turned down by {decibels:.1f} dB, else it would clip")
        _write(temporary, form, kept, source.frames, gain)
    return Processed(out, source.frames / form.rate, tuple(notes))


class _Source:
    """A sound file read in blocks, checked on the way; `frames` counts them."""

    def __init__(self, path, sample_rate, progress):
        self.path, self.shown, self.progress = Path(path), printable(path), progress
        with open_sound(path) as file:
            about = (file.samplerate, file.channels, file.format, file.subtype, file.endian)
            self.form, self.promised, estimate = _Form(*about), file.promised, file.frames
        self.expected = self.promised or estimate
        # as long at the stream's rate, and as large with many channels, as a block of mono
        shorter = max(1, sample_rate / self.form.rate) * self.form.channels
        self.size, self.frames = max(1, int(BLOCK / shorter)), 0

    def blocks(self):
        """Arrays of (frames, channels) float32."""
        self.frames = 0
        with open_sound(self.path) as file:
            for block in file.blocks(self.size):
                check_finite(self.path, block)
                self.frames += len(block)
                if self.progress:
                    self.progress(self.frames, max(self.expected, self.frames))
                yield block
        check_whole(self.path, self.promised, self.frames)


def _changed(source, make_stream, sample_rate):
    """Blocks of what comes out, (frames, channels) float32, in all at least `source.frames`."""
    rate, channels = source.form.rate, source.form.channels
    streams = [make_stream() for _ in range(channels)]
    there = _resampler(rate, sample_rate, channels)
    back = _resampler(sample_rate, rate, channels)
    for block in source.blocks():
        yield back(_pushed(streams, there(block)))
    # Some silence behind the end, so that rounding on the way takes no sample from it.
    silence = np.zeros((2 * math.ceil(max(1, rate / sample_rate)), channels), "float32")
    last = _pushed(streams, there(silence, last=True))
    rest = np.stack([stream.finish() for stream in streams], axis=1)
    yield back(np.concatenate([last, rest]), last=True)


def _resampler(from_rate, to_rate, channels):
    """A function of (block, last) that carries over from one block to the next."""
    if from_rate == to_rate:
        return lambda block, last=False: block
    stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32")
    return lambda block, last=False: stream.resample_chunk(block, last=last)


def _pushed(streams, block):
    """What the streams give now for a block (frames, channels)."""
    if not len(block):
        return block
    columns = np.ascontiguousarray(block.T)
    parts = [stream.push(one) for stream, one in zip(streams, columns, strict=True)]
    return np.stack(parts, axis=1).astype("float32", copy=False)


def _target(source, out, instead):
    """The form and the path of what is written, and a list of what is to be said of it."""
    form = source.form
    if form.subtype in EXACT and _is_writable(form):
        return form, out, []
    wav = out if out.suffix.lower() == ".wav" else Path(instead or out.with_suffix(".wav"))
    subtype = form.subtype if form.subtype in ("PCM_24", "PCM_32", *UNBOUNDED) else "PCM_16"
    note = f"{source.shown}: written as a WAV file ({subtype}), {printable(wav.name)}, because "
    note += f"{form.format} ({form.subtype}) cannot be written with this length, rate and channels"
    return form._replace(format="WAV", subtype=subtype, endian="FILE"), wav, [note]


def _is_writable(form):
    try:
        with _open(io.BytesIO(), form):
            return True
    except (soundfile.LibsndfileError, ValueError):
        return False


def _open(file, form):
    about = form.subtype, form.endian, form.format
    return soundfile.SoundFile(file, "w", form.rate, form.channels, *about)


def _write(path, form, kept, frames, gain):
    """The second pass: `frames` of the kept samples, times `gain`, in their final form."""
    if form.format in ("WAV", "WAVEX") and frames * form.channels * 4 > LARGEST_WAV:
        form = form._replace(format="RF64", endian="FILE")  # the same, with room for the count
    kept.seek(0)
    size = max(1, BLOCK // form.channels)
    try:
        with _open(os.fsencode(path) if os.name != "nt" else str(path), form) as file:
            for start in range(0, frames, size):
                count = min(size, frames - start) * form.channels
                block = np.frombuffer(kept.read(4 * count), "float32")
                block = np.pad(block, [0, count - len(block)]).reshape(-1, form.channels)
                file.write(_quantised(block * np.float32(gain), form.subtype))
    except soundfile.LibsndfileError as error:  # a full disk is a "System error" to it
        raise OSError(str(error).rsplit(": ", 1)[-1].rstrip(".")) from error


def _quantised(block, subtype):
    """Samples rounded to the steps of a file of integers; libsndfile itself would cut them off."""
    if subtype not in BITS:
        return block if subtype in UNBOUNDED else np.clip(block, -1, 1)
    steps = 2.0 ** (BITS[subtype] - 1)
    whole = np.clip(np.rint(block.astype("float64") * steps), -steps, steps - 1)
    return whole.astype(np.int64).astype(np.int32) << (32 - BITS[subtype])
