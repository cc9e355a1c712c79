"""A trained generator with all it needs to be heard: representation, classes, weights."""

from pathlib import Path

from audiogan_tf.errors import InputError
from audiogan_tf.models.catalogue import GENERATORS
from audiogan_tf.models.layers import draw
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import inverse_all
from audiogan_tf.storage.names import place_of
from audiogan_tf.storage.weights import list_pretrained, read_weights, save_weights

import numpy as np


def save_generator(
    path,
    weights,
    sizes,
    representation,
    conditions,
    about,
    builder,
    sliders=None,
    compressed=True,
):
    """Write a generator's weights and all it needs to be heard to one file.

    weights: list of arrays, of the network that `builder` builds from `sizes`; compressed: as in
    storage.save_weights; the others as in SoundGenerator. Raises InputError as save_weights does.
    """
    config = {
        "kind": "generator",
        "builder": builder,
        "sizes": dict(sizes),
        "representation": representation.get_config(),
        "conditions": {name: list(classes) for name, classes in conditions.items()},
        "about": about,
    }
    if sliders:
        config["sliders"] = {kind: list(names) for kind, names in sliders.items()}
    save_weights(path, config, weights, compressed=compressed)


class SoundGenerator:
    """A generator network, its representation and its classes: from a label to a sound.

    network: as `builder`, a name in GENERATORS, builds it from `sizes`; representation:
    Representation or Waveform; conditions: name -> class names, in the network's order ({} if
    unconditional); about: what is known of its making (corpus, step, score); sliders: class ->
    names of its sliders, {} for a network that is told none. Used from lesson 00 on.
    """

    def __init__(
        self,
        network,
        sizes,
        representation,
        conditions,
        about=None,
        builder="spectrogram",
        sliders=None,
    ):
        self.network, self.sizes, self.representation = network, dict(sizes), representation
        self.conditions, self.about = dict(conditions), dict(about or {})
        self.builder, self.sliders = builder, dict(sliders or {})
        self.latent_dim = network.inputs[0].shape[-1]

    @property
    def classes(self):
        """Class names of the first condition; () if unconditional."""
        return tuple(next(iter(self.conditions.values()), ()))

    def draw_conditions(self, count, label=None, seed=0, **positions):
        """Conditions for `count` clips: the label as asked (or all in turn), the rest random.

        positions: of sliders of that label by name, each in [0, 1], a number or (count,).
        Returns (count, factors) int32; of sliders, the positions in hundredths. Raises InputError
        for an unknown label or slider, and for a position that is not on it.
        """
        if not self.conditions:
            if label is not None:
                raise InputError(f"label {label!r}: this model is unconditional; leave it out")
            return np.zeros((count, 0), "int32")
        rng = np.random.default_rng([seed, 1])
        columns = [rng.integers(len(names), size=count) for names in self.conditions.values()]
        columns[0] = np.arange(count) % len(self.classes)
        if label is not None:
            number = place_of(label, self.classes)
            if number is None:
                known = ", ".join(self.classes)
                raise InputError(f"label {label!r} is unknown to this model; use one of {known}")
            columns[0] = np.full(count, number)
        drawn = np.stack(columns, axis=1).astype("int32")
        return self._with_sliders(drawn, label, positions, rng)

    def _with_sliders(self, drawn, label, positions, rng):
        """Conditions, and behind them the positions of their sliders in hundredths."""
        names = self.sliders.get(self.classes[drawn[0, 0]], ()) if label is not None else ()
        for name, value in positions.items():
            if name not in names:
                known = f"{label} has {', '.join(names)}" if names else "give a label that has one"
                raise InputError(f"slider {name!r} is unknown: {known}")
            if not (np.min(value) >= 0 and np.max(value) <= 1):
                raise InputError(f"slider {name}={value}: a position is a number from 0 to 1")
        if not self.sliders:
            return drawn
        most = max(map(len, self.sliders.values()))
        placed = rng.integers(0, 101, (len(drawn), most), dtype="int32")
        used = np.array([len(self.sliders[kind]) for kind in self.classes])[drawn[:, 0]]
        placed[np.arange(most) >= used[:, None]] = 50  # as where a kind has no such slider
        for name, value in positions.items():
            placed[:, names.index(name)] = np.rint(100 * np.asarray(value, "float64"))
        return np.concatenate([drawn, placed], axis=1)

    def images(self, conditions, seed=0, truncation=1.0):
        """Pictures for given conditions, (count, frames, bins, 1) float32 in [-1, 1].

        A network that draws samples gives those, companded: (count, padded samples, 1).
        """
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((len(conditions), self.latent_dim), "float32")
        return draw(self.network, noise * np.float32(truncation), conditions)

    def sounds(self, conditions, seed=0, truncation=1.0, iterations=60, vocoder=None):
        """Waveforms for given conditions, (count, samples) float32 in [-0.99, 0.99].

        vocoder: a Vocoder that knows these pictures, for magnitudes that were learned; see lesson
        13. Raises InputError for one of other pictures.
        """
        if vocoder and vocoder.representation != self.representation.get_config():
            raise InputError("this vocoder reads other pictures than this generator draws")
        images = self.images(conditions, seed, truncation)
        return audio.limit(inverse_all(images, vocoder or self.representation, iterations))

    def generate(self, count, label=None, seed=0):
        """`count` new sounds, of one label or of all in turn.

        Returns waveforms (count, samples) float32 in [-0.99, 0.99] and conditions
        (count, factors) int32. Same seed, same sounds.
        """
        conditions = self.draw_conditions(count, label, seed)
        return self.sounds(conditions, seed), conditions

    def save(self, path):
        """Write network, representation and classes to one file; see save_generator."""
        about = self.sizes, self.representation, self.conditions, self.about, self.builder
        save_generator(path, self.network.get_weights(), *about, self.sliders)

    @classmethod
    def load(cls, source):
        """From the name of shipped weights, a run's folder, or a saved file.

        A run's folder gives its best state, or its last if none was scored yet. Raises
        InputError for an unknown name (the known ones are listed) and for damaged weights.
        """
        folder = Path(source)
        if folder.is_dir():
            states = [folder / name for name in ("best.npz", "last.npz")]
            source = next((state for state in states if state.exists()), None)
            if source is None:
                raise InputError(
                    f"{folder}: no best.npz here; give the folder that `train --out` wrote, or one "
                    f"of {', '.join(list_pretrained())}"
                )
        config, weights = read_weights(source, "generator")
        builder = config.get("builder", "spectrogram")
        if builder not in GENERATORS:
            raise InputError(
                f"{source}: its network {builder!r} is unknown here; use a newer version of the kit"
            )
        kind, build = GENERATORS[builder]
        network = build(**config["sizes"])
        try:
            network.set_weights(weights)
        except ValueError as error:
            raise InputError(f"{source}: weights do not fit the network ({error})") from None
        representation = kind.from_config(config["representation"])
        conditions = {name: tuple(names) for name, names in config["conditions"].items()}
        about = config["about"], builder, config.get("sliders")
        return cls(network, config["sizes"], representation, conditions, *about)
