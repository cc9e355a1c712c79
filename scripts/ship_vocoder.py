"""Train a vocoder on the clips of a corpus and put it among the shipped weights.

    python scripts/ship_vocoder.py NAME [--out FILE]
NAME is one of RECIPES. With --out the weights go there, and what is shipped stays as it is.
"""

import argparse
import resource
from pathlib import Path

import audiogan_tf
from audiogan_tf.models.vocoder import Vocoder, default_optimizer
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.weights import register

import keras

RECIPES = {  # name: (corpus, steps)
    "drums_vocoder": ("drums", 4000),
    "notes_vocoder": ("notes", 4000),
    "digits_vocoder": ("digits", 4000),
}
SIZES = {"channels": 96, "blocks": 4}
BATCH = 16


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("name", choices=RECIPES)
    arguments.add_argument("--out", type=Path)
    options = arguments.parse_args()
    keras.utils.set_random_seed(0)
    corpus_name, steps = RECIPES[options.name]
    corpus = audiogan_tf.load_corpus(corpus_name)
    learner = Vocoder(corpus.representation, **SIZES, whole=True)
    learner.compile(default_optimizer(steps))
    clips = corpus.train.audio
    epochs = -(-steps * BATCH // len(clips))
    history = learner.fit(clips, batch_size=BATCH, epochs=epochs, verbose=2).history
    path = options.out or pretrained_folder() / f"{options.name}.npz"
    learner.save(path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    about = {"kind": "vocoder", "corpus": corpus_name, "corpus_digest": corpus.digest, "seed": 0}
    about |= {"metrics": {"steps": learner.step, "loss": round(history["logs"][-1], 4)}}
    about |= {"cpu_minutes": round((used.ru_utime + used.ru_stime) / 60, 1)}
    about |= {"command": f"python scripts/ship_vocoder.py {options.name}"}
    print(about)
    if options.out is None:
        register(options.name, path.name, **about)


if __name__ == "__main__":
    main()
