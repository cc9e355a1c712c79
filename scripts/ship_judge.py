"""Train a corpus' judge and put it among the shipped weights, with its held-out accuracy.

python scripts/ship_judge.py CORPUS [--seed K]
"""

import argparse
import time

from audiogan_tf.corpora import load_corpus
from audiogan_tf.judging.judge_training import held_out_accuracy, train_judge
from audiogan_tf.storage.places import pretrained_folder
from audiogan_tf.storage.weights import register


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    corpus = load_corpus(options.corpus)
    started = time.process_time()
    judge = train_judge(corpus, options.seed, progress=lambda *now: print(*now, flush=True))
    minutes = round((time.process_time() - started) / 60, 1)
    scores = held_out_accuracy(judge, corpus)
    name = f"judge_{corpus.name}"
    judge.save(pretrained_folder() / f"{name}.npz")
    register(
        name,
        f"{name}.npz",
        kind="judge",
        corpus=corpus.name,
        command=f"python scripts/ship_judge.py {corpus.name} --seed {options.seed}",
        seed=options.seed,
        cpu_minutes=minutes,
        corpus_digest=corpus.digest,
        metrics=scores,
    )
    print(f"{minutes} CPU minutes; {scores}")


if __name__ == "__main__":
    main()
