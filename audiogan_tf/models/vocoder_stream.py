"""A vocoder for sound of any length, in constant memory."""

import numpy as np


class VocoderStream:
    """Sound of any length through bands and back, a stretch at a time, in constant memory.

    Each stretch is drawn with CONTEXT frames around it and blended into the next over half of
    them, as the two may differ in phase. It is brought to one level first, and back afterwards.
    """

    STRETCH, CONTEXT = 512, 16  # frames

    def __init__(self, vocoder):
        self.vocoder, self.hop = vocoder, vocoder.pictures.hop_length
        self.context = self.CONTEXT * self.hop
        self.waiting = np.zeros(self.context, "float32")  # before the first sample all is silent
        self.blend = np.zeros(0, "float32")
        self.taken = self.given = 0

    def push(self, samples):
        """samples (n,) float32. Returns what is ready, (m,) float32."""
        self.taken += len(samples)
        self.waiting = np.concatenate([self.waiting, np.asarray(samples, "float32")])
        size, ready = self.STRETCH * self.hop, []
        while len(self.waiting) >= size + 2 * self.context:
            ready.append(self._stretch(self.waiting[: size + 2 * self.context], size))
            self.waiting = self.waiting[size:]
        return self._counted(ready)

    def finish(self):
        """The rest, so that as many samples came out as went in."""
        left = self.taken - self.given
        if not left:
            return np.zeros(0, "float32")
        size = -(-left // (32 * self.hop)) * 32 * self.hop  # few sizes: each is traced once
        last = np.pad(self.waiting, (0, size + 2 * self.context - len(self.waiting)))
        return self._counted([self._stretch(last, size)])[:left]

    def _counted(self, ready):
        ready = np.concatenate(ready) if ready else np.zeros(0, "float32")
        ready = ready[: self.taken - self.given]
        self.given += len(ready)
        return ready

    def draw(self, samples):
        """What becomes of samples (n,) at one level; n is a multiple of the hop."""
        setting = self.vocoder.pictures.with_frames(len(samples) // self.hop + 1)
        return self.vocoder.inverse(setting.forward(samples[None])).numpy()[0]

    def _stretch(self, samples, size):
        """Draw samples (size + 2 context,), of which the middle is wanted."""
        level = 0.5 / max(np.abs(samples).max(), 1e-4)
        with np.errstate(over="ignore"):  # of a sound at the end of what a float can hold
            drawn = self.draw(samples * level) / level
        middle = drawn[self.context : self.context + size].copy()
        overlap = len(self.blend)
        rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / max(overlap, 1)) ** 2
        middle[:overlap] = rise * middle[:overlap] + (1 - rise) * self.blend
        self.blend = drawn[self.context + size :][: self.context // 2]
        return middle.astype("float32")
