"""Packaging: pins, the set-up script, the Makefile's promises, no trace of a machine."""

import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def pinning(root):
    """scripts/requirements.py as a module."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("pinning", root / "scripts" / "requirements.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pins(root):
    """The requirements of requirements.txt, {name: [Requirement]}."""
    pins = {}
    for line in (root / "requirements.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def test_requirements_are_up_to_date(root, pinning):
    text = (root / "requirements.txt").read_text("utf-8")
    assert pinning.dependency_digest() in text, (
        "requirements.txt is out of date with pyproject.toml; run `make requirements`"
    )


def test_digest_changes_with_the_tables(pinning, monkeypatch):
    before = pinning.dependency_digest()
    direct = pinning.direct_dependencies()
    monkeypatch.setattr(pinning, "direct_dependencies", lambda: [*direct, "torch==2.13.0"])
    assert pinning.dependency_digest() != before


def test_every_direct_dependency_is_pinned_within_its_range(pinning, pins):
    for line in pinning.direct_dependencies():
        wanted = Requirement(line)
        found = pins.get(canonicalize_name(wanted.name), [])
        assert found, f"{wanted.name} is not pinned"
        for pin in found:
            (exact,) = pin.specifier
            assert exact.operator == "=="
            assert exact.version in wanted.specifier, f"{pin} is outside {wanted}"


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_each_python_gets_one_version_of_each_direct_dependency(pinning, pins, python, platform):
    place = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
    }
    for line in pinning.direct_dependencies():
        name = canonicalize_name(Requirement(line).name)
        fits = [pin for pin in pins[name] if not pin.marker or pin.marker.evaluate(place)]
        assert len(fits) == 1, f"{name} on Python {python}, {platform}: {fits}"


def test_ranges_have_both_ends(pinning):
    for line in pinning.direct_dependencies():
        operators = {part.operator for part in Requirement(line).specifier}
        assert operators & {"<", "=="} and operators & {">=", "=="}, line


def test_requirements_name_no_index_and_no_torch(root, pins):
    text = (root / "requirements.txt").read_text("utf-8")
    assert "://" not in text and "--" not in text and "torch" not in pins


def test_setup_refuses_other_pythons_in_one_sentence(root, tmp_path):
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\necho 3.9\n')
    old.chmod(0o755)
    missing = tmp_path / "python3.13"
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "setup_venv.sh"
    script.write_bytes((root / "scripts" / "setup_venv.sh").read_bytes())
    done = subprocess.run(["sh", script, missing, old], capture_output=True, text=True)
    assert done.returncode == 2 and not (tmp_path / ".venv").exists()
    assert "needs Python 3.10, 3.11, 3.12 or 3.13" in done.stderr
    assert "python3.9 is 3.9" in done.stderr and done.stderr.count("\n") == 1


TARGETS = ["run", "lab", "play", "test", "seeds", "lint", "notebooks", "bench"]


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_sets_up_first(root, target):
    text = (root / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}: \.venv/stamp$", text, re.MULTILINE)
    listed = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True).stdout
    assert f"make {target} " in listed


def test_sanitiser_hides_sound_but_not_the_player(root):
    import configparser

    parser = configparser.ConfigParser()
    parser.read(root / "tests" / "nbval_sanitize.cfg")
    text = '<audio src="data:audio/flac;base64,UklGRg+/=="></audio> kick [time: 12.3 s] 0.91 12.3 s'
    for name in parser.sections():
        text = re.sub(parser[name]["regex"], parser[name]["replace"], text)
    assert text == (
        '<audio src="data:audio/flac;base64,SOUND"></audio> kick [time: SECONDS] 0.91 12.3 s'
    )


def test_no_committed_file_names_a_machine(root):
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True
    ).stdout
    words = [b"/" + b"root/", b"/" + b"work/", b"/" + b"home/", b"find-" + b"links"]
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            content = (root / name).read_bytes()
            for word in words:
                assert word not in content, f"{name} holds {word.decode()}"


def test_imports_are_light():
    """Plots, widgets and readers of sound load their libraries only when they are used."""
    code = (
        "import sys, tensorflow, keras\n"
        "before = set(sys.modules)\n"
        "from audiogan_tf import corpora, judging, models, showing, sound, storage, training\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new & set(sys.argv[1:])))"
    )
    heavy = ["matplotlib", "IPython", "ipywidgets", "librosa", "torch", "tensorboard"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
