"""How much memory a process has resident, and has had at most."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

PROCESSES: Final = Path("/proc")
OWN: Final = "self"
PEAK, PRESENT = "VmHWM", "VmRSS"


def peak_bytes(pid: int | str = OWN) -> int:
    """The most memory a process has had resident since it began; 0 where it has ended.

    Linux's ``getrusage`` would count what its parent had resident when it was started, so the kernel's own
    mark is read where there is one; elsewhere only the own process can be asked about.
    """
    if PROCESSES.is_dir():
        return _mark(pid, PEAK)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def resident_bytes(pid: int) -> int:
    """What a process has resident now, on Linux; 0 where it has ended."""
    return _mark(pid, PRESENT)


def _mark(pid: int | str, name: str) -> int:
    try:
        status = (PROCESSES / str(pid) / "status").read_text(encoding="utf-8")
    except OSError:
        return 0
    marks = (line for line in status.splitlines() if line.startswith(f"{name}:"))
    return next((int(line.split()[1]) * 1024 for line in marks), 0)
