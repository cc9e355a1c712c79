"""A training that is seen and heard in a notebook while it runs."""

import base64

from audiogan_tf import plots

import numpy as np


class LiveView:
    """One display that each preview overwrites: a spectrogram grid above a player.

    preview: callbacks.Preview; classes: names of the classes asked for, in order.
    `show` is a Preview's on_preview. Structure and caption never change, only picture and
    sound do, so the stored lesson can be compared strictly. Used in lessons 00 and 06.
    """

    def __init__(self, representation, classes=(), count=8):
        self.representation, self.count = representation, count
        self.titles = [
            str(classes[i % len(classes)]) if classes else f"sound {i + 1}" for i in range(count)
        ]
        self.display = None

    def attach(self, preview):
        """Show this preview's sounds after each epoch; returns the preview."""
        preview.on_preview = lambda row: self.show(preview)
        return preview

    def show(self, preview):
        """Draw the preview's first pictures and play its first sounds, in place."""
        from IPython.display import display

        content, alt = self._content(preview)
        options = {"raw": True, "metadata": {"image/png": {"alt": alt}}}
        if self.display is None:
            self.display = display(content, display_id=True, **options)
        else:
            self.display.update(content, **options)

    def _content(self, preview):
        figure = plots.spectrogram_grid(
            preview.images[: self.count], self.representation, self.titles
        )
        alt = (
            f"Spectrograms of {self.count} sounds the generator draws at this step of its training."
        )
        sound = np.concatenate(preview.waveforms[: self.count])
        caption = "the same sounds, one after the other: " + ", ".join(self.titles)
        player = plots.player(sound, self.representation.sample_rate, caption)
        picture = base64.b64encode(plots.png(figure)).decode()
        image = f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{picture}">'
        html = f"<div>{image}{player._repr_html_()}</div>"
        return {"text/html": html, "text/plain": alt}, alt
