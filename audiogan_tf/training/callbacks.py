"""What watches a training: previews that are heard and scored, a bar, and guards."""

import math
import signal
import threading
import time

from audiogan_tf.errors import TrainingFailed
from audiogan_tf.judging.alarms import find_alarms
from audiogan_tf.judging.metrics import frechet_distance
from audiogan_tf.models.layers import even_conditions
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all
from audiogan_tf.training.keeping import held_out_like, kept, unbeaten

import keras
import numpy as np

SHORT = {"d_loss": "D", "g_loss": "G"}  # on the line of progress
ITERATIONS = 8  # of Griffin-Lim in a preview: the judge hears no more in 16


def _losses(logs):
    return {name: value for name, value in logs.items() if name.endswith("loss")}


class Preview(keras.callbacks.Callback):
    """After each epoch: the same latents drawn again, heard by the judge, checked for alarms.

    representation: the way back, Representation or Waveform; judge: judging.Judge or None;
    class_counts: as in the model; clips: Clips, whose sliders it is told, or None;
    count: clips per preview; on_preview: function of one row, called after each; examples:
    training examples and their labels, for the model's `fit_latent` before each.
    `history` holds one dict a preview: step, seconds, score (share of clips the judge names as
    asked; None without a judge), distance (Frechet, to held-out clips of the kinds asked for;
    None where there are too few), losses, alarms. `best_weights` are those of the state to keep,
    see keeping.kept. Used in lessons 00 and 05.
    """

    def __init__(
        self,
        representation,
        judge=None,
        class_counts=(),
        count=48,
        on_preview=None,
        clips=None,
        examples=None,
    ):
        super().__init__()
        self.representation, self.judge, self.on_preview = representation, judge, on_preview
        self.examples = examples
        self.asked = even_conditions(class_counts, count)
        self.told = _told_like(self.asked, clips) if clips is not None else self.asked
        self.held_out = held_out_like(judge.reference if judge else None, self.asked)
        self.history, self.best_weights = [], None
        self.seconds = 0.0  # spent in previews
        self.waveforms = self.images = None

    def on_train_begin(self, logs=None):
        self.started = time.perf_counter()
        if self.waveforms is None:
            began = time.perf_counter()
            self._render()  # trace everything once
            self.seconds += time.perf_counter() - began

    def on_epoch_end(self, epoch, logs=None):
        began = time.perf_counter()
        self._render()
        row = {"step": self.model.step, "seconds": began - self.started, "score": self._score()}
        row["distance"] = self._distance()
        row |= {key: float(value) for key, value in (logs or {}).items()}
        row["alarms"] = find_alarms(
            self.waveforms,
            self.representation.sample_rate,
            hearing=self.hearing,
            asked=self.asked[:, 0] if self.asked.shape[1] else None,
            train_features=self.judge.reference.train if self.judge else None,
            d_real=row.get("d_real"),
            d_fake=row.get("d_fake"),
        )
        self.history.append(row)
        if self.history[kept(self.history, len(self.asked))] is row:
            self.best_weights = self.model.playing_weights()
        if self.on_preview:
            self.on_preview(row)
        self.seconds += time.perf_counter() - began

    def _render(self):
        if self.examples is not None:
            self.model.fit_latent(*self.examples)
        conditions = self.told if self.told.shape[1] else None
        drawn = self.model.generate(len(self.asked), conditions, seed=1)
        self.waveforms = audio.limit(inverse_all(drawn, self.representation, ITERATIONS))
        pictures = self.representation.spectrogram
        is_picture = pictures is self.representation
        self.images = drawn if is_picture else forward_all(self.waveforms, pictures)
        self.hearing = None
        if self.judge is not None:
            self.hearing = self.judge.hear(self.waveforms, self.representation.sample_rate)

    def _score(self):
        if self.hearing is None or not self.asked.shape[1]:
            return None
        heard = self.hearing.probabilities[0].argmax(axis=1)
        return float(np.mean(heard == self.asked[:, 0]))

    def _distance(self):
        if self.hearing is None or self.held_out is None:
            return None
        return frechet_distance(self.hearing.features, self.held_out)


def _told_like(asked, clips):
    """Labels and sliders of clips, one after the other of each class asked for; (count, k)."""
    told, rows = clips.told, np.zeros(len(asked), int)
    for label in np.unique(asked[:, 0]):
        places = np.flatnonzero(asked[:, 0] == label)
        rows[places] = np.resize(np.flatnonzero(clips.labels == label), len(places))
    return told[rows]


class Progress(keras.callbacks.Callback):
    """One line: steps, losses, the judge's last score, the time left."""

    def __init__(self, target_steps=None, target_seconds=None, preview=None):
        super().__init__()
        self.steps, self.seconds, self.preview = target_steps, target_seconds, preview
        self.began = self.bar = None

    def on_train_begin(self, logs=None):
        from tqdm import tqdm

        self.began = self.began or time.perf_counter()
        spent = round(time.perf_counter() - self.began)
        self.bar = tqdm(
            total=self.steps or round(self.seconds),
            initial=self.model.step if self.steps else spent,
            unit="step" if self.steps else "s",
            dynamic_ncols=True,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {unit} [{elapsed}<{remaining}{postfix}]",
        )

    def on_train_batch_end(self, batch, logs=None):
        if self.steps:
            self.bar.update(1)
        else:
            spent = min(round(time.perf_counter() - self.began), self.bar.total)
            self.bar.update(spent - self.bar.n)
        if batch % 10 == 0:
            text = f"step {self.model.step}"
            for name, value in _losses(logs).items():
                text += f" {SHORT.get(name, name)} {float(value):.2f}"
            if self.preview and self.preview.history and self.preview.judge:
                text += f" score {self.preview.history[-1]['score'] or 0:.2f}"
            self.bar.set_postfix_str(text, refresh=False)

    def on_train_end(self, logs=None):
        self.bar.leave = self.model.stop_training  # a resumed run first fits to its epoch's end
        self.close()

    def close(self):
        """Finish the line, also where a training ends with an error."""
        if self.bar is not None:
            self.bar.close()


class Pace(keras.callbacks.Callback):
    """Says once how long a step takes, measured on the first ones, and what that means."""

    SKIPPED, TIMED = 4, 16  # steps: the first ones are slower, and one in eight does more

    def __init__(self, target_steps=None, target_seconds=None):
        super().__init__()
        self.steps, self.seconds = target_steps, target_seconds
        self.count, self.began = 0, None

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1
        if self.count == self.SKIPPED:
            self.began = time.perf_counter()
        if self.count == self.SKIPPED + self.TIMED:
            from tqdm import tqdm

            pace = (time.perf_counter() - self.began) / self.TIMED
            tqdm.write(self.in_words(pace, self.model.step - self.count))

    def in_words(self, pace, done=0):
        """What `pace`, in seconds a step, means for the time or the steps asked for.

        done: steps that an earlier training made.
        """
        if self.steps:
            steps, seconds = self.steps - done, (self.steps - done) * pace
        else:
            steps, seconds = self.seconds / pace, self.seconds
        return f"about {pace:.2g} s a step: {float(f'{steps:.2g}'):,.0f} steps in {seconds:.0f} s"


class StopAfter(keras.callbacks.Callback):
    """Stop once the model has made `steps` updates in all, or trained `seconds` on the clock."""

    def __init__(self, steps=None, seconds=None):
        super().__init__()
        self.steps, self.seconds, self.began = steps, seconds, None

    def on_train_begin(self, logs=None):
        self.began = self.began or time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        late = self.seconds and time.perf_counter() - self.began >= self.seconds
        if late or (self.steps and self.model.step >= self.steps):
            self.model.stop_training = True


class StopUnbeaten(keras.callbacks.Callback):
    """Stop once `patience` previews in a row have not beaten the state that is kept.

    preview: a Preview, which comes before this one among the callbacks. Without a judge the last
    state is always the best, and this never stops.
    """

    def __init__(self, preview, patience):
        super().__init__()
        self.preview, self.patience = preview, patience

    def on_epoch_end(self, epoch, logs=None):
        if self.is_due():
            self.model.stop_training = True

    def is_due(self):
        """Whether the history, also that of an earlier training, is long enough to stop."""
        return unbeaten(self.preview.history, len(self.preview.asked)) >= self.patience


class StopOnInterrupt(keras.callbacks.Callback):
    """Within `with`, Ctrl-C stops after the present step; a second one raises KeyboardInterrupt.

    An exception raised at any moment can be lost in a destructor, or leave half a step.
    `asked` says whether Ctrl-C was pressed.
    """

    def __init__(self):
        super().__init__()
        self.asked = False

    def __enter__(self):
        self.here = threading.current_thread() is threading.main_thread()
        if self.here:
            self.former = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_):
        if self.here:
            signal.signal(signal.SIGINT, self.former)

    def _ask(self, *_):
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def on_train_batch_end(self, batch, logs=None):
        if self.asked:
            self.model.stop_training = True


class StopOnNaN(keras.callbacks.Callback):
    """Raise TrainingFailed as soon as a loss is not a number."""

    def on_train_batch_end(self, batch, logs=None):
        for name, value in _losses(logs).items():
            if not math.isfinite(float(value)):
                raise TrainingFailed(
                    f"{name} became {float(value)} at step {self.model.step}; the last good "
                    "state is kept: resume from it, with a smaller learning rate or, for a GAN, a "
                    "larger r1_weight"
                )
