"""How the people of a project rate: channels, overlap, controls, checks; stored with the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from dashboard.services.permissions import Act, require
from db import audit, projects
from db.errors import RefusedValueError
from db.records import ProjectRecord
from db.seats import LONGEST_LEASE
from db.session import writing
from engine.vocabulary import Channel, Protocol

SETTING: Final = "rating"
LARGEST_OVERLAP: Final = 100
LONGEST_LEASE_MIN: Final = int(LONGEST_LEASE.total_seconds()) // 60
MOST_REPEATS: Final = 0.5


class Question(StrEnum):
    """What the form asks."""

    DELIVERY = "delivery"
    EXPECTED = "expected"
    EMOTION = "emotion"
    EXPRESSED = "expressed"


QUESTIONS: Final[Mapping[Channel, tuple[Question, ...]]] = {
    Channel.WORDS: (Question.EXPECTED, Question.EMOTION),
    Channel.VOICE: (Question.EXPRESSED, Question.EMOTION),
    Channel.FACE: (Question.EXPRESSED, Question.EMOTION),
    Channel.FULL: (Question.DELIVERY, Question.EXPECTED, Question.EMOTION, Question.EXPRESSED),
}
"""What can be answered from what is given; the first question of each needs an answer."""


@dataclass(frozen=True, slots=True)
class RatingProtocol:
    """What a project asks of its raters, beside :class:`~engine.vocabulary.Protocol`.

    Attributes
    ----------
    channels : tuple of Channel
        In the order in which a person meets them; the full clip always last.
    overlap : int
        How many people rate each clip; 0 lets everybody rate everything.
    most_raters : int
        Up to how many, where the first ``overlap`` disagree; as ``overlap`` asks for no extra ones.
    lease_minutes : int
        How long a clip is kept for somebody who has opened it and gives no sign of life.
    control_share : float
        Share of clips that show no prediction in an assisted or blind-first project.
    repeat_share, gold_share : float
        Shares of silently repeated clips and of silent gold clips among a person's tasks.
    watched_share : float
        Share of a clip that must have been played before its answer is taken; 0 asks for none.
    fastest_s : float
        An answer given in fewer seconds (or in a tenth of the clip's length) is flagged as hasty.
    qualification : int
        Gold clips to be answered before the project's own; 0 for no such round.
    qualification_right : float
        Share of them that must be right.
    is_traced : bool
        Whether intensity is traced while the clip plays.
    keys : Mapping[str, tuple of str]
        Codes of the answer keys by question, where they differ from the usual ones.
    """

    channels: tuple[Channel, ...] = (Channel.FULL,)
    overlap: int = 0
    most_raters: int = 0
    lease_minutes: int = 30
    control_share: float = 0.0
    repeat_share: float = 0.0
    gold_share: float = 0.0
    watched_share: float = 0.0
    fastest_s: float = 2.0
    qualification: int = 0
    qualification_right: float = 0.7
    is_traced: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.channels or self.channels[-1] is not Channel.FULL:
            raise RefusedValueError("The full clip comes last among the channels; put it there.")
        if len(set(self.channels)) != len(self.channels):
            raise RefusedValueError("A channel can be asked once per clip; remove the second one.")
        for name in ("control_share", "watched_share", "qualification_right"):
            _within(name, getattr(self, name), 0, 1)
        for name in ("repeat_share", "gold_share"):
            _within(name, getattr(self, name), 0, MOST_REPEATS)
        _within("overlap", self.overlap, 0, LARGEST_OVERLAP)
        _within("most_raters", self.most_raters, 0, LARGEST_OVERLAP)
        _within("lease_minutes", self.lease_minutes, 1, LONGEST_LEASE_MIN)
        _within("qualification", self.qualification, 0, LARGEST_OVERLAP)
        _within("fastest_s", self.fastest_s, 0, LONGEST_LEASE_MIN)

    @property
    def raters_at_most(self) -> int:
        """How many people may rate a clip people disagree on; 0 for everybody."""
        return max(self.overlap, self.most_raters) if self.overlap else 0

    def before(self, channel: Channel) -> tuple[Channel, ...]:
        """What a person must have answered of a clip before they may meet ``channel`` of it."""
        return self.channels[: self.channels.index(channel)] if channel in self.channels else ()


def protocol_of(project: ProjectRecord) -> RatingProtocol:
    """How a project is rated; what it never set is as usual."""
    return _read(project.settings.get(SETTING) or {})


def change(project_id: int, *, person_id: int | None, **changes: object) -> RatingProtocol:
    """Set fields of a project's :class:`RatingProtocol`, from the next task on.

    Raises
    ------
    RefusedValueError
        If a value is out of its range; nothing is changed.
    UnknownRowError
        If there is no such project.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        project = projects.by_id(session, project_id)
        changed = replace(protocol_of(project), **changes)  # type: ignore[arg-type]  # checked by the class
        projects.update_settings(session, project_id, {**project.settings, SETTING: _written(changed)})
        audit.write(
            session,
            "project.rating",
            f"project:{project_id}",
            person_id=person_id,
            details={name: _written(changed)[name] for name in changes},
        )
        return changed


def questions_of(channel: Channel) -> tuple[Question, ...]:
    """What the form asks about a channel."""
    return QUESTIONS[channel]


def shows_machine(protocol: Protocol, *, is_locked: bool, is_control: bool, channel: Channel) -> bool:
    """Whether the machine's opinion may reach this person's browser now.

    Only ever about the full clip: a single channel is answered without help. A control clip shows
    nothing at all, before and after.
    """
    if is_control or channel is not Channel.FULL:
        return False
    return protocol is Protocol.ASSISTED or (protocol is Protocol.BLIND_FIRST and is_locked)


def _read(stored: Mapping[str, Any]) -> RatingProtocol:
    known = {each.name for each in fields(RatingProtocol)}
    given = {name: value for name, value in stored.items() if name in known}
    if "channels" in given:
        given["channels"] = tuple(Channel(name) for name in given["channels"])
    if "keys" in given:
        given["keys"] = {name: tuple(codes) for name, codes in given["keys"].items()}
    return RatingProtocol(**given)


def _written(protocol: RatingProtocol) -> dict[str, Any]:
    written = asdict(protocol)
    written["channels"] = [channel.value for channel in protocol.channels]
    written["keys"] = {name: _listed(codes) for name, codes in protocol.keys.items()}
    return written


def _listed(codes: Sequence[str]) -> list[str]:
    return list(codes)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # NaN is not
        raise RefusedValueError(
            f"{name.replace('_', ' ').capitalize()} lies between {low} and {high}, not at {value}."
        )
