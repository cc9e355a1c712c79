"""Train a corpus' judge and put it among the shipped weights, with its held-out accuracy.

python scripts/ship_judge.py CORPUS [--seed K] [--steps N]
"""

import argparse
import time

from audiogan_tf.corpora import load_corpus
from audiogan_tf.judging.judge_training import STEPS, held_out_accuracy, train_judge
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.weights import register


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--steps", type=int, default=STEPS)
    options = arguments.parse_args()
    corpus = load_corpus(options.corpus)
    started = time.process_time()
    told = lambda *now: print(*now, flush=True)  # noqa: E731
    judge = train_judge(corpus, options.seed, options.steps, told)
    minutes = round((time.process_time() - started) / 60, 1)
    scores = held_out_accuracy(judge, corpus)
    name = f"judge_{corpus.name}"
    command = f"python scripts/ship_judge.py {corpus.name} --seed {options.seed}"
    command += f" --steps {options.steps}" if options.steps != STEPS else ""
    judge.save(pretrained_folder() / f"{name}.npz")
    register(
        name,
        f"{name}.npz",
        kind="judge",
        corpus=corpus.name,
        command=command,
        seed=options.seed,
        cpu_minutes=minutes,
        corpus_digest=corpus.digest,
        metrics=scores,
    )
    print(f"{minutes} CPU minutes; {scores}")


if __name__ == "__main__":
    main()
