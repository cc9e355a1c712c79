"""A run: a corpus, a model and a judge joined, watched, kept on disk and resumed."""

from audiogan_tf.training.callbacks import Preview, Progress, StopAfter, StopOnInterrupt, StopOnNaN
from audiogan_tf.training.commands import corpus_options, next_commands
from audiogan_tf.training.folders import (
    check_folder,
    check_outside,
    new_folder,
    read_sounds,
    save_sounds,
)
from audiogan_tf.training.machines import Machines, all_present
from audiogan_tf.training.pages import attempt, describe
from audiogan_tf.training.resumable import train_to
from audiogan_tf.training.run import Run
from audiogan_tf.training.settings import check_run
