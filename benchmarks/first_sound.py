"""How long one sound takes on the command line, beyond importing TensorFlow.

Run as `python benchmarks/first_sound.py`: whole processes, one after the other, the median of
several rounds. Prints seconds by the clock and seconds of processor time, of
`python -c "import tensorflow"`, of `python -m audiogan_tf generate --count 1`, and the difference.
"""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

ROUNDS = 5
IMPORT = ("-c", "import tensorflow")
GENERATE = ("-m", "audiogan_tf", "generate", "--model", "drums_long", "--count", "1", "--out")


def seconds(words):
    """One process: seconds by the clock and of processor time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system
    return time.perf_counter() - start, spent - before.children_user - before.children_system


def main():
    with tempfile.TemporaryDirectory() as folder:
        seconds(IMPORT), seconds((*GENERATE, f"{folder}/first"))  # from now on all files are read
        rounds = [
            (seconds(IMPORT), seconds((*GENERATE, f"{folder}/{number}")))
            for number in range(ROUNDS)
        ]
    bare, whole = np.median(rounds, axis=0)
    for name, row in (("import", bare), ("generate", whole), ("difference", whole - bare)):
        print(f"{name:12} {row[0]:6.2f} s by the clock {row[1]:6.2f} s of processor time")


if __name__ == "__main__":
    main()
