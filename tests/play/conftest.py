"""The instrument's page, built once, in a Chromium without a window; skipped where either lacks."""

import functools
import http.server
import runpy
import shutil
import threading

from audiogan_tf.errors import InputError

import pytest

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = {"log_message": lambda *_: None}  # requests are not to be told on stderr


@pytest.fixture(scope="session")
def reference(root):
    """play/reference.py as a namespace."""
    return runpy.run_path(str(root / "play" / "reference.py"))


@pytest.fixture(scope="session")
def built(root, tmp_path_factory):
    """Folder of the built page; a skip where onnxruntime-web cannot be fetched from npm."""
    builder = runpy.run_path(str(root / "play" / "build.py"))
    try:
        builder["runtime"]()
    except InputError as error:
        pytest.skip(f"the page cannot be built here: {error}")
    return builder["build"](tmp_path_factory.mktemp("play") / "dist")


@pytest.fixture(scope="session")
def address(built):
    """Where a server of this machine has the page."""
    kind = type("Quiet", (http.server.SimpleHTTPRequestHandler,), QUIET)
    handler = functools.partial(kind, directory=str(built))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium():
    """A browser; a skip where none is installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed; Debian has it as chromium-headless-shell")
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=path, args=options)


@pytest.fixture
def opened(chromium, address):
    """A function that opens the page and waits for it; at the end nothing must have gone wrong."""
    contexts, complaints, elsewhere = [], [], []

    def open_page(hash="", **settings):
        context = chromium.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)  # a busy machine is slow, not wrong
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: elsewhere.append(asked.url))
        page.goto(address + hash)
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    own = (address, "blob:" + address, "data:")
    assert elsewhere and [url for url in elsewhere if not url.startswith(own)] == []
