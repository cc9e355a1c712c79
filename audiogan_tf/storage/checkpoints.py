"""The whole state of a training in one file, so that a killed run goes on as if it had not been.

A checkpoint holds what a learner calls its `state`: all networks, optimizers with the number of
steps, from which the data's position follows, and the state of its random numbers.
"""

import json
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.storage.files import atomic_path
from audiogan_tf.storage.weights import read_arrays

import numpy as np


def save(path, learner, notes):
    """Write the state of a compiled GAN or other learner and JSON-able notes; whole or not at all.

    Raises InputError if a weight is NaN or infinite, the disk is full or the folder is gone;
    the previous file survives.
    """
    arrays = {f"v{i:04d}": np.asarray(v) for i, v in enumerate(learner.state)}
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise InputError(
            f"{path}: the state at step {learner.step} is not finite (NaN or infinite weights); "
            "nothing was written, the last good state is kept"
        )
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, notes=np.array(json.dumps(notes)), **arrays)


def restore(path, learner):
    """Put a saved state back into a learner of the same sizes; returns the notes.

    Raises InputError if there is no such file, or it is damaged or of another model.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no checkpoint here; leave out --resume to start a run")
    variables, trouble = learner.state, "damaged checkpoint ({reason}); delete it and start again, "
    notes, values = read_arrays(path, "notes", trouble + "or generate from best.npz beside it")
    shapes = [tuple(v.shape) for v in variables]
    if [v.shape for v in values] != shapes:
        raise InputError(
            f"{path}: belongs to a model of other sizes, or to another version of the kit; use the "
            "folder's run.json, or generate from best.npz beside it"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return notes
