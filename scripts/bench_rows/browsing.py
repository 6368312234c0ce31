"""A real Chromium at a real server, for what only a browser can measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.served import Served, serve


@contextmanager
def served(home: Path, *options: str, analyses: bool = False) -> Iterator[Served]:
    """A server on a data folder; it analyses nothing unless asked to."""
    server = serve(home, *options, analyses=analyses)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
