"""What the people filmed in a project agreed to, as far as an export must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.filmed import ConsentState, Filmed, everybody
from db.records import ConsentScope


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


def of_project(
    session: Session, project_id: int, purpose: ConsentScope = ConsentScope.EXPORT
) -> Mapping[str, Consent]:
    """What was agreed to, by clip id; clips about which nothing is written down are left out.

    Parameters
    ----------
    purpose : ConsentScope
        What the files are asked for.
    """
    return {
        clip.id: _consent(filmed, purpose)
        for filmed in everybody(session, project_id)
        if filmed.state is not ConsentState.MISSING
        for clip in filmed.clips
    }


def _consent(filmed: Filmed, purpose: ConsentScope) -> Consent:
    if filmed.state is not ConsentState.GIVEN:
        return Consent(scope=filmed.state.value, media_may_leave=False)
    scopes = [scope.value for scope in ConsentScope if scope in filmed.scopes]
    return Consent(scope=", ".join(scopes), media_may_leave=purpose in filmed.scopes)
