"""What `train --model` can train, by name: networks, their sizes and how they learn.

Every learner is a compiled Keras model with what training.Run needs: `fit` on batches of
pictures or waveforms and labels; `generate(count, labels, seed)`; `playing_weights()`, those
that make the sounds; `conditional`; `step`, updates done so far; `state`, all variables that
a checkpoint keeps. One that has `adapt` is shown training examples and their labels before
its first step.
"""

from collections.abc import Callable
from typing import NamedTuple

from audiogan_tf import models, vae, waveform_models
from audiogan_tf.errors import InputError
from audiogan_tf.gan import GAN
from audiogan_tf.generation import GENERATORS

import keras

BATCH_SIZE = 16


class Model(NamedTuple):
    """A generator's network, and what makes a learner of it."""

    builder: str  # the generator's, a name in generation.GENERATORS
    generator_sizes: dict
    learner: Callable  # (generator, its build arguments, seed) to a compiled learner
    batch_size: int = BATCH_SIZE
    representation: dict = {}  # arguments of what it draws


class Game(NamedTuple):
    """Makes a GAN of a generator: the other network, and how the two play."""

    build_discriminator: Callable
    discriminator_sizes: dict
    options: dict = {}  # arguments of GAN

    def __call__(self, generator, network, seed):
        about = {name: network[name] for name in ("shape", "class_counts")}
        discriminator = self.build_discriminator(**about, **self.discriminator_sizes)
        gan = GAN(generator, discriminator, seed=seed, **self.options)
        gan.compile()
        return gan


def _vae(generator, network, seed):
    encoder = vae.build_encoder(**network)
    learner = vae.VAE(encoder, generator, beta=60.0, warm_up=500, seed=seed)
    slower = keras.optimizers.schedules.CosineDecay(1e-3, 4000, alpha=0.05)
    learner.compile(keras.optimizers.Adam(slower))
    return _ready(learner)


def _ready(learner):
    """With the optimizer's variables made, so that a checkpoint can fill them."""
    learner.optimizer.build(learner.trainable_variables)
    return learner


def _sample_by_sample(generator, network, seed):
    learner = generator.layers[-1].network
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, 16000, alpha=0.02, warmup_target=2e-3, warmup_steps=100
    )
    learner.compile(keras.optimizers.Adam(rate, clipnorm=1.0), crop=3072)
    return _ready(learner)


def _frame_by_frame(generator, network, seed):
    learner = generator.layers[-1].network
    learner.compile(keras.optimizers.Adam(2e-3, global_clipnorm=1.0))
    return _ready(learner)


SMALL, MEDIUM, WAVES = {"channels": 16}, {"channels": 32}, {"r1_weight": 0.03}
_MLP = Game(waveform_models.build_mlp_discriminator, {}, WAVES)
_WAVEGAN = Game(waveform_models.build_discriminator, MEDIUM, WAVES)
MODELS = {
    "small": Model("spectrogram", SMALL, Game(models.build_discriminator, SMALL)),
    "medium": Model("spectrogram", MEDIUM, Game(models.build_discriminator, MEDIUM)),
    "wavegan": Model("wavegan", MEDIUM, _WAVEGAN),
    "mlp": Model("mlp", {}, _MLP),
    "vae": Model("spectrogram", SMALL | {"latent_dim": 8}, _vae, 32),
    "frame_rnn": Model("frame_rnn", {}, _frame_by_frame, 64),
    "wavenet": Model("wavenet", {"temperature": 0.8}, _sample_by_sample, 4, {"companding": 255.0}),
}


def build(shape, class_counts, model="small", seed=0):
    """A compiled learner, one of MODELS, for pictures or waveforms of `shape`.

    shape: of one example, see representation_for. Returns the learner and its generator's build
    arguments. Raises InputError for an unknown model.
    """
    chosen = find(model)
    keras.utils.set_random_seed(seed)
    network = {"shape": list(shape), "class_counts": list(class_counts)} | chosen.generator_sizes
    _, build_generator = GENERATORS[chosen.builder]
    return chosen.learner(build_generator(**network), network, seed), network


def representation_for(corpus, model="small"):
    """What a model draws for a corpus: its pictures, or its waveforms for a model of samples."""
    chosen, own = find(model), corpus.representation
    kind, _ = GENERATORS[chosen.builder]
    return own if isinstance(own, kind) else kind(own, **chosen.representation)


def find(name):
    """A Model by name; InputError for an unknown one, with the known ones."""
    if name not in MODELS:
        raise InputError(f"model {name!r} is unknown; use one of {', '.join(MODELS)}")
    return MODELS[name]
