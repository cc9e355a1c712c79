"""A trained mask network at work: whole sounds, or sounds that never end, in constant memory."""

from audiogan_tf.errors import InputError
from audiogan_tf.models.enhancement import (
    HOP,
    LOOK_AHEAD,
    N_FFT,
    PIECES,
    RATE,
    MaskNetwork,
    analyse,
    joined_pieces,
    synthesise,
)
from audiogan_tf.storage.weights import read_weights, save_weights

import numpy as np
import tensorflow as tf

BLOCK = 1 << 16  # samples worked on at once


class Enhancer:
    """Takes noise and reverberation off speech at 16 kHz, mono.

    network: MaskNetwork. A sample of the result depends on no later sample of the sound than
    `look_ahead` - 1 after it. Built in lesson 15.
    """

    sample_rate, look_ahead = RATE, LOOK_AHEAD

    def __init__(self, network):
        self.network = network
        states = [tf.TensorSpec([1, *s.shape[1:]], s.dtype) for s in network.no_past(1)]
        signature = [tf.TensorSpec([1, None]), states]
        self.pieces = tf.function(self._pieces, input_signature=signature)

    @classmethod
    def load(cls, source):
        """An Enhancer by the name of shipped weights or from a file.

        Raises InputError for another kind or network, an unknown name and damaged weights.
        """
        config, weights = read_weights(source, "enhancer")
        network = MaskNetwork(**config["sizes"])
        if [w.shape for w in weights] != [w.shape for w in network.get_weights()]:
            way_out = "make them anew with scripts/ship_speech.py"
            raise InputError(f"{source}: these weights are of another network; {way_out}")
        network.set_weights(weights)
        return cls(network)

    def save(self, path, **about):
        """Write the network to one file; about: JSON-able notes."""
        config = {"kind": "enhancer", "sizes": self.network.sizes, "about": about}
        save_weights(path, config, self.network.get_weights())

    def enhance(self, samples):
        """Speech without what disturbs it: (n,) float32 to (n,) float32, aligned in time."""
        samples, stream = np.asarray(samples, "float32"), self.make_stream()
        return np.concatenate([stream.push(samples), stream.finish()])

    def make_stream(self):
        """A fresh Stream; one for each channel."""
        return Stream(self)

    def _pieces(self, waveforms, states):
        spectrum = analyse(waveforms)
        enhanced, states = self.network.enhanced(spectrum, states)
        return synthesise(enhanced), states


class Stream:
    """One channel on its way through an Enhancer, in pieces of any length.

    What `push` and `finish` return is, put together, as long as what was pushed, and aligned.
    """

    def __init__(self, enhancer):
        self.enhancer, self.states = enhancer, enhancer.network.no_past(1)
        self.past = np.zeros(N_FFT - HOP, "float32")  # of the sound, already heard
        self.waiting = np.zeros(0, "float32")  # for a hop to be full
        self.last = np.zeros([1, PIECES - 1, LOOK_AHEAD], "float32")  # pieces, not yet used up
        self.early = LOOK_AHEAD - HOP  # samples that come out before the sound begins
        self.owed = 0  # samples to come out

    def push(self, samples):
        """The next (n,) float32 of the sound; returns (m,) float32, what can be told by now.

        Raises InputError for samples that are not finite.
        """
        samples = np.asarray(samples, "float32")
        if not np.isfinite(samples).all():
            raise InputError("the sound holds NaN or infinite samples; it cannot be enhanced")
        self.owed += len(samples)
        return self._owed(self._through(samples))

    def finish(self):
        """The rest of the sound, (k,) float32; the stream is then used up."""
        rest = self._through(np.zeros(LOOK_AHEAD - HOP + (-len(self.waiting)) % HOP, "float32"))
        return self._owed(rest)

    def _owed(self, sound):
        sound = sound[: self.owed]
        self.owed -= len(sound)
        return sound

    def _through(self, samples):
        """All whole hops of what is waiting and new, block by block."""
        samples = np.concatenate([self.waiting, samples])
        whole = len(samples) // HOP * HOP
        self.waiting = samples[whole:]
        blocks = [self._block(samples[i : min(i + BLOCK, whole)]) for i in range(0, whole, BLOCK)]
        return np.concatenate([np.zeros(0, "float32"), *blocks])

    def _block(self, hops):
        sound = np.concatenate([self.past, hops])
        self.past = sound[len(hops) :]
        pieces, self.states = self.enhancer.pieces(sound[None], self.states)
        pieces = np.concatenate([self.last, pieces], axis=1)
        self.last = pieces[:, 1 - PIECES :]
        sound = np.asarray(joined_pieces(pieces))[0]
        early, self.early = self.early, max(0, self.early - len(sound))
        return sound[early:]
