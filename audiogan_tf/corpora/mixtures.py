"""The corpus `mixtures`: speech + noise + room, put together when read, every factor known.

A mixture is gain * (speech heard in a room + noise), and what enhancement shall find again is its
target, gain * (the speech with the room's first 50 ms). The noise lies `snr` dB below the speech
in the room, by energies over the whole clip, pauses included (sound.mixing).
"""

from dataclasses import dataclass
from pathlib import Path

from audiogan_tf.corpora.base import Corpus, StreamedClips
from audiogan_tf.corpora.batches import shuffled
from audiogan_tf.corpora.published import digest_of, find, pictures_of
from audiogan_tf.corpora.sentences import load_kathleen
from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio, mixing
from audiogan_tf.storage.places import data_roots
from audiogan_tf.storage.recipes import recipe_digest

import numpy as np
import tensorflow as tf

RATE, VERSION = 16000, 1
SIDES = ("train", "validation", "test")
SNRS, GAINS = (-5.0, 20.0), (-12.0, 0.0)  # dB, drawn evenly
LOUDEST = 0.99  # the peak that no mixture exceeds; its gain is lowered instead
NO_ROOM = "none"
SPEAKERS = "librispeech_speakers"
HELD_OUT = {  # never heard in training; whatever else lies in the folders is for training
    "noises": {
        "validation": ("blanket_wind", "berlin_35EF0BF2"),
        "test": ("blanket_coffee-shop", "blanket_boat", "berlin_9a12b4b8"),
    },
    "rooms": {
        "validation": ("Basement", "StAndrewsChurch"),
        "test": ("PurnodesRailroadTunnel", "StairwayUniversityOfYork", "SpokaneWomansClub"),
    },
}


@dataclass(frozen=True)
class Mixtures(StreamedClips):
    """One side of the split: pairs of a noisy clip and its target, mixed when asked for.

    paths: the recording of each mixture; noises, rooms: the files of this side, by name;
    speakers, noise_of, room_of: of each mixture its speaker's name, and its place in noises, and
    in rooms, counted from 1 (0: no room). conditions: (clips, 3) int32, the same as numbers of the
    corpus' classes; factors: `snr` in dB, `gain` in dB, `start`, the noise's first sample.
    """

    speakers: tuple = ()
    noises: tuple = ()
    rooms: tuple = ()
    noise_of: tuple = ()
    room_of: tuple = ()

    def read(self, index):
        """One noisy clip, (samples,) float32."""
        return self.pair(index)[0]

    def pair(self, index):
        """One noisy clip and its target, (samples,) float32 each, aligned, peak at most 0.99."""
        noisy, target, _ = self.parts(index)
        return noisy, target

    def pairs(self, indices):
        """Noisy clips and their targets, (len(indices), samples) float32 each."""
        return tuple(np.stack(side) for side in zip(*map(self.pair, indices), strict=True))

    def parts(self, index):
        """A noisy clip, its target and the noise in it, (samples,) float32 each."""
        index = int(index)
        speech = target = audio.fix_length(self.load(index), self.samples)
        if self.room_of[index]:
            response, _ = audio.load(self.rooms[self.room_of[index] - 1], self.sample_rate)
            speech, target = mixing.in_room(speech, response, self.sample_rate)
        noise, _ = audio.load(self.noises[self.noise_of[index]], self.sample_rate)
        start = int(self.factors["start"][index]) % len(noise)
        noise = np.resize(np.roll(noise, -start), self.samples)
        noise = noise * mixing.noise_gain(speech, noise, self.factors["snr"][index])
        gain = 10 ** (self.factors["gain"][index] / 20)
        gain = min(gain, LOUDEST / max(np.abs(speech + noise).max(), np.abs(target).max(), 1e-9))
        return tuple((gain * part).astype("float32") for part in (speech + noise, target, noise))

    def sources(self):
        """All recordings, noises and rooms of this side in memory, as mixing.Sources."""
        recordings = dict(zip(self.paths, self.speakers, strict=True))
        lists = list(recordings), self.noises, self.rooms
        speech, noises, rooms = ([audio.load(p, RATE)[0] for p in paths] for paths in lists)
        return mixing.Sources(speech, list(recordings.values()), noises, rooms)


def load_mixtures(seconds=4.0, snr=None, in_rooms=0.5, held_out="test", seed=0, folder=None):
    """Speech with noise in rooms: a mixture for each recording, 16 kHz; see the module's lines.

    seconds: of each; snr: dB of all, or None: drawn evenly from -5 to 20; in_rooms: share of
    mixtures heard in a room, 0 to 1; held_out: what the corpus' `test` holds, the "test" or the
    "validation" side, which is for choices; seed: another one, other mixtures; folder: the only
    place to look in, which holds the folders of speech, noises and rooms (None: all known ones).
    Speech: Kathleen's sentences and, where they are found, `librispeech_speakers`, who alone are
    then held out; noises and rooms: those in $AUDIOGAN_DATA, or the few that are shipped. Speakers
    (with Kathleen alone: sentences), noises and rooms of one side are in no other.
    Conditions: noise, room, speaker. Raises InputError for values outside these ranges and for
    folders in another layout. Heard in lesson 15.
    """
    if held_out not in SIDES[1:]:
        raise InputError(f"held_out={held_out!r}: use 'test' or 'validation'")
    if not 0 <= in_rooms <= 1:
        raise InputError(f"in_rooms={in_rooms}: a share between 0 and 1 is needed")
    if snr is not None and not -30 <= snr <= 60:
        raise InputError(f"snr={snr}: give between -30 and 60 dB")
    if not 0.5 <= seconds <= 60:
        raise InputError(f"seconds={seconds}: give between 0.5 and 60 s")
    representation = pictures_of(RATE, seconds)
    speech = _speech(folder)
    speakers = tuple(sorted({speaker for _, _, speaker in speech}, key=_in_order))
    noises, rooms = _files("noises", folder), _files("rooms", folder)
    names = {
        "noise": tuple(path.stem for paths in noises.values() for path in paths),
        "room": (NO_ROOM, *(path.stem for paths in rooms.values() for path in paths)),
        "speaker": speakers,
    }
    wanted = {"snr": snr, "in_rooms": in_rooms, "seed": seed, "samples": representation.samples}
    sides = []
    for side in ("train", held_out):
        spoken = [(path, speaker) for path, part, speaker in speech if part == side]
        drawn = _drawn(len(spoken), SIDES.index(side), len(noises[side]), len(rooms[side]), wanted)
        sides.append(_side(spoken, noises[side], rooms[side], names, drawn, representation))
    files = [path for path, _, _ in speech] + [
        p for d in (noises, rooms) for s in d.values() for p in s
    ]
    digest = recipe_digest("mixtures", VERSION, files=digest_of(files), held_out=held_out, **wanted)
    return Corpus("mixtures", RATE, names, representation, *sides, digest)


def _drawn(count, side, noises, rooms, wanted):
    """What chance says of each mixture: noise, room, snr, gain, start, (count,) each."""
    rng = np.random.default_rng([wanted["seed"], side])
    noise = (rng.permutation(count) + np.arange(count)) % noises
    room = np.where(rng.random(count) < wanted["in_rooms"], 1 + rng.integers(rooms, size=count), 0)
    snr = rng.uniform(*SNRS, count)
    if wanted["snr"] is not None:
        snr = np.full(count, float(wanted["snr"]))
    start = rng.integers(1 << 20, size=count).astype(float)
    return {
        "noise": noise,
        "room": room,
        "snr": snr,
        "gain": rng.uniform(*GAINS, count),
        "start": start,
    }


def _side(spoken, noises, rooms, names, drawn, representation):
    """The Mixtures of one side; conditions are numbers among the whole corpus' names."""
    noise = np.array([names["noise"].index(path.stem) for path in noises])[drawn["noise"]]
    room = np.array([0, *(names["room"].index(path.stem) for path in rooms)])[drawn["room"]]
    speaker = [names["speaker"].index(speaker) for _, speaker in spoken]
    return Mixtures(
        tuple(path for path, _ in spoken),
        np.stack([noise, room, speaker], axis=1).astype("int32"),
        RATE,
        representation.samples,
        {name: drawn[name] for name in ("snr", "gain", "start")},
        speakers=tuple(speaker for _, speaker in spoken),
        noises=tuple(noises),
        rooms=tuple(rooms),
        noise_of=tuple(drawn["noise"]),
        room_of=tuple(drawn["room"]),
    )


def _speech(inside):
    """(path, side, speaker) of every recording."""
    kathleen = load_kathleen(folder=_within(inside, "kathleen"))
    sides = {"test": kathleen.test.paths, "train": kathleen.train.paths}
    spoken = [(path, side, "kathleen") for side, paths in sides.items() for path in paths]
    spoken = [
        (path, "validation" if path.stem.endswith("5") else side, who) for path, side, who in spoken
    ]
    roots = [Path(inside)] if inside else data_roots()
    folder = next((r / SPEAKERS for r in roots if (r / SPEAKERS).is_dir()), None)
    if folder is None:
        return spoken
    paths = sorted(folder.glob("*.flac"), key=lambda path: _in_order(path.stem))
    sides = [_side_of_speaker(place) for place in range(len(paths))]
    many = [(path, side, path.stem) for path, side in zip(paths, sides, strict=True)]
    return [row for row in spoken if row[1] == "train"] + many


def _side_of_speaker(place):
    """Of twelve speakers two are for testing, one is for validation."""
    return {4: "validation", 5: "test", 11: "test"}.get(place % 12, "train")


def _in_order(name):
    """Numbers by their value, then other names."""
    return (0, int(name), "") if name.isdigit() else (1, 0, name)


def _within(folder, kind):
    """A folder of that name in `folder`; None, anywhere, where no folder is given."""
    return Path(folder) / kind if folder else None


def _files(kind, inside):
    """Noises or rooms, side: list of paths; InputError where a side has none."""
    folder = find(kind, (kind,), "SOURCES.csv", _within(inside, kind), fetch=False)
    paths, held = sorted(folder.glob("*.flac")), HELD_OUT[kind]
    sides = {side: [path for path in paths if path.stem in names] for side, names in held.items()}
    taken = [path for side in sides.values() for path in side]
    sides["train"] = [path for path in paths if path not in taken]
    empty = [side for side in SIDES if not sides[side]]
    if empty:
        raise InputError(f"{folder}: nothing for {empty[0]} here; it needs {held.get(empty[0])}")
    return sides


def pairs(clips, batch_size=8, seed=0, start_step=0):
    """Endless shuffled batches of (noisy, target), each (batch_size, samples) float32, in tf.data.

    clips: Mixtures. As `batches`, any step can be the first.
    """
    order = tf.data.Dataset.range(start_step * batch_size, np.iinfo(np.int64).max)
    order = order.map(lambda i: shuffled(i, len(clips), seed))

    def read(index):
        noisy, target = tf.numpy_function(clips.pair, [index], [tf.float32] * 2, stateful=False)
        size = [clips.samples]
        return tf.ensure_shape(noisy, size), tf.ensure_shape(target, size)

    read_all = order.map(read, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return read_all.batch(batch_size, drop_remainder=True).prefetch(4)
