"""The corpus `fsdd`: spoken digits, recorded; looked up or fetched, and verified."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from audiogan_tf import audio, files
from audiogan_tf.corpora.base import Clips, Corpus, cache_folder, data_roots
from audiogan_tf.errors import InputError
from audiogan_tf.representation import Representation

import numpy as np

URL = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz"
FILES = 3000
DIGEST = "a2e8a660492f28d9eed6270b290d26cbc5c81d6077ce87d3c0ad5adf4d4ee696"
TEST_TAKES = 5  # takes 0 to 4 of each digit and speaker are the official test set


def load_fsdd():
    """Free Spoken Digit Dataset: 3,000 recordings of ten digits by six speakers, 8 kHz.

    Conditions: digit and speaker. Takes 0-4 are the test set. Clips are cut or padded to
    0.756 s and peak-normalised. Looked up in $AUDIOGAN_DATA, data/ and the user's cache, else
    fetched; all files are verified by one digest. CC BY-SA 4.0. Used from lesson 06 on.
    """
    representation = Representation(8000, 256, 96, 64, n_mels=64, floor_db=-35, ceiling_db=34)
    folder = _find_fsdd() or _fetch_fsdd()
    paths = sorted(folder.glob("*_*_*.wav"))
    digest = _digest_files(paths)
    if digest != DIGEST:
        raise InputError(
            f"{folder}: the {len(paths)} recordings differ from the published {FILES} "
            f"(digest {digest[:12]}, expected {DIGEST[:12]}); delete the folder to fetch it "
            "again"
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
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    print(f"fetching fsdd (about 16 MB) into {cache}")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        archive = Path(scratch) / "fsdd.tar.gz"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                archive.write_bytes(answer.read())
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise InputError(
                f"fsdd is not in $AUDIOGAN_DATA, data/ or {cache} and could not be fetched from "
                f"{url} ({reason}); check the network, or set AUDIOGAN_DATA to a folder that holds "
                "fsdd/recordings"
            ) from None
        files.unpack(archive, scratch)
        found = next(Path(scratch).glob("*/recordings"), None)
        if found is None:
            raise InputError(f"{url}: the archive holds no folder 'recordings'; fetch fsdd by hand")
        (cache / "fsdd").mkdir(exist_ok=True)
        os.replace(found, cache / "fsdd" / "recordings")
    return cache / "fsdd" / "recordings"


def _digest_files(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
