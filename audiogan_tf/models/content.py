"""What is said, without who says it: a network that hears the phones of any speaker."""

from audiogan_tf.models.learner import Learner, follow
from audiogan_tf.models.vocoder import RANGE, SETTING, convnext_block, default_optimizer
from audiogan_tf.sound.representation import Representation
from audiogan_tf.text.phonemes import STRESSED, SYMBOLS, VOWELS

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

CROP, EDGE = 128, 16  # frames of a crop; at each end some only give context
LOUD = 0.5  # a frame counts as loud down to so far below the loudest, in units of a picture
PATIENCE = 100  # loud frames after which a speaker's own colour counts as much as the typical one
SCALE = 4.0  # from units of a picture to numbers of size 1
SMOOTHING = 0.05  # of the labels: no frame is surely one phone
SURE = 0.5  # from this share on the teacher's opinion of an unlabelled frame counts
AVERAGE = 0.998  # of the weights, for the teacher
SILENCE = 0  # class of frames in which nothing is said


def heard_pictures(frames=2):
    """Mel bands under a window of 32 ms, half as long as a vocoder's: phones, not harmonics."""
    setting = SETTING | {"n_fft": SETTING["n_fft"] // 2}
    return Representation(**setting, **RANGE, frames=frames)


def phone_classes():
    """The class of each of text.SYMBOLS, (symbols,) int32, from 0: stress makes no difference.

    SILENCE is the class of the three symbols without sound, and of number 0.
    """
    sounding = SYMBOLS[4:]
    kept = [s for s in sounding if s not in STRESSED or s[1:] not in VOWELS]
    plain = [s if s in kept else s[1:] for s in sounding]
    return np.array([SILENCE] * 4 + [1 + kept.index(s) for s in plain], "int32")


def loudness(heard):
    """Mean level of each frame, and which frames are loud: (frames,) float32 and bool.

    heard: (frames, bands). The level is that above the mean of the loud frames.
    """
    level = heard.mean(1)
    loud = level > level.max() - LOUD
    return (level - level[loud].mean()).astype("float32"), loud


def typical_colour(looks):
    """Mean level of each band of speech above that of its frame, (bands,) float32.

    looks: list of (frames, bands), of which the loud frames count.
    """
    loud = [look[loudness(look)[1]] for look in looks]
    above = np.concatenate([frames - frames.mean(1, keepdims=True) for frames in loud])
    return above.mean(0).astype("float32")


def evened(heard, typical, past=(0.0, 0)):
    """A sound's pictures without its level and without its general colour; instance norm in time.

    heard: (frames, bands) in units of a picture; typical: (bands,) colour of speech, which stands
    in until enough is heard; past: sum over loud frames and their number in what came before.
    Returns (frames, bands) float32, levels (frames,) float32, and the new past.
    """
    level, loud = loudness(heard)
    above = heard - heard.mean(1)[loud].mean()
    total, count = past[0] + above[loud].sum(0), past[1] + int(loud.sum())
    colour = (total + PATIENCE * typical) / (count + PATIENCE)
    return np.float32(SCALE * (above - colour)), level, (total, count)


def disturbed(heard, rng):
    """A picture as another microphone, room and mouth would have it: (frames, bands) float32.

    heard: (frames, bands); rng: numpy Generator. The frequency axis is stretched by up to 8 %
    (Jaitly and Hinton, 2013), the colour is bent, a noise is added, and of some the upper bands are
    cut off, as a telephone does.
    """
    frames, bands = heard.shape
    places = np.clip(np.arange(bands) * np.exp(rng.uniform(-0.08, 0.08)), 0, bands - 1.001)
    low, share = places.astype(int), np.float32(places % 1)
    warped = heard[:, low] * (1 - share) + heard[:, low + 1] * share
    waves = np.cos(np.pi * np.arange(1, 5)[:, None] * (np.arange(bands) + 0.5) / bands)
    bend = rng.normal(0, 0.06 / np.sqrt(np.arange(1, 5))) @ waves
    if rng.random() < 0.25:
        bend[rng.integers(24, bands) :] -= 0.8  # from 2.2 kHz or higher on
    floor = warped.max() - 0.3 - rng.uniform(0.15, 0.9)
    noise = floor + rng.normal(0, 0.08, 4) @ waves + rng.normal(0, 0.04, (frames, bands))
    decibels = 65.0  # of one unit of a picture
    powers = 10 ** ((warped + bend) * decibels / 10) + 10 ** (noise * decibels / 10)
    return np.float32(10 * np.log10(powers) / decibels)


def build_network(bands, classes, channels=96, blocks=5):
    """Evened pictures (batch, frames, bands) to logits of the phones (batch, frames, classes)."""
    heard = keras.Input([None, bands])
    features = layers.Conv1D(channels, 5, padding="same")(layers.Dropout(0.1)(heard))
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    for _ in range(blocks):
        features = convnext_block(features, channels)
        features = layers.Dropout(0.1)(features)
    features = layers.LayerNormalization(epsilon=1e-6)(features)
    return keras.Model(heard, layers.Dense(classes)(features), name="listener")


def sizes_of(network):
    """What build_network was given to make this network, a dict."""
    along = [one for one in network.layers if isinstance(one, layers.DepthwiseConv1D)]
    sizes = {"bands": network.input_shape[-1], "classes": network.output_shape[-1]}
    return sizes | {"channels": along[0].input.shape[-1], "blocks": len(along)}


@keras.saving.register_keras_serializable("audiogan_tf")
class Listener(Learner):
    """Learns to hear phones in one voice that is made into many, and in real ones without labels.

    network: as build_network gives. `fit` takes what `hearing_batch` makes. Where a frame has no
    label, the network must think of a disturbed picture what its running average thinks of the
    plain one: mean teachers (Tarvainen and Valpola, 2017), after `patience` steps. What it says is
    a phonetic posteriorgram (Sun et al., 2016). Built in lesson 14.
    """

    def __init__(self, network, patience=800, **kwargs):
        super().__init__(**kwargs)
        self.network, self.patience, self.class_counts = network, patience, ()
        self.teacher = keras.models.clone_model(network)
        self.teacher.set_weights(network.get_weights())
        self.teacher.trainable = False

    def player(self):
        """The averaged network."""
        return self.teacher

    @property
    def metrics(self):
        """None: a step's own losses are reported."""
        return []

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        parts = self.network, self.teacher, self.optimizer
        return [variable for part in parts for variable in part.variables]

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizer, `default_optimizer()` by default; XLA makes a step faster."""
        kwargs.setdefault("jit_compile", True)
        super().compile(optimizer=optimizer or default_optimizer(), **kwargs)
        self.optimizer.build(self.network.trainable_variables)

    def train_step(self, data):
        """One update with what hearing_batch gives."""
        inner, labels = slice(EDGE, -EDGE), data["labels"][:, EDGE:-EDGE]
        opinion = ops.softmax(self.teacher(data["plain"], training=False)[:, inner])
        labelled = ops.cast(labels >= 0, "float32")
        classes = opinion.shape[-1]
        told = ops.one_hot(ops.maximum(labels, 0), classes)
        told = told * (1 - SMOOTHING) + SMOOTHING / classes
        late = ops.cast(self.optimizer.iterations > self.patience, "float32")
        sure = ops.cast(ops.max(opinion, axis=-1) > SURE, "float32") * (1 - labelled) * late
        target = ops.where(labelled[..., None] > 0, told, opinion)
        with tf.GradientTape() as tape:
            logits = self.network(data["heard"], training=True)[:, inner]
            wrong = ops.categorical_crossentropy(target, logits, from_logits=True)
            loss = ops.sum(wrong * (labelled + sure)) / ops.sum(labelled)
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        averaged = self.teacher.variables, self.network.variables
        follow(*averaged, AVERAGE, self.optimizer.iterations)
        heard = ops.cast(ops.argmax(logits, axis=-1), labels.dtype)
        right = ops.cast(heard == labels, "float32")
        share = ops.sum(right * labelled) / ops.sum(labelled)
        return {"loss": loss, "right": share, "sure": ops.mean(sure)}


def hearing_batch(told, untold, typical, rng, batch_size=16):
    """One training batch of Listener: dict of heard, plain (batch, CROP, bands) and labels.

    told: dicts of `looks`, a list of (frames, bands) of one sentence in several voices, and
    `labels` (frames,) int; untold: list of (frames, bands) without labels, of which a quarter of
    the batch is made, or empty; typical: as in `evened`. Labels are (batch, CROP) int32, -1 where
    there are none.
    """
    rows = []
    for number in range(batch_size):
        if untold and number % 4 == 3:
            look = untold[rng.integers(len(untold))]
            labels = np.full(len(look), -1)
        else:
            one = told[rng.integers(len(told))]
            look, labels = one["looks"][rng.integers(len(one["looks"]))], one["labels"]
        pace = rng.uniform(0.75, 1.3)  # of speaking: places in the sound for each frame
        start = rng.integers(max(1, len(look) - int(CROP * pace) + 1))
        take = np.minimum(np.int32(start + pace * np.arange(CROP)), len(look) - 1)
        pair = [evened(kind, typical)[0][take] for kind in (disturbed(look, rng), look)]
        rows.append((*pair, labels[take].astype("int32")))
    heard, plain, labels = (np.stack(column) for column in zip(*rows, strict=True))
    return {"heard": heard, "plain": plain, "labels": labels}
