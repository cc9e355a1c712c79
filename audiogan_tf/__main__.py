"""The command line: corpora, train, generate, evaluate, pretrained."""

import argparse
import os
import sys
import time
import warnings
from pathlib import Path

import audiogan_tf
from audiogan_tf.errors import InputError


def parser():
    """The command line's arguments; these names are fixed."""
    top = argparse.ArgumentParser(prog="audiogan_tf", description=audiogan_tf.__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("corpora", help="what can be learned from, and what is on this machine")
    train = commands.add_parser("train", help="train a GAN on a corpus or a folder of sounds")
    train.add_argument("--corpus", required=True, metavar="NAME|DIR")
    train.add_argument("--model", default="small", metavar="NAME")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive, metavar="N", help="updates in all")
    length.add_argument("--seconds", type=positive, metavar="S", help="training time on the clock")
    train.add_argument("--seed", type=seed, default=0, metavar="K")
    train.add_argument("--out", required=True, metavar="DIR")
    train.add_argument("--resume", action="store_true", help="go on with the run in --out")
    train.add_argument("--strict", action="store_true", help="stop at the first unreadable file")
    generate = commands.add_parser("generate", help="write new sounds as WAV files")
    generate.add_argument("--model", required=True, metavar="RUN_DIR|PRETRAINED")
    generate.add_argument("--count", type=positive, required=True, metavar="N")
    generate.add_argument("--label", metavar="L", help="one class only (default: all in turn)")
    generate.add_argument("--seed", type=seed, default=0, metavar="K")
    generate.add_argument("--out", required=True, metavar="DIR")
    evaluate = commands.add_parser("evaluate", help="score a folder that generate wrote")
    evaluate.add_argument("--generated", required=True, metavar="DIR")
    evaluate.add_argument("--corpus", required=True, metavar="NAME")
    commands.add_parser("pretrained", help="the weights that come with the kit")
    return top


def positive(text):
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def seed(text):
    """A whole number from 0 up to 2**32 - 1."""
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {2**32 - 1}")
    return number


def list_corpora(_):
    from audiogan_tf import corpora

    for name, loader in corpora.CORPORA.items():
        print(f"{name:15s} {loader.__doc__.splitlines()[0]}")
    print("DIR             any folder of sounds; its subfolders' names are the labels")


def train(options):
    from audiogan_tf import corpora, judging, training

    out = Path(options.out)
    training.check_folder(out, options.resume)
    choices = {} if options.corpus in corpora.CORPORA else {"skip_unreadable": not options.strict}
    corpus = corpora.load_corpus(options.corpus, **choices)
    print(f"{corpus.name}: {len(corpus.train)} clips of {corpus.representation.seconds:.2f} s")
    judge = judging.judge_for(corpus)
    run = training.Run(corpus, out, options.model, options.seed, judge, options.resume)
    seconds = None if options.steps else options.seconds or 120
    outcome = run.train(options.steps, seconds)
    run.finish()
    if outcome == "interrupted":
        print(f"interrupted at step {run.learner.step}; add --resume to go on")
        return 130
    return 0


def generate(options):
    from audiogan_tf import models, training

    source = models.SoundGenerator.load(options.model)
    conditions = source.draw_conditions(options.count, options.label, options.seed)
    training.new_folder(options.out)
    began = time.perf_counter()
    sounds = source.sounds(conditions, options.seed)
    labels = [source.classes[row[0]] if source.classes else "" for row in conditions]
    rate = source.representation.sample_rate
    training.save_sounds(options.out, sounds, labels, rate)
    seconds, spent = sounds.size / rate, time.perf_counter() - began
    print(f"{options.count} sounds ({seconds:.1f} s) in {options.out}, made in {spent:.1f} s")


def evaluate(options):
    from audiogan_tf import corpora, judging, training

    corpus = corpora.load_corpus(options.corpus)
    sounds, labels = training.read_sounds(options.generated, corpus.representation)
    named = [label for label in labels if label]
    numbers = [corpus.label_index(label) for label in labels] if len(named) == len(labels) else None
    print(judging.evaluate(sounds, corpus, numbers))


def pretrained(_):
    from audiogan_tf import storage

    for name, entry in storage.list_pretrained().items():
        figures = ", ".join(f"{key} {value}" for key, value in entry["metrics"].items())
        print(f"{name:20s} {entry['kind']:10s} {entry['corpus']:6s} {figures}")


def _one_sentence(message, *_):
    print(f"audiogan_tf: {message}", file=sys.stderr)


COMMANDS = {"corpora": list_corpora, "train": train, "generate": generate}
COMMANDS |= {"evaluate": evaluate, "pretrained": pretrained}


def _start_tensorflow():
    """Import TensorFlow without the lines that its C++ part writes to stderr at any log level."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            import tensorflow  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def main(arguments=None):
    """Run one command; returns the exit status: 0, 2 for bad input, 130 after Ctrl-C."""
    options = parser().parse_args(arguments)
    warnings.showwarning = _one_sentence
    if options.command != "pretrained":
        _start_tensorflow()
    try:
        return COMMANDS[options.command](options) or 0
    except InputError as error:
        print(f"audiogan_tf: {error}", file=sys.stderr)
        return 2
    except OSError as error:  # a full disk, a folder that may not be written
        place = error.filename or "the output"
        reason = error.strerror or error
        print(f"audiogan_tf: {place}: {reason}; free space or choose another", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
