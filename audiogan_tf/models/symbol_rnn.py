"""A recurrent network that writes symbol by symbol: melodies."""

import functools

from audiogan_tf.errors import InputError
from audiogan_tf.models.sampling import pick

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

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

    look_back: how many tokens back the network can look; 0 for none. Each token is kept beside
    the state in which it came. The state now asks which of those states it is like, and the
    answer, a weighted mean of their tokens, stands beside it when the next token is foretold
    (attention over one's own past; Bahdanau et al., 2015; Grave et al., 2017).
    Built in lesson 10.
    """

    def __init__(
        self,
        vocabulary,
        width=192,
        cell="gru",
        embedding=64,
        dropout=0.2,
        look_back=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise InputError(f"cell={cell!r}: use one of {', '.join(CELLS)}")
        self.vocabulary, self.width, self.cell = vocabulary, width, cell
        self.embedding, self.dropout, self.look_back = embedding, dropout, look_back
        self.read = layers.Embedding(vocabulary, embedding, name="read")
        self.remember = CELLS[cell](width, return_sequences=True, unroll=True, name="remember")
        if look_back:
            self.ask = layers.Dense(embedding, use_bias=False, name="ask")
            self.offer = layers.Dense(embedding, use_bias=False, name="offer")
        self.forget_some = layers.Dropout(dropout, name="forget_some")
        self.predict_next = layers.Dense(vocabulary, name="predict_next")
        self(np.zeros([1, 2], "int32"))  # makes the weights

    def call(self, tokens, training=False):
        vectors = self.read(tokens)  # (batch, n, embedding)
        features = self.remember(vectors)  # (batch, n, width)
        if self.look_back:
            before = ops.pad(features[:, :-1], [[0, 0], [1, 0], [0, 0]])
            place = ops.arange(ops.shape(tokens)[1])
            back = place[:, None] - place[None]  # (n, n): how far back each token is
            unseen = (back < 0) | (back >= self.look_back)
            found = self.recall(features, self.offer(before), vectors, unseen)
            features = ops.concatenate([features, found], axis=-1)
        return self.predict_next(self.forget_some(features, training=training))

    def recall(self, states, keys, vectors, unseen):
        """The mean of the tokens' vectors, those weighted most whose keys the states ask for.

        states: (batch, n, width); keys, vectors: (batch, m, embedding); unseen: bool, (n, m) or
        (batch, n, m), True for a token that may not be looked at. Returns (batch, n, embedding).
        """
        likeness = ops.matmul(self.ask(states), ops.swapaxes(keys, 1, 2)) / self.embedding**0.5
        weights = ops.softmax(ops.where(unseen, -1e9, likeness))  # (batch, n, m)
        return ops.matmul(weights, vectors)

    def begin(self, count):
        """The state before the first token, zeros: a list of (count, width), one or two.

        A network that looks back has two more: the keys of the tokens seen, (count, look_back,
        embedding), and the tokens, (count, look_back) int32, 0 where there is none yet.
        """
        state = list(self.remember.cell.get_initial_state(batch_size=count))
        if self.look_back:
            state.append(ops.zeros([count, self.look_back, self.embedding]))
            state.append(ops.zeros([count, self.look_back], "int32"))
        return state

    def read_on(self, tokens, state):
        """One token further: tokens (count,) int, state -> logits (count, vocabulary), state."""
        state, seen = (state[:-2], state[-2:]) if self.look_back else (state, [])
        before = state[0]
        features, state = self.remember.cell(self.read(tokens), state)
        if self.look_back:
            keys, past = seen
            keys = _moved_up(keys, self.offer(before))
            past = _moved_up(past, ops.cast(tokens, "int32"))
            found = self.recall(features[:, None], keys, self.read(past), past[:, None] == PAD)
            features = ops.concatenate([features, found[:, 0]], axis=-1)
            state = [*state, keys, past]
        return self.predict_next(features), state

    def generate(self, prompts, length, seed=0, temperature=1.0, top_k=None):
        """Go on from what is given, one step a token, in one compiled loop.

        prompts: (count, k) int, k from 1 to `length`; behind its first column, 0 leaves a place
        open. temperature: below 1 likelier tokens, above 1 less likely ones. top_k: draw among
        so many of the likeliest only; None for all. Returns (count, length) int32, 0 behind the
        end. Same seed, same tokens. Raises InputError for settings out of range.
        """
        given, draws, top_k = self._asked(prompts, length, seed, temperature, top_k)
        told = tf.constant(given), tf.constant(draws), tf.constant(temperature, tf.float32)
        compiled = self._free_run.get_concrete_function(*told, top_k)  # one for each shape
        return compiled(*told).numpy()

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
        return tf.function(self._sing, jit_compile=True, autograph=False)

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


def _moved_up(kept, new):
    """What is kept of the last tokens, (count, n, ...), less the oldest, and the newest behind."""
    return ops.concatenate([kept[:, 1:], new[:, None]], axis=1)


def _next(now, given, drawn):
    """The next tokens: what is given, else what is drawn, nothing behind an end."""
    over = (now == END) | (now == PAD)
    return tf.where(over, PAD, tf.where(given != PAD, given, drawn))


def next_token_loss():
    """The mean of -log p(true next token) in nats; places filled up with 0 do not count."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)
