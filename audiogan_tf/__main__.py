"""The command line: arguments, and one call each."""

import argparse
import json
import os
import sys
import time
import warnings
from pathlib import Path

import audiogan_tf
from audiogan_tf import exporting, learning, speaking, streams
from audiogan_tf.arguments import place, positive, seed, slider
from audiogan_tf.errors import InputError


def parser():
    """The command line's arguments; these names are fixed."""
    top = argparse.ArgumentParser(prog="audiogan_tf", description=audiogan_tf.__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("corpora", help="what can be learned from, and what is on this machine")
    learning.add_parsers(commands)
    generate = commands.add_parser("generate", help="write new sounds as WAV files")
    generate.add_argument("--model", type=place, required=True, metavar="RUN_DIR|PRETRAINED")
    generate.add_argument("--count", type=positive, required=True, metavar="N")
    generate.add_argument("--label", metavar="L", help="one class only (default: all in turn)")
    at = "a slider of that label, from 0 to 1 (default: at random); may be given again"
    generate.add_argument(
        "--slider", type=slider, action="append", default=[], metavar="NAME=P", help=at
    )
    generate.add_argument("--seed", type=seed, default=0, metavar="K")
    generate.add_argument("--out", type=place, required=True, metavar="DIR")
    speaking.add_parser(commands, place, seed)
    streams.add_parsers(commands, place)
    exporting.add_parser(commands, place)
    commands.add_parser("pretrained", help="the weights that come with the kit")
    return top


def list_corpora(_):
    from audiogan_tf import corpora

    for name, loader in corpora.CORPORA.items():
        print(f"{name:15s} {loader.__doc__.splitlines()[0]}")
    print("DIR             any folder of sounds; its subfolders' names are the labels")
    print("FONT.sf2        any SoundFont, or a folder of them; instrument and pitch are the labels")


def generate(options):
    from audiogan_tf import models, training

    source = models.SoundGenerator.load(options.model)
    asked = options.count, options.label, options.seed
    conditions = source.draw_conditions(*asked, **dict(options.slider))
    training.new_folder(options.out)
    began = time.perf_counter()
    sounds = source.sounds(conditions, options.seed)
    labels = [source.classes[row[0]] if source.classes else "" for row in conditions]
    rate = source.representation.sample_rate
    training.save_sounds(options.out, sounds, labels, rate)
    seconds, spent = sounds.size / rate, time.perf_counter() - began
    print(f"{options.count} sounds ({seconds:.1f} s) in {options.out}, made in {spent:.1f} s")


def pretrained(_):
    from audiogan_tf import storage

    for name, entry in storage.list_pretrained().items():
        figures = ", ".join(f"{key} {value}" for key, value in entry["metrics"].items())
        print(f"{name:20s} {entry['kind']:10s} {entry['corpus']:6s} {figures}")


def _one_sentence(message, *_):
    print(f"audiogan_tf: {message}", file=sys.stderr)


COMMANDS = {"corpora": list_corpora, "generate": generate, "pretrained": pretrained}
COMMANDS |= {"train": learning.train, "evaluate": learning.evaluate, "shard": learning.shard}
COMMANDS |= {"speak": speaking.run, "export": exporting.run}
COMMANDS |= dict.fromkeys(streams.STREAMS, streams.run)


def check_keras():
    """Refuse another backend or another order of axes than the kit is written for."""
    home = os.environ.get("KERAS_HOME", os.path.join(os.path.expanduser("~"), ".keras"))
    path = os.path.join(home, "keras.json")
    try:
        settings = dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        settings = {}
    named = os.environ.get("KERAS_BACKEND")
    backend = named or settings.get("backend", "tensorflow")
    if backend != "tensorflow":
        where = "KERAS_BACKEND" if named else f"{path}: backend"
        raise InputError(
            f"{where} is {backend!r}, but this kit runs on TensorFlow: set "
            "KERAS_BACKEND=tensorflow and start again"
        )
    axes = settings.get("image_data_format", "channels_last")
    if axes != "channels_last":
        raise InputError(
            f'{path}: image_data_format is {axes!r}, but this kit needs "channels_last": change '
            "the line and start again"
        )


def main(arguments=None):
    """Run one command; returns the exit status: 0, 2 for bad input, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the stream's encoding lacks is no error
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    warnings.showwarning = _one_sentence
    try:
        if options.command != "pretrained":
            check_keras()
            audiogan_tf.start_tensorflow()
        status = COMMANDS[options.command](options) or 0
        sys.stdout.flush()
        return status
    except InputError as error:
        print(f"audiogan_tf: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a folder that may not be written
        where = error.filename or "the output"
        reason = error.strerror or error
        print(f"audiogan_tf: {where}: {reason}; free space or choose another", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
