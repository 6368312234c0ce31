"""Intensity traced while a clip plays: taken once, lag taken off, shown beside other people's mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from dashboard.services import permissions
from dashboard.services.permissions import Act
from dashboard.services.predictions import stored
from dashboard.services.refusals import worded
from dashboard.services.trace_lag import activity, estimated_lag, taken_off
from db import clips, predictions, traces
from db.errors import RefusedValueError
from db.records import ClipRecord, TaskKey, TraceRecord
from db.session import reading, writing
from engine.vocabulary import Channel

RATE_HZ: Final = 10.0
"""What hands can do and published traces are kept at, or near it."""

SPARE_SAMPLES: Final = 20
"""How far a trace may run past the clip's end: containers differ in what they say of their length."""

LONGEST_KEY: Final = 100
PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class ShownTraces:
    """What a page may draw of a clip's traces, at :data:`RATE_HZ` from its start.

    Attributes
    ----------
    mine : tuple of (float or None)
        The person's own newest trace, 0 to 1; empty without one.
    others : tuple of (float or None)
        Mean of the newest traces of everybody who traced the clip, themselves included; empty where it
        must not be shown yet, or nobody else has traced it.
    raters : int
        How many people the mean is of.
    """

    mine: tuple[float | None, ...] = ()
    others: tuple[float | None, ...] = ()
    raters: int = 0


def store(task: TaskKey, *, key: str, levels: Sequence[Any]) -> TraceRecord:
    """Take a person's trace of a clip; sent again under the same ``key`` it is stored once.

    Parameters
    ----------
    key : str
        Made in the browser, for one playing of the clip.
    levels : sequence of (float or None)
        0 to 1 at :data:`RATE_HZ` from the clip's start, as the hand was: the lag is taken off here.

    Raises
    ------
    RefusedValueError
        If the key is empty, a level is none, nothing was traced, or there is more trace than clip.
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such clip.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise worded(RefusedValueError, "refusal.trace_key")
    if task.channel is Channel.WORDS:
        raise worded(RefusedValueError, "refusal.trace_words")
    given = tuple(_level(value) for value in levels)
    if all(level is None for level in given):
        raise worded(RefusedValueError, "refusal.trace_nothing")
    with reading() as session:  # to estimate a lag takes longer than others should wait for
        clip = clips.get(session, task.clip_id)
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        _refuse_too_long(given, clip)
        lag_s = _lag(session, clip, given)
    with writing() as session:
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        return traces.add(
            session,
            task,
            idempotency_key=key,
            rate_hz=RATE_HZ,
            lag_s=lag_s,
            levels=taken_off(given, lag_s, rate_hz=RATE_HZ),
        )


def shown(task: TaskKey, *, reveals: bool) -> ShownTraces:
    """The traces to draw for a person.

    Parameters
    ----------
    reveals : bool
        Whether other people's may be seen: the person's own answer is locked, or the project is assisted.
    """
    with reading() as session:
        project_id = clips.get(session, task.clip_id).project_id
        permissions.require(session, project_id, task.person_id, Act.RATE)
        found = traces.newest(session, task.clip_id, task.channel)
    own = next((trace.levels for trace in found if trace.person_id == task.person_id), ())
    others = sum(trace.person_id != task.person_id for trace in found)
    if not reveals or not others:
        return ShownTraces(mine=own)
    return ShownTraces(mine=own, others=mean([trace.levels for trace in found]), raters=len(found))


def mean(many: Sequence[Sequence[float | None]]) -> tuple[float | None, ...]:
    """The mean level at each instant of those who traced it; ``None`` where nobody did."""
    longest = max((len(levels) for levels in many), default=0)
    table = np.full((len(many), longest), np.nan)
    for row, levels in zip(table, many, strict=True):
        row[: len(levels)] = [np.nan if level is None else level for level in levels]
    known = np.isfinite(table).sum(axis=0)
    total = np.nansum(table, axis=0)
    return tuple(
        round(float(each / count), PLACES) if count else None
        for each, count in zip(total, known, strict=True)
    )


def _lag(session: Session, clip: ClipRecord, levels: Sequence[float | None]) -> float:
    """Estimated beside what was measured of the performance, where the clip is analysed."""
    record = predictions.latest_for(session, clip.id)
    if record is None:
        return estimated_lag(levels, rate_hz=RATE_HZ, behaviour=np.zeros(0), times_s=())
    analysis = stored(record).analysis
    behaviour = activity(analysis.curves.loudness_db, analysis.curves.face_movement)
    return estimated_lag(levels, rate_hz=RATE_HZ, behaviour=behaviour, times_s=analysis.attention_times_s)


def _level(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:  # NaN is not
        raise worded(RefusedValueError, "refusal.trace_level")
    return round(float(value), PLACES)


def _refuse_too_long(levels: Sequence[float | None], clip: ClipRecord) -> None:
    if clip.duration_s is None:
        return
    most = math.ceil(clip.duration_s * RATE_HZ) + SPARE_SAMPLES
    if len(levels) > most:
        raise worded(
            RefusedValueError, "refusal.trace_long", given=len(levels), seconds=clip.duration_s, most=most
        )
