"""Checks for lesson 16's exercises; see `checks`."""

from audiogan_tf.judging.fidelity import spectral_convergence
from audiogan_tf.lessons.checks.base import array, compare, exercise, expect, number, returned
from audiogan_tf.sound.descriptors import cents, pitch
from audiogan_tf.sound.editing import click, splice
from audiogan_tf.sound.spectral import stft
from audiogan_tf.synth.notes import midi_to_hz, note_name, play_note

import numpy as np

RATE = 16000
SHARP = 12.0  # dB of the measure `click`: what a seam may have
IN_TUNE = 5.0  # cents
SAME_NOTE = -6.0  # dB of spectral convergence to the note in tune


def _looped(waveform, times, overlap, fade="equal power"):
    result = waveform
    for _ in range(times - 1):
        result = splice(result, waveform, overlap, fade)
    return result


@exercise
def lesson_16_loop(loop):
    """loop(waveform, times, overlap): a sound so many times in a row, the seams cross-faded."""
    waveform = np.random.default_rng(16).standard_normal(400).astype("float32")
    for times, overlap in ((2, 100), (5, 60), (1, 60), (3, 0)):
        wanted = _looped(waveform, times, overlap)
        about = f"{times} times with an overlap of {overlap}"
        got = returned(loop(waveform.copy(), times, overlap))
        expect(
            np.shape(got) != (times * 400,) or overlap == 0 or times == 1,
            f"{about}: the sounds stand side by side; let the end of one overlap the start of the "
            "next one",
        )
        expect(np.shape(got) != (400,) or times == 1, f"{about}: that is the sound, once")
        others = [_looped(waveform, n, overlap).shape for n in {times - 1, times + 1} - {0}]
        expect(
            np.shape(got) not in others,
            f"{about}: yours holds one more or one less; the first one counts too",
        )
        got = array(got, wanted.shape, f"{about}: the result has shape {{shape}}, not {{wanted}}")
        mistakes = {
            f"{about}: that is equal gain, and these sounds are strangers at the seam: use equal "
            "power": _looped(waveform, times, overlap, "equal gain"),
            f"{about}: that jumps in the middle of the seam: use equal power": _looped(
                waveform, times, overlap, "none"
            ),
        }
        hint = f"{about}: the length is right, the samples are not"
        compare(got, wanted, hint, mistakes, atol=1e-4)
    return "a loop whose seams keep their power."


def _pairs():
    """Sounds to be joined: (first, second) float32 each; at sample 0, each pair would click."""
    time = np.arange(1200) / RATE
    for hz, turn in ((210, 0.5), (330, 0.27), (150, 0.8)):
        partials = [np.sin(2 * np.pi * k * (hz * time + turn)) / k for k in (1, 2, 3)]
        first = [np.sin(2 * np.pi * k * hz * time) / k for k in (1, 2, 3)]
        yield hz, np.sum(first, axis=0).astype("f4"), np.sum(partials, axis=0).astype("f4")


@exercise
def lesson_16_best_start(best_start):
    """best_start(first, second, reach): where the second must begin so that the seam is smooth."""
    for hz, first, second in _pairs():
        reach = int(RATE / hz) + 2
        hint = "return one number, a sample of the second sound"
        got = number(best_start(first.copy(), second.copy(), reach), hint)
        expect(got == int(got), f"{got} is no place in a sound: return a whole number")
        expect(0 <= got < reach, f"{int(got)} does not lie from 0 to {reach - 1}, within the reach")
        got = int(got)
        heard = click(splice(first, second[got:]), len(first))
        bare = click(splice(first, second), len(first))
        about = f"a tone of {hz} Hz: your seam at sample {got} bends {heard:.0f} dB sharper than"
        expect(got != 0 or heard <= SHARP, f"{about} its surroundings; that is the start as it was")
        near = abs(second[got] - first[-1]) < 0.15
        expect(
            heard <= SHARP or not near,
            f"{about} its surroundings: the values fit, but one curve rises where the other falls; "
            "the next sample has to fit as well",
        )
        expect(
            heard <= SHARP,
            f"{about} its surroundings ({bare:.0f} dB at sample 0), {SHARP:g} dB are allowed; "
            "which sample would have followed the first sound's last one?",
        )
    return "no fade was needed: the two curves fit."


def _notes():
    """Notes out of tune: (name, float32 note, the same note in tune, its pitch in Hz)."""
    for timbre, midi, off in (("additive", 57, 0.37), ("string", 64, -0.42), ("fm", 50, -0.2)):
        steady = {"seconds": 1.2, "sample_rate": RATE, "decay": 5.0, "duration": 1.1}
        wave, right = (play_note(timbre, midi + by, **steady) for by in (off, 0))
        yield f"{timbre}, {note_name(midi)} {100 * off:+.0f} cents", wave, right, midi_to_hz(midi)


@exercise
def lesson_16_tune(tune):
    """tune(waveform, rate): a note moved to the nearest semitone; its length stays."""
    for name, wave, right, hz in _notes():
        hint = (
            f"{name}: the result has shape {{shape}}, the note {{wanted}}: its length has to stay"
        )
        got = array(returned(tune(wave.copy(), RATE)), wave.shape, hint).astype("float32")
        before, after = pitch(np.stack([wave, got])[:, 3200:16000], RATE)
        off = float(cents(after, hz))
        expect(np.isfinite(off), f"{name}: no pitch is left in your result")
        expect(abs(float(cents(after, before))) > 1, f"{name}: its pitch is still what it was")
        expect(
            abs(off) <= IN_TUNE or abs(off - 2 * float(cents(before, hz))) > IN_TUNE,
            f"{name}: yours is twice as far off as the note: shift it the other way",
        )
        expect(
            abs(off) <= IN_TUNE,
            f"{name}: yours lies {off:+.0f} cents beside the nearest semitone, {IN_TUNE:g} are "
            "allowed; a MIDI number is 69 + 12 log2(hz / 440), and the nearest one is rounded",
        )
        magnitude = np.abs(stft(right[None], 1024, 256))
        apart = spectral_convergence(magnitude, got[None], 1024, 256)
        expect(
            apart < SAME_NOTE,
            f"{name}: the pitch is right, but the sound is another one ({apart:.0f} dB of spectral "
            f"convergence to the note in tune, under {SAME_NOTE:g} is wanted): shift the note",
        )
    return "three notes in tune, and still themselves."
