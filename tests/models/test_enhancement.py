"""The mask network: causal, streaming equals whole, and it learns."""

import itertools

from audiogan_tf.errors import InputError
from audiogan_tf.judging.fidelity import si_sdr
from audiogan_tf.models import enhancement, noising
from audiogan_tf.models.enhancer import Enhancer
from audiogan_tf.sound.mixing import Sources
from audiogan_tf.storage import checkpoints
from audiogan_tf.storage.weights import save_weights

import numpy as np
import pytest
import tensorflow as tf

SMALL = {"channels": 24, "hidden": 32, "dilations": (1, 2, 4), "stacks": 1}


def noise(samples, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype("float32")


@pytest.fixture
def enhancer():
    """A network whose weights are all at work."""
    network = enhancement.MaskNetwork(**SMALL)
    rng = np.random.default_rng(0)
    for weight in network.trainable_variables:
        weight.assign(weight + 0.1 * rng.standard_normal(weight.shape))
    return Enhancer(network)


def sources():
    """Tones for voices, white noise, one room."""
    time = np.arange(40000) / 16000
    voices = [0.1 * np.sin(2 * np.pi * f * time).astype("float32") for f in (150, 300, 600)]
    room = np.exp(-np.arange(4000) / 800) * noise(4000, 3)
    return Sources(voices, ["a", "b", "b"], [noise(30000, 1)], [room])


def test_the_two_windows_put_any_sound_together_again():
    sound, early = noise(2560)[None], enhancement.N_FFT - enhancement.HOP
    padded = tf.pad(sound, [[0, 0], [early, enhancement.LOOK_AHEAD - enhancement.HOP]])
    pieces = enhancement.synthesise(enhancement.analyse(padded))
    np.testing.assert_allclose(enhancement.joined_pieces(pieces), sound, atol=1e-5)


@pytest.mark.parametrize("look_ahead", [256, 384, 512])
def test_windows_of_any_look_ahead_add_up_to_one_at_every_hop(look_ahead):
    analysis, synthesis = enhancement.windows(look_ahead)
    product, hop = analysis * synthesis, enhancement.HOP
    np.testing.assert_allclose(product.reshape(-1, hop).sum(axis=0), 1, atol=1e-5)
    assert not synthesis[:-look_ahead].any() and synthesis[-look_ahead:].all()


@pytest.mark.parametrize("samples", [0, 1, 127, 128, 300, 5000, 70001])
def test_streaming_in_pieces_equals_the_whole_and_keeps_the_length(enhancer, samples):
    sound, rng = noise(samples), np.random.default_rng(5)
    stream, heard, place = enhancer.make_stream(), [], 0
    while place < samples:
        step = int(rng.integers(1, 9000))
        heard.append(stream.push(sound[place : place + step]))
        place += step
    heard = np.concatenate([*heard, stream.finish()])
    whole = enhancer.enhance(sound)
    assert heard.shape == whole.shape == (samples,) and whole.dtype == np.float32
    np.testing.assert_allclose(heard, whole, atol=1e-4)
    at_once = enhancement.mask(enhancer.network, sound[None])[0]
    np.testing.assert_allclose(whole, at_once, atol=1e-4)


def test_no_sample_hears_more_of_the_future_than_the_look_ahead(enhancer):
    sound = noise(8000)
    other = sound.copy()
    other[4000:] += noise(4000, 9)
    changed = np.abs(enhancer.enhance(sound) - enhancer.enhance(other)) > 1e-6
    first = int(np.argmax(changed))
    assert 4000 - enhancer.look_ahead < first <= 4000
    assert enhancer.look_ahead < 0.04 * enhancer.sample_rate


def test_a_sound_in_the_smallest_pieces_is_the_whole_too(enhancer):
    sound, stream = noise(1500), enhancer.make_stream()
    heard = [stream.push(piece) for piece in np.split(sound, 30)]
    heard = np.concatenate([*heard, stream.finish()])
    np.testing.assert_allclose(heard, enhancer.enhance(sound), atol=1e-4)


def test_a_stream_gives_out_all_but_the_look_ahead_at_once(enhancer):
    stream = enhancer.make_stream()
    assert len(stream.push(noise(4000))) > 4000 - enhancer.look_ahead


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(enhancer, wrong):
    with pytest.raises(InputError, match="NaN or infinite"):
        enhancer.enhance(np.array([0.0, wrong], "float32"))


def test_silence_and_full_scale_come_out_finite(enhancer):
    for sound in (np.zeros(3000, "float32"), np.sign(noise(3000))):
        assert np.isfinite(enhancer.enhance(sound)).all()


def test_a_saved_enhancer_sounds_the_same(enhancer, tmp_path):
    enhancer.save(tmp_path / "e.npz", step=3)
    again = Enhancer.load(tmp_path / "e.npz")
    np.testing.assert_allclose(again.enhance(noise(4000)), enhancer.enhance(noise(4000)), atol=5e-3)


def test_weights_of_another_network_are_refused_in_one_sentence(enhancer, tmp_path):
    about = {"kind": "enhancer", "sizes": SMALL}
    weights = enhancer.network.get_weights()
    save_weights(tmp_path / "short.npz", about, weights[:-2])
    save_weights(tmp_path / "wide.npz", about, [weights[0][:257], *weights[1:]])
    for name in ("short.npz", "wide.npz"):
        with pytest.raises(InputError, match=f"{name}.*another network"):
            Enhancer.load(tmp_path / name)


def test_a_batch_is_the_same_for_the_same_numbers_and_the_target_lies_in_the_noisy_sound():
    one, same = (
        noising.training_batch(sources(), np.random.default_rng([3, 0]), 6, 1.0) for _ in range(2)
    )
    np.testing.assert_array_equal(one, same)
    noisy, target = one
    assert noisy.shape == target.shape == (6, 16000) and noisy.dtype == np.float32
    assert np.abs(noisy).max() <= 1.0
    assert np.mean([si_sdr(t, n) for n, t in zip(noisy, target, strict=True)]) > -10
    other = noising.training_batch(sources(), np.random.default_rng([4, 0]), 6, 1.0)[0]
    assert np.abs(other - noisy).max() > 0.01


@pytest.mark.parametrize("adversarial", [False, True])
def test_a_little_learning_finds_a_tone_in_noise(adversarial):
    discriminator = enhancement.build_discriminator(4) if adversarial else None
    network = enhancement.MaskNetwork(**SMALL)
    learner = enhancement.MaskLearner(network, discriminator, ema=0.9)
    learner.compile(enhancement.default_optimizer(120, 5e-3))
    tones = sources()._replace(rooms=[])

    def batches():
        for step in itertools.count():
            yield noising.training_batch(tones, np.random.default_rng([step, 0]), 4, 0.5)

    size = tf.TensorSpec([4, 8000], tf.float32)
    data = tf.data.Dataset.from_generator(batches, output_signature=(size, size))
    learner.fit(data, steps_per_epoch=120, verbose=0)
    assert learner.step == 120
    target, other = tones.speech[1][:16000], noise(16000, 8)
    heard = Enhancer(learner.player()).enhance(target + other)
    assert si_sdr(target, heard) > si_sdr(target, target + other) + 3


def test_a_checkpoint_holds_both_players(tmp_path):
    def fresh():
        players = enhancement.MaskNetwork(**SMALL), enhancement.build_discriminator(4)
        learner = enhancement.MaskLearner(*players)
        learner.compile()
        return learner

    learner, data = fresh(), (noise(8000).reshape(1, -1), noise(8000, 1).reshape(1, -1))
    learner.fit(tf.data.Dataset.from_tensors(data), verbose=0)
    checkpoints.save(tmp_path / "c.npz", learner, {})
    other = fresh()
    checkpoints.restore(tmp_path / "c.npz", other)
    assert other.step == 1
    for a, b in zip(learner.state, other.state, strict=True):
        np.testing.assert_array_equal(a, b)
