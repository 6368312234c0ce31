"""How often a test repeats what it does: few times by default, many where someone asks for it."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "DAILIES_THOROUGH"


def repeats(usual: int, thorough: int) -> int:
    """``usual``, or ``thorough`` under ``make test-thorough``; both must prove the same sentence."""
    return thorough if os.environ.get(VARIABLE) else usual
