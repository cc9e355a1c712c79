"""Train a network of lessons 13 to 15 as its recipe says and put it among the shipped weights.

    python scripts/ship_speech.py NAME [--runs DIR] [--dry]
A stopped training goes on from the checkpoint in its folder below DIR. With --dry the weights stay
there, and what is shipped stays as it is. The speech networks need all of `kathleen`, the vocoders
and kathleen_converter `librispeech_speakers` and the enhancers all of `noises` and `rooms` as well,
in $AUDIOGAN_DATA; fsdd_converter needs `fsdd`.
"""

import argparse
import resource
from pathlib import Path

import audiogan_tf
from audiogan_tf import corpora, models, sound, text, training
from audiogan_tf.errors import InputError
from audiogan_tf.models import (
    acoustic,
    aligner,
    alignment,
    content,
    conversion,
    enhancement,
    noising,
    sentence_conversion,
    vocoder,
)
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all
from audiogan_tf.storage.places import data_roots, pretrained_folder
from audiogan_tf.storage.weights import register

import keras
import numpy as np

REGRESSION, GAME, ACOUSTIC, CONVERSION = 8000, 2000, 2500, 9500  # steps
ENHANCEMENT, WIDER = 6500, 4000  # steps of an enhancer's long stages
DEEPER, LAST = 2400, 1000  # of the one with a third stack of blocks; of each of two short ones
MANY, FEW = 32, 8  # examples of an enhancer's step: in the long stages, and in those of LAST steps
LISTENING, TELLING, AGAINST = 2400, 1200, 1500  # steps of the three parts of a sentence converter
ADVERSARY = 0.01  # weight of the discriminators' opinion
OPINION = 0.1  # the same for an enhancer, its gradient is then nearly half of the errors', and
# for a sentence converter
ENVELOPES = {"envelope_weight": 3.0}  # of an enhancer's learner in the stages of LAST steps
WAVES = {"distortion_weight": 1.0}  # of the same, once it has learned for ENHANCEMENT steps
SURER = {"distortion_weight": 2.0}  # and once it is deeper
VALIDATION, PERIOD = 10, 20  # sentences whose number ends so are for choices, not for training
TESTED, CHOICES, FIFTH = (0, 1), 2, 5  # of five speakers, two are for tests and one for choices
FIRST_TAKE = 10  # of fsdd's that a converter learns from
FEWEST = 800  # sentences; a part of them makes no voice


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("name", choices=RECIPES)
    arguments.add_argument("--runs", type=Path, default=Path("runs/speech"))
    arguments.add_argument("--dry", action="store_true", help="register nothing")
    options = arguments.parse_args()
    keras.utils.set_random_seed(0)
    kind, corpus_name, recipe = RECIPES[options.name]
    corpus = audiogan_tf.load_corpus(corpus_name)
    if corpus_name == "kathleen" and len(corpus.train) < FEWEST:
        raise InputError(f"only {len(corpus.train)} sentences are here; $AUDIOGAN_DATA needs all")
    made, steps = recipe(corpus, options.runs)
    folder = options.runs if options.dry else pretrained_folder()
    path = folder / f"{options.name}.npz"
    made.save(path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    about = {"kind": kind, "corpus": corpus_name, "corpus_digest": corpus.digest, "seed": 0}
    about |= {"metrics": {"steps": steps}}
    about |= {"cpu_minutes": round((used.ru_utime + used.ru_stime) / 60, 1)}
    about |= {"command": f"python scripts/ship_speech.py {options.name}"}
    print(about)
    if not options.dry:
        register(options.name, path.name, **about)


def sentences_of(corpus):
    """Places of the training sentences that are not kept for choices."""
    numbers = [int(path.stem[-4:]) for path in corpus.train.paths]
    return [i for i, number in enumerate(numbers) if number % PERIOD != VALIDATION]


def voices(corpus):
    """Recordings to train a vocoder on: Kathleen's twice as often as all other speakers'."""
    own = [audio.peak_normalise(corpus.train.load(i)) for i in sentences_of(corpus)]
    return [own, own, list(strangers())]


def strangers(*more):
    """Recordings of librispeech_speakers that are not kept for tests, nor for `more`."""
    roots = [root / "librispeech_speakers" for root in data_roots()]
    folder = next(root for root in roots if root.is_dir())
    for i, path in enumerate(sorted(folder.glob("*.flac"))):
        if i % FIFTH not in (*TESTED, *more):
            yield audio.peak_normalise(audio.load(path)[0])


def regression(corpus, runs):
    """The first stage of both vocoders: no adversary, the rate falls to a fiftieth."""
    learner = vocoder.Vocoder()
    learner.compile(vocoder.default_optimizer(REGRESSION, 1e-3))
    samples = 40 * learner.pictures.hop_length
    draw = corpora.stretches(voices(corpus), samples)
    return training.train_to(learner, draw, REGRESSION, runs / "vocoder_first"), draw


def second_stage(adversary, name):
    """A vocoder that goes on from the first stage, with or without an adversary."""

    def recipe(corpus, runs):
        first, draw = regression(corpus, runs)
        learner = vocoder.Vocoder(adversary=adversary)
        learner.network.set_weights(first.network.get_weights())
        learner.compile(vocoder.default_optimizer(GAME, 3e-4))
        return training.train_to(learner, draw, GAME, runs / name), REGRESSION + GAME

    return recipe


def examples(corpus):
    """What the acoustic model learns from: symbols, durations, pitch and picture of sentences."""
    places = sentences_of(corpus)
    hop = vocoder.SETTING["hop_length"]
    waves = [audio.peak_normalise(corpus.train.load(i)) for i in places]
    waves = [wave[: len(wave) // hop * hop] for wave in waves]
    looks = [np.asarray(vocoder.speech_pictures(len(w) // hop + 1).forward(w[None])) for w in waves]
    looks = [look[0, :, :, 0] for look in looks]
    spoken = text.phonemes([corpus.train.texts[i] for i in places])
    symbols = [text.symbol_numbers(one) for one in spoken]
    durations, *_ = alignment.learn_alignment(looks, symbols, len(text.SYMBOLS))
    durations = aligner.refine_alignment(looks, symbols, durations, len(text.SYMBOLS))
    rows = []
    for wave, look, numbers, frames in zip(waves, looks, symbols, durations, strict=True):
        log_hz, voiced = sound.pitch_track(wave, vocoder.SETTING["sample_rate"], hop)
        row = {"symbols": numbers, "durations": frames, "picture": look}
        rows.append(row | {"log_hz": log_hz[: len(look)], "voiced": voiced[: len(look)]})
    return rows


def speak(corpus, runs):
    """Kathleen's acoustic model."""
    rows = examples(corpus)
    learner = acoustic.AcousticModel(len(text.SYMBOLS))
    learner.compile(vocoder.default_optimizer(ACOUSTIC, 1e-3))

    def draw(rng):
        return acoustic.sentence_batch(rows, rng)

    return training.train_to(learner, draw, ACOUSTIC, runs / "kathleen_acoustic"), ACOUSTIC


def convert(corpus, runs):
    """Between fsdd's speakers; takes 5 to 9 of each are kept for choices."""
    takes = np.array([int(name.rsplit("_", 1)[1].split(".")[0]) for name in corpus.train.names])
    kept = takes >= FIRST_TAKE
    form, conditions = corpus.representation, corpus.train.conditions[kept]
    pictures = forward_all(corpus.train.audio[kept], form)
    words, speakers = corpus.class_counts
    sizes = {"shape": list(form.shape), "speakers": speakers}
    generator = conversion.build_generator(**sizes)
    discriminator = conversion.build_discriminator(form.shape, words, speakers)
    learner = conversion.StarConversion(generator, discriminator)
    learner.compile(steps=CONVERSION)

    def draw(rng):
        return conversion.draw_batch(pictures, conditions, rng)

    training.train_to(learner, draw, CONVERSION, runs / "fsdd_converter")
    names = corpus.conditions["speaker"]
    return conversion.Converter(learner.player(), sizes, form, names), CONVERSION


def heard(wave):
    """What a listener sees of a recording whose length is a multiple of the hop, (frames, 40)."""
    frames = len(wave) // vocoder.SETTING["hop_length"] + 1
    return content.heard_pictures(frames).forward(wave[None])[0, :, :, 0].numpy()


def retold(corpus, rows):
    """Adds to each row its phones frame by frame and its sentence in two voices, hers and another.

    The other has another pitch and another vocal tract, from a low man's to a child's.
    """
    rng, classes = np.random.default_rng(0), content.phone_classes()
    for row, place in zip(rows, sentences_of(corpus), strict=True):
        wave = audio.peak_normalise(corpus.train.load(place))
        wave = wave[: len(wave) // vocoder.SETTING["hop_length"] * vocoder.SETTING["hop_length"]]
        parts = sound.voice_parts(wave, corpus.sample_rate, breath=False)
        pitch, formants = np.exp(rng.uniform(np.log([0.5, 0.78]), np.log([1.6, 1.22])))
        other = sound.voice_of(parts, pitch, formants)
        row["labels"] = np.repeat(classes[row["symbols"]], row["durations"])
        row["looks"] = [heard(wave), heard(other)]
    return rows


def listen(rows, others, typical, runs):
    """The network that hears phones of anybody; others: recordings without texts."""
    hop = vocoder.SETTING["hop_length"]
    untold = [heard(wave[: len(wave) // hop * hop]) for wave in others]
    bands, classes = len(typical), int(content.phone_classes().max()) + 1
    learner = content.Listener(content.build_network(bands, classes))
    learner.compile(vocoder.default_optimizer(LISTENING, 2e-3))

    def draw(rng):
        return content.hearing_batch(rows, untold, typical, rng)

    return training.train_to(learner, draw, LISTENING, runs / "listener").player()


def retell(corpus, runs):
    """Any voice's sentences in Kathleen's: a listener, a teller by regression, then against."""
    rows = retold(corpus, examples(corpus))
    typical = content.typical_colour([row["looks"][0] for row in rows])
    listener = listen(rows, list(strangers(CHOICES)), typical, runs)
    rng = np.random.default_rng(0)
    for row in rows:
        row["views"] = sentence_conversion.views_of(listener, row["looks"], typical, rng)

    def draw(rng):
        return sentence_conversion.telling_batch(rows, rng)

    first = sentence_conversion.Teller(listener.output_shape[-1])
    first.compile(vocoder.default_optimizer(TELLING, 2e-3))
    training.train_to(first, draw, TELLING, runs / "teller_first")
    teller = sentence_conversion.Teller(first.classes, adversary=OPINION)
    teller.network.set_weights(first.network.get_weights())
    teller.compile(vocoder.default_optimizer(AGAINST, 5e-4))
    training.train_to(teller, draw, AGAINST, runs / "teller")
    pitch = np.median(np.concatenate([row["log_hz"][row["voiced"] > 0] for row in rows]))
    made = listener, teller, typical, pitch, vocoder.Vocoder.load("vocoder")
    return models.SentenceConverter(*made), LISTENING + TELLING + AGAINST


def enhancer_regression(corpus, runs):
    """The stages that both enhancers share, no adversary; and what draws examples of the last.

    What the validation side holds was needed for choices; the later stages learn from it as well.
    """
    known = corpus.train.sources()
    chosen = audiogan_tf.load_corpus("mixtures", held_out="validation").test.sources()
    wider = type(known)(*(a + b for a, b in zip(known, chosen, strict=True)))
    learner = enhancement.MaskLearner(enhancement.MaskNetwork())
    learner.compile(enhancement.default_optimizer(ENHANCEMENT))
    training.train_to(learner, draw_of(known, MANY), ENHANCEMENT, runs / "enhancer_errors")
    learner = going_on(learner, LAST, 3e-4, **ENVELOPES)
    training.train_to(learner, draw_of(known, FEW), LAST, runs / "enhancer_envelopes")
    learner = going_on(learner, WIDER, 1e-3, **WAVES)
    training.train_to(learner, draw_of(wider, MANY), WIDER, runs / "enhancer_wider")
    learner = going_on(learner, DEEPER, 1e-3, stacks=3, **SURER)
    training.train_to(learner, draw_of(wider, MANY), DEEPER, runs / "enhancer_deeper")
    return learner, draw_of(wider, FEW)


def draw_of(sources, examples):
    """What draws batches of noisy speech and what shall come out of it."""
    return lambda rng: noising.training_batch(sources, rng, examples)


def going_on(learner, steps, rate, opinion=0.0, stacks=None, **weights):
    """A fresh learner that starts from what another one plays; weights: of its losses.

    stacks: of its network's blocks, by default as many as before.
    """
    network = deeper(learner.player(), stacks or learner.player().sizes["stacks"])
    players = network, enhancement.build_discriminator() if opinion else None
    learner = enhancement.MaskLearner(*players, adversarial_weight=opinion, **weights)
    learner.compile(enhancement.default_optimizer(steps, rate))
    return learner


def deeper(network, stacks):
    """A copy of a mask network, with more stacks of blocks that at first change nothing.

    Chen, Goodfellow and Shlens (2016): a larger network goes on from what a smaller one knows.
    """
    larger = enhancement.MaskNetwork(**network.sizes | {"stacks": stacks})
    ends = [(getattr(larger, end), getattr(network, end)) for end in network.ENDS]
    for new, old in ends + list(zip(larger.blocks, network.blocks, strict=False)):
        new.set_weights(old.get_weights())
    for block in larger.blocks[len(network.blocks) :]:
        block.narrow.set_weights([np.zeros_like(w) for w in block.narrow.get_weights()])
    return larger


def enhancer_stage(opinion, name):
    """An enhancer that goes on from the shared stages, with or without an adversary."""

    def recipe(corpus, runs):
        learner, draw = enhancer_regression(corpus, runs)
        learner = going_on(learner, LAST, 3e-4, opinion, **SURER, **ENVELOPES)
        training.train_to(learner, draw, LAST, runs / name)
        return models.Enhancer(learner.player()), ENHANCEMENT + WIDER + DEEPER + 2 * LAST

    return recipe


RECIPES = {  # name: kind of its file, corpus, and what trains it
    "vocoder": ("vocoder", "kathleen", second_stage(ADVERSARY, "vocoder")),
    "vocoder_regression": ("vocoder", "kathleen", second_stage(0.0, "vocoder_regression")),
    "kathleen_acoustic": ("acoustic", "kathleen", speak),
    "fsdd_converter": (conversion.KIND, "fsdd", convert),
    "kathleen_converter": (sentence_conversion.KIND, "kathleen", retell),
    "enhancer": ("enhancer", "mixtures", enhancer_stage(0.0, "enhancer")),
    "enhancer_adversarial": (
        "enhancer",
        "mixtures",
        enhancer_stage(OPINION, "enhancer_adversarial"),
    ),
}

if __name__ == "__main__":
    main()
