"""Checks for the lessons' exercises: each says Solved, or Not yet with a hint.

A check is called `lesson_NN_name`, takes the student's function or answer, prints one line and
returns True or False. It never raises: an error in the student's code becomes a hint.
"""

import copy
import functools

import numpy as np


class NotYet(Exception):
    """An answer that is not right yet; the message is the hint."""


def exercise(check):
    """Turn a function that raises NotYet, or returns praise, into a check."""

    @functools.wraps(check)
    def run(*answer):
        try:
            praise = check(*answer)
        except NotYet as hint:
            print(f"Not yet: {hint}")
            return False
        except Exception as error:
            print(f"Not yet: your code stopped with {type(error).__name__}: {error}")
            return False
        print(f"Solved: {praise}")
        return True

    return run


def expect(condition, hint):
    """Raise NotYet with `hint` unless `condition` holds."""
    if not condition:
        raise NotYet(hint)


def _array(value, shape):
    expect(value is not None, "the function returns nothing yet; end it with return")
    value = np.asarray(value)
    expect(value.shape == shape, f"the result has shape {value.shape}, wanted {shape}")
    return value


@exercise
def lesson_02_decibels(to_decibels):
    """to_decibels(magnitude, floor_db): levels in dB, nothing below the floor."""
    magnitude = np.float32([[10.0, 1.0], [0.1, 0.0]])
    level = _array(to_decibels(magnitude, -60.0), (2, 2))
    expect(
        np.isfinite(level).all(),
        "log10(0) is minus infinity: raise the magnitude to the "
        "floor's own magnitude, 10 ** (floor_db / 20), before the logarithm",
    )
    expect(
        not np.allclose(level[0], [10, 0]),
        "a magnitude of 10 is 20 dB, not 10: decibels are "
        "10 log10 of a power, so 20 log10 of a magnitude",
    )
    expect(level[1, 1] >= -60.001, f"silence came out at {level[1, 1]:.0f} dB, below the floor")
    expect(
        np.allclose(level, [[20, 0], [-20, -60]], atol=1e-3),
        "10, 1, 0.1 and 0 should become 20, 0, -20 and the floor",
    )
    expect(
        np.allclose(to_decibels(magnitude, -10.0)[1], -10, atol=1e-3),
        "with floor_db=-10 the magnitudes 0.1 and 0 should both become -10: use floor_db",
    )
    return "ten times the magnitude is 20 dB more, and silence stands on the floor."


@exercise
def lesson_02_istft(istft):
    """istft(spectrum, n_fft, hop_length) for one clip: (frames, bins) to (samples,)."""
    from audiogan_tf import spectral

    rng = np.random.default_rng(0)
    wave = rng.uniform(-1, 1, 640).astype("float32")
    for n_fft, hop in ((128, 32), (64, 32)):
        spectrum = spectral.stft(wave[None], n_fft, hop)[0].numpy()
        got = _array(istft(spectrum, n_fft, hop), (640,))
        error, middle = np.abs(got - wave), slice(n_fft, -n_fft)
        ratio = np.sum(got[middle] * wave[middle]) / np.sum(wave[middle] ** 2)
        expect(
            np.isfinite(got).all(),
            "there are NaN or infinite samples: some samples at the "
            "very edge are covered by no window; divide by at least 1e-8",
        )
        expect(
            abs(ratio - 1) < 0.01 or error[middle].max() < 1e-4,
            f"the middle is {ratio:.2f} "
            "times as loud as it should be: divide by the sum of the squared windows",
        )
        expect(
            error[middle].max() < 1e-4,
            "the middle is not the sound: multiply each frame by "
            "the window once more, add it at its place, and cut n_fft // 2 samples off the front",
        )
        expect(
            error.max() < 1e-4,
            "only the edges are wrong: add up the squared windows that "
            "really cover each sample, instead of dividing by one constant",
        )
    return "the sound comes back, and the first and last samples with it."


@exercise
def lesson_02_representation(representation):
    """A Representation of 16 kHz with at most 8,192 numbers a clip and a better way back."""
    from audiogan_tf import spectral, synth

    expect(representation is not None, "assign a Representation(...) to the name")
    expect(representation.sample_rate == 16000, "the drums have a sample rate of 16000 Hz")
    numbers = representation.frames * representation.bins
    expect(
        numbers <= 8192,
        f"a picture has {numbers} numbers; the budget is 8192: fewer frames "
        "means a larger hop_length, fewer bands a smaller n_mels",
    )
    rng = np.random.default_rng(5)
    draws = [(name, synth.draw_factors(rng, name)) for name in synth.DRUMS]
    waves = np.stack([synth.drum(*draw, 8064, 16000, rng) for draw in draws])
    got = np.zeros_like(waves)
    used = min(8064, representation.samples)
    expect(used >= 7000, f"(frames - 1) * hop_length is {used} samples; the drums are 8064 long")
    padded = np.pad(waves, ((0, 0), (0, representation.samples - used)))
    images = representation.forward(padded[:, : representation.samples])
    got[:, :used] = representation.inverse(images).numpy()[:, :used]
    wanted = np.abs(spectral.stft(waves, 512, 128))
    level = spectral.spectral_convergence(wanted, got, 512, 128)
    expect(
        level < -15,
        f"the way back reaches {level:.1f} dB, wanted is under -15 dB: look at "
        "the error budget for the step that costs most, and spend the numbers there",
    )
    return f"{numbers} numbers a clip and {level:.0f} dB: a better bargain than the lesson's."


@exercise
def lesson_06_doublings(doublings):
    """doublings(size): how often 4 must double to reach size; ValueError if it never does."""
    for size, wanted in ((4, 0), (8, 1), (64, 4), (256, 6)):
        got = doublings(size)
        expect(got == wanted, f"doublings({size}) should be {wanted}; you say {got}")
    for size in (2, 48, 63):
        try:
            doublings(size)
        except ValueError:
            continue
        expect(False, f"{size} is not 4 doubled any number of times: raise ValueError")
    return "the picture's size must be 4 times a power of two."


@exercise
def lesson_06_hinge(hinge):
    """hinge(real_logits, fake_logits): the losses of discriminator and generator."""
    from audiogan_tf import losses

    for real, fake in (([2.0, 0.5], [-3.0, 0.0]), ([-1.0, 4.0], [2.0, -0.5])):
        real, fake = np.float32(real), np.float32(fake)
        (d_loss, g_loss), wanted = hinge(real, fake), losses.hinge(real, fake)
        uncut = np.mean(fake) - np.mean(real)
        expect(
            not np.isclose(d_loss, [uncut, uncut + 2]).any(),
            "this still pays the discriminator for pushing past its margin: cut 1 - real and "
            "1 + fake off at zero with tf.nn.relu",
        )
        expect(
            not np.isclose(d_loss, wanted[0] / 2),
            "that is half of the discriminator's loss: add the real and the fake part",
        )
        expect(
            np.isclose(d_loss, wanted[0]),
            "the discriminator pays relu(1 - real) and relu(1 + fake), each averaged, then summed",
        )
        expect(
            np.isclose(g_loss, wanted[1]),
            "the generator's loss falls when the fake logits rise, without a margin",
        )
    return "no push past the margin, so the discriminator never grows too sure."


@exercise
def lesson_06_morph(morph, generator):
    """morph(generator, label, seed_a, seed_b, steps): pictures from one draw to another."""
    seen, label = [], np.array([[1]], "int32")

    def network(inputs, **options):
        seen.append(np.asarray(inputs[0]))
        return generator.network(inputs, **options)

    watched = copy.copy(generator)
    watched.network = network
    pictures = _array(morph(watched, 1, 1, 2, 7), (7, *generator.representation.shape))
    first, last = (generator.images(label, seed=seed)[0] for seed in (1, 2))
    expect(np.allclose(pictures[0], first, atol=1e-3), "the first picture is not that of seed_a")
    expect(np.allclose(pictures[-1], last, atol=1e-3), "the last picture is not that of seed_b")
    moves = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    expect(moves.min() > 0, "the picture must change at every step: blend the two noise vectors")
    noise = np.unique(np.concatenate(seen or [np.zeros((1, 64))]), axis=0)
    expect(
        len(noise) >= 7,
        "every picture must be drawn from its own noise, with generator.network([noise, labels]); "
        "blended pictures are two drums at once, not one in between",
    )
    lengths = np.linalg.norm(noise, axis=1)
    expect(
        lengths.min() > 0.8 * lengths.max(),
        f"on the way the noise shrinks from a length of {lengths.max():.1f} to "
        f"{lengths.min():.1f}: weigh the two draws with sines of the angle between them",
    )
    return "one drum turns into another, and every step on the way is a drum."


@exercise
def lesson_00_ask(ask):
    """ask(generator, label, count): `count` different sounds of one label, (count, samples)."""
    from audiogan_tf import judge, metrics
    from audiogan_tf.generation import SoundGenerator

    generator, listener = SoundGenerator.load("drums_long"), judge.judge_for("drums")
    for number, label in ((3, "snare"), (4, "kick")):
        got = _array(ask(generator, label, number), (number, generator.representation.samples))
        heard = listener.hear(got, generator.representation.sample_rate)
        wanted = np.full(number, generator.classes.index(label))
        expect(
            metrics.accuracy(heard.probabilities[0], wanted) >= 0.75,
            f"asked for {label}, but the judge hears something else: pass label=label to "
            "generator.generate, and return the sounds alone, not the conditions",
        )
        apart = np.abs(got[1:] - got[:-1]).max(axis=1)
        expect(apart.min() > 1e-3, "two of the sounds are the same: draw all of them in one call")
    return "the judge recognises every drum you asked for, and no two are alike."


@exercise
def lesson_00_score(score):
    """score(probabilities, asked): share of clips whose likeliest class is the asked one."""
    rng = np.random.default_rng(0)
    for number in (40, 7):
        probabilities = rng.dirichlet(np.ones(8), number)
        asked = rng.integers(8, size=number)
        asked[::2] = probabilities.argmax(axis=1)[::2]
        wanted = np.mean(probabilities.argmax(axis=1) == asked)
        got = score(probabilities, asked)
        expect(got is not None, "the function returns nothing yet; end it with return")
        expect(np.ndim(got) == 0, "return one number, the mean over all clips")
        expect(
            not np.isclose(got, wanted * number) or wanted == 0,
            "that is how many are right; the score is their share: divide by the number of clips",
        )
        expect(
            not np.isclose(got, probabilities[np.arange(number), asked].mean()),
            "that is the mean probability of the asked class; take the likeliest class of each "
            "row with argmax(axis=1) and compare it with what was asked",
        )
        expect(np.isclose(got, wanted), f"for {number} clips it should be {wanted:.3f}")
    return "this is the number that the course calls the judge's score."


@exercise
def lesson_00_beat(play, pattern, generator):
    """play(pattern, generator): one waveform, a drum at each (seconds, label) of the pattern."""
    rate, length = generator.representation.sample_rate, generator.representation.samples
    expect(len(pattern) >= 8, f"the pattern has {len(pattern)} hits; write at least 8")
    kinds = {label for _, label in pattern}
    expect(len(kinds) >= 3, f"the pattern uses {len(kinds)} kinds of drum; use at least 3")
    crowd = [(0.25, "kick"), (0.25, "snare"), (0.25, "clap"), (1.5, "tom")]
    for hits in (crowd, pattern):
        sound = play(hits, generator)
        expect(sound is not None, "the function returns nothing yet; end it with return")
        sound = np.asarray(sound)
        expect(sound.ndim == 1, f"return one waveform, (samples,); this has shape {sound.shape}")
        last = round(max(second for second, _ in hits) * rate)
        expect(len(sound) >= last + length // 2, "it ends before its last drum has sounded")
        peak = np.abs(sound).max()
        expect(peak > 0.05, "it is all but silent: add the drums to the waveform")
        expect(
            peak <= 1,
            f"drums that sound together add up to {peak:.1f}, more than full scale: divide the "
            "whole beat by one number, audiogan_tf.audio.limit(sound) does that",
        )
        flat = np.mean(np.abs(sound) >= 0.999 * peak)
        expect(flat < 0.01, "the tops are cut off flat: scale the whole beat, do not clip it")
        for second, label in hits:
            start = round(second * rate)
            after = np.abs(sound[start : start + length // 4]).max()
            expect(after > 0.02 * peak, f"nothing is heard at {second:g} s, no {label}")
    before = np.abs(play(crowd, generator)[: rate // 8]).max()
    expect(before < 0.01, "the first drum comes too early: start it at round(seconds * rate)")
    return f"{len(pattern)} hits, {len(kinds)} kinds of drum, and none of them existed before."
