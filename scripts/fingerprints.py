"""Write tests/data/fingerprints.npz: one number for each clip that the kit synthesises.

A corpus may be named by its recipe only if its sound is checked; see `fingerprint`. Run this
when a recipe is meant to change, together with a higher VERSION.
"""

from pathlib import Path

from audiogan_tf import corpora

import numpy as np

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "fingerprints.npz"
SIDES = {"drums": ("train", "test"), "notes": ("train", "test"), "effects": ("test",)}


def fingerprint(waveforms):
    """The inner product of each clip with the same random signs, (clips,) float64.

    A step of 16 bits at one sample changes it by 3e-5, so 30 such steps by at most 1e-3; another
    pitch, decay, level or noise changes it by far more.
    """
    signs = 2.0 * np.random.default_rng(0).integers(0, 2, np.shape(waveforms)[1]) - 1
    return waveforms @ signs


def main():
    """Write the fingerprints of all clips."""
    loaded = {name: corpora.load_corpus(name) for name in SIDES}
    prints = {
        f"{name}_{side}": fingerprint(getattr(corpus, side).audio).astype("float32")
        for name, corpus in loaded.items()
        for side in SIDES[name]
    }
    np.savez_compressed(FILE, **prints)


if __name__ == "__main__":
    main()
