"""What dated tables of measurements say of themselves, and how they are written."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path
from typing import Final

from engine import weights

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "docs" / "results"


def commit() -> str:
    """The commit that is checked out, with a sign where files differ from it."""
    status = ["git", "-C", str(ROOT), "status", "--porcelain", "--", "*.py", "*.js"]
    changed = subprocess.run(status, capture_output=True, text=True, check=False)
    return weights.commit() + ("+" if changed.stdout.strip() else "")


def processor() -> str:
    """What the processor calls itself."""
    named = Path("/proc/cpuinfo")
    if named.is_file():
        for row in named.read_text(encoding="utf-8").splitlines():
            if row.startswith("model name"):
                return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def replace(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
