"""Synthesised corpora are known by their recipes, and their sound is the published one."""

import importlib.util
import json
from dataclasses import replace

from audiogan_tf import corpora, judging, synth, training
from audiogan_tf.corpora.base import Clips
from audiogan_tf.corpora.shards import load_shards, write_shards
from audiogan_tf.errors import InputError
from audiogan_tf.judging.judge import Judge
from audiogan_tf.storage import recipes

import numpy as np
import pytest

TOLERANCE = 1e-3  # thirty samples of a clip, each off by one step of 16 bits
STEP = 1 / 32768
SEEN = 0.2  # of the clips; in the corpus one clip is enough to fail
OLD_DRUMS = "a0a157630b3511f1eb208e7edf68a4e2924297e619c085d338538d3ec012f6f0"
OLD_NOTES = "b6a685320bc9ca2057031a19018290f9ed7486a8f0acc28817f26cf5acfaebf5"


@pytest.fixture(scope="module")
def made():
    return {name: corpora.load_corpus(name) for name in ("drums", "notes")}


@pytest.fixture(scope="module")
def effects():
    """All held-out clips, and a few to learn from, which are made in the same way."""
    with pytest.MonkeyPatch.context() as patch:
        few = corpora.effects.PER_CLASS | {"train": 2}
        patch.setattr(corpora.effects, "PER_CLASS", few)
        patch.setattr(corpora.effects, "ALARMS", 2)
        return corpora.load_corpus("effects")


@pytest.fixture(scope="module")
def kit(root):
    """scripts/fingerprints.py as a module."""
    path = root / "scripts" / "fingerprints.py"
    spec = importlib.util.spec_from_file_location("fingerprints", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def published(kit):
    with np.load(kit.FILE, allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", ["drums", "notes"])
@pytest.mark.parametrize("side", ["train", "test"])
def test_every_clip_is_the_published_one(made, kit, published, name, side):
    found = kit.fingerprint(getattr(made[name], side).audio)
    np.testing.assert_allclose(found, published[f"{name}_{side}"], rtol=0, atol=TOLERANCE)


def test_every_held_out_effect_is_the_published_one(effects, kit, published):
    found = kit.fingerprint(effects.test.audio)
    np.testing.assert_allclose(found, published["effects_test"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", synth.EFFECTS)
def test_one_hundredth_more_of_a_slider_is_caught(kit, name):
    for slider in range(len(synth.SLIDERS[name])):
        pairs = []
        for seed in range(10):
            positions = synth.draw_positions(np.random.default_rng(seed), name)
            for more in (0.0, 0.01):
                moved = positions + more * (np.arange(len(positions)) == slider)
                noise = np.random.default_rng(seed)
                pairs.append(synth.effect(name, moved, 44544, 22050, noise))
        one, other = kit.fingerprint(np.stack(pairs)).reshape(10, 2).T
        assert np.mean(np.abs(one - other) > TOLERANCE) >= SEEN, (name, slider)


def test_what_effects_are_told(effects):
    told = effects.train.told
    assert told.shape == (2 * len(synth.EFFECTS), 4) and told.dtype == np.int32
    np.testing.assert_array_equal(told[:, 0], effects.train.labels)
    positions = np.stack([effects.train.factors[f"slider_{k}"] for k in (1, 2, 3)], axis=1)
    np.testing.assert_array_equal(told[:, 1:], np.rint(100 * positions))
    assert effects.slider_count == 3 and effects.sliders["laser"] == ("high", "low")


def test_single_steps_may_differ(made, kit, published):
    clips = made["notes"].test.audio[::10].copy()
    rng = np.random.default_rng(0)
    for clip in clips:
        clip[rng.choice(len(clip), 20, replace=False)] += STEP * rng.choice([-1, 1], 20)
    assert np.abs(kit.fingerprint(clips) - published["notes_test"][::10]).max() < TOLERANCE


@pytest.mark.parametrize("factor", synth.DRUM_FACTORS)
def test_one_percent_more_of_a_factor_is_caught_in_drums(kit, factor):
    for name in synth.DRUMS:
        pairs = []
        for seed in range(20):
            factors = synth.draw_factors(np.random.default_rng(seed), name)
            for drawn in (factors, factors | {factor: 1.01 * factors[factor]}):
                noise = np.random.default_rng(seed)
                pairs.append(synth.drum(name, drawn, 8064, 16000, noise))
        one, other = kit.fingerprint(np.stack(pairs)).reshape(20, 2).T
        assert np.mean(np.abs(one - other) > TOLERANCE) >= SEEN, (name, factor)


@pytest.mark.parametrize("factor", synth.NOTE_FACTORS)
@pytest.mark.parametrize("timbre", synth.TIMBRES)
def test_one_percent_more_of_a_factor_is_caught_in_notes(kit, timbre, factor):
    factors = synth.draw_note_factors(np.random.default_rng(1), np.arange(60, 80))
    prints = []
    for share in (1.0, 1.01):
        drawn = factors | {factor: share * factors[factor]}
        sounds = synth.play_notes(timbre, drawn, 7936, 16000, np.random.default_rng(1))
        prints.append(kit.fingerprint(sounds))
    assert np.mean(np.abs(prints[0] - prints[1]) > TOLERANCE) >= SEEN


def test_the_digest_is_the_recipes(made, monkeypatch):
    assert recipes.current(OLD_DRUMS) == made["drums"].digest != made["notes"].digest
    assert recipes.current(OLD_NOTES) == made["notes"].digest
    assert recipes.current(made["notes"].digest) == made["notes"].digest
    asked = {"rate": 16000, "ranges": {"decay": (0.5, 3.0)}}
    digest = recipes.recipe_digest("bells", 1, **asked)
    assert digest == recipes.recipe_digest("bells", 1, **dict(reversed(asked.items())))
    others = [("bells", 2, asked), ("gongs", 1, asked), ("bells", 1, asked | {"rate": 8000})]
    found = {recipes.recipe_digest(name, version, **given) for name, version, given in others}
    assert len(found | {digest}) == 4 and all(len(text) == 64 for text in found)
    monkeypatch.setattr(corpora.drums, "PER_CLASS", {"train": 2, "test": 1})
    assert corpora.load_drums().digest != made["drums"].digest


def few(corpus, **changes):
    """The first clips of a corpus, under its digest or another."""
    clips = Clips(corpus.train.audio[:32], corpus.train.conditions[:32])
    return replace(corpus, train=clips, test=clips, **changes)


def test_a_run_made_before_goes_on(made, tmp_path, capsys):
    corpus = few(made["drums"])
    training.Run(corpus, tmp_path)
    about = tmp_path / "run.json"
    config = json.loads(about.read_text("utf-8"))
    assert config.pop("corpus_digest") == corpus.digest
    config.pop("corpus_key", None)  # older runs had none
    about.write_text(json.dumps(config | {"corpus_digest": OLD_DRUMS}), "utf-8")
    training.Run(corpus, tmp_path, resume=True)
    assert "starting at step 0" in capsys.readouterr().out
    about.write_text(json.dumps(config | {"corpus_digest": OLD_NOTES}), "utf-8")
    with pytest.raises(InputError, match="resume"):
        training.Run(corpus, tmp_path, resume=True)


def test_shards_written_before_are_still_those_of_the_corpus(made, tmp_path):
    write_shards(few(made["notes"]), tmp_path)
    about = tmp_path / "shards.json"
    config = json.loads(about.read_text("utf-8"))
    about.write_text(json.dumps(config | {"digest": OLD_NOTES}), "utf-8")
    assert load_shards(tmp_path).digest == made["notes"].digest
    assert len(write_shards(few(made["notes"]), tmp_path).train) == 32


@pytest.mark.parametrize("digest, remembered", [(OLD_DRUMS, True), ("another", False)])
def test_a_judge_made_before_remembers_its_corpus(made, digest, remembered):
    shipped = judging.judge_for("drums")
    reference = replace(shipped.reference, digest=digest, corpus="remembered")
    ear = Judge(shipped.network, shipped.representation, shipped.conditions, reference)
    report = judging.evaluate(made["drums"].test.audio[::40], few(made["drums"]), judge=ear)
    assert (report.corpus == "remembered") == remembered
