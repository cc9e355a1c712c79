"""The command line: arguments, and one call each."""

import argparse
import json
import os
import sys
import time
import warnings
from pathlib import Path

import audiogan_tf
from audiogan_tf import exporting, speaking, streams
from audiogan_tf.errors import InputError


def parser():
    """The command line's arguments; these names are fixed."""
    top = argparse.ArgumentParser(prog="audiogan_tf", description=audiogan_tf.__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("corpora", help="what can be learned from, and what is on this machine")
    train = commands.add_parser("train", help="train a GAN on a corpus or a folder of sounds")
    add_corpus(train)
    train.add_argument("--model", default="small", metavar="NAME")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive, metavar="N", help="updates in all")
    length.add_argument("--seconds", type=positive, metavar="S", help="training time on the clock")
    unbeaten = "stop earlier, once N previews in a row have not beaten the best state"
    train.add_argument("--patience", type=positive, metavar="N", help=unbeaten)
    train.add_argument("--seed", type=seed, default=0, metavar="K")
    train.add_argument("--out", type=place, required=True, metavar="DIR")
    train.add_argument("--resume", action="store_true", help="go on with the run in --out")
    train.add_argument("--strict", action="store_true", help="stop at the first unreadable file")
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
    score = "score a folder of sounds; a user's corpus may first need a judge, which is trained"
    evaluate = commands.add_parser("evaluate", help=score, description=score)
    evaluate.add_argument("--generated", type=place, required=True, metavar="DIR")
    add_corpus(evaluate)
    speaking.add_parser(commands, place, seed)
    streams.add_parsers(commands, place)
    exporting.add_parser(commands, place)
    commands.add_parser("pretrained", help="the weights that come with the kit")
    return top


def add_corpus(command):
    """The options that say which sounds are meant, and how a folder of sounds is read."""
    command.add_argument("--corpus", type=place, required=True, metavar="NAME|DIR")
    folder = command.add_argument_group("of a folder of your own sounds")
    folder.add_argument("--sample-rate", type=positive, metavar="HZ", help="resample to this")
    length = "length of a clip in seconds (--seconds is the time to train)"
    folder.add_argument("--clip-seconds", type=positive_number, metavar="S", help=length)
    folder.add_argument("--slice", action="store_true", help="cut long files into many clips")


def place(text):
    """A file, a folder or a name; ~ is the home folder, as after `--out=` no shell replaces it."""
    return os.path.expanduser(text)


def positive(text):
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def positive_number(text):
    """A number above zero, whole or not."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def seed(text):
    """A whole number from 0 up to 2**32 - 1."""
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {2**32 - 1}")
    return number


def slider(text):
    """A slider's name and its position, from NAME=P."""
    name, _, position = text.partition("=")
    return name, float(position)


def list_corpora(_):
    from audiogan_tf import corpora

    for name, loader in corpora.CORPORA.items():
        print(f"{name:15s} {loader.__doc__.splitlines()[0]}")
    print("DIR             any folder of sounds; its subfolders' names are the labels")
    print("FONT.sf2        any SoundFont, or a folder of them; instrument and pitch are the labels")


def load_corpus(options, **more):
    """The corpus that the options name; a folder's options are handed on where they were given."""
    from audiogan_tf import corpora

    name = options.corpus
    if name in corpora.CORPORA and os.path.isdir(name):
        said = f"--corpus {name} is the kit's corpus; the folder of that name is --corpus"
        print(f"{said} {os.path.join('.', name)}")
    given = {"sample_rate": options.sample_rate, "seconds": options.clip_seconds}
    given = {key: value for key, value in given.items() if value} | more
    return corpora.load_corpus(name, **given, **({"slice": True} if options.slice else {}))


def train(options):
    from audiogan_tf import corpora, judging, training

    out = Path(options.out)
    if options.corpus not in corpora.CORPORA:
        training.check_outside(out, options.corpus)
    training.check_folder(out, options.resume)
    warnings.simplefilter("ignore", corpora.FolderWarning)  # `describe` says the same below
    corpus = load_corpus(options, **({"skip_unreadable": False} if options.strict else {}))
    training.check_run(corpus, out, options.model, options.seed, options.resume)
    print(*training.describe(corpus), sep="\n", flush=True)
    judge, no_judge = training.attempt("judge", lambda: judging.judge_for(corpus))
    print(*no_judge, sep="\n", end="\n" if no_judge else "", flush=True)
    folder = None if options.corpus in corpora.CORPORA else options.corpus
    form = options.sample_rate, options.clip_seconds, options.slice
    source = training.corpus_options(corpus, folder, *form)
    run = training.Run(corpus, out, options.model, options.seed, judge, options.resume, source)
    seconds = None if options.steps else options.seconds or 120
    outcome = run.train(options.steps, seconds, options.patience)
    run.finish()
    if outcome == "interrupted":
        print(f"interrupted at step {run.learner.step}; add --resume to go on")
        return 130
    return 0


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


def evaluate(options):
    from audiogan_tf import judging, training

    corpus = load_corpus(options)
    sounds, labels = training.read_sounds(options.generated, corpus.representation)
    numbers = [corpus.label_index(label) if label else -1 for label in labels]
    print(judging.evaluate(sounds, corpus, numbers if max(numbers) >= 0 else None))


def pretrained(_):
    from audiogan_tf import storage

    for name, entry in storage.list_pretrained().items():
        figures = ", ".join(f"{key} {value}" for key, value in entry["metrics"].items())
        print(f"{name:20s} {entry['kind']:10s} {entry['corpus']:6s} {figures}")


def _one_sentence(message, *_):
    print(f"audiogan_tf: {message}", file=sys.stderr)


COMMANDS = {"corpora": list_corpora, "train": train, "generate": generate}
COMMANDS |= {"evaluate": evaluate, "pretrained": pretrained}
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
