"""What lies before whoever decides about a clip: all answers side by side, flags, earlier decisions.

The machine's opinion is not among it: a decision that leans on it could not tell whether it is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.services import disputes, rater_letters
from dashboard.services.adjudication import ensure_clip
from dashboard.services.derived_consensus import Consensus
from dashboard.services.given_answers import Field
from dashboard.services.permissions import Act, require
from db import adjudications, clips, flags, people, rating_marks, ratings
from db.records import AdjudicationRecord, ClipRecord, PersonRecord, RatingRecord
from db.session import reading
from engine.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Voice:
    """What one rater says about the clip.

    Attributes
    ----------
    rater : str
        Rater A, Rater B, …
    answer : RatingRecord
        What stands.
    earlier : tuple of RatingRecord
        What they said before, oldest first; answers taken back are left out.
    """

    rater: str
    answer: RatingRecord
    earlier: tuple[RatingRecord, ...]


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A flag that waits."""

    id: int
    rater: str
    reason: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MadeDecision:
    """A decision and who made it."""

    record: AdjudicationRecord
    by: str


@dataclass(frozen=True, slots=True)
class CaseTable:
    """A clip with everything said about it.

    Attributes
    ----------
    voices : tuple of Voice
        By their letters.
    consensus : Mapping[Field, Consensus]
        What the answers add up to: a suggestion.
    decisions : tuple of MadeDecision
        The one that counts first.
    considered : tuple of int
        Ids of the ratings that lie on the table.
    has_own : bool
        Whether the person who asks has answered the clip themselves.
    """

    clip: ClipRecord
    voices: tuple[Voice, ...]
    consensus: Mapping[Field, Consensus]
    flags: tuple[RaisedFlag, ...]
    decisions: tuple[MadeDecision, ...]
    considered: tuple[int, ...]
    has_own: bool

    @property
    def base(self) -> int | None:
        """Number of the decision that counts, ``None`` before the first."""
        return self.decisions[0].record.id if self.decisions else None


def of_clip(project_id: int, clip_id: str, *, person_id: int | None) -> CaseTable:
    """Lay a clip on the table.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If the project has no such clip.
    """
    laid = disputes.of_project(project_id).value
    dispute = None if laid is None else laid.get(clip_id)
    with reading() as session:
        require(session, project_id, person_id, Act.ADJUDICATE)
        ensure_clip(session, project_id, clip_id)
        names = rater_letters.names(session, project_id)
        given = ratings.history(session, clip_id)
        withdrawn = rating_marks.withdrawn(session, project_id)
        voices = _voices(given, withdrawn, names)
        return CaseTable(
            clip=clips.get(session, clip_id),
            voices=voices,
            consensus={} if dispute is None else dispute.consensus,
            flags=tuple(
                RaisedFlag(
                    flag.id,
                    names.get(flag.person_id) or people.by_id(session, flag.person_id).pseudonym,
                    flag.reason,
                    flag.note,
                    flag.created_at,
                )
                for flag in flags.open_of_clip(session, clip_id)
            ),
            decisions=_decisions(session, clip_id),
            considered=tuple(voice.answer.id for voice in voices),
            has_own=any(voice.answer.person_id == person_id for voice in voices),
        )


def _decisions(session: Session, clip_id: str) -> tuple[MadeDecision, ...]:
    known: dict[int, PersonRecord] = {}
    made = []
    for record in adjudications.history(session, clip_id):
        if record.person_id not in known:
            known[record.person_id] = people.by_id(session, record.person_id)
        made.append(MadeDecision(record, known[record.person_id].name))
    return tuple(made)


def _voices(
    given: Iterable[RatingRecord], withdrawn: frozenset[int], names: Mapping[int, str]
) -> tuple[Voice, ...]:
    full = [each for each in given if each.channel is Channel.FULL and each.occasion == 1]
    superseded = {each.supersedes_id for each in full}
    by_person: dict[int, list[RatingRecord]] = defaultdict(list)
    for each in full:
        if each.id not in withdrawn:
            by_person[each.person_id].append(each)
    standing = [(said[-1], said[:-1]) for said in by_person.values() if said[-1].id not in superseded]
    is_simulated = all(answer.simulated for answer, _ in standing)
    letters = list(names)
    return tuple(
        Voice(names[answer.person_id], answer, tuple(earlier))
        for answer, earlier in sorted(standing, key=lambda said: letters.index(said[0].person_id))
        if answer.simulated is is_simulated
    )
