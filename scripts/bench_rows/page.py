"""The dated table: parts measured apart on one day stand together, each with its own commit and time."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from scripts import dated_page
from scripts.bench_rows.catalogue import PARTS, is_there
from scripts.bench_rows.row import Row

COMMAND: Final = "make bench"
WORDS: Final = {True: "met", False: "**missed**", None: ""}
PACKAGES: Final = (
    "av",
    "torch",
    "mediapipe",
    "librosa",
    "numpy",
    "transformers",
    "opencv-python",
    "sqlalchemy",
    "ray",
)

Entries = dict[str, dict[str, Any]]


def keep(part: str, rows: Sequence[Row], out: Path = dated_page.RESULTS) -> Path:
    """Put the rows of a part among those of the day and write the page anew; returns the page."""
    now = datetime.now(UTC)
    page = out / f"bench-{now:%Y-%m-%d}.md"
    points = page.with_suffix(".json")
    entries: Entries = json.loads(points.read_text(encoding="utf-8"))["parts"] if points.is_file() else {}
    entries[part] = {
        "rows": [asdict(row) for row in rows],
        "commit": dated_page.commit(),
        "at": f"{now:%H:%M} UTC",
        "load": round(os.getloadavg()[0], 1),
    }
    out.mkdir(parents=True, exist_ok=True)
    content = {"command": COMMAND, "date": f"{now:%Y-%m-%d}", "machine": machine(), "parts": entries}
    dated_page.replace(points, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    dated_page.replace(page, markdown(entries, date=f"{now:%Y-%m-%d}"))
    return page


def markdown(entries: Entries, *, date: str) -> str:
    """The page of what was measured on a day, and of what was not."""
    there = [part for part in PARTS if part in entries]
    said = [
        f"# Speed and memory, {date}",
        "",
        f"Written by `{COMMAND}`, never by hand; `{COMMAND} BENCH=NAME,…` measures these parts again. What "
        "is compared is measured side by side in one run.",
        "",
    ]
    for part in there:
        said += [
            f"## {PARTS[part][0].upper()}{PARTS[part][1:]}",
            "",
            "| work | found | beside it | target | |",
            "|---|---|---|---|---|",
            *(_line(row) for row in entries[part]["rows"]),
            "",
            *(f"* {row['work']}: {row['detail']}" for row in entries[part]["rows"] if row["detail"]),
            f"* `{part}`, commit {entries[part]['commit']}, {entries[part]['at']}, load "
            f"{entries[part]['load']} at the end.",
            "",
        ]
    if waiting := [part for part in PARTS if part not in entries]:
        said += ["## Not measured that day", ""]
        said += [f"* `{part}`" + ("" if is_there(part) else ": not written yet") for part in waiting] + [""]
    return "\n".join([*said, f"Machine: {machine()}.", ""])


def machine() -> str:
    """Processor, cores, threads, system and versions, in one line."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    system = f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    cores = f"{dated_page.processor()}, {os.cpu_count()} cores"
    return f"{cores}; one torch thread to a process; {system}, {versions}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _line(row: dict[str, Any]) -> str:
    cells = (str(row[name]).replace("|", "\\|") for name in ("work", "found", "beside", "target"))
    return f"| {' | '.join(cells)} | {WORDS[row['met']]} |"
