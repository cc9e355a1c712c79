"""Long trainings of networks that are no generators: stopped at any time, they go on."""

from pathlib import Path

from audiogan_tf.corpora.crops import endless
from audiogan_tf.storage import checkpoints
from audiogan_tf.training.callbacks import StopOnNaN

CHECKPOINT = "checkpoint.npz"


def train_to(learner, draw, steps, folder, seed=0, every=500, report=print):
    """Train a compiled learner until it has made `steps` updates in all.

    draw: function of a numpy Generator that returns one batch, see corpora.endless; folder: where
    a checkpoint is kept every `every` steps, from which a later call goes on as if there had been
    no stop; report: called with one line at each. Raises TrainingFailed for a loss that is no
    number. Used by scripts/ship_speech.py.
    """
    path = Path(folder) / CHECKPOINT
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        checkpoints.restore(path, learner)
        report(f"{path}: goes on at step {learner.step}")
    while learner.step < steps:
        count = min(every - learner.step % every, steps - learner.step)
        history = learner.fit(
            endless(draw, seed, learner.step),
            steps_per_epoch=count,
            verbose=0,
            shuffle=False,
            callbacks=[StopOnNaN()],
        ).history
        checkpoints.save(path, learner, {})
        losses = " ".join(f"{name} {values[-1]:.4f}" for name, values in history.items())
        report(f"step {learner.step}: {losses}")
    return learner
