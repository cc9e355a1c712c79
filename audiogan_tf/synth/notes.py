"""Musical notes by five classical methods, in tune, every factor recorded.

All arithmetic is float64 and ends in 16-bit steps: one seed gives the same samples on every
processor, but for a few that differ by one step. Each method takes many notes at once: hz,
brightness and decay are (notes,) arrays, time is (samples,) in seconds, the result is
(notes, samples).
"""

import numpy as np

TIMBRES = ("additive", "fm", "subtractive", "string", "granular")
NOTE_FACTORS = {  # name: (unit, what it changes)
    "pitch": ("MIDI", "number of the semitone: 60 is C4, 69 is A4 at 440 Hz"),
    "brightness": ("1", "0 dull to 1 sharp: how strong the high partials are"),
    "attack": ("s", "time in which the level rises from nothing to its highest"),
    "decay": ("s", "time in which the level would then fall by 60 dB"),
    "duration": ("s", "time for which the key is held"),
}
NOTE_RANGES = {"attack": (0.003, 0.05), "decay": (0.5, 3.0), "duration": (0.15, 0.45)}  # s
PLAIN = {"brightness": 0.5, "attack": 0.005, "decay": 1.5, "duration": 0.4}
RELEASE = 0.04  # seconds from the key's release to silence
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
DRAWBARS = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.6, 6: 0.5, 8: 0.5}  # an organ's partials: levels
GRAIN = 0.05  # seconds


def midi_to_hz(midi):
    """Frequency of a MIDI number in equal temperament, A4 = 69 = 440 Hz. Built in lesson 03."""
    return 440.0 * 2.0 ** ((np.asarray(midi, "float64") - 69) / 12)


def note_name(midi):
    """The name of a MIDI number: 60 is C4, 61 is C#4."""
    return f"{NAMES[int(midi) % 12]}{int(midi) // 12 - 1}"


def draw_note_factors(rng, midi):
    """Draw the other factors of notes whose pitches are given.

    midi: (notes,) MIDI numbers. Returns name -> (notes,) float64, in the units of NOTE_FACTORS;
    attack and decay are drawn on a log scale.
    """
    count = len(midi)
    factors = {"pitch": np.asarray(midi, "float64"), "brightness": rng.uniform(size=count)}
    for name in ("attack", "decay"):
        factors[name] = np.exp(rng.uniform(*np.log(NOTE_RANGES[name]), count))
    return factors | {"duration": rng.uniform(*NOTE_RANGES["duration"], count)}


def play_notes(timbre, factors, samples, sample_rate, rng):
    """Synthesise notes of one timbre.

    timbre: one of TIMBRES; factors: as draw_note_factors gives; rng: numpy Generator, for what
    the factors leave open. Returns (notes, samples) float32, each peaking at 0.95, in steps of
    1/32768. Built step by step in lesson 03.
    """
    time = np.arange(samples) / sample_rate
    hz, decay = midi_to_hz(factors["pitch"]), factors["decay"]
    sounds = METHODS[timbre](time, hz, factors["brightness"], decay, rng)
    if timbre == "string":
        decay = np.full(len(hz), np.inf)  # a string decays by itself
    for sound, *timing in zip(sounds, factors["attack"], decay, factors["duration"], strict=True):
        sound *= envelope(time, *timing)
        sound *= 0.95 / np.abs(sound).max()
    return (np.rint(sounds * 32768) / 32768).astype("float32")


def play_note(timbre, pitch, seconds=0.5, sample_rate=16000, seed=0, **factors):
    """One note, (samples,) float32; a factor not given is as in PLAIN. Used in lesson 03."""
    values = PLAIN | factors | {"pitch": pitch}
    arrays = {name: np.array([value], "float64") for name, value in values.items()}
    samples, rng = round(seconds * sample_rate), np.random.default_rng(seed)
    return play_notes(timbre, arrays, samples, sample_rate, rng)[0]


def envelope(time, attack, decay, duration):
    """The level of one note: rise in a straight line, fall by 60 dB in `decay`, end softly.

    time: (samples,) s; attack, decay and duration in s. Returns (samples,) in [0, 1].
    """
    rise = np.clip(time / attack, 0, 1)
    fall = 10.0 ** (-3 * np.maximum(time - attack, 0) / decay)
    release = 0.5 + 0.5 * np.cos(np.pi * np.clip((time - duration) / RELEASE, 0, 1))
    return rise * fall * release


def additive(time, hz, brightness, decay, rng):
    """Add sines: the partials of an organ's drawbars, the high ones stronger in bright notes."""
    sounds = np.zeros((len(hz), len(time)))
    for sound, pitch, bright in zip(sounds, hz, brightness, strict=True):
        starts = rng.uniform(0, 2 * np.pi, len(DRAWBARS))  # a partial's phase is not heard
        for (number, level), start in zip(DRAWBARS.items(), starts, strict=True):
            if number * pitch < _nyquist(time):
                level *= number ** (1.5 * bright - 1.5)
                sound += level * np.sin(2 * np.pi * number * pitch * time + start)
    return sounds


def fm(time, hz, brightness, decay, rng):
    """Frequency modulation: a sine whose phase is shaken by another sine of the same pitch.

    The index, how hard it is shaken, falls with time, as a trumpet's brightness does.
    Chowning (1973).
    """
    sounds = np.empty((len(hz), len(time)))
    for i, (pitch, bright) in enumerate(zip(hz, brightness, strict=True)):
        highest = _nyquist(time) / pitch - 3  # beyond it, sidebands would fold back
        index = min(0.3 + 4 * bright, highest) * np.exp(-time / 0.25)
        turns = 2 * np.pi * pitch * time + rng.uniform(0, 2 * np.pi)
        sounds[i] = np.sin(turns + index * np.sin(turns))
    return sounds


def subtractive(time, hz, brightness, decay, rng):
    """A mixture of saw and pulse through a resonant low-pass whose cutoff sinks to rest."""
    sounds = np.empty((len(hz), len(time)))
    cutoff = np.empty_like(sounds)
    for i, (pitch, bright) in enumerate(zip(hz, brightness, strict=True)):
        start, width, share = rng.uniform((0, 0.1, 0), (1, 0.5, 0.9))
        sounds[i] = saw(time, pitch, start) - share * saw(time, pitch, start + width)
        lowest, open_filter = 3 * pitch, 0.6 * _nyquist(time)
        rest = lowest * (open_filter / lowest) ** bright
        cutoff[i] = rest * 2.0 ** np.exp(-time / 0.05)
    return resonant_low_pass(sounds, cutoff * time[1], quality=2.0)


def saw(time, hz, start=0.0):
    """A sawtooth without aliases: the sum of all partials below the Nyquist frequency.

    hz: its pitch; start: place in the first period, in periods. Returns (samples,).
    Cosines of equal strength have a sum in closed form, a train of pulses; adding that up over
    time makes partial k as strong as 1 / k. Stilson and Smith (1996).
    """
    ends = 2 * np.floor(0.98 * _nyquist(time) / hz) + 1  # twice the partials, and one
    half = np.pi * (hz * time + start)
    bottom = np.sin(half)
    in_pulse = np.abs(bottom) < 1e-9
    pulses = np.where(in_pulse, ends, np.sin(ends * half) / np.where(in_pulse, 1.0, bottom))
    steps = np.cumsum(pulses - 1) * hz * time[1]
    return steps - steps.mean()


def resonant_low_pass(sounds, cutoff, quality):
    """A state-variable filter with two poles, whose cutoff may move with every sample.

    sounds: (notes, samples); cutoff: same shape, in cycles per sample; quality: the gain at the
    cutoff. Zavalishin (2012).
    """
    gain = np.ascontiguousarray(np.tan(np.pi * np.minimum(cutoff, 0.48)).T)
    inputs = np.ascontiguousarray(sounds.T)
    damp, band, low = 1 / quality, 0.0, 0.0
    scale = 1 / (1 + gain * (damp + gain))
    for t, (x, g) in enumerate(zip(inputs, gain, strict=True)):  # all notes at once
        middle = (band + g * (x - low)) * scale[t]
        inputs[t] = low + g * middle
        band, low = 2 * middle - band, 2 * inputs[t] - low
    return inputs.T.copy()


def string(time, hz, brightness, decay, rng):
    """A plucked string: a burst of noise goes round a delay of one period and is worn down.

    decay: (notes,) s, in which the fundamental falls by 60 dB. A dull string is plucked softly
    and loses its high partials sooner. Karplus and Strong (1983).
    """
    longest = int(1 / (hz.min() * time[1])) + 4
    sounds = np.zeros((longest + len(time), len(hz)))  # before the pluck, silence
    delays, taps = np.empty((6, len(hz)), int), np.empty((6, len(hz)))
    for i, (pitch, bright, fall) in enumerate(zip(hz, brightness, decay, strict=True)):
        first, taps[:, i] = string_loop(pitch * time[1], bright, pitch * fall)
        delays[:, i] = np.arange(first, first + 6)
        burst = np.exp(2j * np.pi * rng.uniform(size=first // 2 + 1))  # each partial's phase
        burst[1:] *= np.arange(1, len(burst)) ** (1.5 * bright - 1.5)
        burst[0] = 0
        sounds[longest : longest + first, i] = np.fft.irfft(burst, first)
    notes = np.arange(len(hz))
    for t in range(longest, len(sounds)):  # all notes at once
        sounds[t] += (taps * sounds[t - delays, notes]).sum(axis=0)
    return sounds[longest:].T.copy()


def string_loop(cycles, brightness, periods):
    """Once round a string: its shortest delay in samples, and the six taps that follow it.

    cycles: pitch in cycles per sample; periods: in which the fundamental falls by 60 dB.
    The taps are a low-pass, which wears the high partials down, times an interpolation between
    samples, for a period is no whole number of them. Laakso et al. (1996).
    """
    keep = 10.0 ** (-3 / periods)  # what is left of the fundamental after one round
    share = 0.9 - 0.85 * brightness  # of the loss, which the low-pass causes
    bend = 1 - np.cos(2 * np.pi * cycles)
    side = min(0.25, share * (1 - keep) / (2 * bend))
    low_pass = np.array([side, 1 - 2 * side, side]) * keep / (1 - 2 * side * bend)
    delay = int(1 / cycles) - 2  # the low-pass takes one sample, the interpolation 1 to 2
    between = 1 / cycles - delay - 1
    places = np.arange(4)
    cubic = [np.prod([(between - j) / (i - j) for j in places if j != i]) for i in places]
    return delay, np.convolve(low_pass, cubic)


def granular(time, hz, brightness, decay, rng):
    """A cloud of grains, short faded snippets of a tone: its fundamental and one other partial.

    Which partial is drawn anew for each grain, higher ones for bright notes. All grains of a note
    keep to one clock, so their sum stays in tune. Roads (1978).
    """
    length = round(GRAIN / time[1])
    every, window = length // 4, np.hanning(length)
    sounds = np.zeros((len(hz), len(time) + 3 * length))
    for sound, pitch, bright in zip(sounds, hz, brightness, strict=True):
        starts = np.arange(0, len(time) + length, every)
        starts += rng.integers(0, every, len(starts))
        partials = rng.geometric(0.8 - 0.6 * bright, len(starts)) - 1
        partials = partials % int(_nyquist(time) / pitch) + 1  # none above the Nyquist frequency
        for start, number in zip(starts, partials, strict=True):
            turns = 2 * np.pi * pitch * time[1] * np.arange(start, start + length)
            sound[start : start + length] += window * (np.sin(turns) + np.sin(number * turns))
    return sounds[:, length : length + len(time)].copy()


def _nyquist(time):
    return 0.5 / time[1]


METHODS = {
    "additive": additive,
    "fm": fm,
    "subtractive": subtractive,
    "string": string,
    "granular": granular,
}
