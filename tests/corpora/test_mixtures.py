"""The corpus `mixtures`: what is mixed is what the factors say, and the sides share nothing."""

from audiogan_tf.corpora import load_corpus, pairs
from audiogan_tf.corpora.mixtures import SIDES
from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import si_sdr
from audiogan_tf.storage.places import shipped as shipped_place

import numpy as np
import pytest


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """Only what comes with the kit."""
    monkeypatch.delenv("AUDIOGAN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def used(clips, corpus, condition):
    names = list(corpus.conditions)
    numbers = set(clips.conditions[:, names.index(condition)])
    return {corpus.conditions[condition][n] for n in numbers}


def side(name):
    corpus = load_corpus("mixtures", held_out="test" if name == "train" else name)
    return corpus, corpus.train if name == "train" else corpus.test


def check_sides_share_nothing():
    seen = {name: side(name) for name in SIDES}
    for one, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        a, b = seen[one][1], seen[other][1]
        assert not set(a.paths) & set(b.paths)
        assert not {p.stem for p in a.noises} & {p.stem for p in b.noises}
        assert not {p.stem for p in a.rooms} & {p.stem for p in b.rooms}
    return seen


def test_no_sentence_noise_or_room_is_on_two_sides(shipped):
    seen = check_sides_share_nothing()
    for name, (corpus, clips) in seen.items():
        assert used(clips, corpus, "noise") <= {path.stem for path in clips.noises}, name
        assert used(clips, corpus, "room") - {"none"} <= {path.stem for path in clips.rooms}, name


def test_no_speaker_is_on_two_sides_where_there_are_many():
    from audiogan_tf.storage.places import data_roots

    if not any((root / "librispeech_speakers").is_dir() for root in data_roots()):
        pytest.skip("librispeech_speakers is not here")
    seen = check_sides_share_nothing()
    speakers = {name: set(clips.speakers) for name, (_, clips) in seen.items()}
    assert not speakers["train"] & speakers["test"] and "kathleen" not in speakers["test"]
    assert not speakers["validation"] & (speakers["train"] | speakers["test"])


@pytest.mark.parametrize("in_rooms", [0.0, 1.0])
def test_speech_and_noise_have_the_ratio_and_the_room_that_the_factors_say(shipped, in_rooms):
    corpus = load_corpus("mixtures", in_rooms=in_rooms)
    clips = corpus.test
    for i in range(4):
        noisy, target, noise = clips.parts(i)
        assert noisy.shape == target.shape == (clips.samples,) and noisy.dtype == np.float32
        speech = noisy - noise
        snr = 10 * np.log10(np.sum(speech**2) / np.sum(noise**2))
        assert snr == pytest.approx(clips.factors["snr"][i], abs=0.01)
        assert (si_sdr(target, speech) > 60) == (in_rooms == 0)
        assert (clips.conditions[i, 1] > 0) == (in_rooms == 1)
        assert np.abs(noisy).max() <= 1


def test_one_ratio_for_all_and_the_same_seed_the_same_sound(shipped):
    one, same = (load_corpus("mixtures", snr=5) for _ in range(2))
    other = load_corpus("mixtures", snr=5, seed=1)
    assert set(one.test.factors["snr"]) == {5.0}
    np.testing.assert_array_equal(one.test.read(3), same.test.read(3))
    assert one.key == same.key != other.key
    assert np.abs(one.test.read(3) - other.test.read(3)).max() > 1e-3


def test_a_folder_is_then_the_only_place_that_is_looked_in(monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIOGAN_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "noises").mkdir()
    with pytest.raises(InputError, match="SOURCES.csv"):
        load_corpus("mixtures")
    folder = shipped_place("kathleen").parent
    corpus = load_corpus("mixtures", folder=folder)
    assert all(path.is_relative_to(folder) for path in corpus.test.paths + corpus.test.noises)


def test_batches_of_pairs_go_on_from_any_step(shipped):
    clips = load_corpus("mixtures").train
    first = iter(pairs(clips, batch_size=3, seed=4))
    _, second = next(first), next(first)
    again = next(iter(pairs(clips, batch_size=3, seed=4, start_step=1)))
    for a, b in zip(second, again, strict=True):
        assert a.shape == (3, clips.samples)
        np.testing.assert_array_equal(a, b)


def test_sources_hold_every_recording_with_its_speaker(shipped):
    clips = load_corpus("mixtures").test
    sources = clips.sources()
    assert len(sources.speech) == len(sources.speakers) == len(set(clips.paths))
    assert len(sources.noises) == len(clips.noises) and len(sources.rooms) == len(clips.rooms)


@pytest.mark.parametrize(
    "options", [{"held_out": "train"}, {"in_rooms": 2}, {"snr": 99}, {"seconds": 0}]
)
def test_values_out_of_range_are_refused_by_name(options):
    with pytest.raises(InputError, match=next(iter(options))):
        load_corpus("mixtures", **options)
