"""Deciding about clips people differ about: what lies on the table, the decision, and what was decided.

A decision is a row of its own. It changes no answer: training and agreement go on reading what people
said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import disputes
from dashboard.services.disputes import Dispute
from dashboard.services.permissions import Act, require
from dashboard.services.rating import COMMENT_LENGTH
from db import adjudications, audit, clips, consents, flags, ratings
from db.errors import RefusedValueError, UnknownRowError
from db.records import AdjudicationRecord, ClipStatus, FlagRecord
from db.session import reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Channel, Delivery, Emotion

SETTLED: Final = "settled"


class OvertakenError(DailiesError):
    """Somebody else decided about the clip since it was laid before this person."""


@dataclass(frozen=True, slots=True)
class Case:
    """A clip that waits for a decision, or has one.

    Attributes
    ----------
    dispute : Dispute or None
        ``None`` where nobody has an answer that stands.
    flags : int
        How many flags of raters nobody has settled.
    decision : AdjudicationRecord or None
        The one that counts.
    is_open : bool
        A flag waits; or people differ, and nobody has decided since the latest answer.
    """

    clip_id: str
    name: str
    dispute: Dispute | None
    flags: int
    decision: AdjudicationRecord | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about a clip; what is left open stays open.

    Attributes
    ----------
    expected_intensity, expressed_intensity : float or None
        0 to 1.
    """

    reason: str
    delivery: Delivery | None = None
    emotion: Emotion | None = None
    expected_intensity: float | None = None
    expressed_intensity: float | None = None


def agenda(project_id: int, *, person_id: int | None) -> tuple[Case, ...]:
    """The cases of a project: open ones first, flagged before others, then by how far people differ.

    Behind them come those decided, the newest decision first.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    differing = disputes.of_project(project_id)
    with reading() as session:
        require(session, project_id, person_id, Act.ADJUDICATE)
        standing = adjudications.standing(session, project_id)
        raised = flags.open_of_project(session, project_id)
        names = {each.clip_id: each.name for each in differing.values()}
        for clip_id in {each.clip_id for each in (*standing, *raised)} - names.keys():
            names[clip_id] = clips.get(session, clip_id).original_name
        for removed in consents.tombstones_of_project(session, project_id):
            names.pop(removed.clip_id, None)
        latest = _latest(session, project_id, standing)
    return _ordered(names, differing, {each.clip_id: each for each in standing}, raised, latest)


def _ordered(
    names: Mapping[str, str],
    differing: Mapping[str, Dispute],
    decided_on: Mapping[str, AdjudicationRecord],
    raised: tuple[FlagRecord, ...],
    latest: Mapping[str, frozenset[int]],
) -> tuple[Case, ...]:
    waiting: dict[str, int] = {}
    for flag in raised:
        waiting[flag.clip_id] = waiting.get(flag.clip_id, 0) + 1
    cases = []
    for clip_id, name in names.items():
        dispute, decision = differing.get(clip_id), decided_on.get(clip_id)
        is_new = decision is None or not latest[clip_id] <= set(decision.considered)
        is_open = clip_id in waiting or (dispute is not None and dispute.is_disputed and is_new)
        if is_open or decision is not None:
            cases.append(Case(clip_id, name, dispute, waiting.get(clip_id, 0), decision, is_open))
    return tuple(sorted(cases, key=_place))


def _place(case: Case) -> tuple[object, ...]:
    if not case.is_open and case.decision is not None:
        return True, -case.decision.id
    weight = () if case.dispute is None else case.dispute.weight
    return False, -case.flags, *(-part for part in weight), case.name, case.clip_id


def _latest(
    session: Session, project_id: int, standing: tuple[AdjudicationRecord, ...]
) -> dict[str, frozenset[int]]:
    """Ids of the answers to full clips that stand, for each clip with a decision."""
    found: dict[str, set[int]] = {each.clip_id: set() for each in standing}
    if found:
        for row in ratings.current_of_project(session, project_id):
            if row.clip.id in found and row.rating.channel is Channel.FULL and row.rating.occasion == 1:
                found[row.clip.id].add(row.rating.id)
    return {clip_id: frozenset(ids) for clip_id, ids in found.items()}


def decide(
    project_id: int,
    clip_id: str,
    decision: Decision,
    *,
    person_id: int,
    base: int | None,
    considered: tuple[int, ...],
) -> AdjudicationRecord:
    """Store a decision behind earlier ones; the same one sent twice is stored once.

    Parameters
    ----------
    base : int or None
        Number of the decision that counted when the clip was laid before the person.
    considered : tuple of int
        Ids of the ratings that lay on the table.

    Raises
    ------
    OvertakenError
        If another decision counts by now; nothing is stored.
    RefusedValueError
        If the reason is missing or too long, nothing is decided, or a value is out of its range.
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If the project has no such clip.
    """
    if len(decision.reason) > COMMENT_LENGTH:
        raise RefusedValueError(f"A reason has at most {COMMENT_LENGTH} characters; shorten it.")
    with writing() as session:
        require(session, project_id, person_id, Act.ADJUDICATE)
        ensure_clip(session, project_id, clip_id)
        before = next(iter(adjudications.history(session, clip_id)), None)
        if before is not None and before.id != base:
            if before.person_id == person_id and _content(before) == _decided_content(decision):
                return before
            raise OvertakenError(
                "This clip was decided in another window meanwhile. Look at that decision below; "
                "what you entered is kept, so you can still decide otherwise."
            )
        stored = adjudications.add(
            session,
            clip_id,
            person_id=person_id,
            delivery=decision.delivery,
            emotion=decision.emotion,
            expected_intensity=decision.expected_intensity,
            expressed_intensity=decision.expressed_intensity,
            reason=decision.reason,
            considered=considered,
        )
        audit.write(
            session,
            "adjudication.decide",
            f"clip:{clip_id}",
            person_id=person_id,
            details={"decision": stored.id, "considered": list(stored.considered)},
        )
        return stored


def settle(project_id: int, flag_id: int, *, person_id: int, note: str) -> FlagRecord:
    """Settle a rater's flag with a note on what became of it.

    Raises
    ------
    RefusedValueError
        If there is no note.
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If the project has no such flag waiting.
    """
    if not note.strip():
        raise RefusedValueError("Say in a few words what became of the flag, then settle it.")
    with writing() as session:
        require(session, project_id, person_id, Act.ADJUDICATE)
        waiting = {each.id: each for each in flags.open_of_project(session, project_id)}
        if flag_id not in waiting:
            raise UnknownRowError("That flag is settled already; reload the page.")
        settled = flags.resolve(session, flag_id, person_id=person_id, reason=SETTLED, note=note.strip())
        audit.write(
            session,
            "flag.settle",
            f"clip:{settled.clip_id}",
            person_id=person_id,
            details={"flag": flag_id, "note": settled.note},
        )
        return settled


def decided(session: Session, project_id: int) -> Mapping[str, AdjudicationRecord]:
    """The decision that counts about each full clip of a project that has one, by the clip's id."""
    return {each.clip_id: each for each in adjudications.standing(session, project_id)}


def ensure_clip(session: Session, project_id: int, clip_id: str) -> None:
    """Refuse a clip of another project, or one that was removed.

    Raises
    ------
    UnknownRowError
        If the project has no such clip.
    """
    clip = clips.get(session, clip_id)
    if clip.project_id != project_id or clip.status is ClipStatus.WITHDRAWN:
        raise UnknownRowError("The project has no such clip; choose one from the list.")


def _decided_content(decision: Decision) -> tuple[object, ...]:
    """What makes two decisions the same."""
    return (
        decision.delivery,
        decision.emotion,
        decision.expected_intensity,
        decision.expressed_intensity,
        decision.reason.strip(),
    )


def _content(record: AdjudicationRecord) -> tuple[object, ...]:
    return (
        record.delivery,
        record.emotion,
        record.expected_intensity,
        record.expressed_intensity,
        record.reason,
    )
