"""From nothing to the first page and to the first analysis, with numba's cache warm."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Final

from scripts.bench_rows.browsing import chromium, served
from scripts.bench_rows.material import usual_clip
from scripts.bench_rows.row import Row
from scripts.large_project import copied, made

PAGE_S: Final = 3.0
ANALYSIS_S: Final = 12.0
LOOPBACK: Final = "127.0.0.1"
PATIENCE_S: Final = 120.0
PAGE: Final = "[data-testid=stApp] [data-testid=stSidebar]"
PROJECT: Final = "A first clip"


def run() -> Iterator[Row]:
    """Start a server on a small data folder and on a large one."""
    with TemporaryDirectory(prefix="dailies-bench-") as folder, usual_clip() as clip:
        bare_s = _bare(Path(folder))
        small = Path(folder) / "small"
        small.mkdir()
        _queued(small, clip)
        for home, what in (
            (small, "an empty database"),
            (copied(made(), Path(folder) / "large"), "100,000 clips, 1,000,000 answers"),
        ):
            page_s, analysis_s = _started(home, waits=home == small)
            yield Row(
                f"from the start of a server to its first page, {what}",
                f"{page_s:.1f} s",
                f"a page of one line in Streamlit alone: {bare_s:.1f} s",
                f"≤ {PAGE_S:.0f} s",
                page_s <= PAGE_S,
                "A browser is open already; the page is there when its frame is drawn.",
            )
            if analysis_s is not None:
                yield Row(
                    f"from the start of a server to its first analysis, {what}",
                    f"{analysis_s:.1f} s",
                    "",
                    f"≤ {ANALYSIS_S:.0f} s",
                    analysis_s <= ANALYSIS_S,
                )


def _queued(home: Path, clip: Path) -> None:
    from tests.browser.taught_project import inside

    with inside(home):
        from dashboard.services import importing

        source = importing.Source(name=clip.name, open=lambda: clip.open("rb"), path=clip)
        importing.import_clips(PROJECT, [source])


def _started(home: Path, *, waits: bool) -> tuple[float, float | None]:
    os.environ.pop("DAILIES_DATABASE_URL", None)
    with chromium() as browser:
        page = browser.new_page()
        began = perf_counter()
        with served(home, analyses=waits) as server:
            page.goto(server.url)
            page.wait_for_selector(PAGE, timeout=1000 * PATIENCE_S)
            page_s = perf_counter() - began
            if not waits:
                return page_s, None
            while perf_counter() - began < PATIENCE_S and not _predictions(home):
                sleep(0.05)
            return page_s, perf_counter() - began


def _bare(folder: Path) -> float:
    """The same for the least that Streamlit can show."""
    script = folder / "bare.py"
    script.write_text("import streamlit as st\n\nst.sidebar.write('Here.')\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    words = (
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        f"--server.address={LOOPBACK}",
        f"--server.port={port}",
    )
    with chromium() as browser:
        page = browser.new_page()
        began = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), *words], stdout=subprocess.DEVNULL
        )
        try:
            while perf_counter() - began < PATIENCE_S and not _answers(port):
                sleep(0.01)
            page.goto(f"http://{LOOPBACK}:{port}")
            page.wait_for_selector(PAGE, timeout=1000 * PATIENCE_S)
            return perf_counter() - began
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex((LOOPBACK, port)) == 0


def _predictions(home: Path) -> int:
    with closing(sqlite3.connect(home / "dailies.db")) as database:
        return int(database.execute("SELECT count(*) FROM predictions").fetchone()[0])
