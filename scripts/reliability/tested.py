"""Rows whose measure is a part of the test suite: it is run, and what it says is counted."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
COUNTED: Final = re.compile(r"(\d+) (passed|failed|error|skipped)")


def tested(*paths: str) -> dict[str, int]:
    """How many tests of some files passed, failed, could not run, or were skipped."""
    words: Sequence[str] = [sys.executable, "-m", "pytest", "-q", "--tb=no", *paths]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    found = {name: int(count) for count, name in COUNTED.findall(lines[-1] if lines else "")}
    return {"passed": 0, "failed": 0, "error": 0, "skipped": 0, **found}


def is_whole(found: dict[str, int]) -> bool:
    """Whether something was tested and nothing failed or was left out."""
    return found["passed"] > 0 and not (found["failed"] or found["error"] or found["skipped"])
