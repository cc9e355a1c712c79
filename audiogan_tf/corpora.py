"""Every corpus behind one call: waveforms, labels, factors, official split, checksum."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from audiogan_tf import audio, files, synth
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.representation import Representation

import numpy as np

FSDD_URL = (
    "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz"
)
FSDD_FILES = 3000
FSDD_DIGEST = "a2e8a660492f28d9eed6270b290d26cbc5c81d6077ce87d3c0ad5adf4d4ee696"
FSDD_TEST_TAKES = 5  # takes 0 to 4 of each digit and speaker are the official test set
DRUMS_PER_CLASS = {"train": 500, "test": 100}
DRUMS_DIGEST = "a0a157630b3511f1eb208e7edf68a4e2924297e619c085d338538d3ec012f6f0"


@dataclass(frozen=True)
class Clips:
    """One side of a split, held in memory.

    audio: (clips, samples) float32 in [-1, 1]; conditions: (clips, k) int32, the label first;
    factors: name -> (clips,) float64, what else is known of each clip; names: file names.
    """

    audio: np.ndarray
    conditions: np.ndarray
    factors: dict = field(default_factory=dict)
    names: tuple = ()

    def __len__(self):
        return len(self.conditions)

    @property
    def labels(self):
        """The first condition, (clips,) int32."""
        return self.conditions[:, 0]

    def take(self, indices):
        """The waveforms at `indices`, (len(indices), samples) float32."""
        return self.audio[np.asarray(indices)]


@dataclass(frozen=True)
class StreamedClips:
    """One side of a split, left on disk and read when asked for; `take` as in Clips."""

    paths: tuple
    conditions: np.ndarray
    sample_rate: int
    samples: int

    def __len__(self):
        return len(self.paths)

    @property
    def labels(self):
        """The first condition, (clips,) int32."""
        return self.conditions[:, 0]

    @property
    def audio(self):
        """All waveforms at once: only for small folders; `take` some of a large one."""
        return self.take(range(len(self)))

    def take(self, indices):
        """The waveforms at `indices`, (len(indices), samples) float32, peak 0.95."""
        return np.stack([self.read(i) for i in indices])

    def read(self, index):
        """One waveform, (samples,) float32, peak-normalised to 0.95."""
        waveform, _ = audio.load(self.paths[int(index)], self.sample_rate)
        return audio.peak_normalise(audio.fix_length(waveform, self.samples))


@dataclass(frozen=True)
class Corpus:
    """Sounds to learn from: what `load_corpus` returns.

    conditions: name -> class names, in order; the first is the label a clip is asked for.
    representation: the pictures that suit these sounds. digest: SHA-256 of the content.
    """

    name: str
    sample_rate: int
    conditions: dict
    representation: Representation
    train: Clips | StreamedClips
    test: Clips | StreamedClips
    digest: str

    @property
    def classes(self):
        """Names of the first condition's classes."""
        return next(iter(self.conditions.values()))

    @property
    def class_counts(self):
        """Number of classes of each condition; () if there is nothing to tell apart."""
        counts = tuple(len(names) for names in self.conditions.values())
        return () if counts == (1,) else counts

    def label_index(self, label):
        """The number of a class given by name; InputError lists the classes."""
        if str(label) not in self.classes:
            raise InputError(f"label {label!r} is unknown; use one of {', '.join(self.classes)}")
        return self.classes.index(str(label))


def load_corpus(name, **options):
    """Load a corpus by name, or any folder of sounds.

    name: one of CORPORA, or a folder; its subfolders' names are then the labels. Options of a
    folder: see `load_folder`. Returns a Corpus.
    Raises InputError for an unknown name (the known ones are listed). Used in every lesson.
    """
    if name in CORPORA:
        return CORPORA[name](**options)
    path = Path(name)
    if path.is_dir():
        return load_folder(path, **options)
    if path.exists():
        raise InputError(f"{name}: this is a file; give the folder that holds it")
    raise InputError(
        f"corpus {str(name)!r} is neither a folder nor a known name; known: {', '.join(CORPORA)}"
    )


def load_drums():
    """Eight kinds of drum synthesised by the kit: 4,000 + 800 clips of 0.504 s at 16 kHz.

    Every clip's pitch, decay, brightness and bend are in `factors`. Deterministic.
    Synthesised in lesson 03, heard from lesson 00 on.
    """
    representation = Representation(16000, 512, 128, 64, n_mels=64, floor_db=-30, ceiling_db=42)
    with ThreadPoolExecutor() as pool:
        sides = list(pool.map(lambda part: _synthesise(part, representation), ("train", "test")))
    digest = hashlib.sha256()
    for side in sides:
        digest.update(audio.to_pcm16(side.audio).tobytes())
    return Corpus("drums", 16000, {"drum": synth.DRUMS}, representation, *sides, digest.hexdigest())


def _synthesise(part, representation):
    count = DRUMS_PER_CLASS[part]
    sounds, conditions = [], []
    factors = {name: [] for name in synth.DRUM_FACTORS}
    for label, name in enumerate(synth.DRUMS):
        rng = np.random.default_rng([label, part == "test"])
        for _ in range(count):
            drawn = synth.draw_factors(rng, name)
            size = (representation.samples, representation.sample_rate)
            sounds.append(synth.drum(name, drawn, *size, rng))
            conditions.append([label])
            for key, value in drawn.items():
                factors[key].append(value)
    factors = {key: np.array(values) for key, values in factors.items()}
    return Clips(np.stack(sounds), np.array(conditions, "int32"), factors)


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
    if digest != FSDD_DIGEST:
        raise InputError(
            f"{folder}: the {len(paths)} recordings differ from the published {FSDD_FILES} "
            f"(digest {digest[:12]}, expected {FSDD_DIGEST[:12]}); delete the folder to fetch it "
            "again"
        )
    speakers = tuple(sorted({path.stem.split("_")[1] for path in paths}))
    sounds = np.stack([audio.fix_length(audio.load(p)[0], representation.samples) for p in paths])
    sounds = audio.peak_normalise(sounds)
    words = [path.stem.split("_") for path in paths]
    conditions = np.array([[int(digit), speakers.index(who)] for digit, who, _ in words], "int32")
    is_test = np.array([int(take) < FSDD_TEST_TAKES for _, _, take in words])
    names = np.array([path.name for path in paths])
    sides = [Clips(sounds[s], conditions[s], {}, tuple(names[s])) for s in (~is_test, is_test)]
    kinds = {"digit": tuple("0123456789"), "speaker": speakers}
    return Corpus("fsdd", 8000, kinds, representation, *sides, digest)


def data_roots():
    """Folders where corpora are looked up, in order."""
    named = [Path(p) for p in os.environ.get("AUDIOGAN_DATA", "").split(os.pathsep) if p]
    here = Path(__file__).resolve().parent
    return [*named, here / "data", here.parent / "data", cache_folder()]


def cache_folder():
    """The user's cache of fetched corpora."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "audiogan_tf"


def _find_fsdd():
    folders = [root / "fsdd" / "recordings" for root in data_roots()]
    return next((folder for folder in folders if folder.is_dir()), None)


def _fetch_fsdd(url=FSDD_URL):
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


def load_folder(folder, sample_rate=16000, seconds=None, skip_unreadable=True):
    """Any folder of sound files as a corpus; subfolders' names are the labels.

    sample_rate: rate in Hz everything is resampled to; seconds: clip length (None: long
    enough for 95 % of the files, at most 2 s). Files stay on disk; each is read once here
    to be checked. Unreadable files are left out and named in a warning, or raise
    UnreadableSound if skip_unreadable is False. Every tenth file of a class is held out.
    """
    folder = Path(folder)
    paths = audio.find_sounds(folder)
    if not paths:
        raise InputError(
            f"{folder}: no sound files here; put {', '.join(audio.SOUND_SUFFIXES[:4])} files in "
            "it, in one subfolder for each label"
        )
    with ThreadPoolExecutor(4) as pool:
        checks = list(pool.map(_check_file, paths))
    bad = [result for result in checks if isinstance(result, UnreadableSound)]
    if bad and (not skip_unreadable or len(bad) == len(paths)):
        raise bad[0]
    for error in bad:
        warnings.warn(f"left out: {error}", stacklevel=3)
    good = [i for i, result in enumerate(checks) if not isinstance(result, UnreadableSound)]
    paths = [paths[i] for i in good]
    lengths = np.array([checks[i][0] for i in good])
    named = [p.relative_to(folder).as_posix().encode("utf-8", "surrogateescape") for p in paths]
    content = b"".join(n + b"\0" + checks[i][1] for n, i in zip(named, good, strict=True))
    digest = hashlib.sha256(content).hexdigest()
    representation = _representation_for(sample_rate, seconds or np.quantile(lengths, 0.95))
    return _split_folder(folder, paths, representation, digest)


def _check_file(path):
    """(seconds, digest) of a readable file, or the error that names what is wrong with it."""
    try:
        waveform, rate = audio.load(path)
    except UnreadableSound as error:
        return error
    return len(waveform) / rate, hashlib.sha256(path.read_bytes()).digest()


def _representation_for(sample_rate, seconds, hop_length=128):
    frames = 16 * int(np.ceil((min(seconds, 2.0) * sample_rate / hop_length + 1) / 16))
    size = {"n_mels": 64, "floor_db": -30, "ceiling_db": 42}
    return Representation(sample_rate, 512, hop_length, max(frames, 32), **size)


def _split_folder(folder, paths, representation, digest):
    labels = [p.relative_to(folder).parts[0] if p.parent != folder else "" for p in paths]
    classes = tuple(sorted(set(labels)))
    numbers = np.array([classes.index(label) for label in labels], "int32")
    rank = np.zeros(len(paths), int)  # place of each file within its class
    for number in range(len(classes)):
        rank[numbers == number] = np.arange(np.sum(numbers == number))
    held_out = rank % 10 == 9
    if not held_out.any():
        held_out = rank == 0
    keep = ~held_out if (~held_out).any() else held_out
    sides = [
        StreamedClips(
            tuple(p for p, wanted in zip(paths, side, strict=True) if wanted),
            numbers[side][:, None],
            representation.sample_rate,
            representation.samples,
        )
        for side in (keep, held_out)
    ]
    rate = representation.sample_rate
    return Corpus(str(folder), rate, {"label": classes}, representation, *sides, digest)


CORPORA = {"drums": load_drums, "fsdd": load_fsdd}
