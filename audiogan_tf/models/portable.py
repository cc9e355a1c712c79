"""Trained networks in a form that other programs can run: plain inputs, plain outputs.

A file of ONNX or LiteRT holds no Python, no complex numbers and no random draws. So what is random
becomes an input, what a stream remembers becomes an input and an output, and the few layers that
these formats lack are written in others. Each is tested to give what the kit's own network gives.
"""

from pathlib import Path
from typing import NamedTuple

from audiogan_tf.errors import InputError
from audiogan_tf.models.enhancement import HOP, LOOK_AHEAD
from audiogan_tf.models.enhancer import Enhancer
from audiogan_tf.models.frame_rnn import share_below
from audiogan_tf.models.layers import PostFilter, model_of
from audiogan_tf.models.real_enhancer import EnhancerStep
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.models.vocoder import Vocoder
from audiogan_tf.models.wavenet import HOP as MOMENT
from audiogan_tf.sound.representation import Waveform
from audiogan_tf.storage.weights import list_pretrained, read_weights
from audiogan_tf.synth.effects import slider_ranges

import keras
from keras import layers, ops

KINDS = ("generator", "vocoder", "enhancer")  # of the files that can be exported


class Portable(NamedTuple):
    """A network to be written to a file, and what a program must know to use it."""

    model: keras.Model  # its inputs have names; a batch and a time of any length are None
    outputs: tuple  # names, in order
    kind: str  # pictures, waveforms, samples, magnitudes or stream: what it gives
    about: dict  # JSON-able: sample_rate, representation, conditions, ...


def portable(source):
    """The Portable of a shipped generator, vocoder or enhancer, of a file, or of a run's folder.

    Raises InputError for an unknown name, another kind of network and damaged weights. Used in
    lesson 17.
    """
    if Path(source).is_dir():
        return _of_generator(SoundGenerator.load(source))
    kind = read_weights(source)[0].get("kind")
    if kind not in KINDS:
        known = [name for name, entry in list_pretrained().items() if entry["kind"] in KINDS]
        raise InputError(f"{source}: holds a {kind}; what can be exported is {', '.join(known)}")
    if kind == "vocoder":
        return _of_vocoder(Vocoder.load(source))
    if kind == "enhancer":
        return _of_enhancer(Enhancer.load(source))
    return _of_generator(SoundGenerator.load(source))


def described(representation):
    """A representation's config, and in numbers what a picture's 0 and 1 stand for.

    Level in dB = picture * spread + centre. Of samples, the companding that must be undone.
    """
    if isinstance(representation, Waveform):
        return {"companding": representation.companding, "samples": representation.samples}
    config = representation.get_config()
    centre, spread = representation.centre_and_spread()
    per_bin = representation.bin_centre is not None
    config = {name: value for name, value in config.items() if not name.startswith("bin_")}
    levels = [value.tolist() if per_bin else value for value in (centre, spread)]
    return config | {"centre": levels[0], "spread": levels[1]}


def _of_generator(generator):
    """Noise and labels to pictures or companded waveforms; a WaveNet's next sample."""
    representation = generator.representation
    about = {
        "sample_rate": representation.sample_rate,
        "latent_dim": generator.latent_dim,
        "conditions": {name: list(names) for name, names in generator.conditions.items()},
        "representation": described(representation),
        "made": generator.about,
    }
    sliders = getattr(generator, "sliders", None)
    if sliders:  # their positions, in hundredths, stand behind the label
        about["sliders"] = {name: list(names) for name, names in sliders.items()}
        if generator.about.get("corpus") == "effects":
            about["factors"] = slider_ranges()
    if generator.builder == "wavenet":
        return _of_wavenet(generator.network.layers[-1].network, about)
    network = _in_plain_operations(generator.network)
    kind = "waveforms" if isinstance(representation, Waveform) else "pictures"
    return Portable(network, (kind,), kind, about)


def _in_plain_operations(network):
    """A copy of a network whose every operation ONNX and LiteRT have."""
    copy = keras.models.clone_model(network, clone_function=_plainer)
    copy.set_weights(network.get_weights())
    return copy


def _plainer(layer):
    """A layer's copy with the same computation in plainer operations, or the layer's own copy."""
    if isinstance(layer, PostFilter):
        return PlainPostFilter(layer.taps, name=layer.name)
    if hasattr(layer, "network"):  # its config does not hold it, and it has its weights already
        return layer
    copy = layer.__class__.from_config(layer.get_config())
    if getattr(layer, "activation", None) is keras.activations.gelu:
        copy.activation = _plain_gelu
    return copy


@keras.saving.register_keras_serializable("audiogan_tf")
def _plain_gelu(x):
    """keras.activations.gelu without the error function, equal to 1e-6."""
    return x * share_below(x)


@keras.saving.register_keras_serializable("audiogan_tf")
class PlainPostFilter(PostFilter):
    """PostFilter by a convolution, as ONNX and LiteRT lack an FFT of this length."""

    def call(self, waveforms):
        return ops.conv(waveforms, ops.flip(self.kernel)[:, None, None], padding="same")


@keras.saving.register_keras_serializable("audiogan_tf")
class Magnitudes(layers.Layer):
    """Magnitudes (batch, frames, bins) from a Vocoder's back-projection and its correction."""

    def __init__(self, vocoder, **kwargs):
        super().__init__(**kwargs)
        # functions: the vocoder's network is not this layer's
        self.logs, self.magnitudes_of = vocoder.logs, vocoder.magnitudes_of

    def call(self, given):
        pictures, correction = given
        return self.magnitudes_of(pictures, self.logs(pictures) + correction)

    def compute_output_shape(self, shapes):
        return shapes[1]


def _of_vocoder(vocoder):
    pictures, bands = vocoder.pictures, vocoder.pictures.bins
    given = keras.Input([None, bands, 1], name="pictures")
    correction = _in_plain_operations(vocoder.network)(layers.Reshape([-1, bands])(given))
    model = keras.Model(given, Magnitudes(vocoder)([given, correction]), name="vocoder")
    about = {"sample_rate": pictures.sample_rate, "representation": described(pictures)}
    return Portable(model, ("magnitudes",), "magnitudes", about)


@keras.saving.register_keras_serializable("audiogan_tf")
class NextSample(layers.Layer):
    """A WaveNet's next sample: how likely each code is after the one before, and the new past.

    Call: [previous, place, past] and labels, if it takes any. previous, place: (batch, 1) int32,
    the code before and the sample's number; past: (batch, sum of dilations, channels) float32,
    what each layer heard last, zeros at first. Paine et al. (2016).
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def call(self, given):
        previous, place, past, *labels = given
        network, labels = self.network, labels[0] if labels else previous[:, :0]
        start = place[:, 0] // MOMENT
        condition = network.conditions(labels, start=start, moments=1)[:, 0]
        features, skipped, after, begin = network.heard(previous[:, 0]), 0.0, [], 0
        for layer in network.stack:
            queue = past[:, begin : begin + layer.dilation]
            after += [queue[:, 1:], features[:, None]]
            features, skip = layer.mix(features, queue[:, 0], layer.told(condition))
            skipped, begin = skipped + skip, begin + layer.dilation
        hidden, logits = network.head
        return logits(hidden(ops.relu(skipped))), ops.concatenate(after, axis=1)

    def compute_output_shape(self, shapes):
        return (shapes[0][0], self.network.head[1].units), shapes[2]


def _of_wavenet(network, about):
    size = [sum(network.dilations), network.channels]
    given = [keras.Input([1], dtype="int32", name=name) for name in ("previous", "place")]
    given.append(keras.Input(size, name="past"))
    if network.class_counts:
        given.append(keras.Input([len(network.class_counts)], dtype="int32", name="labels"))
    model = model_of(given, list(NextSample(network)(given)), "wavenet")
    about = about | {"temperature": network.temperature, "silence": 256}
    del about["latent_dim"]
    return Portable(model, ("logits", "past"), "samples", about)


def _of_enhancer(enhancer):
    step = EnhancerStep(enhancer.network)
    given = [keras.Input([None], batch_size=1, name="sound")]
    for name, shape in step.state_shapes().items():
        given.append(keras.Input(shape[1:], batch_size=1, name=name))
    model = keras.Model(given, list(step(given)), name="enhancer")
    outputs = ("sound", *step.state_shapes())
    about = {"sample_rate": enhancer.sample_rate, "hop": HOP, "late": LOOK_AHEAD - HOP}
    return Portable(model, outputs, "stream", about)
