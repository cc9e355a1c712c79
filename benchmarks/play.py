"""The instrument's page in a browser: what it loads, what a hit costs, and minutes of play.

Builds the page as `make play` does, opens it in a Chromium without a window, and prints what a
compressing server sends before the first sound, the processor time from a hit to its sound (of all
of the browser's processes together), how alike the page's sounds and Python's are, and, with
--minutes, how many hits of a pattern came late and how the browser's memory grew after the first
minute. Takes two minutes; a busy machine makes the clock's times worse, not the processor's.

Run as `python benchmarks/play.py`, or with `--minutes 10`. Needs Chromium (Debian has it in its
package "chromium-headless-shell") and npm.
"""

import argparse
import functools
import gzip
import http.server
import runpy
import shutil
import statistics
import tempfile
import threading
from pathlib import Path

import numpy as np

PLAY = Path(__file__).resolve().parent.parent / "play"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATTERN = "#t=110&p=8080.0808.0000.0002.aaaa.0001.0000.0120"  # seventeen hits in 2.2 s
FIRST = ("ort/*", "models/drums_long/*", "*.js", "*.css", "*.html", "*.json")
DRAWS = 40
DRAW = """async ([asked, count]) => {
    const { draw } = await import("./engine.js");
    const times = [];
    for (let i = 0; i < count; i++) times.push((await draw({ ...asked, seed: i })).milliseconds);
    return times;
}"""
SOUND = "async (asked) => Array.from((await (await import('./engine.js')).draw(asked)).sound)"
PLAYED = "async () => (await import('./sequencer.js')).played"
MODELS = {
    "drums_long": [[i] for i in range(8)],
    "notes_long": [[12, i] for i in range(5)],
    "digits_long": [[i, i % 5] for i in range(0, 20, 3)] + [[i, 4] for i in (10, 14, 18)],
    "effects_long": [[i, 50, 50, 50] for i in range(8)],
}


def serve(folder):
    """A server of a folder on a free port of this machine; returns it and its address."""
    quiet = {"log_message": lambda *_: None}
    kind = type("Quiet", (http.server.SimpleHTTPRequestHandler,), quiet)
    handler = functools.partial(kind, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("localhost", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://localhost:{server.server_port}/"


def opened(browser, address):
    page = browser.new_page()
    page.set_default_timeout(300_000)
    page.on("console", lambda said: print("console:", said.text, flush=True))
    page.on("pageerror", lambda error: print("error:", error, flush=True))
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    return page


def processes(session):
    """The browser's processes: their numbers, and the processor's seconds that they took."""
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return [one["id"] for one in found], sum(one["cpuTime"] for one in found)


def megabytes(numbers):
    """Memory that processes hold, as Linux counts it; None elsewhere."""
    total = 0
    for number in numbers:
        try:
            lines = Path(f"/proc/{number}/status").read_text().splitlines()
        except OSError:
            return None
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total / 1024


def print_size(folder):
    files = {path for pattern in FIRST for path in folder.glob(pattern) if path.is_file()}
    size = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) / 1e6
    print(f"loaded before the first sound, compressed by gzip: {size:.2f} MB (must 7)", flush=True)


def print_hits(page, session):
    """What a hit costs, by the processor's clock and by the wall's."""
    for name, labels in MODELS.items():
        asked = {"name": name, "labels": labels[0]}
        page.evaluate(DRAW, [asked, 5])
        _, before = processes(session)
        times = page.evaluate(DRAW, [asked, DRAWS])
        spent = 1000 * (processes(session)[1] - before) / DRAWS
        wall = f"{statistics.median(times):.0f} ms, fastest {min(times):.0f} ms"
        print(f"{name}: a hit takes {spent:.0f} ms of processor time (must 80, aim 30); ", end="")
        print(f"by the clock, median {wall}", flush=True)


def print_likeness(page, reference):
    """Correlation of the page's sounds and Python's for the same seeds."""
    for name, choices in MODELS.items():
        found = []
        for labels in choices:
            for seed in (1, 2, 3):
                made = page.evaluate(SOUND, {"name": name, "labels": labels, "seed": seed})
                found.append(np.corrcoef(made, reference["sound"](name, labels, seed=seed))[0, 1])
        least, middle = min(found), statistics.median(found)
        print(
            f"{name}: correlation with Python's sounds, least of {len(found)}: {least:.4f} ", end=""
        )
        print(f"(must 0.99), median {middle:.4f}", flush=True)


def print_play(browser, address, session, minutes):
    """Play a pattern; hits that came late, and memory after the first minute and at the end."""
    page = opened(browser, address + PATTERN)
    page.get_by_role("button", name="Play", exact=True).click()
    held = []
    for minute in range(minutes):
        page.wait_for_timeout(60_000)
        page.evaluate("() => globalThis.gc?.()")
        held.append(megabytes(processes(session)[0]))
        played = page.evaluate(PLAYED)
        memory = "unknown" if held[-1] is None else f"{held[-1]:.0f} MB"
        print(f"minute {minute + 1}: {played['hits']} hits, {played['late']} late, ", end="")
        print(f"{played['left']} left out, ", end="")
        print(f"memory {memory}", flush=True)
    page.get_by_role("button", name="Stop").click()
    page.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=0, metavar="N", help="of play; none")
    minutes = parser.parse_args().minutes
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        print("No Chromium is installed, so nothing is measured: Debian has it as `chromium`.")
        return
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    options += ["--js-flags=--expose-gc"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        built = runpy.run_path(str(PLAY / "build.py"))["build"](Path(folder) / "dist")
        print_size(built)
        server, address = serve(built)
        browser = play.chromium.launch(executable_path=path, args=options)
        session, page = browser.new_browser_cdp_session(), opened(browser, address)
        print_hits(page, session)
        print_likeness(page, runpy.run_path(str(PLAY / "reference.py")))
        page.close()
        if minutes:
            print_play(browser, address, session, minutes)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
