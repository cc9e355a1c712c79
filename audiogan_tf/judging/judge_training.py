"""How a judge learns: a classifier trained on a corpus, hardened against what generators do."""

from audiogan_tf.errors import InputError
from audiogan_tf.judging.judge import MOST_CLIPS, Judge, build_network, load_judge, remember
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.places import cache_folder
from audiogan_tf.storage.weights import list_pretrained

import keras
import numpy as np
import tensorflow as tf
from scipy.special import softmax

STEPS, SHORT_STEPS, BATCH = 1700, 400, 32
DETUNE = 1.5  # mel bands by which a picture may be shifted, where pitch is no label
ROUND_TRIPS = 2700  # clips that are also heard with an estimated phase


def train_judge(corpus, seed=0, steps=STEPS, progress=None):
    """Train a judge on a corpus' training clips.

    corpus: a Corpus with at least two classes; steps of 32 clips; progress: called with
    (step, steps, loss) every 100 steps. Sets Keras's global seed. Returns a Judge whose
    reference holds the corpus' features. Built in lesson 12.
    """
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
    detune = 0.0 if "pitch" in corpus.conditions else DETUNE
    _fit(judge.network, images, targets, steps, rng, progress, detune)
    _calibrate(judge, images[: len(waveforms)], targets, detune)
    judge.reference = remember(judge, corpus)
    return judge


def _own_representation(corpus):
    """Pictures of about 64 frames and 64 mel bands, whatever the generator draws.

    Where pitch is a label, windows and bands are finer, to tell neighbouring semitones.
    """
    rate, n_fft = corpus.sample_rate, 256 if corpus.sample_rate <= 8000 else 512
    n_mels = 64
    if "pitch" in corpus.conditions:
        n_fft, n_mels = 2 * n_fft, 112
    hop_length = int(np.clip(corpus.representation.samples // 72, n_fft // 8, n_fft // 2))
    frames = 1 + -(-corpus.representation.samples // hop_length)
    return Representation(
        rate, n_fft, hop_length, frames, n_mels=n_mels, floor_db=-35, ceiling_db=40
    )


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


def _fit(network, images, targets, steps, rng, progress, detune):
    warm_up = steps // 10
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-6, steps - warm_up, warmup_target=3e-3, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02)
    counts = [output.shape[-1] for output in network.outputs[:-1]]

    @tf.function
    def step(images, targets):
        labels = [tf.one_hot(targets[:, k], count) for k, count in enumerate(counts)]
        images, labels = _mix(augment(images, detune), labels)
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


def _calibrate(judge, images, targets, detune):
    """Scale each head so that its probabilities are as sure as it is right.

    Blended and smoothed labels taught it to be timid. The scale with the least cross-entropy on
    varied training clips is folded into the head's weights. Guo et al. (2017).
    """
    size = min(len(images), 1500)
    varied = augment(tf.constant(images[:size]), detune)
    outputs = [judge.outputs(varied[i : i + 128]) for i in range(0, size, 128)]
    scales = np.geomspace(0.5, 8, 60)
    for k in range(len(judge.conditions)):
        logits = np.concatenate([output[k] for output in outputs])
        chances = [softmax(scale * logits, axis=1) for scale in scales]
        right = [chance[np.arange(size), targets[:size, k]] for chance in chances]
        costs = [-np.mean(np.log(np.maximum(share, 1e-9))) for share in right]
        head, best = judge.network.get_layer(f"head_{k}"), scales[int(np.argmin(costs))]
        head.set_weights([best * weight for weight in head.get_weights()])


def augment(images, detune=DETUNE):
    """Vary pictures as voices and generators do: pace, start, pitch, level, noise, gaps.

    images: (clips, frames, bins, 1) in [-1, 1], -1 being silence; detune: how far the pitch may
    move, in bands. Returns the same shape.
    Gaps after Park et al., SpecAugment (2019).
    """
    clips, frames, bins = tf.shape(images)[0], images.shape[1], images.shape[2]

    def draw(low, high):
        return tf.random.uniform([clips, 1], low, high)

    pace, start, pitch = draw(0.8, 1.25), draw(-0.05, 0.15), draw(-detune, detune)
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


def judge_for(corpus):
    """The judge of a corpus: the shipped one, one kept earlier, or one trained now and kept.

    corpus: a Corpus, or the name of one whose judge is shipped. A folder of sounds has no shipped
    judge: a short training (about a minute) makes one, and the user's cache keeps it, so that
    later scores come from the same judge. Returns a Judge, or None for a corpus that has nothing
    to tell apart.
    """
    if isinstance(corpus, str):
        return load_judge(_shipped(corpus, must=True))
    if not corpus.class_counts:
        return None
    name = _shipped(corpus.name)
    kept = cache_folder() / f"judge_{corpus.digest[:16]}.npz"
    if name is None and not kept.exists():
        print(f"training a judge for {corpus.name}, once ...", flush=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        train_judge(corpus, steps=SHORT_STEPS).save(kept)
    return load_judge(name or kept)


def _shipped(corpus_name, must=False):
    """The name of a corpus' shipped judge, None if there is none, InputError if there must be."""
    shipped = list_pretrained()
    known = [n.removeprefix("judge_") for n in shipped if n.startswith("judge_")]
    if must and corpus_name not in known:
        raise InputError(
            f"no judge is shipped for {corpus_name!r}; there is one for: {', '.join(known)}"
        )
    return f"judge_{corpus_name}" if corpus_name in known else None
