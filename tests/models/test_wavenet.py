from audiogan_tf import InputError
from audiogan_tf.models import wavenet
from audiogan_tf.models.sampling import draw_codes
from audiogan_tf.sound import quantisation

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LABELS = np.array([[0, 1], [2, 0]], "int32")


def small(dilations=(1, 2, 4), samples=300, class_counts=(3, 2)):
    keras.utils.set_random_seed(1)
    network = wavenet.WaveNet(samples, class_counts, 6, 8, dilations, embedding=4)
    network.build()
    rng = np.random.default_rng(2)
    for weights in network.trainable_variables:
        weights.assign(rng.normal(0, 0.4, weights.shape))
    return network


def some_codes(count=2, samples=300, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, samples), dtype="int32")


FIXED = small(), some_codes()


def as_codes(drawn):
    return quantisation.mu_law_encode(quantisation.expand(drawn[..., 0], 255.0)).astype("int32")


def expect_own_draws(network, sounds, labels=LABELS, seed=0, lengths=None):
    """Each code is the one that the whole network draws after the codes before it.

    A nudge of 1e-3 in its favour settles ties, which another processor may settle otherwise.
    """
    codes = as_codes(sounds)
    before = np.pad(codes[:, :-1], [(0, 0), (1, 0)], constant_values=wavenet.LEVELS)
    lengths = network.usual_lengths(labels) if lengths is None else np.float32(lengths)
    logits = network.predict_next(before, network.conditions(labels, lengths)).numpy()
    logits += 1e-3 * (np.arange(256) == codes[..., None])
    for t, code in enumerate(codes.T):
        drawn = draw_codes(logits[:, t], t, seed, network.temperature)
        np.testing.assert_array_equal(drawn, code, err_msg=f"sample {t}")


@settings(max_examples=15, deadline=None)
@given(place=st.integers(0, 299), code=st.integers(0, 255))
def test_a_prediction_depends_on_the_past_alone_and_on_no_more_than_its_field(place, code):
    network, codes = FIXED
    changed = codes.copy()
    changed[:, place] = (codes[:, place] + 1 + code % 255) % 256
    before, after = network([codes, LABELS]).numpy(), network([changed, LABELS]).numpy()
    moved = np.flatnonzero(np.abs(before - after).max(axis=(0, 2)) > 1e-5)
    assert network.receptive_field == 1 + 1 + 2 + 4
    assert moved.size == 0 or moved.min() > place
    assert moved.size == 0 or moved.max() <= place + network.receptive_field


@pytest.mark.parametrize("dilations", [(1, 2, 4), (4, 1, 150), (1, 2, 4, 8, 1, 2, 4, 8)])
def test_queues_give_the_samples_of_the_slow_way(dilations):
    network = small(dilations)
    quick = network.generate(2, LABELS, seed=3)
    assert quick.shape == (2, 300, 1) and quick.dtype == "float32"
    expect_own_draws(network, quick, seed=3)
    assert not np.array_equal(quick, network.generate(2, LABELS, seed=4))
    assert not np.array_equal(quick[:1], network.generate(1, LABELS[1:], seed=3))


def test_codes_are_drawn_with_the_probabilities_the_network_gives():
    """Of 4,000 first samples, as many have each code as `call` says, up to chance."""
    network = small()
    labels = np.repeat(LABELS[:1], 4000, axis=0)
    first = as_codes(network.generate(4000, labels, samples=1))[:, 0]
    logits = network([np.zeros((1, 300), "int32"), LABELS[:1]]).numpy()[0, 0]
    expected = 4000 * np.exp(logits) / np.exp(logits).sum()
    counts = np.bincount(first, minlength=256)
    distance = ((counts - expected) ** 2 / expected).sum()  # chi-squared, 255 degrees of freedom
    assert distance < 255 + 5 * np.sqrt(2 * 255)


def test_unconditional_network_generates():
    network = small(class_counts=())
    quick = network.generate(2, samples=200)
    expect_own_draws(network, quick, np.zeros((2, 0), "int32"))


def test_low_temperature_draws_the_likeliest_code():
    network = small()
    codes = as_codes(network.generate(2, LABELS, temperature=1e-5))
    logits = network([codes, LABELS]).numpy()
    chosen = np.take_along_axis(logits, codes[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(chosen, logits.max(axis=-1), atol=1e-3)


def tones():
    angles = 2 * np.pi * np.array([[200], [400]]) * np.arange(300) / 8000 + 0.1
    return 0.9 * np.sin(angles).astype("float32")


def test_training_by_fit_lowers_the_loss_and_keras_files_keep_the_network(tmp_path):
    network = small()
    network.compile(optimizer=keras.optimizers.Adam(1e-2))
    sounds = np.asarray(quantisation.compress(tones(), 255.0))[..., None]
    history = network.fit(sounds, LABELS, epochs=60, verbose=0).history["loss"]
    assert history[-1] < 0.6 * history[0]
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    codes = as_codes(network.generate(2, LABELS))
    np.testing.assert_allclose(network([codes, LABELS]), again([codes, LABELS]), atol=1e-4)


def test_what_is_learned_are_lesson_01s_codes():
    network, codes = small(), quantisation.mu_law_encode(tones()).astype("int32")
    sounds = np.float32(codes / 127.5 - 1)[..., None]  # on the levels: no code is a close call
    logits = network.adapt(sounds, LABELS)([codes, LABELS])
    expected = keras.losses.sparse_categorical_crossentropy(codes, logits, from_logits=True)
    network.compile(optimizer=keras.optimizers.SGD(0.0))
    loss = network.fit(sounds, LABELS, verbose=0).history["loss"][0]
    assert loss == pytest.approx(float(np.mean(expected)), rel=1e-4)


def test_a_cropped_step_learns_from_the_first_samples_and_of_every_fourth_clip_from_the_last():
    network, codes = small(), quantisation.mu_law_encode(tones()).astype("int32")
    sounds = np.float32(codes / 127.5 - 1)[..., None]  # on the levels: no code is a close call

    def losses(logits, some):
        each = keras.losses.sparse_categorical_crossentropy(some, logits, from_logits=True)
        return np.mean(each, axis=1)

    network.adapt(sounds, LABELS)
    start, end = wavenet.HOP, 2 * wavenet.HOP  # 300 samples: the last crop that begins with a HOP
    first = losses(network([codes, LABELS])[:, : wavenet.HOP], codes[:, : wavenet.HOP])
    late = network.predict_next(codes[:, start - 1 : end - 1], network.conditions(LABELS)[:, 1:2])
    last = losses(late, codes[:, start:end])
    network.compile(optimizer=keras.optimizers.SGD(0.0), crop=wavenet.HOP)
    found = [network.train_on_batch(sounds, LABELS) for _ in range(5)]
    early = [first[0] + first[1]] * 2
    expected = [*early, first[0] + last[1], last[0] + first[1], early[0]]
    np.testing.assert_allclose(found, np.array(expected) / 2, rtol=1e-4)
    assert abs(first - last).min() > 0.005


def test_a_clip_lasts_until_it_falls_silent_for_good():
    sounds = np.zeros((3, 400, 1), "float32")
    sounds[0, :200], sounds[1, [5, 320]] = 0.5, -0.11
    np.testing.assert_array_equal(wavenet.sounding(sounds), [200, 321, wavenet.HOP])


def test_adapt_learns_how_long_each_class_lasts():
    sounds = np.zeros((4, 300, 1), "float32")
    for sound, length in zip(sounds, (150, 200, 220, 300), strict=True):
        sound[:length] = 0.5
    network = small().adapt(sounds, [[0, 1], [0, 1], [2, 0], [2, 0]])
    some = network.usual_lengths(np.array([[0, 1], [2, 0], [1, 1]]))
    np.testing.assert_allclose(some, [175, 260, 217.5])  # the last was not among them: the mean


def test_lengths_asked_for_replace_the_usual_ones():
    network = small()
    usual = network.generate(2, LABELS, seed=3)
    np.testing.assert_array_equal(usual, network.generate(2, LABELS, seed=3, lengths=[300, 300]))
    quicker = network.generate(2, LABELS, seed=3, lengths=[150, 150])
    assert not np.array_equal(usual, quicker)
    expect_own_draws(network, quicker, seed=3, lengths=[150, 150])
    with pytest.raises(AssertionError, match="sample"):
        expect_own_draws(network, quicker, seed=3)


def test_as_a_generator_its_noise_seeds_the_draws():
    sizes = {"channels": 6, "skip_channels": 8, "dilations": (1, 2, 4), "embedding": 4}
    generator = wavenet.build_generator((300, 1), (3, 2), **sizes)
    source = small()
    generator.set_weights(source.get_weights())
    noise = np.random.default_rng(0).standard_normal((2, 2)).astype("float32")
    drawn = generator([noise, LABELS]).numpy()
    seed = np.sum(noise.view("int32"), dtype="int32")
    np.testing.assert_allclose(drawn, source.generate(2, LABELS, seed=seed), atol=1e-6)
    assert not np.array_equal(drawn, generator([noise + 1, LABELS]).numpy())


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ({"samples": 301}, "makes 1 to 300"),
        ({"samples": 0}, "makes 1 to 300"),
        ({"temperature": 0.0}, "above 0"),
        ({"labels": np.zeros((2, 1))}, "1 columns, this network takes 2"),
        ({"labels": None}, "pass labels"),
    ],
)
def test_bad_requests_are_refused(asked, hint):
    with pytest.raises(InputError, match=hint):
        small().generate(2, **({"labels": LABELS} | asked))


def with_latent(size=2):
    keras.utils.set_random_seed(1)
    network = wavenet.WaveNet(300, (3, 2), 6, 8, (1, 2, 4), embedding=4, latent_size=size)
    network.build()
    rng = np.random.default_rng(2)
    for weights in network.trainable_variables:
        weights.assign(rng.normal(0, 0.4, weights.shape))
    return network


def test_queues_draw_what_the_whole_network_foretells_with_its_latent():
    network, noise = with_latent(), np.random.default_rng(3).standard_normal((2, 2), "float32")
    codes = as_codes(network.generate(2, LABELS, seed=3))
    before = np.pad(codes[:, :-1], [(0, 0), (1, 0)], constant_values=wavenet.LEVELS)
    told = network.conditions(LABELS, latent=network.told.place(noise, LABELS))
    logits = network.predict_next(before, told).numpy()
    logits += 1e-3 * (np.arange(256) == codes[..., None])
    for t, code in enumerate(codes.T):
        np.testing.assert_array_equal(draw_codes(logits[:, t], t, 3, network.temperature), code)


def test_the_latent_is_the_centre_of_the_class_unless_it_is_given():
    network = with_latent()
    sounds = np.asarray(quantisation.compress(tones(), 255.0))[..., None]
    standard = network.conditions(LABELS)
    np.testing.assert_allclose(standard, network.conditions(LABELS, latent=np.zeros((2, 2))))
    network.fit_latent(np.concatenate([sounds] * 20), np.concatenate([LABELS] * 20))
    means, _ = network.told.summarise(sounds, LABELS, wavenet.sounding(sounds))
    np.testing.assert_allclose(network.told.centre(LABELS), means, atol=1e-5)
    expected = network.conditions(LABELS, latent=means)
    np.testing.assert_allclose(network.conditions(LABELS), expected, atol=1e-5)
    assert np.abs(standard - expected).max() > 1e-3


def test_new_latents_are_half_as_far_from_their_centre_as_those_of_clips():
    network, rng = with_latent(), np.random.default_rng(0)
    places = network.told.place(rng.standard_normal((2000, 2), "float32"), LABELS[[0] * 2000])
    np.testing.assert_allclose(np.std(places, axis=0), 0.5, rtol=0.1)


def test_the_latent_tells_which_of_two_sorts_of_clips_under_one_label_goes_on():
    """One sort is mostly loud, the other mostly soft; two samples before tell that badly."""
    loud = np.random.default_rng(0).uniform(size=(40, 300)) < np.tile([[0.95], [0.05]], (20, 1))
    sounds = np.where(loud, 0.6, 0.2).astype("float32")[..., None]
    labels = np.zeros((40, 1), "int32")
    keras.utils.set_random_seed(0)
    network = wavenet.WaveNet(300, (1,), 6, 8, (1,), embedding=8, latent_size=2)
    network.compile(keras.optimizers.Adam(1e-2))
    network.fit(sounds, labels, batch_size=4, epochs=100, verbose=0)
    own, _ = network.told.summarise(sounds, labels, np.full(40, 300, "float32"))
    codes = as_codes(sounds)
    before = np.pad(codes[:, :-1], [(0, 0), (1, 0)], constant_values=wavenet.LEVELS)
    costs = []
    for latent in (own, np.roll(own, 1, axis=0)):  # its own, and that of a clip of the other sort
        logits = network.predict_next(before, network.conditions(labels, latent=latent))
        each = keras.losses.sparse_categorical_crossentropy(codes, logits, from_logits=True)
        costs.append(float(np.mean(each)))
    assert costs[0] < costs[1] - 0.1, costs
