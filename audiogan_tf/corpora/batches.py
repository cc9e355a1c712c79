"""Endless shuffled batches that can start at any step, in constant memory."""

from audiogan_tf.sound.representation import forward_all

import numpy as np
import tensorflow as tf

UNEQUAL = 4  # so many times as many clips in one class as in another are balanced


ALONE = (0, 1, 1)


def batches(
    clips, representation, batch_size=32, seed=0, start_step=0, conditional=True, shares=ALONE
):
    """An endless tf.data pipeline of shuffled pictures (and conditions).

    clips: Clips or StreamedClips. Every epoch is a fresh permutation computed from
    (seed, epoch), so any step can be the first and nothing needs to be remembered: a resumed
    run sees the batches it would have seen. Clips on disk are decoded in parallel. Where they are
    `balanced` and one class has more than UNEQUAL times as many as another, every class is drawn
    equally often.
    shares: (first, count, all) where several machines read a batch together: it is cut into `all`
    equal shares, and this pipeline yields `count` of them, from the first-th on, one after another.
    Yields images (batch_size, frames, bins, 1) float32, or (images, conditions (batch_size, k)).
    """
    count = len(clips)
    first, own, together = shares
    share = batch_size // together
    order = tf.data.Dataset.range(start_step * own * share, np.iinfo(np.int64).max)
    if shares != ALONE:
        turn = own * share  # examples that this pipeline yields of every batch
        order = order.map(lambda i: i // turn * batch_size + first * share + i % turn)
    sizes = np.bincount(clips.labels) if count else np.zeros(1, int)
    sizes = sizes[sizes > 0]
    if getattr(clips, "balanced", False) and sizes.max() > UNEQUAL * sizes.min():
        order = order.map(_balanced(clips.labels, seed))
    else:
        order = order.map(lambda i: shuffled(i, count, seed))
    conditions = tf.constant(clips.conditions)
    picture = _from_disk(clips, representation) if clips.streamed else None
    if picture is not None:
        sounds = order.map(picture, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        loaded = sounds.batch(share, drop_remainder=True)
        loaded = loaded.map(lambda i, audio: (i, representation.forward(audio)))
    else:
        images = tf.constant(forward_all(clips.audio, representation))
        loaded = order.batch(share, drop_remainder=True)
        loaded = loaded.map(lambda i: (i, tf.gather(images, i)))
    if conditional:
        loaded = loaded.map(lambda i, images: (images, tf.gather(conditions, i)))
    else:
        loaded = loaded.map(lambda i, images: images)
    return loaded.prefetch(8)


def shuffled(position, count, seed):
    """The clip at `position` of an endless sequence of permutations of range(count)."""
    epoch, place = position // count, position % count
    key = tf.cast(tf.stack([epoch, tf.cast(seed, tf.int64)]), tf.uint32)
    return tf.random.experimental.index_shuffle(place, key, count - 1)


def _balanced(labels, seed):
    """Position to clip, so that every class comes once in each round, in an order of its own.

    The clips of a class come in permutations, each class at its own pace. As with `shuffled`, the
    clip is computed from the position alone.
    """
    members = np.argsort(labels, kind="stable")  # class by class
    sizes = np.unique(labels, return_counts=True)[1]
    firsts = tf.constant(np.cumsum(sizes) - sizes, tf.int64)
    sizes, members = tf.constant(sizes, tf.int64), tf.constant(members, tf.int64)
    classes = len(sizes)

    def clip(position):
        which = shuffled(position, classes, seed)
        visit = position // classes
        return members[firsts[which] + shuffled(visit, sizes[which], seed + 1 + which)]

    return clip


def _from_disk(clips, representation):
    def read(index):
        waveform = tf.numpy_function(clips.read, [index], tf.float32, stateful=False)
        return index, tf.ensure_shape(waveform, [representation.samples])

    return read
