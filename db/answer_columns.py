"""The answers of a project by column, for what is worked out from all of them: a million take 100 MB so.

Of records they would take twenty times as much, and longer to build than to compute with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, String, select, type_coerce
from sqlalchemy.orm import Session

from db.records import Purpose
from db.tables import Clip, Rating
from engine.vocabulary import Channel, Emotion, Phase

BATCH: Final = 20_000
"""Rows read at a time: what serves pages meanwhile gets its turn in between."""

EMOTIONS: Final = tuple(sorted(Emotion))
PHASES: Final = tuple(Phase)
CHANNELS: Final = tuple(Channel)
PURPOSES: Final = tuple(Purpose)
NONE: Final = -1
"""In place of the code of what is not there."""


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Answers, a row each, oldest first.

    Attributes
    ----------
    id : ndarray of int64, shape (n,)
    clip : ndarray of int64
        The clip's number.
    person : ndarray of int64
    phase, channel, emotion : ndarray of int8
        Places in :data:`PHASES`, :data:`CHANNELS` and :data:`EMOTIONS`, :data:`NONE` for no emotion.
    occasion : ndarray of int16
    delivery : ndarray of float64
        -2 to 2; NaN, as in the intensities, where nothing was said.
    expected, expressed : ndarray of float64
        0 to 1.
    supersedes : ndarray of int64
        The answer it replaces, :data:`NONE` without one.
    simulated : ndarray of bool
    purpose : ndarray of int8
        Places in :data:`PURPOSES`.
    prediction, policy : ndarray of int64
        The prediction it was given beside and the thresholds in force then, :data:`NONE` without one.
    prediction_shown : ndarray of bool
    """

    id: NDArray[np.int64]
    clip: NDArray[np.int64]
    person: NDArray[np.int64]
    phase: NDArray[np.int8]
    channel: NDArray[np.int8]
    occasion: NDArray[np.int16]
    delivery: NDArray[np.float64]
    emotion: NDArray[np.int8]
    expected: NDArray[np.float64]
    expressed: NDArray[np.float64]
    supersedes: NDArray[np.int64]
    simulated: NDArray[np.bool_]
    purpose: NDArray[np.int8]
    prediction: NDArray[np.int64]
    policy: NDArray[np.int64]
    prediction_shown: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.id.size)

    def take(self, rows: NDArray[Any]) -> Self:
        """Some of the rows, by mask or by place."""
        return replace(self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class ClipNames:
    """The clips of a project by number, rising.

    Attributes
    ----------
    number : ndarray of int64, shape (m,)
    id, name : list of str
    language : list of (str or None)
    """

    number: NDArray[np.int64]
    id: list[str]
    name: list[str]
    language: list[str | None]


def of_project(session: Session, project_id: int) -> AnswerColumns:
    """Every answer ever given, superseded ones and those taken back included."""
    wanted: tuple[Any, ...] = (
        Rating.id,
        Clip.number,
        Rating.person_id,
        type_coerce(Rating.phase, String),
        type_coerce(Rating.channel, String),
        Rating.occasion,
        type_coerce(Rating.delivery, Integer),
        type_coerce(Rating.emotion, String),
        Rating.expected_intensity,
        Rating.expressed_intensity,
        Rating.supersedes_id,
        Rating.simulated,
        type_coerce(Rating.purpose, String),
        Rating.prediction_id,
        Rating.policy_id,
        Rating.prediction_shown,
    )
    statement = select(*wanted).join(Clip, Clip.id == Rating.clip_id).where(Clip.project_id == project_id)
    kinds = [(each.name, _DTYPES[each.name]) for each in fields(AnswerColumns)]
    parts: list[list[NDArray[Any]]] = [[np.empty(0, dtype)] for _, dtype in kinds]
    for rows in _batches(session, statement):
        for place, ((name, dtype), values) in enumerate(zip(kinds, zip(*rows, strict=True), strict=True)):
            parts[place].append(np.array(_coded(name, values), dtype=dtype))
    columns = [np.concatenate(each) for each in parts]
    parts.clear()
    order = np.argsort(columns[0], kind="stable")
    return AnswerColumns(*(column[order] for column in columns))


def clips_of_project(session: Session, project_id: int) -> ClipNames:
    """The clips, for what is said about them."""
    wanted = select(Clip.number, Clip.id, Clip.original_name, Clip.language)
    rows = session.execute(wanted.where(Clip.project_id == project_id).order_by(Clip.number)).all()
    return ClipNames(
        number=np.array([row[0] for row in rows], dtype=np.int64),
        id=[row[1] for row in rows],
        name=[row[2] for row in rows],
        language=[row[3] for row in rows],
    )


def _batches(session: Session, statement: Any) -> Iterator[Sequence[Any]]:
    found = session.connection().execute(statement, execution_options={"yield_per": BATCH})
    yield from found.partitions()


def _coded(name: str, values: Sequence[Any]) -> Sequence[Any]:
    codes = _CODES.get(name)
    if codes is not None:
        return [codes[value] for value in values]
    if name in ("supersedes", "prediction", "policy"):
        return [NONE if value is None else value for value in values]
    return values  # of numbers None becomes NaN


def _codes(words: Sequence[StrEnum]) -> dict[str | None, int]:
    return {None: NONE, **{word.value: place for place, word in enumerate(words)}}


_CODES: Final = {
    "phase": _codes(PHASES),
    "channel": _codes(CHANNELS),
    "emotion": _codes(EMOTIONS),
    "purpose": _codes(PURPOSES),
}
_DTYPES: Final[dict[str, type[Any]]] = {
    "id": np.int64,
    "clip": np.int64,
    "person": np.int64,
    "phase": np.int8,
    "channel": np.int8,
    "occasion": np.int16,
    "delivery": np.float64,
    "emotion": np.int8,
    "expected": np.float64,
    "expressed": np.float64,
    "supersedes": np.int64,
    "simulated": np.bool_,
    "purpose": np.int8,
    "prediction": np.int64,
    "policy": np.int64,
    "prediction_shown": np.bool_,
}
