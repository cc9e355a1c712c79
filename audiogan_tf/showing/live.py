"""A training that is seen and heard in a notebook while it runs."""

from audiogan_tf.showing import plots
from audiogan_tf.showing.players import player

import numpy as np

GRID_ALT = "Spectrograms of {count} sounds that the generator draws at this step of its training."
CURVE_ALT = "The judge's score at each preview of this training, between noise and real clips."
CAPTION = "What the generator makes at this step, in turn: {names}. Listen for the first you know."


class LiveView:
    """One display that each preview overwrites: spectrograms, a player and the score's curve.

    representation: the way back; classes: names of the classes asked for, in order; count:
    sounds shown; floors: the score of noise and of real clips, between which the curve is
    drawn, or None for no curve. Alt text and caption never change, only pictures and sound do,
    so the stored lesson can be compared strictly. Used in lessons 00 and 05.
    """

    def __init__(self, representation, classes=(), count=8, floors=None):
        self.representation, self.count, self.floors = representation, count, floors
        self.titles = [
            str(classes[i % len(classes)]) if classes else f"sound {i + 1}" for i in range(count)
        ]
        self.display = None

    def attach(self, preview):
        """Show this preview's sounds after each epoch; returns the preview."""
        preview.on_preview = lambda row: self.show(preview)
        return preview

    def show(self, preview):
        """Draw the first pictures of a training.Preview and play its first sounds, in place."""
        from IPython.display import display

        alts = [GRID_ALT.format(count=self.count)] + ([CURVE_ALT] if self.floors else [])
        content = {"text/html": self._html(preview, alts), "text/plain": "\n".join(alts)}
        if self.display is None:
            self.display = display(content, raw=True, display_id=True)
        else:
            self.display.update(content, raw=True)

    def _html(self, preview, alts):
        images, sounds = preview.images[: self.count], preview.waveforms[: self.count]
        title = f"Drawn after {preview.history[-1]['step']} steps"
        figures = [plots.spectrogram_grid(images, self.representation, self.titles, title=title)]
        if self.floors:
            figures.append(plots.score_curve(preview.history, *self.floors))
        caption = CAPTION.format(names=", ".join(self.titles))
        sound = player(np.concatenate(sounds), self.representation.sample_rate, caption)
        grid, *curve = map(plots.image_html, figures, alts)
        return "<div>" + "\n".join([grid, sound._repr_html_(), *curve]) + "</div>"
