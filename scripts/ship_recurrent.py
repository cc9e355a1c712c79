"""Train a recurrent network as its recipe says and put it among the shipped weights.

    python scripts/ship_recurrent.py NAME [--out FILE] [--epochs N] [--temperature T]
NAME: melody_rnn, melody_gru, frame_rnn or frame_rnn_latent.
With --out the weights and scores go there, and what is shipped stays as it is. The other two
take the place of the recipe's, the temperature for frames only.
"""

import argparse
import resource
from pathlib import Path

import audiogan_tf
from audiogan_tf.corpora import melodies
from audiogan_tf.judging.evaluation import evaluate
from audiogan_tf.models import catalogue, frame_rnn, symbol_rnn
from audiogan_tf.sound.representation import forward_all
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.weights import register, save_weights
from audiogan_tf.synth import melodies as tunes

import keras
import numpy as np

RECIPES = {  # name: (epochs, highest learning rate)
    "melody_rnn": (36, 3e-3),
    "melody_gru": (36, 3e-3),
    "frame_rnn": (30, 2e-3),
    "frame_rnn_latent": (60, 2e-3),
}
LOOK_BACK = {"melody_rnn": 64, "melody_gru": 0}  # tokens; more than any tune has, and none
FRAMES = {  # other arguments of a FrameRNN
    "frame_rnn": {},
    "frame_rnn_latent": {"latent_size": 16, "temperature": 0.5},
}
BATCH = 64
CLIPS = 600  # generated to be scored


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name", choices=RECIPES)
    arguments.add_argument("--out", type=Path)
    arguments.add_argument("--epochs", type=int)
    arguments.add_argument("--temperature", type=float)
    options = arguments.parse_args()
    if options.out is None and (options.epochs or options.temperature):
        arguments.error("what is shipped is made as its recipe says; give --out FILE as well")
    keras.utils.set_random_seed(0)
    path = options.out or pretrained_folder() / f"{options.name}.npz"
    epochs, rate = RECIPES[options.name]
    recipe = options.epochs or epochs, rate
    if options.name in FRAMES:
        heat = {"temperature": options.temperature} if options.temperature else {}
        about = ship_frames(path, FRAMES[options.name] | heat, *recipe)
    else:
        about = ship_melodies(path, LOOK_BACK[options.name], *recipe)
    used = resource.getrusage(resource.RUSAGE_SELF)
    about["cpu_minutes"] = round((used.ru_utime + used.ru_stime) / 60, 1)
    about["command"] = f"python scripts/ship_recurrent.py {options.name}"
    print(about)
    if options.out is None:
        register(options.name, path.name, seed=0, **about)


def optimizer(clips, epochs, rate):
    """Adam whose rate sinks to zero by the last step; gradients are clipped (Pascanu, 2013)."""
    rate = keras.optimizers.schedules.CosineDecay(rate, -(-clips // BATCH) * epochs)
    return keras.optimizers.Adam(rate, global_clipnorm=1.0)


def ship_melodies(path, look_back, epochs, rate):
    """Train a network of symbols; returns its entry in the index."""
    corpus = melodies.load_melodies()
    sizes = {"vocabulary": tunes.VOCABULARY, "look_back": look_back}
    network = symbol_rnn.SymbolRNN(**sizes)
    network.compile(optimizer(len(corpus.train), epochs, rate), symbol_rnn.next_token_loss())
    pairs, held_out = ((side[:, :-1], side[:, 1:]) for side in (corpus.train, corpus.test))
    history = network.fit(
        *pairs, batch_size=BATCH, epochs=epochs, validation_data=held_out, verbose=2
    )
    about = {"corpus": "melodies", "epochs": epochs, "seed": 0}
    config = {"kind": "symbols", "sizes": sizes, "about": about}
    save_weights(path, config, network.get_weights())
    real = [tunes.decode(row) for row in corpus.train]
    keys = np.tile([tunes.key_token(key) for key in tunes.KEYS], 50)[:, None]  # (1200, 1)
    network = catalogue.load(path)  # rounded to float16
    metrics = {"held_out_loss": round(history.history["val_loss"][-1], 4)}
    for name, heat in (("", 1.0), ("cooler_", 0.75)):
        drawn = network.generate(keys, melodies.LENGTH, seed=1, temperature=heat)
        metrics |= kept(name, [tunes.decode(row) for row in drawn])
    metrics |= kept("real_", real)
    about = {"kind": "symbols", "metrics": metrics, "corpus": "melodies"}
    return about | {"corpus_digest": corpus.digest}


def kept(name, some):
    """How many of some tunes keep three rules, as entries of the index."""
    rules = {"right_bars": tunes.share_right, "home": tunes.share_home}
    rules["returning"] = tunes.share_returning
    return {name + rule: round(share(some), 4) for rule, share in rules.items()}


def ship_frames(path, sizes, epochs, rate):
    """Train a network of frames on drums; returns its entry in the index."""
    corpus = audiogan_tf.load_corpus("drums")
    representation = corpus.representation
    pictures = forward_all(corpus.train.audio, representation)
    shapes = {"shape": list(representation.shape), "class_counts": list(corpus.class_counts)}
    sizes = shapes | sizes
    network = frame_rnn.FrameRNN(**sizes).adapt(pictures)
    network.compile(optimizer(len(pictures), epochs, rate))
    network.fit([pictures, corpus.train.conditions], batch_size=BATCH, epochs=epochs, verbose=2)
    if network.latent_size:
        network.fit_latent(pictures, corpus.train.conditions)
    generator = frame_rnn.build_generator(**sizes)
    generator.set_weights(network.get_weights())
    about = {"corpus": "drums", "epochs": epochs, "seed": 0}
    source = audiogan_tf.SoundGenerator(
        generator, sizes, representation, corpus.conditions, about, "frame_rnn"
    )
    source.save(path)
    waves, asked = audiogan_tf.SoundGenerator.load(path).generate(CLIPS, seed=1)
    report = evaluate(waves, corpus.name, asked)
    print(report)
    metrics = {}
    for row in report.rows:
        name = row.metric.split(" (")[0].lower().replace(" ", "_").replace("-", "_")
        metrics[name], metrics[f"real_{name}"] = round(row.value, 4), round(row.real_floor, 4)
    about = {"kind": "generator", "corpus": "drums", "corpus_digest": corpus.digest}
    return about | {"metrics": metrics}


if __name__ == "__main__":
    main()
