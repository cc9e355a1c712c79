"""Train a network of lesson 16 as its recipe says and put it among the shipped weights.

    python scripts/ship_editing.py NAME [--runs DIR] [--dry]
A stopped training goes on from the checkpoint in its folder below DIR. With --dry the weights stay
there, and what is shipped stays as it is. All but separator_band need all of `kathleen` in
$AUDIOGAN_DATA, separator_voice `librispeech_speakers` and all of `noises` and `rooms` as well.
"""

import argparse
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf import models, training
from audiogan_tf.models import enhancement, gap_filling, layering, separation
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.weights import register

import keras

MINUTES = "minutes.txt"
BAND, VOICE = 700, 900  # steps of the separators
GAPS, LAST = 2000, 500  # steps of both gap fillers together, and of each after that
OPINION = 0.05  # weight of the discriminator's
VALIDATION, PERIOD = 10, 20  # sentences whose number ends so are for choices, not for training


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("name", choices=RECIPES)
    arguments.add_argument("--runs", type=Path, default=Path("runs/editing"))
    arguments.add_argument("--dry", action="store_true", help="register nothing")
    options = arguments.parse_args()
    keras.utils.set_random_seed(0)
    kind, corpus_name, recipe = RECIPES[options.name]
    corpus = audiogan_tf.load_corpus(corpus_name)
    made, steps, stages = recipe(corpus, options.runs)
    folder = options.runs if options.dry else pretrained_folder()
    path = folder / f"{options.name}.npz"
    made.save(path)
    minutes = sum(float((options.runs / stage / MINUTES).read_text()) for stage in stages)
    about = {"kind": kind, "corpus": corpus_name, "corpus_digest": corpus.digest, "seed": 0}
    about |= {"metrics": {"steps": steps}}
    about |= {"cpu_minutes": round(minutes, 1)}
    about |= {"command": f"python scripts/ship_editing.py {options.name}"}
    print(about)
    if not options.dry:
        register(options.name, path.name, **about)


def taught(learner, draw, steps, folder):
    """A learner trained to so many steps; the folder counts its CPU minutes, stops or none."""
    path = folder / MINUTES
    spent = float(path.read_text()) if path.exists() else 0.0
    began = time.process_time()

    def report(line):
        print(line, flush=True)
        path.write_text(f"{spent + (time.process_time() - began) / 60:.3f}")

    return training.train_to(learner, draw, steps, folder, every=100, report=report)


def band(notes, runs):
    """Notes and drums apart."""
    drums = audiogan_tf.load_corpus("drums").train.audio
    sizes = {"views": 1, "channels": 96, "blocks": 6}
    learner = separation.SeparationLearner(separation.build_network(**sizes))
    learner.compile(enhancement.default_optimizer(BAND))

    def draw(rng):
        return layering.band_batch(notes.train.audio, drums, rng)

    taught(learner, draw, BAND, runs / "separator_band")
    made = separation.Separator(learner.player(), ("notes", "drums"), sizes)
    return made, BAND, ["separator_band"]


def voice(mixtures, runs):
    """Kathleen and what is heard beside her, noise or music; the shipped enhancer is asked."""
    sources = mixtures.train.sources()
    spoken = zip(sources.speech, sources.speakers, strict=True)
    voices = [wave for wave, speaker in spoken if speaker == "kathleen"]
    notes = audiogan_tf.load_corpus("notes").train.audio
    enhancer = models.Enhancer.load("enhancer").network
    sizes = {"views": 2, "channels": 128, "blocks": 6}
    learner = separation.SeparationLearner(separation.build_network(**sizes), enhancer)
    learner.compile(enhancement.default_optimizer(VOICE))

    def draw(rng):
        return layering.voice_batch(voices, sources, notes, rng)

    taught(learner, draw, VOICE, runs / "separator_voice")
    names = "voice", "the rest"
    made = separation.Separator(learner.player(), names, sizes, enhancer)
    return made, VOICE, ["separator_voice"]


def gap_regression(corpus, runs):
    """The first stage of both gap fillers, no adversary; and what draws their examples."""
    paths = enumerate(corpus.train.paths)
    places = [i for i, path in paths if int(path.stem[-4:]) % PERIOD != VALIDATION]
    voices = [corpus.train.load(i) for i in places]
    learner = gap_filling.GapLearner(gap_filling.build_network(**GAP_SIZES))
    learner.compile(enhancement.default_optimizer(GAPS))

    def draw(rng):
        return gap_filling.gap_batch(voices, rng)

    taught(learner, draw, GAPS, runs / "gap_regression")
    return learner, draw


def gap_stage(opinion, name):
    """A gap filler that goes on from the first stage, with or without an adversary."""

    def recipe(corpus, runs):
        first, draw = gap_regression(corpus, runs)
        network = gap_filling.build_network(**GAP_SIZES)
        network.set_weights(first.player().get_weights())
        judge = enhancement.build_discriminator() if opinion else None
        learner = gap_filling.GapLearner(network, judge, adversarial_weight=opinion)
        learner.compile(enhancement.default_optimizer(LAST, 5e-4))
        taught(learner, draw, LAST, runs / name)
        made = gap_filling.GapFiller(learner.player(), GAP_SIZES)
        return made, GAPS + LAST, ["gap_regression", name]

    return recipe


GAP_SIZES = {"channels": 96, "blocks": 6}
RECIPES = {  # name: kind of its file, corpus, and what trains it
    "separator_band": (separation.KIND, "notes", band),
    "separator_voice": (separation.KIND, "mixtures", voice),
    "gap_filler": (gap_filling.KIND, "kathleen", gap_stage(0.0, "gap_filler")),
    "gap_filler_adversarial": (
        gap_filling.KIND,
        "kathleen",
        gap_stage(OPINION, "gap_filler_adversarial"),
    ),
}

if __name__ == "__main__":
    main()
