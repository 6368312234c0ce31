"""A folder of clips imported by the command line, in a process of its own, and how fast that went."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from scripts.bench_rows.material import LINE, ROOT

PROJECT: Final = "A batch"
FREE_BOX: Final = b"free"
"""A box of MP4 that players skip: what differs between copies that show the same."""


@dataclass(frozen=True, slots=True)
class Batch:
    """An import that has ended.

    Attributes
    ----------
    rows : dict of str to str
        Per clip name, everything its prediction says but for what it took, as JSON.
    each_s : float
        Clips a second, once each process had done its first.
    first_s : float
        Seconds until the first was done, models and import included.
    """

    rows: dict[str, str]
    each_s: float
    first_s: float


def copies_of(clip: Path, folder: Path, *, count: int) -> Path:
    """Write so many clips that show the same and differ in their bytes, each with its line; the folder."""
    folder.mkdir()
    content = clip.read_bytes()
    names = [f"take_{number:03}.mp4" for number in range(count)]
    for name in names:
        box = name.encode()
        (folder / name).write_bytes(content + (8 + len(box)).to_bytes(4) + FREE_BOX + box)
    (folder.parent / "LINES.csv").write_text(
        "clip,line\n" + "".join(f'{name},"{LINE}"\n' for name in names), encoding="utf-8"
    )
    return folder


def imported(
    folder: Path,
    home: Path,
    where: Sequence[str],
    *,
    cores: int | None = None,
    lanes: int = 1,
    meanwhile: Callable[[subprocess.Popen[str], Path], None] | None = None,
) -> Batch:
    """Import a folder into a data folder of its own.

    Parameters
    ----------
    where : sequence of str
        Words of the command that say who analyses.
    cores : int, optional
        Hold it to so many cores and its libraries to one thread.
    lanes : int
        How many work at once: the first of each is not counted.
    meanwhile : callable, optional
        Called with the process and the data folder while it runs.
    """
    home.mkdir()
    environment = {**os.environ, "DAILIES_HOME": str(home)}
    command = [sys.executable, "-m", "dashboard", "import", str(folder), "--project", PROJECT]
    command += ["--lines", str(folder.parent / "LINES.csv"), *where]
    if cores is not None:
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        # The shell in between holds itself, and with it everything that it starts.
        held = f"import os, sys; os.sched_setaffinity(0, range({cores})); os.execv(sys.argv[1], sys.argv[1:])"
        command = [sys.executable, "-c", held, *command]
    began, at = perf_counter(), datetime.now().astimezone()
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        if meanwhile is not None:
            meanwhile(process, home)
        _, said = process.communicate()
    if process.returncode:
        raise SystemExit(f"The import ended with status {process.returncode}:\n{said}")
    return _read(home, lanes=lanes, began=at, whole_s=perf_counter() - began)


def _read(home: Path, *, lanes: int, began: datetime, whole_s: float) -> Batch:
    with sqlite3.connect(home / "dailies.db") as database:
        found = database.execute(
            "SELECT original_name, document, expected_intensity, expressed_intensity, predictions.emotion, "
            "text_trust, voice_trust, face_trust, predictions.created_at FROM predictions "
            "JOIN clips ON clips.id = predictions.clip_id ORDER BY predictions.created_at"
        ).fetchall()
    database.close()
    stamps = [datetime.fromisoformat(row[-1] + "+00:00") for row in found]
    spent_s = (stamps[-1] - stamps[lanes - 1]).total_seconds()
    first_s = min((stamps[0] - began).total_seconds(), whole_s)
    rows = {row[0]: json.dumps([_said(row[1]), *row[2:-1]], sort_keys=True) for row in found}
    return Batch(rows, (len(stamps) - lanes) / spent_s if spent_s > 0 else 0.0, first_s)


def _said(document: str) -> dict[str, Any]:
    """All but what it took, and the keys of pictures: each data folder has a secret of its own for them."""
    content: dict[str, Any] = json.loads(document)
    content.pop("timings_s", None)
    content.pop("face_keys", None)
    for peak in content.get("peaks", ()):
        peak.pop("thumbnail_key", None)
    return content
