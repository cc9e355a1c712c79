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

HEAD, FOOT = 12, 4  # bytes around a record: its length and a check sum before, a check sum after
MANIFEST = "shards.json"
PLAN = "shards.plan.json"  # what is being written, until the manifest says that it is


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


def write_shards(corpus, folder, clips_per_shard=512, part=(1, 1), report=None):
    """Decode a corpus once, in parallel, and keep it as TFRecord shards.

    corpus: any Corpus; folder: where to; it is made, and may hold these shards already, which
    are then used. At most one shard's clips are in memory. Shards appear whole or not at all, a
    stopped writing goes on where it was, and shards.json comes last. Texts are not kept.
    part: (i, n) for the i-th of n machines that write into one folder together, 1 <= i <= n: every
    n-th shard; whoever ends last writes shards.json. report: called with the number of clips of
    each shard that is there.
    Returns the corpus that reads from the shards, or None where other machines' shards are still
    missing. Raises InputError if `folder` holds another corpus or damaged shards, or the disk is
    full. Used in lesson 03, and by the command `shard`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).exists():
        about = {
            "corpus": corpus.name,
            "digest": corpus.digest,
            "own": corpus.own,
            "conditions": {name: list(classes) for name, classes in corpus.conditions.items()},
            "representation": corpus.representation.get_config(),
            "clips_per_shard": clips_per_shard,
        }
        going_on = _plan(folder, about)
        clips = {"train": corpus.train, "test": corpus.test}
        plans = {name: _shards_of(folder, name, clips[name], clips_per_shard) for name in clips}
        for name, plan in plans.items():
            _write_side(clips[name], plan, part, going_on, report or (lambda count: None))
        if not all(path.exists() for plan in plans.values() for path in plan):
            return None
        sides = {name: _index_side(clips[name], folder, name, plans[name]) for name in clips}
        with atomic_path(folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(about | {"sides": sides}, indent=1), "utf-8")
        (folder / PLAN).unlink(missing_ok=True)
    return _same_corpus(load_shards(folder), corpus, folder)


def _plan(folder, about):
    """Say in a file what will be written here; whether an earlier writing said the same.

    Raises InputError where it said something else.
    """
    path = folder / PLAN
    if not path.exists():
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(about, indent=1), "utf-8")
        return False
    try:
        said = json.loads(path.read_text("utf-8"))
    except ValueError:
        said = None
    if said != about:
        raise InputError(
            f"{path}: shards of another corpus, or of another size, were begun here; choose "
            "another folder or delete this one"
        )
    return True


def _same_corpus(kept, corpus, folder):
    """The corpus of shards, where it is the one that was to be written; InputError if not."""
    same = kept.representation.get_config() == corpus.representation.get_config()
    if kept.digest != corpus.digest or not same:
        raise InputError(
            f"{folder}: holds shards of {kept.name!r} ({kept.digest[:12]}, {kept.sample_rate} Hz, "
            f"{kept.representation.samples} samples), not of {corpus.name!r} ({corpus.digest[:12]},"
            f" {corpus.sample_rate} Hz, {corpus.representation.samples} samples); choose another "
            "folder or delete this one"
        )
    return kept


def _shards_of(folder, name, clips, clips_per_shard):
    """The shards of one side: path -> range of its clips."""
    starts = range(0, len(clips), clips_per_shard)
    paths = [folder / f"{name}-{i:05d}-of-{len(starts):05d}.tfrecord" for i in range(len(starts))]
    ends = [min(start + clips_per_shard, len(clips)) for start in starts]
    return {path: range(*ends) for path, *ends in zip(paths, starts, ends, strict=True)}


def _write_side(clips, plan, part, going_on, report):
    """Write this part's shards of one side; one that is there stays where a writing goes on."""

    def record(index):
        return _example(clips.read(index), clips.conditions[index])

    with ThreadPoolExecutor() as pool:
        for number, (path, indices) in enumerate(plan.items()):
            if number % part[1] != part[0] - 1:
                continue
            if not (going_on and path.exists()):
                with atomic_path(path) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
                    for content in pool.map(record, indices):
                        writer.write(content)
            report(len(indices))


def _index_side(clips, folder, name, plan):
    """Write the index of one side, whose shards are all there; what shards.json says of it."""
    checksums = [zlib.crc32(record) for path in plan for record in _records(path)]
    index = folder / f"{name}-index.npz"
    arrays = {"conditions": clips.conditions, "checksums": np.array(checksums, "uint32")}
    arrays |= {f"factor_{key}": values for key, values in clips.factors.items()}
    with atomic_path(index) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)
    path, indices = next(iter(plan.items()))
    return {
        "clips": len(clips),
        "record_bytes": path.stat().st_size // len(indices) - HEAD - FOOT,
        "shards": {path.name: len(indices) for path, indices in plan.items()},
        "index_sha256": sha256(index),
    }


def _records(path):
    """The records of a shard, one after another; InputError for a damaged one."""
    try:
        yield from tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    except tf.errors.DataLossError:
        raise InputError(f"{path}: damaged; delete it and write the shards again") from None


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
