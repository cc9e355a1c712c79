"""Can somebody who hears a generator tell which clips it was trained on? And what lowers that.

Members are training clips, others are test clips, 500 of each at most; the attacker has 600 sounds
of the generator and no more, or the discriminator where one is known. An attack's `auc` is the
chance that it ranks a member above another clip: 0.5 is guessing (judging.attack_auc).

- every shipped generator: distance to the nearest sound, in the features of the corpus' judge and
  in pictures, and the share of sounds that are close (`monte_carlo`); digits_discriminator's logit
- floors of each corpus: "test clips as sounds" plays held-out recordings as though a generator had
  drawn them, so any difference between the two sides of the split shows; "training clips as sounds"
  is a generator that copies
- a small GAN on 48 clips of `drums` (lesson 07's game), long and short, with more data, and with
  noise in the discriminator's gradients: clipped to 1 a batch, normal noise on each. That is the
  idea of DP-SGD (Abadi et al., 2016) without its guarantee, which needs clipping clip by clip

About fifteen minutes on one core.
"""

import audiogan_tf
from audiogan_tf.corpora.batches import batches
from audiogan_tf.errors import InputError
from audiogan_tf.judging import metrics, privacy
from audiogan_tf.judging.judge import even_places
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import catalogue, dcgan
from audiogan_tf.sound import audio
from audiogan_tf.sound.representation import forward_all, inverse_all
from audiogan_tf.storage.weights import list_pretrained

import keras
import numpy as np
from ablation import part_of

CANDIDATES, SOUNDS, BATCH, SEED = 500, 600, 16, 0
DISCRIMINATORS = {"digits_long": "digits_discriminator"}
NOISE, BOUND = 0.005, 1.0  # of a gradient: deviation of each number; the length it is cut to
GAMES = {  # clips of each class, noise in the gradients, steps after which it is attacked
    "48 clips": (6, 0.0, (250, 1000, 3000)),
    "480 clips": (60, 0.0, (250, 1000)),
    "48 clips, noise in the gradients": (6, NOISE, (250, 1000)),
}


class NoisyAdam(keras.optimizers.Adam):
    """Adam that is told gradients cut to a length of BOUND, with normal noise on each number."""

    def __init__(self, noise=NOISE, **kwargs):
        super().__init__(**kwargs)
        self.noise, self.dice = noise, keras.random.SeedGenerator(SEED)

    def apply(self, grads, trainable_variables=None):
        length = keras.ops.sqrt(sum(keras.ops.sum(keras.ops.square(one)) for one in grads))
        scale = keras.ops.minimum(1.0, BOUND / (length + 1e-12))
        noisy = [
            scale * g + self.noise * keras.random.normal(g.shape, seed=self.dice) for g in grads
        ]
        return super().apply(noisy, trainable_variables)


class Attack:
    """Candidates of one corpus, as an attacker sees them."""

    def __init__(self, corpus, judge, members=None):
        self.judge, self.corpus, self.pictures = judge, corpus, corpus.representation
        rng = np.random.default_rng(SEED)
        members = corpus.train if members is None else members
        chosen = [rng.permutation(len(side)) for side in (members, corpus.test)]
        chosen[0] = chosen[0][even_places(members.labels[chosen[0]])]
        half = min(CANDIDATES, len(corpus.test) // 2)
        self.members = members.take(chosen[0][:CANDIDATES])
        self.others, self.apart = (corpus.test.take(chosen[1][part]) for part in self._halves(half))
        self.sides = [members.conditions[chosen[0][:CANDIDATES]]]
        self.sides.append(corpus.test.conditions[chosen[1][:half]])
        self.known = [self.seen(waves) for waves in (self.members, self.others)]

    @staticmethod
    def _halves(half):
        return slice(0, half), slice(half, 2 * half)

    def seen(self, waves):
        """Clips as the attacker compares them: the judge's features, and pictures."""
        waves = audio.peak_normalise(waves)
        features = self.judge.hear(waves, self.corpus.sample_rate).features
        return {"judge's features": features, "pictures": forward_all(waves, self.pictures)}

    def figures(self, waves):
        """way -> the figures of both attacks that have sounds only."""
        drawn, found = self.seen(waves), {}
        for way, rows in drawn.items():
            both = np.concatenate([side[way] for side in self.known])
            found[way] = {
                name: tuple(privacy.attack_auc(*np.split(score(both, rows), [len(self.members)])))
                for name, score in (("auc", privacy.nearest), ("auc_share", privacy.monte_carlo))
            }
        return found

    def by_discriminator(self, network):
        """The figures of an attack that has the discriminator: LOGAN (Hayes et al., 2019)."""
        logits = [
            network.predict([forward_all(waves, self.pictures), labels], verbose=0).ravel()
            for waves, labels in zip((self.members, self.others), self.sides, strict=True)
        ]
        return {"auc": tuple(privacy.attack_auc(*logits))}


def measure(table):
    attack_shipped(table)
    play_games(table)


def attack_shipped(table):
    """All shipped generators, corpus by corpus, and each corpus' floors."""
    shipped = {n: e for n, e in list_pretrained().items() if e["kind"] == "generator"}
    for name in dict.fromkeys(entry["corpus"] for entry in shipped.values()):
        own = [source for source, entry in shipped.items() if entry["corpus"] == name]
        floors = f"floor of {name}"
        if not any(table.lacks(one, "pictures") for one in (*own, floors)):
            continue
        try:
            corpus = audiogan_tf.load_corpus(name)
        except InputError as error:  # a folder of recordings that is not on this machine
            print(f"{', '.join(own)}: not attacked: {error}")
            continue
        attack = Attack(corpus, judge_for(corpus))
        ends = {floors: attack.apart, f"ceiling of {name}": attack.members}
        for subject, waves in ends.items():
            if not table.lacks(subject, "pictures"):
                continue
            for way, figures in attack.figures(waves).items():
                table.add(subject, way, figures)
        for source in own:
            if not table.lacks(source, "pictures"):
                continue
            generator = audiogan_tf.SoundGenerator.load(source)
            conditions = generator.draw_conditions(SOUNDS, seed=1)
            drawn = generator.sounds(conditions, seed=1, iterations=16)
            for way, figures in attack.figures(drawn).items():
                table.add(source, way, figures)
            if source in DISCRIMINATORS:
                network = catalogue.load(DISCRIMINATORS[source])
                table.add(source, "discriminator", attack.by_discriminator(network))


def game(corpus, noise):
    """Lesson 07's plain game, or the same with noise in what the discriminator learns from."""
    keras.utils.set_random_seed(SEED)
    shape, counts = corpus.representation.shape, corpus.class_counts
    networks = dcgan.build_generator(shape, counts), dcgan.build_discriminator(shape, counts)
    gan = audiogan_tf.GAN(*networks, r1_weight=0.0, ema=0.0, seed=SEED)
    own = {"learning_rate": 8e-4, "beta_1": 0.5, "beta_2": 0.99}
    gan.compile(None, NoisyAdam(noise, **own) if noise else None)
    return gan


def play_games(table):
    """Small trainings on few clips, stopped early and late, with more clips, with noise."""
    open_stops = {
        name: [steps for steps in stops if table.lacks(name, f"{steps} steps")]
        for name, (_, _, stops) in GAMES.items()
    }
    if not any(open_stops.values()):
        return
    corpus = audiogan_tf.load_corpus("drums")
    judge, asked = judge_for(corpus), np.arange(SOUNDS) % len(corpus.classes)
    for name, (per_class, noise, _) in GAMES.items():
        if not open_stops[name]:
            continue
        keras.backend.clear_session()
        clips = part_of(corpus.train, per_class)
        attack = Attack(corpus, judge, clips)
        gan, data = game(corpus, noise), batches(clips, corpus.representation, BATCH, SEED)
        for steps in open_stops[name]:
            gan.fit(data, epochs=1, steps_per_epoch=steps - gan.step, shuffle=False, verbose=0)
            images = gan.generate(SOUNDS, asked, seed=1)
            sounds = audio.limit(inverse_all(images, corpus.representation, iterations=16))
            table.add(name, f"{steps} steps", figures_of(gan, sounds, asked, attack, judge))


def figures_of(gan, sounds, asked, attack, judge):
    """All attacks on a small game, and how good its sounds are."""
    found = {f"{key} {way}": v for way, f in attack.figures(sounds).items() for key, v in f.items()}
    found["auc discriminator"] = attack.by_discriminator(gan.discriminator)["auc"]
    hearing = judge.hear(sounds, attack.corpus.sample_rate)
    found["frechet_distance"] = metrics.frechet_distance(hearing.features, judge.reference.train)
    found["accuracy"] = metrics.accuracy(hearing.probabilities[0], asked)
    return found
