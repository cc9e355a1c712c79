"""Scores: known values, and three bad generators that each must be caught."""

import json
import math
import re
from dataclasses import replace

from audiogan_tf import synth
from audiogan_tf.corpora import load_corpus
from audiogan_tf.errors import InputError
from audiogan_tf.judging import metrics
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.judging.judge import noise_clips
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation, forward_all, inverse_all

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

COUNT = 160


@pytest.fixture(scope="module")
def judge():
    return judge_for("drums")


@pytest.fixture(scope="module")
def fresh(judge):
    """160 new drum sounds, which no corpus holds, and their labels."""
    rng, rate = np.random.default_rng(99), judge.representation.sample_rate
    samples, labels = judge.reference.representation.samples, np.arange(COUNT) % 8
    names = [synth.DRUMS[label] for label in labels]
    drawn = [synth.drum(n, synth.draw_factors(rng, n), samples, rate, rng) for n in names]
    return np.stack(drawn), labels


def value(report, start):
    return next(row for row in report.rows if row.metric.startswith(start))


# -- known values ----------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 10, 60])
def test_inception_score_of_one_verdict_is_1_and_of_sure_even_verdicts_the_classes(classes):
    assert metrics.inception_score(np.full((50, classes), 1 / classes)) == pytest.approx(1)
    assert metrics.inception_score(np.eye(classes)[[0] * 30]) == pytest.approx(1)
    assert metrics.inception_score(np.tile(np.eye(classes), (5, 1))) == pytest.approx(classes)


def test_inception_score_is_averaged_over_the_whole_set_not_by_batches():
    verdicts = np.eye(10)  # sorted by class: every batch of one has one class only
    by_batch = np.mean([metrics.inception_score(verdicts[i : i + 1]) for i in range(10)])
    assert by_batch == pytest.approx(1)
    assert metrics.inception_score(verdicts) == pytest.approx(10)
    half = np.array([[1, 0], [1, 0], [0.5, 0.5], [0, 1]])
    average = half.mean(axis=0)
    divergence = [
        sum(p * math.log(p / q) for p, q in zip(row, average, strict=True) if p) for row in half
    ]
    assert metrics.inception_score(half) == pytest.approx(math.exp(np.mean(divergence)))


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(1, 40), st.integers(0, 1000))
def test_inception_score_lies_between_1_and_the_classes(classes, clips, seed):
    rng = np.random.default_rng(seed)
    verdicts = rng.dirichlet(np.full(classes, 0.2), clips)
    score = metrics.inception_score(verdicts)
    assert 1 - 1e-9 <= score <= min(classes, clips) + 1e-9
    assert metrics.inception_score(verdicts[rng.permutation(clips)]) == pytest.approx(score)


def test_inception_score_refuses_logits():
    with pytest.raises(InputError, match="softmax"):
        metrics.inception_score(np.array([[3.0, -1.0]]))


def test_frechet_distance_of_identical_sets_is_0():
    features = np.random.default_rng(0).standard_normal((60, 128))  # fewer clips than numbers
    assert metrics.frechet_distance(features, features) == pytest.approx(0, abs=1e-6)
    assert metrics.frechet_distance(features, features[::-1]) == pytest.approx(0, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 5), st.floats(0.2, 4), st.integers(0, 1000))
def test_frechet_distance_of_a_shifted_and_stretched_cloud_has_a_closed_form(shift, stretch, seed):
    cloud = np.random.default_rng(seed).standard_normal((80, 6)) * [1, 2, 3, 0.5, 1, 0]
    moved = cloud.mean(axis=0) + (cloud - cloud.mean(axis=0)) * stretch + shift
    spread = np.trace(np.cov(cloud.T))
    wanted = 6 * shift**2 + spread * (1 - stretch) ** 2
    assert metrics.frechet_distance(moved, cloud) == pytest.approx(wanted, rel=1e-6, abs=1e-5)
    assert metrics.frechet_distance(cloud, moved) == pytest.approx(wanted, rel=1e-6, abs=1e-5)


def test_frechet_distance_agrees_with_a_general_matrix_root():
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(1)
    a, b = (rng.standard_normal((200, 5)) @ rng.standard_normal((5, 5)) for _ in range(2))
    first, second = np.cov(a.T), np.cov(b.T)
    wanted = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(first + second)
    wanted -= 2 * np.trace(sqrtm(first @ second).real)
    assert metrics.frechet_distance(a, b) == pytest.approx(wanted)


def test_kernel_distance_is_unbiased_and_matches_its_definition():
    rng = np.random.default_rng(2)
    sizes = [metrics.kernel_distance(*rng.standard_normal((2, n, 4))) for n in [12] * 400]
    assert abs(np.mean(sizes)) < 4 * np.std(sizes) / 20  # a biased one is above 0.3 here
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((4, 3)) + 1

    def k(a, b):
        return (a @ b / 3 + 1) ** 3

    wanted = sum(k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j) / 20
    wanted += sum(k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j) / 12
    wanted -= 2 * np.mean([[k(a, b) for b in y] for a in x])
    assert metrics.kernel_distance(x, y) == pytest.approx(wanted)
    assert metrics.kernel_distance(x, y) > 1


def test_manifold_scores_of_same_distinct_and_half_missing_clouds():
    rng = np.random.default_rng(3)
    real, same = rng.standard_normal((2, 400, 4))
    scores = metrics.manifold_scores(same, real)
    assert all(score > 0.85 for score in scores.values())
    far = metrics.manifold_scores(same + 100, real)
    assert set(far.values()) == {0.0}
    two = np.concatenate([real, real + 100])
    half = metrics.manifold_scores(same, two)
    assert half["precision"] > 0.85 and half["density"] > 0.85
    assert half["recall"] == pytest.approx(0.5, abs=0.08)
    assert half["coverage"] == pytest.approx(0.5, abs=0.08)


def test_precision_trusts_an_outlier_and_density_does_not():
    rng = np.random.default_rng(4)
    real = np.concatenate([rng.standard_normal((200, 2)), [[60.0, 60.0]]])
    scores = metrics.manifold_scores(rng.uniform(20, 40, (200, 2)), real)
    assert scores["precision"] == 1 and scores["density"] < 0.3


def test_nearest_neighbour_ratio():
    rng = np.random.default_rng(5)
    train, held_out, fresh = (rng.standard_normal((n, 8)) for n in (500, 200, 200))
    assert metrics.nearest_neighbour_ratio(train[:50], train, held_out) == pytest.approx(
        0, abs=1e-5
    )
    assert metrics.nearest_neighbour_ratio(fresh, train, held_out) == pytest.approx(1, abs=0.1)
    assert metrics.nearest_neighbour_ratio(fresh * 5, train, held_out) > 3


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(30, 40))
def test_different_bins_are_few_by_chance_and_all_for_a_far_cloud(seed, bins):
    real = np.random.default_rng(seed).standard_normal((900, 4))
    train, fresh = real[:600], real[600:]
    assert metrics.different_bins(fresh, train, bins) <= 0.3
    assert metrics.different_bins(train, train, bins) == 0
    assert metrics.different_bins(fresh + 50, train, bins) > 0.6
    assert metrics.different_bins(fresh[::-1], train, bins) == pytest.approx(
        metrics.different_bins(fresh, train, bins)
    )


def test_one_bin_in_twenty_is_different_by_chance():
    rng = np.random.default_rng(6)
    shares = [metrics.different_bins(*rng.standard_normal((2, 2000, 3)), 20) for _ in range(40)]
    assert 0.02 < np.mean(shares) < 0.12  # the bins fit their own clips a little better


def test_a_missing_mode_is_some_different_bins():
    rng = np.random.default_rng(7)
    places = np.array([[0, 0], [50, 0], [0, 50], [50, 50]])
    train = np.concatenate([rng.standard_normal((200, 2)) + place for place in places])
    made = np.concatenate([rng.standard_normal((100, 2)) + place for place in places[:2]])
    assert metrics.different_bins(made, train, bins=4) == 1  # two empty, two twice as full
    with pytest.raises(InputError, match="give 2 to 3 bins"):
        metrics.different_bins(made, train[[0, 1, 2, 2, 2]], bins=4)


def test_coverage_of_joint_cells():
    even = np.array([[d, s] for d in range(10) for s in range(6)] * 5)
    assert metrics.covered(even, (10, 6)) == 60
    assert metrics.covered(even[:, :1], (10,)) == 10
    assert metrics.covered(even[even[:, 0] < 4], (10, 6)) == 24
    once = np.zeros((100, 1), int)
    once[0] = 1  # one stray clip of a hundred does not cover a class
    assert metrics.covered(once, (2,)) == 1


def test_accuracy_counts_the_asked_label():
    verdicts = np.eye(3)[[0, 1, 2, 2]]
    assert metrics.accuracy(verdicts, [0, 1, 2, 0]) == 0.75
    with pytest.raises(InputError, match="3 labels for 4 clips"):
        metrics.accuracy(verdicts, [0, 1, 2])


@pytest.mark.parametrize("score", [metrics.frechet_distance, metrics.kernel_distance])
def test_features_that_do_not_fit_are_refused(score):
    good = np.zeros((9, 4))
    for bad in (np.zeros((9, 5)), np.zeros((1, 4)), np.zeros(4), np.full((9, 4), np.nan)):
        with pytest.raises(InputError):
            score(good, bad)


# -- whole reports ---------------------------------------------------------------------------


def test_new_real_sounds_score_like_the_real_floor(fresh, judge):
    report = evaluate(fresh[0], "drums", fresh[1], judge)
    assert value(report, "drum accuracy").value >= 0.99
    assert value(report, "Frechet").value < 2 * value(report, "Frechet").real_floor
    assert value(report, "drum classes").value == 8
    assert value(report, "coverage").value > 0.8
    assert 0.7 < value(report, "nearest").value < 1.5
    for row in report.rows[:2]:
        assert row.noise_floor != row.real_floor


def test_a_noisy_generator_is_caught(fresh, judge):
    noise = noise_clips(judge.reference.representation, COUNT)
    report = evaluate(noise, "drums", fresh[1], judge)
    assert value(report, "drum accuracy").value < 0.3
    assert value(report, "Frechet").value > 10 * value(report, "Frechet").real_floor
    assert value(report, "Inception").value < 2
    assert value(report, "coverage").value < 0.2
    assert value(report, "drum classes").value < 4


def test_a_collapsed_generator_is_caught(fresh, judge):
    sounds, labels = fresh
    rng = np.random.default_rng(0)
    same = sounds[labels == 4][:4].repeat(COUNT // 4, axis=0)
    same = same + rng.normal(0, 1e-4, same.shape)
    report = evaluate(same, "drums", labels, judge)
    assert value(report, "precision").value > 0.8  # each clip is fine: precision is blind to it
    assert value(report, "drum classes").value == 1
    assert value(report, "drum accuracy").value < 0.2
    assert value(report, "Inception").value < 1.2
    assert value(report, "recall").value < 0.1 and value(report, "coverage").value < 0.2


def test_a_copying_generator_is_caught_by_the_nearest_neighbour_ratio_alone(fresh, judge):
    """A corpus that holds the generated clips among others: then they are copies."""
    known, heard = judge.reference, judge.hear(fresh[0], judge.representation.sample_rate)
    train = np.concatenate([heard.features, known.train])
    copied = judge_for("drums")
    copied.reference = replace(known, train=train)
    report = evaluate(fresh[0], "drums", fresh[1], copied)
    assert value(report, "nearest").value < 0.2
    assert value(report, "drum accuracy").value > 0.98
    assert value(report, "coverage").value > 0.9


def test_copies_are_caught_through_the_way_back_too(fsdd):
    chosen = np.random.default_rng(0).permutation(len(fsdd.train))[:COUNT]
    images = forward_all(fsdd.train.take(chosen), fsdd.representation)
    copies = inverse_all(images, fsdd.representation)
    report = evaluate(copies, fsdd, fsdd.train.conditions[chosen])
    assert value(report, "nearest").value < 0.6
    assert value(report, "digit accuracy").value > 0.95
    assert value(report, "speaker accuracy").value > 0.95
    assert value(report, "digit x speaker").value >= 45  # of the about 55 that were drawn


def test_digits_are_scored_without_their_recordings():
    judge = judge_for("fsdd")
    noise = noise_clips(judge.reference.representation, 60)
    report = evaluate(noise, "fsdd", np.arange(60) % 10)
    accuracy = report["digit accuracy"]
    assert accuracy.real_floor > 0.95 and accuracy.value < 0.35
    assert report["digit x speaker cells (of 60)"].value < 20


def test_a_report_is_a_table_and_a_dict(fresh, judge):
    report = evaluate(fresh[0][:40], "drums", None, judge)
    assert not any("accuracy" in row.metric for row in report.rows)
    lines = str(report).splitlines()
    assert lines[0] == "40 clips against drums"
    assert {len(line) for line in lines[1:]} == {len(lines[1])}
    assert [len(row) for row in report.rows] == [4] * len(report.rows)
    held = json.loads(json.dumps(report.to_dict()))
    assert held["Frechet distance"]["real_floor"] == report["Frechet distance"].real_floor
    assert report._repr_html_().count("<tr>") == len(report.rows) + 1
    with pytest.raises(InputError, match="Frechet distance"):
        report["BLEU"]


def test_other_rates_and_levels_score_the_same(fresh, judge):
    rate = judge.representation.sample_rate
    faster = audio.resample(fresh[0].T, rate, 44100).T * 0.3
    report = evaluate(faster, "drums", fresh[1], judge, sample_rate=44100)
    assert value(report, "drum accuracy").value >= 0.98
    assert value(report, "Frechet").value < 3 * value(report, "Frechet").real_floor


@pytest.mark.parametrize("clips", [1, 3])
def test_scores_that_take_more_clips_than_there_are_say_why(fresh, judge, clips):
    report = evaluate(fresh[0][:clips], "drums", fresh[1][:clips], judge)
    assert report["drum accuracy"].value is not None and report["coverage"].value is None
    assert (report["Frechet distance"].value is None) is (clips < 2)
    assert re.search(r"^coverage +- ", str(report), re.MULTILINE)
    why = f"precision, recall, density, coverage take 6 clips or more, not {clips}"
    assert any('"-" under value' in note and why in note for note in report.notes)
    assert all(note in str(report) for note in report.notes)
    assert json.dumps(report.to_dict()) and "&quot;-&quot; under" in report._repr_html_()


def test_clips_without_a_label_do_not_count_in_accuracy(fresh, judge):
    labels = fresh[1][:20].copy()
    labels[3:] = -1
    report = evaluate(fresh[0][:20], "drums", labels, judge)
    assert report["drum accuracy"].value == 1
    assert "17 of 20 clips have no label; accuracy counts the others" in report.notes


def test_a_users_folder_is_scored_by_density_and_coverage_and_told_how_well_it_is_heard(judge):
    own = replace(load_corpus("drums"), own=True)
    report = evaluate(own.test.take(range(0, 800, 8)), own, None, judge)
    metrics_shown = {row.metric for row in report.rows}
    assert {"density", "coverage"} <= metrics_shown and not {"precision", "recall"} & metrics_shown
    assert "the judge hears the drum of 100 % of 800 held-out clips" in report.notes
    deaf = judge_for("drums")
    features = np.roll(judge.reference.test, 100, axis=0)  # heard as what they are not
    deaf.reference = replace(judge.reference, test=features)
    report = evaluate(own.test.take(range(0, 800, 8)), own, None, deaf)
    assert any("below 90 %" in note for note in report.notes)


def test_a_reference_of_another_rate_is_not_taken_for_this_corpus(judge):
    """Scores of clips at half the rate are those of the same clips, not of clips twice as fast."""
    drums = load_corpus("drums")
    half = Representation(8000, 256, 64, 64, n_mels=64, floor_db=-30, ceiling_db=42)
    sides = []
    for side in (drums.train, drums.test):
        sounds = audio.resample(side.audio[::20].T, 16000, 8000).T
        sides.append(replace(side, audio=sounds, conditions=side.conditions[::20], factors={}))
    slow = replace(
        drums, sample_rate=8000, representation=half, train=sides[0], test=sides[1], own=True
    )
    report = evaluate(sides[1].audio, slow, sides[1].labels, judge)
    accuracy = report["drum accuracy"]  # a hat at half the rate is no hat, generated or recorded
    assert accuracy.value == pytest.approx(accuracy.real_floor, abs=0.02)
    assert report["nearest-neighbour ratio"].value == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("sounds", "labels"),
    [
        (np.zeros(8064), None),
        (np.zeros((0, 8064)), None),
        (np.full((8, 8064), np.nan), None),
        (np.zeros((8, 8064)), [1, 2]),
        (np.zeros((8, 8064)), np.zeros((8, 3))),
    ],
)
def test_what_cannot_be_scored_is_refused(judge, sounds, labels):
    with pytest.raises(InputError):
        evaluate(sounds, "drums", labels, judge)


def test_variety_compares_only_clips_of_one_kind():
    features = np.float32([[0, 0], [3, 4], [100, 0], [100, 1]])
    labels = np.int32([[0, 1], [0, 1], [2, 1], [2, 1]])
    assert metrics.variety(features, labels) == pytest.approx((5 + 1) / 2)
    assert metrics.variety(features[:2], [1, 1]) == pytest.approx(5)
    assert metrics.variety(np.ones((3, 4)), [0, 0, 0]) == 0
    with pytest.raises(InputError, match="no two clips share"):
        metrics.variety(features[:2], [0, 1])
