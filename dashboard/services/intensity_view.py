"""What the Intensity section shows: what people said, the versions of the map, and which one translates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.intensity_judging import map_in_force, read_map, suspension
from dashboard.services.intensity_maps import way_here
from dashboard.services.judging import context_of
from dashboard.services.permissions import Act, ensure
from dashboard.services.projects import context_columns
from dashboard.services.training_intensities import (
    RatedIntensity,
    TrainingIntensities,
    collect,
    stated_by,
)
from db import intensity_maps, people, predictions, projects
from db.errors import UnknownRowError
from db.records import IntensityMapRecord, IntensitySide, Json
from db.session import reading
from engine.verdict.intensity_fit import fit_map
from engine.verdict.intensity_map import IDENTITY, IntensityMap


@dataclass(frozen=True, slots=True)
class MapView:
    """A version of a map.

    Attributes
    ----------
    may_judge : bool
        Whether the gate lets it be put in force.
    report : Mapping
        What the gate measured, as ``MapReport.to_dict`` gives it.
    by, parent : str or None
        Who learned it; the version in force then, ``None`` where there was none.
    """

    id: int
    version: str
    map: IntensityMap
    is_in_force: bool
    may_judge: bool
    reason: str
    ratings: int
    report: Json
    created_at: datetime
    by: str | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the two intensities at a glance.

    Attributes
    ----------
    answers : tuple of RatedIntensity
        What people said beside what the model stated.
    columns : tuple of str
        The contexts a map may depend on that have two or more levels here.
    in_force : MapView or None
        ``None`` where the model's intensities stand as they are.
    candidate : MapView or None
        The newest version, where it is not in force.
    history : tuple of MapView
        Newest first.
    suspended : str or None
        Why the map put in force does not translate at present.
    can_go_back : bool
    notes : tuple of str
        What learning leaves out, and what to know.
    """

    side: IntensitySide
    answers: tuple[RatedIntensity, ...]
    raters: int
    columns: tuple[str, ...]
    in_force: MapView | None
    candidate: MapView | None
    history: tuple[MapView, ...]
    suspended: str | None
    can_go_back: bool
    notes: tuple[str, ...]
    grouped_by_actor: bool
    estimate: IntensityMap
    """By all contexts, never stored: what a picture shows where no version depends on a context."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a map's figures lie from those shown now, over the clips it speaks about.

    Attributes
    ----------
    clips : int
    mean, most : float
        Absolute difference in intensity.
    """

    clips: int
    mean: float
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class _Gathered:
    training: TrainingIntensities
    columns: tuple[str, ...]
    estimate: IntensityMap


def view(project_id: int, side: IntensitySide, *, person_id: int | None = None) -> WorkedOut[SideView]:
    """What the section shows of one side; of a large project with the answers of a while ago.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.TEACH)
    told = aside.of_project(f"intensities:{side.value}", project_id, lambda: _gather(project_id, side))
    shown = None if told.value is None else _side(project_id, side, told.value)
    return WorkedOut(shown, told.at, told.work, told.is_working, told.state)


def _gather(project_id: int, side: IntensitySide) -> _Gathered:
    with reading() as session:
        project = projects.by_id(session, project_id)
        training = collect(session, project)[side]
    columns = training.varied(context_columns(project))
    return _Gathered(training, columns, fit_map(training.table(columns), columns))


def _side(project_id: int, side: IntensitySide, gathered: _Gathered) -> SideView:
    training = gathered.training
    with reading() as session:
        found = map_in_force(session, project_id, side, predictions.newest(session, project_id))
        stored = intensity_maps.history(session, project_id, side)
        can_go_back = len(way_here(session, project_id, side)) > 1
        names = {person.id: person.name for person in people.everybody(session)}
    current = found.suspended or found.record
    versions = {record.id: record.version for record in stored}
    history = tuple(_view(record, current, versions, names) for record in stored)
    newest = next(iter(history), None)
    return SideView(
        side=side,
        answers=training.answers,
        raters=training.raters,
        columns=gathered.columns,
        in_force=next((each for each in history if each.is_in_force), None),
        candidate=None if newest is None or newest.is_in_force else newest,
        history=history,
        suspended=None if found.suspended is None else suspension(found.suspended),
        can_go_back=can_go_back,
        notes=training.notes,
        grouped_by_actor=training.grouped_by_actor,
        estimate=gathered.estimate,
    )


def worked_out(project_id: int, side: IntensitySide) -> SideView:
    """The same with the answers there are now."""
    return _side(project_id, side, _gather(project_id, side))


def moved(project_id: int, map_id: int, *, person_id: int | None = None) -> Moved:
    """Compare a version with what is in force, on every analysed clip; nothing is changed.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If the project has no such map.
    """
    ensure(project_id, person_id, Act.TEACH)
    with reading() as session:
        record = intensity_maps.by_id(session, map_id)
        if record.project_id != project_id:
            raise UnknownRowError(f"Intensity map number {map_id} belongs to another project.")
        now = intensity_maps.in_force(session, project_id, record.side)
        before, after = IDENTITY if now is None else read_map(now), read_map(record)
        found = []
        for clip, prediction in predictions.summaries_of_project(session, project_id):
            stated, context = stated_by(record.side, prediction), context_of(clip, prediction)
            then, here = after.say(stated, context), before.say(stated, context)
            if then is not None and here is not None:
                found.append(abs(then - here))
    if not found:
        return Moved(0, 0.0, 0.0)
    return Moved(len(found), float(np.mean(found)), float(np.max(found)))


def _view(
    record: IntensityMapRecord,
    current: IntensityMapRecord | None,
    versions: dict[int, str],
    names: dict[int, str],
) -> MapView:
    return MapView(
        id=record.id,
        version=record.version,
        map=read_map(record),
        is_in_force=current is not None and record.id == current.id,
        may_judge=record.gate_open,
        reason=record.reason,
        ratings=record.training_count,
        report=record.metrics,
        created_at=record.created_at,
        by=None if record.created_by is None else names.get(record.created_by),
        parent=None if record.parent_id is None else versions.get(record.parent_id),
    )
