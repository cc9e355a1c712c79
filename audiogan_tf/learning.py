"""The commands that take a corpus: train, evaluate and shard."""

import os
import warnings
from pathlib import Path

from audiogan_tf.arguments import part, place, positive, positive_number, seed


def add_parsers(commands):
    """Add the commands' arguments."""
    train = commands.add_parser("train", help="train a GAN on a corpus or a folder of sounds")
    _add_corpus(train)
    train.add_argument("--model", default="small", metavar="NAME")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive, metavar="N", help="updates in all")
    length.add_argument("--seconds", type=positive, metavar="S", help="training time on the clock")
    unbeaten = "stop earlier, once N previews in a row have not beaten the best state"
    train.add_argument("--patience", type=positive, metavar="N", help=unbeaten)
    train.add_argument("--seed", type=seed, default=0, metavar="K")
    train.add_argument("--out", type=place, required=True, metavar="DIR")
    train.add_argument("--resume", action="store_true", help="go on with the run in --out")
    several = "share the work out: all devices of this machine, or the workers in TF_CONFIG"
    train.add_argument("--strategy", choices=("mirrored", "workers"), help=several)
    train.add_argument("--strict", action="store_true", help="stop at the first unreadable file")
    score = "score a folder of sounds; a user's corpus may first need a judge, which is trained"
    evaluate = commands.add_parser("evaluate", help=score, description=score)
    evaluate.add_argument("--generated", type=place, required=True, metavar="DIR")
    _add_corpus(evaluate)
    about = "decode a corpus once and keep it as TFRecord shards, which train faster"
    shard = commands.add_parser("shard", help=about, description=about)
    _add_corpus(shard)
    shard.add_argument("--out", type=place, required=True, metavar="DIR")
    several = "the I-th of N machines, which write into one folder together"
    shard.add_argument("--part", type=part, default=(1, 1), metavar="I/N", help=several)


def _add_corpus(command):
    """The options that say which sounds are meant, and how a folder of sounds is read."""
    command.add_argument("--corpus", type=place, required=True, metavar="NAME|DIR")
    folder = command.add_argument_group("of a folder of your own sounds")
    folder.add_argument("--sample-rate", type=positive, metavar="HZ", help="resample to this")
    length = "length of a clip in seconds (--seconds is the time to train)"
    folder.add_argument("--clip-seconds", type=positive_number, metavar="S", help=length)
    folder.add_argument("--slice", action="store_true", help="cut long files into many clips")


def _load_corpus(options, **more):
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
    """Train a model in a folder; returns 0, or 130 after Ctrl-C."""
    from audiogan_tf import training

    machines = training.Machines.find(options.strategy)  # before anything is computed
    with training.all_present():
        return _train_on(machines, options)


def _train_on(machines, options):
    from audiogan_tf import corpora, judging, training

    out = Path(options.out)
    if options.corpus not in corpora.CORPORA:
        training.check_outside(out, options.corpus)
    if machines.chief:
        training.check_folder(out, options.resume)
    warnings.simplefilter("ignore", corpora.FolderWarning)  # `describe` says the same below
    corpus = _load_corpus(options, **({"skip_unreadable": False} if options.strict else {}))
    if not machines.chief:
        return _follow(corpus, machines, options)
    training.check_run(corpus, out, options.model, options.seed, options.resume)
    print(*training.describe(corpus), sep="\n", flush=True)
    judge, no_judge = training.attempt("judge", lambda: judging.judge_for(corpus))
    print(*no_judge, sep="\n", end="\n" if no_judge else "", flush=True)
    folder = None if options.corpus in corpora.CORPORA else options.corpus
    form = options.sample_rate, options.clip_seconds, options.slice
    source = training.corpus_options(corpus, folder, *form)
    start = options.model, options.seed, judge, options.resume, source, machines
    run = training.Run(corpus, out, *start)
    outcome = run.train(options.steps, _time_of(options), options.patience)
    run.finish()
    if outcome == "interrupted":
        print(f"interrupted at step {run.learner.step}; add --resume to go on")
        return 130
    return 0


def _time_of(options):
    """Seconds to train; None where steps are counted."""
    return None if options.steps else options.seconds or 120


def _follow(corpus, machines, options):
    """Train as one of several workers, of whom another one writes all files."""
    from audiogan_tf import training

    start = options.model, options.seed, None, options.resume, None, machines
    run = training.Run(corpus, options.out, *start)
    run.train(options.steps, _time_of(options), options.patience)
    print(f"worker {machines.worker}: done; the run is in the chief's {options.out}")


def evaluate(options):
    """Score a folder of sounds."""
    from audiogan_tf import judging, training

    corpus = _load_corpus(options)
    sounds, labels = training.read_sounds(options.generated, corpus.representation)
    numbers = [corpus.label_index(label) if label else -1 for label in labels]
    print(judging.evaluate(sounds, corpus, numbers if max(numbers) >= 0 else None))


def shard(options):
    """Write a corpus, or a part of it, as shards."""
    from audiogan_tf import corpora, training

    from tqdm import tqdm

    if options.corpus not in corpora.CORPORA:
        training.check_outside(options.out, options.corpus)
    corpus, (which, count) = _load_corpus(options), options.part
    clips = len(corpus.train) + len(corpus.test)
    with tqdm(total=clips // count, unit="clip", dynamic_ncols=True) as bar:
        kept = corpora.write_shards(corpus, options.out, part=options.part, report=bar.update)
    if kept is None:
        print(f"part {which} of {count} is in {options.out}; other parts are still missing")
    else:
        print(f"{clips} clips are in {options.out}; train --corpus {options.out} learns from them")
