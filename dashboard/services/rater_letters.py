"""What raters are called where answers lie side by side: Rater A, Rater B, in the order in which they came.

A letter stays with its rater, whoever joins later, and says nothing about who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase

from sqlalchemy.orm import Session

from dashboard.services.messages import say
from db import rating_marks


def names(session: Session, project_id: int) -> Mapping[int, str]:
    """What everybody who has answered in a project is called, by their id."""
    raters = rating_marks.raters_in_order(session, project_id)
    return {
        person_id: say("adjudicate.rater", letter=letter(place)) for place, person_id in enumerate(raters)
    }


def letter(place: int) -> str:
    """A, B, … Z, AA, AB, … for 0, 1, … 25, 26, 27, …"""
    more, last = divmod(place, len(ascii_uppercase))
    return (letter(more - 1) if more else "") + ascii_uppercase[last]
