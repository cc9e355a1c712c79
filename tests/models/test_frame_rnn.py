"""Recurrent networks: the loop equals the slow way, losses equal their formulas."""

from audiogan_tf.errors import InputError
from audiogan_tf.models import catalogue, frame_rnn, symbol_rnn
from audiogan_tf.models.sampling import pick
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage import weights

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats

SIZES = {"shape": (6, 8, 1), "class_counts": (3,), "components": 4, "mixtures": 3, "width": 16}


LOOKING_BACK = pytest.mark.parametrize("look_back", [0, 6, 25])


def symbols(cell="gru", vocabulary=30, look_back=0):
    network = symbol_rnn.SymbolRNN(vocabulary, 12, cell, embedding=8, look_back=look_back)
    network.set_weights([4 * weight for weight in network.get_weights()])
    return network


def frames(**changes):
    rng = np.random.default_rng(0)
    pictures = rng.standard_normal((40, 6, 8, 1)).cumsum(axis=1) / 5
    pictures = np.float32(np.clip(pictures, -1, 1))
    network = frame_rnn.FrameRNN(**SIZES | changes).adapt(pictures)
    return network, pictures, np.int32(rng.integers(0, 3, (40, 1)))


def expect_same_tokens(network, fast, slow, seed, temperature, top_k):
    """Two ways of drawing agree; where a tune first differs, its draw is on the edge of both."""
    draws = np.random.default_rng(seed).random(fast.shape, "float32")
    for row, t in enumerate(np.argmax(fast != slow, axis=1)):
        if t:
            logits = network(fast[row : row + 1, :t])[:, -1]
            nudged = [draws[row, [t]] + nudge for nudge in (-1e-3, 1e-3)]
            low, high = (pick(logits, draw, temperature, top_k)[0] for draw in nudged)
            assert low <= min(fast[row, t], slow[row, t]), (row, t)
            assert max(fast[row, t], slow[row, t]) <= high, (row, t)


@pytest.mark.parametrize("cell", symbol_rnn.CELLS)
@pytest.mark.parametrize("top_k, look_back", [(None, 0), (3, 0), (None, 6), (3, 25)])
def test_the_loop_gives_the_tokens_of_the_slow_way(cell, top_k, look_back):
    network, prompts = symbols(cell, look_back=look_back), np.array([[7], [8], [9]] * 4)
    settings = {"seed": 3, "temperature": 0.8, "top_k": top_k}
    fast = network.generate(prompts, 25, **settings)
    assert fast.shape == (12, 25) and fast.dtype == np.int32
    expect_same_tokens(network, fast, network.generate_slowly(prompts, 25, **settings), **settings)
    assert np.array_equal(fast, network.generate(prompts, 25, **settings))
    assert not np.array_equal(fast, network.generate(prompts, 25, seed=4))


@pytest.mark.parametrize("cell", symbol_rnn.CELLS)
@LOOKING_BACK
def test_a_step_is_one_place_of_the_whole(cell, look_back):
    network = symbols(cell, look_back=look_back)
    tokens = np.random.default_rng(0).integers(2, 30, (3, 20))
    whole = network(tokens).numpy()
    state = network.begin(3)
    assert len(state) == (2 if cell == "lstm" else 1) + (2 if look_back else 0)
    for t in range(20):
        logits, state = network.read_on(tokens[:, t], state)
        np.testing.assert_allclose(logits, whole[:, t], atol=1e-4)


@LOOKING_BACK
def test_no_step_sees_what_comes_later_or_lies_too_far_back(look_back):
    network = symbols(look_back=look_back)
    tokens = np.random.default_rng(1).integers(2, 30, (1, 20))
    later, first = tokens.copy(), tokens.copy()
    later[0, 12], first[0, 0] = 1, 1
    told, other = network(tokens).numpy(), network(later).numpy()
    np.testing.assert_allclose(told[:, :12], other[:, :12], atol=1e-5)
    assert np.abs(told[:, 12] - other[:, 12]).max() > 0.01
    states = np.random.default_rng(2).standard_normal((1, 20, 12)).astype("float32")
    network.remember = lambda vectors: states  # the same memory: all that differs is looked up
    moved = np.abs(network(tokens).numpy() - network(first).numpy())[0].max(axis=-1) > 1e-4
    assert moved[:look_back].any() == (look_back > 0) and not moved[look_back:].any()


def test_a_network_that_looks_back_copies_what_it_never_met():
    rng = np.random.default_rng(0)
    bars = rng.integers(3, 30, (900, 5))
    tokens = np.concatenate([np.full((900, 1), 2), bars, np.full((900, 1), 2), bars], axis=1)
    copied = {}
    for look_back in (0, 12):
        keras.utils.set_random_seed(0)
        network = symbol_rnn.SymbolRNN(30, 32, embedding=16, dropout=0.0, look_back=look_back)
        network.compile(keras.optimizers.Adam(0.01), symbol_rnn.next_token_loss())
        train = tokens[:800]
        network.fit(train[:, :-1], train[:, 1:], batch_size=32, epochs=12, verbose=0)
        drawn = network.generate(tokens[800:, :7], 12, top_k=1)
        copied[look_back] = np.mean(drawn == tokens[800:])
    assert copied[12] > 0.95 > 0.8 > copied[0]


def test_what_is_given_stays_and_open_places_are_filled():
    prompts = np.array([[5, 6, 0, 8], [5, 0, 0, 9]])
    drawn = symbols().generate(prompts, 6, seed=0, temperature=3.0)
    over = np.cumsum(drawn <= symbol_rnn.END, axis=1) > 0
    assert np.array_equal(drawn[:, 0], prompts[:, 0])
    for row in range(2):
        for column in np.flatnonzero(prompts[row]):
            assert over[row, column] or drawn[row, column] == prompts[row, column]


def test_behind_the_end_nothing_comes():
    drawn = symbols(vocabulary=4).generate(np.full((50, 1), 2), 30, seed=0, temperature=5.0)
    ends = np.argmax(drawn == symbol_rnn.END, axis=1)
    assert (drawn == symbol_rnn.END).any(axis=1).sum() > 30
    for row, end in zip(drawn, ends, strict=True):
        assert not end or not row[end + 1 :].any()


def test_top_1_is_the_likeliest_and_heat_spreads():
    logits = np.tile(np.float32([[0, 2, 1, -1]]), (1000, 1))
    draws = np.float32(np.random.default_rng(0).random(1000))
    assert (symbol_rnn.pick(logits, draws, top_k=1).numpy() == 1).all()
    assert set(symbol_rnn.pick(logits, draws, top_k=2).numpy()) == {1, 2}
    cold, hot = (np.mean(symbol_rnn.pick(logits, draws, t).numpy() == 1) for t in (0.3, 3.0))
    assert cold > 0.95 and 0.3 < hot < 0.5
    share = np.bincount(symbol_rnn.pick(logits, draws).numpy(), minlength=4) / 1000
    np.testing.assert_allclose(share, scipy.special.softmax(logits[0]), atol=0.03)


def test_a_draw_at_the_edge_stays_among_the_kept():
    logits = np.zeros([1, 5], "float32") + np.float32([0, 0, 0, -50, -50])
    last = np.float32([np.nextafter(1, 0, dtype="float32")])
    assert symbol_rnn.pick(logits, last, top_k=3).numpy()[0] in (0, 1, 2)
    assert symbol_rnn.pick(logits, np.zeros(1, "float32"))[0] == 0


def test_the_loss_leaves_filled_places_out():
    targets = np.array([[6, 1, 0, 0]])
    logits = np.random.default_rng(0).standard_normal((1, 4, 9)).astype("float32")
    logs = scipy.special.log_softmax(logits, axis=-1)
    wanted = -(logs[0, 0, 6] + logs[0, 1, 1]) / 2
    assert float(symbol_rnn.next_token_loss()(targets, logits)) == pytest.approx(wanted, rel=1e-5)


def test_a_sequence_is_learned_by_fit():
    network = symbol_rnn.SymbolRNN(8, 16, embedding=8, dropout=0.0)
    tokens = np.tile([2, 3, 4, 5, 6, 7, 1], (64, 1))
    network.compile(keras.optimizers.Adam(0.03), symbol_rnn.next_token_loss())
    network.fit(tokens[:, :-1], tokens[:, 1:], epochs=25, verbose=0)
    assert np.array_equal(network.generate([[2]], 9, top_k=1), [[2, 3, 4, 5, 6, 7, 1, 0, 0]])


def test_wrong_settings_are_named():
    network = symbols()
    for changes, said in (
        ({"temperature": 0}, "temperature=0"),
        ({"top_k": 31}, "top_k=31"),
        ({"prompts": [3, 4]}, "prompts of shape"),
        ({"length": 1, "prompts": [[3, 4]]}, "1 to 1"),
    ):
        with pytest.raises(InputError, match=said):
            network.generate(**{"prompts": [[3]], "length": 5} | changes)
    with pytest.raises(InputError, match="cell='rnn'"):
        symbol_rnn.SymbolRNN(5, cell="rnn")


def test_symbols_survive_a_file(tmp_path):
    network = symbols("lstm")
    sizes = {"vocabulary": 30, "width": 12, "cell": "lstm", "embedding": 8}
    config = {"kind": "symbols", "sizes": sizes}
    weights.save_weights(tmp_path / "a.npz", config, network.get_weights())
    again = catalogue.load(tmp_path / "a.npz")
    np.testing.assert_allclose(again(np.array([[1, 2]])), network(np.array([[1, 2]])), atol=0.02)
    with pytest.raises(InputError, match="not a single network"):
        catalogue.load("judge_drums")


def test_whitened_frames_have_unit_spread_and_a_way_back():
    network, pictures, _ = frames(components=8)
    white = np.asarray(network.whiten(pictures)).reshape(-1, 8)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(white.T), np.eye(8), atol=0.02)
    np.testing.assert_allclose(network.unwhiten(network.whiten(pictures)), pictures, atol=1e-4)


def test_mixture_loss_is_the_formula():
    rng = np.random.default_rng(1)
    numbers = np.float32(rng.standard_normal((5, 3 * (1 + 2 * 4))))
    points = np.float32(rng.standard_normal((5, 4)))
    got = frame_rnn.mixture_loss(points, numbers, 3)
    for point, row, loss in zip(points, numbers, got, strict=True):
        weights, rest = scipy.special.softmax(row[:3]), row[3:].reshape(3, 8)
        spreads = np.maximum(np.exp(rest[:, 4:]), frame_rnn.LEAST_SPREAD)
        density = scipy.stats.norm.pdf(point, rest[:, :4], spreads).prod(axis=1)
        assert float(loss) == pytest.approx(-np.log(weights @ density), rel=1e-4)


def test_mixture_draws_follow_the_mixture():
    numbers = np.zeros([1, 2 * (1 + 2)], "float32")  # two Gaussians in one dimension
    numbers[0, :2] = np.log([0.25, 0.75])
    numbers[0, 2:] = [-5, np.log(0.5), 5, np.log(2.0)]  # mean, log deviation of each
    noise = np.float32(np.random.default_rng(0).standard_normal((4000, 3)))
    drawn = np.asarray(frame_rnn.mixture_draw(np.tile(numbers, (4000, 1)), noise, 2))[:, 0]
    low = drawn < -3
    assert low.mean() == pytest.approx(0.25, abs=0.03)
    assert drawn[low].std() == pytest.approx(0.5, rel=0.1)
    assert drawn[~low].mean() == pytest.approx(5, abs=0.2)
    assert np.asarray(frame_rnn.mixture_draw(numbers, 0 * noise[:1], 2))[0, 0] == 5
    numbers[0, [3, 5]] = -9  # both as narrow as can be: drawn as if sure
    drawn = np.asarray(frame_rnn.mixture_draw(np.tile(numbers, (4000, 1)), noise, 2))[:, 0]
    assert set(drawn.round(3)) == {-5, 5}


def test_after_true_frames_the_likeliest_next_is_what_was_foretold():
    network, pictures, labels = frames()
    still = np.zeros([2, network.latent_dim], "float32")
    run = network.free_run(still, labels[:2], given=pictures[:2, :5])
    told = network.foretell(pictures[:2], labels[:2])
    assert run.shape == told.shape == (2, 6, 8, 1)
    np.testing.assert_allclose(run[:, 5], told[:, 5], atol=1e-4)
    np.testing.assert_allclose(
        run[:, :5], network.unwhiten(network.whiten(pictures[:2, :5])), atol=1e-4
    )


def test_frames_are_learned_by_fit():
    network, pictures, labels = frames()
    network.compile(keras.optimizers.Adam(0.01))
    losses = network.fit([pictures, labels], epochs=15, verbose=0).history["loss"]
    assert losses[-1] < losses[0] - 0.1


def test_a_frame_network_is_a_sound_generator(tmp_path):
    network, _, _ = frames()
    generator = frame_rnn.build_generator(**SIZES)
    generator.set_weights(network.get_weights())
    pictures = Representation(8000, 128, 32, 6, n_mels=8)
    sizes = SIZES | {"shape": list(SIZES["shape"])}
    kinds = {"kind": ("a", "b", "c")}
    source = SoundGenerator(generator, sizes, pictures, kinds, {}, "frame_rnn")
    source.save(tmp_path / "a.npz")
    again = SoundGenerator.load(tmp_path / "a.npz")
    sounds, conditions = again.generate(4, seed=2)
    assert sounds.shape == (4, pictures.samples) and conditions[:, 0].tolist() == [0, 1, 2, 0]
    audio.to_pcm16(sounds)
    still = again.images(conditions[[0, 3]], seed=1, truncation=0.0)
    np.testing.assert_allclose(still[0], still[1], atol=1e-6)


def test_the_latent_of_a_clip_tells_what_its_label_does_not():
    """Two sorts of clips under one label: only the latent says which one goes on."""
    rng = np.random.default_rng(0)
    sort = np.repeat([-0.5, 0.5], 100)[:, None, None, None]
    pictures = np.float32(np.clip(sort + rng.normal(0, 0.05, (200, 6, 8, 1)), -1, 1))
    labels = np.zeros((200, 1), "int32")
    sizes = SIZES | {"class_counts": (1,), "latent_size": 2}
    keras.utils.set_random_seed(0)
    network = frame_rnn.FrameRNN(**sizes).adapt(pictures)
    network.compile(keras.optimizers.Adam(1e-2))
    network.fit([pictures, labels], batch_size=50, epochs=60, verbose=0)
    network.fit_latent(pictures, labels)
    mean, _ = network.summarise(network.whiten(pictures), labels)
    noise = np.zeros((200, network.latent_dim), "float32")
    drawn = np.asarray(network.free_run(noise, labels, latent=mean))
    off = np.abs(drawn.mean(axis=(1, 2, 3)) - sort[:, 0, 0, 0])
    assert np.median(off) < 0.15, np.median(off)  # half a unit where the latent tells nothing
    noise[:, :2] = rng.standard_normal((200, 2))
    both = np.asarray(network.free_run(noise, labels)).mean(axis=(1, 2, 3))
    assert (both > 0.2).any() and (both < -0.2).any()


def test_a_generator_with_a_latent_is_saved_with_its_gaussians(tmp_path):
    network, pictures, labels = frames(latent_size=3)
    network.fit_latent(pictures, labels)
    generator = frame_rnn.build_generator(**SIZES, latent_size=3)
    generator.set_weights(network.get_weights())
    assert generator.inputs[0].shape[-1] == network.latent_dim == 3 + 6 * (3 + 4)
    noise = np.random.default_rng(1).standard_normal((5, network.latent_dim)).astype("float32")
    expected = network.free_run(noise, labels[:5])
    assert np.allclose(generator([noise, labels[:5]]), expected, atol=1e-5)
    elsewhere = network.free_run(noise, labels[:5], latent=noise[:, :3])
    assert not np.allclose(expected, elsewhere, atol=1e-3)
