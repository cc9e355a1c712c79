"""Checks for lesson 11's exercises; see `checks`."""

import tracemalloc

from audiogan_tf.lessons.checks.base import compare, demand, exercise, expect, number, returned

import numpy as np


@exercise
def lesson_11_receptive_field(field):
    """field(dilations, taps): how many samples one prediction depends on."""
    for dilations, taps in (((1, 2, 4), 2), ((1, 2, 4, 1, 2, 4), 2), ((1, 3, 9), 3), ((5,), 4)):
        got, reach = number(field(dilations, taps)), sum(dilations)
        wanted = 1 + (taps - 1) * reach
        mistakes = {
            "count the newest sample as well: one more": wanted - 1,
            f"that is right for taps=2 only: {taps} taps reach {taps - 1} dilations back": 1
            + reach,
        }
        hint = (
            f"dilations {dilations} with {taps} taps give {wanted}, yours {got}: each layer sees "
            "(taps - 1) * dilation samples further back than the one below it"
        )
        compare(got, wanted, hint, mistakes, rtol=0)
    return "twice the layers see twice as far only where the dilations start again at 1."


@exercise
def lesson_11_streaming(start):
    """start(past, now, dilation): a function that takes one frame after another, and answers."""
    rng = np.random.default_rng(11)
    for dilation in (1, 4, 7):
        past, now = rng.standard_normal((2, 3, 5))
        frames = rng.standard_normal((24, 3))
        earlier = np.concatenate([np.zeros((dilation, 3)), frames])[: len(frames)]
        wanted = earlier @ past + frames @ now
        push, other = start(past, now, dilation), start(past, now, dilation)
        expect(callable(push), "start should return a function that takes one frame, shape (3,)")
        got = [push(frame) for frame in frames]
        expect(got[0] is not None, "the function that start returns gives nothing back yet")
        got = np.stack([np.asarray(one) for one in got])
        expect(got.shape == wanted.shape, f"an answer has shape {got.shape[1:]}, wanted (5,)")
        late = np.concatenate([np.zeros((dilation + 1, 3)), frames])[: len(frames)]
        mistakes = {
            "both weights see the newest frame; `past` belongs to the one `dilation` frames "
            "ago": frames @ past + frames @ now,
            "the weights have changed places: `now` belongs to the newest frame": earlier @ now
            + frames @ past,
            "the past frame is one step older than it should be: before a new frame comes, the "
            "queue holds `dilation` frames, no more": late @ past + frames @ now,
        }
        hint = (
            f"with dilation {dilation} the answers differ from the convolution's, first at frame "
            f"{int(np.argmax(~np.isclose(got, wanted).all(1)))}; before the start all is zero"
        )
        compare(got, wanted, hint, mistakes)
        expect(
            np.allclose(other(frames[0]), wanted[0]),
            "two streams share one queue: make it inside `start`, so that each has its own",
        )
    grown = _growth(start(rng.standard_normal((WIDE, 2)), rng.standard_normal((WIDE, 2)), 3))
    expect(
        grown < MOST_GROWTH,
        f"right, but after {STREAM} frames the stream still remembers them all: with `dilation` "
        "frames in a queue the work and the memory of a step stay the same for ever",
    )
    return "one step costs two products and remembers `dilation` frames, however long it runs."


WIDE, STREAM = 64, 600  # channels of a frame, and frames
MOST_GROWTH = STREAM / 2 * WIDE * 8 / 2  # bytes: half of what the later half of the frames takes


def _growth(push):
    """Bytes by which a stream's memory grows in the later half of STREAM frames."""
    frames = np.random.default_rng(12).standard_normal((STREAM, WIDE))
    tracemalloc.start()
    try:
        for i, frame in enumerate(frames):
            push(frame.copy())
            if i == STREAM // 2 - 1:
                before = tracemalloc.get_traced_memory()[0]
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


@exercise
def lesson_11_dilations(design):
    """design(field): dilations, of as few layers as can be, that see each of `field` samples."""
    for field in (2, 8, 1024, 3, 100, 1000):
        dilations = [int(dilation) for dilation in returned(design(field))]
        expect(all(dilation > 0 for dilation in dilations), "a dilation is at least 1")
        seen = 1 + sum(dilations)
        expect(seen >= field, f"asked for {field}, the stack sees only {seen} samples")
        expect(seen == field, f"asked for {field}, the stack sees {seen} samples: too far")
        reached = {0}
        for dilation in dilations:
            reached |= {place + dilation for place in reached}
        holes, fewest = sorted(set(range(field)) - reached), (field - 1).bit_length()
        rules = {
            f"for {field} the sample {min(holes, default=0)} places back has no way to the "
            "prediction: a sum of some of the dilations must give each distance": not holes,
            f"for {field} you need {len(dilations)} layers, {fewest} are enough: each layer can "
            "double what is seen, except that the last one must stop in "
            "time": len(dilations) == fewest,
        }
        demand(rules)
    return "each layer doubles the field; the last takes the rest, and no sample is missed."
