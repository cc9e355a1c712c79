"""Recurrent networks: melodies symbol by symbol, spectrograms frame by frame."""

import functools
import math

from audiogan_tf import pretrained
from audiogan_tf.errors import InputError
from audiogan_tf.gan import as_columns, draw

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

CELLS = {"gru": layers.GRU, "lstm": layers.LSTM}
PAD, END = 0, 1  # tokens: what fills up an array; what ends a sequence
LEAST_SPREAD = 0.1  # of a mixture's component, in deviations of the whitened frames


@keras.saving.register_keras_serializable("audiogan_tf")
class SymbolRNN(keras.Model):
    """The probability of each next token, given all tokens before it.

    vocabulary: number of tokens; 0 fills up and 1 ends. width: numbers of the hidden state.
    cell: "gru" (Cho et al., 2014) or "lstm" (Hochreiter and Schmidhuber, 1997).
    Call: tokens (batch, n) int -> logits (batch, n, vocabulary) of the token after each. Train
    with `compile` and `fit` on teacher_forcing(tokens), whose loss leaves 0 out. The steps of a
    sequence are unrolled, which is twice as fast here and right for some hundred of them.
    Built in lesson 10.
    """

    def __init__(self, vocabulary, width=192, cell="gru", embedding=64, dropout=0.2, **kwargs):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise InputError(f"cell={cell!r}: use one of {', '.join(CELLS)}")
        self.vocabulary, self.width, self.cell = vocabulary, width, cell
        self.embedding, self.dropout = embedding, dropout
        self.read = layers.Embedding(vocabulary, embedding, name="read")
        self.remember = CELLS[cell](width, return_sequences=True, unroll=True, name="remember")
        self.forget_some = layers.Dropout(dropout, name="forget_some")
        self.predict_next = layers.Dense(vocabulary, name="predict_next")
        self(np.zeros([1, 1], "int32"))  # makes the weights

    def call(self, tokens, training=False):
        features = self.remember(self.read(tokens))
        return self.predict_next(self.forget_some(features, training=training))

    def begin(self, count):
        """The state before the first token: a list of zeros (count, width), one or two."""
        return self.remember.cell.get_initial_state(batch_size=count)

    def step(self, tokens, state):
        """One token further: tokens (count,) int, state -> logits (count, vocabulary), state."""
        features, state = self.remember.cell(self.read(tokens), state)
        return self.predict_next(features), state

    def get_config(self):
        names = ("vocabulary", "width", "cell", "embedding", "dropout")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def generate(self, prompts, length, seed=0, temperature=1.0, top_k=None):
        """Go on from what is given, one step a token, in one compiled loop.

        prompts: (count, k) int, k from 1 to `length`; behind its first column, 0 leaves a place
        open. temperature: below 1 likelier tokens, above 1 less likely ones. top_k: draw among
        so many of the likeliest only; None for all. Returns (count, length) int32, 0 behind the
        end. Same seed, same tokens. Raises InputError for settings out of range.
        """
        given, draws, top_k = self._asked(prompts, length, seed, temperature, top_k)
        heat = tf.constant(temperature, tf.float32)
        return self._free_run(tf.constant(given), tf.constant(draws), heat, top_k).numpy()

    def generate_slowly(self, prompts, length, seed=0, temperature=1.0, top_k=None):
        """The same tokens as `generate`, but for each one the whole sequence is read again."""
        tokens, draws, top_k = self._asked(prompts, length, seed, temperature, top_k)
        for t in range(1, length):
            logits = self._whole(tf.constant(tokens))[:, t - 1]
            drawn = pick(logits, draws[:, t], temperature, top_k)
            tokens[:, t] = _next(tokens[:, t - 1], tokens[:, t], drawn)
        return tokens

    def _asked(self, prompts, length, seed, temperature, top_k):
        prompts = np.asarray(prompts, "int32")
        if prompts.ndim != 2 or not 0 < prompts.shape[1] <= length:
            raise InputError(f"prompts of shape {prompts.shape}: give (count, 1 to {length})")
        if temperature <= 0:
            raise InputError(f"temperature={temperature}: give a number above 0, such as 1")
        top_k = self.vocabulary if top_k is None else int(top_k)
        if not 0 < top_k <= self.vocabulary:
            raise InputError(f"top_k={top_k}: give 1 to {self.vocabulary}, or None for all")
        given = np.pad(prompts, [(0, 0), (0, length - prompts.shape[1])])
        return given, np.random.default_rng(seed).random(given.shape, "float32"), top_k

    @functools.cached_property
    def _whole(self):
        return tf.function(self.call)

    @functools.cached_property
    def _free_run(self):
        return tf.function(self._sing, jit_compile=True)

    def _sing(self, given, draws, temperature, top_k):
        count, length = given.shape

        def step(t, state, tokens):
            now = tokens[:, t]
            logits, state = self.step(now, state)
            drawn = pick(logits, draws[:, t + 1], temperature, top_k)
            column = _next(now, given[:, t + 1], drawn)
            here = tf.range(length)[None] == t + 1
            return t + 1, state, tf.where(here, column[:, None], tokens)

        start = tf.constant(0), self.begin(count), given
        return tf.while_loop(lambda t, *_: t < length - 1, step, start)[-1]


def _next(now, given, drawn):
    """The next tokens: what is given, else what is drawn, nothing behind an end."""
    over = (now == END) | (now == PAD)
    return tf.where(over, PAD, tf.where(given != PAD, given, drawn))


def teacher_forcing(tokens):
    """Inputs and targets of sequences: each token, and the one that follows it.

    tokens: (count, n) int. Returns two (count, n - 1) arrays. Williams and Zipser (1989).
    """
    tokens = np.asarray(tokens)
    return tokens[:, :-1], tokens[:, 1:]


def next_token_loss():
    """The mean of -log p(true next token) in nats; places filled up with 0 do not count."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)


def pick(logits, draws, temperature=1.0, top_k=None):
    """A token for each row, where its distribution function passes the row's uniform draw.

    logits: (rows, tokens) float; draws: (rows,) in [0, 1); temperature divides the logits;
    top_k: only so many of the likeliest are kept. Returns (rows,) int32. Built in lesson 10.
    """
    logits = tf.convert_to_tensor(logits) / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        least = tf.math.top_k(logits, top_k).values[:, -1:]
        logits = tf.where(logits < least, -1e9, logits)
    reached = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    tokens = tf.reduce_sum(tf.cast(reached <= draws[:, None], tf.int32), axis=-1)
    return tf.minimum(tokens, _last(logits))


def _last(logits):
    """The last token of each row that has a chance, should rounding leave the sum below 1."""
    chance = tf.cast(logits > -1e8, tf.int32)
    return tf.reduce_max(chance * tf.range(logits.shape[-1])[None], axis=-1)


def save_symbols(path, network, about):
    """Write a SymbolRNN and what is known of it to one file (pretrained.save)."""
    names = ("vocabulary", "width", "cell", "embedding", "dropout")
    sizes = {name: getattr(network, name) for name in names}
    config = {"kind": "symbols", "sizes": sizes, "about": about}
    pretrained.save(path, config, network.get_weights())


def load_symbols(path_or_name):
    """Read a SymbolRNN that save_symbols wrote, or a shipped one by name."""
    config, weights = pretrained.read(path_or_name)
    if config.get("kind") != "symbols":
        raise InputError(f"{path_or_name}: holds a {config.get('kind')}, not a network of symbols")
    network = SymbolRNN(**config["sizes"])
    network.set_weights(weights)
    return network


@keras.saving.register_keras_serializable("audiogan_tf")
class FrameRNN(keras.Model):
    """The probability density of each next frame of a spectrogram, given the frames before it.

    A frame is told by `components` whitened numbers (principal components; call `adapt` before
    training); the next one's density is a mixture of Gaussians, whose weights, means and
    deviations the recurrent network says (Bishop, 1994; Graves, 2013). shape: (frames, bins, 1);
    class_counts: classes of each condition. input_noise: deviation of the noise that is added,
    while training, to the frames the network reads, so that it learns to go on from frames that
    are not quite right; temperature: what the noise of a free run is multiplied by. Call:
    [pictures (batch, frames, bins, 1), labels (batch, k) int] -> negative log-likelihood of each
    frame, (batch, frames), in nats; `compile` with an optimizer only, `fit` on [pictures,
    labels]. Built in lesson 10.
    """

    def __init__(
        self,
        shape,
        class_counts=(),
        components=24,
        mixtures=8,
        width=192,
        embedding=32,
        input_noise=0.5,
        temperature=0.7,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape_drawn, self.class_counts = tuple(shape), tuple(class_counts)
        self.components, self.mixtures, self.width = components, mixtures, width
        self.embedding, self.input_noise, self.temperature = embedding, input_noise, temperature
        self.what = [layers.Embedding(n, embedding, name="what") for n in self.class_counts]
        self.blur = layers.GaussianNoise(input_noise)
        self.remember = layers.GRU(width, return_sequences=True, unroll=True, name="remember")
        self.predict_next = layers.Dense(mixtures * (1 + 2 * components), name="predict_next")
        bins = self.shape_drawn[1]
        fixed = {"trainable": False, "initializer": "zeros"}
        self.centre = self.add_weight(shape=(bins,), name="centre", **fixed)
        self.basis = self.add_weight(shape=(components, bins), name="basis", **fixed)
        empty = np.zeros([1, *self.shape_drawn], "float32")
        self([empty, np.zeros([1, len(self.class_counts)], "int32")])  # makes the weights

    @property
    def latent_dim(self):
        """How many random numbers make one picture: (mixtures + components) for each frame."""
        return self.shape_drawn[0] * (self.mixtures + self.components)

    def adapt(self, pictures, labels=None):
        """Learn the principal components of the frames of (clips, frames, bins, 1); self.

        labels are not used.
        """
        frames = np.asarray(pictures, "float64").reshape(-1, self.shape_drawn[1])
        values, vectors = np.linalg.eigh(np.cov(frames.T))
        order = np.argsort(values)[::-1][: self.components]
        spread = np.sqrt(np.maximum(values[order], 1e-6))
        self.centre.assign(frames.mean(axis=0))
        self.basis.assign((vectors[:, order] * spread).T)
        return self

    def whiten(self, pictures):
        """Frames as `components` numbers of mean 0 and deviation 1: (batch, frames, c)."""
        scale = ops.maximum(ops.sum(ops.square(self.basis), axis=1), 1e-6)
        return ops.matmul(pictures[..., 0] - self.centre, ops.transpose(self.basis)) / scale

    def unwhiten(self, frames):
        """The inverse of `whiten`, up to what few components cannot tell; in [-1, 1]."""
        return ops.clip(ops.matmul(frames, self.basis) + self.centre, -1, 1)[..., None]

    def told(self, labels):
        """What each step is told beside the frame: the time and the labels, (batch, k) int.

        Returns (batch, frames, 3 + k * embedding); the time as a rise and two decays.
        """
        steps = self.shape_drawn[0]
        time = ops.arange(steps, dtype="float32") / steps
        clock = ops.stack([time, ops.exp(-5 * time), ops.exp(-20 * time)], axis=-1)
        clock = ops.zeros([ops.shape(labels)[0], steps, 3]) + clock
        vectors = [embed(labels[:, i]) for i, embed in enumerate(self.what)]
        vectors = [ops.repeat(vector[:, None], steps, axis=1) for vector in vectors]
        return ops.concatenate([clock, *vectors], axis=-1)

    def teach(self, frames, labels, training=False):
        """The mixture of every frame from the true ones before it: (batch, frames, numbers)."""
        before = ops.pad(frames[:, :-1], [[0, 0], [1, 0], [0, 0]])
        blurred = self.blur(before, training=training)
        read = ops.concatenate([blurred, self.told(labels)], axis=-1)
        return self.predict_next(self.remember(read))

    def call(self, inputs, training=False):
        pictures, labels = inputs
        frames = self.whiten(pictures)
        return mixture_loss(frames, self.teach(frames, labels, training), self.mixtures)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """What `fit` minimises: the mean over frames, per component, in nats."""
        return ops.mean(y_pred) / self.components

    def train_step(self, data):
        """Keras' own, on (pictures, labels) as a GAN takes them, or on [pictures, labels]."""
        given = data if len(data) == 2 else data[0]
        return super().train_step(([given[0], as_columns(given[1])],))

    def generate(self, count, labels, seed=0):
        """New pictures, free running; arguments and result as in GAN.generate."""
        noise = np.random.default_rng(seed).standard_normal((count, self.latent_dim), "float32")
        labels = np.asarray(labels, "int32").reshape(count, -1)
        return draw(self._player, [noise, labels])

    @functools.cached_property
    def _player(self):
        return tf.function(lambda given, training=False: self.free_run(*given))

    def playing_weights(self):
        """Weights of the network that `generate` plays."""
        return self.get_weights()

    @property
    def conditional(self):
        """Whether it takes labels: it always does."""
        return True

    @property
    def step(self):
        """Updates done so far."""
        return int(self.optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        return [*self.variables, *self.optimizer.variables]

    def foretell(self, pictures, labels):
        """Each frame as the true ones before it make it likeliest: pictures of the same shape."""
        numbers = self.teach(self.whiten(pictures), labels)
        rows = ops.reshape(numbers, [-1, numbers.shape[-1]])
        still = ops.zeros([ops.shape(rows)[0], self.mixtures + self.components])
        drawn = mixture_draw(rows, still, self.mixtures)
        return self.unwhiten(ops.reshape(drawn, [-1, self.shape_drawn[0], self.components]))

    def free_run(self, noise, labels, given=None):
        """Draw frame by frame, each from the mixture after the frames drawn before.

        noise: (batch, latent_dim) standard normal; scaled down, likelier frames are drawn.
        given: (batch, n, bins, 1), true frames to begin with, or None. Returns pictures
        (batch, frames, bins, 1) float32 in [-1, 1].
        """
        count, steps = ops.shape(noise)[0], self.shape_drawn[0]
        draws = ops.reshape(noise, [-1, steps, self.mixtures + self.components]) * self.temperature
        known = [] if given is None else ops.unstack(self.whiten(given), axis=1)
        told, frame = self.told(labels), ops.zeros([count, self.components])
        state, frames = [ops.zeros([count, self.width])], []
        for t in range(steps):
            read = ops.concatenate([frame, told[:, t]], axis=-1)
            features, state = self.remember.cell(read, state)
            drawn = mixture_draw(self.predict_next(features), draws[:, t], self.mixtures)
            frame = known[t] if t < len(known) else drawn
            frames.append(frame)
        return self.unwhiten(ops.stack(frames, axis=1))

    def get_config(self):
        names = ("class_counts", "components", "mixtures", "width", "embedding", "input_noise")
        config = {name: getattr(self, name) for name in (*names, "temperature")}
        return super().get_config() | config | {"shape": self.shape_drawn}


@keras.saving.register_keras_serializable("audiogan_tf")
class FreeRun(layers.Layer):
    """A FrameRNN's free_run as a layer: [noise] or [noise, labels] to pictures."""

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def call(self, inputs):
        noise, labels = inputs
        return self.network.free_run(noise, labels)

    def compute_output_shape(self, shapes):
        return (shapes[0][0], *self.network.shape_drawn)


def build_frame_generator(**sizes):
    """A FrameRNN as a generator like the others: noise and labels to pictures.

    sizes: FrameRNN's arguments; class_counts must not be empty. Model: noise (batch, latent_dim),
    labels (batch, k) int -> (batch, frames, bins, 1) float32 in [-1, 1]. Its weights are those
    of the FrameRNN, in the same order. Built in lesson 10.
    """
    network = FrameRNN(**sizes)
    noise = keras.Input([network.latent_dim], name="noise")
    labels = keras.Input([len(network.class_counts)], dtype="int32", name="labels")
    return keras.Model([noise, labels], FreeRun(network)([noise, labels]), name="generator")


def mixture_parts(numbers, mixtures):
    """What a mixture's numbers say: (..., m * (1 + 2 c)) to log weights, means, log deviations.

    Shapes (..., m), (..., m, c), (..., m, c); the weights sum to 1.
    """
    components = (numbers.shape[-1] // mixtures - 1) // 2
    rest = ops.reshape(
        numbers[..., mixtures:], [*ops.shape(numbers)[:-1], mixtures, 2 * components]
    )
    spreads = ops.maximum(rest[..., components:], math.log(LEAST_SPREAD))
    return ops.log_softmax(numbers[..., :mixtures]), rest[..., :components], spreads


def mixture_loss(frames, numbers, mixtures):
    """-log of the density of frames (..., c) under the mixtures of `numbers`, (...), in nats.

    Bishop (1994), equation 29. Built in lesson 10.
    """
    weights, means, spreads = mixture_parts(numbers, mixtures)
    off = (frames[..., None, :] - means) * ops.exp(-spreads)
    each = -0.5 * ops.square(off) - spreads - 0.5 * math.log(2 * math.pi)
    return -ops.logsumexp(weights + ops.sum(each, axis=-1), axis=-1)


def mixture_draw(numbers, noise, mixtures):
    """One frame of each mixture: numbers (batch, m * (1 + 2 c)), noise (batch, m + c) normal.

    The first m choose a Gaussian (the largest of log weight + Gumbel noise; Gumbel, 1954), the
    others a place in it; with noise 0 it is the mean of the likeliest. Deviations are drawn less
    LEAST_SPREAD, which is there for the training's sake: what is sure stays sure. Returns
    (batch, c).
    """
    weights, means, spreads = mixture_parts(numbers, mixtures)
    uniform = ops.clip(0.5 + 0.5 * ops.erf(noise[:, :mixtures] / 2**0.5), 1e-6, 1 - 1e-6)
    chosen = ops.argmax(weights - ops.log(-ops.log(uniform)), axis=-1)
    chosen = ops.one_hot(chosen, mixtures)[..., None]  # (batch, m, 1)
    mean, spread = (ops.sum(chosen * part, axis=1) for part in (means, spreads))
    spread = ops.sqrt(ops.maximum(ops.exp(2 * spread) - LEAST_SPREAD**2, 0))
    return mean + spread * noise[:, mixtures:]
