"""The corpus `fsdd`: spoken digits, recorded; looked up or fetched, and verified."""

import hashlib

from audiogan_tf.corpora.base import Clips, Corpus
from audiogan_tf.errors import InputError
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.fetch import fetch_archive
from audiogan_tf.storage.places import cache_folder, data_roots

import numpy as np

URL = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz"
FILES = 3000
DIGEST = "a2e8a660492f28d9eed6270b290d26cbc5c81d6077ce87d3c0ad5adf4d4ee696"
TEST_TAKES = 5  # takes 0 to 4 of each digit and speaker are the official test set


def load_fsdd():
    """Free Spoken Digit Dataset: 3,000 recordings of ten digits by six speakers, 8 kHz.

    Conditions: digit and speaker. Takes 0-4 are the test set. Clips are cut or padded to
    0.756 s and peak-normalised. Looked up in $AUDIOGAN_DATA, data/ and the user's cache, else
    fetched; all files are verified by one digest. CC BY-SA 4.0. Used from lesson 05 on.
    """
    representation = Representation(8000, 256, 96, 64, n_mels=64, floor_db=-35, ceiling_db=34)
    folder = _find_fsdd() or _fetch_fsdd()
    paths = sorted(folder.glob("*_*_*.wav"))
    digest = _digest_files(paths)
    if digest != DIGEST:
        raise InputError(
            f"{folder}: the {len(paths)} recordings differ from the published {FILES} "
            f"(digest {digest[:12]}, expected {DIGEST[:12]}); delete the folder "
            f"{folder.parent} to fetch it again"
        )
    speakers = tuple(sorted({path.stem.split("_")[1] for path in paths}))
    sounds = np.stack([audio.fix_length(audio.load(p)[0], representation.samples) for p in paths])
    sounds = audio.peak_normalise(sounds)
    words = [path.stem.split("_") for path in paths]
    conditions = np.array([[int(digit), speakers.index(who)] for digit, who, _ in words], "int32")
    is_test = np.array([int(take) < TEST_TAKES for _, _, take in words])
    names = np.array([path.name for path in paths])
    sides = [Clips(sounds[s], conditions[s], {}, tuple(names[s])) for s in (~is_test, is_test)]
    kinds = {"digit": tuple("0123456789"), "speaker": speakers}
    return Corpus("fsdd", 8000, kinds, representation, *sides, digest)


def _find_fsdd():
    folders = [root / "fsdd" / "recordings" for root in data_roots()]
    return next((folder for folder in folders if folder.is_dir()), None)


def _fetch_fsdd(url=URL):
    folder = cache_folder() / "fsdd"
    print(f"fetching fsdd (about 16 MB) into {folder}")
    fetch_archive(url, folder, holds="recordings")
    return folder / "recordings"


def _digest_files(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
