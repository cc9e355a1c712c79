"""Any SoundFont as a corpus: real instruments, played note by note; instrument and pitch known."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.files import sha256
from audiogan_tf.storage.names import place_of, printable
from audiogan_tf.storage.places import data_roots
from audiogan_tf.synth.notes import note_name

import numpy as np

ENDINGS = (".sf2", ".sf3")
PITCHES = tuple(range(60, 85))  # MIDI numbers, C4 to C6
PLAYED_RATE = 44100  # Hz, at which fonts are recorded; the clips are resampled from it
DRUM_BANK = 128
MOST_INSTRUMENTS = 16  # of a font, unless they are named
VELOCITIES, DURATIONS = (0.5, 1.0), (0.35, 0.85)  # of a key's blow; of a clip, how long it is held
FONT = "FluidR3_GM.sf2"
SYSTEM_FOLDERS = ("/usr/share/sounds/sf2", "/usr/share/soundfonts")
INSTRUMENTS = ("Nylon String Guitar", "Violin", "Trumpet", "Flute", "Clarinet", "Marimba")


class Preset(NamedTuple):
    """One instrument of a font: the font, opened, and the instrument's number in it."""

    font: object
    index: int

    def play(self, pitch, velocity, held, samples, sample_rate):
        """One note, (samples,) float32 with peak 0.95 in steps of 1/32768, or silence.

        pitch: MIDI number; velocity: 0 to 1; held: seconds until the key is let go.
        """
        self.font.reset()
        self.font.note_on(self.index, int(pitch), float(velocity))
        parts = [self._render(round(held * PLAYED_RATE))]
        self.font.note_off(self.index, int(pitch))
        rest = -(-samples * PLAYED_RATE // sample_rate) - len(parts[0])
        parts.append(self._render(max(0, rest)))
        wave = audio.resample(np.concatenate(parts), PLAYED_RATE, sample_rate)
        wave = audio.peak_normalise(audio.fix_length(wave, samples))
        return (np.rint(wave * audio.PCM_STEPS) / audio.PCM_STEPS).astype("float32")

    def _render(self, samples):
        buffer = np.zeros(samples, "float32")
        if samples:
            self.font.render(memoryview(buffer.view("uint8")))
        return buffer


def _find_presets(path):
    """The melodic instruments of a SoundFont or of a folder of them: name -> Preset.

    Of two with the same name the first is taken. Raises InputError for a file that is no
    SoundFont, for a folder that holds none, and where the package that plays them is missing.
    """
    try:
        from tinysoundfont import _tinysoundfont as player
    except ImportError:
        raise InputError(
            f"{printable(path)}: playing a SoundFont needs the package tinysoundfont; install it: "
            "pip install --no-deps tinysoundfont"
        ) from None
    found = {}
    for file in _font_files(path):
        try:
            font = player.SoundFont(str(file))
        except RuntimeError as error:
            raise InputError(
                f"{printable(file)}: not a SoundFont, or damaged ({error}); give a .sf2 file"
            ) from None
        font.set_output(player.OutputMode.Mono, PLAYED_RATE, 0.0)
        drums = {font.get_preset_index(DRUM_BANK, number) for number in range(128)}
        for index in sorted({*range(font.get_preset_count())} - drums):
            found.setdefault(font.get_preset_name(index), Preset(font, index))
    return found


def _font_files(path):
    """The SoundFonts at a path, a list: the file itself, or all in a folder, by name."""
    path = Path(path)
    files = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS)
    files = files if path.is_dir() else [path]
    if not files:
        raise InputError(f"{printable(path)}: no SoundFont here; put a .sf2 file into it")
    return files


def load_soundfont(
    path, instruments=None, pitches=PITCHES, per_cell=8, sample_rate=16000, seconds=1.0
):
    """The instruments of a SoundFont, or of a folder of them, as a corpus of single notes.

    instruments: their names (None: the first 16 that sound at all pitches); pitches: MIDI
    numbers; per_cell: clips of each instrument and pitch to learn from, a quarter as many are
    held out; seconds: of a clip. Conditions: instrument and pitch. Factors: velocity (0 to 1) and
    held (s), drawn at random. Returns a Corpus, `own`. Raises InputError for an unknown instrument
    (the known ones are listed) and for one without sound at one of the pitches. Used in lesson 17.
    """
    pitches = tuple(int(pitch) for pitch in pitches)
    representation = _pictures(sample_rate, seconds)
    chosen = _chosen(_find_presets(path), instruments, pitches, path)
    counts = per_cell, max(1, per_cell // 4)
    sides = [
        _play_all(chosen.values(), pitches, count, side, representation)
        for side, count in enumerate(counts)
    ]
    recipe = [[sha256(file) for file in _font_files(path)], list(chosen), pitches, counts]
    digest = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()
    conditions = {"instrument": tuple(chosen), "pitch": tuple(map(note_name, pitches))}
    return Corpus(str(path), sample_rate, conditions, representation, *sides, digest, own=True)


def load_instruments():
    """Six real instruments from C4 to C6: 1,200 + 300 notes of 1.01 s at 16 kHz, by a SoundFont.

    Guitar, violin, trumpet, flute, clarinet and marimba of FluidR3 (Frank Wen, 2000 to 2008, MIT
    licence), which is Debian's package fluid-soundfont-gm. Looked up in the folder soundfonts of
    $AUDIOGAN_DATA and where systems keep it. Conditions: instrument and pitch; factors as in
    load_soundfont. Raises InputError where it is not found. Used in lesson 17.
    """
    folders = [root / "soundfonts" for root in data_roots()] + list(map(Path, SYSTEM_FOLDERS))
    path = next((place / FONT for place in folders if (place / FONT).exists()), None)
    if path is None:
        raise InputError(
            f"instruments: {FONT} is not here; install the system's package fluid-soundfont-gm, or "
            "put the file into the folder soundfonts of $AUDIOGAN_DATA"
        )
    return replace(load_soundfont(path, INSTRUMENTS), name="instruments", own=False)


def _pictures(sample_rate, seconds):
    """Pictures that tell neighbouring semitones apart, as those of `notes`."""
    hop_length = 256 * round(sample_rate / 16000) or 128
    frames = 16 * max(2, -(-round(seconds * sample_rate / hop_length) // 16))
    levels = {"floor_db": -24, "ceiling_db": 53}
    return Representation(sample_rate, 4 * hop_length, hop_length, frames, n_mels=112, **levels)


def _chosen(found, instruments, pitches, path):
    """The instruments to be played, name -> Preset."""
    chosen = {}
    for name in found if instruments is None else instruments:
        place = place_of(name, found)
        if place is None:
            known = ", ".join(list(found)[:MOST_INSTRUMENTS])
            raise InputError(f"{printable(path)}: has no instrument {name!r}; it has {known}")
        preset = list(found.values())[place]
        silent = [p for p in pitches if not preset.play(p, 0.8, 0.1, 1600, 16000).any()]
        if silent and instruments is not None:
            raise InputError(
                f"{printable(path)}: {name} is silent at {note_name(silent[0])}; leave it out or "
                "choose other pitches"
            )
        if instruments is not None or (not silent and len(chosen) < MOST_INSTRUMENTS):
            chosen[name] = preset
    if not chosen:
        raise InputError(f"{printable(path)}: no instrument sounds at all of these pitches")
    return chosen


def _play_all(presets, pitches, count, side, representation):
    """All clips of one side of the split, `count` of each instrument and pitch."""
    cells = np.array(list(np.ndindex(len(presets), len(pitches), count)))[:, :2]
    rng = np.random.default_rng([17, side])
    size, rate = representation.samples, representation.sample_rate
    velocity = rng.uniform(*VELOCITIES, len(cells))
    held = rng.uniform(*DURATIONS, len(cells)) * representation.seconds
    presets = list(presets)
    notes = zip(cells, velocity, held, strict=True)
    sounds = [presets[i].play(pitches[k], v, h, size, rate) for (i, k), v, h in notes]
    factors = {"midi": np.array(pitches, float)[cells[:, 1]], "velocity": velocity, "held": held}
    return Clips(np.stack(sounds), cells.astype("int32"), factors)
