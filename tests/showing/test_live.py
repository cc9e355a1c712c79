"""The live view is one display: overwritten at each preview, the same in all but its pictures."""

import re
from types import SimpleNamespace

from audiogan_tf.showing.live import LiveView
from audiogan_tf.sound.representation import Representation

import numpy as np
import pytest


@pytest.fixture
def preview():
    representation = Representation(8000, 256, 64, 32, n_mels=32)
    rng = np.random.default_rng(0)
    return SimpleNamespace(
        representation=representation,
        images=rng.uniform(-1, 1, (6, *representation.shape)),
        waveforms=rng.uniform(-0.5, 0.5, (6, representation.samples)),
        history=[{"step": 100, "score": 0.25}],
        on_preview=None,
    )


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would show, in order: (kind, content, options)."""
    import IPython.display

    calls = []
    handle = SimpleNamespace(update=lambda content, **k: calls.append(("update", content, k)))

    def display(content, **options):
        calls.append(("display", content, options))
        return handle

    monkeypatch.setattr(IPython.display, "display", display)
    return calls


def bare(content):
    """The display without its pictures and samples, as nbval compares it."""
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", content["text/html"]), content["text/plain"]


def test_each_preview_overwrites_the_one_display(preview, shown):
    LiveView(preview.representation, ("low", "high"), 4, floors=(0.5, 1.0)).attach(preview)
    preview.on_preview(preview.history[-1])
    preview.images, preview.waveforms = -preview.images, -preview.waveforms
    preview.history.append({"step": 200, "score": 0.75})
    preview.on_preview(preview.history[-1])
    (first, before, options), (second, after, _) = shown
    assert (first, second) == ("display", "update")
    assert options == {"raw": True, "display_id": True}
    assert before["text/html"] != after["text/html"] and bare(before) == bare(after)


@pytest.mark.parametrize(("floors", "pictures"), [(None, 1), ((0.5, 1.0), 2)])
def test_every_picture_has_alt_text_and_the_player_a_caption(preview, shown, floors, pictures):
    LiveView(preview.representation, ("low", "high"), 4, floors=floors).show(preview)
    [(_, content, _)] = shown
    alts = re.findall(r'<img alt="([^"]{20,})"', content["text/html"])
    assert len(alts) == pictures == content["text/html"].count("<img")
    assert content["text/html"].count("<audio") == 1
    assert "low, high, low, high. Listen for" in content["text/html"]
    assert len(content["text/plain"].splitlines()) == pictures


def test_sounds_without_classes_are_numbered(preview):
    assert LiveView(preview.representation, count=3).titles == ["sound 1", "sound 2", "sound 3"]
