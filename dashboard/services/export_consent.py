"""What the people filmed in a clip agreed to, as far as an export must know.

Nothing is recorded about it so far: :func:`of_project` is the one place that is to ask where it will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to about one clip.

    Attributes
    ----------
    scope : str
        In a word or a few, as it stands on the dataset card.
    media_may_leave : bool
        Whether the clip's own file may be given away.
    """

    scope: str
    media_may_leave: bool


NOT_RECORDED: Final = Consent(scope="not recorded", media_may_leave=True)
"""Of clips nobody wrote anything down for: whoever exports is told, and answers for it."""


def of_project(session: Session, project_id: int) -> Mapping[str, Consent]:
    """What was agreed to, by clip id; clips about which nothing is written down are left out."""
    del session, project_id  # no table holds it yet
    return {}
