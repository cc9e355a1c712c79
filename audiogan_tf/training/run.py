"""A training run on disk: started, previewed, checkpointed, resumed, reported."""

import json
import re
import shutil
import time
from pathlib import Path

from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.models import catalogue
from audiogan_tf.models.sound_generator import SoundGenerator, save_generator
from audiogan_tf.showing import plots
from audiogan_tf.showing.report import write_report
from audiogan_tf.sound import audio
from audiogan_tf.storage import checkpoints, recipes
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.training.callbacks import Preview, Progress, StopAfter, StopOnInterrupt, StopOnNaN
from audiogan_tf.training.folders import (
    check_folder,
    next_commands,
    read_run_config,
    save_sounds,
)

import numpy as np
import tensorflow as tf

PREVIEW_STEPS = 500
ADAPTED = 4000  # clips that a learner sees before it starts, if it asks for any
PLAYED = 16  # sounds in a preview's file, in the report and in the grid
ENDLESS = 10**6  # epochs; StopAfter ends the training


class Run:
    """One training in one folder.

    corpus: Corpus; out: folder; model: a name in MODELS; seed; judge: Judge or None.
    resume: go on from the folder's checkpoint instead of starting.
    """

    def __init__(self, corpus, out, model="small", seed=0, judge=None, resume=False):
        self.corpus, self.out, self.judge = corpus, Path(out), judge
        config = {
            "corpus": corpus.name,
            "corpus_digest": corpus.digest,
            "model": model,
            "seed": seed,
            "conditions": {name: list(names) for name, names in corpus.conditions.items()},
            "representation": corpus.representation.get_config(),
        }
        if resume:
            self._check_same(config)
        else:
            check_folder(self.out, resume=False)
            _write_json(self.out / "run.json", config)
        self.seed, self.model = seed, model
        self.representation = catalogue.representation_for(corpus, model)
        shape = self.representation.shape
        self.learner = catalogue.build(shape, corpus.class_counts, model, seed)
        self.preview = Preview(
            self.representation, judge, corpus.class_counts, on_preview=self._on_preview
        )
        self.log = Log(self.out / "tensorboard")
        self.trained_seconds = 0.0
        if resume and not (self.out / "checkpoint.npz").exists():
            print(f"{self.out}: stopped before its first checkpoint; starting at step 0")
        elif resume:
            notes = checkpoints.restore(self.out / "checkpoint.npz", self.learner)
            self.preview.history = notes["history"]
            self.preview.best_score = notes["best_score"]
            self.trained_seconds = notes["trained_seconds"]
        if self.learner.step == 0:
            some = range(min(len(corpus.train), ADAPTED))
            examples = self.representation.forward(corpus.train.take(some))
            self.learner.adapt(examples, corpus.train.conditions[some])

    def _check_same(self, config):
        found = read_run_config(self.out)
        for key in ("corpus_digest", "model", "seed"):
            if recipes.current(found[key]) != config[key]:
                raise InputError(
                    f"{self.out}: the run there has {key}={found[key]!r}, asked for "
                    f"{config[key]!r}; resume it with its own settings or choose another --out"
                )

    def train(self, steps=None, seconds=None):
        """Train up to `steps` in all, or for `seconds` more. Ctrl-C saves and stops.

        Returns "done" or "interrupted". Raises TrainingFailed if a loss is not a number (the
        state of the last preview is then kept), InputError if a sound file can no longer be
        read (the present state is then saved).
        """
        progress = Progress(steps, seconds, self.preview)
        watchers = [StopOnNaN(), self.preview, progress, StopAfter(steps, seconds)]
        if steps and self.learner.step >= steps:
            return "done"
        began = time.perf_counter()
        try:
            with StopOnInterrupt() as interrupt:
                self._fit([*watchers, interrupt])
            outcome = "interrupted" if interrupt.asked else "done"
        except KeyboardInterrupt:
            outcome = "interrupted"
        except tf.errors.OpError as error:
            self.save()
            raise _in_one_sentence(error) from None
        finally:
            progress.close()
        self.trained_seconds += time.perf_counter() - began
        self.save()
        return outcome

    def _fit(self, watchers):
        """Epochs end at multiples of PREVIEW_STEPS, also after a stop in the middle of one."""
        done = self.learner.step % PREVIEW_STEPS
        for epochs, steps in ((1, PREVIEW_STEPS - done), (ENDLESS, PREVIEW_STEPS)):
            if epochs == 1 and not done:
                continue
            data = batches(
                self.corpus.train,
                self.representation,
                catalogue.find(self.model).batch_size,
                self.seed,
                self.learner.step,
                self.learner.conditional,
            )
            self.learner.fit(
                data,
                epochs=epochs,
                steps_per_epoch=steps,
                verbose=0,
                shuffle=False,
                callbacks=watchers,
            )
            if self.learner.stop_training:
                break

    def _on_preview(self, row):
        self.log.write(row, self.preview)
        self._save_previews(row["step"])
        if self.preview.best_weights is not None:
            self._save_generator("best.npz", self.preview.best_weights, row)
            self.preview.best_weights = None
        self.save()

    def _save_previews(self, step):
        folder = self.out / "previews"
        folder.mkdir(exist_ok=True)
        together = np.concatenate(self.preview.waveforms[:PLAYED])
        audio.save(folder / f"step_{step:06d}.wav", together, self.corpus.sample_rate)
        with atomic_path(folder / f"step_{step:06d}.png") as temporary:
            temporary.write_bytes(plots.tiles(self.preview.images[:PLAYED]))

    def _names(self, asked):
        classes = self.corpus.classes
        return [classes[row[0]] if len(row) else f"sound {i + 1}" for i, row in enumerate(asked)]

    def save(self):
        """Write checkpoint.npz, last.npz and history.json."""
        notes = {
            "history": self.preview.history,
            "best_score": self.preview.best_score,
            "trained_seconds": self.trained_seconds,
        }
        checkpoints.save(self.out / "checkpoint.npz", self.learner, notes)
        self._save_generator("last.npz", self.learner.playing_weights())
        _write_json(self.out / "history.json", self.preview.history)

    def _save_generator(self, name, weights, row=None):
        conditions = self.corpus.conditions if self.corpus.class_counts else {}
        about = {"corpus": self.corpus.name, "step": self.learner.step, **(row or {})}
        builder = catalogue.find(self.model).builder
        what = self.learner.sizes, self.representation, conditions, about, builder
        save_generator(self.out / name, weights, *what)

    def finish(self, count=240):
        """Score the best state, write sounds/, grid.png and report.html; print where they are.

        count: how many sounds are scored.
        """
        source = SoundGenerator.load(self.out)
        sounds, conditions = source.generate(count, seed=self.seed)
        labels = conditions[:, 0] if source.conditions else None
        report = None
        if self.judge is not None:
            report = evaluate(sounds, self.corpus, labels, self.judge)
        written = self._write_sounds(sounds, self._names(conditions))
        page = self._write_report(sounds, conditions, report)
        share = self.preview.seconds / max(self.trained_seconds, 1e-9)
        print(f"step {self.learner.step}, {self.trained_seconds:.0f} s of training", end=" ")
        print(f"({100 * share:.1f} % of it previews, scores and checkpoints)")
        if report is not None:
            print(report)
        print(f"sounds: {written}\npicture: {self.out / 'grid.png'}\nreport: {page}")
        print("next:", *next_commands(self.out, self.corpus, self.model), sep="\n  ")
        return report

    def _write_sounds(self, sounds, names):
        folder = self.out / "sounds"
        shutil.rmtree(folder, ignore_errors=True)  # of an earlier finish of this same run
        rate = self.corpus.sample_rate
        save_sounds(folder, sounds[: 3 * PLAYED], names[: 3 * PLAYED], rate)
        return folder

    def _write_report(self, sounds, conditions, report):
        names = self._names(conditions[:PLAYED])
        figure = plots.spectrogram_grid(sounds[:PLAYED], self.corpus.representation, names)
        grid = plots.png(figure)
        with atomic_path(self.out / "grid.png") as temporary:
            temporary.write_bytes(grid)
        history = self.preview.history
        return write_report(
            self.out / "report.html",
            f"A model that learned {self.corpus.name}",
            report.rows if report is not None else [],
            history,
            list(zip(names, sounds[:PLAYED], strict=True)),
            self.corpus.sample_rate,
            grid,
            alarms=history[-1]["alarms"] if history else (),
            next_commands=next_commands(self.out, self.corpus, self.model),
        )


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


def _in_one_sentence(error):
    """What went wrong inside the pipeline, where TensorFlow wraps the kit's own error."""
    spoken = re.search(r"UnreadableSound: (.*)", str(error))
    if spoken is None:
        return error
    return InputError(
        f"{spoken[1]}; the training stopped and its state is saved: put the file back and --resume"
    )


def _write_json(path, content):
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
