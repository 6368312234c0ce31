"""The stored ratings thresholds are learned from, each with the gap it speaks about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dashboard.services.judging import context_of, gap_of
from dashboard.services.messages import say
from dashboard.services.taught_answers import TaughtAnswers, answers_that_teach
from db.records import ProjectRecord
from engine.verdict.gate_words import LEAST_GROUPS
from engine.verdict.learned import LearnedFor
from engine.verdict.ratings_table import Labels, RatingTable
from engine.vocabulary import VERDICT_ORDER, Delivery, Verdict


@dataclass(frozen=True, slots=True)
class RatedGap:
    """One answer beside the gap of the prediction the clip had when it was given.

    Attributes
    ----------
    alignment : float
        z units.
    context : Mapping[str, str]
        Levels by column of :data:`~dashboard.services.judging.CONTEXT_COLUMNS`.
    weight : float
        Where the queue chose the clip: the chance an even draw had to choose it over the chance it had
        (:attr:`db.records.SelectionDraft.weight`); 1 otherwise.
    """

    rating_id: int
    clip_id: str
    clip_name: str
    person_id: int
    simulated: bool
    delivery: Delivery
    alignment: float
    context: Mapping[str, str]
    weight: float

    @property
    def verdict(self) -> Verdict:
        """What the person said."""
        return self.delivery.verdict


@dataclass(frozen=True, slots=True, eq=False)
class RatedGaps:
    """Gaps, z units, and what people said about them.

    Attributes
    ----------
    alignment : ndarray of float64, shape (n,)
    verdict : ndarray of int8, shape (n,)
        Places in ``VERDICT_ORDER``.
    """

    alignment: NDArray[np.float64]
    verdict: NDArray[np.int8]

    def __len__(self) -> int:
        return int(self.alignment.size)

    def take(self, rows: NDArray[np.bool_]) -> RatedGaps:
        """Some of them."""
        return RatedGaps(self.alignment[rows], self.verdict[rows])

    def of(self, verdict: Verdict) -> NDArray[np.float64]:
        """The gaps people gave a verdict."""
        return self.alignment[self.verdict == VERDICT_ORDER.index(verdict)]


@dataclass(frozen=True, slots=True)
class GapClip:
    """A clip with the gap of one prediction, which many answers speak about; ``context`` as of a gap."""

    clip_id: str
    clip_name: str
    alignment: float
    context: Mapping[str, str]


class TrainingRatings:
    """What a project's people have said so far, in columns: a million answers take some 50 MB.

    Attributes
    ----------
    clips : tuple of GapClip
        What the answers speak about, each once.
    clip : ndarray of intp, shape (n,)
        Each answer's place in ``clips``; answers are in the order in which they were given.
    rating_id, person, weight, simulated : ndarray, shape (n,)
        As of :class:`RatedGap`.
    step : ndarray of int8, shape (n,)
        The delivery, -2 to 2.
    instrument : LearnedFor or None
        What measured the gaps; ``None`` before the first analysis.
    notes : tuple of str
        What was left out, and why, in sentences.
    """

    def __init__(
        self,
        clips: tuple[GapClip, ...],
        columns: Mapping[str, NDArray[Any]],
        instrument: LearnedFor | None,
        notes: tuple[str, ...],
    ) -> None:
        self.clips = clips
        self.clip = columns["clip"]
        self.rating_id, self.person = columns["rating_id"], columns["person"]
        self.weight, self.simulated = columns["weight"], columns["simulated"]
        self.step: NDArray[np.int8] = columns["step"].astype(np.int8)
        self.instrument = instrument
        self.notes = (*notes, say("training.grouped_by_clip")) if len(self) and not self._by_actor else notes
        self._hashes: dict[tuple[str, ...], str] = {}

    @classmethod
    def nothing(cls) -> TrainingRatings:
        """Of a project nobody has rated anything in."""
        empty = np.zeros(0)
        names = ("rating_id", "person", "weight", "simulated", "step")
        return cls((), {"clip": np.zeros(0, dtype=np.intp), **dict.fromkeys(names, empty)}, None, ())

    def __len__(self) -> int:
        return int(self.clip.size)

    @property
    def gaps(self) -> Gaps:
        """The answers one by one."""
        return Gaps(self)

    @property
    def alignment(self) -> NDArray[np.float64]:
        """The gap of each answer, z units, shape (n,)."""
        return np.array([each.alignment for each in self.clips], dtype=np.float64)[self.clip]

    @property
    def verdict(self) -> NDArray[np.int8]:
        """Places in ``VERDICT_ORDER`` of what was said, shape (n,)."""
        return _VERDICTS[self.step + max(Delivery)]

    @cached_property
    def raters(self) -> int:
        """How many people spoke."""
        return int(np.unique(self.person).size)

    def levels(self, column: str) -> Labels:
        """The level of each answer's clip in a context column, ``None`` where it is unknown, shape (n,)."""
        return _objects([each.context.get(column) for each in self.clips])[self.clip]

    def varied(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns with at least two known levels; one level alone is no context."""
        found = {name: {each.context.get(name) for each in self.clips} - {None} for name in columns}
        return tuple(name for name in columns if len(found[name]) > 1)

    def table(self, columns: Sequence[str]) -> RatingTable:
        """The engine's table with these context columns.

        Groups are actors; where there are too few to hold any out, clips.
        """
        named = self.grouped_by_actor
        groups = [each.context.get("actor", each.clip_id) if named else each.clip_id for each in self.clips]
        return RatingTable.of(
            alignment=self.alignment,
            verdict=self.step,
            weight=self.weight,
            rater=self.person,
            group=_objects(groups)[self.clip],
            context={name: self.levels(name) for name in columns},
        )

    def sha256(self, columns: tuple[str, ...]) -> str:
        """The hash of :meth:`table`, worked out once for each choice of columns."""
        if columns not in self._hashes:
            self._hashes[columns] = self.table(columns).sha256()
        return self._hashes[columns]

    @property
    def grouped_by_actor(self) -> bool:
        """Whether there are enough actors to check thresholds on actors never seen."""
        return self._by_actor

    @cached_property
    def _by_actor(self) -> bool:
        actors = {each.context.get("actor") for each in self.clips}
        return len(actors) >= LEAST_GROUPS and None not in actors


class Gaps(Sequence[RatedGap]):
    """The answers of :class:`TrainingRatings` as records, made as they are asked for."""

    def __init__(self, training: TrainingRatings) -> None:
        self._training = training

    def __len__(self) -> int:
        return len(self._training)

    @overload
    def __getitem__(self, row: int) -> RatedGap: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[RatedGap]: ...

    def __getitem__(self, row: int | slice) -> RatedGap | Sequence[RatedGap]:
        if isinstance(row, slice):
            return [self._at(place) for place in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._at(row)

    def __iter__(self) -> Iterator[RatedGap]:
        return map(self._at, range(len(self)))

    def _at(self, row: int) -> RatedGap:
        own = self._training
        clip = own.clips[int(own.clip[row])]
        return RatedGap(
            rating_id=int(own.rating_id[row]),
            clip_id=clip.clip_id,
            clip_name=clip.clip_name,
            person_id=int(own.person[row]),
            simulated=bool(own.simulated[row]),
            delivery=Delivery(int(own.step[row])),
            alignment=clip.alignment,
            context=clip.context,
            weight=float(own.weight[row]),
        )


def collect(session: Session, project: ProjectRecord) -> TrainingRatings:
    """Gather what the project's protocol lets thresholds learn from.

    Simulated answers count in a demo project only. An answer to a prediction of other weights counts
    with the clip's newest prediction, if the clip was analysed again with the same line.
    """
    return of_taught(answers_that_teach(session, project))


def of_taught(taught: TaughtAnswers) -> TrainingRatings:
    """The gaps some answers speak about; those to a prediction without one are left out, and counted."""
    gaps = [gap_of(each.prediction) for each in taught.beside]
    has_gap = np.array([gap is not None for gap in gaps], dtype=np.bool_)
    rows = np.flatnonzero(has_gap[taught.place])
    kept, clip = np.unique(taught.place[rows], return_inverse=True)
    clips = []
    for place in kept:
        found, gap = taught.beside[int(place)], gaps[int(place)]
        assert gap is not None  # left out above
        context = context_of(found.clip, found.prediction)
        clips.append(GapClip(found.clip.id, found.clip.original_name, gap, context))
    left_out = (*taught.left_out, ("training.unknown_gap", taught.place.size - rows.size))
    answers = taught.columns.take(rows)
    columns = {
        "clip": clip.reshape(-1),
        "rating_id": answers.id,
        "person": answers.person,
        "simulated": answers.simulated,
        "step": answers.delivery,
        "weight": taught.weight[rows],
    }
    return TrainingRatings(
        tuple(clips), columns, taught.instrument, tuple(say(key, n=int(n)) for key, n in left_out if n)
    )


def _objects(values: Sequence[object]) -> Labels:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


_VERDICTS: Final = np.array([VERDICT_ORDER.index(step.verdict) for step in sorted(Delivery)], dtype=np.int8)
