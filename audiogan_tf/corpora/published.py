"""Published data sets in the layouts they are published in: found, or fetched when agreed to.

Clips stay on disk; a corpus' digest covers the names and sizes of its files.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from audiogan_tf.corpora.base import Corpus, StreamedClips
from audiogan_tf.errors import InputError
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.fetch import agree, fetch_archive
from audiogan_tf.storage.places import cache_folder, data_roots

import numpy as np

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HELD_OUT = 20  # one clip in so many is held out where no split is published


@dataclass(frozen=True)
class Archive:
    """One published file: where, how many bytes, its SHA-256 (None: none is published)."""

    url: str
    size: int
    sha256: str | None


# Sizes and digests are those that TensorFlow Datasets and torchaudio check.
ARCHIVES = {
    "speech_commands": Archive(
        "http://download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
        2_428_923_189,
        "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
    ),
    "ljspeech": Archive(
        "https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2",
        2_748_572_632,
        "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5",
    ),
    "vctk": Archive(
        "https://datashare.ed.ac.uk/bitstream/handle/10283/3443/VCTK-Corpus-0.92.zip",
        11_747_302_977,
        "f96258be9fdc2cbff6559541aae7ea4f59df3fcaf5cf963aae5ca647357e359c",
    ),
}


def load_speech_commands(words=None, folder=None, fetch=None):
    """Speech Commands: 105,829 one-second recordings of 35 English words, 16 kHz, CC BY 4.0.

    words: only these (None: all). folder: where it lies (None: in $AUDIOGAN_DATA, data/ or the
    user's cache). fetch: True to download 2.4 GB if it is nowhere, None to ask first.
    Condition: word. testing_list.txt is the test set; validation_list.txt is left out.
    Raises InputError for a folder in another layout. Warden (2018). Read in lesson 03.
    """
    return _speech_commands("speech_commands", words, folder, fetch)


def load_sc09(folder=None, fetch=None):
    """SC09: the ten digits of Speech Commands, on which WaveGAN was trained, 16 kHz.

    Options as in `load_speech_commands`. Donahue et al. (2019). Read in lesson 03.
    """
    return _speech_commands("sc09", DIGITS, folder, fetch)


def _speech_commands(name, words, folder, fetch):
    places = ("speech_commands", "speech_commands_v0.02", "speech_commands_v0.01")
    folder = find(name, places, "testing_list.txt", folder, fetch)
    testing, validation = (_listed(folder / f"{p}_list.txt") for p in ("testing", "validation"))
    here = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] not in "_.")
    words = tuple(words or here)
    for word in words:
        if word not in here:
            raise InputError(f"{folder}: no folder with recordings of {word!r}; fetch it again")
    named = [f"{word}/{p.name}" for word in words for p in sorted((folder / word).glob("*.wav"))]
    wanted = {line for line in testing | validation if line.split("/")[0] in words}
    check_all_there(folder, wanted, named)
    labels = np.array([[words.index(n.split("/")[0])] for n in named], "int32").reshape(-1, 1)
    held_out = np.array([n in testing for n in named], bool)
    kept = ~held_out & np.array([n not in validation for n in named], bool)
    clips = stream([folder / n for n in named], labels, pictures_of(16000, 1.0))
    return corpus_of(name, {"word": words}, pictures_of(16000, 1.0), clips, kept, held_out)


def _listed(path):
    if not path.exists():
        raise InputError(f"{path.parent}: no {path.name} here, so the published split is unknown")
    return set(path.read_text("utf-8").split())


def load_vctk(seconds=2.0, sample_rate=16000, folder=None, fetch=None):
    """VCTK: 110 English speakers read about 400 sentences each, 48 kHz, CC BY 4.0.

    seconds: how much of a sentence's beginning to hear; sample_rate: Hz, resampled when read.
    folder, fetch: as in `load_speech_commands` (11.7 GB); version 0.92 (first microphone) or older.
    Condition: speaker. Factors: age, and female (1 or 0; NaN if speaker-info.txt does not say).
    The clips' `texts` are the sentences, "" where none is published (p315).
    No split is published: every twentieth sentence of a speaker is held out.
    Raises InputError for a folder in another layout. Yamagishi et al. (2019). Read in lesson 03.
    """
    places = ("vctk", "VCTK-Corpus-0.92", "VCTK-Corpus")
    folder = find("vctk", places, "speaker-info.txt", folder, fetch)
    newer = (folder / "wav48_silence_trimmed").is_dir()
    sounds = folder / ("wav48_silence_trimmed" if newer else "wav48")
    pattern, ending = ("*/*_mic1.flac", "_mic1.flac") if newer else ("*/*.wav", ".wav")
    paths = sorted(sounds.glob(pattern))
    if not paths:
        raise InputError(f"{sounds}: no recordings SPEAKER/{pattern[2:]} here; fetch it again")
    speakers = sorted({path.parent.name for path in paths})
    number = np.array([speakers.index(path.parent.name) for path in paths], "int32")
    about = _about_speakers(folder / "speaker-info.txt")
    facts = np.array([about.get(path.parent.name, (np.nan, np.nan)) for path in paths])
    names = [f"{p.parent.name}/{p.name.removesuffix(ending)}.txt" for p in paths]
    with ThreadPoolExecutor() as pool:
        texts = tuple(pool.map(_text, [folder / "txt" / name for name in names]))
    representation = pictures_of(sample_rate, seconds)
    factors = {"age": facts[:, 0], "female": facts[:, 1]}
    clips = stream(paths, number[:, None], representation, factors, texts=texts)
    rank = np.arange(len(paths)) - np.searchsorted(number, number)  # place among the speaker's
    held_out = rank % HELD_OUT == HELD_OUT - 1
    return corpus_of(
        "vctk", {"speaker": tuple(speakers)}, representation, clips, ~held_out, held_out
    )


def _about_speakers(path):
    """Folder name -> (age in years, 1.0 for a woman), from the table ID AGE GENDER ..."""
    about = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        words = line.split()
        if len(words) < 3 or not words[1].isdigit() or words[2] not in "FM":
            raise InputError(f"{path}: {line!r} is not a line ID AGE GENDER ...; fetch it again")
        name = f"p{words[0]}" if words[0].isdigit() else words[0]  # older releases leave out the p
        about[name] = (float(words[1]), float(words[2] == "F"))
    return about


def _text(path):
    return path.read_text("utf-8").strip() if path.exists() else ""


def find(name, places, holds, folder, fetch):
    """The folder with a data set's file `holds`: as given, looked up, or fetched.

    places: the names such a folder may have; the first is also that of its archive.
    Raises InputError for a folder without that file, and where there is nothing to fetch.
    """
    if folder:
        tried = [Path(folder)]
    else:
        tried = [root / place for root in data_roots() for place in places]
    for candidate in tried:
        inside = sorted(candidate.glob(f"*/{holds}"))
        if (candidate / holds).exists() or inside:
            return candidate if (candidate / holds).exists() else inside[0].parent
        if folder or candidate.is_dir():
            raise InputError(f"{candidate}: no {holds} here, so this is not {name} as published")
    if places[0] not in ARCHIVES:
        raise InputError(f"{name}: found nowhere; name the folder that holds it in $AUDIOGAN_DATA")
    archive, target = ARCHIVES[places[0]], cache_folder() / places[0]
    agree(name, archive.size, fetch)
    fetch_archive(archive.url, target, holds, archive.sha256)
    return target


def names_in(folder):
    """Names of what lies in a folder; nothing if there is none."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def check_all_there(folder, wanted, found):
    """Raise InputError if recordings that a data set lists were not found in its folder."""
    lost = set(wanted) - set(found)
    if lost:
        raise InputError(
            f"{folder}: {len(lost)} of {len(set(wanted))} listed recordings are not here, the "
            f"first is {min(lost)}; fetch it again"
        )


def pictures_of(sample_rate, seconds):
    """Pictures of 64 mel bands for clips of at least `seconds`, a multiple of 16 frames long."""
    n_fft = 512 if sample_rate <= 16000 else 1024
    frames = 16 * int(np.ceil((seconds * sample_rate / (n_fft // 4) + 1) / 16))
    loudest = 20 * np.log10(n_fft / 4)  # the level of a full-scale sine under a Hann window
    size = {"n_mels": 64, "floor_db": round(loudest) - 72, "ceiling_db": round(loudest)}
    return Representation(sample_rate, n_fft, n_fft // 4, frames, **size)


def stream(paths, conditions, representation, factors=None, texts=(), kind=StreamedClips, **more):
    """Clips left on disk, of the length and rate of a representation; the rest as in `kind`."""
    factors = {name: np.asarray(values, float) for name, values in (factors or {}).items()}
    size = (representation.sample_rate, representation.samples)
    return kind(tuple(paths), conditions, *size, factors, texts, **more)


def corpus_of(name, conditions, representation, clips, kept, held_out):
    """A Corpus of clips of one folder; kept, held_out: (clips,) bool, the sides of the split."""
    if not (kept.any() and held_out.any()):
        raise InputError(f"{name}: one side of the split is empty; the folder is not complete")
    sides = []
    for side in (kept, held_out):
        chosen = np.flatnonzero(side)
        sides.append(
            replace(
                clips,
                paths=tuple(clips.paths[i] for i in chosen),
                conditions=clips.conditions[chosen],
                factors={factor: values[chosen] for factor, values in clips.factors.items()},
                texts=tuple(clips.texts[i] for i in chosen) if clips.texts else (),
            )
        )
    rate = representation.sample_rate
    return Corpus(name, rate, conditions, representation, *sides, digest_of(clips.paths))


def digest_of(paths):
    """SHA-256 over names and sizes: reading all of tens of gigabytes would take minutes."""
    facts = sorted(f"{path.parent.name}/{path.name} {path.stat().st_size}\n" for path in paths)
    return hashlib.sha256("".join(facts).encode("utf-8", "surrogateescape")).hexdigest()
