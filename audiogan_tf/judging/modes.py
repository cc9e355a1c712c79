"""Counting modes in a corpus whose factors are known: which kinds of sound does a model draw?"""

from audiogan_tf.judging.metrics import held
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all

import numpy as np
from scipy.linalg import solve

RIDGE = 0.03  # of the pictures' mean variance: how much the regression is held back


class ModeCounter:
    """Reads factors back from sounds, and counts the cells into which the sounds fall.

    corpus: with `factors` in its training clips; names: the factors to read, all positive;
    parts: each factor's range within a class is cut into so many parts, equally frequent in the
    training clips. So there are classes * parts ** len(names) cells, and the training clips
    fill them evenly. A ridge regression for each class, from pictures to the factors'
    logarithms, does the reading. Built in lesson 07.
    """

    def __init__(self, corpus, names=("pitch", "decay"), parts=3):
        self.representation, self.names, self.parts = corpus.representation, tuple(names), parts
        self.total = len(corpus.classes) * parts ** len(names)
        pictures, labels = self._look(corpus.train.audio), corpus.train.labels
        wanted = np.log(np.stack([corpus.train.factors[name] for name in names], axis=1))
        members = [labels == k for k in range(len(corpus.classes))]
        self.readers = [_ridge(pictures[own], wanted[own]) for own in members]
        cuts = np.arange(1, parts) / parts
        self.edges = np.exp([np.quantile(wanted[own], cuts, axis=0) for own in members])

    def _look(self, waveforms):
        """Pictures of waveforms of one loudness, as rows: (clips, frames * bins) float64."""
        pictures = forward_all(audio.peak_normalise(waveforms), self.representation)
        return pictures.reshape(len(pictures), -1).astype("float64")

    def read(self, waveforms, classes):
        """The factors of sounds whose classes are known.

        waveforms: (clips, samples); classes: (clips,) int. Returns (clips, names) in the
        factors' own units.
        """
        pictures, factors = self._look(waveforms), np.zeros((len(waveforms), len(self.names)))
        for k, (centre, slopes, level) in enumerate(self.readers):
            own = np.asarray(classes) == k
            factors[own] = np.exp((pictures[own] - centre) @ slopes + level)
        return factors

    def cells_of(self, factors, classes):
        """The number of each clip's cell, 0 to total - 1; factors: (clips, names)."""
        cells = np.asarray(classes)
        for i in range(len(self.names)):
            part = (factors[:, i, None] > self.edges[classes, :, i]).sum(axis=1)
            cells = cells * self.parts + part
        return cells

    def count(self, waveforms, asked, heard):
        """How many cells the sounds cover, an int from 0 to total.

        asked, heard: (clips,) int, classes; clips heard as another class than asked fill no
        cell. A cell counts from a fifth of its even share of the clips, at least one clip.
        """
        right = np.asarray(asked) == heard
        cells = self.cells_of(self.read(waveforms, asked), np.asarray(asked))[right]
        counts = np.bincount(cells, minlength=self.total)
        return int(np.sum(held(counts, len(waveforms) / self.total)))


def _ridge(x, y):
    """Centre, slopes and level of the regression of y (clips, k) on x (clips, size)."""
    centre, level = x.mean(axis=0), y.mean(axis=0)
    x, y = x - centre, y - level
    gram = x @ x.T  # fewer clips than pixels: solve in the space of clips
    gram[np.diag_indices(len(x))] += RIDGE * np.trace(gram) / len(x)
    return centre, x.T @ solve(gram, y, assume_a="pos"), level
