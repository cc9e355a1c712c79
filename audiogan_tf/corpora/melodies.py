"""The corpus `melodies`: tunes made by a small grammar whose rules are known, or your own."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

from audiogan_tf.corpora.found import FolderWarning
from audiogan_tf.errors import InputError
from audiogan_tf.storage.names import printable
from audiogan_tf.synth import melodies, midi

import numpy as np

COUNTS = {"train": 4000, "test": 400}
LENGTH = 60  # tokens; no tune is longer
# Of the tokens: integers, drawn by comparisons and products of single random numbers, nothing
# that a processor could round in another way, so that the content itself is known everywhere.
DIGEST = "33420a7c72d86ba95435f8a846cc259462a9489ee27a86ad30b3ff88da92228a"
RHYTHMS = (  # eighths of a bar
    *((2, 2, 2, 2), (2, 1, 1, 2, 2), (1, 1, 2, 2, 2), (2, 2, 1, 1, 2), (3, 1, 2, 2)),
    *((2, 2, 3, 1), (3, 1, 3, 1), (1, 1, 2, 1, 1, 2), (2, 2, 4), (4, 2, 2), (1, 1, 1, 1, 4)),
    *((2, 1, 1, 1, 1, 2), (3, 3, 2), (2, 2, 2, 1, 1)),
)
ENDINGS = ((2, 2, 4), (2, 6), (4, 4), (3, 1, 4), (1, 1, 2, 4), (8,))
CHORDS = ((0,), (3, 4, 5), (0,), (4,), (3, 5, 1), (4, 1), (0,), (0,))  # of each bar, a choice
FORM = "abacdeaf"  # the first bar comes back as third and seventh
STEPS = (-2, -1, -1, -1, -1, 1, 1, 1, 1, 2)  # on the scale, from a strong note or a weak one
REST, CHROMATIC = 0.05, 0.05  # how often a weak note rests; a bar has a note out of key


@dataclass(frozen=True)
class Melodies:
    """Tunes as tokens: train and test, (tunes, tokens) int32, filled up with PAD."""

    train: np.ndarray
    test: np.ndarray
    digest: str


def load_melodies(folder=None):
    """4,000 + 400 tunes of eight bars in all 24 keys, from C4 to C6. Deterministic.

    folder: None for these, or a folder of MIDI files of your own, and then these tunes: of
    each file the melody (synth.midi.read_tune), cut into pieces of eight bars. A tenth of the
    files is held out, at least one; of a single file the same tunes are on both sides. Files that
    cannot be read are named in a FolderWarning; InputError where none can be.

    A tune's rules: the form is a b a c d e a f, so one bar is heard three times; every bar has a
    chord and eight eighths; strong notes are chord tones, the others go by steps of the scale;
    the fourth bar rests on the dominant, the last ends on the tonic. One new bar in twenty has a
    note outside the key. Built in lesson 10.
    """
    if folder is not None:
        return _load_files(folder)
    digest, sides = hashlib.sha256(), []
    for part, count in COUNTS.items():
        rng = np.random.default_rng([10, part == "test"])
        tokens = np.full((count, LENGTH), melodies.PAD, "int32")
        for row in tokens:
            tune = melodies.encode(write_tune(rng))
            row[: len(tune)] = tune
        digest.update(tokens.tobytes())
        sides.append(tokens)
    return Melodies(*sides, digest.hexdigest())


def _load_files(folder):
    """The melodies of all MIDI files below a folder, see load_melodies."""
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in (".mid", ".midi"))
    files, left_out = [], []
    for path in paths:
        try:
            files.append([melodies.encode(tune) for tune in _cut(midi.read_tune(path))])
        except InputError as error:
            left_out.append(str(error))
    if not files:
        reason = left_out[0] if left_out else "put files that end in .mid into it"
        raise InputError(f"{printable(folder)}: no MIDI file that can be read ({reason})")
    if left_out:
        told = f"{len(left_out)} of {len(paths)} MIDI files left out: {left_out[0]}"
        warnings.warn(told, FolderWarning, stacklevel=2)
    held = {*range(0, len(files), 10)} if len(files) > 1 else set()
    length = max(len(tune) for tunes in files for tune in tunes)
    sides = [_filled_up(files, {*range(len(files))} - held, length)]
    sides.append(_filled_up(files, held, length) if held else sides[0])
    return Melodies(*sides, hashlib.sha256(b"".join(side.tobytes() for side in sides)).hexdigest())


def _cut(tune):
    """A tune in pieces of eight bars; bars without a note at the end of a piece are left out."""
    for first in range(0, len(tune.bars), len(FORM)):
        bars = tune.bars[first : first + len(FORM)]
        while bars and all(pitch is None for pitch, _ in bars[-1]):
            bars = bars[:-1]
        if bars:
            yield melodies.Tune(tune.key, bars)


def _filled_up(files, chosen, length):
    """The tunes of chosen files as one array, (tunes, length) int32."""
    tunes = [tune for place in sorted(chosen) for tune in files[place]]
    rows = [np.pad(tune, (0, length - len(tune)), constant_values=melodies.PAD) for tune in tunes]
    return np.array(rows, "int32").reshape(-1, length)


def write_tune(rng):
    """One Tune by the grammar; rng: numpy Generator."""
    key = _one(rng, melodies.KEYS)
    allowed = melodies.scale(key)
    ladder = [pitch for pitch in melodies.PITCHES if pitch % 12 in allowed]
    tonic = melodies.NAMES.index(key.split()[0])
    degrees = _degrees(ladder, tonic)
    motifs = _one(rng, RHYTHMS), _one(rng, RHYTHMS)
    middle = [i for i, d in enumerate(degrees) if d in (0, 2, 4) and 64 <= ladder[i] <= 76]
    place, parts = _one(rng, middle), {}
    for number, name in enumerate(FORM):
        if name in parts:
            place = parts[name][1]
            continue
        rhythm = _one(rng, ENDINGS) if name in "cf" else motifs[number % 2]
        places = _walk(rng, place, rhythm, _one(rng, CHORDS[number]), degrees)
        if name == "f":
            places[-1] = _nearest(rng, places[-1], [i for i, d in enumerate(degrees) if d == 0])
        place = places[-1]
        pitches = _decorate(rng, [ladder[i] for i in places], rhythm, allowed)
        parts[name] = tuple(zip(pitches, rhythm, strict=True)), place
    return melodies.Tune(key, tuple(parts[name][0] for name in FORM))


def _degrees(ladder, tonic):
    """The scale degree, 0 to 6, of each pitch of a ladder of one key."""
    classes = sorted({(pitch - tonic) % 12 for pitch in ladder})
    return [classes.index((pitch - tonic) % 12) for pitch in ladder]


def _walk(rng, place, rhythm, chord, degrees):
    """Places on the ladder, one for each note: chord tones on strong beats, steps between."""
    tones = [i for i, d in enumerate(degrees) if (d - chord) % 7 in (0, 2, 4)]
    places, time = [], 0
    for eighths in rhythm:
        if time % 4 == 0:
            place = _nearest(rng, place, tones)
        else:
            place += _one(rng, STEPS)
            place = len(degrees) - 1 - abs(len(degrees) - 1 - abs(place))  # reflect at the ends
        places.append(place)
        time += eighths
    return places


def _nearest(rng, place, choices):
    """One of the two choices nearest to a place, the nearer one more often."""
    nearest = sorted(choices, key=lambda i: (abs(i - place), i))[:2]
    return nearest[int(rng.random() < 0.35)]


def _decorate(rng, pitches, rhythm, allowed):
    """Let some weak notes rest, and now and then raise one out of the key by a semitone."""
    starts = [sum(rhythm[:i]) for i in range(len(rhythm))]
    weak = [i for i, start in enumerate(starts) if start % 4 and rhythm[i] <= 2]
    outside = [i for i in weak if (pitches[i] + 1) % 12 not in allowed and pitches[i] < 84]
    if outside and rng.random() < CHROMATIC:
        pitches[_one(rng, outside)] += 1
    return [None if i in weak and rng.random() < REST else p for i, p in enumerate(pitches)]


def _one(rng, choices):
    return choices[int(rng.random() * len(choices))]
