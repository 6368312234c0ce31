"""What a report says about the maps from the model's intensities to the raters'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.services import intensity_view, intensity_words
from dashboard.services.intensity_view import MapView, SideView
from dashboard.services.intensity_words import IntensityWords
from dashboard.services.messages import say
from dashboard.services.training_intensities import RatedIntensity
from db.records import IntensitySide, Json
from engine.verdict.intensity_map import IntensityMap


@dataclass(frozen=True, slots=True)
class IntensityReport:
    """One of the two intensities in a report.

    Attributes
    ----------
    standing : str
        Whether the map is in force, in a sentence.
    map : IntensityMap
        What is drawn: the version in force, else the newest candidate, else an estimate never stored.
    gate : Mapping
        What the gate found, as ``MapReport.to_dict`` gives it; empty for an estimate.
    reason : str
        The gate's sentences; empty for an estimate.
    overall : IntensityWords
    levels : tuple of (str, tuple of IntensityWords)
        By context column; of ``by_context``, whether the gate adopted it or not.
    by_context : IntensityMap
    notes : tuple of str
        What was left out, and what to know.
    """

    side: IntensitySide
    standing: str
    map: IntensityMap
    gate: Json
    reason: str
    answers: tuple[RatedIntensity, ...]
    overall: IntensityWords
    levels: tuple[tuple[str, tuple[IntensityWords, ...]], ...]
    by_context: IntensityMap
    notes: tuple[str, ...]

    @property
    def raters(self) -> int:
        """How many people spoke."""
        return len({answer.person_id for answer in self.answers})


def of_project(project_id: int) -> tuple[IntensityReport, ...]:
    """Both intensities of a project, each only where somebody answered about it; nothing is stored."""
    shown = (intensity_view.worked_out(project_id, side) for side in IntensitySide)
    return tuple(_report(each) for each in shown if each.answers)


def _report(shown: SideView) -> IntensityReport:
    version = shown.in_force or shown.candidate
    drawn = shown.estimate if version is None else version.map
    by_context = drawn if drawn.levels else shown.estimate
    held = say(f"intensity.held.{'actors' if shown.grouped_by_actor else 'clips'}")
    return IntensityReport(
        side=shown.side,
        standing=_standing(version),
        map=drawn,
        gate={} if version is None else version.report,
        reason="" if version is None else version.reason,
        answers=shown.answers,
        overall=intensity_words.overall(drawn, shown.answers),
        levels=_levels(by_context, shown.answers),
        by_context=by_context,
        notes=(held, *shown.notes, *(() if shown.suspended is None else (shown.suspended,))),
    )


def _levels(
    fitted: IntensityMap, answers: Sequence[RatedIntensity]
) -> tuple[tuple[str, tuple[IntensityWords, ...]], ...]:
    return tuple((column, intensity_words.describe(fitted, answers, column)) for column in fitted.levels)


def _standing(version: MapView | None) -> str:
    if version is None:
        return say("intensity.report.estimate")
    key = "in_force" if version.is_in_force else "candidate"
    return say(f"intensity.report.{key}", version=version.version)
