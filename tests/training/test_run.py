import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

from audiogan_tf import corpora
from audiogan_tf.__main__ import main
from audiogan_tf.errors import InputError, TrainingFailed
from audiogan_tf.models import SoundGenerator, catalogue
from audiogan_tf.training import run as training

import numpy as np
import pytest
import soundfile

PREVIEW = 4  # steps
SCRIPT = (
    "import sys; from audiogan_tf.training import run; run.PREVIEW_STEPS = int(sys.argv[1])\n"
    "from audiogan_tf.__main__ import main; sys.exit(main(sys.argv[2:]))"
)


@pytest.fixture(autouse=True)
def short_epochs(monkeypatch):
    monkeypatch.setattr(training, "PREVIEW_STEPS", PREVIEW)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder of 30 tones without labels."""
    folder = tmp_path_factory.mktemp("sounds")
    for number in range(30):
        tone = 0.5 * np.sin((0.03 + 0.01 * number) * np.arange(3900))
        soundfile.write(folder / f"{number:02d}.wav", tone, 16000)
    return folder


@pytest.fixture(scope="module")
def finished(sounds, tmp_path_factory):
    """The folder of a run of 11 steps that nothing disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PREVIEW_STEPS", PREVIEW)
        out = tmp_path_factory.mktemp("runs") / "whole"
        assert main(train_command(sounds, out)) == 0
    return out


def train_command(sounds, out, steps=11):
    return ["train", "--corpus", str(sounds), "--steps", str(steps), "--out", str(out)]


def read(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files if name not in ("notes", "config")}


def step_of(path):
    return int(max(int(v) for v in read(path).values() if v.ndim == 0 and v.dtype.kind == "i"))


def assert_same(one, other):
    one, other = read(one / "checkpoint.npz"), read(other / "checkpoint.npz")
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def start_and_signal(sounds, out, number):
    """Start the same run in a process of its own; signal it after its first checkpoint."""
    code = [sys.executable, "-c", SCRIPT, str(PREVIEW), *train_command(sounds, out, 1000)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(code, **options, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    try:
        deadline = time.monotonic() + 1800
        while not (out / "checkpoint.npz").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        printed, _ = process.communicate(timeout=1800)
    finally:
        process.kill()
    return process.returncode, printed


def test_a_run_writes_what_it_promises(finished):
    names = {path.name for path in finished.iterdir()}
    promised = "run.json checkpoint.npz best.npz last.npz history.json previews tensorboard"
    assert {*promised.split(), "sounds", "grid.png", "report.html"} <= names
    assert not [name for name in names if name.endswith(".part")]
    history = json.loads((finished / "history.json").read_text())
    assert [row["step"] for row in history] == [4, 8, 11]
    assert all(np.isfinite(row["d_loss"]) and isinstance(row["alarms"], list) for row in history)
    for step in (4, 8, 11):
        assert (finished / "previews" / f"step_{step:06d}.png").stat().st_size > 1000
        sound, rate = soundfile.read(finished / "previews" / f"step_{step:06d}.wav")
        assert rate == 16000 and np.isfinite(sound).all()
    assert list((finished / "tensorboard").iterdir())
    assert "<audio" in (finished / "report.html").read_text("utf-8")


def test_a_run_killed_by_kill_9_and_resumed_ends_bit_identical(sounds, finished, tmp_path):
    out = tmp_path / "killed"
    code, _ = start_and_signal(sounds, out, signal.SIGKILL)
    assert code == -signal.SIGKILL and not (out / "report.html").exists()
    reached = step_of(out / "checkpoint.npz")
    assert reached % PREVIEW == 0 and reached < 1000
    target = max(11, reached + 3)
    assert main([*train_command(sounds, out, target), "--resume"]) == 0
    if target != 11:  # the machine was slow to kill: compare with a run of that length
        finished = tmp_path / "longer"
        assert main(train_command(sounds, finished, target)) == 0
    assert_same(out, finished)


def test_ctrl_c_saves_and_the_run_goes_on_bit_identically(sounds, finished, tmp_path):
    out = tmp_path / "interrupted"
    code, printed = start_and_signal(sounds, out, signal.SIGINT)
    assert code == 130 and "add --resume" in printed
    reached = step_of(out / "checkpoint.npz")
    target = max(11, reached + 3)
    assert main([*train_command(sounds, out, target), "--resume"]) == 0
    if target != 11:
        finished = tmp_path / "longer"
        assert main(train_command(sounds, finished, target)) == 0
    assert_same(out, finished)


def test_a_run_resumed_at_its_end_stays_as_it_is(sounds, finished, tmp_path):
    out = tmp_path / "copy"
    shutil.copytree(finished, out)
    assert main([*train_command(sounds, out), "--resume"]) == 0
    assert_same(out, finished)


@pytest.fixture
def resumed(sounds, finished, tmp_path):
    """A Run over a copy of the finished one, ready to train on."""
    shutil.copytree(finished, tmp_path / "copy")
    return training.Run(corpora.load_corpus(sounds), tmp_path / "copy", resume=True)


def test_nan_stops_with_one_sentence_and_keeps_the_last_good_state(resumed):
    before = (resumed.out / "checkpoint.npz").read_bytes()
    first = resumed.learner.generator.trainable_variables[0]
    first.assign(np.full(first.shape, np.nan))
    with pytest.raises(TrainingFailed, match=r"became nan at step 12.*is kept") as caught:
        resumed.train(steps=20)
    assert "\n" not in str(caught.value)
    assert (resumed.out / "checkpoint.npz").read_bytes() == before


def test_a_full_disk_while_training_keeps_the_previous_checkpoint(resumed):
    path = resumed.out / "checkpoint.npz"
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(InputError, match="could not be written"):
            resumed.train(steps=14)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before and not list(resumed.out.glob(".*.part"))


def test_a_file_that_vanishes_while_training_is_named_and_the_state_saved(sounds, tmp_path):
    folder = tmp_path / "sounds"
    shutil.copytree(sounds, folder)
    run = training.Run(corpora.load_corpus(folder), tmp_path / "run")
    (folder / "07.wav").unlink()
    with pytest.raises(InputError, match=r"07\.wav.*state is saved") as caught:
        run.train(steps=12)
    assert "\n" not in str(caught.value)
    shutil.copy(sounds / "07.wav", folder)
    again = training.Run(corpora.load_corpus(folder), tmp_path / "run", resume=True)
    assert again.train(steps=12) == "done" and again.learner.step == 12


def test_a_run_stopped_before_its_first_checkpoint_can_be_resumed(sounds, finished, tmp_path):
    out = tmp_path / "early"
    out.mkdir()
    shutil.copy(finished / "run.json", out)
    run = training.Run(corpora.load_corpus(sounds), out, resume=True)
    assert run.learner.step == 0


@pytest.mark.parametrize("key, value", [("seed", 5), ("model", "medium"), ("corpus", "other")])
def test_a_run_is_resumed_with_its_own_settings_only(sounds, finished, tmp_path, key, value):
    shutil.copytree(finished, tmp_path / "copy")
    source, options = sounds, []
    if key == "corpus":
        source = tmp_path / "other"
        source.mkdir()
        shutil.copy(sounds / "03.wav", source)
    else:
        options = [f"--{key}", str(value)]
    says = "removed 00.wav" if key == "corpus" else "resume it with its own settings"
    with pytest.raises(InputError, match=says):
        named = dict(zip(("seed", "model"), (0, "small"), strict=True))
        named |= {key: value} if options else {}
        training.Run(corpora.load_corpus(source), tmp_path / "copy", **named, resume=True)


def test_an_unknown_model_size_lists_the_known_ones():
    with pytest.raises(InputError, match="'huge' is unknown; use one of .*small, medium"):
        catalogue.build((32, 32, 1), (), "huge")


def write_squares(folder):
    """Square waves in whole numbers, so that their files are the same on every machine."""
    folder.mkdir()
    for number in range(12):
        square = np.arange(3900) // (10 + number) % 2 * 16384 - 8192
        soundfile.write(folder / f"{number:02d}.wav", square.astype("int16"), 16000)


def test_a_run_made_before_the_rooms_plays_and_goes_on(root, tmp_path, monkeypatch):
    """tests/data/run_before_rooms: six steps by the last version whose modules lay in one row."""
    out, sounds = tmp_path / "run", tmp_path / "squares"
    shutil.copytree(root / "tests" / "data" / "run_before_rooms", out)
    write_squares(sounds)
    tiny = {"channels": 1}
    game = catalogue.MODELS["small"].learner._replace(discriminator_sizes=tiny)
    sizes = tiny | {"latent_dim": 4, "embedding": 2}
    small = catalogue.Model("spectrogram", sizes, game)
    monkeypatch.setitem(catalogue.MODELS, "small", small)
    drawn = SoundGenerator.load(out).images(np.zeros((1, 0), "int32"), seed=1)
    np.testing.assert_allclose(drawn, np.load(out / "drawn.npy"), atol=1e-4)
    assert main([*train_command(sounds, out, 8), "--resume"]) == 0
    assert step_of(out / "checkpoint.npz") == 8


def test_a_wavenet_draws_latents_where_those_of_its_training_clips_lie(sounds, tmp_path):
    corpus = corpora.load_corpus(str(sounds))
    run = training.Run(corpus, tmp_path / "out", model="wavenet")
    assert run.train(steps=PREVIEW) == "done"
    kept = SoundGenerator.load(tmp_path / "out" / "last.npz").network.layers[-1].network
    centres = kept.told.latent.centres.numpy()
    clips = corpus.train
    kept.fit_latent(run.representation.forward(clips.audio), clips.conditions)
    np.testing.assert_allclose(centres, kept.told.latent.centres, rtol=0.02, atol=1e-3)
    assert np.abs(centres).max() > 0.01
