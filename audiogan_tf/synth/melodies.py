"""Melodies as symbols: tunes to tokens and back, played, and checked against the rules of music."""

from dataclasses import dataclass

from audiogan_tf.errors import InputError
from audiogan_tf.synth.notes import NAMES, PLAIN, RELEASE, note_name, play_notes

import numpy as np

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}  # semitones
KEYS = tuple(f"{tonic} {mode}" for mode in SCALES for tonic in NAMES)
PITCHES = tuple(range(60, 85))  # MIDI numbers, C4 to C6
DURATIONS = (1, 2, 3, 4, 6, 8)  # eighths
BAR_EIGHTHS = 8  # four quarters
PAD, END, BAR = 0, 1, 2  # what fills up an array, ends a tune, begins a bar
FIRST_KEY = 3
FIRST_NOTE = FIRST_KEY + len(KEYS)
VOCABULARY = FIRST_NOTE + (1 + len(PITCHES)) * len(DURATIONS)  # 183 tokens; None is a rest


@dataclass(frozen=True)
class Tune:
    """A melody: its key, one of KEYS, and its bars of (pitch, eighths) pairs.

    pitch: a MIDI number of PITCHES, or None for a rest; eighths: one of DURATIONS.
    """

    key: str
    bars: tuple


def scale(key):
    """The pitch classes of a key, 0 is C: scale("G major") == {7, 9, 11, 0, 2, 4, 6}."""
    tonic, mode = key.split()
    return {(NAMES.index(tonic) + step) % 12 for step in SCALES[mode]}


def token_name(token):
    """What a token says: "C major", "|", "end", "E4 2" (two eighths) or "rest 1"."""
    if token < FIRST_KEY:
        return ("pad", "end", "|")[token]
    if token < FIRST_NOTE:
        return KEYS[token - FIRST_KEY]
    pitch, eighths = _note(token)
    return f"{'rest' if pitch is None else note_name(pitch)} {eighths}"


def key_token(key):
    """The token a tune of this key begins with; InputError for an unknown key."""
    if key not in KEYS:
        raise InputError(f"key {key!r} is unknown; use one of {', '.join(KEYS)}")
    return FIRST_KEY + KEYS.index(key)


def encode(tune):
    """A tune's tokens: its key, then for each bar a bar line and its notes, and an end.

    Returns (tokens,) int32 in [1, VOCABULARY). Raises InputError for a key, pitch or duration
    that has no token. Built in lesson 10.
    """
    tokens = [key_token(tune.key)]
    for bar in tune.bars:
        tokens += [BAR, *(_note_token(*note) for note in bar)]
    return np.array([*tokens, END], "int32")


def decode(tokens):
    """The tune that tokens tell, up to the first end; the inverse of `encode`.

    tokens: (n,) int, the first one a key. A network may write nonsense: notes before the first
    bar line are a bar, keys in the middle are passed over. Raises InputError if there is no key.
    """
    first, *tokens = (int(token) for token in tokens)
    if not FIRST_KEY <= first < FIRST_NOTE:
        raise InputError(f"a tune begins with a key, not with {token_name(first)!r}")
    bars = []
    for token in tokens:
        if token == END:
            break
        if token == BAR or (token >= FIRST_NOTE and not bars):
            bars.append([])
        if token >= FIRST_NOTE:
            bars[-1].append(_note(token))
    return Tune(KEYS[first - FIRST_KEY], tuple(map(tuple, bars)))


def _note(token):
    """(pitch or None, eighths) of a note's token."""
    pitch, duration = divmod(int(token) - FIRST_NOTE, len(DURATIONS))
    return (PITCHES[pitch - 1] if pitch else None), DURATIONS[duration]


def _note_token(pitch, eighths):
    if eighths not in DURATIONS or pitch not in (None, *PITCHES):
        raise InputError(
            f"note {(pitch, eighths)}: its pitch must be None or a MIDI number from {PITCHES[0]} "
            f"to {PITCHES[-1]}, its length one of {DURATIONS} eighths"
        )
    row = 0 if pitch is None else 1 + pitch - PITCHES[0]
    return FIRST_NOTE + row * len(DURATIONS) + DURATIONS.index(eighths)


def right_bars(tune):
    """Which bars are in key and of full length: (bars,) bool.

    In key: no pitch outside the key's scale; full: the durations add up to eight eighths.
    """
    allowed = scale(tune.key)
    in_key = [all(p is None or p % 12 in allowed for p, _ in bar) for bar in tune.bars]
    full = [sum(eighths for _, eighths in bar) == BAR_EIGHTHS for bar in tune.bars]
    return np.array(in_key, bool) & np.array(full, bool)


def share_right(tunes):
    """The share of right bars among all bars of some tunes, 0 to 1; 0 if there are none."""
    bars = np.concatenate([np.zeros(0), *map(right_bars, tunes)])
    return float(bars.mean()) if len(bars) else 0.0


def share_returning(tunes, first=0, later=2):
    """The share of tunes whose bar number `later` is the bar number `first` again."""
    same = [len(tune.bars) > later and tune.bars[first] == tune.bars[later] for tune in tunes]
    return float(np.mean(same))


def share_home(tunes):
    """The share of tunes whose last note is the tonic of their key."""
    last = [[pitch for bar in tune.bars for pitch, _ in bar if pitch is not None] for tune in tunes]
    tonics = [NAMES.index(tune.key.split()[0]) for tune in tunes]
    home = [bool(p) and p[-1] % 12 == tonic for p, tonic in zip(last, tonics, strict=True)]
    return float(np.mean(home))


def mean_by_bar(values, tokens, bars=8):
    """The mean of a number that belongs to each note, over all tunes, bar by bar: (bars,).

    values: (tunes, n) float, one for each of `tokens`, (tunes, n) int; what is no note or rest
    does not count.
    """
    tokens, values = np.asarray(tokens), np.asarray(values)
    bar, notes = np.cumsum(tokens == BAR, axis=1), tokens >= FIRST_NOTE
    return np.array([values[notes & (bar == number)].mean() for number in range(1, bars + 1)])


def play_melody(tune, tempo=140, timbre="string", sample_rate=16000, seed=0, **factors):
    """Play a tune by one of the kit's instruments.

    tempo: quarters a minute; timbre: one of TIMBRES; factors: brightness, attack (s) and decay
    (s) of all notes, as in PLAIN where not given. Returns (samples,) float32, peak 0.95.
    Used from lesson 10 on.
    """
    eighth = 30 / tempo  # seconds
    notes, start = [], 0
    for pitch, eighths in (note for bar in tune.bars for note in bar):
        if pitch is not None:
            notes.append((pitch, start * eighth, eighths * eighth))
        start += eighths
    sound = np.zeros(round((start * eighth + RELEASE) * sample_rate) + 1)
    if not notes:
        return sound.astype("float32")
    pitches, starts, lengths = np.array(notes).T
    values = {name: np.full(len(notes), v, "float64") for name, v in (PLAIN | factors).items()}
    values |= {"pitch": pitches, "duration": lengths - RELEASE}
    samples, rng = round(lengths.max() * sample_rate), np.random.default_rng(seed)
    played = play_notes(timbre, values, samples, sample_rate, rng)  # (notes, samples)
    for one, at in zip(played, starts, strict=True):
        at = round(at * sample_rate)
        room = sound[at : at + samples]
        room += one[: len(room)]
    return (0.95 * sound / np.abs(sound).max()).astype("float32")
