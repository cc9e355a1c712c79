"""Sounds in a page: players that never change relative loudness."""

import base64
import html
import io

from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio import to_pcm16

import numpy as np
import soundfile

PEAK = 0.99  # the loudest of the sounds played together is lowered to this if it is above


def flac_bytes(waveform, sample_rate):
    """A mono 16-bit FLAC file as bytes; raises InputError outside [-1, 1], as `to_pcm16` does."""
    buffer = io.BytesIO()
    soundfile.write(buffer, to_pcm16(waveform), int(sample_rate), format="FLAC")
    return buffer.getvalue()


def player_html(caption, waveform, sample_rate, autoplay=False):
    """One player as HTML that needs no other file; caption is plain text.

    Its length stands behind the caption: a browser shows 0:00 for clips under a second.
    """
    text = html.escape(caption)
    seconds = f"{len(waveform) / sample_rate:.2f} s"
    start = " autoplay" if autoplay else ""
    sound = base64.b64encode(flac_bytes(waveform, sample_rate)).decode()
    return (
        '<figure style="margin:0.4em 0;display:inline-block;width:17em;max-width:100%;'
        'vertical-align:top">'
        f'<audio controls{start} aria-label="{text}" style="width:100%" '
        f'src="data:audio/flac;base64,{sound}"></audio>'
        f"<figcaption>{text} <small>({seconds})</small></figcaption></figure>"
    )


def scale_together(waves):
    """Lower all waveforms by one factor so that none peaks above 0.99; quiet ones stay quiet."""
    waves = [np.asarray(w, "float32") for w in waves]
    peak = max((float(np.abs(w).max(initial=0)) for w in waves), default=0.0)
    return waves if not PEAK < peak < np.inf else [w * (PEAK / peak) for w in waves]


def turned_up(caption, waveform, decibels):
    """The second player of a sound too quiet to be heard: its caption, and the sound turned up.

    caption: that of the first player, so that both are known to hold the same sound; waveform:
    (samples,) float; decibels: how much louder, named in the caption. Returns a pair for
    `players`, to stand behind the quiet one. Raises InputError if the sound would peak above
    0.99, since lowering it again would lower the others with it. Used in lessons 05 and 06.
    """
    louder = np.asarray(waveform, "float32") * np.float32(10 ** (decibels / 20))
    peak = float(np.abs(louder).max(initial=0))
    if not peak <= PEAK:
        raise InputError(
            f"{caption}: turned up by {decibels:g} dB it peaks at {peak:.2f}, above {PEAK}; turn "
            "it up by less"
        )
    return f"{caption}, turned up by {decibels:g} dB", louder


class Players:
    """Sounds to compare, scaled together; a notebook shows one player for each."""

    def __init__(self, sounds, sample_rate):
        self.captions = [str(caption) for caption, _ in sounds]
        self.waveforms = scale_together([waveform for _, waveform in sounds])
        self.sample_rate = sample_rate

    def _repr_html_(self):
        pairs = zip(self.captions, self.waveforms, strict=True)
        inner = "\n".join(player_html(*pair, self.sample_rate) for pair in pairs)
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 1.2em">\n{inner}\n</div>'

    def __repr__(self):
        pairs = zip(self.captions, self.waveforms, strict=True)
        return "\n".join(f"[player, {len(w) / self.sample_rate:.2f} s] {c}" for c, w in pairs)


def players(sounds, sample_rate):
    """Players for sounds that are to be compared.

    sounds: list of (caption, (samples,) float); sample_rate in Hz. The captions say what to
    listen for. All sounds are lowered by one factor if any peaks above 0.99, so relative
    loudness is kept and nothing wraps. Raises InputError for NaN or infinite samples.
    """
    if not sounds:
        raise InputError("players needs at least one (caption, waveform) pair")
    made = Players(sounds, sample_rate)
    for waveform in made.waveforms:
        to_pcm16(waveform)  # raise here, where the caller sees it; Jupyter hides errors of a repr
    return made


def player(waveform, sample_rate, caption):
    """One player; see `players`."""
    return players([(caption, waveform)], sample_rate)
