"""Which state a run keeps, when patience ends it, and that a killed run knows both."""

import json
import shutil
from types import SimpleNamespace

from audiogan_tf import corpora
from audiogan_tf.__main__ import main
from audiogan_tf.storage.weights import read_weights
from audiogan_tf.training import run as training
from audiogan_tf.training.callbacks import Preview, StopUnbeaten
from audiogan_tf.training.keeping import held_out_like, in_words, kept, unbeaten

import numpy as np
import pytest
import soundfile

CLIPS, PREVIEW = 48, 4
FALLS_AND_RISES = (3.0, 1.0, 2.0, 2.5, 0.1)  # distances, one a preview


def history(*rows):
    """Rows of (clips heard as asked or None, distance or None), a preview every 500 steps."""
    return [
        {"step": 500 * i, "score": None if right is None else right / CLIPS, "distance": distance}
        for i, (right, distance) in enumerate(rows, 1)
    ]


CASES = {  # what the rows show: the rows, and which is kept
    "a higher accuracy beats any distance": ([(30, 1.0), (40, 9.0)], 1),
    "and a lower one never does": ([(40, 9.0), (30, 1.0)], 0),
    "where it saturates, the lower distance is kept": ([(48, 3.0), (48, 1.0), (48, 2.0)], 1),
    "one clip is no difference": ([(47, 1.0), (48, 2.0)], 0),
    "nor is it the other way": ([(48, 2.0), (47, 1.0)], 1),
    "two clips are one": ([(46, 1.0), (48, 2.0)], 1),
    "steps of one clip do not lead down": ([(48, 3.0), (47, 2.0), (46, 1.0)], 1),
    "the best accuracy counts, not the kept one's": ([(46, 1.0), (47, 2.0), (48, 3.0)], 2),
    "without an accuracy the distance alone": ([(None, 2.0), (None, 1.0), (None, 3.0)], 1),
    "equal in both: the earlier one": ([(48, 1.0), (48, 1.0)], 0),
    "without a judge the last one": ([(None, None), (None, None), (None, None)], 2),
    "without a distance the latest of equals": (
        [(48, None), (47, None), (48, None), (47, None)],
        2,
    ),
    "an older run's row has no distance": ([(48, None), (48, 5.0), (48, 6.0)], 1),
}


@pytest.mark.parametrize("rows, wanted", CASES.values(), ids=CASES)
def test_the_state_that_is_kept(rows, wanted):
    assert kept(history(*rows), CLIPS) == wanted
    assert unbeaten(history(*rows), CLIPS) == len(rows) - 1 - wanted


def test_a_history_without_the_column_is_read_too():
    rows = [{"step": 1, "score": 1.0}, {"step": 2, "score": 1.0}]
    assert kept(rows, CLIPS) == 1 and kept([], CLIPS) is None and unbeaten([], CLIPS) == 0


def test_the_reason_is_said():
    best = history((40, 3.0), (48, 1.234), (48, 2.0))
    told = "kept: step 1000, 48 of 48 clips heard as asked, distance 1.23 to held-out clips; "
    assert in_words(best, CLIPS) == f"{told}one later preview has not beaten it"
    assert in_words(best, CLIPS, 1).endswith("not beaten it, so the training stopped")
    assert in_words(best[:2], CLIPS) == f"{told}no earlier one was better"
    assert in_words(history((None, None)), CLIPS).endswith("no judge to compare states")
    assert "nothing yet" in in_words([], CLIPS)


def test_held_out_clips_of_the_kinds_asked_for_alone():
    conditions = np.repeat([[0, 0], [0, 1], [1, 0], [2, 0]], 30, axis=0)  # (120, 2)
    reference = SimpleNamespace(test=np.arange(120.0)[:, None], test_conditions=conditions)
    asked = np.array([[0, 0], [1, 0], [0, 0]])
    assert held_out_like(reference, asked).ravel().tolist() == [*range(30), *range(60, 90)]
    assert len(held_out_like(reference, asked[:, :1])) == 90  # any second condition
    assert len(held_out_like(reference, np.zeros((48, 0), int))) == 120  # asks for nothing
    assert held_out_like(reference, np.array([[2, 0]])) is None  # 30 clips are too few
    assert held_out_like(None, asked) is None


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder of 20 tones without labels."""
    folder = tmp_path_factory.mktemp("sounds")
    for number in range(20):
        tone = 0.5 * np.sin((0.03 + 0.01 * number) * np.arange(3900))
        soundfile.write(folder / f"{number:02d}.wav", tone, 16000)
    return folder


@pytest.fixture(autouse=True)
def scripted(monkeypatch):
    """Previews every four steps, all heard as asked, whose distances are FALLS_AND_RISES."""

    def distance(preview):
        return FALLS_AND_RISES[min(len(preview.history), len(FALLS_AND_RISES) - 1)]

    monkeypatch.setattr(training, "PREVIEW_STEPS", PREVIEW)
    monkeypatch.setattr(Preview, "_score", lambda preview: 1.0)
    monkeypatch.setattr(Preview, "_distance", distance)


def best_step(out):
    return read_weights(out / "best.npz")[0]["about"]["step"]


def steps_of(out):
    return [row["step"] for row in json.loads((out / "history.json").read_text("utf-8"))]


def train(sounds, out, *options, steps=20):
    command = ["train", "--corpus", str(sounds), "--out", str(out), "--steps", str(steps)]
    return main([*command, *options])


def test_patience_stops_a_training_and_says_why(sounds, tmp_path, capsys):
    assert train(sounds, tmp_path / "run", "--patience", "2") == 0
    assert steps_of(tmp_path / "run") == [4, 8, 12, 16] and best_step(tmp_path / "run") == 8
    said = "kept: step 8, 48 of 48 clips heard as asked, distance 1 to held-out clips; 2 later "
    said += "previews have not beaten it, so the training stopped"
    assert said in capsys.readouterr().out
    assert said in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_without_patience_it_goes_on_and_may_find_a_better_state(sounds, tmp_path, capsys):
    assert train(sounds, tmp_path / "run") == 0
    assert steps_of(tmp_path / "run")[-1] == 20 and best_step(tmp_path / "run") == 20
    assert "no earlier one was better" in capsys.readouterr().out


def test_what_kill_9_leaves_goes_on_with_its_best_state(sounds, tmp_path):
    """A copy of the folder, taken after the preview at step 12, is what a kill would leave."""
    run = training.Run(corpora.load_corpus(sounds), tmp_path / "whole")
    written = run.save

    def save():
        written()
        if run.learner.step == 12 and not (tmp_path / "killed").exists():
            shutil.copytree(run.out, tmp_path / "killed")

    run.save = save
    assert run.train(20, patience=2) == "done"
    assert best_step(tmp_path / "killed") == 8 and steps_of(tmp_path / "killed") == [4, 8, 12]
    again = training.Run(corpora.load_corpus(sounds), tmp_path / "killed", resume=True)
    assert again.train(20, patience=2) == "done"
    assert steps_of(tmp_path / "killed") == steps_of(tmp_path / "whole") == [4, 8, 12, 16]
    ended = [read_weights(tmp_path / name / "best.npz")[1] for name in ("whole", "killed")]
    for one, other in zip(*ended, strict=True):
        np.testing.assert_array_equal(one, other)
    third = training.Run(corpora.load_corpus(sounds), tmp_path / "killed", resume=True)
    assert third.train(20, patience=2) == "done" and third.learner.step == 16  # it is over


def test_no_judge_no_stop():
    preview = SimpleNamespace(history=history(*[(None, None)] * 9), asked=np.zeros((CLIPS, 0)))
    assert not StopUnbeaten(preview, 1).is_due()
    preview.history = history((48, 1.0), (48, 2.0))
    assert StopUnbeaten(preview, 1).is_due() and not StopUnbeaten(preview, 2).is_due()
