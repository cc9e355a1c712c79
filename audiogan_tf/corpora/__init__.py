"""Every corpus behind one call: waveforms, labels, factors, official split, checksum."""

import inspect
import os
from dataclasses import replace
from pathlib import Path

from audiogan_tf.corpora.base import Clips, Corpus, StreamedClips
from audiogan_tf.corpora.batches import batches
from audiogan_tf.corpora.crops import crops, endless, stretches
from audiogan_tf.corpora.digits import load_digits, load_phonemes
from audiogan_tf.corpora.drums import load_drums
from audiogan_tf.corpora.effects import load_effects
from audiogan_tf.corpora.folder import load_folder
from audiogan_tf.corpora.found import FolderWarning, Found
from audiogan_tf.corpora.fsdd import load_fsdd
from audiogan_tf.corpora.melodies import Melodies, load_melodies
from audiogan_tf.corpora.mixtures import Mixtures, load_mixtures, pairs
from audiogan_tf.corpora.notes import load_notes
from audiogan_tf.corpora.nsynth import load_nsynth
from audiogan_tf.corpora.pictures import pictures_for
from audiogan_tf.corpora.published import load_sc09, load_speech_commands, load_vctk
from audiogan_tf.corpora.sentences import load_kathleen, load_ljspeech
from audiogan_tf.corpora.shards import MANIFEST, ShardClips, load_shards, write_shards
from audiogan_tf.corpora.soundfont import ENDINGS, load_instruments, load_soundfont
from audiogan_tf.errors import InputError
from audiogan_tf.sound.audio_files import find_sounds
from audiogan_tf.storage.names import printable
from audiogan_tf.storage.places import data_roots

CORPORA = {  # name: loader
    "drums": load_drums,
    "fsdd": load_fsdd,
    "notes": load_notes,
    "effects": load_effects,
    "instruments": load_instruments,
    "digits": load_digits,
    "sc09": load_sc09,
    "speech_commands": load_speech_commands,
    "nsynth": load_nsynth,
    "ljspeech": load_ljspeech,
    "vctk": load_vctk,
    "kathleen": load_kathleen,
    "mixtures": load_mixtures,
}


SHOWN = {load_folder: "a folder of sounds", load_soundfont: "a SoundFont"}


def load_corpus(name, **options):
    """Load a corpus by name, any folder of sounds or of shards, or a SoundFont.

    name: one of CORPORA, a SoundFont or a folder of them (load_soundfont), or a folder, also of
    one of AUDIOGAN_DATA's folders; its subfolders' names are then the labels. A folder that is
    called like one of CORPORA is given as ./NAME. options: of a folder those of `load_folder`,
    else those of the corpus' loader; None is as good as not given. Returns a Corpus. Raises
    InputError for an unknown name (the known ones are listed) and for an option that this corpus
    cannot follow. Used in every lesson.
    """
    options = {key: value for key, value in options.items() if value is not None}
    if name in CORPORA:
        return CORPORA[name](**_options_of(name, options))
    path = _place_of(name)
    if (path / MANIFEST).exists():
        return _as_kept(load_shards(path), path, options)
    if _holds_fonts(path):
        return load_soundfont(path, **_options_of(load_soundfont, options))
    if path.is_dir():
        return _named_apart(load_folder(path, **_options_of(load_folder, options)))
    if path.exists():
        raise InputError(f"{printable(name)}: this is a file; give the folder that holds it")
    raise InputError(
        f"corpus {printable(name)!r} is neither a folder nor a known name; known: "
        f"{', '.join(CORPORA)}"
    )


def _place_of(name):
    """The path that a name is; one that is not there is looked up where corpora lie."""
    path = Path(os.path.expanduser(name))
    places = [path, *(root / path for root in data_roots())]
    return next((place for place in places if place.exists()), path)


def _options_of(name, options):
    """Options that a loader takes; those on unreadable files and progress are any folder's."""
    loader = CORPORA.get(name, name) if isinstance(name, str) else name
    known = inspect.signature(loader).parameters
    passing = {"skip_unreadable", "progress"} - {*known}
    unknown = [key for key in options if key not in known and key not in passing]
    if unknown:
        shown = name if isinstance(name, str) else SHOWN[loader]
        takes = f"it takes {', '.join(known)}" if known else "it takes none"
        raise InputError(f"{shown}: has no option {unknown[0]}; {takes}")
    return {key: value for key, value in options.items() if key in known}


def _holds_fonts(path):
    """Whether a path is a SoundFont, or a folder in which nothing but SoundFonts is played."""
    if path.is_file():
        return path.suffix.lower() in ENDINGS
    files = [file for file in path.glob("*") if file.is_file()] if path.is_dir() else []
    return any(file.suffix.lower() in ENDINGS for file in files) and not find_sounds(path, [])


def _as_kept(corpus, path, options):
    """A corpus of shards; InputError for an option that asks for other clips than it holds."""
    own = corpus.representation
    longest = own.frames * own.hop_length / own.sample_rate
    shortest = longest - 17 * own.hop_length / own.sample_rate
    fits = {
        "sample_rate": lambda rate: rate == own.sample_rate,
        "seconds": lambda seconds: shortest < seconds <= longest,
        "slice": lambda cut: False,
    }
    for key, value in options.items():
        if key in fits and not fits[key](value):
            raise InputError(
                f"{printable(path)}: holds shards of clips of {own.seconds:.2f} s at "
                f"{own.sample_rate} Hz, so {key}={value} cannot be had; load the folder of sounds "
                "with it and write shards again, or leave it out"
            )
    return corpus


def _named_apart(corpus):
    """A folder of one's own that is called like a corpus of the kit goes by ./NAME."""
    if corpus.name not in CORPORA:
        return corpus
    note = f"./{corpus.name} is your own folder; without ./ the kit's corpus of that name is meant"
    found = replace(corpus.found, folder=f"./{corpus.name}", notes=(*corpus.found.notes, note))
    return replace(corpus, name=f"./{corpus.name}", found=found)
