"""What a run shows: previews, a log for TensorBoard, sounds, a picture and a page.

Nothing here stops a run: what cannot be made is left out, and a sentence says why.
"""

import shutil
from pathlib import Path

from audiogan_tf.showing import plots
from audiogan_tf.showing.lettering import numbered_unless_drawable
from audiogan_tf.showing.report import write_report
from audiogan_tf.showing.tiles import tiles
from audiogan_tf.sound import audio
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.training.folders import save_sounds

import numpy as np
import tensorflow as tf

PLAYED = 16  # sounds in a preview's file, in the report and in the grid
NO_LABEL = "(no label)"


def attempt(what, make):
    """What `make()` returns and no notes; or None and one note, a sentence on why it failed.

    A training may have taken hours: whatever goes wrong afterwards must not lose it.
    """
    try:
        return make(), ()
    except Exception as error:
        reason = str(error) or type(error).__name__
        return None, (f"no {what}: {reason.splitlines()[0]}",)


def describe(corpus):
    """What is learned from, in sentences to be read before training."""
    picture, sentences = corpus.representation, []
    if corpus.found is not None:
        sentences += corpus.found.sentences()
    else:
        bands = f"{picture.bins} {'mel bands' if picture.n_mels else 'bands'}"
        sentences.append(
            f"{corpus.name}: pictures of {picture.frames} frames x {bands} up to "
            f"{picture.sample_rate // 2} Hz (n_fft {picture.n_fft}, hop {picture.hop_length})"
        )
    length = f"{picture.seconds:.2f} s at {picture.sample_rate} Hz"
    learned, held_out = len(corpus.train), len(corpus.test)
    return [*sentences, f"{learned} clips of {length} to learn from, {held_out} held out"]


def _names_of(conditions, classes):
    """What each row of conditions was asked for, a list of names to be read."""
    if conditions.shape[1] == 0:
        return [f"sound {i + 1}" for i in range(len(conditions))]
    return [classes[row[0]] or NO_LABEL for row in conditions]


def save_preview(folder, step, waveforms, pictures, sample_rate):
    """Write the first sounds of a preview, one after the other, and their pictures."""
    folder.mkdir(exist_ok=True)
    together = np.concatenate(waveforms[:PLAYED])
    audio.save(folder / f"step_{step:06d}.wav", together, sample_rate)
    with atomic_path(folder / f"step_{step:06d}.png") as temporary:
        temporary.write_bytes(tiles(pictures[:PLAYED]))


def write_sounds(folder, sounds, conditions, classes, sample_rate):
    """Write the folder of a run's sounds anew, over that of an earlier finish; its path."""
    shutil.rmtree(folder, ignore_errors=True)
    count = 3 * PLAYED
    labels = [classes[row[0]] if len(row) else "" for row in conditions[:count]]
    save_sounds(folder, sounds[:count], labels, sample_rate)
    return folder


class Page:
    """grid.png and report.html of a run, which can be written again once there is a score.

    out: the run's folder; corpus; sounds: (count, samples), drawn for conditions (count, k);
    history: the previews' rows; commands: what to type next.
    """

    def __init__(self, out, corpus, sounds, conditions, history, commands):
        self.out, self.corpus = Path(out), corpus
        self.history, self.commands = history, commands
        self.names = _names_of(conditions[:PLAYED], corpus.classes)
        self.sounds = sounds[: len(self.names)]
        titles, self.legend = numbered_unless_drawable(self.names)
        self.grid, no_grid = attempt("picture", lambda: self._draw(titles))
        make = lambda: _recordings_like(corpus, conditions[:PLAYED])  # noqa: E731
        self.recorded, no_recordings = attempt("recordings", make)
        self.notes = (*no_grid, *no_recordings)

    def _draw(self, titles):
        figure = plots.spectrogram_grid(self.sounds, self.corpus.representation, titles)
        grid = plots.png(figure)
        with atomic_path(self.out / "grid.png") as temporary:
            temporary.write_bytes(grid)
        return grid

    def write(self, report=None, notes=()):
        """Write report.html; report: judging.Report or None; notes: sentences on the scores."""
        what = "generated" if self.recorded else ""
        captions = [f"{name}, {what}" if what else name for name in self.names]
        return write_report(
            self.out / "report.html",
            f"A model that learned {self.corpus.name}",
            report.rows if report is not None else [],
            self.history,
            list(zip(captions, self.sounds, strict=True)),
            self.corpus.sample_rate,
            self.grid,
            alarms=self.history[-1]["alarms"] if self.history else (),
            next_commands=self.commands,
            recorded=self.recorded or (),
            found=describe(self.corpus),
            notes=(*(report.notes if report is not None else ()), *notes, *self.notes),
            legend=self.legend if self.grid else (),
        )


def _recordings_like(corpus, conditions):
    """Recordings to be heard beside generated sounds: for each row one of its class.

    Held-out clips, as the model would hear them; where a class has none, a training clip, and
    its caption says so. Returns a list of (caption, (samples,) float32).
    """
    used, chosen = {}, []
    for row in conditions:
        label = row[0] if len(row) else None
        for clips, kind in ((corpus.test, "recorded"), (corpus.train, "recorded, learned from")):
            places = (
                np.arange(len(clips)) if label is None else np.flatnonzero(clips.labels == label)
            )
            if len(places):
                place = places[used.get(label, 0) % len(places)]
                name = corpus.classes[clips.labels[place]]
                caption = f"{name}, {kind}" if name else kind
                chosen.append((caption, clips.take([place])[0]))
                used[label] = used.get(label, 0) + 1
                break
    return chosen


class Log:
    """TensorBoard: losses and score, a picture and the sound of each preview."""

    def __init__(self, folder):
        self.writer = tf.summary.create_file_writer(str(folder))

    def write(self, row, preview):
        """Add one preview's row, first pictures and sounds."""
        representation = preview.representation
        with self.writer.as_default(step=row["step"]):
            for name, value in row.items():
                if isinstance(value, float):
                    tf.summary.scalar(name, value)
            pictures = np.flip(np.swapaxes(preview.images[:4], 1, 2), 1) / 2 + 0.5
            tf.summary.image("spectrograms", pictures, max_outputs=4)
            sounds = preview.waveforms[:4, :, None]
            tf.summary.audio("sounds", sounds, representation.sample_rate, max_outputs=4)
        self.writer.flush()
