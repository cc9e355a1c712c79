"""The corpus `melodies`: tunes made by a small grammar whose rules are known."""

import hashlib
from dataclasses import dataclass

from audiogan_tf.synth import melodies

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
    """Tunes as tokens: train and test, (tunes, LENGTH) int32, filled up with PAD."""

    train: np.ndarray
    test: np.ndarray
    digest: str


def load_melodies():
    """4,000 + 400 tunes of eight bars in all 24 keys, from C4 to C6. Deterministic.

    A tune's rules: the form is a b a c d e a f, so one bar is heard three times; every bar has a
    chord and eight eighths; strong notes are chord tones, the others go by steps of the scale;
    the fourth bar rests on the dominant, the last ends on the tonic. One new bar in twenty has a
    note outside the key. Built in lesson 10.
    """
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
