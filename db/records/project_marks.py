"""How far a project is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProjectMarks:
    """How many rows of each kind a project has, each with the newest number, ``None`` before the first.

    Attributes
    ----------
    clips : (int, datetime or None)
        With the time of the last change to any of them instead.
    """

    ratings: tuple[int, int | None]
    predictions: tuple[int, int | None]
    gold: tuple[int, int | None]
    policies: tuple[int, int | None]
    promotions: tuple[int, int | None]
    withdrawals: tuple[int, int | None]
    clips: tuple[int, datetime | None]
