"""How a judge learns: a classifier trained on a corpus, hardened against what generators do."""

import math
import time
import warnings

from audiogan_tf.errors import InputError
from audiogan_tf.judging.judge import MOST_CLIPS, Judge, build_network, load_judge, remember
from audiogan_tf.judging.variation import DETUNE, augment, mix
from audiogan_tf.sound.representation import Representation
from audiogan_tf.storage.places import cache_folder
from audiogan_tf.storage.weights import list_pretrained

import keras
import numpy as np
import tensorflow as tf
from scipy.special import softmax

STEPS, BATCH = 1700, 32
PASSES, FEWEST_STEPS, MOST_SECONDS = 60, 400, 165  # of a judge that is not shipped
ROUND_TRIPS = 2700  # clips that are also heard with an estimated phase
BLOCK = 300  # clips that are turned into pictures at a time
HIGHEST_RATE, LONGEST_WINDOW = 16000, 1024  # of the pictures that a judge looks at
HIGHEST, WARM_UP = 3e-3, 0.1  # learning rate, and the share of the work until it is reached
CHECK = 50  # steps between two looks at the clips kept aside
ASIDE, FEWEST_ASIDE = 0.1, 20  # share of the training clips, and how few tell nothing
LEARNED, FIRST_CHECK = 0.99, 200  # share of them heard rightly, twice in a row; not before


def train_judge(corpus, seed=0, steps=STEPS, progress=None, seconds=None):
    """Train a judge on a corpus' training clips.

    corpus: a Corpus with at least two classes; steps of 32 clips; progress: called with
    (step, share of the work done, loss) every 50 steps. seconds: None for all steps and the same
    result each time; else it ends by then on the clock, or soon after it hears nearly all of
    some training clips that were kept aside (the held-out clips of the corpus are never used).
    Sets Keras's global seed. Returns a Judge whose reference holds the corpus' features. Built
    in lesson 12.
    """
    began = time.perf_counter()
    counts = [len(classes) for classes in corpus.conditions.values()]
    if max(counts) < 2:
        raise InputError(
            f"{corpus.name}: all clips have the same label, a judge needs two or more; put the "
            "sounds into one subfolder for each label"
        )
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(corpus.train))[:MOST_CLIPS]
    aside = int(ASIDE * len(chosen)) if seconds else 0
    kept, chosen = np.split(chosen, [aside if aside >= FEWEST_ASIDE else 0])
    representation = _own_representation(corpus)
    judge = Judge(build_network(representation.shape, counts), representation, corpus.conditions)
    images, targets = _training_images(judge, corpus, chosen)
    detune = 0.0 if "pitch" in corpus.conditions else DETUNE
    hears = _kept_aside(judge, corpus, kept) if len(kept) else None
    end = began + seconds if seconds else math.inf
    _fit(judge.network, images, targets, steps, rng, progress, detune, hears, end)
    _calibrate(judge, images[: len(chosen)], targets, detune)
    judge.reference = remember(judge, corpus)
    return judge


def _own_representation(corpus):
    """Pictures of about 64 frames and 64 mel bands up to 8 kHz, whatever the generator draws.

    Where pitch is a label, windows and bands are finer, to tell neighbouring semitones.
    """
    rate = min(corpus.sample_rate, HIGHEST_RATE)
    samples = corpus.representation.samples * rate // corpus.sample_rate
    n_fft, n_mels = 256 if rate <= 8000 else 512, 64
    while samples // 72 > n_fft // 2 and n_fft < LONGEST_WINDOW:
        n_fft *= 2
    if "pitch" in corpus.conditions:
        n_fft, n_mels = 2 * n_fft, 112
    hop_length = int(np.clip(samples // 72, n_fft // 8, n_fft // 2))
    frames = 1 + -(-samples // hop_length)
    return Representation(
        rate, n_fft, hop_length, frames, n_mels=n_mels, floor_db=-35, ceiling_db=40
    )


def _training_images(judge, corpus, chosen):
    """Pictures of clips, and again of clips whose phase was estimated from a picture; labels.

    Every generator of this course needs Griffin-Lim; its artefacts must not change the verdict.
    """
    rate, source, images, rebuilt = corpus.sample_rate, corpus.representation, [], []
    for i in range(0, len(chosen), BLOCK):
        clips = corpus.train.take(chosen[i : i + BLOCK])
        images.append(judge.look(clips, rate))
        if i < ROUND_TRIPS:
            again = source.inverse(source.forward(clips), iterations=12)
            rebuilt.append(judge.look(again.numpy(), rate))
    targets = corpus.train.conditions[chosen]
    again = targets[: sum(map(len, rebuilt))]
    return np.concatenate([*images, *rebuilt]), np.concatenate([targets, again])


def _kept_aside(judge, corpus, kept):
    """A function that says which share of some training clips the judge hears rightly now."""
    clips, targets = corpus.train.take(kept), corpus.train.conditions[kept]

    def hears():
        right = judge.hear(clips, corpus.sample_rate).classes == targets
        return right.mean(axis=0).min()

    return hears


def _learning_rate(share):
    """Up during the first tenth of the work, then down along a cosine; share: 0 to 1."""
    if share < WARM_UP:
        return 1e-6 + HIGHEST * share / WARM_UP
    return HIGHEST / 2 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))


def _fit(network, images, targets, steps, rng, progress, detune, hears, end):
    """Train until `steps`, or until `end` on the clock, which the learning rate follows too."""
    optimizer = keras.optimizers.AdamW(HIGHEST, weight_decay=0.02)
    step = _step(network, optimizer, detune)
    order = np.concatenate(
        [rng.permutation(len(images)) for _ in range(1 + steps * BATCH // len(images))]
    )
    began, number, share, last = time.perf_counter(), 0, 0.0, 0.0
    while share < 1:
        optimizer.learning_rate.assign(_learning_rate(share))
        chosen = order[number * BATCH : (number + 1) * BATCH]
        loss = step(tf.constant(images[chosen]), tf.constant(targets[chosen]))
        number += 1
        late = (time.perf_counter() - began) / max(end - began, 1e-9)
        share = max(number / steps, late)
        if progress and number % CHECK == 0:
            progress(number, min(share, 1.0), float(loss))
        if hears and number % CHECK == 0 and number >= FIRST_CHECK:
            now = hears()
            if min(last, now) >= LEARNED:  # a fifth of the work is left: the rate falls to 0
                steps, hears = min(steps, number * 5 // 4), None
            last = now


def _step(network, optimizer, detune):
    """One update, a compiled function of images and targets that gives the loss."""
    counts = [output.shape[-1] for output in network.outputs[:-1]]

    @tf.function
    def step(images, targets):
        labels = [tf.one_hot(targets[:, k], count) for k, count in enumerate(counts)]
        images, labels = mix(augment(images, detune), labels)
        with tf.GradientTape() as tape:
            *logits, _ = network(images, training=True)
            loss = sum(
                tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(0.95 * y + 0.05 / n, z))
                for y, z, n in zip(labels, logits, counts, strict=True)
            )
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return loss

    return step


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


def find_judge(corpus):
    """The judge that there is for a corpus: the shipped one, one kept earlier, or None.

    corpus: a Corpus, or the name of one whose judge is shipped. A user's folder never gets a
    shipped judge, whatever it is called. A kept judge that is damaged is named in a warning.
    Raises InputError for the name of a corpus without a shipped judge.
    """
    if isinstance(corpus, str):
        return load_judge(_shipped(corpus, must=True))
    name = None if corpus.own else _shipped(corpus.name)
    judge = load_judge(name) if name else None
    if judge is not None and list(judge.conditions.values()) == _names(corpus):
        return judge
    kept = _kept_file(corpus)
    try:
        return load_judge(kept) if kept.exists() else None
    except (ValueError, TypeError, KeyError, IndexError) as error:
        warnings.warn(f"{kept}: a damaged judge ({error}); it is trained again", stacklevel=2)
        return None


def judge_for(corpus):
    """The judge of a corpus; where there is none yet, one is trained now and kept.

    corpus: as in `find_judge`. A training takes up to three minutes and shows a bar; the user's
    cache keeps the judge, so that later scores come from the same one. Returns a Judge, or None
    for a corpus that has nothing to tell apart.
    """
    if not isinstance(corpus, str) and not corpus.class_counts:
        return None
    judge = find_judge(corpus)
    if judge is None:
        judge = _train_with_bar(corpus)
        kept = _kept_file(corpus)
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            judge.save(kept)
        except (OSError, InputError) as error:
            warnings.warn(f"the judge could not be kept for later: {error}", stacklevel=2)
        else:
            judge = load_judge(kept)  # as it will be heard later: kept weights have 16 bits
    return judge


def _train_with_bar(corpus):
    from tqdm import tqdm

    print(f"training a judge for {corpus.name}, once, up to three minutes ...", flush=True)
    clips = min(len(corpus.train), MOST_CLIPS)
    steps = max(FEWEST_STEPS, PASSES * 2 * clips // BATCH)
    shape = "judge {percentage:3.0f}%|{bar}| {elapsed}{postfix}"
    with tqdm(total=100, bar_format=shape, dynamic_ncols=True) as bar:

        def progress(step, share, loss):
            bar.set_postfix_str(f"step {step}, loss {loss:.2f}", refresh=False)
            bar.update(100 * share - bar.n)

        judge = train_judge(corpus, steps=steps, progress=progress, seconds=MOST_SECONDS)
        bar.update(100 - bar.n)
    return judge


def _names(corpus):
    return [tuple(names) for names in corpus.conditions.values()]


def _kept_file(corpus):
    return cache_folder() / f"judge_{corpus.key[:16]}.npz"


def _shipped(corpus_name, must=False):
    """The name of a corpus' shipped judge, None if there is none, InputError if there must be."""
    shipped = list_pretrained()
    known = [n.removeprefix("judge_") for n in shipped if n.startswith("judge_")]
    if must and corpus_name not in known:
        raise InputError(
            f"no judge is shipped for {corpus_name!r}; there is one for: {', '.join(known)}"
        )
    return f"judge_{corpus_name}" if corpus_name in known else None
