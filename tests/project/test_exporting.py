"""Exported files, loaded again by other programs: the same numbers, and a sound."""

import functools
import json
import os
import subprocess
import sys

from audiogan_tf import exporting
from audiogan_tf.__main__ import main
from audiogan_tf.errors import InputError
from audiogan_tf.judging import load_judge
from audiogan_tf.models import Enhancer, SoundGenerator, vocoder
from audiogan_tf.models.layers import draw
from audiogan_tf.models.portable import portable
from audiogan_tf.sound import load
from audiogan_tf.storage.weights import list_pretrained
from audiogan_tf.synth import slider_values

import numpy as np
import pytest
import soundfile

SHIPPED = {
    name: entry["kind"]
    for name, entry in list_pretrained().items()
    if entry["kind"] in ("generator", "vocoder", "enhancer")
}
GENERATORS = [name for name, kind in SHIPPED.items() if kind == "generator"]
DRAWING = [name for name in GENERATORS if not name.endswith("wavenet")]
STREAMS = [name for name, kind in SHIPPED.items() if kind == "enhancer"]
VOCODERS = [name for name, kind in SHIPPED.items() if kind == "vocoder"]
SLOW = {("frame_rnn", "litert"), ("frame_rnn", "savedmodel")}  # minutes: one graph for 64 frames


def cases(names):
    """All pairs of a name and a format; one network of each kind but onnx is enough for all."""
    once = {"drums_long", "drums_wavegan", "digits_wavenet", "vocoder", "enhancer", "frame_rnn"}
    pairs = [(name, form) for form in exporting.FORMATS for name in names]
    return [pair for pair in pairs if (pair[1] == "onnx" or pair[0] in once) and pair not in SLOW]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A function from a name and a format to the folder with that network, written once."""

    @functools.cache
    def write(source, form):
        out = tmp_path_factory.mktemp("exported") / "out"
        assert main(["export", "--model", source, "--format", form, "--out", str(out)]) == 0
        return out

    return write


def about(folder):
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


def runner(folder):
    """The network in a folder as a function from inputs by name to a list of outputs."""
    said = about(folder)
    path = str(folder / said["file"])
    if said["format"] == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        assert [one.name for one in session.get_inputs()] == [one["name"] for one in said["inputs"]]
        return lambda given: session.run(None, given)
    if said["format"] == "litert":
        from ai_edge_litert.interpreter import Interpreter

        network = Interpreter(path).get_signature_runner()
        assert set(network.get_input_details()) == {one["name"] for one in said["inputs"]}
        names = [f"output_{i}" for i in range(len(said["outputs"]))]
        return lambda given: [network(**given)[name] for name in names]
    import tensorflow as tf

    network = tf.saved_model.load(path)  # its variables live as long as it does
    one = len(said["inputs"]) == 1
    return lambda given: [
        np.asarray(out)
        for out in tf.nest.flatten(
            network.serve(*given.values()) if one else network.serve([*given.values()])
        )
    ]


def states(said):
    return {one["name"]: np.zeros(one["shape"], "float32") for one in said["inputs"][1:]}


@pytest.mark.parametrize("name, form", cases(DRAWING))
def test_a_generator_draws_what_keras_draws(exported, name, form):
    folder, generator = exported(name, form), SoundGenerator.load(name)
    noise = np.random.default_rng(3).standard_normal((5, generator.latent_dim), "float32")
    labels = generator.draw_conditions(5, seed=3)
    (drawn,) = runner(folder)({"noise": noise, "labels": labels})
    wanted = draw(generator.network, noise, labels)
    np.testing.assert_allclose(drawn, wanted, atol=1e-4, rtol=0)
    assert np.abs(wanted[0] - wanted[1]).max() > 0.1  # the comparison can fail


@pytest.mark.parametrize("form", exporting.FORMATS)
def test_a_wavenet_foretells_what_keras_foretells(exported, form):
    folder = exported("digits_wavenet", form)
    network = SoundGenerator.load("digits_wavenet").network.layers[-1].network
    codes = np.random.default_rng(3).integers(0, 256, [2, 140]).astype("int32")
    labels = np.int32([[3, 1], [7, 0]])
    wanted, run = network([codes, labels]).numpy(), runner(folder)
    size = sum(network.dilations), network.channels
    past, before = np.zeros((2, *size), "float32"), np.full([2, 1], 256, "int32")
    for i in range(codes.shape[1]):
        place = np.full([2, 1], i, "int32")
        given = {"previous": before, "place": place, "past": past, "labels": labels}
        logits, past = run(given)
        np.testing.assert_allclose(logits, wanted[:, i], atol=1e-4 * np.abs(wanted).max())
        before = codes[:, i : i + 1]


@pytest.mark.parametrize("name, form", cases(VOCODERS))
def test_a_vocoder_finds_the_magnitudes_that_keras_finds(exported, name, form):
    network = vocoder.Vocoder.load(name)
    shape = 2, 33, network.pictures.bins, 1
    pictures = np.random.default_rng(3).uniform(-1, 1, shape).astype("float32")
    (found,) = runner(exported(name, form))({"pictures": pictures})
    np.testing.assert_allclose(found, network.magnitude(pictures), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name, form", cases(STREAMS))
def test_an_enhancer_makes_of_a_stream_what_keras_makes(exported, name, form):
    folder, noisy = exported(name, form), speech_in_noise()
    said, run = about(folder), runner(folder)
    after, parts, start = states(said), [], 0
    padded = np.pad(noisy, (0, said["late"]))
    for hops in (1, 7, 60, 32):  # stretches of any length
        stop = start + hops * said["hop"]
        part, *new = run({"sound": padded[None, start:stop]} | after)
        after, start = dict(zip(after, new, strict=True)), stop
        parts.append(part[0])
    assert start == len(padded)
    heard = np.concatenate(parts)[said["late"] :]
    wanted = Enhancer.load(name).enhance(noisy)
    np.testing.assert_allclose(heard, wanted, atol=1e-4, rtol=0)
    assert np.abs(wanted - noisy).max() > 0.01


def speech_in_noise():
    """A stretch of the shipped reader in noise, 97 hops at 16 kHz."""
    from audiogan_tf.storage.places import shipped

    clean, _ = load(shipped("kathleen/wavs/arctic_a0001.flac"), 16000)
    clean = clean[8000 : 8000 + 97 * 128]
    return clean + 0.02 * np.random.default_rng(3).standard_normal(len(clean)).astype("float32")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_description_fits_the_network(name):
    said = exporting.described("onnx", portable(name), name)
    assert json.loads(json.dumps(said)) == said
    assert said["sample_rate"] in (8000, 16000, 22050) and said["outputs"]
    compile(exporting.example("onnx", portable(name)), "example.py", "exec")


def test_a_description_says_what_the_sliders_stand_for():
    said = portable("effects_long").about
    assert {kind: list(ranges) for kind, ranges in said["factors"].items()} == said["sliders"]
    for kind, ranges in said["factors"].items():
        for position in (0.0, 0.3, 1.0):
            values = slider_values(kind, [position] * len(ranges))
            for name, one in ranges.items():
                low, high = one["low"], one["high"]
                way = low + position * (high - low)
                value = way if one["straight"] else low * (high / low) ** position
                assert value == pytest.approx(values[name]) and one["meaning"], (kind, name)
    assert "factors" not in portable("drums_long").about


def play(folder, *arguments):
    """Run a folder's example; returns its sound."""
    settings = os.environ | {"NUMBA_DISABLE_JIT": "0"}
    command = [sys.executable, "example.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=settings)
    assert done.returncode == 0, done.stderr
    return soundfile.read(folder / "sound.wav", dtype="float32")


@pytest.mark.parametrize("form", exporting.FORMATS)
def test_the_example_plays_the_drum_that_it_asks_for(exported, form):
    sound, rate = play(exported("drums_long", form))
    judge = load_judge("judge_drums")
    assert rate == 16000 and len(sound) == 63 * 128
    assert judge.hear(sound[None], rate).classes[0, 0] == 0


@pytest.mark.parametrize("name", ["drums_wavegan", "digits_wavenet"])
def test_the_example_plays_waveforms(exported, name):
    sound, rate = play(exported(name, "onnx"))
    generator = SoundGenerator.load(name)
    assert rate == generator.representation.sample_rate
    assert len(sound) == generator.representation.samples and 0.05 < np.abs(sound).max() <= 1


@pytest.mark.parametrize("name", ["vocoder", "enhancer"])
def test_the_example_sends_a_recording_through(exported, tmp_path, name):
    noisy = speech_in_noise()
    soundfile.write(tmp_path / "in.wav", noisy, 16000, "FLOAT")
    sound, rate = play(exported(name, "onnx"), tmp_path / "in.wav")
    assert rate == 16000 and np.abs(sound).max() > 0.05
    if name == "enhancer":
        np.testing.assert_allclose(sound, Enhancer.load(name).enhance(noisy), atol=1e-3)


def test_the_example_of_linear_pictures_and_of_no_labels(exported, tmp_path):
    from audiogan_tf.models.dcgan import build_generator
    from audiogan_tf.sound.representation import Representation

    sizes = {"shape": [32, 32, 1], "latent_dim": 8, "channels": 4}
    pictures = Representation(8000, 64, 32, 32)
    made = SoundGenerator(build_generator(**sizes), sizes, pictures, {})
    run = tmp_path / "my run"
    run.mkdir()
    made.save(run / "best.npz")
    folder = exported(str(run), "onnx")
    assert about(folder)["name"] == "my run" and about(folder)["conditions"] == {}
    sound, rate = play(folder)
    assert (rate, len(sound)) == (8000, 31 * 32) and np.isfinite(sound).all()


def refused(capsys, *arguments, says):
    assert main(["export", *map(str, arguments)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("audiogan_tf: ") and error.count("\n") == 1, error
    assert all(word in error for word in says), error


def test_what_cannot_be_exported_is_said_in_one_sentence(tmp_path, capsys, monkeypatch):
    form, out = ("--format", "onnx"), ("--out", tmp_path / "out")
    refused(capsys, "--model", "nothing", *form, *out, says=["nothing", "drums_long"])
    refused(capsys, "--model", tmp_path, *form, *out, says=["best.npz"])
    refused(capsys, "--model", "judge_drums", *form, *out, says=["holds a judge", "vocoder"])
    (tmp_path / "kept").write_text("mine")
    refused(capsys, "--model", "vocoder", *form, "--out", tmp_path, says=["not empty"])
    monkeypatch.setitem(sys.modules, "tf2onnx", None)  # as where it is not installed
    refused(capsys, "--model", "vocoder", *form, *out, says=["tf2onnx", "audiogan_tf[export]"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def test_an_unknown_format_is_refused(tmp_path, capsys):
    with pytest.raises(InputError, match="'mp3' is unknown; use one of onnx, litert, savedmodel"):
        exporting.export("vocoder", "mp3", tmp_path / "out")
    with pytest.raises(SystemExit):
        main(["export", "--model", "vocoder", "--format", "mp3", "--out", "x"])
    assert "invalid choice: 'mp3'" in capsys.readouterr().err


def test_the_command_says_what_it_wrote_and_nothing_else(tmp_path):
    out = tmp_path / "drums"
    command = ["export", "--model", "drums_minute", "--format", "litert", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "audiogan_tf", *command], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines()[0].startswith("drums_minute as litert (") and str(out)
    assert sorted(p.name for p in out.iterdir()) == ["example.py", "model.json", "model.tflite"]
