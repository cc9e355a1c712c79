"""What was found in a folder of sounds, in sentences to be read before training."""

from collections import Counter
from dataclasses import dataclass

NAMED = 3  # first ones of a list that are named
SHOWN_CLASSES = 12


class FolderWarning(UserWarning):
    """Files of a folder were left out; `Found.sentences` says the same."""


@dataclass(frozen=True)
class Found:
    """What `load_folder` found; `corpus.found`.

    files, seconds: files used and their length in all; rates: Hz -> files; classes: name -> files;
    clips: how many become of them; cut_files, cut_clips: long files that were cut into windows,
    and the clips they gave; left_out: (name, reason) of each file left out; notes: sentences on
    labels and the split; warnings: sentences on what a network would learn wrongly from;
    picture: the representation in words.
    """

    folder: str
    files: int
    seconds: float
    rates: Counter
    classes: dict
    clips: int
    cut_files: int
    cut_clips: int
    left_out: tuple
    notes: tuple
    warnings: tuple
    picture: str

    def sentences(self):
        """All of it in sentences, a list of str, the most important first."""
        hours, rates = self.seconds / 3600, sorted(self.rates)
        length = f"{hours:.1f} hours" if hours >= 1 else f"{60 * hours:.1f} minutes"
        length = length if self.seconds >= 60 else f"{self.seconds:.1f} seconds"
        hertz = ", ".join(f"{rate} Hz" for rate in rates[:NAMED]) + ", ..." * (len(rates) > NAMED)
        said = [f"{self.folder}: {_count(self.files, 'file')}, {length}, {hertz}"]
        if len(self.classes) > 1:
            pairs = [f"{name} {count}" for name, count in self.classes.items()]
            more = len(pairs) - SHOWN_CLASSES
            listed = ", ".join(pairs[:SHOWN_CLASSES]) + (f" and {more} more" if more > 0 else "")
            said.append(f"{len(pairs)} classes: {listed}")
        if self.cut_files:
            said.append(
                f"{_count(self.cut_files, 'long file')} cut into {_count(self.cut_clips, 'clip')} "
                f"({_count(self.clips, 'clip')} in all)"
            )
        said.append(self.picture)
        if self.left_out:
            said.append(self.left_out_sentence())
        return [*said, *self.notes, *self.warnings]

    def left_out_sentence(self):
        """How many files were left out, and the first three with the reason; "" if none."""
        if not self.left_out:
            return ""
        named = [f"{name} ({reason})" for name, reason in self.left_out[:NAMED]]
        more = len(self.left_out) - len(named)
        rest = f" and {more} more" if more else ""
        return f"left out: {_count(len(self.left_out), 'file')}: {', '.join(named)}{rest}"


def _count(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"
