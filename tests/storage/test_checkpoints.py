import resource

from audiogan_tf.corpora import Clips
from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError
from audiogan_tf.models.dcgan import build_discriminator, build_generator
from audiogan_tf.models.gan import GAN
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage import checkpoints

import keras
import numpy as np
import pytest

TINY = Representation(8000, 64, 32, 32, n_mels=32)


def make_gan(seed=0, channels=4):
    keras.utils.set_random_seed(seed)
    generator = build_generator(TINY.shape, (3,), 8, channels)
    gan = GAN(generator, build_discriminator(TINY.shape, (3,), channels), seed=seed)
    gan.compile()
    return gan


def train(gan, steps):
    rng = np.random.default_rng(0)
    sounds = rng.uniform(-0.5, 0.5, (20, TINY.samples)).astype("float32")
    clips = Clips(sounds, (np.arange(20, dtype="int32") % 3)[:, None])
    data = batches(clips, TINY, 8, 0, gan.step)
    gan.fit(data, steps_per_epoch=steps, verbose=0, shuffle=False)
    return gan


def state(gan):
    return [np.asarray(v) for v in gan.state]


def same(one, other):
    return all((a == b).all() for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A checkpoint at step 6, and the state of the same training at step 9."""
    path = tmp_path_factory.mktemp("run") / "c.npz"
    gan = train(make_gan(), 6)
    checkpoints.save(path, gan, {"best": 0.5})
    return path, state(train(make_gan(), 9))


def test_a_restored_training_goes_on_bit_by_bit(saved):
    """9 steps at once; or 6, a file, a fresh model of another seed, and 3 more."""
    path, whole = saved
    fresh = make_gan(seed=9)
    assert checkpoints.restore(path, fresh) == {"best": 0.5} and fresh.step == 6
    assert same(state(train(fresh, 3)), whole)


@pytest.mark.parametrize("lost", ["noise", "generator_optimizer", "ema_generator"])
def test_each_part_of_the_state_is_needed(saved, lost):
    """A part that stays as it was in a fresh model makes another training."""
    path, whole = saved
    fresh = make_gan(seed=9)
    part = getattr(fresh, lost)
    variables = [part.state] if lost == "noise" else part.variables
    kept = [np.asarray(v) for v in variables]
    checkpoints.restore(path, fresh)
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
    assert not same(state(train(fresh, 3)), whole)


def test_every_variable_of_the_model_is_in_the_file():
    gan = make_gan()
    saved = {id(v) for v in gan.state}
    optimizers = gan.generator_optimizer.variables + gan.discriminator_optimizer.variables
    players = gan.generator.variables + gan.discriminator.variables + gan.ema_generator.variables
    assert {id(v) for v in players + optimizers} | {id(gan.noise.state)} <= saved


def test_the_optimizers_moments_are_saved(saved):
    fresh = make_gan(seed=5)
    checkpoints.restore(saved[0], fresh)
    moments = [np.asarray(v) for v in fresh.generator_optimizer.variables]
    assert int(moments[0]) == 6 and any(np.abs(m).max() > 0 for m in moments[2:])


def test_a_full_disk_keeps_the_previous_checkpoint(tmp_path):
    """RLIMIT_FSIZE stops the write after 20 kB, as a full disk would."""
    path, gan = tmp_path / "c.npz", make_gan()
    checkpoints.save(path, gan, {"n": 1})
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(InputError, match=r"c.npz: could not be written.*previous file") as e:
            checkpoints.save(path, gan, {"n": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(e.value)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert checkpoints.restore(path, make_gan()) == {"n": 1}


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty", "no notes"])
def test_a_damaged_checkpoint_is_refused_and_nothing_is_changed(tmp_path, damage):
    path, gan = tmp_path / "c.npz", make_gan()
    checkpoints.save(path, gan, {})
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 255
    elif damage == "no notes":
        np.savez(path, v0000=np.zeros(3))
        content = path.read_bytes()
    else:
        content = b"" if damage == "empty" else b"not a checkpoint"
    path.write_bytes(content)
    fresh = make_gan(seed=3)
    before = state(fresh)
    with pytest.raises(InputError, match="c.npz: damaged checkpoint"):
        checkpoints.restore(path, fresh)
    assert same(state(fresh), before)


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path):
    checkpoints.save(tmp_path / "c.npz", make_gan(channels=2), {})
    with pytest.raises(InputError, match="model of other sizes"):
        checkpoints.restore(tmp_path / "c.npz", make_gan())


def test_a_checkpoint_with_pickle_is_refused(tmp_path):
    np.savez(tmp_path / "c.npz", notes=np.array("{}"), v0000=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="damaged checkpoint"):
        checkpoints.restore(tmp_path / "c.npz", make_gan())


def test_a_missing_checkpoint_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="no checkpoint here"):
        checkpoints.restore(tmp_path / "c.npz", make_gan())


def test_a_state_that_is_not_finite_is_not_saved(tmp_path):
    path, gan = tmp_path / "c.npz", make_gan()
    checkpoints.save(path, gan, {"good": True})
    gan.generator.trainable_variables[0].assign(
        np.full(gan.generator.trainable_variables[0].shape, np.nan)
    )
    with pytest.raises(InputError, match="not finite"):
        checkpoints.save(path, gan, {"good": False})
    assert checkpoints.restore(path, make_gan()) == {"good": True}
