"""The judge: a small network that hears which class a sound is, and describes it in numbers.

Every score of `metrics` is computed from what the judge hears, so that a sound counts as a
"seven" only if a classifier that never met the generator says so. `judge_training` makes one.
"""

import math
from dataclasses import dataclass

from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation, inverse_all
from audiogan_tf.storage.weights import read_weights, save_weights

import numpy as np
import tensorflow as tf
from scipy.special import softmax

NOISE_CLIPS = 300
FEATURES = 128  # numbers that describe one clip
WIDTHS = (24, 48, 64, 96, 128, 128)  # channels of the convolutions
STRIDES = (2, 2, 1, 2, 1, 1)
MOST_CLIPS, MOST_HELD_OUT = 4000, 1000  # of a large corpus, how many are listened to
UNEVEN, ENOUGH = 2, 100  # times as many clips in one class as in another; clips of each to keep


@dataclass(frozen=True)
class Hearing:
    """What the judge heard in some clips.

    probabilities: for each condition (clips, classes) float32, rows sum to 1;
    features: (clips, 128) float32, non-negative; similar sounds have similar features.
    """

    probabilities: list
    features: np.ndarray

    @property
    def classes(self):
        """The most probable class of each condition, (clips, conditions) int."""
        return np.stack([p.argmax(axis=1) for p in self.probabilities], axis=1)


@dataclass(frozen=True)
class Reference:
    """What the judge remembers of a corpus, so that scores need no recordings.

    train, test, noise: features, (clips, 128) float32, of training clips, held-out clips and
    noise (see noise_clips); test_conditions: (clips, k) int32;
    corpus, digest: which corpus; representation: the pictures that a generator draws.
    """

    train: np.ndarray
    test: np.ndarray
    noise: np.ndarray
    test_conditions: np.ndarray
    corpus: str
    digest: str
    representation: Representation


def build_network(shape, class_counts):
    """A convolutional classifier: pictures to (logits of each condition..., features).

    shape: (frames, bins, 1); class_counts: number of classes of each condition.
    Averages and maxima over time and frequency make it indifferent to where a sound starts.
    """
    import keras
    from keras import layers

    image = x = keras.Input(shape)
    for width, stride in zip(WIDTHS, STRIDES, strict=True):
        x = layers.Conv2D(width, 3, stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Dropout(0.3)(layers.Concatenate()(pooled))
    features = layers.Dense(FEATURES, activation="relu", name="features")(x)
    x = layers.Dropout(0.3)(features)
    logits = [layers.Dense(count, name=f"head_{k}")(x) for k, count in enumerate(class_counts)]
    return keras.Model(image, [*logits, features])


class Judge:
    """A trained classifier of sounds.

    network: as build_network gives; representation: the pictures it looks at;
    conditions: name -> class names; reference: a Reference, or None.
    """

    def __init__(self, network, representation, conditions, reference=None):
        self.network, self.representation = network, representation
        self.conditions = {name: tuple(classes) for name, classes in conditions.items()}
        self.reference = reference
        spec = tf.TensorSpec((None, *representation.shape), tf.float32)
        options = {"input_signature": [spec], "autograph": False}
        self.outputs = tf.function(lambda x: network(x, training=False), **options)

    def hear(self, waveforms, sample_rate, batch=128):
        """Listen to clips of any length and rate.

        waveforms: (clips, samples) float; sample_rate in Hz. They are resampled, cut or padded
        at the end, and peak-normalised here, so loudness does not count. Returns a Hearing.
        """
        waveforms = np.asarray(waveforms, "float32")
        if waveforms.ndim != 2 or not np.isfinite(waveforms).all():
            raise InputError(
                f"the judge takes finite waveforms of shape (clips, samples), got {waveforms.shape}"
                f" with {np.sum(~np.isfinite(waveforms))} samples that are NaN or infinite"
            )
        if not len(waveforms):
            raise InputError("there are no clips to hear; give at least one")
        count = len(waveforms)
        size = min(batch, 2 ** math.ceil(math.log2(count)))  # few sizes, so few tracings
        waveforms = np.pad(waveforms, [(0, -count % size), (0, 0)])
        parts = [waveforms[i : i + size] for i in range(0, count, size)]
        heard = [self.outputs(self.look(part, sample_rate)) for part in parts]
        *logits, features = (np.concatenate(part)[:count] for part in zip(*heard, strict=True))
        return Hearing([softmax(part, axis=1) for part in logits], features)

    def look(self, waveforms, sample_rate):
        """The pictures that the network sees, (clips, frames, bins, 1) float32 in [-1, 1]."""
        own = self.representation
        if sample_rate != own.sample_rate:
            waveforms = audio.resample(waveforms.T, sample_rate, own.sample_rate).T
        return own.forward(audio.peak_normalise(audio.fix_length(waveforms, own.samples)))

    def classify(self, features):
        """What is heard in clips of which only the features are known. Returns a Hearing."""
        features = np.asarray(features, "float32")
        heads = [self.network.get_layer(f"head_{k}") for k in range(len(self.conditions))]
        logits = [features @ w + b for w, b in (head.get_weights() for head in heads)]
        return Hearing([softmax(part, axis=1) for part in logits], features)

    def save(self, path):
        """Write network and reference to one .npz file."""
        reference = self.reference
        config = {
            "kind": "judge",
            "representation": self.representation.get_config(),
            "conditions": {name: list(classes) for name, classes in self.conditions.items()},
            "corpus": reference.corpus,
            "digest": reference.digest,
            "corpus_representation": reference.representation.get_config(),
        }
        memory = [reference.train, reference.test, reference.noise]
        memory.append(np.int16(reference.test_conditions))
        save_weights(path, config, [*self.network.get_weights(), *memory])


def load_judge(path_or_name):
    """Read a judge that `Judge.save` wrote, or a shipped one by name."""
    config, weights = read_weights(path_or_name, "judge")
    representation = Representation.from_config(config["representation"])
    conditions = config["conditions"]
    network = build_network(representation.shape, [len(c) for c in conditions.values()])
    network.set_weights(weights[:-4])
    reference = Reference(
        *weights[-4:],
        config["corpus"],
        config["digest"],
        Representation.from_config(config["corpus_representation"]),
    )
    return Judge(network, representation, conditions, reference)


def remember(judge, corpus):
    """Listen to a corpus and keep the features, in random order: a Reference.

    Where classes are unequal, see even_places, as many training clips are heard of each: a
    generator is asked for every class equally often.
    """
    sides = []
    for clips, most in ((corpus.train, MOST_CLIPS), (corpus.test, MOST_HELD_OUT)):
        chosen = np.random.default_rng(0).permutation(len(clips))
        chosen = chosen[even_places(clips.labels[chosen])][:most]
        parts = [chosen[i : i + 500] for i in range(0, len(chosen), 500)]
        heard = [judge.hear(clips.take(part), corpus.sample_rate).features for part in parts]
        nothing = np.zeros((0, FEATURES), "float32")  # a small folder may hold no clip out
        sides.append((np.concatenate([nothing, *heard]), clips.conditions[chosen]))
    (train, _), (test, conditions) = sides
    noise = judge.hear(noise_clips(corpus.representation, NOISE_CLIPS), corpus.sample_rate)
    about = (corpus.name, corpus.digest, corpus.representation)
    return Reference(train, test, noise.features, np.int32(conditions), *about)


def even_places(labels):
    """Places of labels (clips,) int to keep, so that no class has UNEVEN times another's clips.

    Where one has, the classes take turns until the smallest is used up, so that the first places
    hold equally many of each. Where none has, or where fewer than ENOUGH of each would be left,
    all stay where they are. Returns (kept,) int. Used for the corpus of lesson 17.
    """
    sizes = np.bincount(labels)
    least = sizes[sizes > 0].min(initial=len(labels))
    if least < ENOUGH or sizes.max() < UNEVEN * least:
        return np.arange(len(labels))
    kept = [np.flatnonzero(labels == label)[:least] for label in np.flatnonzero(sizes)]
    return np.stack(kept, axis=1).ravel()


def noise_clips(representation, count):
    """What a generator that learned nothing sounds like: random pictures made audible.

    Returns (count, samples) float32. Uniform noise in [-1, 1], then the usual way back.
    """
    images = np.random.default_rng(0).uniform(-1, 1, (count, *representation.shape))
    return inverse_all(images.astype("float32"), representation, iterations=16)
