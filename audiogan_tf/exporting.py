"""The command that writes a trained network to files which other programs load: export."""

import contextlib
import importlib.util
import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from audiogan_tf import __version__
from audiogan_tf.errors import InputError
from audiogan_tf.storage.files import new_folder
from audiogan_tf.storage.names import printable


class _Format(NamedTuple):
    """A form of file: what Keras calls it, its name, what writing it takes, and how it is run."""

    keras: str
    file: str
    packages: tuple
    imports: str
    run: str  # defines run(given): a dict of inputs, in order, to a list of outputs


_ONNX = """\
session = onnxruntime.InferenceSession("model.onnx")
run = lambda given: session.run(None, given)
"""
_LITERT = """\
network = Interpreter("model.tflite").get_signature_runner()
run = lambda given: (lambda out: [out[f"output_{i}"] for i in range(len(out))])(network(**given))
"""
_SAVED = """\
network = tf.saved_model.load("model")
run = lambda given: [np.asarray(out) for out in tf.nest.flatten(network.serve(GIVEN))]
"""
FORMATS = {
    "onnx": _Format("onnx", "model.onnx", ("tf2onnx", "onnx"), "onnxruntime", _ONNX),
    "litert": _Format(
        "litert", "model.tflite", (), "from ai_edge_litert.interpreter import Interpreter", _LITERT
    ),
    "savedmodel": _Format("tf_saved_model", "model", (), "tensorflow as tf", _SAVED),
}
HEAD = '''\
"""{does}; needs numpy, librosa, soundfile and {needs}.

{run}
"""

import json
import sys

{imports}

about = json.load(open("model.json", encoding="utf-8"))
{load}form, rate = about.get("representation"), about["sample_rate"]
'''
SIZES = """\
sizes = {"n_fft": form["n_fft"], "hop_length": form["hop_length"]}
mels = {"sr": rate, "power": 1.0, "htk": True, "norm": None} | sizes
"""
DRAW = """\
given = {"noise": np.random.default_rng(0).standard_normal((1, about["latent_dim"]), "float32")}
"""
LABELS = """\
given["labels"] = np.zeros((1, COUNT), "int32")  # the first class of each condition
"""
EXPAND = """\
sound = np.sign(drawn) * np.expm1(abs(drawn) * np.log1p(form["companding"])) / form["companding"]
"""
LEVELS = """\
level = run(given)[0][0, :, :, 0] * np.array(form["spread"]) + np.array(form["centre"])  # in dB
picture = np.maximum(10 ** (level / 20) - 10 ** (form["floor_db"] / 20), 0).T
"""
OF_MEL = "sound = librosa.feature.inverse.mel_to_audio(picture, n_iter=60, **mels)\n"
OF_BINS = "sound = librosa.griffinlim(np.pad(picture, [(0, 1), (0, 0)]), n_iter=60, **sizes)\n"
SAMPLES = """\
given = {name: np.int32([[0]]) for name in ("previous", "place")}
given["past"], codes, rng = np.zeros(PAST, "float32"), [], np.random.default_rng(0)
LABELSgiven["previous"][:] = about["silence"]
for place in range(form["samples"]):
    given["place"] = np.int32([[place]])
    logits, given["past"] = run(given)
    codes.append(np.argmax(logits[0] / about["temperature"] + rng.gumbel(size=logits.shape[1])))
    given["previous"] = np.int32([codes[-1:]])
drawn = np.array(codes) / 127.5 - 1
"""
VOCODER = """\
sound, _ = librosa.load(sys.argv[1], sr=rate)
bands = librosa.feature.melspectrogram(
    y=sound, n_mels=form["n_mels"], pad_mode="constant", **mels
)
level = np.clip(20 * np.log10(bands + 1e-10), form["floor_db"], form["ceiling_db"])
picture = (level.T - form["centre"]) / form["spread"]
magnitude = run({"pictures": np.float32(picture)[None, :, :, None]})[0][0].T
sound = librosa.griffinlim(magnitude, n_iter=30, **sizes)
"""
STREAM = """\
sound, _ = librosa.load(sys.argv[1], sr=rate)
size, late, parts = 64 * about["hop"], about["late"], []
padded = np.pad(sound, (0, late + -(len(sound) + late) % size))
states = {one["name"]: np.zeros(one["shape"], "float32") for one in about["inputs"][1:]}
for start in range(0, len(padded), size):
    part, *after = run({"sound": padded[None, start : start + size]} | states)
    parts.append(part[0])
    states = dict(zip(states, after))
sound = np.concatenate(parts)[late:][: len(sound)]
"""
WRITE = """\
soundfile.write("sound.wav", np.clip(sound, -1, 1), rate)
"""


def example(form, portable):
    """A short program, as text, that makes a sound with an exported network and no part of the kit.

    form: a name in FORMATS; portable: models.portable.Portable. It writes sound.wav beside itself.
    """
    chosen, about = FORMATS[form], portable.about
    sizes = {one.name: one.shape[-1] for one in portable.model.inputs}
    labels = LABELS.replace("COUNT", str(sizes["labels"])) if "labels" in sizes else ""
    past = next((list(one.shape) for one in portable.model.inputs if one.name == "past"), None)
    samples = SAMPLES.replace("PAST", str([1, *(past or [])[1:]])).replace("LABELS", labels)
    mel = about.get("representation", {}).get("n_mels")
    bodies = {
        "pictures": SIZES + DRAW + labels + LEVELS + (OF_MEL if mel else OF_BINS),
        "waveforms": DRAW + labels + 'drawn = run(given)[0][0, : form["samples"], 0]\n' + EXPAND,
        "samples": samples + EXPAND,
        "magnitudes": SIZES + VOCODER,
        "stream": STREAM,
    }
    if portable.kind == "waveforms" and not about["representation"]["companding"]:
        bodies["waveforms"] = bodies["waveforms"].replace(EXPAND, "sound = drawn\n")
    whole = "[*given.values()]" if len(portable.model.inputs) > 1 else "*given.values()"
    return _head(chosen, portable.kind, whole) + bodies[portable.kind] + WRITE


def _head(chosen, kind, whole):
    """The beginning of an example: what it does, its imports, and how the network is loaded."""
    of_sound = kind in ("magnitudes", "stream")
    does = "Send a recording through the network" if of_sound else "Draw one sound"
    run = "python example.py RECORDING.wav" if of_sound else "python example.py"
    own = chosen.imports if chosen.imports.startswith("from") else f"import {chosen.imports}"
    lines = ["import librosa", "import numpy as np", own, "import soundfile"]
    needs = own.split()[1].split(".")[0]
    head = {"does": does, "needs": needs, "run": f"Run as `{run}` in this folder."}
    text = HEAD.format(imports="\n".join(lines), load=chosen.run.replace("GIVEN", whole), **head)
    return text if of_sound else text.replace("import sys\n", "")


def described(form, portable, name):
    """What model.json says, a dict: the file, inputs and outputs in order, and how to hear them."""
    inputs = [
        {"name": one.name, "shape": list(one.shape), "dtype": one.dtype}
        for one in portable.model.inputs
    ]
    return {
        "name": name,
        "kind": portable.kind,
        "format": form,
        "file": FORMATS[form].file,
        "inputs": inputs,
        "outputs": list(portable.outputs),
        "written_by": f"audiogan_tf {__version__}",
        **portable.about,
    }


def export(source, form, out):
    """Write a trained network into a new folder: the model, model.json and example.py.

    source: a shipped generator, vocoder or enhancer by name, a file of weights, or a run's folder;
    form: a name in FORMATS; out: a folder that is new or empty. Returns what model.json holds.
    Raises InputError for an unknown source or format, a folder in use and missing packages.
    """
    from audiogan_tf.models.portable import portable

    _check(form)
    made = portable(source)
    out, chosen = new_folder(out), FORMATS[form]
    about = described(form, made, Path(source).resolve().name if Path(source).exists() else source)
    with tempfile.TemporaryDirectory(dir=out, prefix=".writing") as folder, _quietly():
        folder = Path(folder)
        made.model(made.model.input)  # Keras writes no model that was never called
        made.model.export(str(folder / chosen.file), format=chosen.keras, verbose=False)
        (folder / "example.py").write_text(example(form, made), encoding="utf-8")
        text = json.dumps(about, indent=1, ensure_ascii=False)
        (folder / "model.json").write_text(text + "\n", encoding="utf-8")
        for name in (chosen.file, "example.py", "model.json"):  # the last says that all is there
            os.replace(folder / name, out / name)
    return about


def _check(form):
    if form not in FORMATS:
        raise InputError(f"format {form!r} is unknown; use one of {', '.join(FORMATS)}")
    for package in FORMATS[form].packages:
        if importlib.util.find_spec(package) is None:
            raise InputError(
                f"writing {form} needs {package}, which is not installed: "
                'python -m pip install "audiogan_tf[export]"'
            )


@contextlib.contextmanager
def _quietly():
    """Without what the converters write to the screen, most of it from C++; errors still rise."""
    import logging
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
            yield
    finally:
        logging.disable(disabled)
        for stream, former in zip((1, 2), kept, strict=True):
            os.dup2(former, stream)
            os.close(former)


def add_parser(commands, place):
    """Add the arguments of `export`; place: the type of a path."""
    command = commands.add_parser(
        "export", help="write a network to files that other programs load"
    )
    command.add_argument("--model", type=place, required=True, metavar="NAME|RUN_DIR")
    command.add_argument("--format", choices=list(FORMATS), required=True)
    command.add_argument("--out", type=place, required=True, metavar="DIR")


def run(options):
    """Export one network, and say what lies where."""
    about = export(options.model, options.format, options.out)
    out = Path(options.out)
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{about['name']} as {about['format']} ({size:.1f} MB) in {printable(out)}:")
    print(
        f"  {about['file']}, model.json (what goes in and comes out), example.py (how to hear it)"
    )
