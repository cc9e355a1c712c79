"""From a moved slider to a sound, in a browser: how long does each lesson take?

Copies a lesson up to its sliders into an empty folder, runs it in JupyterLab in a Chromium without
a window, presses an arrow key on each slider and counts the time until a player in that cell says
that it plays. Printed are, for each lesson, the median and the slowest of all presses, and how many
lasted longer than 0.3 s. The first press of each slider is left out: what is compiled then is
compiled once.

Run as `python benchmarks/slider_to_sound.py`, or with the numbers of some lessons behind it; as
long as the lessons themselves take, half an hour. Needs Playwright (in the extra "test") and
Chromium; Debian has it in its package "chromium".
"""

import argparse
import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
WIDGETS = ("showing.explore(", "showing.listen(", "showing.instrument(")
PRESSES, SECONDS, LIMIT = 8, 30, 0.3
TOKEN = "slider"  # of the server, which only this machine can reach
RUN_ALL = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
LISTEN = """() => {
    window.plays = 0;
    document.addEventListener('playing', () => { window.plays = performance.now(); }, true);
    document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
}"""


def browser():
    """Path of an installed Chromium, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def until_sliders(source, target):
    """Copy a notebook up to the first cell that shows sliders; returns whether there is one."""
    notebook = nbformat.read(source, 4)
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and any(name in cell.source for name in WIDGETS):
            notebook.cells = notebook.cells[: place + 1]
            for one in notebook.cells:
                if one.cell_type == "code":
                    one.outputs, one.execution_count = [], None
            nbformat.write(notebook, target)
            return True
    return False


@contextlib.contextmanager
def jupyter(folder):
    """Address of a JupyterLab server on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.workspaces_dir=" + str(folder / "w")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).close()
                break
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()


def run_all(page, address, name):
    """Open a notebook of the server, run all its cells and wait until its sliders stand there."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(RUN_ALL)
    page.wait_for_selector(".jupyter-widgets .noUi-handle", timeout=1_800_000)
    page.wait_for_timeout(2000)
    page.evaluate(LISTEN)


def press(page, handle, key):
    """Seconds from a key pressed on a slider to the next sound that plays, or infinity."""
    from playwright.sync_api import TimeoutError as NothingPlayed

    page.evaluate("() => { window.plays = 0; }")
    handle.press(key)
    heard = "() => window.plays > 0"
    try:
        page.wait_for_function(heard, timeout=1000 * SECONDS, polling=10)
    except NothingPlayed:
        return float("inf")
    took = page.evaluate("() => (window.plays - window.pressed) / 1000")
    page.wait_for_timeout(700)  # until the sound and its picture are done
    return took


def presses(page):
    """Times of all presses but the first of each slider."""
    for handle in page.locator(".jupyter-widgets .noUi-handle").all():
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        there, back = ("ArrowLeft", "ArrowRight") if at_end else ("ArrowRight", "ArrowLeft")
        times = [press(page, handle, key) for key in (there, back) * (PRESSES // 2)]
        yield from times[1:]


def measure(sources, path, shots=None):
    """Yield the name and the times of each notebook that has sliders."""
    from playwright.sync_api import sync_playwright

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(jupyter(folder))
        play = stack.enter_context(sync_playwright())
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        chromium = play.chromium.launch(executable_path=path, args=options)
        for source in sources:
            if not until_sliders(source, folder / source.name):
                continue
            page = chromium.new_page()
            page.set_default_timeout(120_000)
            run_all(page, address, source.name)
            yield source.name, list(presses(page))
            if shots:
                shots.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=shots / f"{source.stem}.png")
            page.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons; all")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="store a picture of each page")
    asked = parser.parse_args()
    path = browser()
    if path is None:
        print("No Chromium is installed, so nothing is measured: Debian has it as `chromium`.")
        return
    sources = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    chosen = [one for one in sources if not asked.lessons or one.name[:2] in asked.lessons]
    for name, times in measure(chosen, path, asked.shots):
        slow = sum(time > LIMIT for time in times)
        middle, most = statistics.median(times), max(times)
        found = f"median {middle:.3f} s, slowest {most:.3f} s, over {LIMIT} s: {slow}"
        print(f"{name[:2]}: {found} of {len(times)}", flush=True)


if __name__ == "__main__":
    main()
