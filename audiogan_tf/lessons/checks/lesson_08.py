"""Checks for the exercises of lesson 08."""

from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.lessons.checks.base import NotYet, array, demand, exercise, expect
from audiogan_tf.models import latent
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound import descriptors

import numpy as np

LESS_LIMIT = 1.0  # noise beyond it is drawn again
KEPT, BRIGHTER = 0.9, 1.25  # what a knob for brightness must reach


@exercise
def lesson_08_labels(labels_for):
    """labels_for(conditions, count, **wanted): rows of numbers for names, (count, k) int."""
    digits = {"digit": tuple("0123456789"), "speaker": ("george", "jackson", "theo")}
    notes = {"pitch": ("C4", "D4"), "timbre": ("string", "fm"), "length": ("long", "short")}
    cases = (
        (digits, 3, {"digit": "7", "speaker": "theo"}, [7, 2]),
        (digits, 1, {"speaker": "george", "digit": "0"}, [0, 0]),
        (notes, 2, {"length": "short", "timbre": "fm", "pitch": "C4"}, [0, 1, 1]),
    )
    for conditions, count, wanted, row in cases:
        wrong_shape = (
            f"for count={count} and {len(row)} conditions the shape should be {{wanted}}, yours "
            "is {shape}: one row a clip, one column a condition"
        )
        got = array(labels_for(conditions, count, **wanted), (count, len(row)), wrong_shape)
        whole, right = np.issubdtype(got.dtype, np.integer), (got == row).all()
        rules = {
            "labels are whole numbers: make the array with dtype int32": whole,
            f"{wanted} should give the row {row}, yours is {got[0].tolist()}: the columns follow "
            "the order of `conditions`, each number is the name's place in its tuple": right,
        }
        demand(rules)
    try:
        labels_for(digits, 1, digit="11", speaker="theo")
    except ValueError:
        return "a name has become a row that every generator of the kit understands."
    raise NotYet("digit='11' is no class: raise ValueError, as tuple.index does by itself")


@exercise
def lesson_08_truncated(truncated):
    """truncated(rng, count, latent_dim, limit): noise with no number beyond the limit."""
    for limit in (LESS_LIMIT, 0.5, 2.0):
        got = truncated(np.random.default_rng(0), 500, 64, limit)
        got = array(got, (500, 64), "the shape should be {wanted}, yours is {shape}")
        far, wanted = np.abs(got), _truncated_spread(limit)
        on_it, near = (np.mean(far > share * limit) for share in (0.999, 0.9))
        right = abs(got.std() / wanted - 1) < 0.014 and abs(got.mean()) < 0.02
        rules = {
            f"with limit={limit} there is still a {far.max():.2f}: go on drawing again, in a "
            "loop, until no number lies beyond the limit": far.max() <= limit,
            "many numbers lie exactly on the limit: they were clipped; draw them again "
            "instead": on_it < 0.01,
            "hardly any number comes near the limit: do not shrink the noise, keep what lies "
            "within the limit as it is and draw only the others again": near > 0.02,
            f"with limit={limit} the spread should be {wanted:.3f}, yours is {got.std():.3f}: "
            "start from rng.standard_normal, and draw again from the same distribution": right,
        }
        demand(rules)
    _draws_from(truncated)
    return "this is the truncation of Marchesi (2017) and of BigGAN."


def _draws_from(truncated):
    """The numbers come from the generator that is passed in: same seed, same noise."""
    one, again, other = (truncated(np.random.default_rng(k), 2, 8, LESS_LIMIT) for k in (0, 0, 1))
    fixed = "two different `rng` give the same noise: draw from the `rng` that is passed in"
    expect(not np.array_equal(one, other), fixed)
    own = "the same `rng` gives other noise each time: draw only from the `rng` that is passed in"
    expect(np.array_equal(one, again), own)


def _truncated_spread(limit):
    """Standard deviation of a normal distribution cut off at +-limit."""
    x = np.linspace(-limit, limit, 2001)
    weight = np.exp(-0.5 * x**2)
    return np.sqrt(np.sum(weight * x**2) / np.sum(weight))


@exercise
def lesson_08_brighter(direction):
    """A unit direction of notes_long that makes notes brighter and keeps pitch and timbre."""
    expect(direction is not None, "assign the direction to the name")
    notes = SoundGenerator.load("notes_long")
    size = notes.latent_dim
    direction = array(direction, (size,), "its shape should be {wanted}, not {shape}")
    direction = direction.astype("float32")
    length = float(np.linalg.norm(direction))
    unit = abs(length - 1) < 1e-3
    expect(np.isfinite(length) and length > 0, "it is all zeros, or not finite")
    expect(unit, f"its length is {length:.3f}: divide it by np.linalg.norm(direction)")
    labels = notes.draw_conditions(50, seed=99)
    noise = np.random.default_rng(99).standard_normal((50, size), "float32")
    sing, rate = latent.voice(notes), notes.representation.sample_rate
    dull, bright = (sing(latent.moved(noise, direction, at), labels)[1] for at in (-2, 2))
    rises = descriptors.brightness(bright, rate) / descriptors.brightness(dull, rate)
    rise = float(np.exp(np.mean(np.log(rises))))
    expect(rise > 1 / BRIGHTER, "it makes the notes duller: turn its sign round")
    expect(
        rise >= BRIGHTER,
        f"from -2 to 2 the centroid is multiplied by {rise:.1f} only, wanted is {BRIGHTER}: "
        "measure the brightness of several hundred draws, and subtract the mean of each label "
        "before you fit",
    )
    judge = judge_for("notes")
    heard = [judge.hear(waves, rate).classes == labels for waves in (dull, bright)]
    kept = min(float(right.all(axis=1).mean()) for right in heard)
    expect(kept >= KEPT, f"only {kept:.0%} keep pitch and timbre; wanted are {KEPT:.0%}")
    return "the centroid rises by more than a quarter, and pitch and timbre stay as asked."
