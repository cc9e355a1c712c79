"""The machines a training runs on: one, all devices of one, or several that are told of each other.

All see one global batch, cut into equal shares, and end with the same numbers as one machine would
(models.replicas). Keras's own `fit` does not run on several machines (keras#20585); here
`strategy.run` takes the same train step, and the same callbacks are called around it.
"""

import contextlib
import json
import os

from audiogan_tf.corpora.batches import ALONE
from audiogan_tf.errors import InputError, TrainingFailed

import keras
import tensorflow as tf

STRATEGIES = ("mirrored", "workers")
GONE = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)
NO_SHARES = ("wavenet", "frame_rnn")  # clip the gradient of a batch, which no share knows


class Machines:
    """One machine that works alone, or the replicas of a strategy of tf.distribute.

    strategy: None or a tf.distribute.Strategy. `chief` says whether this process writes files.
    """

    def __init__(self, strategy=None):
        self.alone = strategy is None
        self.strategy = strategy or tf.distribute.get_strategy()
        resolver = getattr(self.strategy, "cluster_resolver", None)
        known = resolver.cluster_spec().as_dict().get("worker", ()) if resolver else ()
        self.workers = max(1, len(known))
        self.worker = resolver.task_id if self.workers > 1 else 0
        self.chief = self.worker == 0

    @classmethod
    def find(cls, name):
        """The machines that a name asks for, one of STRATEGIES, or None for this one alone.

        "mirrored": all GPUs of this machine, or its logical CPU devices. "workers": the processes
        that $TF_CONFIG lists; has to be called before anything is computed. Raises InputError where
        TF_CONFIG is missing or cannot be read.
        """
        if name is None:
            return cls()
        if name == "mirrored":
            devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
            return cls(tf.distribute.MirroredStrategy([device.name for device in devices]))
        _check_cluster()
        return cls(tf.distribute.MultiWorkerMirroredStrategy())

    @property
    def replicas(self):
        """How many shares a batch is cut into."""
        return self.strategy.num_replicas_in_sync

    def check(self, model, batch_size, seconds, patience):
        """Raise InputError for a training that these machines cannot share."""
        if self.alone:
            return
        if model in NO_SHARES:
            raise InputError(f"--model {model} cannot be shared out; leave out --strategy")
        if batch_size % self.replicas:
            raise InputError(
                f"a batch of {batch_size} cannot be cut into {self.replicas} equal shares; use a "
                f"number of devices that divides {batch_size}"
            )
        if self.workers > 1 and (seconds or patience):
            raise InputError(
                "several workers have to stop at the same step: give --steps N, without --seconds "
                "and --patience"
            )

    def fit(self, learner, make_data, epochs, steps_per_epoch, callbacks):
        """Train as Keras's fit does, with the same callbacks.

        make_data: function of shares, see corpora.batches, that returns a pipeline.
        """
        if self.alone:
            options = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
            options |= {"verbose": 0, "shuffle": False, "callbacks": callbacks}
            learner.fit(make_data(ALONE), **options)
            return
        self._check_together(learner.step)
        watchers = keras.callbacks.CallbackList(callbacks, model=learner)
        data = iter(self.strategy.distribute_datasets_from_function(self._pipeline(make_data)))
        step = self._step_of(learner)
        learner.stop_training, logs = False, {}
        watchers.on_train_begin()
        for epoch in range(epochs):
            watchers.on_epoch_begin(epoch)
            for number in range(steps_per_epoch):
                logs = {key: float(value) for key, value in step(data).items()}
                watchers.on_train_batch_end(number, logs)
                if learner.stop_training:
                    break
            watchers.on_epoch_end(epoch, logs)
            if learner.stop_training:
                break
        watchers.on_train_end(logs)

    def _check_together(self, step):
        """Raise InputError unless all workers are at one step."""
        steps = self.strategy.run(lambda: tf.constant(float(step)))
        mean = float(self.strategy.reduce(tf.distribute.ReduceOp.MEAN, steps, axis=None))
        if mean != step:
            raise InputError(
                f"worker {self.worker} is at step {step}, others are not; every worker has to read "
                "the checkpoint in --out: put that folder where all see it, or copy it to each"
            )

    def _pipeline(self, make_data):
        """A function of an InputContext that returns this worker's part of the data."""

        def pipeline(context):
            own = self.replicas // context.num_input_pipelines
            return make_data((context.input_pipeline_id * own, own, self.replicas))

        return pipeline

    def _step_of(self, learner):
        """A function of an iterator: one update on all replicas, and the means of the losses."""

        @tf.function
        def step(data):
            results = self.strategy.run(learner.train_step, args=(next(data),))
            mean = tf.distribute.ReduceOp.MEAN
            return {key: self.strategy.reduce(mean, x, axis=None) for key, x in results.items()}

        return step


@contextlib.contextmanager
def all_present():
    """Raise TrainingFailed, one sentence, where another worker is gone before the work is done."""
    try:
        yield
    except GONE as error:
        reason = str(error).splitlines()[0].split(": ")[-1][:120]
        raise TrainingFailed(
            f"another worker is gone ({reason}); start them all again with --resume, as many as "
            "there are now"
        ) from None


def _check_cluster():
    """Raise InputError unless $TF_CONFIG names workers and which of them this process is."""
    text = os.environ.get("TF_CONFIG")
    example = '{"cluster": {"worker": ["HOST:PORT", ...]}, "task": {"type": "worker", "index": 0}}'
    if not text:
        raise InputError(f"--strategy workers: TF_CONFIG is not set; set it to {example}")
    try:
        about = json.loads(text)
        known = about["cluster"]["worker"]
        index = int(about["task"]["index"])
        sound = about["task"]["type"] == "worker" and 0 <= index < len(known)
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise InputError(f"TF_CONFIG is {text[:200]!r}, which is not of the form {example}")
