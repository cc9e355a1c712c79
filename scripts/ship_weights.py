"""Train a generator as its recipe says and put it among the shipped weights, with its scores.

    python scripts/ship_weights.py NAME [--run FOLDER]
NAME is one of RECIPES; FOLDER, an earlier run of the same recipe, saves training again.
"""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora import CORPORA
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.judging.fidelity import snr_over_mean
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.judging.sliders import obeyed
from audiogan_tf.models import catalogue, vae
from audiogan_tf.sound.representation import forward_all
from audiogan_tf.storage import checkpoints
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.recipes import current
from audiogan_tf.storage.weights import register, save_weights

import numpy as np

RECIPES = {  # name: (corpus, steps), or (corpus, steps, model)
    "drums_minute": ("drums", 1500),
    "drums_long": ("drums", 8000),
    "drums_wavegan": ("drums", 5000, "wavegan"),
    "drums_wavegan_spectral": ("drums", 20000, "wavegan_spectral"),
    "fsdd_minute": ("fsdd", 1500),
    "fsdd_long": ("fsdd", 25000),
    "digits_long": ("digits", 16000),
    "notes_long": ("notes", 6000),
    "instruments_long": ("instruments", 3000, "tiny"),
    "effects_long": ("effects", 30000, "sliders"),
    "notes_vae": ("notes", 3600, "vae"),
    "digits_wavenet": ("digits", 48000, "wavenet"),
    "drums_diffusion": ("drums", 1500, "diffusion"),
    "command_words_long": ("command_words", 60000),  # a folder, looked up in AUDIOGAN_DATA
}
DISCRIMINATORS = {"digits_long": "digits_discriminator"}  # shipped with it; see lesson 08
ENCODERS = {"notes_vae": "notes_vae_encoder"}  # shipped with it; see lesson 09
CLIPS = 600  # generated to be scored
FIGURES = {  # metric's name in a report: key in the index
    "accuracy": "accuracy",
    "Frechet distance": "frechet_distance",
    "Inception Score": "inception_score",
    "cells": "cells",
    "nearest-neighbour ratio": "nearest_neighbour_ratio",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name", choices=RECIPES)
    arguments.add_argument("--run", type=Path)
    options = arguments.parse_args()
    corpus, steps, *model = RECIPES[options.name]
    command = f"python -m audiogan_tf train --corpus {corpus}"
    command += "".join(f" --model {name}" for name in model)
    command += f" --seed 0 --steps {steps} --out RUN"
    run = options.run or Path("runs") / options.name
    if options.run is None:
        _train(command, run)
    source = audiogan_tf.SoundGenerator.load(run / "last.npz")
    if source.about["step"] != steps:
        sys.exit(f"{run}: holds step {source.about['step']}, the recipe says {steps}")
    if source.sizes.get("latent_size"):
        _fit_latent(source, corpus)
        command = f"python scripts/ship_weights.py {options.name}"
    sounds, conditions = source.generate(CLIPS, seed=1)
    known, digest = _known(corpus)
    report = evaluate(sounds, known, conditions[:, : len(source.conditions)])
    print(report)
    pretrained_folder().mkdir(parents=True, exist_ok=True)
    source.about["corpus"] = corpus  # a folder's is a path of this machine
    source.save(pretrained_folder() / f"{options.name}.npz")
    about = {
        "corpus": corpus,
        "command": command,
        "seed": 0,
        "cpu_minutes": float((run / "cpu_minutes.txt").read_text()),
        "corpus_digest": digest,
    }
    file, metrics = f"{options.name}.npz", _figures(report)
    if source.sliders:
        metrics |= _sliders_obeyed(source, sounds, conditions)
    register(options.name, file, kind="generator", metrics=metrics, **about)
    if options.name in DISCRIMINATORS:
        _ship_discriminator(run, source, DISCRIMINATORS[options.name], about)
    if options.name in ENCODERS:
        _ship_encoder(run, source, ENCODERS[options.name], about)


def _fit_latent(source, corpus):
    """Measure where the latents of the training clips of each class lie, for those of new clips."""
    clips, network = audiogan_tf.load_corpus(corpus).train, source.network.layers[-1].network
    network.fit_latent(forward_all(clips.audio, source.representation), clips.conditions)


def _known(name):
    """What sounds of a corpus are scored against, and its digest.

    Of a corpus with a shipped judge its name says enough; a folder is loaded for the judge that
    learned from it.
    """
    if name in CORPORA:
        return name, current(judge_for(name).reference.digest)
    corpus = audiogan_tf.load_corpus(name)
    return corpus, corpus.digest


def _train(command, run):
    """Run the command in a process of its own and note the CPU time it took beside the run."""
    words = [sys.executable, *command.split()[1:-1], str(run)]
    subprocess.run(words, check=True, env=os.environ)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    minutes = (used.ru_utime + used.ru_stime) / 60
    (run / "cpu_minutes.txt").write_text(f"{minutes:.1f}\n")


def _ship_discriminator(run, generator, name, about):
    """Keep the discriminator that played against a generator, and how often it is right."""
    corpus, model = audiogan_tf.load_corpus(about["corpus"]), "small"
    shape, counts = generator.representation.shape, corpus.class_counts
    gan = catalogue.build(shape, counts, model)
    checkpoints.restore(run / "checkpoint.npz", gan)
    sizes = {"shape": list(shape), "class_counts": list(counts)}
    sizes |= catalogue.find(model).learner.discriminator_sizes
    config = {"kind": "discriminator", "sizes": sizes}
    path = pretrained_folder() / f"{name}.npz"
    save_weights(path, config, gan.discriminator.get_weights())
    labels = corpus.test.conditions
    clips = corpus.test.take(range(len(labels)))
    pictures = np.asarray(generator.representation.forward(clips))
    real = gan.discriminator([pictures, labels])
    fake = gan.discriminator([generator.images(labels, seed=1), labels])
    metrics = {"held_out_called_real": round(float(np.mean(real > 0)), 4)}
    metrics["generated_called_generated"] = round(float(np.mean(fake < 0)), 4)
    register(name, path.name, kind="discriminator", metrics=metrics, **about)


def _ship_encoder(run, decoder, name, about):
    """Keep the encoder that was trained with a decoder, and how well the two draw again."""
    corpus = audiogan_tf.load_corpus(about["corpus"])
    shape = decoder.representation.shape
    learner = catalogue.build(shape, corpus.class_counts, "vae")
    checkpoints.restore(run / "checkpoint.npz", learner)
    path = pretrained_folder() / f"{name}.npz"
    config = {"kind": "encoder", "sizes": learner.sizes}
    save_weights(path, config, learner.encoder.get_weights())
    shipped = vae.VAE(catalogue.load(path), decoder.network)
    train, held = (
        forward_all(side.take(range(len(side))), decoder.representation)
        for side in (corpus.train, corpus.test)
    )
    again = shipped.reconstruct(held, corpus.test.conditions)
    snr = snr_over_mean(held, again, train.mean(axis=0))
    nats = np.mean(vae.kl_divergence(*shipped.encode(held, corpus.test.conditions)))
    metrics = {"snr_over_mean_db": round(snr, 2), "kl_nats": round(float(nats), 2)}
    register(name, path.name, kind="encoder", metrics=metrics, **about)


def _sliders_obeyed(source, sounds, conditions):
    """How well sliders are obeyed: the mean and the least of all rank correlations."""
    found = {}
    for label, kind in enumerate(source.classes):
        own = conditions[:, 0] == label
        positions = conditions[own][:, len(source.conditions) :]
        about = obeyed(kind, positions, sounds[own], source.representation.sample_rate)
        found |= {(kind, slider): share for slider, share in about.items()}
    print(*(f"{' '.join(name)}: {share:.3f}" for name, share in found.items()), sep="\n")
    shares = np.array(list(found.values()))
    return {"sliders_obeyed": round(shares.mean(), 3), "least_obeyed": round(shares.min(), 3)}


def _figures(report):
    """The rows worth a line in the index: name -> value, and real_NAME -> real floor."""
    found = {}
    for row in report.rows:
        for part, key in FIGURES.items():
            if part in row.metric:
                words = row.metric.split()
                name = f"{words[0]}_{key}" if part == "accuracy" else key
                found[name], found[f"real_{name}"] = round(row.value, 4), round(row.real_floor, 4)
    return found


if __name__ == "__main__":
    main()
