"""Every model that `train --model` knows: it learns, draws, is saved and comes back."""

from types import SimpleNamespace

from audiogan_tf.errors import InputError
from audiogan_tf.models import catalogue
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage import checkpoints

import numpy as np
import pytest

PICTURES = Representation(8000, 256, 64, 32, n_mels=32)
LABELS = np.arange(16)[:, None] % 3
POSITIONS = np.insert(np.arange(32).reshape(16, 2) * 3, 0, LABELS[:, 0], axis=1)


def learner_of(model, seed=0):
    """A learner for short clips, and its examples."""
    drawn = catalogue.representation_for(SimpleNamespace(representation=PICTURES), model)
    waveforms = np.random.default_rng(0).uniform(-0.5, 0.5, (16, PICTURES.samples))
    sliders = catalogue.has_sliders(model)
    learner = catalogue.build(drawn.shape, (3,), model, seed, 2 * sliders)
    examples = np.asarray(drawn.forward(waveforms.astype("float32")))
    labels = POSITIONS if sliders else LABELS
    learner.adapt(examples, labels)
    return learner, examples, labels


@pytest.mark.parametrize("model", catalogue.MODELS)
def test_every_model_learns_draws_and_comes_back(model, tmp_path):
    learner, examples, labels = learner_of(model)
    before = [np.array(weights) for weights in learner.playing_weights()]
    logs = learner.fit(examples, labels, batch_size=8, epochs=1, verbose=0).history
    assert all(np.isfinite(values).all() for values in logs.values())
    assert any(name.endswith("loss") for name in logs), "nothing for Progress and StopOnNaN"
    assert learner.step == 2 and learner.conditional
    after = learner.playing_weights()
    assert any(np.abs(a - b).max() > 0 for a, b in zip(before, after, strict=True))

    drawn = learner.generate(3, labels[:3], seed=1)
    assert drawn.shape == (3, *examples.shape[1:]) and np.abs(drawn).max() <= 1
    np.testing.assert_array_equal(drawn, learner.generate(3, labels[:3], seed=1))
    assert not np.array_equal(drawn, learner.generate(3, labels[:3], seed=2))

    checkpoints.save(tmp_path / "c.npz", learner, {})
    other, *_ = learner_of(model, seed=5)
    checkpoints.restore(tmp_path / "c.npz", other)
    assert other.step == 2
    for mine, its in zip(learner.state, other.state, strict=True):
        np.testing.assert_array_equal(mine, its)

    _, build = catalogue.GENERATORS[catalogue.find(model).builder]
    build(**learner.sizes).set_weights(after)  # what SoundGenerator.load does


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="'wavenett' is unknown; use one of tiny, small.*wavenet"):
        catalogue.build((1024, 1), (), "wavenett")
