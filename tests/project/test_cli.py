import csv
import json
import runpy
import shutil

from audiogan_tf.__main__ import main, parser
from audiogan_tf.models.dcgan import build_generator
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.weights import list_pretrained, save_weights
from audiogan_tf.training.commands import next_commands

import numpy as np
import pytest
import soundfile

WORDS = ("yes", "no", 'a,"b"', "über")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A run's folder that holds an untrained conditional generator."""
    return save_generator(tmp_path_factory.mktemp("run"), {"word": WORDS})


@pytest.fixture(scope="module")
def plain_model(tmp_path_factory):
    """A run's folder that holds an untrained unconditional generator."""
    return save_generator(tmp_path_factory.mktemp("plain"), {})


def save_generator(folder, conditions):
    sizes = {"shape": [32, 32, 1], "class_counts": [len(c) for c in conditions.values()]}
    sizes |= {"latent_dim": 8, "channels": 4}
    representation = Representation(8000, 64, 32, 32, n_mels=32)
    made = SoundGenerator(build_generator(**sizes), sizes, representation, conditions)
    made.save(folder / "best.npz")
    return folder


def refused(capsys, *arguments, says):
    """Run a command that must fail: status 2 and one sentence on stderr that says all of `says`."""
    assert main([str(argument) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("audiogan_tf: ") and error.count("\n") == 1, error
    assert "Traceback" not in error
    for word in says:
        assert word in error, error
    return error


def rows(folder):
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_generate_writes_sounds_and_their_labels(model, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["generate", "--model", str(model), "--count", "6", "--out", str(out)]) == 0
    head, *table = rows(out)
    assert head == ["file", "label"]
    assert [label for _, label in table] == [*WORDS, *WORDS[:2]]
    assert sorted(p.name for p in out.iterdir()) == sorted(["labels.csv", *[n for n, _ in table]])
    for name, _ in table:
        info = soundfile.info(out / name)
        assert (info.samplerate, info.channels, info.subtype) == (8000, 1, "PCM_16")
        assert info.frames == 31 * 32
    assert str(out) in capsys.readouterr().out


def test_generate_one_label_with_a_seed(model, tmp_path):
    sounds = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        command = ["generate", "--model", str(model), "--count", "2", "--label", "über"]
        assert main([*command, "--seed", str(seed), "--out", str(tmp_path / name)]) == 0
        assert [row[1] for row in rows(tmp_path / name)] == ["label", "über", "über"]
        sounds.append([p.read_bytes() for p in sorted((tmp_path / name).glob("*.wav"))])
    assert sounds[0] == sounds[1] != sounds[2] and sounds[0][0] != sounds[0][1]


def test_an_unconditional_model_has_empty_labels(plain_model, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["generate", "--model", str(plain_model), "--count", "2", "--out", str(out)]) == 0
    assert [row[1] for row in rows(out)] == ["label", "", ""]
    command = ["generate", "--model", plain_model, "--count", 1, "--label", "yes"]
    refused(capsys, *command, "--out", tmp_path / "b", says=["unconditional"])


def test_an_unknown_label_lists_the_labels(model, tmp_path, capsys):
    command = ["generate", "--model", model, "--count", 1, "--label", "maybe"]
    refused(capsys, *command, "--out", tmp_path / "out", says=["'maybe'", *WORDS])
    assert not (tmp_path / "out").exists()


def test_an_output_folder_in_use_is_left_alone(model, tmp_path, capsys):
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    command = ["generate", "--model", model, "--count", 1, "--out"]
    refused(capsys, *command, tmp_path, says=["not empty", "choose another"])
    refused(capsys, *command, kept, says=["this is a file"])
    assert [*tmp_path.iterdir()] == [kept] and kept.read_text() == "mine"


def test_unknown_weights_list_the_shipped_ones(tmp_path, capsys):
    command = ["generate", "--count", 1, "--out", tmp_path / "out", "--model"]
    known = [*list_pretrained()]
    refused(capsys, *command, "nothing", says=["nothing", *known])
    empty = tmp_path / "empty"
    empty.mkdir()
    refused(capsys, *command, empty, says=[str(empty), "best.npz"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty", "judge"])
def test_corrupted_weights_are_refused(model, tmp_path, capsys, damage):
    run = tmp_path / "run"
    shutil.copytree(model, run)
    content = bytearray((run / "best.npz").read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 255
    changed = {"cut": content[: len(content) // 2], "text": b"no weights", "empty": b""}
    (run / "best.npz").write_bytes(changed.get(damage, content))
    if damage == "judge":
        save_weights(run / "best.npz", {"kind": "judge"}, [])
    command = ["generate", "--model", run, "--count", 1, "--out", tmp_path / "out"]
    refused(capsys, *command, says=["best.npz"])
    assert not (tmp_path / "out").exists()


def test_training_refuses_what_it_cannot_use(tmp_path, capsys):
    empty, file = tmp_path / "empty", tmp_path / "a.wav"
    empty.mkdir()
    file.write_text("text")
    command = ["train", "--steps", 1, "--out", tmp_path / "out", "--corpus"]
    refused(capsys, *command, "drumz", says=["'drumz'", "known: drums, fsdd"])
    refused(capsys, *command, tmp_path / "missing", says=["missing", "known: drums, fsdd"])
    refused(capsys, *command, file, says=["this is a file"])
    refused(capsys, *command, empty, says=["no sound files here"])


@pytest.mark.parametrize("content", ["", "text named wav"])
def test_strict_training_stops_at_a_bad_file(tmp_path, capsys, content):
    folder = tmp_path / "sounds"
    folder.mkdir()
    soundfile.write(folder / "good.wav", np.zeros(800) + 0.1, 8000)
    (folder / "bad.wav").write_text(content)
    command = ["train", "--corpus", folder, "--steps", 1, "--out", tmp_path / "out", "--strict"]
    refused(capsys, *command, says=["bad.wav"])


def test_training_leaves_another_run_alone(tmp_path, capsys):
    run = tmp_path / "run.json"
    run.write_text('{"corpus_digest": "x", "model": "small", "seed": 0}')
    command = ["train", "--corpus", "drums", "--steps", 1, "--out", tmp_path]
    refused(capsys, *command, says=["holds another run", "--resume"])
    assert [*tmp_path.iterdir()] == [run]
    (tmp_path / "run.json").write_text("{not json")
    refused(capsys, *command, "--resume", says=["run.json", "damaged"])
    refused(capsys, *command[:-1], tmp_path / "none", "--resume", says=["no run.json here"])


def test_generated_sounds_are_evaluated_beside_their_floors(tmp_path, capsys):
    out = str(tmp_path / "out")
    assert main(["generate", "--model", "drums_minute", "--count", "16", "--out", out]) == 0
    assert main(["evaluate", "--generated", out, "--corpus", "drums"]) == 0
    table = capsys.readouterr().out
    assert "16 clips against drums" in table
    head = next(line for line in table.splitlines() if line.startswith("metric"))
    assert head.split("  ")[-1].strip() == "real floor" and "noise floor" in head
    right = next(line for line in table.splitlines() if line.startswith("drum accuracy"))
    assert float(right.split()[2]) >= 0.75


def test_evaluate_refuses_what_it_cannot_use(fsdd, tmp_path, capsys):
    command = ["evaluate", "--corpus", "fsdd", "--generated"]
    refused(capsys, *command, tmp_path / "none", says=["no such folder"])
    refused(capsys, *command, tmp_path, says=["no sound files here"])
    soundfile.write(tmp_path / "a.wav", np.zeros(800) + 0.1, 8000)
    (tmp_path / "labels.csv").write_text("name\na.wav\n")
    refused(capsys, *command, tmp_path, says=["labels.csv", "file,label"])
    (tmp_path / "labels.csv").write_text("file,label\na.wav,eleven\n")
    refused(capsys, *command, tmp_path, says=["'eleven'", "0, 1, 2"])
    (tmp_path / "labels.csv").write_text("file,label\nb.wav,1\n")
    refused(capsys, *command, tmp_path, says=["b.wav", "no such file"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--model", "x", "--count", "0", "--out", "y"],
        ["generate", "--model", "x", "--count", "many", "--out", "y"],
        ["generate", "--model", "x", "--count", "1", "--seed", "-1", "--out", "y"],
        ["train", "--corpus", "drums", "--steps", "1", "--seconds", "1", "--out", "y"],
        ["train", "--corpus", "drums"],
        ["train", "--corpus", "x", "--sample-rate", "0", "--out", "y"],
        ["evaluate", "--corpus", "x", "--clip-seconds", "-1", "--generated", "y"],
        ["listen"],
        [],
    ],
)
def test_wrong_arguments_have_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2 and "usage:" in capsys.readouterr().err


def test_what_there_is_can_be_listed(capsys):
    assert main(["corpora"]) == 0
    listed = capsys.readouterr().out
    assert "drums" in listed and "fsdd" in listed and "any folder" in listed
    assert main(["pretrained"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in list_pretrained())


def test_what_to_type_next_uses_names_that_exist():
    for line in next_commands("runs/a", ("kick", "snare"), "--corpus drums"):
        if line.startswith("python -m audiogan_tf"):
            assert parser().parse_args(line.split()[3:]).out.startswith("runs/a")


def test_the_data_readme_is_up_to_date_and_names_every_file(root):
    text = (root / "data" / "README.md").read_text("utf-8")
    render = runpy.run_path(str(root / "scripts" / "data_readme.py"))["render"]
    results = (root / "benchmarks" / "README.md").read_text("utf-8")
    assert "<!-- leaderboard -->" in results
    assert (render(text), render(results)) == (text, results), "run scripts/data_readme.py"
    for path in (root / "data").rglob("*"):
        if path.is_file() and path.name != "README.md" and "__pycache__" not in path.parts:
            assert path.name in text, f"data/README.md does not name {path.name}"


def test_the_data_readme_and_the_index_agree(root):
    text = (root / "data" / "README.md").read_text("utf-8")
    index = json.loads((root / "data" / "pretrained" / "index.json").read_text("utf-8"))
    shipped = {path.name for path in (root / "data" / "pretrained").glob("*.npz")}
    assert shipped == {entry["file"] for entry in index.values()}
    for name, entry in index.items():
        for word in (
            name,
            entry["file"],
            entry["sha256"],
            entry["command"],
            entry["corpus_digest"],
        ):
            assert f"`{word}`" in text, f"run scripts/data_readme.py: {name}: {word} is missing"
        for metric, value in entry["metrics"].items():
            assert f"{metric} {value}" in text, f"run scripts/data_readme.py: {name}: {metric}"


def test_sliders_are_set_by_name(tmp_path, capsys):
    from audiogan_tf.models import sliders

    sizes = {"shape": (32, 32, 1), "class_counts": [2], "sliders": 2, "channels": 2}
    about = {"sound": ("bell", "hum")}, {}, "sliders", {"bell": ("pitch", "decay"), "hum": ()}
    pictures = Representation(8000, 256, 64, 32, n_mels=32)
    made = SoundGenerator(sliders.build_generator(**sizes), sizes, pictures, *about)
    made.save(tmp_path / "model.npz")
    command = ["generate", "--model", str(tmp_path / "model.npz"), "--count", "2"]
    bell = [*command, "--label", "bell", "--slider", "pitch=0.2", "--slider", "decay=1"]
    assert main([*bell, "--out", str(tmp_path / "a")]) == 0
    assert len(list((tmp_path / "a").glob("*.wav"))) == 2
    assert main([*command, "--label", "bell", "--slider", "size=0", "--out", "b"]) == 2
    assert "slider 'size' is unknown: bell has pitch, decay" in capsys.readouterr().err
