#!/bin/sh
# Make .venv fit requirements.txt, with the first usable Python among the arguments.
# `make` calls this when .venv is missing or stale.
set -eu
cd "$(dirname "$0")/.."

usable() {  # a version manager's stub can exist and yet start nothing, so the program is tried
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' \
        >/dev/null 2>&1
}

python=
for candidate in "$@"; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    found=
    for candidate in "$@"; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) &&
            found="$found $candidate is $version;"
    done
    echo "audiogan_tf needs Python 3.10, 3.11, 3.12 or 3.13 with the venv module, and found none" \
        "(${found:- no Python at all;} tried: $*); install one, or name it: make PYTHON=/path/to/python3.12" >&2
    exit 2
fi

if ! cmp -s requirements.txt .venv/requirements.txt || ! .venv/bin/python -c '' 2>/dev/null; then
    echo "Setting up .venv with $("$python" --version) (about 2 minutes and 3 GB, once) ..."
    "$python" -m venv --clear .venv
    # All that is needed is in the list, so pip adds nothing: PyAudio would have to be compiled.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt
    cp requirements.txt .venv/requirements.txt  # only now: an interrupted set-up starts afresh
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
# matplotlib lists the machine's fonts once, and where that is slow it says so, in red, in a lesson.
.venv/bin/python -c 'import matplotlib.font_manager' 2>/dev/null || true
# In a narrow window JupyterLab's code wraps, so that nobody has to scroll sideways to read a line.
settings=.venv/share/jupyter/lab/settings
mkdir -p "$settings"
printf '%s\n' '{"@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineWrap": true}}}' \
    > "$settings/overrides.json"
pwd > .venv/stamp
