"""From stored ratings to intensity maps: fitted outside any write, stored, gated, reversible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.intensity_judging import MapInForce, map_in_force
from dashboard.services.messages import say
from dashboard.services.permissions import Act, require
from dashboard.services.projects import context_columns as chosen_columns
from dashboard.services.steps_taken import steps_taken
from dashboard.services.training_intensities import TrainingIntensities, collect
from db import audit, intensity_maps, predictions, projects
from db.errors import StorageError
from db.records import IntensityMapDraft, IntensityMapRecord, IntensityPromotionRecord, IntensitySide
from db.session import reading, writing
from engine.verdict.intensity_gate import MapReport, recalibrate_intensity
from engine.verdict.intensity_map import IntensityMap
from engine.vocabulary import SystemName


@dataclass(frozen=True, slots=True)
class MapLearning:
    """What came of learning one side's map from the ratings.

    Attributes
    ----------
    report : MapReport
        What the gate measured.
    record : IntensityMapRecord or None
        The stored version; ``None`` where there was no answer to learn from.
    promoted : bool
        Whether it translates from now on.
    reason : str
        Sentences: why or why not, and how many more ratings are wanted.
    notes : tuple of str
        What was left out, and what to know.
    """

    side: IntensitySide
    report: MapReport
    record: IntensityMapRecord | None
    promoted: bool
    reason: str
    notes: tuple[str, ...]

    @property
    def map(self) -> IntensityMap:
        """The map that was learned."""
        return self.report.candidate


def learn(
    project_id: int,
    *,
    person_id: int | None = None,
    promote: bool = True,
    seed: int = 0,
    columns: Sequence[str] | None = None,
    sides: Sequence[IntensitySide] = tuple(IntensitySide),
) -> tuple[MapLearning, ...]:
    """Learn the maps of a project, store them, and put in force each that is shown better.

    Parameters
    ----------
    person_id : int or None
        Who asked; ``None`` for the command line.
    promote : bool
        Without it a version stays a candidate even where the gate opens.
    seed : int
        Of the folds and the resampling; stored with the version.
    columns : sequence of str, optional
        Context the maps may depend on; what the project chose for its thresholds if not given.
    sides : sequence of IntensitySide

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.TEACH)
        project = projects.by_id(session, project_id)
        training = collect(session, project)
        newest = predictions.newest(session, project_id)
        incumbents = {side: map_in_force(session, project_id, side, newest) for side in sides}
        earlier = {side: intensity_maps.history(session, project_id, side) for side in sides}
    wanted = chosen_columns(project) if columns is None else tuple(columns)
    learned = []
    for side in sides:
        usable = training[side].varied(wanted)
        table = training[side].table(usable)
        asked_before = {record.training_hash for record in earlier[side]} - {table.sha256()}
        report = recalibrate_intensity(  # may take long: no transaction is open
            table,
            incumbent=incumbents[side].map,
            context_columns=usable,
            seed=seed,
            look=1 + len(asked_before),
        )
        learned.append(
            _keep(project_id, training[side], report, incumbents[side], person_id=person_id, promote=promote)
        )
    return tuple(learned)


def put_in_force(
    project_id: int, map_id: int, *, person_id: int | None, note: str = ""
) -> IntensityPromotionRecord:
    """Let a stored map translate from now on.

    Raises
    ------
    StorageError
        If the gate has not let it through.
    UnknownRowError
        If the project has no such map.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        record = intensity_maps.by_id(session, map_id)
        if record.project_id == project_id and not record.gate_open:
            raise StorageError(
                f"The intensity map {record.version} was not shown better than what is in force, so it stays "
                "a candidate; collect more ratings and learn it again."
            )
        return _promote(session, project_id, record.side, record, person_id=person_id, note=note)


def go_back(project_id: int, side: IntensitySide, *, person_id: int | None) -> IntensityMapRecord | None:
    """Put in force what was before; going back twice goes back two steps, at last to no map at all.

    Returns
    -------
    IntensityMapRecord or None
        What is in force now; ``None`` where the model's intensities stand as they are again.

    Raises
    ------
    StorageError
        If nothing was in force before.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        steps = way_here(session, project_id, side)
        if len(steps) < 2:
            raise StorageError("No intensity map was put in force yet; there is nothing to go back from.")
        record = None if steps[-2] is None else intensity_maps.by_id(session, steps[-2])
        _promote(session, project_id, side, record, person_id=person_id, note=say("intensity.went_back"))
        return record


def way_here(session: Session, project_id: int, side: IntensitySide) -> list[int | None]:
    """What was in force in turn, ``None`` for no map, without the steps that were taken back."""
    promotions = reversed(intensity_maps.promotions(session, project_id, side))
    return steps_taken([None, *(each.map_id for each in promotions)])


def _keep(
    project_id: int,
    training: TrainingIntensities,
    report: MapReport,
    incumbent: MapInForce,
    *,
    person_id: int | None,
    promote: bool,
) -> MapLearning:
    side = training.side
    if not training.answers:
        return MapLearning(side, report, None, False, report.reason, training.notes)
    before = incumbent.suspended or incumbent.record
    with writing() as session:
        record = _store(session, project_id, training, report, person_id, before)
        current = intensity_maps.in_force(session, project_id, side)
        moved = (current and current.id) != (before and before.id)
        wanted = promote and report.promoted and (current is None or record.id != current.id)
        if wanted and not moved:
            _promote(session, project_id, side, record, person_id=person_id, note=report.reason)
    reason = f"{report.reason} {say('intensity.overtaken')}" if wanted and moved else report.reason
    return MapLearning(side, report, record, wanted and not moved, reason, training.notes)


def _store(
    session: Session,
    project_id: int,
    training: TrainingIntensities,
    report: MapReport,
    person_id: int | None,
    before: IntensityMapRecord | None,
) -> IntensityMapRecord:
    found, instrument = report.candidate, training.instrument
    known = intensity_maps.by_version(session, project_id, training.side, found.version)
    if known is not None:  # the same answers give the same map
        return known
    if instrument is None:  # answers are read beside predictions, so something made these
        raise ValueError("There are answers but no prediction they were read beside.")
    record = intensity_maps.add(
        session,
        IntensityMapDraft(
            project_id=project_id,
            side=training.side,
            version=found.version,
            document=found.to_dict(),
            training_hash=found.snapshot,
            training_count=found.ratings,
            system=SystemName(instrument.system),
            weights_version=instrument.weights_version,
            feature_schema=instrument.feature_schema,
            parent_id=None if before is None else before.id,
            metrics=report.to_dict(),
            gate_open=report.promoted,
            reason=report.reason,
            created_by=person_id,
        ),
    )
    audit.write(
        session,
        "intensity_map.train",
        f"intensity_map:{record.id}",
        person_id=person_id,
        details={
            "side": record.side.value,
            "version": record.version,
            "ratings": record.training_count,
            "gate_open": record.gate_open,
        },
    )
    return record


def _promote(
    session: Session,
    project_id: int,
    side: IntensitySide,
    record: IntensityMapRecord | None,
    *,
    person_id: int | None,
    note: str,
) -> IntensityPromotionRecord:
    map_id = None if record is None else record.id
    promotion = intensity_maps.put_in_force(session, project_id, side, map_id, person_id=person_id, note=note)
    audit.write(
        session,
        "intensity_map.promote",
        f"project:{project_id}" if record is None else f"intensity_map:{record.id}",
        person_id=person_id,
        details={"side": side.value, "version": None if record is None else record.version, "note": note},
    )
    return promotion
