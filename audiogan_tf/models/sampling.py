"""Draws from what a network finds likely: a token or a code for each row of logits."""

import tensorflow as tf


def pick(logits, draws, temperature=1.0, top_k=None):
    """A token for each row, where its distribution function passes the row's uniform draw.

    logits: (rows, tokens) float; draws: (rows,) in [0, 1); temperature divides the logits;
    top_k: only so many of the likeliest are kept. Returns (rows,) int32. Used in lesson 10.
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


def draw_codes(logits, t, seed, temperature):
    """A code for each row of logits (batch, 256): the highest after adding Gumbel noise.

    t: the sample's place; it and the seed fix the noise. temperature: above 0. That draws each
    code with its softmax probability. Maddison, Tarlow and Minka (2014). Read in lesson 11.
    """
    t, seed = tf.convert_to_tensor(t, tf.int32), tf.convert_to_tensor(seed, tf.int32)
    return _draw_codes(logits, t, seed, tf.convert_to_tensor(temperature, tf.float32))


@tf.function(jit_compile=True, autograph=False)  # XLA and TensorFlow have different random numbers
def _draw_codes(logits, t, seed, temperature):
    even = tf.random.stateless_uniform(tf.shape(logits), tf.stack([seed, t]), 1e-20)
    chances = logits / temperature - tf.math.log(-tf.math.log(even))
    return tf.argmax(chances, axis=-1, output_type=tf.int32)
