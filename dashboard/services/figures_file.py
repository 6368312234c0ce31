"""The figures of the Thresholds page as readable JSON, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.services.drift import DriftView
from dashboard.services.figures_basis import FiguresBasis
from dashboard.services.page_figures import Measured, MeasuredAnswers, PageFigures
from dashboard.services.shown_pull import ShownPull
from engine.errors import TableError
from engine.verdict.drift import Change, Drift
from engine.verdict.figures import Confusion, Reliability, ReliabilityBin, RiskCoverage
from engine.verdict.intervals import Interval, LevelThresholds
from engine.verdict.learning_curve import CurvePoint, LearningCurve

FORMAT: Final = "dailies-figures/2"


def to_json(basis: FiguresBasis, figures: PageFigures) -> str:
    """Figures and what they were worked out from, as one JSON object."""
    content = {name: _plain(getattr(figures, name)) for name in _names(PageFigures)}
    return json.dumps({"format": FORMAT, "basis": _plain(basis), "figures": content}, allow_nan=False)


def from_json(text: str) -> tuple[FiguresBasis, PageFigures]:
    """What :func:`to_json` wrote.

    Raises
    ------
    TableError
        If the text is anything else.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise TableError(f"These figures have the format {content['format']!r}, not {FORMAT!r}.")
        basis = content["basis"]
        return FiguresBasis(**{**basis, "columns": tuple(basis["columns"])}), _figures(content["figures"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise TableError(f"These figures cannot be read: {error}.") from error


def _figures(content: Mapping[str, Any]) -> PageFigures:
    said = content["answers"]
    answers = MeasuredAnswers(
        rating_id=np.array(said["rating_id"], dtype=np.int64),
        clip=np.array(said["clip"], dtype=np.intp),
        clip_id=tuple(said["clip_id"]),
        clip_name=tuple(said["clip_name"]),
        alignment=tuple(said["alignment"]),
    )
    if answers.clip.shape != answers.rating_id.shape or answers.clip.max(initial=0) > len(answers.clip_id):
        raise ValueError("the answers and their clips do not fit")
    pull, drift = content["pull"], content["drift"]
    return PageFigures(
        at=datetime.fromisoformat(content["at"]),
        answers=answers,
        grouped_by_actor=bool(content["grouped_by_actor"]),
        learned=_measured(content["learned"], len(answers)),
        fixed=_measured(content["fixed"], len(answers)),
        curve=LearningCurve(
            points=tuple(CurvePoint(**point) for point in content["curve"]["points"]),
            fixed=content["curve"]["fixed"],
            draws=content["curve"]["draws"],
        ),
        lower=Interval(**content["lower"]),
        upper=Interval(**content["upper"]),
        levels={
            column: {level: _level(known) for level, known in levels.items()}
            for column, levels in content["levels"].items()
        },
        pull=None if pull is None else _pull(pull),
        drift=None if drift is None else DriftView(_drift(drift["drift"]), drift["recent"]),
    )


def _measured(content: Mapping[str, Any], answers: int) -> Measured:
    confusion, risk = content["confusion"], content["risk_coverage"]
    cells = np.array(confusion["cells"], dtype=np.intp)
    if cells.shape != (answers,):
        raise ValueError(f"{cells.size} cells for {answers} answers")
    return Measured(
        version=content["version"],
        reliability=Reliability(
            tuple(ReliabilityBin(**each) for each in content["reliability"]["bins"]),
            content["reliability"]["error"],
        ),
        risk_coverage=RiskCoverage(
            **{**risk, "coverage": _numbers(risk["coverage"]), "risk": _numbers(risk["risk"])}
        ),
        confusion=Confusion(
            np.array(confusion["counts"], dtype=np.intp), _numbers(confusion["shares"]), cells
        ),
    )


def _level(content: Mapping[str, Any]) -> LevelThresholds:
    intervals = {name: Interval(**content[name]) for name in ("lower", "upper", "lower_shift", "upper_shift")}
    centre, width, slope = content["effects"]
    return LevelThresholds(**{**content, **intervals, "effects": (centre, width, slope)})


def _pull(content: Mapping[str, Any]) -> ShownPull:
    known = content["pull"]
    return ShownPull(None if known is None else Interval(**known), content["blind"], content["assisted"])


def _drift(content: Mapping[str, Any]) -> Drift:
    changes = tuple(Change(**change) for change in content["changes"])
    return Drift(**{**content, "changes": changes})


def _plain(value: Any) -> Any:
    """A value as JSON knows it; a number that is none becomes null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, np.ndarray):
        return value.tolist() if value.dtype.kind in "iub" else _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    """Numbers as an array, null as NaN."""
    return np.array(values, dtype=np.float64)


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
