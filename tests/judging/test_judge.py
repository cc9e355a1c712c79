"""The judge: accurate on held-out clips, indifferent to rate and level, kept in one file."""

from dataclasses import replace

from audiogan_tf import synth
from audiogan_tf.corpora import Clips, Corpus, load_corpus
from audiogan_tf.errors import InputError
from audiogan_tf.judging import judge, judge_training
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.judging.judge_training import (
    augment,
    find_judge,
    held_out_accuracy,
    judge_for,
    train_judge,
)
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage import recipes
from audiogan_tf.storage.weights import list_pretrained, save_weights

import numpy as np
import pytest
import tensorflow as tf


def small_corpus(names=("kick", "closed_hat"), clips=24):
    """Two kinds of drum, so few that a judge is trained in seconds."""
    representation = Representation(8000, 256, 128, 32, n_mels=32)
    sides = []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        labels = np.arange(clips) % len(names)
        factors = [synth.draw_factors(rng, names[i]) for i in labels]
        size = (representation.samples, 8000)
        drawn = zip(labels, factors, strict=True)
        sounds = [synth.drum(names[i], f, *size, rng) for i, f in drawn]
        sides.append(Clips(np.stack(sounds), labels[:, None].astype("int32")))
    return Corpus("small", 8000, {"drum": names}, representation, *sides, "0" * 64)


@pytest.fixture(scope="module")
def drums():
    return load_corpus("drums")


@pytest.fixture(scope="module")
def ear():
    return judge_for("drums")


@pytest.fixture(scope="module", autouse=True)
def little_noise():
    """Noise floors of a few clips, for trainings of a few seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "NOISE_CLIPS", 10)
        yield


@pytest.fixture(scope="module")
def quick():
    return train_judge(small_corpus(), steps=30)


def test_98_percent_of_held_out_drums(drums, ear):
    some = replace(drums, test=Clips(drums.test.audio[::4], drums.test.conditions[::4]))
    assert min(held_out_accuracy(ear, some).values()) >= 0.98
    assert recipes.current(ear.reference.digest) == drums.digest, (
        "the corpus changed: train its judge again"
    )
    assert ear.conditions == drums.conditions


def test_98_percent_of_held_out_digits_and_speakers(fsdd):
    ear = judge_for(fsdd)
    assert min(held_out_accuracy(ear, fsdd).values()) >= 0.98
    assert ear.reference.digest == fsdd.digest


@pytest.mark.parametrize("name", ["drums", "fsdd"])
def test_shipped_judges_know_their_corpus_without_its_recordings(name):
    known = judge_for(name)
    entry = list_pretrained()[f"judge_{name}"]
    hearing = known.classify(known.reference.test)
    right = (hearing.classes == known.reference.test_conditions).mean(axis=0)
    accuracies = [entry["metrics"][f"accuracy_{kind}"] for kind in known.conditions]
    np.testing.assert_allclose(right, accuracies, atol=0.005)
    assert min(accuracies) >= 0.98
    assert entry["command"] == f"python scripts/ship_judge.py {name} --seed 0"
    assert entry["corpus_digest"] == known.reference.digest and entry["kind"] == "judge"


def test_hearing_is_probabilities_and_features(drums, ear):
    hearing = ear.hear(drums.test.audio[:150], 16000)
    assert [p.shape for p in hearing.probabilities] == [(150, 8)]
    assert hearing.features.shape == (150, judge.FEATURES) and (hearing.features >= 0).all()
    np.testing.assert_allclose(hearing.probabilities[0].sum(axis=1), 1, rtol=1e-5)
    again = ear.classify(hearing.features)
    np.testing.assert_allclose(again.probabilities[0], hearing.probabilities[0], atol=1e-4)


def test_each_clip_is_heard_alone(drums, ear):
    """Neither neighbours nor the padding of a batch change a verdict."""
    clips = drums.test.audio[::40][:19]
    together = ear.hear(clips, 16000).features
    alone = np.concatenate([ear.hear(clip[None], 16000).features for clip in clips])
    np.testing.assert_allclose(together, alone, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(ear.hear(clips, 16000, batch=4).features, alone, 1e-3, 1e-3)


@pytest.mark.parametrize("rate", [11025, 16000, 44100, 48000])
def test_rate_length_and_level_do_not_count(drums, ear, rate):
    clips, labels = drums.test.audio[::8], drums.test.labels[::8]
    changed = audio.resample(clips.T, 16000, rate).T * 0.01
    longer = audio.fix_length(changed, changed.shape[1] + 5000)
    shorter = changed[:, : int(0.8 * changed.shape[1])]
    for version in (changed, longer, shorter):
        right = ear.hear(version, rate).classes[:, 0] == labels
        assert right.mean() >= (0.98 if rate >= 16000 else 0.7)


def test_probabilities_are_as_sure_as_they_are_right(fsdd):
    ear = judge_for(fsdd)
    hearing = ear.hear(fsdd.test.audio, 8000)
    sure = hearing.probabilities[0].max(axis=1).mean()
    right = np.mean(hearing.classes[:, 0] == fsdd.test.labels)
    assert abs(sure - right) < 0.05


@pytest.mark.parametrize("bad", [np.zeros(100), np.zeros((0, 100)), np.full((2, 100), np.nan)])
def test_what_cannot_be_heard_is_refused(ear, bad):
    with pytest.raises(InputError):
        ear.hear(bad, 16000)


def test_silence_and_single_samples_are_heard_without_trouble(ear):
    for clips in (np.zeros((2, 8000)), np.zeros((2, 1)), np.ones((1, 1))):
        assert np.isfinite(ear.hear(clips, 16000).features).all()


def test_a_short_training_tells_kicks_from_hats(quick):
    corpus = small_corpus()
    heard = quick.hear(corpus.test.audio, 8000).classes[:, 0]
    assert np.mean(heard == corpus.test.labels) >= 0.9
    assert quick.reference.train.shape == (24, judge.FEATURES)
    assert quick.reference.noise.shape[1] == judge.FEATURES


def test_training_is_reproducible_by_seed():
    corpus = small_corpus()

    def features(seed):
        trained = train_judge(corpus, seed, steps=2)
        return trained.hear(corpus.test.audio, 8000).features

    first = features(0)
    np.testing.assert_array_equal(first, features(0))
    assert not np.allclose(first, features(1))


def test_a_saved_judge_hears_the_same(quick, tmp_path):
    quick.save(tmp_path / "j.npz")
    read = judge.load_judge(tmp_path / "j.npz")
    clips = small_corpus().test.audio
    np.testing.assert_allclose(
        read.hear(clips, 8000).probabilities[0], quick.hear(clips, 8000).probabilities[0], atol=0.02
    )
    assert read.conditions == quick.conditions and read.reference.corpus == "small"
    np.testing.assert_allclose(read.reference.test, quick.reference.test, rtol=2e-3, atol=1e-3)


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """A cache that holds no judges yet, and judges that are trained in three steps."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(judge_training, "FEWEST_STEPS", 3)
    monkeypatch.setattr(judge_training, "PASSES", 0)
    return tmp_path / "audiogan_tf"


def test_a_corpus_without_a_shipped_judge_gets_one_once(empty_cache, capsys):
    assert find_judge(small_corpus()) is None
    first = judge_for(small_corpus())
    captured = capsys.readouterr()
    assert "training a judge for small" in captured.out and "100%" in captured.err
    again = judge_for(small_corpus())
    assert capsys.readouterr().out == "" and find_judge(small_corpus()) is not None
    clips = small_corpus().test.audio[:4]
    np.testing.assert_array_equal(
        again.hear(clips, 8000).features, first.hear(clips, 8000).features
    )


@pytest.mark.parametrize("damage", ["cut", "other", "empty"])
def test_a_kept_judge_that_is_damaged_is_named_and_trained_again(empty_cache, quick, damage):
    judge_for(small_corpus())
    (kept,) = empty_cache.iterdir()
    content = kept.read_bytes()
    kept.write_bytes({"cut": content[:-900], "empty": b""}.get(damage, content))
    if damage == "other":
        save_weights(kept, {"kind": "judge"}, [np.zeros(3)])
    with pytest.warns(UserWarning, match=rf"{kept.name}: a damaged judge .* trained again"):
        assert judge_for(small_corpus()) is not None
    assert find_judge(small_corpus()) is not None


def test_a_cache_that_cannot_be_written_costs_no_judge(empty_cache):
    empty_cache.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="could not be kept"):
        assert judge_for(small_corpus()) is not None


def test_a_users_folder_called_like_a_corpus_gets_no_shipped_judge(empty_cache, drums):
    assert find_judge(drums) is not None
    assert find_judge(replace(drums, own=True)) is None
    other = replace(drums, conditions={"label": ("kick", "snare")})
    assert find_judge(other) is None


def test_clips_of_another_rate_or_length_have_another_judge(empty_cache):
    corpus = small_corpus()
    judge_for(corpus)
    for rate, frames in ((8000, 48), (16000, 32)):
        form = Representation(rate, 256, 128, frames, n_mels=32)
        assert find_judge(replace(corpus, representation=form, sample_rate=rate)) is None


def test_a_training_ends_soon_after_it_has_learned(monkeypatch):
    monkeypatch.setattr(judge_training, "CHECK", 5)
    monkeypatch.setattr(judge_training, "FIRST_CHECK", 10)
    monkeypatch.setattr(judge_training, "LEARNED", 0.01)  # anything is good enough
    made = []
    train_judge(
        small_corpus(clips=200), steps=60, seconds=1e6, progress=lambda *now: made.append(now)
    )
    assert [step for step, *_ in made] == [5, 10, 15]


def test_a_training_ends_by_the_clock():
    shares = []
    short = {"seconds": 1, "progress": lambda step, share, loss: shares.append((step, share))}
    train_judge(small_corpus(), steps=20000, **short)
    assert not shares or shares[-1][0] < 20000


def test_silent_about_no_clips_that_were_held_out(quick):
    """A small folder may hold nothing out: scores go on without a real floor."""
    corpus = small_corpus()
    empty = Clips(corpus.test.audio[:0], corpus.test.conditions[:0])
    report = evaluate(corpus.train.audio, replace(corpus, test=empty, digest="1" * 64), None, quick)
    assert report["Frechet distance"].value is not None
    assert all(row.real_floor is None for row in report.rows)
    assert any("no clips are held out" in note for note in report.notes)


def test_unknown_names_and_wrong_weights_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"'drum'.*drums, effects, fsdd"):
        judge_for("drum")
    save_weights(tmp_path / "g.npz", {"kind": "generator"}, [np.float32(1)])
    with pytest.raises(InputError, match="not a judge"):
        judge.load_judge(tmp_path / "g.npz")
    (tmp_path / "g.npz").write_bytes(b"not weights")
    with pytest.raises(InputError, match=r"g\.npz"):
        judge.load_judge(tmp_path / "g.npz")


def test_one_class_cannot_be_judged():
    with pytest.raises(InputError, match="same label"):
        train_judge(small_corpus(names=("kick",)))


def test_variation_keeps_shape_range_and_silence():
    images = tf.random.uniform((6, 40, 32, 1), -1, 1)
    varied = augment(images)
    assert varied.shape == images.shape
    assert float(tf.reduce_min(varied)) >= -1 and float(tf.reduce_max(varied)) <= 1
    assert not np.allclose(varied, images)


def test_where_pitch_is_a_label_pictures_are_not_detuned():
    """Gaps may hide a tone's band, but only detuning moves most tones."""
    tone = np.full((200, 40, 32, 1), -1.0, "float32")
    tone[:, :, 12] = 1.0
    stayed = {}
    for detune in (0.0, 8.0):
        varied = augment(tf.constant(tone), detune=detune)
        places = np.argmax(tf.reduce_mean(varied, axis=1)[..., 0], axis=1)
        stayed[detune] = np.mean(np.abs(places - 12) <= 1)
    assert stayed[0.0] > 0.6 and stayed[8.0] < 0.35


def test_where_classes_are_unequal_they_take_turns():
    labels = np.repeat([0, 1, 2], [100, 400, 120])
    places = judge.even_places(labels)
    assert np.array_equal(labels[places], [0, 1, 2] * 100) and len(set(places)) == 300
    for sizes in ([100, 199], [3, 500], [0, 0]):  # not unequal enough; too few would be left
        assert np.array_equal(judge.even_places(np.repeat([0, 1], sizes)), np.arange(sum(sizes)))
