"""The kit holds nothing that nobody uses, and no file grows past what can be read in one go."""

import ast
import functools
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KIT = sorted(p for p in ROOT.glob("audiogan_tf/**/*.py") if "lessons" not in p.parts)
KIT = [path for path in KIT if path.name not in ("__init__.py", "__main__.py")]
LONGEST = 300  # lines of a file


HANDED_ON = {  # not called by name elsewhere: what else hands them on
    "corpora/digits.py": {"load_phonemes"},  # by name in the corpus' own description
    "corpora/folder.py": {"FolderClips"},  # load_folder returns them
    "corpora/layout.py": {"Layout"},  # what a look at a folder returns
    "corpora/shards.py": {"ShardClips"},  # load_shards returns them
    "corpora/soundfont.py": {"Preset"},  # an instrument of a font
    "judging/evaluation.py": {"Row"},  # a Report's rows
    "models/aligner.py": {"build_aligner", "heard_scores"},  # refine_alignment
    "models/augmentation.py": {"change_level"},  # a part of Augmentation, as shift_time and mask
    "models/diffusion.py": {"Sampler", "ToldBlock"},  # layers of its generator
    "models/enhancer.py": {"Stream"},  # make_stream
    "models/frame_rnn.py": {"FreeRun", "mixture_draw"},  # build_generator; beside mixture_loss
    "models/portable.py": {"NextSample", "PlainPostFilter"},  # portable
    "models/sentence_conversion.py": {"ConversionStream"},  # make_stream
    "models/wavenet.py": {"Singer"},  # build_generator
    "showing/players.py": {"Players"},  # players returns them
    "sound/sequencer.py": {"Hit"},  # what hits returns
    "synth/effects.py": {"Slider"},  # the rows of SLIDERS
    "synth/midi.py": {"Note"},  # what read returns
    "synth/notes.py": {"subtractive"},  # METHODS
}


def code_of(path):
    """The code of a file; of a notebook, that of its code cells; of an __init__, what it uses."""
    text = path.read_text("utf-8")
    if path.name == "__init__.py":  # a table of contents is no use of what it lists
        return " ".join(node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))
    if path.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


@functools.cache
def users():
    """All code that may use the kit, but for its tests: path -> code."""
    patterns = ("audiogan_tf/**/*.py", "notebooks/**/*.ipynb", "scripts/*.py", "benchmarks/*.py")
    return {path: code_of(path) for pattern in patterns for path in ROOT.glob(pattern)}


def public(path):
    """Names of a file's public functions and classes."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    nodes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, kinds)]
    return {node.name for node in nodes if not node.name.startswith("_")}


def unused(name, home, used_by):
    """Whether no file but its home speaks of `name`."""
    word = re.compile(rf"\b{name}\b")
    return not any(word.search(code) for path, code in used_by.items() if path != home)


@pytest.mark.parametrize("path", KIT, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_name_is_used_by_a_lesson_a_script_a_benchmark_or_another_file(path):
    known = HANDED_ON.get(path.relative_to(ROOT / "audiogan_tf").as_posix(), set())
    assert {name for name in public(path) if unused(name, path, users())} == known


def test_a_name_that_nobody_uses_is_noticed(tmp_path):
    home, other = tmp_path / "home.py", tmp_path / "other.py"
    used_by = {home: "def forgotten(): pass\nforgotten()", other: "remembered(not_forgotten)"}
    assert unused("forgotten", home, used_by) and not unused("remembered", home, used_by)


def test_no_file_of_the_package_is_longer_than_300_lines():
    sizes = {
        p.name: len(p.read_text("utf-8").splitlines()) for p in ROOT.glob("audiogan_tf/**/*.py")
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}
