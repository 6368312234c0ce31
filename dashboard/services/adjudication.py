"""Deciding about clips people differ about: what lies on the table, the decision, and what was decided.

A decision is a row of its own. It changes no answer: training and agreement go on reading what people
said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, overload

from sqlalchemy.orm import Session

from dashboard.services import disputes
from dashboard.services.aside import WorkedOut
from dashboard.services.disputes import Dispute, Disputes
from dashboard.services.permissions import Act, ensure, require
from dashboard.services.rating import COMMENT_LENGTH
from db import adjudications, audit, clips, consents, flags, ratings
from db.errors import RefusedValueError, UnknownRowError
from db.records import AdjudicationRecord, ClipStatus, FlagRecord
from db.session import reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Delivery, Emotion

SETTLED: Final = "settled"
NO_WEIGHT: Final = (0.0, 0.0, 0.0, 0.0)
"""Of a flagged clip that nobody has answered."""


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


@dataclass(frozen=True, slots=True)
class Agenda:
    """The cases of a project.

    Attributes
    ----------
    waiting : Waiting
        Open ones, flagged before others, then by how far people differ.
    decided : tuple of Case
        Those with a decision, the newest first.
    laid : WorkedOut
        How far people differ, and in a large project when that was.
    """

    waiting: Waiting
    decided: tuple[Case, ...]
    laid: WorkedOut[Disputes]

    def find(self, clip_id: str | None) -> Case | None:
        """The case of a clip, ``None`` where it neither waits nor is decided."""
        return self.waiting.find(clip_id) or next(
            (case for case in self.decided if case.clip_id == clip_id), None
        )


class Waiting(Sequence[Case]):
    """Cases in the order in which they are to be decided, made as they are asked for: they may be many."""

    def __init__(self, ids: Sequence[str], make: Callable[[str], Case]) -> None:
        self.ids, self._make = ids, make

    @overload
    def __getitem__(self, place: int) -> Case: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Case]: ...

    def __getitem__(self, place: int | slice) -> Case | Sequence[Case]:
        if isinstance(place, slice):
            return [self._make(clip_id) for clip_id in self.ids[place]]
        return self._make(self.ids[place])

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, clip_id: str | None) -> Case | None:
        """The case of a clip, ``None`` where it does not wait."""
        return self._make(clip_id) if clip_id is not None and clip_id in self.ids else None


def agenda(project_id: int, *, person_id: int | None) -> Agenda:
    """What waits for a decision in a project, and what was decided.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.ADJUDICATE)
    laid = disputes.of_project(project_id)
    differing: Mapping[str, Dispute] = {} if laid.value is None else laid.value
    with reading() as session:
        removed = {each.clip_id for each in consents.tombstones_of_project(session, project_id)}
        standing = adjudications.standing(session, project_id)
        raised = Counter(each.clip_id for each in flags.open_of_project(session, project_id))
        decided_on = {each.clip_id: each for each in standing if each.clip_id not in removed}
        flagged = [clip_id for clip_id in raised if clip_id not in removed]
        latest = ratings.standing_ids(session, list(decided_on))
        names = {
            clip_id: clips.get(session, clip_id).original_name
            for clip_id in {*decided_on, *flagged}
            if clip_id not in differing
        }
    settled = {
        clip_id
        for clip_id, decision in decided_on.items()
        if latest.get(clip_id, frozenset()) <= set(decision.considered)
    }

    def make(clip_id: str) -> Case:
        dispute, decision = differing.get(clip_id), decided_on.get(clip_id)
        name = names[clip_id] if dispute is None else dispute.name
        is_disputed = dispute is not None and dispute.is_disputed and clip_id not in settled
        return Case(clip_id, name, dispute, raised[clip_id], decision, clip_id in raised or is_disputed)

    passed_over = settled | removed | set(flagged)
    ranked = [] if laid.value is None else laid.value.ranked
    ids = sorted(flagged, key=lambda clip_id: _place(make(clip_id)))
    ids += [clip_id for clip_id in ranked if clip_id not in passed_over]
    decided = sorted(decided_on.values(), key=lambda each: -each.id)
    return Agenda(Waiting(ids, make), tuple(make(each.clip_id) for each in decided), laid)


def _place(case: Case) -> tuple[object, ...]:
    weight = NO_WEIGHT if case.dispute is None else case.dispute.weight
    return -case.flags, *(-part for part in weight), case.name, case.clip_id


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
