"""Random changes of pictures inside the graph, so that a few clips look like many."""

from audiogan_tf.errors import InputError

import keras
import tensorflow as tf
from keras import layers, ops

FLOOR = -1.0  # the level of silence in a picture


@keras.saving.register_keras_serializable("audiogan_tf")
class Augmentation(layers.Layer):
    """Shift, gain and masks that the discriminator sees on real and generated pictures alike.

    strength: probability, 0 to 1, with which each of the four changes meets each picture; at 0
    pictures come back as they are, and above 0.8 the generator may learn the changes themselves
    (Karras et al., 2020). Sizes, each a share: time_shift of the frames, at most, either way;
    gain of a picture's whole range of levels, at most, up or down; frequency_mask of the bins and
    time_mask of the frames, exactly. 0 switches a change off.
    Pictures (batch, frames, bins, 1) float32 in [-1, 1] come back with that shape and range;
    gradients flow through. Zhao et al. (2020). The masks are those of Park et al. (2019).
    Built in lesson 07.
    """

    def __init__(
        self,
        strength=0.5,
        time_shift=0.06,
        gain=0.05,
        frequency_mask=0.15,
        time_mask=0.15,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        shares = dict(strength=strength, time_shift=time_shift, gain=gain)
        shares |= dict(frequency_mask=frequency_mask, time_mask=time_mask)
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise InputError(f"{name}={share}: give a share between 0 and 1")
        self.strength, self.time_shift, self.gain = strength, time_shift, gain
        self.frequency_mask, self.time_mask = frequency_mask, time_mask
        self.dice = keras.random.SeedGenerator(seed)

    def call(self, pictures):
        if not self.strength:
            return pictures
        frames, bins = pictures.shape[1:3]
        later, wide = round(self.time_shift * frames), round(self.time_mask * frames)
        high = round(self.frequency_mask * bins)
        if later:
            moved = shift_time(pictures, self._places(pictures, later))
            pictures = self._sometimes(pictures, moved)
        if self.gain:
            pictures = self._sometimes(pictures, self._amplify(pictures))
        if high:
            pictures = self._sometimes(pictures, self._mask(pictures, high, axis=2))
        if wide:
            pictures = self._sometimes(pictures, self._mask(pictures, wide, axis=1))
        return pictures

    def _draw(self, pictures, low=0.0, high=1.0):
        """One uniform number a picture, (batch,)."""
        return keras.random.uniform([ops.shape(pictures)[0]], low, high, seed=self.dice)

    def _places(self, pictures, most):
        """One whole number from -most to most a picture, all equally likely, (batch,) int32."""
        return ops.cast(ops.floor(self._draw(pictures, -most, most + 1)), "int32")

    def _sometimes(self, pictures, changed):
        chosen = self._draw(pictures) < self.strength
        return ops.where(chosen[:, None, None, None], changed, pictures)

    def _amplify(self, pictures):
        return change_level(pictures, 2 * self._draw(pictures, -self.gain, self.gain))

    def _mask(self, pictures, size, axis):
        start = ops.floor(self._draw(pictures, 0, pictures.shape[axis] - size + 1))
        return mask(pictures, ops.cast(start, "int32"), size, axis)


def shift_time(pictures, frames):
    """Move each picture later by `frames` (batch,) int, earlier if negative; silence moves in."""
    count = pictures.shape[1]
    source = ops.arange(count)[None, :] - frames[:, None]  # (batch, frames)
    inside = ops.logical_and(source >= 0, source < count)
    moved = tf.gather(pictures, ops.clip(source, 0, count - 1), axis=1, batch_dims=1)
    return ops.where(inside[:, :, None, None], moved, FLOOR)


def change_level(pictures, offset):
    """Raise each picture's levels by `offset` (batch,), lower them if negative, within [-1, 1].

    Silence stays silence: near the floor the offset fades out, without a jump by which a
    discriminator could tell a generator's almost silent pixels from silent ones.
    """
    offset = offset[:, None, None, None]
    fade = ops.clip((pictures - FLOOR) / (2 * ops.abs(offset) + 1e-6), 0, 1)
    return ops.minimum(pictures + offset * fade, 1.0)


def mask(pictures, start, size, axis):
    """Silence `size` neighbouring frames (axis 1) or bins (axis 2) from `start` (batch,) on."""
    place = ops.arange(pictures.shape[axis])[None, :] - start[:, None]
    hidden = ops.logical_and(place >= 0, place < size)
    hidden = hidden[:, :, None, None] if axis == 1 else hidden[:, None, :, None]
    return ops.where(hidden, FLOOR, pictures)
