"""What was in force in turn, once the steps that were taken back are left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Version = TypeVar("Version")


def steps_taken(promoted: Iterable[Version]) -> list[Version]:
    """The way to what is in force now, which stands last; the one before it is where going back leads.

    Parameters
    ----------
    promoted : iterable
        What was put in force, oldest first. Coming back to an earlier step undoes those after it.
    """
    steps: list[Version] = []
    for version in promoted:
        if version in steps:
            del steps[steps.index(version) :]
        steps.append(version)
    return steps
