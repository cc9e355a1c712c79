"""Weights files: what is saved comes back, and what is damaged is refused."""

import json

from audiogan_tf.errors import InputError
from audiogan_tf.storage import weights
from audiogan_tf.storage.weights import list_pretrained, read_weights, register, save_weights

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = ("generator", "discriminator", "judge", "encoder", "symbols", "vocoder")
KINDS += ("acoustic", "enhancer", "converter", "sentence_converter", "separator", "gap_filler")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder in place of the shipped weights."""
    monkeypatch.setattr(weights, "pretrained_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("compressed", [True, False])
def test_what_is_saved_is_read_back(tmp_path, compressed):
    weights = [np.float32([[0.5, -2], [3, 0.25]]), np.array(7.0), np.arange(3)]
    about = {"latent_dim": 64, "classes": ["ä", "b"]}
    save_weights(tmp_path / "a.npz", about, weights, compressed=compressed)
    config, read = read_weights(tmp_path / "a.npz")
    assert config == {"latent_dim": 64, "classes": ["ä", "b"]}
    assert [w.shape for w in read] == [(2, 2), (), (3,)]
    for got, wanted in zip(read, weights, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert read[0].dtype == np.float32 and read[2].dtype.kind == "i"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1000, 1000, width=32), max_size=20))
def test_float16_costs_at_most_a_thousandth(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("w") / "a.npz"
    save_weights(path, {}, [np.float32(values)])
    np.testing.assert_allclose(read_weights(path)[1][0], values, rtol=1e-3, atol=1e-7)


def test_many_weights_keep_their_order(tmp_path):
    save_weights(tmp_path / "a.npz", {}, [np.float32(n) for n in range(1200)])
    assert [float(w) for w in read_weights(tmp_path / "a.npz")[1]] == list(range(1200))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e6])
def test_weights_that_cannot_be_stored_are_refused(tmp_path, bad):
    save_weights(tmp_path / "a.npz", {"good": True}, [np.float32(1)])
    with pytest.raises(InputError, match="weight 1"):
        save_weights(tmp_path / "a.npz", {}, [np.float32(1), np.float32(bad)])
    assert read_weights(tmp_path / "a.npz")[0] == {"good": True}


def test_a_damaged_file_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "a.npz"
    save_weights(path, {}, [np.arange(5000) ** 0.5])
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    for content in (b"", b"RIFF", whole[: len(whole) // 2], bytes(flipped)):
        path.write_bytes(content)
        with pytest.raises(InputError, match="a.npz.*fetch it again"):
            read_weights(path)


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", config=np.array("{}"), w0000=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="not a weights file"):
        read_weights(tmp_path / "a.npz")


def test_a_shipped_name_is_verified(shelf):
    save_weights(shelf / "a.npz", {"size": 1}, [np.float32([1, 2])])
    register("a", "a.npz", kind="generator", corpus="drums", metrics={"accuracy": 1.0})
    assert read_weights("a")[0] == {"size": 1}
    assert list_pretrained()["a"]["metrics"] == {"accuracy": 1.0}
    save_weights(shelf / "a.npz", {"size": 2}, [np.float32([1, 2])])
    with pytest.raises(InputError, match="SHA-256"):
        read_weights("a")
    (shelf / "a.npz").unlink()
    with pytest.raises(InputError, match="missing"):
        read_weights("a")


def test_an_unknown_name_lists_the_known_ones(shelf):
    (shelf / "index.json").write_text(json.dumps({"drums_long": {}, "judge_drums": {}}))
    with pytest.raises(InputError, match="drums_longer.*drums_long, judge_drums"):
        read_weights("drums_longer")
    with pytest.raises(InputError, match="folder"):
        read_weights(shelf)


def test_a_damaged_index_is_named(shelf):
    (shelf / "index.json").write_text("{")
    with pytest.raises(InputError, match=r"index\.json"):
        read_weights("a")


def test_everything_shipped_loads():
    for name, entry in list_pretrained().items():
        config, weights = read_weights(name)
        assert config and all(np.isfinite(w).all() for w in weights)
        assert entry["kind"] in KINDS, name
        assert entry["command"].startswith("python "), name
