"""TFRecord files that other programs wrote, such as NSynth's: any record can be read alone."""

from dataclasses import dataclass

from audiogan_tf.corpora.base import StreamedClips
from audiogan_tf.corpora.shards import FOOT, HEAD
from audiogan_tf.errors import InputError

import numpy as np
import tensorflow as tf


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
