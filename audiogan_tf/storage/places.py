"""Where data, the cache and the shipped weights lie."""

import os
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def data_roots():
    """Folders where corpora are looked up, in order."""
    named = [Path(p) for p in os.environ.get("AUDIOGAN_DATA", "").split(os.pathsep) if p]
    return [*named, PACKAGE / "data", PACKAGE.parent / "data", cache_folder()]


def cache_folder():
    """The user's cache: fetched corpora, and the judges of the user's own folders.

    $XDG_CACHE_HOME, else .cache in the home folder, else, where there is none, a temporary one.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named) / "audiogan_tf"
    try:
        return Path.home() / ".cache" / "audiogan_tf"
    except RuntimeError:  # a user without a name and without $HOME, as in some containers
        return Path(tempfile.gettempdir()) / "audiogan_tf"


def pretrained_folder():
    """The folder that holds the shipped weights and their index."""
    return shipped("pretrained")


def shipped(name):
    """A file or folder of data/, which an installed kit carries within the package."""
    places = [parent / "data" / name for parent in (PACKAGE, PACKAGE.parent)]
    return next((place for place in places if place.exists()), places[-1])
