"""What is repeated or run only where someone asks for it: ``make test-thorough``, before a release."""

from __future__ import annotations

import os
from typing import Final

import pytest

VARIABLE: Final = "DAILIES_THOROUGH"

thorough = pytest.mark.thorough
"""A test whose subject is also held by a quicker one; left out unless all are asked for."""


def is_asked_for() -> bool:
    """Whether everything is to be run, with its many repetitions."""
    return bool(os.environ.get(VARIABLE))


def repeats(usual: int, thorough: int) -> int:
    """``usual``, or ``thorough`` under ``make test-thorough``; both must prove the same sentence."""
    return thorough if is_asked_for() else usual
