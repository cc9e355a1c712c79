"""Every corpus behind one call: waveforms, labels, factors, official split, checksum."""

from pathlib import Path

from audiogan_tf.corpora.base import Clips, Corpus, StreamedClips
from audiogan_tf.corpora.batches import batches
from audiogan_tf.corpora.digits import load_digits, load_phonemes
from audiogan_tf.corpora.drums import load_drums
from audiogan_tf.corpora.folder import load_folder
from audiogan_tf.corpora.fsdd import load_fsdd
from audiogan_tf.corpora.melodies import Melodies, load_melodies
from audiogan_tf.corpora.notes import load_notes
from audiogan_tf.corpora.nsynth import load_nsynth
from audiogan_tf.corpora.published import load_ljspeech, load_sc09, load_speech_commands, load_vctk
from audiogan_tf.corpora.shards import MANIFEST, ShardClips, load_shards, write_shards
from audiogan_tf.errors import InputError

CORPORA = {  # name: loader
    "drums": load_drums,
    "fsdd": load_fsdd,
    "notes": load_notes,
    "digits": load_digits,
    "sc09": load_sc09,
    "speech_commands": load_speech_commands,
    "nsynth": load_nsynth,
    "ljspeech": load_ljspeech,
    "vctk": load_vctk,
}


def load_corpus(name, **options):
    """Load a corpus by name, or any folder of sounds or of shards.

    name: one of CORPORA, or a folder; its subfolders' names are then the labels. Options of a
    folder: see `load_folder`. Returns a Corpus.
    Raises InputError for an unknown name (the known ones are listed). Used in every lesson.
    """
    if name in CORPORA:
        return CORPORA[name](**options)
    path = Path(name)
    if (path / MANIFEST).exists():
        return load_shards(path, **options)
    if path.is_dir():
        return load_folder(path, **options)
    if path.exists():
        raise InputError(f"{name}: this is a file; give the folder that holds it")
    raise InputError(
        f"corpus {str(name)!r} is neither a folder nor a known name; known: {', '.join(CORPORA)}"
    )
