"""A corpus decoded once and kept as TFRecord shards, any clip of which can be read alone.

A folder of shards holds `train-00000-of-00004.tfrecord` and so on, an index of conditions,
factors and check sums for each side of the split, and shards.json, written last. Every record
is an Example of the same size, {"audio": 16-bit samples, "conditions": 32-bit integers}, so the
place of each is known without an index of places, and a shuffle may be global.
"""

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from audiogan_tf.corpora.base import Corpus, StreamedClips
from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio import PCM_STEPS, to_pcm16
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage import recipes
from audiogan_tf.storage.files import atomic_path, sha256

import numpy as np
import tensorflow as tf

MANIFEST = "shards.json"


@dataclass(frozen=True)
class ShardClips(StreamedClips):
    """One side of a split in shards; `take` and `read` as in StreamedClips.

    paths: the shard of each clip; checksums: CRC-32 of each clip's record;
    record_bytes: size of one record; clips_per_shard: how many a full shard holds.
    """

    checksums: np.ndarray = None
    record_bytes: int = 0
    clips_per_shard: int = 0

    def read(self, index):
        """One waveform, (samples,) float32, by one seek; its check sum is verified."""
        index = int(index)
        with open(self.paths[index], "rb") as file:
            file.seek(index % self.clips_per_shard * (HEAD + self.record_bytes + FOOT) + HEAD)
            record = file.read(self.record_bytes)
        if zlib.crc32(record) != self.checksums[index]:
            raise _damaged(self.paths[index], f"record {index % self.clips_per_shard} has changed")
        example = tf.train.Example.FromString(record)
        samples = np.frombuffer(example.features.feature["audio"].bytes_list.value[0], "<i2")
        return samples.astype("float32") / PCM_STEPS


def write_shards(corpus, folder, clips_per_shard=512):
    """Decode a corpus once, in parallel, and keep it as TFRecord shards.

    corpus: any Corpus; folder: where to; it is made, and may hold these shards already, which
    are then used. At most one shard's clips are in memory. Shards appear whole or not at all,
    and shards.json comes last. Texts are not kept.
    Returns the corpus that reads from the shards. Raises InputError if `folder` holds another
    corpus or damaged shards, or the disk is full. Used in lesson 03.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).exists():
        sides = {
            name: _write_side(getattr(corpus, name), folder, name, clips_per_shard)
            for name in ("train", "test")
        }
        about = {
            "corpus": corpus.name,
            "digest": corpus.digest,
            "own": corpus.own,
            "conditions": corpus.conditions,
            "representation": corpus.representation.get_config(),
            "clips_per_shard": clips_per_shard,
        }
        with atomic_path(folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(about | {"sides": sides}, indent=1), "utf-8")
    kept = load_shards(folder)
    same = kept.representation.get_config() == corpus.representation.get_config()
    if kept.digest != corpus.digest or not same:
        raise InputError(
            f"{folder}: holds shards of {kept.name!r} ({kept.digest[:12]}, {kept.sample_rate} Hz, "
            f"{kept.representation.samples} samples), not of {corpus.name!r} ({corpus.digest[:12]},"
            f" {corpus.sample_rate} Hz, {corpus.representation.samples} samples); choose another "
            "folder or delete this one"
        )
    return kept


def _write_side(clips, folder, name, clips_per_shard):
    """Write one side's shards and its index; returns what shards.json says of it."""
    starts = range(0, len(clips), clips_per_shard)
    checksums, files = [], {}

    def record(index):
        return _example(clips.read(index), clips.conditions[index])

    with ThreadPoolExecutor() as pool:
        for number, start in enumerate(starts):
            path = folder / f"{name}-{number:05d}-of-{len(starts):05d}.tfrecord"
            indices = range(start, min(start + clips_per_shard, len(clips)))
            with atomic_path(path) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
                for content in pool.map(record, indices):
                    writer.write(content)
                    checksums.append(zlib.crc32(content))
            files[path.name] = len(indices)
    index = folder / f"{name}-index.npz"
    arrays = {"conditions": clips.conditions, "checksums": np.array(checksums, "uint32")}
    arrays |= {f"factor_{key}": values for key, values in clips.factors.items()}
    with atomic_path(index) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)
    return {
        "clips": len(clips),
        "record_bytes": len(content),
        "shards": files,
        "index_sha256": sha256(index),
    }


def _example(waveform, conditions):
    """One record: its size depends only on the number of samples and of conditions."""
    parts = {"audio": to_pcm16(waveform).astype("<i2"), "conditions": conditions.astype("<i4")}
    features = {
        key: tf.train.Feature(bytes_list=tf.train.BytesList(value=[values.tobytes()]))
        for key, values in parts.items()
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def load_shards(folder):
    """The corpus kept in a folder of shards; sizes are checked now, each clip when it is read.

    Raises InputError, naming the file, if one is missing, cut short or changed.
    """
    folder = Path(folder)
    try:
        about = json.loads((folder / MANIFEST).read_text("utf-8"))
        representation = Representation.from_config(about["representation"])
        sides = [_load_side(folder, name, about, representation) for name in ("train", "test")]
    except FileNotFoundError as error:
        raise InputError(
            f"{error.filename}: no such file, so {folder} holds no whole set of shards; delete it "
            "and write them again"
        ) from None
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise _damaged(folder / MANIFEST, f"not a list of shards ({error})") from None
    conditions = {name: tuple(classes) for name, classes in about["conditions"].items()}
    about_it = (about["corpus"], representation.sample_rate, conditions, representation)
    digest = recipes.current(about["digest"])
    return Corpus(*about_it, *sides, digest, own=about.get("own", True))


def _load_side(folder, name, about, representation):
    side, paths = about["sides"][name], []
    record_bytes = side["record_bytes"]
    for shard, clips in side["shards"].items():
        path = folder / shard
        size, wanted = path.stat().st_size, clips * (HEAD + record_bytes + FOOT)
        if size != wanted:
            raise _damaged(path, f"{size} bytes instead of {wanted}")
        paths += [path] * clips
    index = folder / f"{name}-index.npz"
    if sha256(index) != side["index_sha256"]:
        raise _damaged(index, "it has changed")
    with np.load(index, allow_pickle=False) as arrays:
        factors = {key[7:]: arrays[key] for key in arrays if key.startswith("factor_")}
        conditions, checksums = arrays["conditions"], arrays["checksums"]
    size = (representation.sample_rate, representation.samples)
    more = {"record_bytes": record_bytes, "clips_per_shard": about["clips_per_shard"]}
    more |= {"checksums": checksums, "balanced": about.get("own", True)}
    return ShardClips(tuple(paths), conditions, *size, factors, **more)


def _damaged(path, what):
    return InputError(f"{path}: damaged, {what}; delete {path.parent} and write the shards again")


HEAD, FOOT = 12, 4  # bytes around a record: its length and a check sum before, a check sum after


@dataclass(frozen=True)
class RecordClips(StreamedClips):
    """Streamed clips whose waveforms are the float feature `audio` of TFRecord examples.

    paths: the file of each clip; places: (clips, 2) int64, where its record begins, and its bytes.
    """

    places: np.ndarray = None

    def load(self, index):
        """One waveform, read from its place in the file."""
        start, length = self.places[index]
        with open(self.paths[index], "rb") as file:
            file.seek(start)
            record = tf.train.Example.FromString(file.read(length))
        return np.array(record.features.feature["audio"].float_list.value, "float32")


def index_records(path, numbers):
    """Where each record of a TFRecord file lies, and what it says; every check sum is verified.

    numbers: names of the whole-number features wanted.
    Returns places (records, 2) int64 and {name: (records,) int64}. Raises InputError, naming the
    file, for a damaged one and for records without these features or without `audio`.
    """
    wanted = {name: tf.io.FixedLenFeature([1], tf.int64) for name in numbers}
    wanted["audio"] = tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True)

    def look(record):
        found = tf.io.parse_single_example(record, wanted)
        facts = [found[name][0] for name in numbers]
        return tf.strings.length(record), tf.size(found["audio"]), tf.stack(facts)

    records = tf.data.TFRecordDataset(str(path)).map(look, num_parallel_calls=tf.data.AUTOTUNE)
    try:
        rows = [(length, size, *facts) for length, size, facts in records.as_numpy_iterator()]
    except tf.errors.DataLossError:
        raise InputError(f"{path}: not a whole TFRecord file; fetch it again") from None
    except tf.errors.InvalidArgumentError:
        names = ", ".join(numbers)
        raise InputError(f"{path}: its records lack one of the features {names}") from None
    rows = np.array(rows, "int64").reshape(-1, 2 + len(numbers))
    if not len(rows) or not rows[:, 1].all():
        raise InputError(f"{path}: no records with a feature 'audio'; is this an NSynth file?")
    ends = np.cumsum(rows[:, 0] + HEAD + FOOT)
    places = np.stack([ends - FOOT - rows[:, 0], rows[:, 0]], axis=1)
    return places, dict(zip(numbers, rows[:, 2:].T, strict=True))
