"""The commands that send sound files through a network: enhance, vocode, convert."""

import sys
import time

from audiogan_tf.errors import InputError
from audiogan_tf.storage.names import printable


def _enhancer(_):
    from audiogan_tf.models.enhancer import Enhancer

    network = Enhancer.load("enhancer")
    return network.make_stream, network.sample_rate


def _vocoder(_):
    from audiogan_tf.models.vocoder import Vocoder

    network = Vocoder.load("vocoder")
    return network.make_stream, network.sample_rate


def _converter(options):
    from audiogan_tf.models.sentence_conversion import SentenceConverter

    network = SentenceConverter.load(VOICES[options.to])
    return network.make_stream, network.sample_rate


VOICES = {"kathleen": "kathleen_converter"}  # of `convert --to`: the shipped weights
STREAMS = {  # command: what loads its network, giving make_stream and sample_rate; its help
    "enhance": (_enhancer, "take noise and reverberation out of recorded speech"),
    "vocode": (_vocoder, "sound -> mel -> sound, to hear what the vocoder costs"),
    "convert": (_converter, "say it in another voice, at the same pace and with the same melody"),
}


def add_parsers(commands, place):
    """Add the commands' arguments; place: the type of a path."""
    for name, (_, about) in STREAMS.items():
        command = commands.add_parser(name, help=about)
        given = {"type": place, "required": True}
        command.add_argument("--in", dest="source", metavar="FILE|DIR", **given)
        if name == "convert":
            command.add_argument("--to", required=True, metavar="VOICE", help=", ".join(VOICES))
        command.add_argument("--out", metavar="DIR", **given)
        kept = "keep the files that are in --out, make the others"
        command.add_argument("--resume", action="store_true", help=kept)


def run(options):
    """Run one of them; returns 0, or 2 if some files of a folder were damaged."""
    from audiogan_tf.sound import process

    if options.command == "convert" and options.to not in VOICES:
        raise InputError(f"voice {options.to!r} is unknown; use one of {', '.join(VOICES)}")
    load, _ = STREAMS[options.command]
    began, bar = time.perf_counter(), _Bar()
    given = options.source, options.out, lambda: load(options), options.resume
    try:
        done, damaged = process(*given, complain=_complain, progress=bar.show)
    finally:
        bar.close()
    seconds, spent = sum(one.seconds for one in done), time.perf_counter() - began
    made = (
        f"{len(done)} sounds ({seconds:.1f} s) in {printable(options.out)}, made in {spent:.1f} s"
    )
    print(made + (f"; {damaged} could not be read" if damaged else ""))
    return 2 if damaged else 0


def _complain(sentence):
    print(f"audiogan_tf: {sentence}", file=sys.stderr)


class _Bar:
    """A progress bar for each file that takes more than two seconds."""

    path = bar = None

    def show(self, path, frames, promised):
        """Called while `path` is read; at its end the bar goes away."""
        from tqdm import tqdm

        if path != self.path:
            self.close()
            self.path, shape = path, "{l_bar}{bar}| {elapsed}<{remaining}"
            given = {"desc": printable(path.name), "bar_format": shape, "dynamic_ncols": True}
            self.bar = tqdm(total=promised, delay=2, leave=False, **given)
        self.bar.total = promised
        self.bar.update(frames - self.bar.n)
        if frames == promised:
            self.bar.close()

    def close(self):
        if self.bar is not None:
            self.bar.close()
