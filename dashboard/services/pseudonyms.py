"""Names, ids and dates as they leave in an export: replaced by a keyed hash of the project's own.

The same thing has the same pseudonym in every export of a project, so that exports can be joined and an
export can be brought back; another project, or somebody without the key, cannot tell whom it means. The key
is derived from the media folder's secret and never leaves with an export.

Moments are shifted back by a span that is the project's own: order and distances stay, the dates do not.
Texts (lines, comments) leave as they were written.
"""

from __future__ import annotations

import hmac
from dataclasses import fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import PurePath
from typing import Final, TypeVar

from dashboard.services import media_store
from db.records import (
    AdjudicationRecord,
    ClipRecord,
    PersonRecord,
    PredictionRecord,
    PredictionSummary,
    ProjectRecord,
    RatedClip,
    RatingRecord,
)

WORD_DIGITS: Final = 12
"""48 bits: among 100,000 names two are alike with a chance of one in 50,000."""

NUMBER_BITS: Final = 53
"""Whole numbers that survive a spreadsheet, which keeps them as doubles."""

LONGEST_SHIFT_S: Final = 365 * 24 * 3600
SHORTEST_SHIFT_S: Final = 24 * 3600
MOST_KEPT: Final = 4096
"""Clips and predictions kept beside their pseudonyms: answers to a clip come close together."""

RATING_FIELDS: Final = tuple(field.name for field in fields(RatingRecord))
_OF_RATING: Final = attrgetter(*RATING_FIELDS)

Said = TypeVar("Said", PredictionRecord, PredictionSummary)


class Pseudonyms:
    """How the records of one project leave.

    Parameters
    ----------
    key : bytes or None
        ``None`` lets everything leave as it is.
    """

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._clips: dict[str, ClipRecord] = {}
        self._people: dict[int, PersonRecord] = {}
        self._said: dict[int, PredictionSummary] = {}
        self._shift = timedelta(seconds=SHORTEST_SHIFT_S + self._span())

    @classmethod
    def of(cls, project: ProjectRecord, *, names: bool = False) -> Pseudonyms:
        """Those of a project; ``names`` lets everything leave as it is."""
        if names:
            return cls(None)
        told = f"dailies export, project {project.id}, {project.created_at.isoformat()}"
        return cls(hmac.digest(media_store.secret(), told.encode(), "sha256"))

    @property
    def are_names(self) -> bool:
        """Whether everything leaves under its own name."""
        return self._key is None

    def word(self, kind: str, value: str) -> str:
        """A pseudonym such as ``rater-3f0c…``."""
        return value if self._key is None else f"{kind}-{self._hash(kind, value)[:WORD_DIGITS]}"

    def number(self, kind: str, value: int) -> int:
        """A number in place of a row's own, below 2 to the power of :data:`NUMBER_BITS`."""
        return value if self._key is None else int(self._hash(kind, str(value)), 16) >> (256 - NUMBER_BITS)

    def moment(self, value: datetime) -> datetime:
        """A moment, shifted back by the project's own span of a day to a year."""
        return value if self._key is None else value - self._shift

    def unshifted(self, value: datetime) -> datetime:
        """The moment that :meth:`moment` made this of."""
        return value if self._key is None else value + self._shift

    def person(self, person: PersonRecord) -> PersonRecord:
        """A person whose name is their pseudonym."""
        if self._key is None:
            return person
        if person.id not in self._people:
            name = self.word("rater", person.pseudonym)
            self._people[person.id] = replace(person, name=name, pseudonym=name)
        return self._people[person.id]

    def clip(self, clip: ClipRecord) -> ClipRecord:
        """A clip without its names: of itself, of its file, of its actor."""
        if self._key is None:
            return clip
        known = self._clips.get(clip.id)
        if known is None:
            name = self.word("clip", clip.id)
            known = replace(
                clip,
                id=name,
                original_name=name + PurePath(clip.original_name).suffix.lower(),
                sha256=self._hash("sha256", clip.sha256),
                actor=None if clip.actor is None else self.word("actor", clip.actor),
                created_at=self.moment(clip.created_at),
                updated_at=self.moment(clip.updated_at),
            )
            if len(self._clips) >= MOST_KEPT:
                self._clips.clear()
            self._clips[clip.id] = known
        return known

    def prediction(self, said: Said) -> Said:
        """A prediction with another number and time."""
        if self._key is None:
            return said
        number = self.number("prediction", said.id)
        return replace(said, id=number, created_at=self.moment(said.created_at))

    def decision(self, made: AdjudicationRecord) -> AdjudicationRecord:
        """A decision with another time."""
        return replace(made, created_at=self.moment(made.created_at))

    def rated(self, rated: RatedClip) -> RatedClip:
        """An answer with everything that stands beside it."""
        if self._key is None:
            return rated
        clip = self.clip(rated.clip)
        return RatedClip(
            rating=self._rating(rated.rating, clip.id),
            clip=clip,
            person=self.person(rated.person),
            prediction=None if rated.prediction is None else self._summary(rated.prediction),
        )

    def _rating(self, rating: RatingRecord, clip_id: str) -> RatingRecord:
        supersedes = rating.supersedes_id
        held = dict(
            zip(RATING_FIELDS, _OF_RATING(rating), strict=True)
        )  # half the time of dataclasses.replace
        held["id"] = self.number("rating", rating.id)
        held["clip_id"] = clip_id
        held["supersedes_id"] = None if supersedes is None else self.number("rating", supersedes)
        held["created_at"] = self.moment(rating.created_at)
        return RatingRecord(**held)

    def _summary(self, said: PredictionSummary) -> PredictionSummary:
        known = self._said.get(said.id)
        if known is None:
            if len(self._said) >= MOST_KEPT:
                self._said.clear()
            known = self._said[said.id] = self.prediction(said)
        return known

    def _span(self) -> int:
        return int(self._hash("shift", ""), 16) % (LONGEST_SHIFT_S - SHORTEST_SHIFT_S)

    def _hash(self, kind: str, value: str) -> str:
        told = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key or b"", told, "sha256").hex()
