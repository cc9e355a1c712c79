"""How a folder of sounds is laid out: which label each file has, and which files are held out."""

from collections import Counter
from dataclasses import dataclass

from audiogan_tf.storage.names import printable

import numpy as np

TRAINED = ("train", "training")
GIVEN_HELD_OUT = ("test", "testing", "eval", "evaluation", "valid", "validation", "val", "dev")
ONE_IN = 10  # files of a class, the last of which is held out
UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class Layout:
    """Labels read from a folder's subfolders.

    classes: names, sorted as on disk; numbers: (files,) int32, the class of each file; given:
    (files,) bool, True where the file lies in a folder called test or the like; notes: sentences
    on what is unusual; read_as: "" for the usual layout, else how this one was read.
    """

    classes: tuple
    numbers: np.ndarray
    given: np.ndarray
    notes: tuple
    read_as: str


def read_layout(folder, paths):
    """The layout of `paths`, all below `folder`: the first subfolder's name is the label.

    A single folder that wraps all classes, and folders train and test above them, are seen
    through, and a note says so.
    """
    parts = [path.relative_to(folder).parts[:-1] for path in paths]
    notes, read_as = [], ""
    while wrapper := _wrapper(parts):
        read_as += f"below {printable(wrapper)}; "
        notes.append(f"all sounds lie in {printable(wrapper)}: labels are the folders in it")
        parts = [part[1:] for part in parts]
    firsts = {part[0].lower() if part else "" for part in parts}
    given = np.zeros(len(paths), bool)
    if len(firsts) > 1 and firsts & {*TRAINED} and firsts <= {*TRAINED, *GIVEN_HELD_OUT}:
        given = np.array([part[0].lower() in GIVEN_HELD_OUT for part in parts])
        names = ", ".join(sorted(firsts))
        read_as += f"split {names}; "
        notes.append(f"the folders {names} are a split, no labels: labels are the folders in them")
        parts = [part[1:] for part in parts]
    classes, numbers, more = _classes(parts)
    return Layout(classes, numbers, given, (*notes, *more), read_as)


def _wrapper(parts):
    """The one folder that holds all others and no sound itself, or None."""
    firsts = {part[0] for part in parts if len(part) > 1}
    return firsts.pop() if len(firsts) == 1 and all(len(part) > 1 for part in parts) else None


def _classes(parts):
    """Names of the classes, (files,) int32 and notes, from the folders on the way to each file."""
    labels = [part[0] if part else "" for part in parts]
    found = sorted(set(labels))
    place = {label: number for number, label in enumerate(found)}
    numbers = np.array([place[label] for label in labels], "int32")
    names, notes = [printable(label) for label in found], []
    if "" in found and len(found) > 1:  # it stays the first, so that old runs find their classes
        names[0] = UNLABELLED if UNLABELLED not in names else f"{UNLABELLED} files"
        notes.append(f"{labels.count('')} files lie beside the folders: their label is {names[0]}")
    deeper = sorted({f"{part[0]}/{part[1]}" for part in parts if len(part) > 1})
    if deeper:
        shown = printable(", ".join(deeper[:3])) + (", ..." if len(deeper) > 3 else "")
        notes.append(f"folders in folders ({shown}) count for the upper one's label")
    return tuple(names), numbers, notes


def held_out_files(layout):
    """Which files are held out, (files,) bool, and notes; every class keeps a file to train.

    Every tenth file of a class; the first of a class with fewer; of a class of one file none.
    A split given by folders is kept, unless a class would then not be trained.
    """
    numbers, notes = layout.numbers, []
    if layout.given.any():
        untrained = set(numbers.tolist()) - set(numbers[~layout.given].tolist())
        if not untrained:
            return layout.given, notes
        named = ", ".join(layout.classes[number] for number in sorted(untrained)[:3])
        notes.append(f"the split given is not used: no file of {named} would be trained")
    order = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers, minlength=len(layout.classes))
    ranks = np.empty(len(numbers), int)  # place of each file in its class
    ranks[order] = np.arange(len(numbers)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    few = sizes[numbers] < ONE_IN
    first = few & (sizes[numbers] > 1) & (ranks == 0)
    return first | (~few & (ranks % ONE_IN == ONE_IN - 1)), notes


def held_out_clips(layout, held, counts):
    """Which clips are held out, (clips,) bool, and notes.

    held: (files,) bool; counts: (files,) int, clips of each file, in order. Clips of one file stay
    on one side; only where a class is one long file is its end, a tenth, held out.
    """
    sides = np.repeat(held, counts)
    ends, files = np.cumsum(counts), Counter(layout.numbers.tolist())
    lone = [i for i, number in enumerate(layout.numbers.tolist()) if files[number] == 1]
    cut = [i for i in lone if counts[i] > 1 and not held[i]]
    for i in cut:
        sides[ends[i] - max(1, counts[i] // ONE_IN) : ends[i]] = True
    notes = []
    if cut:
        notes.append(f"{_named(layout, cut)}: one long file each; its end is held out")
    whole = [i for i in lone if counts[i] == 1]
    if whole and len(files) > 1:
        notes.append(f"{_named(layout, whole)}: one file each; it is trained, none is held out")
    if not sides.any():
        notes.append("nothing is held out: train and test are the same clips, so scores flatter")
    return sides, notes


def _named(layout, files):
    names = [layout.classes[layout.numbers[i]] or "this folder" for i in files]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
