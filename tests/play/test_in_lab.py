"""The instrument inside JupyterLab, as `make lab` serves it, and what is shown without it."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

from audiogan_tf import showing

import nbformat
import pytest

TOKEN = "instrument"  # of a server that only this machine can reach
RUN_ALL = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""
HIT = """() => new Promise((resolve) => {
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (when) {
        const peak = this.buffer.getChannelData(0).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        resolve([peak, this.context.state]);
        return start.call(this, when);
    };
    [...document.querySelectorAll("button")].find((one) => one.textContent === "Kick").click();
})"""


@pytest.fixture
def lab(root, tmp_path):
    """A function that starts JupyterLab with the Makefile's settings; play/ is `folder`/play."""
    recipe = (root / "Makefile").read_text(encoding="utf-8")
    settings = re.findall(r"-m jupyterlab .*?(--ServerApp\.\S+)", recipe)
    cell = nbformat.v4.new_code_cell(
        "from audiogan_tf import showing\n\nshowing.instrument_page(500)"
    )
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=about), tmp_path / "17.ipynb")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *settings]
    command += [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser"]
    command += [f"--LabApp.workspaces_dir={tmp_path / 'w'}"]
    (tmp_path / "play").mkdir()
    settings = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(root)}}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, **settings, **quiet)
    address = f"http://localhost:{port}"
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).close()
            break
        time.sleep(0.2)
    yield address
    server.terminate()
    server.wait()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    made = context.new_page()
    made.set_default_timeout(300_000)  # a busy machine is slow, not wrong
    made.requested = []
    made.on("request", lambda asked: made.requested.append(asked.url))
    yield made
    context.close()


def run(page, address):
    page.goto(f"{address}/lab/tree/17.ipynb?token={TOKEN}&reset")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(RUN_ALL)
    page.wait_for_selector(".audiogan-page")


def test_the_page_plays_in_a_lesson(lab, page, built, tmp_path):
    shutil.copytree(built, tmp_path / "play" / "dist")
    complaints = []
    run(page, lab)
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    frame = page.wait_for_selector(".audiogan-page iframe").content_frame()
    frame.wait_for_selector("body[data-ready]")
    peak, state = frame.evaluate(HIT)
    assert 0.1 < peak <= 1 and state == "running"
    said = "() => document.getElementById('status').textContent.startsWith('Kick, seed 1,')"
    frame.wait_for_function(said)
    ours = [url for url in page.requested if "/static/dist/" in url]
    assert any(url.endswith("main.js") for url in ours)
    outside = [url for url in page.requested if not url.startswith((lab, "data:", "blob:"))]
    assert outside == [] and [text for text in complaints if "static/dist" in text] == []


def test_without_the_page_a_sentence_says_how_to_get_it(lab, page):
    run(page, lab)
    page.wait_for_timeout(2000)
    assert "type make play in a terminal" in " ".join(page.text_content(".audiogan-page").split())
    assert page.locator(".audiogan-page iframe").count() == 0


def test_the_cell_shows_the_same_at_each_run():
    one, two = showing.instrument_page(), showing.instrument_page()
    assert one.data == two.data and "height: 640px" in one.data
    assert "height: 500px" in showing.instrument_page(500).data
