"""Who is filmed in a project, and what they have agreed to.

A filmed person is whom a clip names as its actor, or the student whose take it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from db import audit, consents, people, projects
from db.columns import now
from db.errors import RefusedValueError
from db.records import (
    ClipRecord,
    ConsentRecord,
    ConsentScope,
    ConsentWithdrawalRecord,
    TombstoneRecord,
)
from db.session import reading, writing

NAME_LENGTH: Final = 80
EVIDENCE_LENGTH: Final = 500


class ConsentState(StrEnum):
    """Where a filmed person's consent stands."""

    MISSING = "missing"
    GIVEN = "given"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Filmed:
    """A filmed person.

    Attributes
    ----------
    student_id : int or None
        The same as somebody who takes part.
    consent : ConsentRecord or None
        The newest one.
    clips : tuple of ClipRecord
        What is still there of them.
    """

    subject: str
    student_id: int | None
    state: ConsentState
    consent: ConsentRecord | None
    clips: tuple[ClipRecord, ...]

    @property
    def scopes(self) -> frozenset[ConsentScope]:
        """What holds now; nothing unless a consent stands."""
        if self.consent is None or self.state is not ConsentState.GIVEN:
            return frozenset()
        return frozenset(ConsentScope(scope) for scope in self.consent.scopes)


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody filmed in a project.

    Attributes
    ----------
    filmed : tuple of Filmed
        By name.
    unnamed : tuple of ClipRecord
        Clips that name nobody.
    tombstones : tuple of TombstoneRecord
        Of clips that were removed.
    """

    filmed: tuple[Filmed, ...]
    unnamed: tuple[ClipRecord, ...]
    tombstones: tuple[TombstoneRecord, ...]


def register(project_id: int, *, person_id: int | None, at: datetime | None = None) -> Register:
    """Everybody filmed in a project, or on record there.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.SET_UP)
        return Register(
            filmed=everybody(session, project_id, at=at),
            unnamed=tuple(
                clip
                for clip, student in consents.clips_filmed(session, project_id)
                if student is None and not clip.actor
            ),
            tombstones=consents.tombstones_of_project(session, project_id),
        )


def record(
    project_id: int,
    subject: str,
    *,
    scopes: Iterable[ConsentScope],
    person_id: int | None,
    expires_at: datetime | None = None,
    evidence: str = "",
) -> ConsentRecord:
    """Put on record what a filmed person agrees to; it replaces what they agreed to before.

    Raises
    ------
    RefusedValueError
        If name or note cannot be used, nothing is agreed to, or the end lies in the past.
    NotAllowedError
        If the person may not set the project up.
    """
    name = " ".join(subject.split())
    wanted = [scope for scope in ConsentScope if scope in set(scopes)]
    if not 0 < len(name) <= NAME_LENGTH:
        raise worded(RefusedValueError, "consent.refusal.subject", most=NAME_LENGTH)
    if not wanted:
        raise worded(RefusedValueError, "consent.refusal.scope")
    if len(evidence) > EVIDENCE_LENGTH:
        raise worded(RefusedValueError, "consent.refusal.evidence", most=EVIDENCE_LENGTH)
    if expires_at is not None and expires_at <= now():
        raise worded(RefusedValueError, "consent.refusal.past")
    with writing() as session:
        projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.SET_UP)
        stored = consents.add(
            session,
            project_id,
            name,
            scopes=wanted,
            person_id=student_named(session, project_id, name),
            expires_at=expires_at,
            evidence=evidence.strip(),
            recorded_by=person_id,
        )
        audit.write(
            session,
            "consent.record",
            f"consent:{stored.id}",
            person_id=person_id,
            details={"project": project_id, "scopes": list(stored.scopes)},
        )
        return stored


def covers(
    session: Session,
    project_id: int,
    subject: str,
    student_id: int | None,
    needed: Collection[ConsentScope],
    *,
    at: datetime | None = None,
) -> bool:
    """Whether a filmed person has agreed to everything needed, now."""
    given = [each for each in consents.of_project(session, project_id) if _is(each, subject, student_id)]
    taken = [
        each
        for each in consents.withdrawals_of_project(session, project_id)
        if _is(each, subject, student_id)
    ]
    if _state(given, taken, at or now()) is not ConsentState.GIVEN:
        return False
    return {scope.value for scope in needed} <= set(given[-1].scopes)


def covered_clips(
    session: Session, project_id: int, scope: ConsentScope, *, at: datetime | None = None
) -> frozenset[str]:
    """Ids of the clips whose filmed person has agreed to ``scope``: for exports that ask for consent."""
    return frozenset(
        clip.id
        for each in everybody(session, project_id, at=at)
        if scope in each.scopes
        for clip in each.clips
    )


def kept_from(session: Session, project_id: int, scope: ConsentScope) -> frozenset[str]:
    """Ids of the clips whose filmed person is on record and has not agreed to ``scope``, or no longer."""
    if not consents.of_project(session, project_id) and not consents.withdrawals_of_project(
        session, project_id
    ):
        return frozenset()
    return frozenset(
        clip.id
        for each in everybody(session, project_id)
        if each.state is not ConsentState.MISSING and scope not in each.scopes
        for clip in each.clips
    )


def everybody(session: Session, project_id: int, *, at: datetime | None = None) -> tuple[Filmed, ...]:
    """The filmed people of a project by name, with their clips."""
    moment = at or now()
    given = consents.of_project(session, project_id)
    taken = consents.withdrawals_of_project(session, project_id)
    names: dict[str, str] = {}
    students: dict[str, int] = {}
    shown: dict[str, list[ClipRecord]] = {}
    for clip, student in consents.clips_filmed(session, project_id):
        name = people.by_id(session, student).name if student is not None else (clip.actor or "").strip()
        if not name:
            continue
        names.setdefault(name.casefold(), name)
        shown.setdefault(name.casefold(), []).append(clip)
        if student is not None:
            students[name.casefold()] = student
    for kept in (*given, *taken):
        names.setdefault(kept.subject.casefold(), kept.subject)
        if kept.person_id is not None:
            students.setdefault(kept.subject.casefold(), kept.person_id)
    found = []
    for folded in sorted(names):
        student_id = students.get(folded)
        own = [each for each in given if _is(each, folded, student_id)]
        back = [each for each in taken if _is(each, folded, student_id)]
        found.append(
            Filmed(
                subject=names[folded],
                student_id=student_id,
                state=_state(own, back, moment),
                consent=own[-1] if own else None,
                clips=tuple(shown.get(folded, ())),
            )
        )
    return tuple(found)


def student_named(session: Session, project_id: int, name: str) -> int | None:
    """The member of a project who has that name, ``None`` without one."""
    return next(
        (
            each.person.id
            for each in people.members(session, project_id)
            if each.person.name.casefold() == name.casefold()
        ),
        None,
    )


def _is(kept: ConsentRecord | ConsentWithdrawalRecord, subject: str, student_id: int | None) -> bool:
    if student_id is not None and kept.person_id == student_id:
        return True
    return kept.subject.casefold() == subject.strip().casefold()


def _state(
    given: Sequence[ConsentRecord], taken: Sequence[ConsentWithdrawalRecord], moment: datetime
) -> ConsentState:
    newest = given[-1] if given else None
    if taken and (newest is None or newest.created_at <= taken[-1].created_at):
        return ConsentState.WITHDRAWN
    if newest is None:
        return ConsentState.MISSING
    if newest.expires_at is not None and newest.expires_at <= moment:
        return ConsentState.EXPIRED
    return ConsentState.GIVEN
