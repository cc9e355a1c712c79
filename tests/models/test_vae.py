from audiogan_tf import InputError
from audiogan_tf.judging.fidelity import snr_over_mean
from audiogan_tf.models import catalogue, dcgan, vae
from audiogan_tf.storage.weights import save_weights

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPE, COUNTS, LATENTS = (32, 32, 1), (3, 2), 5
LABELS = np.array([[0, 1], [2, 0], [1, 1]], "int32")


def small(conditional=True, **options):
    keras.utils.set_random_seed(1)
    counts = COUNTS if conditional else ()
    encoder = vae.build_encoder(SHAPE, counts, LATENTS, channels=4, embedding=4)
    decoder = dcgan.build_generator(SHAPE, counts, LATENTS, channels=4, embedding=4)
    return vae.VAE(encoder, decoder, **options)


def pictures(count=3, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 1)), min_size=1, max_size=4))
def test_kl_divergence_agrees_with_sampling(latents):
    mean, log_variance = (np.array([column], "float64") for column in zip(*latents, strict=True))
    rng = np.random.default_rng(0)
    z = mean + np.exp(log_variance / 2) * rng.standard_normal((400_000, len(latents)))
    at_code = -0.5 * ((z - mean) ** 2 / np.exp(log_variance) + log_variance)
    sampled = (at_code + 0.5 * z**2).sum(axis=1)
    error = 4 * sampled.std() / np.sqrt(len(sampled)) + 1e-4
    exact = vae.kl_divergence(mean.astype("float32"), log_variance.astype("float32"))
    assert abs(float(exact[0]) - sampled.mean()) < error


def test_kl_divergence_is_within_one_percent_of_sampling():
    rng = np.random.default_rng(1)
    mean, log_variance = rng.normal(0, 1, (3, 8)), rng.normal(-2, 1, (3, 8))
    noise = rng.standard_normal((100_000, 3, 8))
    z = mean + np.exp(log_variance / 2) * noise
    sampled = 0.5 * np.sum(z**2 - noise**2 - log_variance, axis=2).mean(axis=0)
    exact = vae.kl_divergence(np.float32(mean), np.float32(log_variance))
    np.testing.assert_allclose(exact, sampled, rtol=0.01)


def test_kl_divergence_is_zero_for_the_prior_alone():
    zero = np.zeros((2, 4), "float32")
    assert np.allclose(vae.kl_divergence(zero, zero), 0)
    assert np.all(np.asarray(vae.kl_divergence(zero + 0.1, zero)) > 0)
    assert np.all(np.asarray(vae.kl_divergence(zero, zero - 0.1)) > 0)


def test_gaussian_error_is_the_log_likelihood_summed_over_pixels():
    a, b = pictures(seed=1), pictures(seed=2)
    density = np.exp(-((a - b) ** 2) / (2 * 0.5**2)) / np.sqrt(2 * np.pi * 0.5**2)
    expected = -np.log(density).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(vae.gaussian_error(a, b, 0.5), expected, rtol=1e-4)


def test_the_spread_that_fits_best_is_none_other():
    a, b = pictures(seed=1), pictures(seed=2)
    best = np.mean(vae.gaussian_error(a, b))
    spread = np.sqrt(np.mean((a - b) ** 2))
    for factor in (0.8, 0.95, 1.05, 1.25):
        assert np.mean(vae.gaussian_error(a, b, factor * spread)) > best


@pytest.mark.parametrize("shape", [(16, 32, 1), (48, 16, 1)])
def test_encoder_fits_pictures_of_any_size(shape):
    encoder = vae.build_encoder(shape, (), 7)
    mean, log_variance = encoder(np.zeros((2, *shape), "float32"))
    assert mean.shape == (2, 7) and np.all(np.asarray(log_variance) == 0)


def test_shapes_of_all_ways():
    model = small()
    mean, log_variance = model.encode(pictures(), LABELS)
    assert mean.shape == log_variance.shape == (3, LATENTS)
    assert model.decode(mean, LABELS).shape == (3, *SHAPE)
    there_and_back = model.reconstruct(pictures(), LABELS)
    np.testing.assert_allclose(model.decode(mean, LABELS), there_and_back, atol=1e-5)
    drawn = model.generate(3, LABELS, seed=1)
    assert drawn.shape == (3, *SHAPE) and np.abs(drawn).max() <= 1
    np.testing.assert_array_equal(drawn, model.generate(3, LABELS, seed=1))
    assert not np.array_equal(drawn, model.generate(3, LABELS, seed=2))


def test_snr_over_mean_counts_ten_decibels_for_a_tenth_of_the_error():
    images, mean = pictures(), pictures(1, seed=5)[0]
    assert snr_over_mean(images, np.broadcast_to(mean, images.shape), mean) == 0
    nearer = images + np.sqrt(0.1) * (mean - images)
    assert abs(snr_over_mean(images, nearer, mean) - 10) < 1e-3


def test_an_encoder_comes_back_from_a_file(tmp_path):
    sizes = {"shape": list(SHAPE), "class_counts": COUNTS, "latent_dim": LATENTS, "channels": 4}
    encoder = vae.build_encoder(**sizes)
    weights = [w.astype("float16").astype("float32") for w in encoder.get_weights()]
    encoder.set_weights(weights)
    save_weights(tmp_path / "a.npz", {"kind": "encoder", "sizes": sizes}, weights)
    again = catalogue.load(tmp_path / "a.npz")
    for mine, theirs in zip(
        encoder([pictures(), LABELS]), again([pictures(), LABELS]), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    save_weights(tmp_path / "b.npz", {"kind": "generator"}, weights)
    with pytest.raises(InputError, match="holds a generator, not a single network"):
        catalogue.load(tmp_path / "b.npz")


def test_labels_are_asked_for():
    with pytest.raises(InputError, match="pass labels"):
        small().generate(3)


@pytest.mark.parametrize("conditional", [True, False])
def test_training_lowers_the_bound_and_keras_files_keep_the_model(tmp_path, conditional):
    model = small(conditional)
    model.compile(optimizer=keras.optimizers.Adam(3e-3))
    given = (pictures(), LABELS) if conditional else (pictures(),)
    history = model.fit(*given, batch_size=3, epochs=60, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] - 50
    np.testing.assert_allclose(
        history["loss"], np.add(history["error"], history["kl"]), rtol=1e-3, atol=0.5
    )
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    labels = LABELS if conditional else None
    np.testing.assert_allclose(model.generate(3, labels), again.generate(3, labels), atol=1e-5)
    np.testing.assert_allclose(
        model.reconstruct(pictures(), labels), again.reconstruct(pictures(), labels), atol=1e-5
    )


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_keras_file_keeps_the_optimizer_too(tmp_path):
    model = small()
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    model.fit(pictures(), LABELS, batch_size=3, epochs=3, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.step == model.step == 3
    for mine, theirs in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_beta_presses_the_codes_to_the_prior_and_warms_up():
    divergence = {}
    for beta in (0.0, 20.0):
        model = small(beta=beta, spread=0.3)
        model.compile(optimizer=keras.optimizers.Adam(3e-3))
        history = model.fit(pictures(), LABELS, batch_size=3, epochs=80, verbose=0).history
        divergence[beta] = history["kl"][-1]
    assert divergence[20.0] < 0.2 * divergence[0.0]
    model = small(beta=4.0, warm_up=10, spread=0.3)
    model.compile(optimizer=keras.optimizers.Adam(1e-6))
    history = model.fit(pictures(), LABELS, batch_size=3, epochs=12, verbose=0).history
    weight = (np.array(history["loss"]) - history["error"]) / np.maximum(history["kl"], 1e-9)
    np.testing.assert_allclose(weight, 4 * np.minimum(np.arange(12) / 10, 1), atol=0.05)
