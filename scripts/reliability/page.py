"""The dated table: rows measured apart on one day stand together, each with its own commit and time."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from scripts import dated_page
from scripts.reliability.catalogue import ROWS, is_there
from scripts.reliability.row import Row

COMMAND: Final = "make reliability"
WORDS: Final = {True: "met", False: "**missed**", None: "not measured"}

Entries = dict[str, dict[str, Any]]


def keep(name: str, row: Row, out: Path = dated_page.RESULTS) -> Path:
    """Put one row among those of the day and write the page anew; returns the page."""
    now = datetime.now(UTC)
    page = out / f"reliability-{now:%Y-%m-%d}.md"
    points = page.with_suffix(".json")
    entries: Entries = json.loads(points.read_text(encoding="utf-8"))["rows"] if points.is_file() else {}
    entries[name] = {
        **asdict(row),
        "commit": dated_page.commit(),
        "at": f"{now:%H:%M} UTC",
        "machine": machine(),
    }
    out.mkdir(parents=True, exist_ok=True)
    content = {"command": COMMAND, "date": f"{now:%Y-%m-%d}", "rows": entries}
    dated_page.replace(points, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    dated_page.replace(page, markdown(entries, date=f"{now:%Y-%m-%d}"))
    return page


def markdown(entries: Entries, *, date: str) -> str:
    """The page of what was measured on a day, and of what was not."""
    there = [name for name in ROWS if name in entries]
    said = [
        f"# What survives, {date}",
        "",
        f"Written by `{COMMAND}`, never by hand; `{COMMAND} RELIABILITY=NAME` measures one row again.",
        "",
        "| row | test | target | found | | seconds | commit |",
        "|---|---|---|---|---|---|---|",
        *(_line(name, entries[name]) for name in there),
        "",
    ]
    if notes := [f"* `{name}`: {entries[name]['detail']}" for name in there if entries[name]["detail"]]:
        said += ["## How", "", *notes, ""]
    if waiting := [name for name in ROWS if name not in entries]:
        said += ["## Not measured that day", ""]
        said += [f"* `{name}`" + ("" if is_there(name) else ": not written yet") for name in waiting] + [""]
    machines = sorted({entries[name]["machine"] for name in there})
    return "\n".join([*said, *(f"Machine: {each}." for each in machines), ""])


def machine() -> str:
    """Processor, cores, load, system and versions, in one line."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    return f"{dated_page.processor()}, {os.cpu_count()} cores, {load}; {platform.system()}, {versions}"


def _line(name: str, entry: dict[str, Any]) -> str:
    found = str(entry["found"]).replace("|", "\\|")
    return (
        f"| `{name}` | {entry['name']} | {entry['target']} | {found} | {WORDS[entry['met']]} "
        f"| {entry['seconds']:.0f} | {entry['commit']}, {entry['at']} |"
    )
