"""Pictures varied at random, so that a judge listens to what matters and to nothing else."""

import tensorflow as tf

DETUNE = 1.5  # mel bands by which a picture may be shifted, where pitch is no label


def augment(images, detune=DETUNE):
    """Vary pictures as voices and generators do: pace, start, pitch, level, noise, gaps.

    images: (clips, frames, bins, 1) in [-1, 1], -1 being silence; detune: how far the pitch may
    move, in bands. Returns the same shape.
    Gaps after Park et al., SpecAugment (2019).
    """
    clips, frames, bins = tf.shape(images)[0], images.shape[1], images.shape[2]

    def draw(low, high):
        return tf.random.uniform([clips, 1], low, high)

    pace, start, pitch = draw(0.8, 1.25), draw(-0.05, 0.15), draw(-detune, detune)
    images = _resample_axis(
        images[..., 0], tf.range(frames, dtype=tf.float32) * pace - start * frames
    )
    images = tf.transpose(images, [0, 2, 1])
    images = _resample_axis(images, tf.range(bins, dtype=tf.float32) + pitch, edge=True)
    images = tf.transpose(images, [0, 2, 1])
    images += draw(-0.1, 0.1)[..., None]
    images = tf.maximum(images, draw(-1.2, -0.7)[..., None])
    images += tf.random.normal(tf.shape(images)) * draw(0.0, 0.12)[..., None]
    for _ in range(2):
        images = tf.where(_gap(frames, 8, draw)[:, :, None], -1.0, images)
        images = tf.where(_gap(bins, 6, draw)[:, None, :], -1.0, images)
    return tf.clip_by_value(images, -1, 1)[..., None]


def _resample_axis(images, positions, edge=False):
    """Read axis 1 of (clips, n, m) at fractional positions (clips, n); -1 or the edge outside."""
    size = images.shape[1]
    below = tf.floor(positions)
    share = (positions - below)[..., None]
    index = tf.cast(below, tf.int32)
    low, high = tf.clip_by_value(index, 0, size - 1), tf.clip_by_value(index + 1, 0, size - 1)
    read = tf.gather(images, low, batch_dims=1) * (1 - share)
    read += tf.gather(images, high, batch_dims=1) * share
    inside = (positions >= 0) & (positions <= size - 1)
    return read if edge else tf.where(inside[..., None], read, -1.0)


def _gap(size, longest, draw):
    """One random stretch of an axis for each clip, (clips, size) bool."""
    length, start = draw(0.0, float(longest)), draw(0.0, 1.0)
    start *= size - length
    place = tf.range(size, dtype=tf.float32)
    return (place >= start) & (place < start + length)


def mix(images, labels):
    """Blend each clip a little with another. Zhang et al., mixup (2018)."""
    clips = tf.shape(images)[0]
    share = tf.square(tf.random.uniform([clips, 1])) * 0.4
    other = tf.random.shuffle(tf.range(clips))
    blend = (
        share[..., None, None] * tf.gather(images, other) + (1 - share[..., None, None]) * images
    )
    return blend, [share * tf.gather(y, other) + (1 - share) * y for y in labels]
