"""Pin every dependency of pyproject.toml in requirements.txt; `make requirements` runs this."""

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = (
    "speech",
    "export",
    "music",
    "lessons",
    "test",
)  # "bench" is left out: PyTorch is large and only benchmarks want it
LOWEST_PYTHON = "3.10"
HEADER = """\
# Generated from pyproject.toml by `make requirements`; do not edit.
# One file for every supported Python and system: pip reads the conditions after the semicolons.
# dependency tables: sha256 {digest}
"""


def direct_dependencies():
    """The requirements that pyproject.toml states itself, as a list of strings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for name in EXTRAS for line in project["optional-dependencies"][name]]
    return project["dependencies"] + extras


def dependency_digest():
    """SHA-256 of what the pins depend on: the tables and the range of Python versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = json.dumps([sorted(direct_dependencies()), project["requires-python"]])
    return hashlib.sha256(known.encode()).hexdigest()


def main():
    """Write requirements.txt; pins that still fit are kept unless --upgrade is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest fitting versions")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    target = ROOT / "requirements.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal"]
    command += ["--python-version", LOWEST_PYTHON, "--no-header", "--no-annotate", "--quiet"]
    command += [part for name in EXTRAS for part in ("--extra", name)]
    subprocess.run([*command, *upgrade, "--output-file", str(target)], cwd=ROOT, check=True)
    pins = [line for line in target.read_text("utf-8").splitlines() if not line.startswith("#")]
    header = HEADER.format(digest=dependency_digest())
    target.write_text(header + "\n".join(pins) + "\n", "utf-8")


if __name__ == "__main__":
    main()
