"""One row of a result table: the figures of all folds of a part, and how far they spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.evaluation.figures import NamingFigures, RatingFigures, naming_figures, rating_figures
from engine.evaluation.fold_store import Stamp
from engine.evaluation.part import Part, Spread
from engine.evaluation.predictions import Naming, Predictions, Rating
from engine.vocabulary import SystemName
from engine.weights import VERSION_DIGITS, WEIGHTS_SUFFIX, file_sha256


@dataclass(frozen=True, slots=True)
class Row:
    """One system in a table.

    Attributes
    ----------
    name : str
    figures : NamingFigures or RatingFigures
        Of all folds' predictions together, or of the first seed's.
    mean, spread : Mapping of str to float
        By figure: what stands in the table, and the standard deviation over folds or seeds; a figure
        measured once has no spread.
    folds : int
    remark : str
        What else has to be known of it.
    part : str
        Name of the part it comes from.
    system : SystemName or None
        As in :class:`~engine.evaluation.part.Part`.
    weights : Mapping of str to str
        The weight files it was measured with, by name: the first digits of their SHA-256.
    stamp : Stamp
        When it was measured, and with which code.
    """

    name: str
    figures: NamingFigures | RatingFigures
    mean: Mapping[str, float]
    spread: Mapping[str, float]
    folds: int
    remark: str
    part: str = ""
    system: SystemName | None = None
    weights: Mapping[str, str] = field(default_factory=dict)
    stamp: Stamp = field(default_factory=Stamp)


def rows_of(part: Part, found: Sequence[Mapping[str, Predictions]], stamp: Stamp | None = None) -> list[Row]:
    """The rows of a part, from what its folds found; a fold without a single answer counts for nothing."""
    stamp = stamp or Stamp()
    names = list(dict.fromkeys(name for fold in found for name in fold))
    heard = {name: [fold[name] for fold in found if name in fold and fold[name].truth.size] for name in names}
    return [_row(name, part, parts, stamp) for name, parts in heard.items() if parts]


def _row(name: str, part: Part, parts: list[Predictions], stamp: Stamp) -> Row:
    together = part.spread is Spread.FOLDS
    whole = _figures(_pooled(parts) if together else parts[0], with_limit=True)
    single = [_plain(_figures(one, with_limit=False)) for one in parts]
    mean = dict(_plain(whole))
    away = {}
    for key in single[0]:
        values = [one[key] for one in single if key in one]
        if not together:
            mean[key] = float(np.mean(values))
        if len(values) > 1:
            away[key] = float(np.std(values, ddof=1))
    remark = _pooled(parts).remark if together else parts[0].remark
    versions = {
        path.name: file_sha256(path)[:VERSION_DIGITS]
        for path in part.inputs
        if path.suffix == WEIGHTS_SUFFIX and path.is_file()
    }
    return Row(name, whole, mean, away, len(parts), remark, part.name, part.system, versions, stamp)


def _figures(part: Predictions, *, with_limit: bool) -> NamingFigures | RatingFigures:
    return naming_figures(part, with_limit=with_limit) if isinstance(part, Naming) else rating_figures(part)


def _pooled(parts: list[Predictions]) -> Predictions:
    named = [part for part in parts if isinstance(part, Naming)]
    return Naming.pooled(named) if named else Rating.pooled([p for p in parts if isinstance(p, Rating)])


def _plain(figures: NamingFigures | RatingFigures) -> dict[str, float]:
    """The single numbers of a row, undefined ones left out."""
    if isinstance(figures, RatingFigures):
        found = {
            "mae": figures.mae,
            "pearson": figures.pearson,
            "spearman": figures.spearman,
            "levels_accuracy": figures.levels.accuracy,
            "levels_precision": figures.levels.precision,
            "levels_recall": figures.levels.recall,
            "levels_macro_f1": figures.levels.macro_f1,
            "levels_weighted_f1": figures.levels.weighted_f1,
        }
    else:
        found = {
            "accuracy": figures.accuracy,
            "precision": figures.precision,
            "recall": figures.recall,
            "weighted_f1": figures.weighted_f1,
            "macro_f1": figures.macro_f1,
            "auc": figures.auc,
            "calibration_error": figures.calibration_error,
            "calibration_limit": figures.calibration_limit,
        }
    return {key: value for key, value in found.items() if value is not None}
