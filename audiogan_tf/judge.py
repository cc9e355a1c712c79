"""The judge: a small network that hears which class a sound is, and describes it in numbers.

Every score of `metrics` is computed from what the judge hears, so that a sound counts as a
"seven" only if a classifier that never met the generator says so.
    python -m audiogan_tf.judge --corpus fsdd --seed 0
trains one and puts it among the shipped weights.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from audiogan_tf import audio, pretrained
from audiogan_tf.corpora import cache_folder, load_corpus
from audiogan_tf.errors import InputError
from audiogan_tf.pipeline import inverse_all
from audiogan_tf.representation import Representation

NOISE_CLIPS = 300
FEATURES = 128  # numbers that describe one clip
WIDTHS = (24, 48, 64, 96, 128, 128)  # channels of the convolutions
STRIDES = (2, 2, 1, 2, 1, 1)
STEPS, SHORT_STEPS, BATCH = 1700, 400, 32
MOST_CLIPS, MOST_HELD_OUT = 4000, 1000  # of a large corpus, how many are listened to
ROUND_TRIPS = 2700  # of them, how many are also heard with an estimated phase


@dataclass(frozen=True)
class Hearing:
    """What the judge heard in some clips.

    probabilities: for each condition (clips, classes) float32, rows sum to 1;
    features: (clips, 128) float32, non-negative; similar sounds have similar features.
    """

    probabilities: list
    features: np.ndarray

    @property
    def classes(self):
        """The most probable class of each condition, (clips, conditions) int."""
        return np.stack([p.argmax(axis=1) for p in self.probabilities], axis=1)


@dataclass(frozen=True)
class Reference:
    """What the judge remembers of a corpus, so that scores need no recordings.

    train, test, noise: features, (clips, 128) float32, of training clips, held-out clips and
    noise (see noise_clips); test_conditions: (clips, k) int32;
    corpus, digest: which corpus; representation: the pictures that a generator draws.
    """

    train: np.ndarray
    test: np.ndarray
    noise: np.ndarray
    test_conditions: np.ndarray
    corpus: str
    digest: str
    representation: Representation


def build_network(shape, class_counts):
    """A convolutional classifier: pictures to (logits of each condition..., features).

    shape: (frames, bins, 1); class_counts: number of classes of each condition.
    Averages and maxima over time and frequency make it indifferent to where a sound starts.
    """
    import keras
    from keras import layers

    image = x = keras.Input(shape)
    for width, stride in zip(WIDTHS, STRIDES, strict=True):
        x = layers.Conv2D(width, 3, stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Dropout(0.3)(layers.Concatenate()(pooled))
    features = layers.Dense(FEATURES, activation="relu", name="features")(x)
    x = layers.Dropout(0.3)(features)
    logits = [layers.Dense(count, name=f"head_{k}")(x) for k, count in enumerate(class_counts)]
    return keras.Model(image, [*logits, features])


class Judge:
    """A trained classifier of sounds.

    network: as build_network gives; representation: the pictures it looks at;
    conditions: name -> class names; reference: a Reference, or None.
    """

    def __init__(self, network, representation, conditions, reference=None):
        self.network, self.representation = network, representation
        self.conditions = {name: tuple(classes) for name, classes in conditions.items()}
        self.reference = reference
        spec = tf.TensorSpec((None, *representation.shape), tf.float32)
        self._call = tf.function(lambda x: network(x, training=False), input_signature=[spec])

    def hear(self, waveforms, sample_rate, batch=128):
        """Listen to clips of any length and rate.

        waveforms: (clips, samples) float; sample_rate in Hz. They are resampled, cut or padded
        at the end, and peak-normalised here, so loudness does not count. Returns a Hearing.
        """
        waveforms = np.asarray(waveforms, "float32")
        if waveforms.ndim != 2 or not np.isfinite(waveforms).all():
            raise InputError(
                f"the judge takes finite waveforms of shape (clips, samples), got {waveforms.shape}"
                f" with {np.sum(~np.isfinite(waveforms))} samples that are NaN or infinite"
            )
        if not len(waveforms):
            raise InputError("there are no clips to hear; give at least one")
        size = min(batch, 1 << (len(waveforms) - 1).bit_length())  # few sizes, so few tracings
        heard = [
            self._call(self.look(audio.fix_length(waveforms[i : i + size].T, size).T, sample_rate))
            for i in range(0, len(waveforms), size)
        ]
        count = len(waveforms)
        *logits, features = (np.concatenate(parts)[:count] for parts in zip(*heard, strict=True))
        return Hearing([_softmax(part) for part in logits], features)

    def look(self, waveforms, sample_rate):
        """The pictures that the network sees, (clips, frames, bins, 1) float32 in [-1, 1]."""
        own = self.representation
        if sample_rate != own.sample_rate:
            waveforms = audio.resample(waveforms.T, sample_rate, own.sample_rate).T
        return own.forward(audio.peak_normalise(audio.fix_length(waveforms, own.samples)))

    def classify(self, features):
        """What is heard in clips of which only the features are known. Returns a Hearing."""
        features = np.asarray(features, "float32")
        heads = [self.network.get_layer(f"head_{k}") for k in range(len(self.conditions))]
        logits = [features @ w + b for w, b in (head.get_weights() for head in heads)]
        return Hearing([_softmax(part) for part in logits], features)

    def save(self, path):
        """Write network and reference to one .npz file."""
        reference = self.reference
        config = {
            "kind": "judge",
            "representation": self.representation.get_config(),
            "conditions": {name: list(classes) for name, classes in self.conditions.items()},
            "corpus": reference.corpus,
            "digest": reference.digest,
            "corpus_representation": reference.representation.get_config(),
        }
        memory = [reference.train, reference.test, reference.noise]
        memory.append(np.int16(reference.test_conditions))
        pretrained.save(path, config, [*self.network.get_weights(), *memory])


def load_judge(path_or_name):
    """Read a judge that `Judge.save` wrote, or a shipped one by name."""
    config, weights = pretrained.read(path_or_name)
    if config.get("kind") != "judge":
        raise InputError(f"{path_or_name}: these weights are not a judge's; see list_pretrained()")
    representation = Representation.from_config(config["representation"])
    conditions = config["conditions"]
    network = build_network(representation.shape, [len(c) for c in conditions.values()])
    network.set_weights(weights[:-4])
    reference = Reference(
        *weights[-4:],
        config["corpus"],
        config["digest"],
        Representation.from_config(config["corpus_representation"]),
    )
    return Judge(network, representation, conditions, reference)


def judge_for(corpus):
    """The judge of a corpus, given as a Corpus or by the name of one whose judge is shipped.

    A folder of sounds has no shipped judge: a short training (about a minute) makes one, and
    the user's cache keeps it, so that later scores come from the same judge.
    """
    name = f"judge_{getattr(corpus, 'name', corpus)}"
    shipped = pretrained.list_pretrained()
    if name in shipped:
        return load_judge(name)
    if isinstance(corpus, str):
        known = [n.removeprefix("judge_") for n in shipped if n.startswith("judge_")]
        raise InputError(
            f"no judge is shipped for {corpus!r}; there is one for: {', '.join(known)}"
        )
    kept = cache_folder() / f"judge_{corpus.digest[:16]}.npz"
    if not kept.exists():
        print(f"training a judge for {corpus.name}, once ...", flush=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        train_judge(corpus, steps=SHORT_STEPS).save(kept)
    return load_judge(kept)


def train_judge(corpus, seed=0, steps=STEPS, progress=None):
    """Train a judge on a corpus' training clips.

    corpus: a Corpus with at least two classes; steps of 32 clips; progress: called with
    (step, steps, loss) every 100 steps. Sets Keras's global seed. Returns a Judge whose
    reference holds the corpus' features. Built in lesson 12.
    """
    import keras

    counts = [len(classes) for classes in corpus.conditions.values()]
    if max(counts) < 2:
        raise InputError(
            f"{corpus.name}: all clips have the same label, a judge needs two or more; put the "
            "sounds into one subfolder for each label"
        )
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(corpus.train))[:MOST_CLIPS]
    waveforms, targets = corpus.train.take(chosen), corpus.train.conditions[chosen]
    representation = _own_representation(corpus)
    judge = Judge(build_network(representation.shape, counts), representation, corpus.conditions)
    images, targets = _training_images(judge, corpus, waveforms, targets)
    _fit(judge.network, images, targets, steps, rng, progress)
    _calibrate(judge, images[: len(waveforms)], targets)
    judge.reference = remember(judge, corpus)
    return judge


def remember(judge, corpus):
    """Listen to a corpus and keep the features, in random order: a Reference."""
    sides = []
    for clips, most in ((corpus.train, MOST_CLIPS), (corpus.test, MOST_HELD_OUT)):
        chosen = np.random.default_rng(0).permutation(len(clips))[:most]
        parts = [chosen[i : i + 500] for i in range(0, len(chosen), 500)]
        heard = [judge.hear(clips.take(part), corpus.sample_rate).features for part in parts]
        sides.append((np.concatenate(heard), clips.conditions[chosen]))
    (train, _), (test, conditions) = sides
    noise = judge.hear(noise_clips(corpus.representation, NOISE_CLIPS), corpus.sample_rate)
    about = (corpus.name, corpus.digest, corpus.representation)
    return Reference(train, test, noise.features, np.int32(conditions), *about)


def noise_clips(representation, count):
    """What a generator that learned nothing sounds like: random pictures made audible.

    Returns (count, samples) float32. Uniform noise in [-1, 1], then the usual way back.
    """
    images = np.random.default_rng(0).uniform(-1, 1, (count, *representation.shape))
    return inverse_all(images.astype("float32"), representation, iterations=16)


def _own_representation(corpus):
    """Pictures of about 64 frames and 64 mel bands, whatever the generator draws."""
    rate, n_fft = corpus.sample_rate, 256 if corpus.sample_rate <= 8000 else 512
    hop_length = int(np.clip(corpus.representation.samples // 72, n_fft // 8, n_fft // 2))
    frames = 1 + -(-corpus.representation.samples // hop_length)
    return Representation(rate, n_fft, hop_length, frames, n_mels=64, floor_db=-35, ceiling_db=40)


def _training_images(judge, corpus, waveforms, targets):
    """Pictures of the clips, and again of clips whose phase was estimated from a picture.

    Every generator of this course needs Griffin-Lim; its artefacts must not change the verdict.
    """
    rate, source = corpus.sample_rate, corpus.representation
    images = [judge.look(waveforms[i : i + 300], rate) for i in range(0, len(waveforms), 300)]
    for i in range(0, min(len(waveforms), ROUND_TRIPS), 300):
        clips = waveforms[i : min(i + 300, ROUND_TRIPS)]
        rebuilt = source.inverse(source.forward(clips), iterations=12)
        images.append(judge.look(rebuilt.numpy(), rate))
    return np.concatenate(images), np.concatenate([targets, targets[:ROUND_TRIPS]])


def _fit(network, images, targets, steps, rng, progress):
    import keras

    warm_up = steps // 10
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-6, steps - warm_up, warmup_target=3e-3, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02)
    counts = [output.shape[-1] for output in network.outputs[:-1]]

    @tf.function
    def step(images, targets):
        labels = [tf.one_hot(targets[:, k], count) for k, count in enumerate(counts)]
        images, labels = _mix(augment(images), labels)
        with tf.GradientTape() as tape:
            *logits, _ = network(images, training=True)
            loss = sum(
                tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(0.95 * y + 0.05 / n, z))
                for y, z, n in zip(labels, logits, counts, strict=True)
            )
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return loss

    order = np.concatenate(
        [rng.permutation(len(images)) for _ in range(1 + steps * BATCH // len(images))]
    )
    for number in range(steps):
        chosen = order[number * BATCH : (number + 1) * BATCH]
        loss = step(tf.constant(images[chosen]), tf.constant(targets[chosen]))
        if progress and (number + 1) % 100 == 0:
            progress(number + 1, steps, float(loss))


def _calibrate(judge, images, targets):
    """Scale each head so that its probabilities are as sure as it is right.

    Blended and smoothed labels taught it to be timid. The scale with the least cross-entropy on
    varied training clips is folded into the head's weights. Guo et al. (2017).
    """
    size = min(len(images), 1500)
    varied = augment(tf.constant(images[:size]))
    outputs = [judge._call(varied[i : i + 128]) for i in range(0, size, 128)]
    scales = np.geomspace(0.5, 8, 60)
    for k in range(len(judge.conditions)):
        logits = np.concatenate([output[k] for output in outputs])
        right = [_softmax(scale * logits)[np.arange(size), targets[:size, k]] for scale in scales]
        costs = [-np.mean(np.log(np.maximum(share, 1e-9))) for share in right]
        head, best = judge.network.get_layer(f"head_{k}"), scales[int(np.argmin(costs))]
        head.set_weights([best * weight for weight in head.get_weights()])


def augment(images):
    """Vary pictures as voices and generators do: pace, start, pitch, level, noise, gaps.

    images: (clips, frames, bins, 1) in [-1, 1], -1 being silence. Returns the same shape.
    Gaps after Park et al., SpecAugment (2019).
    """
    clips, frames, bins = tf.shape(images)[0], images.shape[1], images.shape[2]

    def draw(low, high):
        return tf.random.uniform([clips, 1], low, high)

    pace, start, pitch = draw(0.8, 1.25), draw(-0.05, 0.15), draw(-1.5, 1.5)
    images = _resample_axis(
        images[..., 0], tf.range(frames, dtype=tf.float32) * pace - start * frames
    )
    images = tf.transpose(images, [0, 2, 1])
    images = _resample_axis(images, tf.range(bins, dtype=tf.float32) + pitch, edge=True)
    images = tf.transpose(images, [0, 2, 1])
    images += draw(-0.1, 0.1)[..., None]
    images = tf.maximum(images, draw(-1.2, -0.7)[..., None])
    images += tf.random.normal(tf.shape(images)) * draw(0.0, 0.12)[..., None]
    for _ in range(2):
        images = tf.where(_gap(frames, 8, draw)[:, :, None], -1.0, images)
        images = tf.where(_gap(bins, 6, draw)[:, None, :], -1.0, images)
    return tf.clip_by_value(images, -1, 1)[..., None]


def _resample_axis(images, positions, edge=False):
    """Read axis 1 of (clips, n, m) at fractional positions (clips, n); -1 or the edge outside."""
    size = images.shape[1]
    below = tf.floor(positions)
    share = (positions - below)[..., None]
    index = tf.cast(below, tf.int32)
    low, high = tf.clip_by_value(index, 0, size - 1), tf.clip_by_value(index + 1, 0, size - 1)
    read = tf.gather(images, low, batch_dims=1) * (1 - share)
    read += tf.gather(images, high, batch_dims=1) * share
    inside = (positions >= 0) & (positions <= size - 1)
    return read if edge else tf.where(inside[..., None], read, -1.0)


def _gap(size, longest, draw):
    """One random stretch of an axis for each clip, (clips, size) bool."""
    length, start = draw(0.0, float(longest)), draw(0.0, 1.0)
    start *= size - length
    place = tf.range(size, dtype=tf.float32)
    return (place >= start) & (place < start + length)


def _mix(images, labels):
    """Blend each clip a little with another. Zhang et al., mixup (2018)."""
    clips = tf.shape(images)[0]
    share = tf.square(tf.random.uniform([clips, 1])) * 0.4
    other = tf.random.shuffle(tf.range(clips))
    blend = (
        share[..., None, None] * tf.gather(images, other) + (1 - share[..., None, None]) * images
    )
    return blend, [share * tf.gather(y, other) + (1 - share) * y for y in labels]


def _softmax(logits):
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def held_out_accuracy(judge, corpus):
    """Share of held-out clips named rightly: condition -> float, as recorded and rebuilt.

    Rebuilt: through the corpus' pictures and back, with an estimated phase.
    """
    clips, source = corpus.test.take(range(len(corpus.test))), corpus.representation
    rebuilt = np.concatenate(
        [source.inverse(source.forward(clips[i : i + 300])) for i in range(0, len(clips), 300)]
    )
    scores = {}
    for suffix, sounds in (("", clips), ("_rebuilt", rebuilt)):
        right = judge.hear(sounds, corpus.sample_rate).classes == corpus.test.conditions
        for name, share in zip(corpus.conditions, right.mean(axis=0), strict=True):
            scores[f"accuracy_{name}{suffix}"] = round(float(share), 4)
    return scores


def main(arguments=None):
    """Train a corpus' judge and ship it: file, digest and held-out accuracy."""
    parser = argparse.ArgumentParser("python -m audiogan_tf.judge", description=main.__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS)
    chosen = parser.parse_args(arguments)
    corpus = load_corpus(chosen.corpus)
    started = time.process_time()
    judge = train_judge(corpus, chosen.seed, chosen.steps, lambda *now: print(*now, flush=True))
    minutes = round((time.process_time() - started) / 60, 1)
    scores = held_out_accuracy(judge, corpus)
    file = f"judge_{corpus.name}.npz"
    judge.save(pretrained.folder() / file)
    command = f"python -m audiogan_tf.judge --corpus {corpus.name} --seed {chosen.seed}"
    if chosen.steps != STEPS:
        command += f" --steps {chosen.steps}"
    pretrained.register(
        f"judge_{corpus.name}",
        file,
        kind="judge",
        corpus=corpus.name,
        command=command,
        seed=chosen.seed,
        cpu_minutes=minutes,
        corpus_digest=corpus.digest,
        metrics=scores,
    )
    print(f"{minutes} CPU minutes; {scores}; written to {pretrained.folder() / file}")


if __name__ == "__main__":
    main()
