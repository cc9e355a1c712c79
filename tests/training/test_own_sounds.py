"""A user's own folder, from the command line to the page: whatever it is called and holds."""

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import partial, partialmethod

from audiogan_tf import corpora
from audiogan_tf.__main__ import main, parser
from audiogan_tf.errors import InputError
from audiogan_tf.judging import judge as judging
from audiogan_tf.judging import judge_training
from audiogan_tf.models import catalogue
from audiogan_tf.training import Run, callbacks, corpus_options, next_commands, pages
from audiogan_tf.training import run as training

import numpy as np
import pytest
import soundfile

FOLDER, NAMES = "my $ounds", ("-snare's <b>", "Ba$$in", "鼓 drum")


@pytest.fixture(autouse=True, scope="module")
def quick(tmp_path_factory):
    """Judges of three steps in a cache of their own, and previews after two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge_training, "FEWEST_STEPS", 3)
        patch.setattr(judge_training, "PASSES", 0)
        patch.setattr(judging, "NOISE_CLIPS", 10)
        patch.setattr(training, "PREVIEW_STEPS", 2)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def write_tones(folder, count, base=0.05):
    folder.mkdir(parents=True)
    for number in range(count):
        tone = 0.5 * np.sin((base + 0.001 * number) * np.arange(3900))
        soundfile.write(folder / f"{number:02d}.wav", tone, 16000)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that holds a corpus with names that a shell, a page and a font dislike."""
    folder = tmp_path_factory.mktemp("place")
    for number, name in enumerate(NAMES):
        write_tones(folder / FOLDER / name, 12, 0.05 + 0.2 * number)
    return folder


@pytest.fixture(scope="module")
def run(place):
    """What a run on that corpus printed; its folder is `-a run`, beside the corpus."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.chdir(place)
        command = ["train", "--corpus", FOLDER, "--steps", "3", "--out=-a run", "--seed", "7"]
        assert main(command) == 0
    return printed.getvalue()


def test_a_few_files_give_sounds_a_picture_and_a_page(run, place):
    out = place / "-a run"
    assert len(list((out / "sounds").glob("*.wav"))) == 48
    assert (out / "grid.png").stat().st_size > 1000
    page = (out / "report.html").read_text("utf-8")
    said = re.search(r'"-" under real floor: density, coverage take 6 clips or more, not \d', run)
    assert said and said[0].replace('"', "&quot;") in page
    row = next(line for line in run.splitlines() if line.startswith("coverage"))
    assert row.split()[-1] == "-"
    assert "precision" not in run and "recall" not in run


def test_it_says_what_it_learns_from_before_it_trains(run):
    said = run[: run.index("training a judge")]
    assert "33 clips of" in said and "3 held out" in said and "16000 Hz" in said
    assert "judge hears the label of" in run and "below 90 %" in run  # three steps teach little


def test_the_page_shows_names_as_they_are_written_and_recordings_beside(run, place):
    page = (place / "-a run" / "report.html").read_text("utf-8")
    assert "<b>," not in page and "-snare&#x27;s &lt;b&gt;, generated" in page
    assert page.count(", generated <small>") == page.count(", recorded <small>") == 16


def test_the_printed_commands_work_as_they_stand(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    lines = run[run.index("next:") :].splitlines()[1:]
    generate, resume = (shlex.split(line)[3:] for line in lines[:2])
    assert main(generate) == 0
    rows = (place / "-a run-more" / "labels.csv").read_text("utf-8").splitlines()
    assert len(rows) == 21 and rows[1].endswith(NAMES[0])
    resume[resume.index("--seconds") :] = ["--steps", "4"]
    assert main(resume) == 0
    assert "training a judge" not in capsys.readouterr().out
    assert main(["evaluate", "--generated=-a run-more", "--corpus", FOLDER]) == 0
    assert "20 clips against" in capsys.readouterr().out


def test_three_sounds_are_scored_as_far_as_they_go(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    three = place / "three"
    three.mkdir()
    for number, path in enumerate(sorted((place / FOLDER / NAMES[1]).iterdir())[:3]):
        shutil.copy(path, three / f"{number}.wav")
    table = f"\ufefffile;label\n0.wav;{NAMES[1]}\n1.wav;\n2.wav;{NAMES[1]}\n"
    (three / "labels.csv").write_text(table, "utf-8")  # as a spreadsheet saves it
    assert main(["evaluate", "--generated", "three", "--corpus", FOLDER]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"coverage +- ", printed) and re.search(r"label accuracy +[01]", printed)
    assert "1 of 3 clips have no label" in printed


@pytest.mark.parametrize(
    "name", ["a b", "-a", "it's", "$HOME", "`ls`", "a;b", "é", "a\nb", "x\udce9"]
)
def test_a_shell_reads_options_as_they_were_meant(name):
    for text in next_commands(name, (name,), corpus_options(None, folder=name), seed=3)[:2]:
        words = subprocess.run(
            ["bash", "-c", f"for word in {text}; do printf '%s\\0' \"$word\"; done"],
            capture_output=True,
            check=True,
        )
        words = [os.fsdecode(word) for word in words.stdout.split(b"\0")]
        options = parser().parse_args(words[3:-1])
        assert name in (options.out, options.out.removesuffix("-more"))
        if options.command == "generate":
            assert (options.label, options.model) == (name, name)
        else:
            assert os.path.normpath(options.corpus) == os.path.normpath(f"./{name}")


def test_a_folder_called_like_a_corpus_has_its_own_judge_and_commands(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    write_tones(tmp_path / "drums" / "kick", 3)
    write_tones(tmp_path / "drums" / "snare", 3, 0.3)
    corpus = corpora.load_corpus("./drums")
    judge = judge_training.judge_for(corpus)
    assert tuple(judge.conditions.values()) == (("kick", "snare"),)
    assert corpus_options(corpus) == "--corpus ./drums"
    assert corpus_options(corpus, "drums", 8000, 0.5, True) == (
        "--corpus ./drums --sample-rate 8000 --clip-seconds 0.5 --slice"
    )
    monkeypatch.setitem(corpora.CORPORA, "drums", lambda: pytest.fail("stop here"))
    with pytest.raises(pytest.fail.Exception):
        main(["train", "--corpus", "drums", "--steps", "1", "--out", "r"])
    assert "the folder of that name is --corpus ./drums" in capsys.readouterr().out


def test_another_rate_is_another_judge_and_no_resumed_run(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    slow = corpora.load_corpus(FOLDER, sample_rate=8000)
    assert judge_training.find_judge(corpora.load_corpus(FOLDER)) is not None
    assert judge_training.find_judge(slow) is None
    command = ["train", "--corpus", FOLDER, "--sample-rate", "8000", "--steps", "9", "--seed", "7"]
    capsys.readouterr()
    assert main([*command, "--out=-a run", "--resume"]) == 2
    captured = capsys.readouterr()
    assert "sample_rate=16000 (asked for 8000)" in captured.err
    assert "--sample-rate 16000" in captured.err and "training" not in captured.out


@pytest.fixture
def changed(run, place, tmp_path, monkeypatch):
    """A copy of the corpus and of its run, in the working folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(place / FOLDER, "sounds")
    shutil.copytree(place / "-a run", "run")
    files = json.loads((place / "-a run" / "corpus.json").read_text())["files"]
    assert len(files) == 36
    return tmp_path / "sounds" / NAMES[1]


def refused(capsys, *arguments):
    capsys.readouterr()
    assert main(["train", "--corpus", "sounds", "--steps", "9", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and "training" not in captured.out
    return captured.err


def test_sounds_that_changed_are_named_before_anything_is_trained(changed, capsys):
    (changed / "03.wav").unlink()
    shutil.copy(changed / "04.wav", changed / "a new one.wav")
    soundfile.write(changed / "05.wav", np.zeros(50) + 0.1, 16000)
    error = refused(capsys, "--out", "run", "--resume", "--seed", "7")
    for said in ("added Ba$$in/a new one.wav", "removed Ba$$in/03.wav", "changed Ba$$in/05.wav"):
        assert said in error


def test_an_older_run_without_a_list_of_files_says_that_sounds_changed(changed, capsys):
    (changed / "03.wav").unlink()
    settings = json.loads((changed.parents[1] / "run" / "run.json").read_text())
    del settings["corpus_key"]
    (changed.parents[1] / "run" / "run.json").write_text(json.dumps(settings))
    (changed.parents[1] / "run" / "corpus.json").unlink()
    assert "corpus_digest=" in refused(capsys, "--out", "run", "--resume", "--seed", "7")


def test_an_output_within_the_sounds_is_refused_before_anything_is_made(changed, capsys):
    for out in ("sounds/run", "sounds", f"sounds/../sounds/{NAMES[1]}/x"):
        before = sorted((changed.parent).rglob("*"))
        assert "lies in sounds" in refused(capsys, "--out", out)
        assert sorted((changed.parent).rglob("*")) == before


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("model", [name for name in catalogue.MODELS if name != "sliders"])
def test_every_model_learns_from_a_tiny_folder(model, labelled, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(training, "Preview", partial(callbacks.Preview, count=4))
    monkeypatch.setattr(Run, "finish", partialmethod(Run.finish, count=8))
    for number in range(2 if labelled else 1):
        write_tones(tmp_path / "sounds" / (f"kind {number}" if labelled else ""), 5, 0.1)
    out = tmp_path / "run"
    command = ["train", "--corpus", str(tmp_path / "sounds"), "--model", model, "--steps", "2"]
    assert main([*command, "--out", str(out)]) == 0
    assert len(list((out / "sounds").glob("*.wav"))) == 8 and (out / "grid.png").exists()
    assert ("no score: all sounds have one label" in capsys.readouterr().out) is not labelled


def test_a_model_of_sliders_is_refused_by_a_folder(tmp_path, capsys):
    write_tones(tmp_path / "sounds", 5, 0.1)
    command = ["train", "--corpus", str(tmp_path / "sounds"), "--model", "sliders"]
    assert main([*command, "--steps", "2", "--out", str(tmp_path / "run")]) == 2
    assert "learns sliders and this corpus has none" in capsys.readouterr().err


def test_whatever_fails_after_the_training_the_sounds_are_written(place, tmp_path, capsys):
    corpus = corpora.load_corpus(place / FOLDER)
    run = Run(corpus, tmp_path / "run", judge=judge_training.judge_for(corpus))
    run.train(steps=2)
    run.judge.network = None  # as if scoring met something that nobody thought of
    run.judge.outputs = None
    assert run.finish(count=9) is None
    printed = capsys.readouterr().out
    assert "no score: " in printed and "sounds: " in printed
    assert len(list((tmp_path / "run" / "sounds").glob("*.wav"))) == 9
    assert "no score: " in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_a_recording_that_is_gone_costs_the_page_its_recordings_only(place, tmp_path):
    shutil.copytree(place / FOLDER, tmp_path / "sounds")
    corpus = corpora.load_corpus(tmp_path / "sounds")
    shutil.rmtree(tmp_path / "sounds")
    sounds, conditions = np.zeros((3, corpus.representation.samples)), np.zeros((3, 1), int)
    page = pages.Page(tmp_path, corpus, sounds, conditions, [], [])
    assert any(note.startswith("no recordings: ") for note in page.notes)
    assert "<audio" in page.write().read_text("utf-8")


def test_the_pace_says_what_it_means_for_the_time_asked():
    assert callbacks.Pace(None, 120).in_words(0.05) == "about 0.05 s a step: 2,400 steps in 120 s"
    assert callbacks.Pace(500).in_words(0.1, done=100) == "about 0.1 s a step: 400 steps in 40 s"


def test_a_name_that_the_terminal_cannot_show_is_no_error(run, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    run_folder = f"--model={place / '-a run'}"
    assert main(["generate", run_folder, "--count", "1", "--out", "鼓"]) == 0
    assert b"\\u9f13" in stream.buffer.getvalue()


def test_a_reader_that_has_had_enough_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "audiogan_tf", "corpora"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_another_backend_or_order_of_axes_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert main(["corpora"]) == 2
    assert "KERAS_BACKEND=tensorflow" in capsys.readouterr().err
    monkeypatch.delenv("KERAS_BACKEND")
    for settings, said in (
        ({"backend": "torch"}, "backend is 'torch'"),
        ({"image_data_format": "channels_first"}, "'channels_first'"),
    ):
        (tmp_path / "keras.json").write_text(json.dumps(settings))
        assert main(["corpora"]) == 2
        error = capsys.readouterr().err
        assert said in error and "keras.json" in error and error.count("\n") == 1
    (tmp_path / "keras.json").write_text("not json")
    assert main(["corpora"]) == 0


def test_an_unknown_model_leaves_nothing_behind(place, tmp_path):
    with pytest.raises(InputError, match="'huge' is unknown"):
        Run(corpora.load_corpus(place / FOLDER), tmp_path / "run", "huge")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_only_the_system_wrote_to_is_empty(tmp_path):
    from audiogan_tf.training import new_folder

    (tmp_path / ".DS_Store").write_text("")
    assert new_folder(tmp_path) == tmp_path
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(InputError, match="not empty"):
        new_folder(tmp_path)
