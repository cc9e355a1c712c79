"""The command that reads a text aloud: speak."""

import time
from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.storage.names import printable

MOST_CHARACTERS = 2_000_000  # about a day and a half of speech


def add_parser(commands, place, seed):
    """Add the arguments of `speak`; place, seed: the types of a path and of a seed."""
    command = commands.add_parser("speak", help="read a text aloud")
    said = command.add_mutually_exclusive_group(required=True)
    said.add_argument("--text", metavar="TEXT")
    said.add_argument("--text-file", type=place, metavar="FILE", help="UTF-8")
    command.add_argument("--voice", default="kathleen", metavar="NAME")
    command.add_argument("--seed", type=seed, default=0, metavar="K", help="another reading")
    command.add_argument("--out", type=place, required=True, metavar="FILE.wav")


def run(options):
    """Read a text aloud into a WAV file of 16 bits."""
    from audiogan_tf import models, sound

    out = Path(options.out)
    _check_out(out)
    text = options.text if options.text_file is None else _read(Path(options.text_file))
    reader = models.Reader.load(options.voice)
    began = time.perf_counter()
    spoken = reader.speak(text, options.seed)
    spent, seconds = time.perf_counter() - began, len(spoken) / reader.sample_rate
    out.parent.mkdir(parents=True, exist_ok=True)
    sound.save(out, spoken, reader.sample_rate)
    print(f"{seconds:.1f} s of speech in {printable(out)}, made in {spent:.1f} s")


def _check_out(out):
    shown = printable(out)
    if out.suffix.lower() != ".wav":
        raise InputError(f"--out {shown}: speech is written as WAV; give a name that ends in .wav")
    if out.exists():
        raise InputError(f"--out {shown}: is there already; choose another name, or remove it")


def _read(path):
    shown = printable(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown}: byte {error.start} is not UTF-8; save the text as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror}; give a text file") from None
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"{shown}: {len(text)} characters; give at most {MOST_CHARACTERS} at a time"
        )
    return text
