"""Which pictures keep the pitch of `notes`: sound to picture and back, for several sizes.

    python benchmarks/notes_pictures.py [--each N]
Plays the corpus' test clips (N of each pitch and timbre) at the wanted rate, turns them into
pictures and back by fast Griffin-Lim, and measures pitch and attack again. A picture will do if
98 % of every timbre's clips stay within 10 cents of the pitch that was asked for.
"""

import argparse

from audiogan_tf import synth
from audiogan_tf.corpora.notes import PITCHES
from audiogan_tf.sound import descriptors
from audiogan_tf.sound.representation import Representation, forward_all, inverse_all

import numpy as np

SIZES = (  # sample rate, n_fft, hop_length, frames, mel bands
    (16000, 512, 128, 64, 64),
    (16000, 512, 128, 64, 80),
    (16000, 512, 128, 64, 96),
    (16000, 1024, 256, 32, 80),
    (16000, 1024, 256, 32, 96),
    (16000, 1024, 256, 32, 112),
    (16000, 1024, 256, 32, 128),
    (16000, 1024, 512, 16, 128),
    (8000, 512, 128, 32, 64),
    (8000, 512, 128, 32, 80),
    (8000, 512, 128, 32, 96),
)


def measure(representation, each):
    """Worst timbre's share within 10 cents, 95 % point in cents, median attack error in ms."""
    rate, shares, cents, late = representation.sample_rate, [], [], []
    midi = np.repeat(PITCHES, each)
    for number, timbre in enumerate(synth.TIMBRES):
        rng = np.random.default_rng([number, True])
        factors = synth.draw_note_factors(rng, midi)
        sounds = synth.play_notes(timbre, factors, representation.samples, rate, rng)
        pictures = forward_all(sounds, representation)
        back = inverse_all(pictures, representation)
        off = descriptors.cents(descriptors.pitch(back, rate), synth.midi_to_hz(midi))
        off = np.nan_to_num(np.abs(off), nan=1200.0)
        shares.append(np.mean(off <= 10))
        cents.append(off)
        late.append(np.abs(descriptors.attack(back, rate) - factors["attack"]))
    return min(shares), np.quantile(cents, 0.95), 1000 * np.median(late)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=8)
    options = arguments.parse_args()
    print("  rate n_fft  hop   picture numbers   worst timbre   95 % within   attack off by")
    for rate, n_fft, hop, frames, bands in SIZES:
        loudest = round(20 * np.log10(n_fft / 4))  # the level of a full-scale sine
        levels = {"floor_db": loudest - 72, "ceiling_db": loudest + 5}
        representation = Representation(rate, n_fft, hop, frames, n_mels=bands, **levels)
        share, cents, attack = measure(representation, options.each)
        print(
            f"{rate:6} {n_fft:5} {hop:4} {frames:5} x {bands:3} {frames * bands:6} "
            f"{100 * share:11.1f} % {cents:11.1f} c {attack:11.1f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
