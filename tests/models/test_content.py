"""What is said without who says it: evening, disturbing, and a network that hears phones."""

from audiogan_tf.corpora.crops import endless
from audiogan_tf.models import content
from audiogan_tf.models.vocoder import default_optimizer
from audiogan_tf.text import SYMBOLS

import keras
import numpy as np
import pytest

BANDS, PHONES = 40, 5
RNG = np.random.default_rng(0)
LOOKS = 0.25 * RNG.normal(size=(PHONES, BANDS))  # of the toy's phones; number 0 is quiet
LOOKS[0] -= 1.0
NOBODY = np.zeros(BANDS)


def sentence(seed, speaker=0.0, frames=150):
    """A toy sentence: labels (frames,) and a picture, bent by the speaker's own colour."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(rng.integers(0, PHONES, frames), 6)[:frames]
    colour = speaker * np.cos(np.pi * np.arange(BANDS) / BANDS)
    look = LOOKS[labels] + colour + 0.02 * rng.normal(size=(frames, BANDS))
    return labels, look.astype("float32")


def test_stress_and_silence_make_no_class_of_their_own():
    classes = content.phone_classes()
    number = dict(zip(SYMBOLS, classes.tolist(), strict=True))
    assert number["ˈæ"] == number["æ"] != number["ˈɛ"] and number["ˈɔɪ"] not in (0, number["ɔː"])
    assert {number[s] for s in ("_", ",", ".", "")} == {content.SILENCE}
    assert sorted(set(classes)) == list(range(classes.max() + 1))


def test_level_and_colour_go_out():
    _, plain = sentence(1)
    _, coloured = sentence(1, speaker=0.2)
    first, level, _ = content.evened(plain, NOBODY)
    louder, level_of_louder, _ = content.evened(plain + 0.3, NOBODY)
    np.testing.assert_allclose(first, louder, atol=1e-4)
    np.testing.assert_allclose(level, level_of_louder, atol=1e-5)
    second, _, _ = content.evened(coloured, NOBODY)
    before = np.abs(coloured - plain).mean() * content.SCALE
    assert np.abs(second - first).mean() < 0.7 * before
    assert level.max() < 0.5 and level.min() < -0.5


def test_what_came_before_counts():
    _, look = sentence(2, speaker=0.2, frames=300)
    *_, past = content.evened(look[:150], NOBODY)
    later, _, (_, count) = content.evened(look[150:], NOBODY, past)
    alone, *_ = content.evened(look[150:], NOBODY)
    whole, _, (_, all_of_it) = content.evened(look, NOBODY)
    assert abs(count - all_of_it) < 20
    assert np.abs(later - whole[150:]).mean() < np.abs(alone - whole[150:]).mean()


def test_silence_has_no_colour():
    even, level, _ = content.evened(np.full((20, BANDS), -1.0, "float32"), NOBODY)
    assert np.isfinite(even).all() and np.isfinite(level).all()


def test_a_disturbed_picture_is_another_and_the_same_for_the_same_seed():
    _, look = sentence(3)
    first, again, other = (content.disturbed(look, np.random.default_rng(s)) for s in (1, 1, 2))
    assert first.shape == look.shape and first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01
    floor = np.percentile(first, 5) - np.percentile(look, 5)
    assert floor > 0  # a noise fills what was quiet


def examples(count=12):
    rows = []
    for seed in range(count):
        labels, look = sentence(seed)
        rows.append({"labels": labels, "looks": [look, sentence(seed, 0.15)[1]]})
    return rows


def test_a_batch_has_a_quarter_without_labels():
    rows, untold = examples(4), [sentence(50)[1]]
    first, again, other = (
        content.hearing_batch(rows, untold, NOBODY, np.random.default_rng([0, n]), 8)
        for n in (1, 1, 2)
    )
    assert first["heard"].shape == first["plain"].shape == (8, content.CROP, BANDS)
    assert ((first["labels"] == -1).all(axis=1)).sum() == 2
    np.testing.assert_array_equal(first["heard"], again["heard"])
    assert not (first["labels"] == other["labels"]).all()
    short = [{"labels": row["labels"][:30], "looks": [row["looks"][0][:30]]} for row in rows]
    batch = content.hearing_batch(short, [], NOBODY, np.random.default_rng(0), 2)
    assert (batch["labels"] >= 0).all()


def test_it_learns_to_hear_a_voice_it_never_met():
    keras.utils.set_random_seed(0)
    network = content.build_network(BANDS, PHONES, channels=24, blocks=1)
    learner = content.Listener(network, patience=60)
    learner.compile(default_optimizer(120, 5e-3))
    rows, untold = examples(), [sentence(seed, -0.15)[1] for seed in range(60, 64)]

    def draw(rng):
        return content.hearing_batch(rows, untold, NOBODY, rng, 8)

    history = learner.fit(endless(draw), steps_per_epoch=60, epochs=2, verbose=0, shuffle=False)
    assert history.history["sure"][-1] > 0.1 and learner.step == 120
    labels, look = sentence(99, speaker=-0.2)
    even, *_ = content.evened(look, NOBODY)
    heard = np.asarray(learner.player()(even[None])).argmax(-1)[0]
    assert np.mean(heard == labels) > 0.7


@pytest.mark.parametrize("labelled", [True, False])
def test_without_patience_only_labels_count(labelled):
    keras.utils.set_random_seed(0)
    learner = content.Listener(content.build_network(BANDS, PHONES, 8, 1), patience=10)
    learner.compile(default_optimizer(20), jit_compile=False)
    untold = [] if labelled else [sentence(50)[1]]
    batch = content.hearing_batch(examples(3), untold, NOBODY, np.random.default_rng(0), 4)
    assert float(learner.train_step(batch)["sure"]) == 0
