"""Where a take meets a class: the line an assignment asks for, and handing a take in.

Perform carries the number of an assignment from its address to here and asks nothing else of a class.
"""

from __future__ import annotations


def line_of(assignment_id: int, person_id: int) -> str | None:  # noqa: ARG001 the seam's signature
    """The line that an assignment gives a person, ``None`` where it gives none."""
    return None


def hand_in(clip_id: str, assignment_id: int, person_id: int) -> None:
    """Tell the class that a take was performed for an assignment; may be told more than once."""
