"""Several replicas end where one machine does; a lost worker is named and its run goes on.

Rounding grows from step to step where Adam divides one tiny gradient by another, so the processes
compare their losses in double precision, where it stays tiny.
"""

import json
import os
import socket
import subprocess
import sys
import time

from audiogan_tf.__main__ import main
from audiogan_tf.corpora import Clips, batches
from audiogan_tf.errors import InputError
from audiogan_tf.sound.representation import Representation
from audiogan_tf.training import Machines

import numpy as np
import pytest
import soundfile

STEPS, PREVIEW = 20, 5
PROCESS = """
import sys
import keras
import tensorflow as tf
from audiogan_tf.training import run
from audiogan_tf.__main__ import main

preview, devices, precision = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
keras.config.set_floatx(precision)
run.PREVIEW_STEPS = preview
logical = [tf.config.LogicalDeviceConfiguration()] * devices
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], logical)
sys.exit(main(sys.argv[4:]))
"""


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder of 30 tones in noise, without labels."""
    folder, rng = tmp_path_factory.mktemp("sounds"), np.random.default_rng(0)
    for number in range(30):
        tone = 0.3 * np.sin((0.1 + 0.03 * number) * np.arange(4000))
        soundfile.write(folder / f"{number:02d}.wav", tone + 0.1 * rng.standard_normal(4000), 8000)
    return folder


def start(sounds, out, *more, steps=STEPS, devices=1, model="small", preview=PREVIEW, workers=None):
    """A process that trains; workers: (addresses, which of them it is), or None."""
    command = ["train", "--corpus", str(sounds), "--steps", str(steps), "--out", str(out), *more]
    code = [sys.executable, "-c", PROCESS, str(preview), str(devices), "float64"]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    if workers:
        addresses, index = workers
        about = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        quiet["TF_CONFIG"] = json.dumps(about)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, **quiet}
    return subprocess.Popen([*code, *command, "--model", model], **pipes, env=environment)


def end(*processes):
    """Wait for processes to end well."""
    for process in processes:
        _, said = process.communicate(timeout=1800)
        assert process.returncode == 0, said[-2000:]


def addresses(count):
    """Free places on this machine for so many workers."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    places = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return places


def start_workers(sounds, out, *more, count=2, **options):
    places = addresses(count)
    more = ("--strategy", "workers", *more)
    return [start(sounds, out, *more, workers=(places, index), **options) for index in range(count)]


def losses(out, names):
    """Losses of each preview's step, (previews, len(names))."""
    rows = json.loads((out / "history.json").read_text("utf-8"))
    assert [row["step"] for row in rows] == list(range(PREVIEW, STEPS + 1, PREVIEW))
    return np.array([[row[name] for name in names] for row in rows])


@pytest.fixture(scope="module")
def alone(sounds, tmp_path_factory):
    """The folder of a run of one machine."""
    out = tmp_path_factory.mktemp("runs") / "one"
    end(start(sounds, out))
    return out


def assert_same_losses(one, two, names=("d_loss", "g_loss")):
    one, two = losses(one, names), losses(two, names)
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert np.ptp(one[:, 0]) > 1e-3, "they learn: losses change"


def test_two_devices_have_the_losses_of_one(sounds, alone, tmp_path):
    end(start(sounds, tmp_path / "two", "--strategy", "mirrored", devices=2))
    assert_same_losses(alone, tmp_path / "two")


def test_so_have_two_devices_of_an_autoencoder(sounds, tmp_path):
    mirrored = start(sounds, tmp_path / "two", "--strategy", "mirrored", devices=2, model="vae")
    end(start(sounds, tmp_path / "one", model="vae"), mirrored)
    assert_same_losses(tmp_path / "one", tmp_path / "two", ("loss", "kl"))


def test_two_workers_have_the_losses_of_one_and_the_chief_alone_writes(sounds, alone, tmp_path):
    end(*start_workers(sounds, tmp_path / "two"))
    assert_same_losses(alone, tmp_path / "two")
    written = [{path.name for path in out.iterdir()} for out in (alone, tmp_path / "two")]
    assert written[0] == written[1]


def test_a_killed_worker_ends_all_and_one_machine_goes_on(sounds, tmp_path):
    out = tmp_path / "run"
    chief, other = start_workers(sounds, out, steps=5000)
    try:
        deadline = time.monotonic() + 1800
        while not (out / "checkpoint.npz").exists():
            assert chief.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        other.kill()
        _, said = chief.communicate(timeout=1800)
    finally:
        chief.kill(), other.kill()
        other.communicate()
    assert chief.returncode == 2 and "another worker is gone" in said and "--resume" in said
    assert "Traceback" not in said
    rows = json.loads((out / "history.json").read_text("utf-8"))
    reached = rows[-1]["step"]
    end(start(sounds, out, "--resume", steps=reached + PREVIEW))
    rows = json.loads((out / "history.json").read_text("utf-8"))
    assert rows[-1]["step"] == reached + PREVIEW


def clips(count):
    form = Representation(8000, 64, 32, 32, n_mels=32)
    audio = np.random.default_rng(0).uniform(-1, 1, (count, form.samples)).astype("float32")
    return Clips(audio, np.arange(count, dtype="int32")[:, None], {}), form


@pytest.mark.parametrize("own", [1, 2, 4])
def test_shares_of_all_machines_make_up_each_batch(own):
    corpus, form = clips(10)
    options = {"batch_size": 8, "seed": 3, "start_step": 5}
    whole = [labels.numpy() for _, labels in batches(corpus, form, **options).take(4)]
    parts = []
    for first in range(0, 4, own):
        shares = batches(corpus, form, **options, shares=(first, own, 4)).take(4 * own)
        rows = np.concatenate([labels.numpy() for _, labels in shares])
        parts.append(rows.reshape(4, own * 2, 1))
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), np.stack(whole))


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "TF_CONFIG is not set"),
        ("nonsense", "which is not of the form"),
        ('{"cluster": {"worker": []}, "task": {"type": "worker", "index": 0}}', "not of the form"),
    ],
)
def test_workers_need_to_know_of_each_other(monkeypatch, text, said):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if text:
        monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(InputError, match=said):
        Machines.find("workers")


def test_what_cannot_be_shared_out_is_said(sounds, tmp_path, capsys):
    out = str(tmp_path / "run")
    command = ["train", "--corpus", str(sounds), "--steps", "4", "--strategy", "mirrored"]
    assert main([*command, "--model", "frame_rnn", "--out", out]) == 2
    assert "cannot be shared out" in capsys.readouterr().err


def test_one_machine_needs_no_strategy():
    alone = Machines.find(None)
    assert alone.chief and alone.replicas == 1
