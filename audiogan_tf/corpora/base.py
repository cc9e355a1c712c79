"""What a corpus is: clips with labels and factors, in memory or streamed, and where they lie."""

import hashlib
import json
from dataclasses import dataclass, field

from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.names import place_of

import numpy as np


@dataclass(frozen=True)
class Clips:
    """One side of a split, held in memory.

    audio: (clips, samples) float32 in [-1, 1]; conditions: (clips, k) int32, the label first;
    factors: name -> (clips,) float64, what else is known of each clip; names: file names.
    """

    streamed = False  # whether a clip is read from disk each time it is asked for

    audio: np.ndarray
    conditions: np.ndarray
    factors: dict = field(default_factory=dict)
    names: tuple = ()

    def __len__(self):
        return len(self.conditions)

    @property
    def labels(self):
        """The first condition, (clips,) int32."""
        return self.conditions[:, 0]

    @property
    def told(self):
        """Conditions, and behind them the sliders' positions in hundredths; (clips, k) int32."""
        positions = [v for name, v in self.factors.items() if name.startswith("slider_")]
        columns = [np.rint(100 * position).astype("int32") for position in positions]
        return np.column_stack([self.conditions, *columns])

    def take(self, indices):
        """The waveforms at `indices`, (len(indices), samples) float32."""
        return self.audio[np.asarray(indices)]

    def read(self, index):
        """One waveform, (samples,) float32."""
        return self.audio[index]


@dataclass(frozen=True)
class StreamedClips:
    """One side of a split, left on disk and read when asked for; `take` as in Clips.

    factors: as in Clips; texts: what is said in each clip, () if it is not known; balanced: True
    if `batches` shall draw every class equally often where some are much larger.
    """

    streamed = True

    paths: tuple
    conditions: np.ndarray
    sample_rate: int
    samples: int
    factors: dict = field(default_factory=dict)
    texts: tuple = ()
    balanced: bool = False

    def __len__(self):
        return len(self.paths)

    @property
    def labels(self):
        """The first condition, (clips,) int32."""
        return self.conditions[:, 0]

    @property
    def audio(self):
        """All waveforms at once: only for small folders; `take` some of a large one."""
        return self.take(range(len(self)))

    def take(self, indices):
        """The waveforms at `indices`, (len(indices), samples) float32, peak 0.95."""
        return np.stack([self.read(i) for i in indices])

    def read(self, index):
        """One waveform, (samples,) float32, peak-normalised to 0.95."""
        waveform = self.load(int(index))
        return audio.peak_normalise(audio.fix_length(waveform, self.samples))

    def load(self, index):
        """One waveform as it lies on disk, whole and at its own level, at `sample_rate`."""
        return audio.load(self.paths[index], self.sample_rate)[0]


@dataclass(frozen=True)
class Corpus:
    """Sounds to learn from: what `load_corpus` returns.

    conditions: name -> class names, in order; the first is the label a clip is asked for.
    representation: the pictures that suit these sounds. digest: SHA-256 of the content,
    or of the recipe of sounds that the kit makes. own: True for a user's folder and shards made
    of one, False for the kit's corpora, whatever the name: only these have shipped judges.
    found: what lay in a user's folder (corpora.Found), None for any other corpus; its
    `sentences()` are for reading before training. sliders: class -> names of its sliders, whose
    positions are factors of the clips; {} for a corpus without sliders.
    """

    name: str
    sample_rate: int
    conditions: dict
    representation: Representation
    train: Clips | StreamedClips
    test: Clips | StreamedClips
    digest: str
    own: bool = False
    found: object = None
    sliders: dict = field(default_factory=dict)

    @property
    def slider_count(self):
        """The most sliders that a class has, 0 for a corpus without."""
        return max(map(len, self.sliders.values()), default=0)

    @property
    def key(self):
        """What this corpus is known by, 64 hexadecimal digits, whatever it is called.

        A hash of content, classes and pictures (so of rate and length too). Two corpora with the
        same key hold the same clips: use it to keep a judge, and to ask "is this the same one?".
        """
        facts = [self.digest, self.conditions, self.representation.get_config()]
        text = json.dumps(facts, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def classes(self):
        """Names of the first condition's classes."""
        return next(iter(self.conditions.values()))

    @property
    def class_counts(self):
        """Number of classes of each condition; () if there is nothing to tell apart."""
        counts = tuple(len(names) for names in self.conditions.values())
        return () if counts == (1,) else counts

    def label_index(self, label):
        """The number of a class given by name; InputError lists the classes."""
        number = place_of(label, self.classes)
        if number is None:
            raise InputError(f"label {label!r} is unknown; use one of {', '.join(self.classes)}")
        return number
