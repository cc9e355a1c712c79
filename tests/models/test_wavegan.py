import json
from types import SimpleNamespace

from audiogan_tf import GAN, SoundGenerator
from audiogan_tf.errors import InputError
from audiogan_tf.models import catalogue, wavegan
from audiogan_tf.models.layers import (
    ConditionalBatchNorm,
    PhaseShuffle,
    PostFilter,
    joined,
    shift_in_time,
)
from audiogan_tf.sound.representation import Representation, Waveform
from audiogan_tf.training import run as training
from audiogan_tf.training.callbacks import Preview

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PAIRS = {
    "wavegan": (wavegan.build_generator, wavegan.build_discriminator),
    "mlp": (wavegan.build_mlp_generator, wavegan.build_mlp_discriminator),
}
SMALL = {
    "wavegan": ({"channels": 4, "latent_dim": 8}, {"channels": 4}),
    "mlp": ({"latent_dim": 8, "widths": (16, 16)}, {"widths": (16, 16)}),
}


def small_pair(name, samples=4096, class_counts=(4,)):
    keras.utils.set_random_seed(0)
    pairs = zip(PAIRS[name], SMALL[name], strict=True)
    return [build((samples, 1), class_counts, **sizes) for build, sizes in pairs]


def noise_and_labels(count, class_counts):
    rng = np.random.default_rng(0)
    columns = [rng.integers(classes, size=count) for classes in class_counts]
    labels = np.stack(columns, axis=1).astype("int32") if columns else None
    return rng.standard_normal((count, 8), "float32"), labels


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("samples", [1024, 4096, 8192, 9216, 16384])
@pytest.mark.parametrize("class_counts", [(), (4,), (10, 6)])
@pytest.mark.filterwarnings("error:The structure of `inputs`")
def test_networks_are_built_from_the_number_of_samples(name, samples, class_counts):
    generator, discriminator = small_pair(name, samples, class_counts)
    noise, labels = noise_and_labels(3, class_counts)
    waveforms = generator(joined(noise, labels)).numpy()
    assert waveforms.shape == (3, samples, 1) and np.abs(waveforms).max() <= 1
    logits = discriminator(joined(waveforms, labels))
    assert logits.shape == (3,) and np.isfinite(logits).all()


@pytest.mark.parametrize("samples", [100, 8064, 256])
def test_a_length_that_cannot_be_quartered_is_refused(samples):
    for build in PAIRS["wavegan"]:
        with pytest.raises(InputError, match=rf"{samples} samples.*multiple of 1024"):
            build((samples, 1))


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("factor", [0, 1])
def test_each_condition_changes_the_waveform_and_the_logit(name, factor):
    class_counts = (4, 3)
    generator, discriminator = small_pair(name, 4096, class_counts)
    noise, labels = noise_and_labels(2, class_counts)
    other = labels.copy()
    other[:, factor] = (other[:, factor] + 1) % class_counts[factor]
    waveforms = generator([noise, labels]).numpy()
    assert np.abs(waveforms - generator([noise, other]).numpy()).max() > 1e-4
    logits = discriminator([waveforms, labels]).numpy()
    assert np.abs(logits - discriminator([waveforms, other]).numpy()).min() > 1e-7


def test_each_noise_gives_another_waveform():
    generator, _ = small_pair("wavegan")
    noise, labels = noise_and_labels(4, (4,))
    waveforms = generator([noise, np.zeros_like(labels)]).numpy()
    assert np.abs(np.diff(waveforms, axis=0)).max(axis=(1, 2)).min() > 1e-4


def features(count=64, time=12, channels=3):
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, time, channels)).astype("float32")


@settings(max_examples=30, deadline=None)
@given(st.integers(-5, 5), st.integers(6, 40))
def test_a_shift_is_numpys_reflection(shift, time):
    given_ = features(2, time)
    wide = np.pad(given_, [(0, 0), (5, 5), (0, 0)], mode="reflect")
    moved = shift_in_time(given_, np.array([shift, 0]))
    np.testing.assert_array_equal(moved[0], wide[0, 5 - shift : 5 - shift + time])
    np.testing.assert_array_equal(moved[1], given_[1])


@pytest.mark.parametrize("radius", [1, 2, 4])
def test_phase_shuffle_moves_each_example_by_at_most_its_radius(radius):
    given_ = features()
    moved = PhaseShuffle(radius, seed=1)(given_, training=True).numpy()
    every = range(-radius, radius + 1)
    shifted = [shift_in_time(given_, np.full(64, k)).numpy() for k in every]
    used = set()
    for i, example in enumerate(moved):
        fits = [k for k, all_ in zip(every, shifted, strict=True) if (all_[i] == example).all()]
        assert len(fits) == 1
        used.add(fits[0])
    assert used == set(every)  # and not all of them alike


def test_phase_shuffle_is_deterministic_by_seed_and_off_outside_training():
    given_ = features()
    twins = [PhaseShuffle(2, seed=s)(given_, training=True) for s in (5, 5, 6)]
    np.testing.assert_array_equal(twins[0], twins[1])
    assert (twins[0].numpy() != twins[2].numpy()).any()
    layer = PhaseShuffle(2, seed=5)
    first, second = (layer(given_, training=True).numpy() for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(layer(given_, training=False), given_)
    still = PhaseShuffle(0, seed=5)
    np.testing.assert_array_equal(still(given_, training=True), given_)


def test_phase_shuffle_lets_gradients_through():
    import tensorflow as tf

    given_ = tf.constant(features(4))
    with tf.GradientTape() as tape:
        tape.watch(given_)
        moved = shift_in_time(given_, tf.constant([0, 1, -2, 2]))
        total = tf.reduce_sum(moved)
    counts = tape.gradient(total, given_).numpy()  # how often each place was used
    assert counts.sum() == moved.numpy().size and counts.max() == 2


@pytest.mark.parametrize("taps", [1, 33, 65])
def test_post_filter_starts_as_nothing_and_is_a_convolution(taps):
    sounds = features(2, 300, 1)
    layer = PostFilter(taps)
    np.testing.assert_allclose(layer(sounds), sounds, atol=1e-5)
    kernel = np.random.default_rng(1).standard_normal(taps).astype("float32")
    layer.set_weights([kernel])
    for sound, filtered in zip(sounds, layer(sounds).numpy(), strict=True):
        wanted = np.convolve(sound[:, 0], kernel, mode="full")[taps // 2 :][:300]
        np.testing.assert_allclose(filtered[:, 0], wanted, atol=1e-4)


def test_conditional_batch_norm_takes_waveforms():
    layer = ConditionalBatchNorm()
    given_, condition = features(64, 20, 5) * 4 + 3, features(64, 7, 1)[..., 0]
    normed = layer([given_, condition], training=True).numpy()
    np.testing.assert_allclose(normed.mean(axis=(0, 1)), 0, atol=1e-4)
    np.testing.assert_allclose(normed.std(axis=(0, 1)), 1, atol=1e-2)


@pytest.mark.parametrize("name", PAIRS)
def test_networks_survive_saving(name, tmp_path):
    networks = small_pair(name)
    noise, labels = noise_and_labels(2, (4,))
    waveforms = networks[0]([noise, labels]).numpy()
    for network, first in zip(networks, (noise, waveforms), strict=True):
        network.save(tmp_path / "n.keras")
        again = keras.models.load_model(tmp_path / "n.keras", safe_mode=True)
        inputs = [first, labels]
        np.testing.assert_allclose(network(inputs), again(inputs), atol=1e-5)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("class_counts", [(), (4,)])
def test_a_few_steps_change_the_weights_of_both(name, class_counts):
    networks = small_pair(name, 1024, class_counts)
    gan = GAN(*networks, r1_interval=2)
    gan.compile()
    before = [network.get_weights() for network in networks]
    rng = np.random.default_rng(0)
    waveforms = rng.uniform(-1, 1, (12, 1024, 1)).astype("float32")
    data = (waveforms, rng.integers(4, size=(12, 1))) if class_counts else waveforms
    inputs = {"x": data[0], "y": data[1]} if class_counts else {"x": data}
    history = gan.fit(**inputs, batch_size=4, epochs=1, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and gan.step == 3
    for network, old in zip(networks, before, strict=True):
        moved = [(a != b).any() for a, b in zip(old, network.get_weights(), strict=True)]
        assert sum(moved) > 0.7 * len(moved)
    labels = np.arange(5) % 4 if class_counts else None
    assert gan.generate(5, labels).shape == (5, 1024, 1)


def test_dense_layers_of_full_size_take_the_penalty():
    """TensorFlow once made a graph of it that stopped with AlreadyExistsError."""
    gan = catalogue.build((1024, 1), (4,), "mlp")
    waveforms = np.random.default_rng(0).uniform(-1, 1, (16, 1024, 1)).astype("float32")
    gan.fit(waveforms, np.arange(16)[:, None] % 4, batch_size=8, epochs=2, verbose=0)
    assert gan.step == 4 and gan.r1_weight > 0


def test_a_waveform_generator_is_saved_and_loaded(tmp_path):
    representation = Waveform(Representation(16000, 512, 128, 9, n_mels=32), 15.0)
    sizes = {"shape": [1024, 1], "class_counts": [2], "channels": 4, "latent_dim": 8}
    network = wavegan.build_generator(**sizes)
    names = {"drum": ("kick", "rim")}
    made = SoundGenerator(network, sizes, representation, names, builder="wavegan")
    made.save(tmp_path / "g.npz")
    again = SoundGenerator.load(tmp_path / "g.npz")
    assert again.builder == "wavegan" and again.classes == ("kick", "rim")
    assert again.representation.get_config() == representation.get_config()
    sounds, conditions = again.generate(4, seed=3)
    assert sounds.shape == (4, representation.samples) and conditions.tolist() == [[0], [1]] * 2
    np.testing.assert_allclose(sounds, made.generate(4, seed=3)[0], atol=0.01)  # float16


def test_an_unknown_builder_is_refused(tmp_path, monkeypatch):
    sizes = {"shape": [1024, 1], "channels": 4, "latent_dim": 8}
    network = wavegan.build_generator(**sizes)
    representation = Waveform(Representation(16000, 512, 128, 9, n_mels=32))
    SoundGenerator(network, sizes, representation, {}, builder="wavegan").save(tmp_path / "g.npz")
    monkeypatch.delitem(catalogue.GENERATORS, "wavegan")
    with pytest.raises(InputError, match="'wavegan' is unknown here"):
        SoundGenerator.load(tmp_path / "g.npz")


@pytest.mark.parametrize("model", ["wavegan", "mlp", "small"])
def test_a_model_brings_its_representation(model):
    pictures = Representation(16000, 512, 128, 64, n_mels=64)
    corpus = SimpleNamespace(representation=pictures)
    own = catalogue.representation_for(corpus, model)
    assert own is pictures if model == "small" else own.spectrogram is pictures
    gan = catalogue.build(own.shape, (8,), model)
    assert gan.generate(2, [0, 7]).shape == (2, *own.shape) and gan.sizes["shape"] == list(
        own.shape
    )
    with pytest.raises(InputError, match="'wavegam' is unknown; use one of .*small.*wavegan"):
        catalogue.representation_for(corpus, "wavegam")


def test_a_preview_draws_waveforms_as_spectrograms():
    pictures = Representation(16000, 512, 128, 9, n_mels=32)
    gan = GAN(*small_pair("wavegan", 1024))
    gan.compile()
    preview = Preview(Waveform(pictures), class_counts=(4,), count=4)
    preview.set_model(gan)
    preview.on_train_begin()
    assert preview.images.shape == (4, *pictures.shape)
    assert preview.waveforms.shape == (4, pictures.samples)


@pytest.mark.parametrize("model", ["wavegan", "mlp"])
def test_the_command_line_trains_on_samples(model, tmp_path, monkeypatch, capsys):
    from audiogan_tf.__main__ import main

    import soundfile

    monkeypatch.setattr(training, "PREVIEW_STEPS", 4)
    sounds, out = tmp_path / "sounds", tmp_path / "run"
    sounds.mkdir()
    for number in range(20):
        tone = 0.5 * np.sin((0.03 + 0.01 * number) * np.arange(1500))
        soundfile.write(sounds / f"{number:02d}.wav", tone, 16000)
    command = ["train", "--corpus", str(sounds), "--model", model, "--out", str(out)]
    assert main([*command, "--steps", "3"]) == 0
    assert main([*command, "--steps", "5", "--resume"]) == 0
    assert json.loads((out / "run.json").read_text())["model"] == model
    assert [row["step"] for row in json.loads((out / "history.json").read_text())][-1] == 5
    assert SoundGenerator.load(out).builder == model
    assert main(["generate", "--model", str(out), "--count", "2", "--out", str(out / "more")]) == 0
    assert f"--model {model} --out {out} --resume" in capsys.readouterr().out


@pytest.mark.parametrize("rate, seconds", [(16000, 2), (16000, 10), (44100, 3), (48000, 10)])
def test_clips_of_any_length_that_a_folder_may_ask_for_can_be_drawn(rate, seconds):
    pictures = Representation(rate, 1024, 256, 1 + seconds * rate // 256, n_mels=32)
    own = Waveform(pictures)
    assert pictures.samples <= own.shape[0] < 1.5 * pictures.samples
    generator = wavegan.build_generator(own.shape, latent_dim=2, channels=1)
    discriminator = wavegan.build_discriminator(own.shape, channels=1)
    assert generator.output.shape[1:] == own.shape and discriminator.output.shape == (None,)


def test_the_picture_in_a_discriminator_is_that_of_the_representation():
    rng = np.random.default_rng(0)
    representation = Representation(16000, 512, 128, 32, n_mels=64, floor_db=-30, ceiling_db=42)
    sounds = rng.uniform(-1, 1, (3, 4096)).astype("float32") * np.float32([[1], [0.1], [0]])
    companded = Waveform(representation).forward(sounds[:, : representation.samples])
    pictures = wavegan.LogMel()(companded).numpy()
    expected = representation.forward(sounds[:, : representation.samples]).numpy()
    assert pictures.shape == expected.shape == (3, 32, 64, 1)
    inner = slice(2, -4)  # the last frames see the padding
    assert np.abs(pictures - expected)[:, inner].max() < 0.2
    assert np.corrcoef(pictures[0].ravel(), expected[0].ravel())[0, 1] > 0.98


def test_a_discriminator_that_sees_spectrograms_can_be_trained():
    """R1 differentiates its slope once more, in silence too: there a magnitude has no slope."""
    keras.utils.set_random_seed(0)
    gan = catalogue.build((4096, 1), (4,), "wavegan_spectral")
    plain = catalogue.build((4096, 1), (4,), "wavegan")
    assert gan.discriminator.count_params() > plain.discriminator.count_params()
    sounds = np.zeros((8, 4096, 1), "float32")
    sounds[4:, :2000] = np.sin(np.arange(2000) / 7)[:, None]
    labels = np.arange(8)[:, None] % 4
    history = gan.fit(sounds, labels, batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite([*history["d_loss"], *history["g_loss"]]).all()
    assert all(np.isfinite(w).all() for w in gan.discriminator.get_weights())
