"""The acoustic model: symbols of speech to durations, to pitch, to pictures of mel bands."""

from audiogan_tf.models.learner import Learner
from audiogan_tf.models.vocoder import convnext_block, default_optimizer, speech_pictures
from audiogan_tf.sound.spectral import mel_filter_bank
from audiogan_tf.storage.weights import read_weights, save_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

DROPOUT, PROSODY_DROPOUT = 0.1, 0.3
CROP, EDGE = 128, 16  # frames of a crop; at each end some only give context
LOWEST_HZ, HIGHEST_HZ, PITCHES = 70.0, 450.0, 256  # of a voice; steps between, even in octaves
PLACES = 4  # numbers that say where in its symbol a frame lies
PITCH_MEAN, PITCH_SPREAD = 5.06, 0.17  # of the natural logarithm of the pitch in Hz


def excitation_pictures(pictures):
    """What a voice without a mouth looks like at each pitch: (PITCHES, bands) float32, around 0.

    All harmonics are equally strong; every row is a frame in the units of a picture, its mean
    taken away. pictures: a Representation with mel bands. The source of Fant's (1960) source and
    filter. Built in lesson 13.
    """
    time = np.arange(pictures.n_fft) / pictures.sample_rate
    rows = []
    for hz in np.geomspace(LOWEST_HZ, HIGHEST_HZ, PITCHES):
        harmonics = hz * np.arange(1, int(pictures.sample_rate / 2 / hz) + 1)
        wave = np.cos(2 * np.pi * harmonics[:, None] * time).sum(0)
        rows.append(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))))
    bank = mel_filter_bank(pictures.sample_rate, pictures.n_fft, pictures.bins)
    level = 20 * np.log10(np.array(rows) @ bank)
    return ((level - level.mean(1, keepdims=True)) / 20).astype("float32")


def pitch_row(log_hz):
    """The row of `excitation_pictures` for the logarithm of a pitch, int32."""
    share = (log_hz - np.log(LOWEST_HZ)) / np.log(HIGHEST_HZ / LOWEST_HZ)
    return ops.cast(ops.clip(ops.round(share * (PITCHES - 1)), 0, PITCHES - 1), "int32")


def frames_of(durations):
    """For each frame the number of its symbol, and where in that symbol it lies.

    durations: (symbols,) int. Returns owners (frames,) int32 and places (frames, 4) float32: the
    share of the symbol that is over, frames since its start and to its end in tenths, and the
    logarithm of its length.
    """
    durations = np.asarray(durations)
    owners = np.repeat(np.arange(len(durations)), durations).astype("int32")
    since = np.arange(durations.sum()) - np.repeat(np.cumsum(durations) - durations, durations)
    length = durations[owners]
    to_end = length - 1 - since
    columns = [(since + 0.5) / length, since / 10, to_end / 10, np.log(length)]
    return owners, np.stack(columns, axis=1).astype("float32")


def _features(inputs, channels, blocks):
    features = layers.Dense(channels)(layers.Dropout(DROPOUT)(inputs))
    for _ in range(blocks):
        features = convnext_block(features, channels)
    return layers.LayerNormalization(epsilon=1e-6)(features)


def _prosody(inputs, channels, blocks):
    """Few blocks with much dropout: how long and how high is learned from little and noisy data."""
    features = layers.Dense(channels)(inputs)
    for _ in range(blocks):
        heard = layers.Dropout(PROSODY_DROPOUT)(features)
        heard = layers.Conv1D(channels, 5, padding="same", activation="relu")(heard)
        features = layers.LayerNormalization(epsilon=1e-6)(features + heard)
    return layers.Dropout(PROSODY_DROPOUT)(features)


def _in_place(features, symbols):
    """Features of symbols beside how much of the sentence is over and how long it is."""
    there = ops.cast(symbols > 0, "float32")[..., None]
    place = ops.cumsum(there, axis=1) / ops.sum(there, axis=1, keepdims=True)
    length = ops.log(ops.sum(there, axis=1, keepdims=True)) * there - 3.5
    return ops.concatenate([features, place, length], axis=-1) * there


def _at_frames(features, owners, places):
    """Features of symbols (batch, n, ..) repeated for their frames, beside their places in them."""
    owned = tf.gather(features, owners, batch_dims=1)
    return tf.concat([owned, places], axis=-1)


def _model(width, function):
    inputs = keras.Input([None, width])
    return keras.Model(inputs, function(inputs))


@keras.saving.register_keras_serializable("audiogan_tf")
class AcousticModel(Learner):
    """Draws the mel bands of a spoken sentence from its symbols, all frames at once.

    count: symbols in the inventory, of which number 0 fills up shorter sentences. `fit` takes what
    `sentence_batch` makes.
    Durations as in FastSpeech (Ren et al., 2019), pitch as in FastSpeech 2 (2021); the pitch enters
    the decoder as the picture of its harmonics. Built in lesson 13.
    """

    def __init__(self, count, channels=160, blocks=5, prosody=128, **kwargs):
        super().__init__(**kwargs)
        self.count, self.channels, self.blocks, self.prosody = count, channels, blocks, prosody
        self.class_counts = ()
        self.pictures = speech_pictures()
        self.excitation = excitation_pictures(self.pictures)
        bands = self.pictures.bins
        self.look = layers.Embedding(count, channels)
        self.encoder = _model(channels + 2, lambda x: _features(x, channels, 4))
        lit = channels + PLACES + bands + 1
        self.decoder = _model(lit, lambda x: layers.Dense(bands)(_features(x, channels, blocks)))
        self.manner = layers.Embedding(count, prosody)
        self.planner = _model(prosody + 2, lambda x: _prosody(x, prosody, 2))
        self.duration = layers.Dense(1)
        placed = prosody + PLACES
        self.pitch = _model(placed, lambda x: layers.Dense(2)(_prosody(x, prosody, 3)))

    @property
    def _parts(self):
        drawing = self.look, self.encoder, self.decoder
        return *drawing, self.manner, self.planner, self.duration, self.pitch

    @property
    def metrics(self):
        """None: a step's own losses are reported."""
        return []

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        return [v for part in (*self._parts, self.optimizer) for v in part.variables]

    def build(self, input_shape=None):
        """Make all weights; the number of symbols changes none of them."""
        if not self.built:
            self.built = True
            symbols = np.ones((1, 4), "int32")
            self.encode(symbols)
            self.duration(self.foresee(symbols))

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizer, `default_optimizer()` by default; XLA halves the time of a step."""
        self.build()
        kwargs.setdefault("jit_compile", True)
        super().compile(optimizer=optimizer or default_optimizer(), **kwargs)
        self.optimizer.build(self.trainable_variables)

    def encode(self, symbols, training=False):
        """What drawing needs of symbols (batch, n) int, filled up with zeros: (.., channels)."""
        return self.encoder(_in_place(self.look(symbols), symbols), training=training)

    def foresee(self, symbols, training=False):
        """What duration and pitch need of symbols (batch, n) int: (batch, n, prosody)."""
        return self.planner(_in_place(self.manner(symbols), symbols), training=training)

    def draw(self, placed, log_hz, voiced, training=False):
        """Pictures (batch, frames, bands) from features at each frame and a pitch.

        placed: (batch, frames, channels + 4); log_hz, voiced: (batch, frames), voiced in [0, 1].
        """
        voiced = voiced[..., None]
        comb = ops.take(self.excitation, pitch_row(log_hz), axis=0) * voiced
        lit = ops.concatenate([placed, comb, voiced], axis=-1)
        return self.decoder(lit, training=training)

    def train_step(self, data):
        symbols, durations = data["symbols"], data["durations"]
        log_hz, voiced = data["log_hz"], data["voiced"]
        inner = slice(EDGE, -EDGE)
        with tf.GradientTape() as tape:
            foreseen = self.foresee(symbols, training=True)
            there = ops.cast(durations > 0, "float32")
            guess = self.duration(foreseen)[..., 0]
            wrong = (ops.exp(guess) - durations * guess) * there  # counts: after Poisson
            loss_durations = ops.sum(wrong) / ops.sum(there)
            placed = _at_frames(foreseen, data["owners"], data["places"])
            heard = self.pitch(placed, training=True)[:, inner]
            is_voiced, target = voiced[:, inner], (log_hz[:, inner] - PITCH_MEAN) / PITCH_SPREAD
            away = ops.square(heard[..., 1] - target) * is_voiced
            loss_pitch = ops.sum(away) / (ops.sum(is_voiced) + 1.0)
            loss_voice = ops.mean(
                ops.binary_crossentropy(is_voiced, heard[..., 0], from_logits=True)
            )
            features = self.encode(symbols, training=True)
            placed = _at_frames(features, data["owners"], data["places"])
            drawn = self.draw(placed, log_hz, voiced, training=True)
            loss_bands = ops.mean(ops.abs(drawn - data["picture"])[:, inner]) * 10.0
            loss = loss_bands + loss_durations + loss_pitch + loss_voice  # share no weights
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        report = {"bands": loss_bands, "durations": loss_durations}
        return report | {"pitch": loss_pitch, "voice": loss_voice}

    def plan(self, symbols, pace=1.0, higher=0.0):
        """How a sentence shall be said: frames of each symbol, and the pitch of each frame.

        symbols: (n,) int; pace: 2 is twice as fast; higher: what is added to the logarithm of the
        pitch. Returns durations (n,) int, log_hz and voiced (frames,) float32, voiced being 0 or 1.
        """
        numbers = np.asarray(symbols, "int32")[None]
        wanted = self._frames(numbers).numpy()[0] / pace
        durations = np.maximum(1, np.diff(np.round(np.cumsum(wanted)), prepend=0)).astype(int)
        owners, places = frames_of(durations)
        heard = self._tune(numbers, owners[None], places[None]).numpy()[0]
        log_hz = heard[:, 1] * PITCH_SPREAD + PITCH_MEAN + higher
        return durations, log_hz, (heard[:, 0] > 0).astype("float32")

    def say(self, symbols, durations, log_hz, voiced):
        """The picture of one sentence, (1, frames, bands, 1) float32 in [-1, 1].

        symbols, durations: (n,) int; log_hz, voiced: (frames,) float, as `plan` makes them or as
        they were in a recording.
        """
        owners, places = frames_of(durations)
        frames = owners[None], places[None], np.float32(log_hz)[None], np.float32(voiced)[None]
        drawn = self._drawn(np.asarray(symbols, "int32")[None], *frames).numpy()
        return np.clip(drawn, -1, 1)[..., None]

    @tf.function(reduce_retracing=True, autograph=False)
    def _frames(self, symbols):
        return ops.exp(self.duration(self.foresee(symbols)))[..., 0]

    @tf.function(reduce_retracing=True, autograph=False)
    def _tune(self, symbols, owners, places):
        return self.pitch(_at_frames(self.foresee(symbols), owners, places))

    @tf.function(reduce_retracing=True, autograph=False)
    def _drawn(self, symbols, owners, places, log_hz, voiced):
        return self.draw(_at_frames(self.encode(symbols), owners, places), log_hz, voiced)

    def save(self, path):
        """Write all weights and what is needed to use them to one file."""
        sizes = {"count": self.count, "channels": self.channels, "blocks": self.blocks}
        sizes["prosody"] = self.prosody
        weights = [w for part in self._parts for w in part.get_weights()]
        save_weights(path, {"kind": "acoustic", "sizes": sizes}, weights)

    @classmethod
    def load(cls, source="kathleen_acoustic"):
        """From the name of shipped weights or a saved file; InputError as read_weights."""
        config, weights = read_weights(source, "acoustic")
        model = cls(**config["sizes"])
        model.build()
        variables = [v for part in model._parts for v in part.weights]
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)
        return model


def sentence_batch(sentences, rng, batch_size=16, longest=96):
    """One training batch of AcousticModel, from crops of sentences.

    sentences: dicts of symbols (n,) int, durations (n,), log_hz, voiced (frames,), picture
    (frames, bands). Returns a dict of arrays, batch first: symbols, durations, owners, places,
    log_hz, voiced, picture.
    """
    rows = []
    for number in rng.integers(len(sentences), size=batch_size):
        one = sentences[number]
        owners, places = frames_of(one["durations"])
        frames = len(owners)
        start = int(rng.integers(max(1, frames - CROP + 1)))
        take = np.minimum(np.arange(start, start + CROP), frames - 1)
        room = (0, longest - len(one["symbols"]))
        symbols = np.pad(one["symbols"], room)
        durations = np.pad(one["durations"], room).astype("float32")
        row = {"symbols": symbols.astype("int32"), "durations": durations}
        row |= {"owners": owners[take], "places": places[take]}
        rows.append(row | {name: one[name][take] for name in ("log_hz", "voiced", "picture")})
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
