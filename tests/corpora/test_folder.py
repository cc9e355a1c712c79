"""Folders as people have them: how they are read, cut and split, and what is said of them."""

import hashlib
import os
import unicodedata
import warnings
from pathlib import Path

from audiogan_tf import corpora
from audiogan_tf.corpora import FolderWarning, base
from audiogan_tf.errors import InputError, UnreadableSound
from audiogan_tf.sound import audio

import numpy as np
import pytest
import soundfile

RATE = 16000


def tone(seconds=0.4, hz=200.0, rate=RATE):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def write(folder, count, seconds=0.4, rate=RATE, channels=1):
    """`count` tones, each of another pitch."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        sound = tone(seconds, 100 + 7 * number, rate)
        soundfile.write(folder / f"{number:03d}.wav", np.stack([sound] * channels, 1), rate)
    return folder


def said(corpus):
    return "\n".join(corpus.found.sentences())


def sides(corpus):
    return (np.bincount(side.labels).tolist() for side in (corpus.train, corpus.test))


# --- What a folder is known by -----------------------------------------------------------------


def test_the_digest_of_a_plain_folder_is_as_it_always_was(tmp_path):
    write(tmp_path / "b", 2), write(tmp_path / "a", 3)
    content = b""
    for path in sorted(tmp_path.rglob("*.wav")):
        name = path.relative_to(tmp_path).as_posix().encode()
        content += name + b"\0" + hashlib.sha256(path.read_bytes()).digest()
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.digest == hashlib.sha256(content).hexdigest()
    assert corpus.digest == corpora.load_corpus(tmp_path, sample_rate=8000).digest
    for side in (corpus.train, corpus.test):
        loaded = [audio.load(path, RATE)[0] for path in side.paths]
        wanted = [audio.fix_length(wave, corpus.representation.samples) for wave in loaded]
        np.testing.assert_allclose(side.audio, audio.peak_normalise(np.stack(wanted)), atol=1e-6)


def test_the_key_covers_content_rate_length_and_classes_but_no_name(tmp_path):
    folder = write(tmp_path / "sounds" / "a", 4).parent
    key = corpora.load_corpus(folder).key
    assert key == corpora.load_corpus(folder).key and len(key) == 64
    assert key != corpora.load_corpus(folder, sample_rate=8000).key
    assert key != corpora.load_corpus(folder, seconds=1.5).key
    folder.rename(tmp_path / "other")
    assert key == corpora.load_corpus(tmp_path / "other").key
    (tmp_path / "other" / "a" / "000.wav").unlink()
    assert key != corpora.load_corpus(tmp_path / "other").key


def test_a_folder_called_like_a_corpus_is_not_taken_for_it(tmp_path, monkeypatch):
    write(tmp_path / "drums" / "kick", 3), write(tmp_path / "drums" / "snare", 3)
    monkeypatch.chdir(tmp_path)
    corpus = corpora.load_corpus("./drums")
    assert corpus.own and corpus.name == "./drums" and corpus.classes == ("kick", "snare")
    assert "./drums is your own folder" in said(corpus)


def test_the_home_folder_is_found(tmp_path, monkeypatch):
    write(tmp_path / "sounds", 2)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert corpora.load_corpus("~/sounds").found.files == 2
    assert corpora.load_folder("~/sounds").found.files == 2


def test_a_label_is_found_composed_or_not(tmp_path):
    split = unicodedata.normalize("NFD", "café")
    write(tmp_path / split, 2), write(tmp_path / "a", 2)
    assert corpora.load_corpus(tmp_path).label_index(unicodedata.normalize("NFC", "café")) == 1


# --- Layouts -----------------------------------------------------------------------------------


def test_hidden_folders_are_no_classes_and_linked_ones_are(tmp_path):
    write(tmp_path / "kick", 12), write(tmp_path / "in" / ".ipynb_checkpoints", 2)
    (tmp_path / "in" / "kick").symlink_to("../kick")
    (tmp_path / "in" / "loop").symlink_to(".")
    corpus = corpora.load_corpus(tmp_path / "in")
    assert corpus.classes == ("kick",) and corpus.found.files == 12
    assert "loop is not entered: a link back" in said(corpus)


def test_a_wrapper_folder_is_seen_through(tmp_path):
    write(tmp_path / "w" / "v" / "kick", 3), write(tmp_path / "w" / "v" / "snare", 3)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.classes == ("kick", "snare")
    assert "all sounds lie in w:" in said(corpus) and "all sounds lie in v:" in said(corpus)
    assert corpus.digest != corpora.load_corpus(tmp_path / "w" / "v").digest


def test_a_split_in_folders_is_kept(tmp_path):
    for part, count in (("train", 5), ("test", 2)):
        for label in ("kick", "snare"):
            write(tmp_path / part / label, count)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.classes == ("kick", "snare") and list(sides(corpus)) == [[5, 5], [2, 2]]
    assert {path.parts[-3] for path in corpus.test.paths} == {"test"}
    assert "test, train are a split, no labels" in said(corpus)


def test_a_split_that_would_leave_a_class_untrained_is_not_used(tmp_path):
    write(tmp_path / "train" / "kick", 5), write(tmp_path / "test" / "snare", 5)
    corpus = corpora.load_corpus(tmp_path)
    assert list(sides(corpus)) == [[4, 4], [1, 1]] and "no file of snare" in said(corpus)


def test_a_split_without_labels_has_none(tmp_path):
    write(tmp_path / "train", 5), write(tmp_path / "valid", 2)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.class_counts == () and list(sides(corpus)) == [[5], [2]]


def test_sounds_beside_folders_get_a_label_with_a_name(tmp_path):
    write(tmp_path / "kick", 3), write(tmp_path, 3)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.classes == ("unlabelled", "kick") and "3 files lie beside" in said(corpus)


def test_deeper_folders_count_for_the_upper_one(tmp_path):
    write(tmp_path / "kick" / "808", 3), write(tmp_path / "snare", 3)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.classes == ("kick", "snare") and "kick/808" in said(corpus)


def test_a_class_whose_name_is_no_utf8_is_loaded_and_can_be_shown(tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    for number in range(3):
        soundfile.write(os.fsencode(odd / f"{number}.wav"), tone(), RATE, format="WAV")
    write(tmp_path / "x", 3)
    corpus = corpora.load_corpus(tmp_path)
    assert corpus.classes == ("caf\\xe9", "x") and corpus.train.audio.shape[0] == 4
    said(corpus).encode("utf-8")


# --- The split ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts, trained, held_out",
    [
        ((5, 1), [4, 1], [1]),
        ((200, 3), [180, 2], [20, 1]),
        ((1, 1), [1, 1], [1, 1]),  # nothing can be held out: both sides are the same
        ((12,), [11], [1]),
        ((5,), [4], [1]),
    ],
)
def test_every_class_is_trained_and_held_out_where_it_can_be(tmp_path, counts, trained, held_out):
    for number, count in enumerate(counts):
        write(tmp_path / f"class_{number}", count, seconds=0.05)
    corpus = corpora.load_corpus(tmp_path)
    assert list(sides(corpus)) == [trained, held_out]
    assert ("one file each" in said(corpus)) == (1 in counts)
    assert ("are the same clips" in said(corpus)) == (counts == (1, 1))


def test_one_file_is_trained_and_tested_and_that_is_said(tmp_path):
    corpus = corpora.load_corpus(write(tmp_path, 1))
    assert corpus.train.paths == corpus.test.paths
    assert "train and test are the same clips" in said(corpus)


# --- Long files --------------------------------------------------------------------------------


def test_long_files_are_cut_into_windows_and_it_is_said(tmp_path):
    write(tmp_path, 3, seconds=21.0, rate=44100, channels=2)
    corpus = corpora.load_corpus(tmp_path)
    assert (len(corpus.train), len(corpus.test)) == (20, 10)
    assert {*corpus.train.paths} & {*corpus.test.paths} == set()
    assert "3 long files cut into 30 clips" in said(corpus)
    number = corpus.train.paths.index(tmp_path / "002.wav") + 7
    start = round(corpus.train.starts[number] * RATE)
    whole, _ = audio.load(tmp_path / "002.wav", RATE)
    wanted = audio.peak_normalise(whole[start : start + corpus.representation.samples])
    assert np.abs(corpus.train.read(number) - wanted).max() < 0.01


def test_slice_decides_what_is_cut(tmp_path):
    write(tmp_path, 2, seconds=3.5)
    clips = {
        cut: corpora.load_corpus(tmp_path, slice=cut).found.clips for cut in (None, True, False)
    }
    assert clips == {None: 2, True: 4, False: 2}  # 3.5 s are 1.7 clips
    longer = write(tmp_path / "long", 2, seconds=9)
    whole, cut = (corpora.load_corpus(longer, slice=choice) for choice in (False, True))
    assert (whole.found.clips, cut.found.clips) == (2, 8) and whole.digest != cut.digest


def test_of_one_long_file_the_end_is_held_out(tmp_path):
    write(tmp_path / "rain", 1, seconds=45), write(tmp_path / "wind", 3, seconds=0.4)
    corpus = corpora.load_corpus(tmp_path, seconds=2)
    assert list(sides(corpus)) == [[20, 2], [2, 1]] and "rain: one long file" in said(corpus)
    rain = [side.starts[side.labels == 0] for side in (corpus.train, corpus.test)]
    assert rain[0].max() < rain[1].min()


def test_parts_without_sound_are_left_out(tmp_path):
    faint = np.random.default_rng(0).normal(0, 0.001, 10 * RATE)  # 50 dB below the tone
    soundfile.write(tmp_path / "a.wav", np.concatenate([tone(10), faint, np.zeros(9000)]), RATE)
    corpus = corpora.load_corpus(tmp_path)
    starts = np.sort(np.concatenate([corpus.train.starts, corpus.test.starts]))
    assert len(starts) == 5 and starts.max() < 10


@pytest.mark.parametrize("seconds", [0.5, 5, 10])
def test_the_length_asked_for_is_the_length(tmp_path, seconds):
    write(tmp_path, 2, seconds=12)
    corpus = corpora.load_corpus(tmp_path, seconds=seconds)
    assert seconds <= corpus.representation.seconds < seconds + 0.3
    assert corpus.train.read(0).shape == (corpus.representation.samples,)


@pytest.mark.parametrize("options", [{"seconds": 40}, {"seconds": 0}, {"seconds": -1}])
def test_a_length_that_cannot_be_had_is_refused(tmp_path, options):
    write(tmp_path, 2)
    with pytest.raises(InputError, match="up to 10 s"):
        corpora.load_corpus(tmp_path, **options)


@pytest.mark.parametrize("rate", [0, 100, 10**6])
def test_a_rate_that_cannot_be_had_is_refused(tmp_path, rate):
    write(tmp_path, 2)
    with pytest.raises(InputError, match="4000 to 192000 Hz"):
        corpora.load_corpus(tmp_path, sample_rate=rate)


def test_a_file_of_a_hundred_samples_a_second_is_decoded_as_far_as_needed(tmp_path, monkeypatch):
    """Turned into 16 kHz as a whole, this hour would be 230 MB."""
    soundfile.write(tmp_path / "a.wav", tone(3600, 7, 100), 100)
    corpus, resample, sizes = corpora.load_corpus(tmp_path), audio.resample, []

    def watched(waveform, *rates):
        sizes.append(len(waveform))
        return resample(waveform, *rates)

    monkeypatch.setattr(audio, "resample", watched)
    assert corpus.train.take([0, 900]).shape == (2, corpus.representation.samples)
    assert max(sizes) < 250


# --- What the network will hear ----------------------------------------------------------------


def test_opposite_phase_is_left_out_and_named(tmp_path):
    write(tmp_path, 3)
    soundfile.write(tmp_path / "z.wav", np.stack([tone(), -tone()], axis=1), RATE)
    with pytest.warns(FolderWarning, match=r"z\.wav \(silent after mixing, .*opposite phase"):
        corpus = corpora.load_corpus(tmp_path)
    assert corpus.found.files == 3
    with pytest.raises(UnreadableSound, match="turn one channel around"):
        corpora.load_corpus(tmp_path, skip_unreadable=False)


def test_dither_is_not_turned_up_to_noise(tmp_path):
    write(tmp_path, 3)
    dither = np.random.default_rng(0).integers(-1, 2, 8000).astype("int16")
    soundfile.write(tmp_path / "000.wav", dither, RATE)
    corpus = corpora.load_corpus(tmp_path)
    assert "quieter than -60 dB" in said(corpus) and "000.wav" in said(corpus)
    assert np.abs(corpus.test.audio).max() < 1e-4  # the first of three is held out
    assert np.abs(corpus.train.audio).max(axis=1) == pytest.approx(0.95)


def test_an_offset_is_taken_away_before_the_level_is_set(tmp_path):
    soundfile.write(tmp_path / "a.wav", 0.2 * tone() + 0.6, RATE)
    (sound,) = corpora.load_corpus(tmp_path).train.audio
    heard = sound[: round(0.4 * RATE)]
    assert abs(heard.mean()) < 0.01 and heard.max() > 0.9 and heard.min() < -0.9


def test_speech_after_room_noise_is_what_is_heard(tmp_path):
    room = np.random.default_rng(0).normal(0, 0.002, round(2.5 * RATE))
    soundfile.write(tmp_path / "a.wav", np.concatenate([room, tone(1.2)]), RATE)
    corpus = corpora.load_corpus(tmp_path)
    (sound,) = corpus.train.audio
    assert (np.abs(sound) > 0.3).sum() / RATE > 0.8  # a sine is above a third most of its time
    assert "begin much quieter" in said(corpus) and "a.wav" in said(corpus)


def test_unequal_classes_are_named_and_marked(tmp_path):
    write(tmp_path / "kick", 50, 0.05), write(tmp_path / "snare", 3, 0.05)
    corpus = corpora.load_corpus(tmp_path)
    assert "kick: 45 clips, snare: 2" in said(corpus) and corpus.train.balanced


# --- What cannot be read -----------------------------------------------------------------------


def test_three_hundred_unreadable_files_give_one_short_sentence(tmp_path):
    write(tmp_path, 2)
    for number in range(300):
        (tmp_path / f"bad_{number:03d}.wav").write_text("no sound")
    with pytest.warns(FolderWarning) as seen:
        corpus = corpora.load_corpus(tmp_path)
    (message,) = [str(warning.message) for warning in seen]
    assert message == corpus.found.left_out_sentence() and message in corpus.found.sentences()
    assert message.startswith("left out: 300 files: bad_000.wav (not a sound file")
    assert message.endswith("and 297 more") and len(message) < 400 and "skip_" not in message


def test_what_libsndfile_cannot_read_is_named_beside_what_it_can(tmp_path):
    write(tmp_path / "kick", 3)
    (tmp_path / "kick" / "a.m4a").write_bytes(b"\0\0\0 ftypM4A " + bytes(3000))
    (tmp_path / "snare").mkdir()
    (tmp_path / "snare" / "b.m4a").write_bytes(b"\0\0\0 ftypM4A " + bytes(3000))
    soundfile.write(tmp_path / "kick" / "b.caf", tone(), RATE, format="CAF")
    soundfile.write(tmp_path / "kick" / "c.m4a", tone(), RATE, format="WAV")  # only by its name
    with pytest.warns(FolderWarning, match=r"2 files: a\.m4a \(not a sound file"):
        corpus = corpora.load_corpus(tmp_path)
    assert corpus.found.files == 5 and corpus.classes == ("kick",)
    assert f"nothing is left of {tmp_path / 'snare'}" in said(corpus)


def test_a_folder_with_hidden_files_only_holds_no_sounds(tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    (tmp_path / "._a.wav").write_text("")
    with pytest.raises(InputError, match="no sound files here"):
        corpora.load_corpus(tmp_path)


# --- What is said, and options -----------------------------------------------------------------


def test_what_was_found_is_said_before_training(tmp_path):
    write(tmp_path / "kick", 12, rate=44100), write(tmp_path / "snare", 9)
    found = corpora.load_corpus(tmp_path).found
    first, second, picture = found.sentences()
    assert first == f"{tmp_path}: 21 files, 8.4 seconds, 16000 Hz, 44100 Hz"
    assert second == "2 classes: kick 12, snare 9"
    assert picture == (
        "clips of 0.50 s at 16000 Hz, as pictures of 64 frames (8.0 ms apart) x 64 mel bands"
    )


def test_progress_is_told(tmp_path):
    seen = []
    corpora.load_corpus(write(tmp_path, 3), progress=lambda done, files: seen.append((done, files)))
    assert seen == [(3, 3)]


def test_options_that_are_none_are_as_good_as_not_given(tmp_path):
    options = {"sample_rate": None, "seconds": None, "slice": None, "skip_unreadable": None}
    corpus = corpora.load_corpus(write(tmp_path, 3), **options)
    assert corpus.key == corpora.load_corpus(tmp_path).key


def test_options_that_a_corpus_cannot_follow_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"drums: has no option seconds; it takes"):
        corpora.load_corpus("drums", seconds=1.0, skip_unreadable=False)
    with pytest.raises(InputError, match=r"a folder of sounds: has no option words; .*slice"):
        corpora.load_corpus(write(tmp_path, 1), words=("yes",))


def test_files_from_pipes_are_used_without_a_word(tmp_path):
    soundfile.write(tmp_path / "a.flac", tone(), RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)  # its length, which a pipe's writer does not know
    (tmp_path / "a.flac").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        corpus = corpora.load_corpus(tmp_path)
    assert corpus.found.seconds == pytest.approx(0.4)
    assert np.abs(corpus.train.read(0)).max() == pytest.approx(0.95)


def test_a_corpus_of_the_kit_is_nobodys_own():
    clips = base.Clips(np.zeros((1, 4), "float32"), np.zeros((1, 1), "int32"))
    picture = corpora.pictures_for(8000, 0.3)
    corpus = base.Corpus("x", 8000, {"label": ("",)}, picture, clips, clips, "0")
    assert not corpus.own and corpus.found is None and Path(corpus.key).name == corpus.key
