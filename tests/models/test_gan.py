from audiogan_tf.errors import InputError
from audiogan_tf.models import losses
from audiogan_tf.models.augmentation import Augmentation
from audiogan_tf.models.dcgan import build_discriminator, build_generator
from audiogan_tf.models.gan import GAN
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound.representation import Representation

import keras
import numpy as np
import pytest
import tensorflow as tf

SHAPE = (32, 32, 1)


def make_gan(class_counts=(), seed=0, **options):
    keras.utils.set_random_seed(seed)
    generator = build_generator(SHAPE, class_counts, latent_dim=8, channels=4, embedding=4)
    gan = GAN(generator, build_discriminator(SHAPE, class_counts, 4), seed=seed, **options)
    gan.compile()
    return gan


def pictures(count=24, factors=1):
    """Pictures with a bright band whose place is the class, and their classes."""
    rng = np.random.default_rng(0)
    labels = np.stack([np.arange(count) % 4] * factors, axis=1).astype("int32")
    images = np.full((count, *SHAPE), -0.9, "float32")
    for image, label in zip(images, labels, strict=True):
        image[:, 6 * label[0] : 6 * label[0] + 4] = rng.uniform(0.3, 0.6)
    return images, labels


def fit(gan, steps=4, labels=None, images=None):
    known, classes = pictures()
    images = known if images is None else images
    data = (images,) if not gan.conditional else (images, classes if labels is None else labels)
    arrays = tf.data.Dataset.from_tensor_slices(data if len(data) > 1 else data[0])
    return gan.fit(arrays.batch(8).repeat(), steps_per_epoch=steps, verbose=0, shuffle=False)


def same(one, other):
    return all((a == b).all() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "loss, class_counts",
    [("non_saturating", ()), ("non_saturating", (4,)), ("least_squares", (4,)), ("hinge", ())],
)
def test_plain_fit_trains_both_players(loss, class_counts):
    gan = make_gan(class_counts, loss=loss)
    players = gan.generator, gan.discriminator
    before = [player.get_weights() for player in players]
    history = fit(gan, steps=3).history
    assert sorted(history) == ["d_fake", "d_loss", "d_real", "g_loss"]
    assert np.isfinite(list(history.values())).all() and gan.step == 3
    for player, weights in zip(players, before, strict=True):
        for variable, old in zip(player.weights, weights, strict=True):
            if "bias" not in variable.path:  # the hinge's pulls on the last bias cancel at first
                assert (variable.numpy() != old).any(), variable.path


def test_labels_may_be_one_column_or_a_vector():
    images, labels = pictures()
    runs = []
    for given in (labels, labels[:, 0]):
        gan = make_gan((4,))
        gan.fit(images, given, batch_size=8, epochs=1, verbose=0, shuffle=False)
        runs.append(gan.generator.get_weights())
    assert same(*runs)


def test_two_conditions_train_from_a_dataset():
    gan = make_gan((4, 4))
    data = tf.data.Dataset.from_tensor_slices(pictures(factors=2)).batch(8).repeat()
    gan.fit(data, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False)
    assert gan.step == 4 and gan.generate(3, [[0, 1], [2, 3], [1, 1]]).shape == (3, *SHAPE)


def test_a_gan_learns_where_the_energy_is():
    """The mean picture of the averaged generator moves towards the mean real picture."""
    gan = make_gan((4,), ema=0.8)
    images, labels = pictures(64)
    wanted = np.stack([images[labels[:, 0] == c].mean(axis=(0, 1)) for c in range(4)])

    def distance():
        made = gan.generate(64, labels)
        means = np.stack([made[labels[:, 0] == c].mean(axis=(0, 1)) for c in range(4)])
        return np.abs(means - wanted).mean()

    before = distance()
    gan.fit(images, labels, batch_size=16, epochs=15, verbose=0)
    assert distance() < 0.85 * before


def test_the_same_seed_gives_the_same_weights():
    weights = []
    for seed in (1, 1, 2):
        gan = make_gan((4,), seed)
        fit(gan, steps=5)
        weights.append([v.numpy() for v in gan.variables])
    assert same(weights[0], weights[1]) and not same(weights[0], weights[2])


def test_the_averaged_generator_follows_the_formula():
    gan = make_gan(ema=0.5, r1_weight=0)
    mean = [v.numpy() for v in gan.ema_generator.variables if "float" in v.dtype]
    for step in (1, 2):
        fit(gan, steps=1)
        decay = min(0.5, (1 + step) / (10 + step))
        now = [v.numpy() for v in gan.generator.variables if "float" in v.dtype]
        mean = [m + (1 - decay) * (n - m) for m, n in zip(mean, now, strict=True)]
    found = [v.numpy() for v in gan.ema_generator.variables if "float" in v.dtype]
    for one, other in zip(mean, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_slow_average_lags_behind():
    gan = make_gan(ema=0.999)
    fit(gan, steps=6)
    noise = np.random.default_rng(0).standard_normal((4, 8), "float32")
    now = gan.generator(noise, training=False).numpy()
    assert np.abs(gan.generate(4) - now).max() > 1e-4
    np.testing.assert_allclose(gan.generate(4), gan.ema_generator(noise, training=False))


def test_r1_is_added_on_every_eighth_step_only():
    plain, penalised = (make_gan(r1_weight=weight) for weight in (0.0, 1.0))
    images = tf.constant(pictures(8)[0])
    seen = []
    for _ in range(10):
        for gan in (plain, penalised):
            gan.train_step(images)
        variables = plain.discriminator.trainable_variables
        zeros = [tf.zeros_like(v) for v in variables]
        added = penalised._add_penalties(zeros, images, images, None)
        seen.append(any(float(tf.reduce_max(tf.abs(g))) > 0 for g in added))
    assert seen == [False] * 7 + [True] + [False] * 2  # the next step is step 8
    assert not same(plain.discriminator.get_weights(), penalised.discriminator.get_weights())


def test_r1_makes_the_discriminator_flatter():
    images, _ = pictures(24)
    slopes = []
    for weight in (0.0, 10.0):
        gan = make_gan(r1_weight=weight, r1_interval=1)
        gan.fit(images, batch_size=8, epochs=8, verbose=0)
        slopes.append(float(losses.r1_penalty(gan.discriminator, tf.constant(images))))
    assert slopes[1] < 0.5 * slopes[0]


def test_an_auxiliary_head_learns_the_labels_and_serves_both_players():
    images, labels = pictures(24)
    keras.utils.set_random_seed(0)
    generator = build_generator(SHAPE, (4,), latent_dim=8, channels=4, embedding=4)
    discriminator = build_discriminator(SHAPE, (4,), 4, head="auxiliary")
    gan = GAN(generator, discriminator, r1_interval=2)
    gan.compile()
    logits, guesses = discriminator([images, labels])
    assert logits.shape == (24,) and guesses.shape == (24, 4)
    gan.fit(images, labels, batch_size=8, epochs=20, verbose=0)
    heard = discriminator([images, labels])[1].numpy().argmax(axis=1)
    assert (heard == labels[:, 0]).mean() > 0.9
    with tf.GradientTape() as tape:
        pictures_drawn = generator([tf.zeros([4, 8]), tf.range(4)[:, None]])
        guessed = discriminator([pictures_drawn, tf.zeros([4, 1])])[1:]
        loss = losses.auxiliary_classifier(guessed, tf.range(4)[:, None])
    slopes = tape.gradient(loss, generator.trainable_variables)
    assert all(np.abs(slope).max() > 0 for slope in map(tf.convert_to_tensor, slopes[:2]))


TRAINERS = (
    {"r1_weight": 0.0, "r2_weight": 1.0},
    {"r1_weight": 0.0, "gradient_penalty_weight": 10.0, "loss": "wasserstein"},
    {"r1_weight": 0.0, "clip": 0.05, "loss": "wasserstein"},
    {"r1_weight": 1.0, "r2_weight": 1.0, "loss": "relativistic"},
    {"loss": "minimax"},
    {"loss": "cross_entropy_mse"},
    {"augment": Augmentation(0.5), "r1_weight": 1.0, "r1_interval": 1},
)


@pytest.mark.parametrize("options", TRAINERS)
@pytest.mark.parametrize("class_counts", [(), (4,)])
def test_a_gan_trains_with_every_loss_and_penalty(options, class_counts):
    gan = make_gan(class_counts, **options)
    before = gan.discriminator.get_weights()
    history = fit(gan, steps=2).history
    assert np.isfinite(list(history.values())).all() and gan.step == 2
    assert not same(before, gan.discriminator.get_weights())


def test_r2_makes_the_discriminator_flatter_at_fakes():
    images, _ = pictures(24)
    slopes = []
    for weight in (0.0, 10.0):
        gan = make_gan(r1_weight=0.0, r2_weight=weight, r1_interval=1)
        gan.fit(images, batch_size=8, epochs=8, verbose=0)
        fakes = tf.constant(gan.generate(24))
        slopes.append(float(losses.r1_penalty(gan.discriminator, fakes)))
    assert slopes[1] < 0.5 * slopes[0]


def test_the_gradient_penalty_bounds_the_slope_of_a_wasserstein_game():
    images, _ = pictures(24)
    mix = tf.linspace(0.0, 1.0, 24)
    off = []
    for weight in (0.0, 10.0):
        gan = make_gan(loss="wasserstein", r1_weight=0.0, gradient_penalty_weight=weight)
        steep = [3 * w for w in gan.discriminator.get_weights()]
        gan.discriminator.set_weights(steep)
        gan.fit(images, batch_size=8, epochs=10, verbose=0)
        pair = tf.constant(images), tf.constant(gan.generate(24))
        off.append(float(losses.gradient_penalty(gan.discriminator, *pair, mix)))
    assert off[1] < 0.5 * off[0]


def test_clipping_follows_every_step():
    gan = make_gan(loss="wasserstein", r1_weight=0.0, clip=0.02)
    untouched = gan.generator.get_weights()
    for _ in range(2):
        fit(gan, steps=1)
        assert max(np.abs(w).max() for w in gan.discriminator.get_weights()) <= 0.02 + 1e-7
    assert max(np.abs(w).max() for w in untouched) > 0.02  # the generator is left alone
    assert max(np.abs(w).max() for w in gan.generator.get_weights()) > 0.02


def test_what_is_off_changes_nothing():
    off = {"r2_weight": 0.0, "gradient_penalty_weight": 0.0, "clip": 0.0, "augment": None}
    gans = [make_gan((4,)), make_gan((4,), **off)]
    for gan in gans:
        fit(gan, steps=9)
    assert same(*[[v.numpy() for v in gan.variables] for gan in gans])


def test_real_and_generated_pictures_are_augmented_alike():
    seen = []

    def flattened(pictures):
        seen.append(pictures.shape)
        return 0 * pictures + 0.5

    gan = make_gan((4,), augment=flattened)
    images, labels = pictures(8)
    logs = gan.train_step((tf.constant(images), tf.constant(labels)))
    assert seen == [(8, *SHAPE)] * 2
    assert abs(float(logs["d_real"]) - (1 - float(logs["d_fake"]))) < 1e-6  # the same marks


def test_augmentation_at_strength_0_changes_nothing():
    gans = [make_gan((4,)), make_gan((4,), augment=Augmentation(0.0))]
    for gan in gans:
        fit(gan, steps=3)
    assert same(gans[0].generator.get_weights(), gans[1].generator.get_weights())


@pytest.mark.parametrize("extra", ["spectral_norm", "minibatch_stddev"])
def test_a_gan_trains_with_each_extra_of_the_discriminator(extra):
    keras.utils.set_random_seed(0)
    generator = build_generator(SHAPE, (4,), latent_dim=8, channels=4, embedding=4)
    gan = GAN(generator, build_discriminator(SHAPE, (4,), 4, **{extra: True}), r1_interval=2)
    gan.compile()
    before = gan.discriminator.get_weights()
    history = fit(gan, steps=3).history
    assert np.isfinite(list(history.values())).all()
    assert not same(before, gan.discriminator.get_weights())


def test_a_gan_keeps_its_options_in_its_config():
    options = {"loss": "wasserstein", "r1_weight": 0.0, "gradient_penalty_weight": 10.0}
    gan = make_gan((4,), **options, r2_weight=0.5, clip=0.1, r1_interval=2, ema=0.9)
    fit(gan, steps=1)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(gan))
    for name in ("r1_weight", "r2_weight", "gradient_penalty_weight", "clip", "r1_interval", "ema"):
        assert getattr(again, name) == getattr(gan, name), name
    assert again.players_loss is losses.wasserstein


def test_a_gan_keeps_its_augmentation_in_its_config():
    gan = make_gan((4,), augment=Augmentation(0.3, gain=0.1, seed=5))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(gan))
    assert isinstance(again.augment, Augmentation)
    assert (again.augment.strength, again.augment.gain) == (0.3, 0.1)


def test_generate_is_seeded_and_in_range():
    gan = make_gan((4,))
    labels = [0, 1, 2, 3, 0]
    one = gan.generate(5, labels, seed=7)
    assert one.shape == (5, *SHAPE) and one.dtype == np.float32 and np.abs(one).max() <= 1
    np.testing.assert_array_equal(one, gan.generate(5, labels, seed=7))
    assert np.abs(one - gan.generate(5, labels, seed=8)).max() > 1e-4
    assert np.abs(one - gan.generate(5, [1, 2, 3, 0, 1], seed=7)).max() > 1e-4


def test_generating_many_is_generating_each():
    gan = make_gan()
    many = gan.generate(70)
    noise = np.random.default_rng(0).standard_normal((70, 8), "float32")
    one = gan.ema_generator(noise[69:], training=False)
    np.testing.assert_allclose(many[69:], one, atol=1e-5)


def test_truncation_makes_sounds_more_alike():
    gan = make_gan()
    assert gan.generate(20, truncation=0.1).std(axis=0).mean() < (
        0.5 * gan.generate(20).std(axis=0).mean()
    )


def test_a_conditional_generator_asks_for_labels():
    with pytest.raises(InputError, match="conditional: pass labels"):
        make_gan((4,)).generate(3)


def test_an_unknown_loss_is_refused():
    with pytest.raises(InputError, match="'magic' is unknown"):
        make_gan(loss="magic")


def test_previews_do_not_disturb_the_training():
    gans = [make_gan((4,)) for _ in range(2)]
    for gan, previewed in zip(gans, (False, True), strict=True):
        for _ in range(2):
            fit(gan, steps=2)
            if previewed:
                gan.generate(4, [0, 1, 2, 3], seed=9)
    assert same(*[[v.numpy() for v in gan.variables] for gan in gans])


@pytest.fixture
def sounder():
    """A SoundGenerator of 32 x 32 pictures with three labels of two factors."""
    sizes = {"shape": list(SHAPE), "class_counts": [3, 2], "latent_dim": 8, "channels": 4}
    representation = Representation(8000, 64, 32, 32, n_mels=32)
    conditions = {"word": ("yes", "no", "über"), "voice": ("low", "high")}
    about = {"corpus": "words", "step": 3}
    return SoundGenerator(build_generator(**sizes), sizes, representation, conditions, about)


def test_a_sound_generator_survives_its_file(sounder, tmp_path):
    sounder.save(tmp_path / "g.npz")
    again = SoundGenerator.load(tmp_path / "g.npz")
    assert (again.conditions, again.about) == (sounder.conditions, sounder.about)
    assert again.representation.get_config() == sounder.representation.get_config()
    conditions = sounder.draw_conditions(6, seed=1)
    near = np.abs(again.images(conditions, seed=1) - sounder.images(conditions, seed=1))
    assert near.max() < 5e-3  # weights are stored in 16 bits
    again.save(tmp_path / "h.npz")
    twice = SoundGenerator.load(tmp_path / "h.npz")
    assert same(again.network.get_weights(), twice.network.get_weights())


def test_a_sound_generator_makes_what_is_asked_for(sounder):
    sounds, conditions = sounder.generate(7, seed=3)
    assert sounds.shape == (7, sounder.representation.samples)
    assert np.isfinite(sounds).all() and np.abs(sounds).max() <= 0.99 + 1e-6
    assert list(conditions[:, 0]) == [0, 1, 2, 0, 1, 2, 0]
    np.testing.assert_array_equal(sounds, sounder.generate(7, seed=3)[0])
    assert (sounder.generate(4, "über")[1][:, 0] == 2).all()
    with pytest.raises(InputError, match="'maybe' is unknown.*yes, no, über"):
        sounder.generate(4, "maybe")


def test_an_unconditional_sound_generator_takes_no_label(tmp_path):
    sizes = {"shape": list(SHAPE), "class_counts": [], "latent_dim": 8, "channels": 4}
    representation = Representation(8000, 64, 32, 32, n_mels=32)
    made = SoundGenerator(build_generator(**sizes), sizes, representation, {})
    sounds, conditions = made.generate(2)
    assert sounds.shape == (2, representation.samples) and conditions.shape == (2, 0)
    with pytest.raises(InputError, match="unconditional; leave it out"):
        made.generate(2, "kick")
    made.save(tmp_path / "g.npz")
    assert SoundGenerator.load(tmp_path / "g.npz").classes == ()
