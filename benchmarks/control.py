"""Does a sound come out as asked? Labels, pitch, directions and delay of the shipped generators.

Prints how often the judge hears every label as asked, beside held-out clips and noise; how far
notes are from the asked pitch, beside real notes that took the same way to a picture and back; how
much one direction of the noise changes how long a word lasts and when it begins, and whether the
labels are kept; and the time from a slider's new value to the finished sound. Run as
`python benchmarks/control.py`; needs no recordings.
"""

import time

import audiogan_tf
from audiogan_tf import synth
from audiogan_tf.judging.judge_training import judge_for
from audiogan_tf.models import latent
from audiogan_tf.showing.players import flac_bytes
from audiogan_tf.showing.tiles import tiles
from audiogan_tf.sound import descriptors

import numpy as np

LABELLED = ("digits_long", "fsdd_long", "notes_long")
DRAWS, DIRECTION_DRAWS = 600, 100
TOLERANCE = 20  # cents
FLOOR_DB = -35.0  # a sound lasts from its first to its last sample above this


def draw(generator, count, seed):
    """Noise, labels and sounds of `count` clips."""
    labels = generator.draw_conditions(count, seed=seed)
    noise = np.random.default_rng(seed).standard_normal((count, generator.latent_dim), "float32")
    sing = latent.voice(generator, iterations=60)
    parts = [sing(noise[i : i + 100], labels[i : i + 100])[1] for i in range(0, count, 100)]
    return noise, labels, np.concatenate(parts)


def labels_right(name):
    """Share of draws with every label heard as asked: generated, held out, noise."""
    generator, judge = audiogan_tf.SoundGenerator.load(name), judge_for(name.split("_")[0])
    _, asked, sounds = draw(generator, DRAWS, seed=1)
    known = judge.reference
    heard = judge.hear(sounds, generator.representation.sample_rate).classes
    real = judge.classify(known.test).classes == known.test_conditions
    noise = judge.classify(known.noise).classes == asked[: len(known.noise)]
    each = ", ".join(
        f"{factor} {share:.3f}"
        for factor, share in zip(judge.conditions, (heard == asked).mean(axis=0), strict=True)
    )
    right, floors = (
        (heard == asked).all(axis=1).mean(),
        [f.all(axis=1).mean() for f in (real, noise)],
    )
    beside = f"(real {floors[0]:.3f}, noise {floors[1]:.3f})"
    print(f"{name:12} all labels right {right:.3f} {beside}; {each}")


def off_pitch(waves, midi):
    """Distance from the asked pitch in cents; 9999 where no pitch is found."""
    hz = descriptors.pitch(waves, 16000)
    return np.nan_to_num(np.abs(descriptors.cents(hz, synth.midi_to_hz(midi))), nan=9999)


def pitch_dial():
    generator = audiogan_tf.SoundGenerator.load("notes_long")
    _, asked, sounds = draw(generator, DRAWS, seed=1)
    midi = 60 + asked[:, 0]
    rng, size = np.random.default_rng(1), (generator.representation.samples, 16000)
    real = np.zeros_like(sounds)
    for k, timbre in enumerate(synth.TIMBRES):
        chosen = asked[:, 1] == k
        factors = synth.draw_note_factors(rng, midi[chosen])
        real[chosen] = synth.play_notes(timbre, factors, *size, rng)
    there_and_back = [
        generator.representation.inverse(generator.representation.forward(real[i : i + 100]))
        for i in range(0, len(real), 100)
    ]
    for name, waves in (
        ("notes_long", sounds),
        ("real notes", real),
        ("real, picture and back", np.concatenate(there_and_back)),
    ):
        off = off_pitch(waves, midi)
        by_timbre = [np.mean(off[asked[:, 1] == k] <= TOLERANCE) for k in range(len(synth.TIMBRES))]
        each = ", ".join(f"{t} {v:.2f}" for t, v in zip(synth.TIMBRES, by_timbre, strict=True))
        within = np.mean(off <= TOLERANCE)
        print(
            f"{name:22} within {TOLERANCE} cents {within:.3f}, median {np.median(off):.1f}; {each}"
        )


def length_directions(name):
    """Directions of the noise along which the sound lasts longer; one of them holds its onset."""
    generator = audiogan_tf.SoundGenerator.load(name)
    rate = generator.representation.sample_rate
    noise, labels, sounds = draw(generator, 1000, seed=11)
    longer = latent.factor_direction(noise, descriptors.duration(sounds, rate, FLOOR_DB), labels)
    later = latent.factor_direction(noise, descriptors.onset(sounds, rate, FLOOR_DB), labels)
    chance = np.random.default_rng(1).standard_normal(len(longer)).astype("float32")
    found = {"longer": longer, "held": longer - (longer @ later) * later, "random": chance}
    return {kind: direction / np.linalg.norm(direction) for kind, direction in found.items()}


def turn_length(name):
    """Set the coordinate along each direction to -2 and to 2 in fresh draws."""
    generator, judge = audiogan_tf.SoundGenerator.load(name), judge_for(name.split("_")[0])
    rate, sing = generator.representation.sample_rate, latent.voice(generator)
    noise, labels, _ = draw(generator, DIRECTION_DRAWS, seed=5)
    for kind, direction in length_directions(name).items():
        ends = [sing(latent.moved(noise, direction, at), labels)[1] for at in (-2, 2)]
        less, more = (descriptors.duration(waves, rate, FLOOR_DB) for waves in ends)
        early, late = (descriptors.onset(waves, rate, FLOOR_DB) for waves in ends)
        kept = [(judge.hear(waves, rate).classes == labels).all(axis=1).mean() for waves in ends]
        print(
            f"{name:12} {kind:6} direction: length {1000 * np.mean(more - less):+.0f} ms, longer "
            f"in {np.mean(more > less):.0%}; onset {1000 * np.mean(late - early):+.0f} ms; all "
            f"labels kept {kept[0]:.0%} and {kept[1]:.0%}"
        )


def slider_delay(name, turns=50):
    """Milliseconds from a new value to 16-bit sound and a picture, median and 95th percentile."""
    generator = audiogan_tf.SoundGenerator.load(name)
    sing, labels = latent.voice(generator), np.zeros((1, len(generator.conditions)), "int32")
    took = []
    for turn in range(turns + 2):  # the first traces the graph
        noise = np.full((1, generator.latent_dim), turn / turns, "float32")
        began = time.perf_counter()
        pictures, waves = sing(noise, labels)
        flac_bytes(waves[0], generator.representation.sample_rate)
        tiles(pictures, columns=1, zoom=4)
        took.append(1000 * (time.perf_counter() - began))
    middle, most = np.quantile(took[2:], (0.5, 0.95))
    print(f"{name:12} slider to sound {middle:.0f} ms, 95 % of them within {most:.0f} ms")


def main():
    for name in LABELLED:
        labels_right(name)
    pitch_dial()
    for name in ("fsdd_long", "digits_long"):
        turn_length(name)
    for name in LABELLED:
        slider_delay(name)


if __name__ == "__main__":
    main()
