"""A trained generator with all it needs to be heard: representation, classes, weights."""

import json
from pathlib import Path

from audiogan_tf import audio, models, pretrained, recurrent, waveform_models, wavenet
from audiogan_tf.errors import InputError
from audiogan_tf.files import atomic_path
from audiogan_tf.gan import draw
from audiogan_tf.pipeline import inverse_all
from audiogan_tf.representation import Representation
from audiogan_tf.waveform import Waveform

import numpy as np

GENERATORS = {  # builder: what it draws, and the function that builds its network
    "spectrogram": (Representation, models.build_generator),
    "wavegan": (Waveform, waveform_models.build_generator),
    "mlp": (Waveform, waveform_models.build_mlp_generator),
    "wavenet": (Waveform, wavenet.build_generator),
    "frame_rnn": (Representation, recurrent.build_frame_generator),
}


class SoundGenerator:
    """A generator network, its representation and its classes: from a label to a sound.

    network: as `builder`, a name in GENERATORS, builds it from `sizes`; representation:
    Representation or Waveform; conditions: name -> class names, in the network's order ({} if
    unconditional); about: what is known of its making (corpus, step, score). Used from lesson
    00 on.
    """

    def __init__(
        self, network, sizes, representation, conditions, about=None, builder="spectrogram"
    ):
        self.network, self.sizes, self.representation = network, dict(sizes), representation
        self.conditions, self.about = dict(conditions), dict(about or {})
        self.builder = builder
        self.latent_dim = network.inputs[0].shape[-1]

    @property
    def classes(self):
        """Class names of the first condition; () if unconditional."""
        return tuple(next(iter(self.conditions.values()), ()))

    def draw_conditions(self, count, label=None, seed=0):
        """Conditions for `count` clips: the label as asked (or all in turn), the rest random.

        Returns (count, factors) int32. Raises InputError for an unknown label.
        """
        if not self.conditions:
            if label is not None:
                raise InputError(f"label {label!r}: this model is unconditional; leave it out")
            return np.zeros((count, 0), "int32")
        rng = np.random.default_rng([seed, 1])
        columns = [rng.integers(len(names), size=count) for names in self.conditions.values()]
        columns[0] = np.arange(count) % len(self.classes)
        if label is not None:
            if str(label) not in self.classes:
                known = ", ".join(self.classes)
                raise InputError(f"label {label!r} is unknown to this model; use one of {known}")
            columns[0] = np.full(count, self.classes.index(str(label)))
        return np.stack(columns, axis=1).astype("int32")

    def images(self, conditions, seed=0, truncation=1.0):
        """Pictures for given conditions, (count, frames, bins, 1) float32 in [-1, 1].

        A network that draws samples gives those, companded: (count, padded samples, 1).
        """
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((len(conditions), self.latent_dim), "float32")
        inputs = [noise * np.float32(truncation)]
        return draw(self.network, inputs + ([conditions] if self.conditions else []))

    def sounds(self, conditions, seed=0, truncation=1.0, iterations=60):
        """Waveforms for given conditions, (count, samples) float32 in [-0.99, 0.99]."""
        images = self.images(conditions, seed, truncation)
        return audio.limit(inverse_all(images, self.representation, iterations))

    def generate(self, count, label=None, seed=0):
        """`count` new sounds, of one label or of all in turn.

        Returns waveforms (count, samples) float32 in [-0.99, 0.99] and conditions
        (count, factors) int32. Same seed, same sounds.
        """
        conditions = self.draw_conditions(count, label, seed)
        return self.sounds(conditions, seed), conditions

    def save(self, path):
        """Write network, representation and classes to one file (pretrained.save)."""
        config = {
            "kind": "generator",
            "builder": self.builder,
            "sizes": self.sizes,
            "representation": self.representation.get_config(),
            "conditions": {name: list(classes) for name, classes in self.conditions.items()},
            "about": self.about,
        }
        pretrained.save(path, config, self.network.get_weights())

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
                    f"of {', '.join(pretrained.list_pretrained())}"
                )
        config, weights = pretrained.read(source)
        if config.get("kind") != "generator":
            raise InputError(f"{source}: holds a {config.get('kind')}, not a generator")
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
        return cls(network, config["sizes"], representation, conditions, config["about"], builder)


def save_sounds(folder, waveforms, labels, sample_rate):
    """Write one WAV file a clip and labels.csv (`file,label`) into a new or empty folder.

    waveforms: (count, samples) in [-1, 1]; labels: (count,) names, "" when there are none.
    Raises InputError if the folder holds something else.
    """
    import csv

    folder = new_folder(folder)
    names = [f"sound_{i:04d}.wav" for i in range(len(waveforms))]
    for name, waveform in zip(names, waveforms, strict=True):
        audio.save(folder / name, waveform, sample_rate)
    text = {"newline": "", "encoding": "utf-8", "errors": "surrogateescape"}
    with atomic_path(folder / "labels.csv") as temporary, open(temporary, "w", **text) as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label"])
        writer.writerows(zip(names, labels, strict=True))
    return [folder / name for name in names]


def read_sounds(folder, representation):
    """Read what save_sounds, or anyone, wrote: sounds and their labels.

    folder: WAV files and, if there, labels.csv. Sounds are resampled and padded or cut to the
    representation's length. Returns (count, samples) float32 and a list of labels ("" if none).
    Raises InputError for a missing or empty folder, an unreadable file or a row without a file.
    """
    import csv

    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that `generate --out` wrote")
    table = folder / "labels.csv"
    if table.exists():
        with open(table, newline="", encoding="utf-8", errors="surrogateescape") as file:
            reader = csv.DictReader(file)
            if not {"file", "label"} <= set(reader.fieldnames or ()):
                raise InputError(f"{table}: its first line must be file,label; mend or remove it")
            rows = [(folder / row["file"], row["label"] or "") for row in reader]
    else:
        rows = [(path, "") for path in audio.find_sounds(folder)]
    if not rows:
        raise InputError(f"{folder}: no sound files here; run `generate --out {folder}` first")
    rate, samples = representation.sample_rate, representation.samples
    sounds = [audio.fix_length(audio.load(path, rate)[0], samples) for path, _ in rows]
    return np.stack(sounds), [label for _, label in rows]


def new_folder(folder):
    """Make a folder, or accept an empty one; InputError if it is in use or a file."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: this is a file; give a folder for the output")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder}: not empty; choose another folder so that nothing is lost")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); choose another") from None
    return folder


def read_run_config(folder):
    """The settings a run was started with (run.json), or InputError if it is no run."""
    path = Path(folder) / "run.json"
    if not path.exists():
        raise InputError(f"{folder}: no run.json here; give the folder that `train --out` wrote")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        if not {"corpus_digest", "model", "seed"} <= set(config):
            raise ValueError("settings are missing")
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); start again in another folder") from None
    return config
