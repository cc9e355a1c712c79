"""MIDI files: a tune out, notes and tunes in. Reading and writing is mido's work."""

import itertools
from typing import NamedTuple

from audiogan_tf.errors import InputError
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.storage.names import printable
from audiogan_tf.synth.melodies import (
    BAR_EIGHTHS,
    DURATIONS,
    KEYS,
    PITCHES,
    SCALES,
    Tune,
    scale,
)
from audiogan_tf.synth.notes import NAMES

import numpy as np

TICKS = 480  # of a quarter, in files that are written
DRUM_CHANNEL = 9
TEMPO = 120.0  # quarters a minute, where a file names none
FLATS = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#", "Cb": "B"}
WRITTEN = {"D# major": "Eb", "G# major": "Ab", "A# major": "Bb"}  # sharps would need eight or more


class Note(NamedTuple):
    """One note of a file; start and length in quarters, velocity 0 to 1, program from 0."""

    start: float
    length: float
    pitch: int
    velocity: float
    channel: int
    program: int


class Score(NamedTuple):
    """What a MIDI file says: its notes by start, tempo (quarters a minute), key, length (quarters).

    key: one of synth.melodies.KEYS, or None where the file names none.
    """

    notes: tuple
    tempo: float
    key: str
    length: float


def write(path, tune, tempo=140, program=0, velocity=0.7):
    """Write a tune as a MIDI file with one track.

    tune: a synth.melodies.Tune; tempo: quarters a minute; program: General MIDI's number of the
    instrument, from 0; velocity: 0 to 1. Used in lesson 17.
    """
    mido = _mido(path)
    file = mido.MidiFile(ticks_per_beat=TICKS)
    track, pause = mido.MidiTrack(), 0
    tonic, mode = tune.key.split()
    signature = WRITTEN.get(tune.key, tonic) + ("m" if mode == "minor" else "")
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
    track.append(mido.MetaMessage("key_signature", key=signature))
    track.append(mido.Message("program_change", program=program))
    for pitch, eighths in (note for bar in tune.bars for note in bar):
        ticks = eighths * TICKS // 2
        if pitch is None:
            pause += ticks
            continue
        loud = round(127 * velocity)
        track.append(mido.Message("note_on", note=pitch, velocity=loud, time=pause))
        track.append(mido.Message("note_off", note=pitch, time=ticks))
        pause = 0
    track.append(mido.MetaMessage("end_of_track", time=pause))
    file.tracks.append(track)
    with atomic_path(path) as temporary:
        file.save(str(temporary))


def read(path):
    """All notes of a MIDI file, a Score; of several tempos the first one counts.

    Raises InputError for a file that is missing, damaged or no MIDI file. Used in lesson 17.
    """
    mido = _mido(path)
    try:
        file = mido.MidiFile(str(path), clip=True)
        messages = [message for message in mido.merge_tracks(file.tracks)]
        quarter = file.ticks_per_beat
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error or "it ends too early"
        raise InputError(f"{printable(path)}: not a MIDI file, or damaged ({reason})") from None
    now, tempo, key, programs, sounding, notes = 0, None, None, {}, {}, []
    for message in messages:
        now += message.time
        if message.type == "set_tempo":
            tempo = tempo or mido.tempo2bpm(message.tempo)
        elif message.type == "key_signature":
            key = key or _key_of(message.key)
        elif message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off"):
            _end_or_begin(message, now, programs, sounding, notes)
    notes += [Note(s, now - s, *rest) for begun in sounding.values() for s, *rest in begun]
    notes = [n._replace(start=n.start / quarter, length=n.length / quarter) for n in notes]
    return Score(tuple(sorted(notes)), tempo or TEMPO, key, now / quarter)


def read_tune(path):
    """The melody of a MIDI file in the symbols of lesson 10, a Tune.

    The melody is the skyline: of all that begins together, drums left out, the highest note, until
    the next one begins. Times are rounded to eighths; four quarters are a bar; what has no symbol
    (a length, a tie over a bar line) is shortened and rests. Pitches outside C4 to C6 go into it by
    octaves. Where the file names no key, the one whose scale and triad fit best. Raises
    InputError as `read` does, and for a file without notes. Used in lesson 17.
    """
    score = read(path)
    line = _skyline(score)
    if not line:
        raise InputError(f"{printable(path)}: holds no notes but drums; choose another file")
    shift = _octaves(pitch for *_, pitch in line)
    line = [(start, length, _folded(pitch + shift)) for start, length, pitch in line]
    key = score.key or _fitting_key(line)
    end = max(line[-1][0] + line[-1][1], round(2 * score.length))
    return Tune(key, tuple(_bars(line, end)))


def _mido(path):
    try:
        import mido
    except ImportError:
        raise InputError(
            f"{printable(path)}: MIDI files need the package mido; install it: pip install mido"
        ) from None
    return mido


def _key_of(signature):
    """A key by the name that MIDI files have for it: "Bbm" is A# minor."""
    tonic = signature.removesuffix("m")
    return f"{FLATS.get(tonic, tonic)} {'minor' if signature.endswith('m') else 'major'}"


def _end_or_begin(message, now, programs, sounding, notes):
    """Follow one message: a key that goes down or up."""
    place = message.channel, message.note
    if message.type == "note_on" and message.velocity:
        program = programs.get(message.channel, 0)
        begun = now, message.note, message.velocity / 127, message.channel, program
        sounding.setdefault(place, []).append(begun)
    elif sounding.get(place):
        start, *rest = sounding[place].pop(0)
        notes.append(Note(start, now - start, *rest))


def _skyline(score):
    """The melody, a list of (start, length, pitch) in eighths."""
    highest = {}
    for note in score.notes:
        if note.channel != DRUM_CHANNEL:
            start, length = round(2 * note.start), max(1, round(2 * note.length))
            highest[start] = max(highest.get(start, (0, 0)), (note.pitch, length))
    starts = sorted(highest)
    room = [after - start for start, after in itertools.pairwise(starts)]
    lengths = [highest[start][1] for start in starts]
    lengths = [min(pair) for pair in zip(lengths, [*room, BAR_EIGHTHS], strict=False)]
    return [(s, n, highest[s][0]) for s, n in zip(starts, lengths, strict=True)]


def _octaves(pitches):
    """The least shift, in whole octaves, that brings most pitches into the course's range."""
    pitches = np.array([*pitches])
    inside = lambda shift: np.isin(pitches + shift, PITCHES).sum()  # noqa: E731
    return max(sorted(range(-60, 61, 12), key=abs), key=inside)


def _folded(pitch):
    while pitch < PITCHES[0]:
        pitch += 12
    while pitch > PITCHES[-1]:
        pitch -= 12
    return int(pitch)


def _fitting_key(line):
    """The key whose scale holds most of the time, its triad counted twice, the tonic thrice."""
    time = np.bincount([pitch % 12 for *_, pitch in line], [n for _, n, _ in line], 12)

    def fit(key):
        tonic = NAMES.index(key.split()[0])
        steps = SCALES[key.split()[1]]
        triad = [(tonic + steps[place]) % 12 for place in (0, 2, 4)]
        return sum(time[list(part)].sum() for part in (scale(key), triad, [tonic]))

    return max(KEYS, key=fit)


def _bars(line, end):
    """A line of notes as bars of symbols, rests between them."""
    bars = [[] for _ in range(max(1, -(-end // BAR_EIGHTHS)))]
    pauses = [start for start, *_ in line[1:]] + [len(bars) * BAR_EIGHTHS]
    _rest(bars, 0, line[0][0])
    for (start, length, pitch), following in zip(line, pauses, strict=True):
        room = min(length, BAR_EIGHTHS - start % BAR_EIGHTHS)
        held = max(d for d in DURATIONS if d <= room)
        bars[start // BAR_EIGHTHS].append((pitch, held))
        _rest(bars, start + held, following)
    return map(tuple, bars)


def _rest(bars, start, end):
    """Fill the time from `start` to `end` with as few rests as there are symbols for."""
    while start < end:
        room = min(end - start, BAR_EIGHTHS - start % BAR_EIGHTHS)
        length = max(d for d in DURATIONS if d <= room)
        bars[start // BAR_EIGHTHS].append((None, length))
        start += length
