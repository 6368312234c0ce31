"""What raters here would say about a clip's intensities, where a map was learned from what they said.

A map translates what is shown. The gap and the verdict stay on the model's own scale, on which the
thresholds were learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.judging import Described, Predicted, context_of, learned_for
from dashboard.services.messages import say
from db import intensity_maps
from db.records import IntensityMapRecord, IntensitySide
from engine.verdict.intensity_map import IDENTITY, IntensityMap


@dataclass(frozen=True, slots=True)
class MapInForce:
    """The map that translates one side, and what is to be said about it.

    Attributes
    ----------
    record : IntensityMapRecord or None
        ``None`` where the model's intensities stand as they are.
    map : IntensityMap
    suspended : IntensityMapRecord or None
        The map put in force, where it was learned for other weights.
    """

    record: IntensityMapRecord | None
    map: IntensityMap
    suspended: IntensityMapRecord | None = None


@dataclass(frozen=True, slots=True)
class RatersIntensity:
    """What raters here would say about one clip, 0 to 1.

    Attributes
    ----------
    values : Mapping[IntensitySide, float]
        Only the sides for which it is known.
    absent : tuple of str
        Why it is not known for the others, in sentences.
    suspended : tuple of str
        The part of ``absent`` that speaks of maps that rest; such sentences must not be overlooked.
    """

    values: Mapping[IntensitySide, float]
    absent: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()


NOTHING_KNOWN: Final = RatersIntensity({})
"""Of a clip that has not been analysed."""


def read_map(record: IntensityMapRecord) -> IntensityMap:
    """The map of a stored row.

    Raises
    ------
    PolicyError
        If this version cannot read it.
    """
    return IntensityMap.from_dict(record.document)


def map_in_force(
    session: Session, project_id: int, side: IntensitySide, prediction: Predicted | None = None
) -> MapInForce:
    """The map that translates a side; with a prediction of other weights a learned one is suspended."""
    record = intensity_maps.in_force(session, project_id, side)
    if record is None:
        return MapInForce(None, IDENTITY)
    if prediction is not None and not learned_for(record, prediction):
        return MapInForce(None, IDENTITY, record)
    return MapInForce(record, read_map(record))


def raters_intensity(
    session: Session, project_id: int, clip: Described, prediction: Predicted
) -> RatersIntensity:
    """What raters of the project would say about both intensities of a clip."""
    values: dict[IntensitySide, float] = {}
    absent, suspended = [], []
    stated = {
        IntensitySide.EXPECTED: prediction.expected_intensity,
        IntensitySide.EXPRESSED: prediction.expressed_intensity,
    }
    for side, intensity in stated.items():
        found = map_in_force(session, project_id, side, prediction)
        value = found.map.say(intensity, context_of(clip, prediction))
        if found.suspended is not None:
            suspended.append(suspension(found.suspended))
        elif found.record is None:
            absent.append(say(f"intensity.absent.{side}"))
        elif value is None:
            absent.append(say(f"intensity.unstated.{side}"))
        else:
            values[side] = value
    return RatersIntensity(values, (*absent, *suspended), tuple(suspended))


def suspension(record: IntensityMapRecord) -> str:
    """Why a map rests, in a sentence."""
    return say(f"intensity.suspended.{record.side}", version=record.version)
