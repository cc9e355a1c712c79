"""Checks for the exercises of lesson 03."""

import functools

from audiogan_tf import synth
from audiogan_tf.lessons.checks.base import array, demand, exercise, expect
from audiogan_tf.sound import descriptors

import numpy as np

RATE, SAMPLES = 16000, 7936
PARTIALS = 8


@exercise
def lesson_03_where(where):
    """where(step, batch_size, count): epoch and place of the first clip of that step."""
    drawn = np.random.default_rng().integers((20, 2, 50), (500, 40, 200))
    drawn = tuple(int(number) for number in drawn)
    known = (0, 16, 144), (7, 16, 144), (9, 16, 144), (20, 16, 100)
    for step, batch_size, count in (*known, drawn):
        got = array(where(step, batch_size, count), (2,), "return two numbers: epoch, place")
        used = step * batch_size
        right, got = divmod(used, count), tuple(float(number) for number in got)
        told = f"step {step} with {count} clips in batches of {batch_size}"
        whole = all(number.is_integer() for number in got)
        expect(whole, f"{told}: epoch and place are whole numbers; divide with // and %, or divmod")
        got = tuple(int(number) for number in got)
        full = count // batch_size  # batches that fit into one epoch
        thrown_away = got != right and got == (step // full, step % full * batch_size)
        steps_counted = got != right and got == divmod(step, count)
        rules = {
            f"{told}: place counts clips, not steps, and each step uses up batch_size of "
            "them": not steps_counted,
            f"{told}: there are only {count} places; each epoch begins at place 0 again": got[1]
            < count,
            f"{told}: the clips left over at the end of an epoch are not thrown away, the batch "
            "goes on in the next epoch; count all clips since the start": not thrown_away,
            f"{told}: {used} clips have been drawn; you say {got}": got == right,
        }
        demand(rules)
    return "two numbers, and the training goes on as if nothing had happened."


def _sound(value, told):
    wrong_shape = f"{told}: shape {{shape}}, wanted ({SAMPLES},), one waveform"
    sound = array(value, (SAMPLES,), wrong_shape).astype("float64")
    expect(np.isfinite(sound).all(), f"{told}: some samples are NaN or infinite")
    peak = np.abs(sound).max()
    expect(peak > 0.05, f"{told}: it is all but silent")
    expect(peak <= 1, f"{told}: it peaks at {peak:.1f}; stay within [-1, 1]")
    return sound


def _cents(sound, hz, told):
    found = descriptors.pitch(sound[None], RATE)[0]
    expect(np.isfinite(found), f"{told}: no pitch can be heard in it")
    return float(descriptors.cents(found, hz))


@exercise
def lesson_03_pluck(pluck):
    """pluck(hz, samples, sample_rate): a plucked string within 5 cents of hz."""
    errors = {}
    for midi in (60, 64, 69, 74, 79, 83, 84):
        hz, told = float(synth.midi_to_hz(midi)), synth.note_name(midi)
        sound = _sound(pluck(hz, SAMPLES, RATE), told)
        parts = np.sqrt(np.mean(np.square(np.array_split(sound, 4)), axis=1))
        expect(
            parts[3] < 0.9 * parts[0], f"{told}: it does not fade; each round must lose a little"
        )
        start = sound[:200] * np.hanning(200)
        centre = descriptors.brightness(start[None], RATE)[0]
        expect(centre > 1.3 * hz, f"{told}: it is a mere sine; a string begins with noise")
        errors[told] = (hz, _cents(sound, hz, told))
        later = descriptors.brightness(sound[None, 4000:6000], RATE)[0]
        sooner = descriptors.brightness(sound[None, :2000], RATE)[0]
        expect(
            later < 0.9 * sooner,
            f"{told}: all partials fade alike; on a string the high ones die first, which the "
            "average of two neighbours does",
        )
    worst = max(errors, key=lambda name: abs(errors[name][1]))
    hz, off = errors[worst]
    late = [-1200 * np.log2(1 + 0.5 * hz / RATE) for hz, _ in errors.values()]
    early = [-1200 * np.log2(1 - 0.5 * hz / RATE) for hz, _ in errors.values()]
    found = np.array([off for _, off in errors.values()])
    in_tune = abs(off) < 5
    rules = {
        "every note is flat by half a sample: averaging two neighbours delays by half a sample, "
        "so take 0.5 off the period before you cut it into whole samples and "
        "rest": in_tune or np.abs(found - late).max() > 4,
        "every note is sharp by half a sample: half a sample was taken off the period, and nothing "
        "costs it. Does your loop average two neighbours, as pluck "
        "does?": in_tune or np.abs(found - early).max() > 4,
        f"{worst} is {off:+.0f} cents off: a period is {RATE / hz:.2f} samples, which no whole "
        "number is. Read between two samples: (1 - rest) * wave[i] + rest * wave[i - 1]": in_tune,
    }
    demand(rules)
    return "in tune from C4 to C6, by reading between two samples."


@exercise
def lesson_03_instrument(instrument):
    """instrument(hz, brightness, samples, sample_rate): in tune, with a knob, and new."""
    for midi in (60, 67, 72, 79):
        hz, told = float(synth.midi_to_hz(midi)), synth.note_name(midi)
        dull, sharp = (_sound(instrument(hz, b, SAMPLES, RATE), told) for b in (0.1, 0.9))
        for sound in (dull, sharp):
            off = _cents(sound, hz, told)
            expect(abs(off) < 5, f"{told}: {off:+.0f} cents out of tune; 5 are allowed")
        low, high = descriptors.brightness(np.stack([dull, sharp]), RATE)
        expect(
            high > 1.1 * low,
            f"{told}: brightness 0.9 has its centre at {high:.0f} Hz, 0.1 at {low:.0f} Hz; let "
            "brightness strengthen the high partials",
        )
    distance, nearest = np.inf, ""
    for midi, brightness in ((60, 0.3), (60, 0.7), (67, 0.3), (67, 0.7)):
        hz = float(synth.midi_to_hz(midi))
        ours = _partials(instrument(hz, brightness, SAMPLES, RATE), hz)
        for timbre, theirs in _known_partials(midi):
            distance, nearest = min((distance, nearest), (np.abs(ours - theirs).mean(), timbre))
    expect(
        distance > 3,
        f"its partials are within {distance:.0f} dB of the kit's {nearest}; be bolder: other "
        "partials, other strengths",
    )
    return f"a sixth instrument; the nearest of the five is {nearest}, {distance:.0f} dB away."


def _partials(sound, hz):
    """Levels of the lowest partials in dB below the strongest, (PARTIALS,), at least -40."""
    sound = np.asarray(sound, "float64")[: RATE // 4]
    time = np.arange(len(sound)) / RATE
    waves = np.exp(-2j * np.pi * hz * np.arange(1, PARTIALS + 1)[:, None] * time)
    strength = np.abs(waves @ (sound * np.hanning(len(sound))))
    return np.maximum(20 * np.log10(strength / strength.max() + 1e-9), -40)


@functools.cache
def _known_partials(midi):
    """Pairs of a timbre and its partials, for several settings of the brightness."""
    brightness, pairs = np.linspace(0.1, 0.9, 5), []
    plain = {name: np.full(5, value) for name, value in synth.PLAIN.items()}
    factors = plain | {"pitch": np.full(5, midi), "brightness": brightness}
    for timbre in synth.TIMBRES:
        sounds = synth.play_notes(timbre, factors, SAMPLES, RATE, np.random.default_rng(0))
        pairs += [(timbre, _partials(sound, synth.midi_to_hz(midi))) for sound in sounds]
    return pairs
