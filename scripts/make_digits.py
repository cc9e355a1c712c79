"""Speak the corpus `digits` with espeak-ng and write it to data/digits (about ten seconds).

python scripts/make_digits.py [--out DIR]

Needs the programs espeak-ng 1.51 and flac (Debian and Ubuntu: apt install espeak-ng flac); the kit
itself needs neither. Every step after the synthesis is exact integer arithmetic, so the samples are
the same on any machine with this version; audiogan_tf/corpora/digits.py knows their digests.
"""

import argparse
import csv
import ctypes
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy import signal

ESPEAK, RATE, ESPEAK_RATE = "1.51", 8000, 22050
TAKES, LONGEST = 35, 6048  # renderings of a word by a voice; samples of a clip
ENGLISH = "zero one two three four five six seven eight nine".split(" ")
LANGUAGES = {  # words, accents, words a minute from and to
    "en": (ENGLISH, ["en-us", "en-gb-x-rp", "en-gb-scotland"], 150, 220),
    # not "cmn": it reads the dictionary's own pinyin as if it were English
    "zh": (list("零一二三四五六七八九"), ["cmn-latn-pinyin"], 130, 200),
}
VOICES = {  # espeak-ng's variants, its pitch from and to, intonation, bits a sample
    "man": (["m3", "m4", "m6", "m7", "Alex", "max", "Mario"], 30, 80, 50, 9),
    "woman": (["f1", "f2", "f3", "f5", "shelby", "aunty", "steph2"], 30, 70, 50, 9),
    "child": (["zac", "Annie", "linda", "belinda"], 50, 90, 50, 9),
    "robot": (["klatt", "klatt2", "klatt3", "klatt4", "klatt5"], 20, 90, 0, 9),
    "whisper": (["whisper", "whisperf"], 10, 90, 50, 8),  # noise hides coarser steps
}
COLUMNS = "word voice take variant accent rate pitch start samples phonemes".split(" ")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "data" / "digits"
    arguments.add_argument("--out", type=Path, default=default)
    folder = arguments.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    speaker, rows = Speaker(), []
    for language in LANGUAGES:
        clips = []
        for row, sound, phonemes in renderings(speaker, language):
            clip, row["phonemes"] = finish(sound, phonemes, VOICES[row["voice"]][4])
            row["start"], row["samples"] = sum(map(len, clips)), len(clip)
            clips.append(clip)
            rows.append(row)
        write_flac(folder / f"{language}.flac", np.concatenate(clips))
    with open(folder / "index.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"{len(rows)} clips, {size:.2f} MB in {folder}")


def renderings(speaker, language):
    """Each word in each voice and take: its row of the index, the sound, phonemes and times."""
    words, accents, slowest, fastest = LANGUAGES[language]
    drawn, used = random.Random(0), set()  # only .random(), whose values Python guarantees
    for voice, (variants, low, high, intonation, _) in VOICES.items():
        for take in range(TAKES):
            variant, accent = variants[take % len(variants)], accents[take % len(accents)]
            rate = slowest + int((fastest - slowest + 1) * drawn.random())
            pitch = low + int((high - low + 1) * drawn.random())
            assert (variant, accent, rate, pitch) not in used, "drawn twice: change the seed"
            used.add((variant, accent, rate, pitch))
            facts = {"variant": variant, "accent": accent, "rate": rate, "pitch": pitch}
            for digit, word in enumerate(words):
                sound, phonemes = speaker.say(word, f"{accent}+{variant}", rate, pitch, intonation)
                row = {"word": f"{language}-{digit}", "voice": voice, "take": take, **facts}
                yield row, sound, phonemes


def finish(sound, phonemes, bits):
    """Resample, cut at the first and last phoneme, scale to the full range of `bits`, round.

    Returns int16 samples in steps of 2**(16 - bits), and "phoneme start ... end" in samples.
    """
    sound, scale = without_offset(resample(sound)), RATE / ESPEAK_RATE
    times = [round(start * scale) for _, start in phonemes]
    names = [name for name, _ in phonemes]
    last = names.index("")  # the pause after the word
    begin, end = max(times[0] - 40, 0), times[last] + 200  # 5 ms before, 25 ms after
    clip = sound[begin:end]
    clip[-80:] *= np.arange(80, 0, -1) / 81  # what echo is left fades out
    assert len(clip) <= LONGEST, f"{names}: {len(clip)} samples, the word would be cut"
    step = 2 ** (16 - bits)
    clip = np.rint(clip * (0.99 * 32768 / step / np.abs(clip).max())).astype(np.int64) * step
    following = zip(names[:last], times[:last], times[1:], strict=False)
    # Scottish "four" ends in an r that takes no time of its own.
    spoken = [f"{name} {time - begin}" for name, time, end in following if end > time]
    return clip.astype("<i2"), " ".join([*spoken, str(times[last] - begin)])


def resample(sound):
    """From 22,050 to 8,000 Hz with whole-number coefficients: no rounding, any order of adding."""
    delay = 24  # output samples
    taps = signal.firwin(2 * 441 * delay + 1, 3700, fs=ESPEAK_RATE * 160, window=("kaiser", 8.0))
    taps = np.rint(taps * 160 * 2**15)
    return signal.upfirdn(taps, sound.astype("float64"), 160, 441)[delay:]


def without_offset(sound):
    """Take away the mean of the 40 ms around each sample: espeak-ng's recorded s is off centre."""
    window = np.convolve(np.ones(161), np.ones(161))
    return window.sum() * sound - np.convolve(sound, window, "same")


def write_flac(path, samples):
    shape = [
        "--endian=little",
        "--sign=signed",
        "--channels=1",
        "--bps=16",
        f"--sample-rate={RATE}",
    ]
    effort = ["-8", "-b", "576"]
    command = ["flac", "-s", "-f", "--force-raw-format", *shape, *effort, "-o", str(path), "-"]
    subprocess.run(command, input=samples.tobytes(), check=True)


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("pointer", ctypes.c_char_p), ("text", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    ]


class Speaker:
    """libespeak-ng, asked for samples and for the phonemes it speaks (speak_lib.h)."""

    SYNCHRONOUS, IPA_EVENTS, UTF8, LIST_ENDS, PHONEME = 2, 1 | 2, 1, 0, 7
    SPEED, LOUDNESS, PITCH, INTONATION = 1, 2, 3, 4

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.library.espeak_Info.restype = ctypes.c_char_p
        version = self.library.espeak_Info(None).decode()
        if version.split(" ")[0] != ESPEAK:
            sys.exit(f"make_digits: this is espeak-ng {version}; the corpus is made with {ESPEAK}")
        rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 0, None, self.IPA_EVENTS)
        assert rate == ESPEAK_RATE
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
        )
        self.callback = kind(self._receive)  # kept, or it is collected while the library has it
        self.library.espeak_SetSynthCallback(self.callback)

    def _receive(self, samples, count, events):
        if count > 0:
            self.parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        number = 0
        while events[number].kind != self.LIST_ENDS:
            if events[number].kind == self.PHONEME:
                name = bytes(events[number].id.text).decode("utf-8")
                self.phonemes.append((name, events[number].sample))
            number += 1
        return 0

    def say(self, text, voice, rate, pitch, intonation):
        """int16 samples at 22,050 Hz, and [(phoneme in IPA, its first sample)]; "" is a pause.

        What is said depends a little on what was said before (the library keeps its phases), so
        everything is always said in the same order.
        """
        self.parts, self.phonemes = [], []
        assert self.library.espeak_SetVoiceByName(voice.encode()) == 0, f"no voice {voice}"
        settings = {self.SPEED: rate, self.PITCH: pitch, self.INTONATION: intonation}
        for name, value in {**settings, self.LOUDNESS: 50}.items():  # 100 clips some voices
            assert self.library.espeak_SetParameter(name, value, 0) == 0
        text = text.encode() + b"\0"
        assert self.library.espeak_Synth(text, len(text), 0, 1, 0, self.UTF8, None, None) == 0
        return np.concatenate(self.parts), self.phonemes


if __name__ == "__main__":
    main()
