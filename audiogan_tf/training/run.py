"""A training run on disk: started, previewed, checkpointed, resumed, reported."""

import re
import time
from dataclasses import replace
from pathlib import Path

from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError
from audiogan_tf.judging.evaluation import NO_JUDGE, evaluate
from audiogan_tf.models import catalogue
from audiogan_tf.models.sound_generator import SoundGenerator, save_generator
from audiogan_tf.sound.representation import forward_all
from audiogan_tf.storage import checkpoints
from audiogan_tf.training import keeping, pages
from audiogan_tf.training.callbacks import (
    Pace,
    Preview,
    Progress,
    StopAfter,
    StopOnInterrupt,
    StopOnNaN,
    StopUnbeaten,
)
from audiogan_tf.training.commands import corpus_options, next_commands
from audiogan_tf.training.machines import GONE, Machines
from audiogan_tf.training.settings import check_run, settings_of, write_files, write_json

import numpy as np
import tensorflow as tf

PREVIEW_STEPS = 500
ADAPTED, ADAPTED_SAMPLES = 4000, 2**26  # that a learner sees before it starts, at most
FITTED = 1000  # training clips whose latents are measured before each preview, at most
ENDLESS = 10**6  # epochs; StopAfter ends the training


class Run:
    """One training in one folder.

    corpus: Corpus; out: folder; model: a name in MODELS; seed; judge: Judge or None.
    resume: go on from the folder's checkpoint instead of starting. source: the options with which
    the command line loads this corpus, for the commands that are printed at the end. machines:
    Machines, by default this one; of several workers only the chief writes files.
    """

    def __init__(
        self,
        corpus,
        out,
        model="small",
        seed=0,
        judge=None,
        resume=False,
        source=None,
        machines=None,
    ):
        self.corpus, self.out, self.judge = corpus, Path(out), judge
        self.source, self.machines = source or corpus_options(corpus), machines or Machines()
        if self.machines.chief:
            check_run(corpus, self.out, model, seed, resume)
            if not resume:
                write_json(self.out / "run.json", settings_of(corpus, model, seed))
            write_files(self.out, corpus)
        self.seed, self.model = seed, model
        self.representation = catalogue.representation_for(corpus, model)
        self.train_clips, shown, count = corpus.train, None, 0
        if catalogue.has_sliders(model):
            self.train_clips = replace(corpus.train, conditions=corpus.train.told)
            shown, count = corpus.test, corpus.slider_count
        shape, counts = self.representation.shape, corpus.class_counts
        with self.machines.strategy.scope():
            self.learner = catalogue.build(shape, counts, model, seed, count)
        most = max(1, min(ADAPTED, ADAPTED_SAMPLES // self.representation.samples))
        some = range(min(len(corpus.train), most))
        examples = forward_all(corpus.train.take(some), self.representation)
        told = self.train_clips.conditions[some]
        fitted = np.random.default_rng(seed).permutation(len(some))[:FITTED]
        self.preview = Preview(
            self.representation,
            judge,
            counts,
            on_preview=self._on_preview,
            clips=shown,
            examples=(examples[fitted], told[fitted]),
        )
        self.log = pages.Log(self.out / "tensorboard") if self.machines.chief else None
        self.trained_seconds, self.patience = 0.0, None
        if resume and not (self.out / "checkpoint.npz").exists():
            print(f"{self.out}: stopped before its first checkpoint; starting at step 0")
        elif resume:
            notes = checkpoints.restore(self.out / "checkpoint.npz", self.learner)
            self.preview.history = notes["history"]
            self.trained_seconds = notes["trained_seconds"]
        if self.learner.step == 0:
            self.learner.adapt(examples, told)

    def train(self, steps=None, seconds=None, patience=None):
        """Train up to `steps` in all, or for `seconds` more. Ctrl-C saves and stops.

        patience: stop earlier, once so many previews in a row, those before a resume included,
        have not beaten the state in best.npz. Returns "done" or "interrupted". Raises
        TrainingFailed if a loss is not a number (the state of the last preview is then kept),
        InputError if a sound file can no longer be read (the present state is then saved).
        """
        self.machines.check(self.model, self._batch_size, seconds, patience)
        if not self.machines.chief:
            return self._follow(steps)
        progress = Progress(steps, seconds, self.preview)
        watchers = [StopOnNaN(), self.preview, progress, StopAfter(steps, seconds)]
        watchers.append(Pace(steps, seconds))
        self.patience = patience
        if patience:
            watchers.append(StopUnbeaten(self.preview, patience))
        if (steps and self.learner.step >= steps) or (patience and watchers[-1].is_due()):
            return "done"
        began = time.perf_counter()
        try:
            with StopOnInterrupt() as interrupt:
                self._fit([*watchers, interrupt])
            outcome = "interrupted" if interrupt.asked else "done"
        except KeyboardInterrupt:
            outcome = "interrupted"
        except GONE:  # half a step is done: the last checkpoint stays as it is
            raise
        except tf.errors.OpError as error:
            self.save()
            raise _in_one_sentence(error) from None
        finally:
            progress.close()
        self.trained_seconds += time.perf_counter() - began
        self.save()
        return outcome

    def _follow(self, steps):
        """Train as one of several workers, without files, a bar or previews."""
        if self.learner.step < steps:
            self._fit([StopOnNaN(), StopAfter(steps)])
        return "done"

    @property
    def _batch_size(self):
        return catalogue.find(self.model).batch_size

    def _fit(self, watchers):
        """Epochs end at multiples of PREVIEW_STEPS, also after a stop in the middle of one."""
        done = self.learner.step % PREVIEW_STEPS
        for epochs, steps in ((1, PREVIEW_STEPS - done), (ENDLESS, PREVIEW_STEPS)):
            if epochs == 1 and not done:
                continue
            self.machines.fit(self.learner, self._data, epochs, steps, watchers)
            if self.learner.stop_training:
                break

    def _data(self, shares):
        """The pipeline that goes on where the learner is."""
        return batches(
            self.train_clips,
            self.representation,
            self._batch_size,
            self.seed,
            self.learner.step,
            self.learner.conditional,
            shares,
        )

    def _on_preview(self, row):
        self.log.write(row, self.preview)
        shown = self.preview.waveforms, self.preview.images
        pages.save_preview(self.out / "previews", row["step"], *shown, self.corpus.sample_rate)
        if self.preview.best_weights is not None:
            self._save_generator("best.npz", self.preview.best_weights, row)
            self.preview.best_weights = None
        self.save()

    def save(self):
        """Write checkpoint.npz, last.npz and history.json."""
        notes = {
            "history": self.preview.history,
            "trained_seconds": self.trained_seconds,
        }
        checkpoints.save(self.out / "checkpoint.npz", self.learner, notes)
        self._save_generator("last.npz", self.learner.playing_weights())
        write_json(self.out / "history.json", self.preview.history)

    def _save_generator(self, name, weights, row=None):
        conditions = self.corpus.conditions if self.corpus.class_counts else {}
        about = {"corpus": self.corpus.name, "step": self.learner.step, **(row or {})}
        builder = catalogue.find(self.model).builder
        what = self.learner.sizes, self.representation, conditions, about, builder
        if catalogue.has_sliders(self.model):
            what = *what, self.corpus.sliders
        save_generator(self.out / name, weights, *what, compressed=False)  # written often

    def finish(self, count=240):
        """Write sounds/, grid.png and report.html, then score the best state and add the scores.

        count: how many sounds are scored. Prints the scores and where everything is. Returns a
        Report, or None where there is no score: a sentence then says why. Nothing but a full disk
        stops it from writing the sounds.
        """
        source = SoundGenerator.load(self.out)
        sounds, conditions = source.generate(count, seed=self.seed)
        classes = self.corpus.classes
        rate = self.corpus.sample_rate
        written = pages.write_sounds(self.out / "sounds", sounds, conditions, classes, rate)
        asked = classes if source.conditions else ()
        commands = next_commands(self.out, asked, self.source, self.model, self.seed)
        about = self.corpus, sounds, conditions, self.preview.history, commands
        page = pages.Page(self.out, *about)
        clips = len(self.preview.asked)
        kept = keeping.in_words(self.preview.history, clips, self.patience)
        pages.attempt("report", lambda: page.write(notes=[kept]))  # scoring may fail
        report, notes = self._score(sounds, conditions)
        notes = [kept, *notes]
        path, unwritten = pages.attempt("report", lambda: page.write(report, notes))
        share = self.preview.seconds / max(self.trained_seconds, 1e-9)
        print(f"step {self.learner.step}, {self.trained_seconds:.0f} s of training", end=" ")
        print(f"({100 * share:.1f} % of it previews, scores and checkpoints)")
        if report is not None:
            print(report)
        print(*notes, *page.notes, *unwritten, f"sounds: {written}", sep="\n")
        if page.grid:
            print(f"picture: {self.out / 'grid.png'}")
        if path:
            print(f"report: {path}")
        print("next:", *commands, sep="\n  ")
        return report

    def _score(self, sounds, conditions):
        """A Report and no notes, or None and why there is none."""
        if self.judge is None:
            alone = not self.corpus.class_counts
            return None, (f"no score: {NO_JUDGE if alone else 'there is no judge'}",)
        labels = conditions[:, 0] if conditions.shape[1] else None
        return pages.attempt("score", lambda: evaluate(sounds, self.corpus, labels, self.judge))


def _in_one_sentence(error):
    """What went wrong inside the pipeline, where TensorFlow wraps the kit's own error."""
    spoken = re.search(r"UnreadableSound: (.*)", str(error))
    if spoken is None:
        return error
    return InputError(
        f"{spoken[1]}; the training stopped and its state is saved: put the file back and --resume"
    )
