"""What to type after a run: commands that work as they stand, whatever things are called."""

import os
import shlex


def option(name, value):
    """`--name value` for a shell; `--name=value` where the value would look like an option."""
    value = str(value)
    text = f"--{name}{'=' if value.startswith('-') else ' '}"
    return text + _quoted(value)


def corpus_options(corpus, folder=None, sample_rate=None, clip_seconds=None, slice=False):
    """The options that load this corpus again, as one text.

    folder: where it was read from, None for a corpus that is loaded by its name. A relative one is
    written as ./folder, which is neither taken for a corpus' name nor for an option. The others
    are those of load_folder, where they were given.
    """
    if folder is None and corpus.own:
        folder = corpus.name
    named = corpus.name if folder is None else os.path.join(".", os.path.normpath(folder))
    options = [option("corpus", named)]
    if sample_rate:
        options.append(option("sample-rate", sample_rate))
    if clip_seconds:
        options.append(option("clip-seconds", f"{clip_seconds:g}"))
    return " ".join([*options, *(["--slice"] if slice else [])])


def next_commands(out, classes, source, model="small", seed=0):
    """What to type after a run, a list of lines for a shell.

    out: the run's folder; classes: names, the first of which is asked for, or (); source: the
    options that load the corpus, see corpus_options; model and seed: the run's.
    """
    label = [option("label", name) for name in classes if name][:1]
    again = [source, option("model", model), option("out", out), "--resume --seconds 600"]
    again.insert(2, option("seed", seed) if seed else "")
    made = [option("model", out), "--count 20", *label, option("out", f"{out}-more")]
    return [
        " ".join(["python -m audiogan_tf generate", *made]),
        " ".join(["python -m audiogan_tf train", *filter(None, again)]),
        f"tensorboard {option('logdir', os.path.join(out, 'tensorboard'))}",
    ]


def _quoted(text):
    """A word for a shell; control characters and bytes that are no UTF-8 as escapes of $'...'."""
    if text.isprintable():
        return shlex.quote(text)
    written = []
    for byte in os.fsencode(text):
        plain = 32 <= byte < 127 and byte not in b"'\\"
        written.append(chr(byte) if plain else f"\\x{byte:02x}")
    return f"$'{''.join(written)}'"
