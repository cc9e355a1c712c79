"""Melodies: tokens and tunes are each other's inverse, and the grammar keeps its rules."""

from audiogan_tf import corpora
from audiogan_tf.corpora import melodies as corpus_module
from audiogan_tf.errors import InputError
from audiogan_tf.lessons.figures import lesson_10
from audiogan_tf.models import symbol_rnn
from audiogan_tf.showing import plots
from audiogan_tf.sound import descriptors
from audiogan_tf.synth import melodies, midi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NOTES = st.tuples(
    st.one_of(st.none(), st.sampled_from(melodies.PITCHES)), st.sampled_from(melodies.DURATIONS)
)
TUNES = st.builds(
    melodies.Tune,
    st.sampled_from(melodies.KEYS),
    st.lists(st.lists(NOTES, max_size=8).map(tuple), max_size=9).map(tuple),
)


@pytest.fixture(scope="module")
def corpus():
    return corpus_module.load_melodies()


@settings(deadline=None)
@given(TUNES)
def test_decode_is_the_inverse_of_encode(tune):
    tokens = melodies.encode(tune)
    assert tokens.dtype == np.int32 and tokens.min() >= 1
    assert tokens.max() < melodies.VOCABULARY
    assert melodies.decode(tokens) == tune
    padded = np.pad(tokens, (0, 5))
    assert melodies.decode(padded) == tune


@settings(deadline=None)
@given(st.sampled_from(melodies.KEYS), st.lists(st.integers(0, melodies.VOCABULARY - 1)))
def test_nonsense_is_decoded_to_some_tune(key, tokens):
    tune = melodies.decode([melodies.key_token(key), *tokens])
    assert melodies.decode(melodies.encode(tune)) == tune
    assert len(melodies.right_bars(tune)) == len(tune.bars)


def test_every_token_has_a_name_of_its_own():
    names = [melodies.token_name(token) for token in range(melodies.VOCABULARY)]
    assert len(set(names)) == melodies.VOCABULARY == 183
    assert names[:4] == ["pad", "end", "|", "C major"] and names[-1] == "C6 8"
    assert names[melodies.FIRST_NOTE] == "rest 1"


def test_what_is_no_tune_is_refused():
    with pytest.raises(InputError, match="begins with a key"):
        melodies.decode([melodies.BAR])
    with pytest.raises(InputError, match="'H major' is unknown"):
        melodies.key_token("H major")
    for note in ((59, 2), (60, 5)):
        with pytest.raises(InputError, match="MIDI number from 60 to 84"):
            melodies.encode(melodies.Tune("C major", ((note,),)))


def test_right_bars_are_in_key_and_full():
    bars = (((60, 4), (62, 4)), ((61, 8),), ((60, 4),), ((None, 8),), ((60, 8), (62, 1)))
    tune = melodies.Tune("C major", bars)
    assert melodies.right_bars(tune).tolist() == [True, False, False, True, False]
    assert melodies.share_right([tune]) == 0.4 and melodies.share_right([]) == 0
    assert melodies.share_returning([tune, melodies.Tune("C major", bars[:1] * 3)]) == 0.5
    assert melodies.share_home([tune]) == 0
    assert melodies.share_home([tune, melodies.Tune("D minor", bars)]) == 0.5
    assert melodies.scale("A minor") == melodies.scale("C major")
    assert melodies.scale("G major") - melodies.scale("C major") == {6}


def test_means_by_bar_count_notes_only():
    tune = melodies.encode(melodies.Tune("C major", (((60, 8),), ((62, 4), (64, 4)))))
    assert melodies.mean_by_bar([[9, 9, 1, 9, 2, 4, 9]], [tune], bars=2).tolist() == [1, 3]


def test_the_corpus_is_the_same_everywhere(corpus):
    assert corpus.digest == corpus_module.DIGEST
    assert corpus.train.shape == (4000, 60) and corpus.test.shape == (400, 60)
    assert corpus.train.dtype == np.int32 and (corpus.train[:, -1] == melodies.PAD).all()


def test_the_corpus_keeps_the_rules_of_its_grammar(corpus):
    tunes = [melodies.decode(row) for row in corpus.test]
    assert {tune.key for tune in tunes} == set(melodies.KEYS)
    for tune in tunes:
        a, _, again, *_, last_a, _ = tune.bars
        assert len(tune.bars) == 8 and a == again == last_a
        assert all(sum(eighths for _, eighths in bar) == 8 for bar in tune.bars)
    assert melodies.share_home(tunes) == 1 and melodies.share_returning(tunes, 0, 1) < 0.02
    assert 0.94 < melodies.share_right(tunes) < 0.98


def test_no_tune_of_the_test_side_is_in_the_training_side(corpus):
    known = {row.tobytes() for row in corpus.train}
    assert not any(row.tobytes() in known for row in corpus.test)


def test_a_tune_is_played_in_time_and_in_tune():
    tune = melodies.Tune("A minor", (((69, 4), (None, 4)), ((76, 8),)))
    sound = melodies.play_melody(tune, tempo=120, sample_rate=16000)
    assert sound.dtype == np.float32 and len(sound) == pytest.approx(4 * 16000, abs=800)
    assert np.abs(sound).max() == pytest.approx(0.95, abs=1e-4)
    for start, hz in ((0, 440), (32000, 659.26)):
        found = descriptors.pitch(sound[None, start : start + 8000], 16000)[0]
        assert abs(descriptors.cents(found, hz)) < 10
    rest = sound[17000:31000]
    assert np.abs(rest).max() < 1e-3
    assert np.array_equal(sound, melodies.play_melody(tune, tempo=120, sample_rate=16000))


def test_a_tune_of_rests_is_silent():
    silent = melodies.play_melody(melodies.Tune("C major", (((None, 8),),)))
    assert len(silent) > 0 and not silent.any()


def test_figures_have_units():
    tune = melodies.Tune("C major", (((60, 4), (61, 4)),))
    figure = lesson_10.piano_roll({"one": tune, "two": tune}, "Two tunes")
    assert figure.axes[-1].get_xlabel() == "time (bars)"
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["C4", "C5", "C6"]
    assert plots.png(figure)[:4] == b"\x89PNG"
    figure = lesson_10.bar_by_bar({"a": [1, 2]}, "t", "nats")
    assert figure.axes[0].get_ylabel() == "nats"


def test_a_folder_of_midi_files_is_a_corpus_for_the_same_network(tmp_path):
    pytest.importorskip("mido", reason="the package mido is not installed")
    (tmp_path / "more").mkdir()
    drawn = [corpus_module.write_tune(np.random.default_rng(seed)) for seed in range(12)]
    for number, tune in enumerate(drawn):
        midi.write(tmp_path / ("more" if number % 2 else ".") / f"{number:02d}.mid", tune)
    corpus = corpora.load_melodies(tmp_path)
    tunes = [melodies.decode(row) for side in (corpus.train, corpus.test) for row in side]
    assert len(tunes) == 12 and len(corpus.test) == 2
    assert corpus.train.dtype == np.int32 and corpus.train.max() < melodies.VOCABULARY
    assert sorted(t.key for t in tunes) == sorted(t.key for t in drawn)
    assert melodies.share_right(tunes) > 0.9
    network = symbol_rnn.SymbolRNN(melodies.VOCABULARY)
    assert network(corpus.train[:2, :-1]).shape[-1] == melodies.VOCABULARY


def test_a_long_file_is_cut_into_tunes_of_eight_bars(tmp_path):
    pytest.importorskip("mido", reason="the package mido is not installed")
    tune = corpus_module.write_tune(np.random.default_rng(1))
    empty = (((None, 8),),)
    long = melodies.Tune(tune.key, tune.bars + tune.bars[:3] + empty * 13 + tune.bars[:1])
    midi.write(tmp_path / "a.mid", long)
    corpus = corpora.load_melodies(tmp_path)
    lengths = [len(melodies.decode(row).bars) for row in corpus.train]
    assert lengths == [8, 3, 1] and np.array_equal(corpus.train, corpus.test)


def test_broken_midi_files_are_named_and_a_folder_without_any_is_refused(tmp_path):
    pytest.importorskip("mido", reason="the package mido is not installed")
    with pytest.raises(InputError, match="no MIDI file that can be read .put files that end in"):
        corpora.load_melodies(tmp_path)
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    with pytest.raises(InputError, match="no MIDI file that can be read .*broken.mid"):
        corpora.load_melodies(tmp_path)
    midi.write(tmp_path / "a.mid", corpus_module.write_tune(np.random.default_rng(0)))
    with pytest.warns(corpora.FolderWarning, match=r"1 of 2 MIDI files left out: .*broken.mid"):
        assert len(corpora.load_melodies(tmp_path).train) == 1
