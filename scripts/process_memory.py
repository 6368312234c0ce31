"""How much memory a process has had resident at most."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

STATUS: Final = Path("/proc/self/status")


def peak_bytes() -> int:
    """The most memory this process has had resident since it began.

    Linux's ``getrusage`` would count what its parent had resident when it was started, so the kernel's own
    mark is read where there is one.
    """
    if STATUS.exists():
        marks = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return next((int(line.split()[1]) * 1024 for line in marks), 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
