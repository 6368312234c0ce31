"""Who is filmed in a project, what shows them, and where their consent stands.

A filmed person is whom a clip names as its actor, the student whose take it is, or whom a scene is said to
show. A scene of which nobody has said whom it shows is taken to show who speaks in it by the name of somebody
filmed or on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from db import consents, filmed_scenes, people, scenes
from db.columns import now
from db.records import ConsentRecord, ConsentScope, ConsentWithdrawalRecord, FilmedClip, SceneRecord
from db.session import is_writing, memory

Kept = TypeVar("Kept", ConsentRecord, ConsentWithdrawalRecord)


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
    clips, scenes : tuple
        What is still there of them.
    """

    subject: str
    student_id: int | None
    state: ConsentState
    consent: ConsentRecord | None
    clips: tuple[FilmedClip, ...]
    scenes: tuple[SceneRecord, ...] = ()

    @property
    def scopes(self) -> frozenset[ConsentScope]:
        """What holds now; nothing unless a consent stands."""
        return held(self.consent, self.state)


class _Kept:
    """Everything on record in a project, found by name or by number."""

    def __init__(
        self,
        given: Sequence[ConsentRecord],
        taken: Sequence[ConsentWithdrawalRecord],
        moment: datetime,
    ) -> None:
        self.given, self.taken, self.moment = given, taken, moment
        self._given, self._taken = _indexed(given), _indexed(taken)

    @classmethod
    def of(cls, session: Session, project_id: int, at: datetime | None) -> _Kept:
        return cls(
            consents.of_project(session, project_id),
            consents.withdrawals_of_project(session, project_id),
            at or now(),
        )

    def standing(self, subject: str, student_id: int | None) -> tuple[ConsentRecord | None, ConsentState]:
        """The newest consent of a person and where it stands."""
        own = _of_person(self._given, subject, student_id)
        back = _of_person(self._taken, subject, student_id)
        return (own[-1] if own else None), _state(own, back, self.moment)

    def closed(self, scope: ConsentScope, students: Mapping[str, int]) -> frozenset[str]:
        """Names, folded, of people on record without a consent to ``scope`` that stands.

        Parameters
        ----------
        students : Mapping of str to int
            Further people who may be on record by their number, by name folded.
        """
        numbers = dict(students)
        for each in (*self.given, *self.taken):
            if each.person_id is not None:
                numbers.setdefault(each.subject.casefold(), each.person_id)
        found = set()
        for name in {each.subject.casefold() for each in (*self.given, *self.taken)} | set(students):
            consent, state = self.standing(name, numbers.get(name))
            if state is not ConsentState.MISSING and scope not in held(consent, state):
                found.add(name)
        return frozenset(found)


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
    consent, state = _Kept.of(session, project_id, at).standing(subject, student_id)
    return frozenset(needed) <= held(consent, state)


def standing(
    session: Session, project_id: int, subject: str, student_id: int | None
) -> tuple[ConsentRecord | None, ConsentState]:
    """The newest consent of a person and where it stands now."""
    return _Kept.of(session, project_id, None).standing(subject, student_id)


def kept_from(session: Session, project_id: int, scope: ConsentScope) -> frozenset[str]:
    """Ids of the clips whose filmed person is on record and has not agreed to ``scope``, or no longer.

    Clips are asked for only where somebody's are kept, and theirs alone.
    """
    kept = _Kept.of(session, project_id, None)
    if not kept.given and not kept.taken:
        return frozenset()
    students = {name.casefold(): number for number, name in consents.students_filmed(session, project_id)}
    closed = kept.closed(scope, students)
    if not closed:
        return frozenset()
    return consents.clips_showing(
        session,
        project_id,
        actors=_spelt(session, project_id, closed),
        students=[number for name, number in students.items() if name in closed],
    )


def actors_kept_from(session: Session, project_id: int, scope: ConsentScope) -> tuple[str, ...]:
    """Who is named as an actor, is on record and has not agreed to ``scope``, as clips spell the name."""
    closed = _closed_now(session, project_id, scope)
    return _spelt(session, project_id, closed) if closed else ()


def everybody(session: Session, project_id: int, *, at: datetime | None = None) -> tuple[Filmed, ...]:
    """The filmed people of a project by name, with their clips and scenes."""
    return among(session, project_id, consents.clips_filmed(session, project_id), at=at)


def among(
    session: Session, project_id: int, clips: Iterable[FilmedClip], *, at: datetime | None = None
) -> tuple[Filmed, ...]:
    """The same of a project whose clips have been asked for."""
    kept = _Kept.of(session, project_id, at)
    names: dict[str, str] = {}
    students: dict[str, int] = {}
    shown: dict[str, list[FilmedClip]] = {}
    own_names: dict[int, str] = {}
    for clip in clips:
        name = (clip.actor or "").strip()
        if clip.student_id is not None:
            if clip.student_id not in own_names:
                own_names[clip.student_id] = people.by_id(session, clip.student_id).name
            name = own_names[clip.student_id]
        if not name:
            continue
        names.setdefault(name.casefold(), name)
        shown.setdefault(name.casefold(), []).append(clip)
        if clip.student_id is not None:
            students[name.casefold()] = clip.student_id
    for each in (*kept.given, *kept.taken):
        names.setdefault(each.subject.casefold(), each.subject)
        if each.person_id is not None:
            students.setdefault(each.subject.casefold(), each.person_id)
    said = filmed_scenes.people_of_project(session, project_id)
    for subject in sorted(name for subjects in said.values() for name in subjects):
        names.setdefault(subject.casefold(), subject)
    in_scenes = _scenes_of(session, project_id, said)
    found = []
    for folded in sorted(names):
        student_id = students.get(folded)
        consent, state = kept.standing(folded, student_id)
        found.append(
            Filmed(
                subject=names[folded],
                student_id=student_id,
                state=state,
                consent=consent,
                clips=tuple(shown.get(folded, ())),
                scenes=in_scenes.get(folded, ()),
            )
        )
    return tuple(found)


def known_names(session: Session, project_id: int) -> tuple[str, ...]:
    """Everybody who is filmed in a project or on record there, by name."""
    kept = _Kept.of(session, project_id, None)
    names = [
        *(each.subject for each in (*kept.given, *kept.taken)),
        *(name for _number, name in consents.students_filmed(session, project_id)),
        *consents.actors(session, project_id),
        *(name for named in filmed_scenes.people_of_project(session, project_id).values() for name in named),
    ]
    spelt: dict[str, str] = {}
    for name in names:
        spelt.setdefault(name.strip().casefold(), name.strip())
    return tuple(spelt[folded] for folded in sorted(spelt) if folded)


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


@dataclass(frozen=True, slots=True)
class _Closed:
    """Names that are kept from something, for as long as nothing is put on record and no consent ends."""

    names: frozenset[str]
    mark: tuple[int | None, ...]
    until: datetime | None


def _closed_now(session: Session, project_id: int, scope: ConsentScope) -> frozenset[str]:
    """:meth:`_Kept.closed`, asked for with every clip that is handed out, so the register is read once."""
    moment, mark = now(), consents.mark(session, project_id)
    remembered, place = memory(session), (_Closed, project_id, scope)
    earlier: _Closed | None = remembered.get(place)
    if earlier is not None and earlier.mark == mark and (earlier.until is None or moment < earlier.until):
        return earlier.names
    kept = _Kept.of(session, project_id, moment)
    ends = (each.expires_at for each in kept.given if each.expires_at is not None)
    found = _Closed(kept.closed(scope, {}), mark, min((end for end in ends if end > moment), default=None))
    if not is_writing(session):
        remembered[place] = found
    return found.names


def _spelt(session: Session, project_id: int, folded: Collection[str]) -> tuple[str, ...]:
    return tuple(each for each in consents.actors(session, project_id) if each.strip().casefold() in folded)


def _scenes_of(
    session: Session, project_id: int, said: Mapping[int, Collection[str]]
) -> Mapping[str, tuple[SceneRecord, ...]]:
    """The scenes that show somebody, by their name folded: whom a scene names, else who speaks in it."""
    speaking = filmed_scenes.speakers_of_project(session, project_id)
    found: dict[str, tuple[SceneRecord, ...]] = {}
    for scene in scenes.of_project(session, project_id):
        shown = said.get(scene.number) or speaking.get(scene.number, ())
        for folded in {name.strip().casefold() for name in shown}:
            found[folded] = (*found.get(folded, ()), scene)
    return found


def _indexed(kept: Iterable[Kept]) -> Mapping[str | int, tuple[Kept, ...]]:
    """What is on record, oldest first, under the name folded and under the number of whom it is about."""
    found: dict[str | int, list[Kept]] = {}
    for each in kept:
        found.setdefault(each.subject.casefold(), []).append(each)
        if each.person_id is not None:
            found.setdefault(each.person_id, []).append(each)
    return {key: tuple(each) for key, each in found.items()}


def _of_person(
    index: Mapping[str | int, tuple[Kept, ...]], subject: str, student_id: int | None
) -> tuple[Kept, ...]:
    own = {each.id: each for each in index.get(subject.strip().casefold(), ())}
    if student_id is not None:
        own |= {each.id: each for each in index.get(student_id, ())}
    return tuple(own[number] for number in sorted(own))


def held(consent: ConsentRecord | None, state: ConsentState) -> frozenset[ConsentScope]:
    """What a consent allows now; nothing unless it stands."""
    if consent is None or state is not ConsentState.GIVEN:
        return frozenset()
    return frozenset(ConsentScope(scope) for scope in consent.scopes)


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
