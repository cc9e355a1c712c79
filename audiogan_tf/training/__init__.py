"""A run: a corpus, a model and a judge joined, watched, kept on disk and resumed."""

from audiogan_tf.training.callbacks import Preview, Progress, StopAfter, StopOnInterrupt, StopOnNaN
from audiogan_tf.training.folders import check_folder, new_folder, read_sounds, save_sounds
from audiogan_tf.training.run import Run
