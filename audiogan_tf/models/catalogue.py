"""One catalogue of models: what `train --model` knows, and what a file of weights can hold."""

from collections.abc import Callable
from typing import NamedTuple

from audiogan_tf.errors import InputError
from audiogan_tf.models import (
    dcgan,
    diffusion,
    frame_rnn,
    sliders,
    symbol_rnn,
    vae,
    wavegan,
    wavenet,
)
from audiogan_tf.models.gan import GAN
from audiogan_tf.sound.representation import Representation, Waveform
from audiogan_tf.storage.weights import list_pretrained, read_weights

import keras

BATCH_SIZE = 16
GENERATORS = {  # builder: what it draws, and the function that builds its network
    "spectrogram": (Representation, dcgan.build_generator),
    "sliders": (Representation, sliders.build_generator),
    "wavegan": (Waveform, wavegan.build_generator),
    "mlp": (Waveform, wavegan.build_mlp_generator),
    "wavenet": (Waveform, wavenet.build_generator),
    "frame_rnn": (Representation, frame_rnn.build_generator),
    "diffusion": (Representation, diffusion.build_generator),
}
NETWORKS = {  # kind of a file that holds one network: the function that builds it
    "discriminator": dcgan.build_discriminator,
    "encoder": vae.build_encoder,
    "symbols": symbol_rnn.SymbolRNN,
}


class Model(NamedTuple):
    """A generator's network, and what makes a learner of it."""

    builder: str  # the generator's, a name in GENERATORS
    generator_sizes: dict
    learner: Callable  # (sizes, seed) to a compiled learner
    batch_size: int = BATCH_SIZE
    representation: dict = {}  # arguments of what it draws


class Game(NamedTuple):
    """Makes a GAN: both networks, and how the two play."""

    build_generator: Callable
    build_discriminator: Callable
    discriminator_sizes: dict
    options: dict = {}  # arguments of GAN
    kind: type = GAN

    def __call__(self, sizes, seed):
        known = ("shape", "class_counts", "sliders")
        about = {name: sizes[name] for name in known if name in sizes}
        discriminator = self.build_discriminator(**about, **self.discriminator_sizes)
        gan = self.kind(self.build_generator(**sizes), discriminator, seed=seed, **self.options)
        gan.compile()
        return gan


def _vae(sizes, seed):
    encoder, decoder = vae.build_encoder(**sizes), dcgan.build_generator(**sizes)
    learner = vae.VAE(encoder, decoder, beta=60.0, warm_up=500, seed=seed)
    slower = keras.optimizers.schedules.CosineDecay(1e-3, 4000, alpha=0.05)
    learner.compile(keras.optimizers.Adam(slower))
    return learner


def _sample_by_sample(sizes, seed):
    learner = wavenet.network_of(**sizes)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, 48000, alpha=0.02, warmup_target=2e-3, warmup_steps=100
    )
    learner.compile(keras.optimizers.Adam(rate, clipnorm=1.0), crop=3072)
    return learner


def _frame_by_frame(sizes, seed):
    learner = frame_rnn.FrameRNN(**sizes)
    learner.compile(keras.optimizers.Adam(2e-3, global_clipnorm=1.0))
    return learner


def _diffusion(sizes, seed):
    learner = diffusion.Diffusion(**sizes, seed=seed)
    rate = keras.optimizers.schedules.InverseTimeDecay(2e-3, decay_steps=2000, decay_rate=1.0)
    learner.compile(keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0))
    return learner


SMALL, WIDER, MEDIUM = ({"channels": channels} for channels in (16, 20, 32))
WAVES, TINY = {"r1_weight": 0.03}, {"channels": 8, "latent_dim": 32, "embedding": 24}
SEEN = MEDIUM | {"spectrogram_channels": 16}
ONE_BY_ONE = {"temperature": 0.9, "latent_size": 16}
VOICE = {"companding": 255.0, "postfilter": True}
_PICTURES = dcgan.build_generator, dcgan.build_discriminator
_MLP = wavegan.build_mlp_generator, wavegan.build_mlp_discriminator
_SLIDERS = sliders.build_generator, sliders.build_discriminator
_WAVEGAN = wavegan.build_generator, wavegan.build_discriminator
MODELS = {
    "tiny": Model("spectrogram", TINY, Game(*_PICTURES, SMALL)),
    "small": Model("spectrogram", SMALL, Game(*_PICTURES, SMALL)),
    "medium": Model("spectrogram", MEDIUM, Game(*_PICTURES, MEDIUM)),
    "sliders": Model("sliders", WIDER, Game(*_SLIDERS, WIDER, {}, sliders.SliderGAN)),
    "wavegan": Model("wavegan", MEDIUM, Game(*_WAVEGAN, MEDIUM, WAVES)),
    "wavegan_spectral": Model("wavegan", MEDIUM, Game(*_WAVEGAN, SEEN, WAVES)),
    "mlp": Model("mlp", {}, Game(*_MLP, {}, WAVES)),
    "vae": Model("spectrogram", SMALL | {"latent_dim": 8}, _vae, 32),
    "frame_rnn": Model("frame_rnn", {}, _frame_by_frame, 64),
    "diffusion": Model("diffusion", {}, _diffusion),
    "wavenet": Model("wavenet", ONE_BY_ONE, _sample_by_sample, 4, VOICE),
}


def build(shape, class_counts, model="small", seed=0, slider_count=0):
    """A compiled learner, one of MODELS, for pictures or waveforms of `shape`.

    shape: of one example, see representation_for; class_counts: classes of each condition, () for
    none; slider_count: sliders that a model with sliders is told. Its `sizes` are what builds its
    generator again. Sets Keras's global seed. Raises InputError for an unknown model, and for a
    model with sliders where there are none. Used from lesson 00 on.
    """
    chosen = find(model)
    check_sliders(model, slider_count)
    keras.utils.set_random_seed(seed)
    sizes = {"shape": list(shape), "class_counts": list(class_counts)} | chosen.generator_sizes
    if has_sliders(model):
        sizes["sliders"] = slider_count
    learner = chosen.learner(sizes, seed)
    if learner.optimizer is not None:  # its variables are made now, so that a checkpoint fills them
        learner.optimizer.build(learner.trainable_variables)
    learner.sizes = sizes
    return learner


def representation_for(corpus, model="small"):
    """What a model draws for a corpus: its pictures, or its waveforms for a model of samples."""
    chosen, own = find(model), corpus.representation
    kind, _ = GENERATORS[chosen.builder]
    return own if isinstance(own, kind) else kind(own, **chosen.representation)


def has_sliders(model):
    """Whether a model, a name in MODELS, is told the positions of sliders."""
    return find(model).builder == "sliders"


def check_sliders(model, slider_count):
    """InputError for a model with sliders where a corpus has none."""
    if has_sliders(model) and not slider_count:
        raise InputError(
            f"model {model!r} learns sliders and this corpus has none; use --model small"
        )


def find(name):
    """A Model by name; InputError for an unknown one, with the known ones."""
    if name not in MODELS:
        raise InputError(f"model {name!r} is unknown; use one of {', '.join(MODELS)}")
    return MODELS[name]


def load(source):
    """A single network by the name of shipped weights or from a file.

    source: of one of the kinds in NETWORKS; a generator is loaded by SoundGenerator.load, a judge
    by judging.load_judge. Returns a Keras model. Raises InputError for another kind, an unknown
    name (the known ones are listed) and damaged weights. Used from lesson 08 on.
    """
    config, weights = read_weights(source)
    kind = config.get("kind")
    if kind not in NETWORKS:
        known = [name for name, entry in list_pretrained().items() if entry["kind"] in NETWORKS]
        raise InputError(f"{source}: holds a {kind}, not a single network such as {known}")
    network = NETWORKS[kind](**config["sizes"])
    network.set_weights(weights)
    return network
