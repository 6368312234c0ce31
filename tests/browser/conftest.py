"""A prepared demo project, a server for it, and a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.served import Served, serve
from tests.browser.windows import Windows
from tests.browser.workbench import Workbench, workbench_at

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
"""The one without a window's frame where it is installed: it draws the same pages for half the work."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)
TAKES = 9
SIMULATED_ANSWERS = 54
WAIT_MS = 60_000  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as driving a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo project is analysed and rated, with no server on it.

    It is made once for all the processes that test; each takes copies of it.
    """
    home = shared_folder(tmp_path_factory) / "prepared"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            _prepare(home.with_name("preparing")).rename(home)
    return home


def shared_folder(folders: pytest.TempPathFactory) -> Path:
    """Where the processes of one test run may find what one of them has made."""
    own = folders.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _prepare(home: Path) -> Path:
    home.mkdir()
    server = serve(home, "--demo", analyses=True)
    try:
        server.wait_for("SELECT count(*) FROM clips WHERE status = 'ready'", TAKES)
        server.wait_for("SELECT count(*) FROM ratings", SIMULATED_ANSWERS)
    finally:
        server.stop()
    return home


@pytest.fixture(scope="module")
def server(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on a copy of the prepared folder, shared by a module's tests; it analyses nothing."""
    with _served(prepared, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def analysing(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that analyses what is brought to it, shared by all tests that bring something."""
    with _served(prepared, tmp_path_factory, analyses=True) as running:
        yield running


@contextmanager
def _served(prepared: Path, folders: pytest.TempPathFactory, *, analyses: bool = False) -> Iterator[Served]:
    home = folders.mktemp("shared") / "home"
    shutil.copytree(prepared, home)
    running = serve(home, analyses=analyses)
    yield running
    running.stop()


@pytest.fixture
def own_server(prepared: Path, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers on a copy of the prepared folder that only this test has; they end with the test."""
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    started: list[Served] = []

    def start(port: int = 0, *, analyses: bool = False) -> Served:
        started.append(serve(home, port=port, analyses=analyses))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture(scope="session")
def lasting_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """A server for projects that tests make for themselves, of clips that need no analysis."""
    with workbench_at(tmp_path_factory.mktemp("bench") / "home") as bench:
        yield bench


@pytest.fixture
def bench(lasting_bench: Workbench) -> Iterator[Workbench]:
    """The same; the windows a test opens there end with it."""
    yield lasting_bench
    lasting_bench.close_windows()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    """Windows that tests lend one another."""
    return Windows(browser, (1440, 900), WAIT_MS)


@pytest.fixture
def page(windows: Windows) -> Iterator[Page]:
    """A page with no memory of earlier tests."""
    context = windows.lend()
    yield context.new_page()
    windows.take_back(context)
