"""Twenty clips of a sound that a generator never heard: adapted against trained from scratch.

The source is the pair that lesson 08 ships, `digits_long` and `digits_discriminator`: spoken
digits at 8 kHz. The new sounds are synthesised: a tom (drums) and a plucked string (notes), 20
training clips of each, brought to the source's rate, length and pictures. All ways
take the same steps and the same batches, with R1 and an averaged generator unless they say
otherwise. About fifteen minutes on one core.

- frechet_distance: of 200 draws to the sound's other training clips, in the features of that
  corpus' judge; the least of what can be had is "new clips", held-out ones by way of pictures
- neighbour_ratio: distance to the nearest of the 20, over that of clips that nobody trained on;
  well under 1: the 20 are copied
- variety: mean distance of two draws over that of two real clips
"""

import audiogan_tf
from audiogan_tf import GAN, models
from audiogan_tf.judging import metrics
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue, dcgan
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all

import keras
import numpy as np

SHOTS, STEPS, BATCH, DRAWS, SEEDS = 20, 200, 16, 200, 1
TARGETS = {  # corpus and a class of one of its conditions
    "tom": ("drums", "drum"),
    "string": ("notes", "timbre"),
}
SCRATCH, FULL = {"scratch": True}, {}
FROZEN, AUGMENT = {"frozen": 2}, {"augment": True}  # convolutions of the discriminator
WAYS = {
    "from scratch": SCRATCH,
    "from scratch, augmentation": SCRATCH | AUGMENT,
    "adapted": FULL,
    "adapted, no R1": {"r1_weight": 0.0},
    "adapted, frozen layers": FROZEN,
    "adapted, frozen layers, augmentation": FROZEN | AUGMENT,
    "adapted, only scales and shifts": {"scales": True},
}


def game(way, seed, source):
    """A compiled GAN that starts from the source's weights or from fresh ones."""
    options = dict(WAYS[way])
    scratch, frozen = options.pop("scratch", False), options.pop("frozen", 0)
    scales, augmented = options.pop("scales", False), options.pop("augment", False)
    keras.utils.set_random_seed(seed)
    generator = dcgan.build_generator(**source.sizes)
    discriminator = catalogue.load("digits_discriminator")
    if scratch:
        sizes = {"channels": 16, "class_counts": source.sizes["class_counts"]}
        discriminator = dcgan.build_discriminator(source.representation.shape, **sizes)
    else:
        generator.set_weights(source.network.get_weights())
    freeze(discriminator, frozen)
    if scales:
        keep_scales(generator)
    augment = models.Augmentation(seed=seed) if augmented else None
    gan = GAN(generator, discriminator, augment=augment, seed=seed, **options)
    gan.compile()
    return gan


def freeze(discriminator, count):
    """Let the first convolutions of a discriminator stay as they are: FreezeD (Mo et al., 2020)."""
    convolutions = [x for x in discriminator.layers if isinstance(x, keras.layers.Conv2D)]
    for layer in convolutions[:count]:
        layer.trainable = False


def keep_scales(generator):
    """Let only scales and shifts of a generator learn, as in Noguchi and Harada (2019)."""
    for layer in generator.layers:
        layer.trainable = isinstance(layer, models.ConditionalBatchNorm)


class Sound:
    """One new sound: the clips, and how draws of it are scored."""

    def __init__(self, name, pictures):
        corpus_name, condition = TARGETS[name]
        corpus = audiogan_tf.load_corpus(corpus_name)
        column = list(corpus.conditions).index(condition)
        self.column, self.label = column, corpus.conditions[condition].index(name)
        self.pictures, self.judge = pictures, judge_for(corpus)
        sides = [self._of(side, corpus.sample_rate) for side in (corpus.train, corpus.test)]
        chosen = np.random.default_rng(0).permutation(len(sides[0]))
        self.clips, others = sides[0][chosen[:SHOTS]], sides[0][chosen[SHOTS:]]
        self.known, self.real = self.features(self.clips), self.features(others[:400])
        self.held_out = self.features(sides[1][:DRAWS])

    def _of(self, side, rate):
        """All clips of the sound on one side of a split, as pictures of the source's kind."""
        own = np.flatnonzero(side.conditions[:, self.column] == self.label)
        waves = audio.resample(side.take(own).T, rate, self.pictures.sample_rate).T
        waves = audio.peak_normalise(audio.fix_length(waves, self.pictures.samples))
        return forward_all(waves, self.pictures)

    def hear(self, images):
        sounds = audio.limit(inverse_all(images, self.pictures, iterations=16))
        return self.judge.hear(sounds, self.pictures.sample_rate)

    def features(self, images):
        return self.hear(images).features

    def score(self, hearing):
        """All figures of what the judge heard."""
        features, alike = hearing.features, np.zeros(len(hearing.features), int)
        usual = metrics.variety(self.real, np.zeros(len(self.real), int))
        return {
            "frechet_distance": metrics.frechet_distance(features, self.real),
            "heard_as_it": float(np.mean(hearing.classes[:, self.column] == self.label)),
            "neighbour_ratio": metrics.nearest_neighbour_ratio(features, self.known, self.real),
            "variety": metrics.variety(features, alike) / usual,
        }


def play(gan, images, labels, steps, seed=0):
    """Train on a few pictures, (clips, frames, bins, 1); labels: one row for each."""
    order = np.random.default_rng(seed).integers(len(images), size=(steps, BATCH)).ravel()
    gan.fit(images[order], labels[order], batch_size=BATCH, shuffle=False, verbose=0)


def measure(table):
    source = audiogan_tf.SoundGenerator.load("digits_long")
    labels = np.zeros((DRAWS, len(source.conditions)), "int32")
    for name in TARGETS:
        wanted = [(way, seed) for seed in range(SEEDS) for way in WAYS]
        if not any(table.lacks(name, *one) for one in [*wanted, ("new clips", 0)]):
            continue
        sound = Sound(name, source.representation)
        if table.lacks(name, "new clips"):
            heard = sound.judge.classify(sound.held_out)
            table.add(name, "new clips", sound.score(heard))
            table.add(name, "the 20 clips again", sound.score(sound.judge.classify(sound.known)))
            before = sound.hear(source.images(labels, seed=1))
            table.add(name, "source as it was", sound.score(before))
        for way, seed in wanted:
            if table.lacks(name, way, seed):
                keras.backend.clear_session()
                gan = game(way, seed, source)
                play(gan, sound.clips, labels[:SHOTS], STEPS, seed)
                drawn = gan.generate(DRAWS, labels, seed=1)
                table.add(name, way, sound.score(sound.hear(drawn)), seed)
