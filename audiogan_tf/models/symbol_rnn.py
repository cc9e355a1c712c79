"""A recurrent network that writes symbol by symbol: melodies."""

import functools

from audiogan_tf.errors import InputError
from audiogan_tf.models.sampling import pick

import keras
import numpy as np
import tensorflow as tf
from keras import layers

PAD, END = 0, 1  # tokens: what fills up an array; what ends a sequence
CELLS = {"gru": layers.GRU, "lstm": layers.LSTM}


@keras.saving.register_keras_serializable("audiogan_tf")
class SymbolRNN(keras.Model):
    """The probability of each next token, given all tokens before it.

    vocabulary: number of tokens; 0 fills up and 1 ends. width: numbers of the hidden state.
    cell: "gru" (Cho et al., 2014) or "lstm" (Hochreiter and Schmidhuber, 1997).
    Call: tokens (batch, n) int -> logits (batch, n, vocabulary) of the token after each. Train
    with `compile` and `fit` on tokens[:, :-1] and the tokens that follow, tokens[:, 1:] (teacher
    forcing; Williams and Zipser, 1989), by a loss that leaves 0 out. The steps of a sequence are
    unrolled, which is twice as fast here and right for some hundred of them.
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

    def read_on(self, tokens, state):
        """One token further: tokens (count,) int, state -> logits (count, vocabulary), state."""
        features, state = self.remember.cell(self.read(tokens), state)
        return self.predict_next(features), state

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
            logits, state = self.read_on(now, state)
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


def next_token_loss():
    """The mean of -log p(true next token) in nats; places filled up with 0 do not count."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)
