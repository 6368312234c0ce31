"""The dated page of an evaluation: Markdown for people, and a file of points beside it for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from engine.evaluation.figures import ROC_STEPS, NamingFigures, RatingFigures
from engine.evaluation.part import Part
from engine.evaluation.summary import Row

NAMING_COLUMNS: Final = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "weighted_f1": "weighted F1",
    "macro_f1": "macro F1",
    "auc": "ROC AUC",
}
RATING_COLUMNS: Final = {
    "mae": "MAE",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "levels_accuracy": "levels: accuracy",
    "levels_precision": "precision",
    "levels_recall": "recall",
    "levels_weighted_f1": "weighted F1",
    "levels_macro_f1": "macro F1",
}
READING: Final = (
    "Precision and recall are means over classes, each counting once; ROC AUC is the mean of one against "
    "the rest. Calibration error: all classes pooled, ten bins of equal count; beside it what a perfectly "
    "calibrated model of this size exceeds in one case of twenty. ± is the standard deviation over folds "
    "or seeds. No figure is one on training data. Curves, confusion matrices and reliability bins lie in "
    "the file of the same name ending in .json."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of the parts that share a title.

    Attributes
    ----------
    title : str
    parts : tuple of Part
    rows : tuple of Row
    """

    title: str
    parts: tuple[Part, ...]
    rows: tuple[Row, ...]


def tables_of(parts: Sequence[Part], rows: Mapping[str, Sequence[Row]]) -> list[Table]:
    """One table for each title, in the order of the parts; ``rows`` are by part."""
    titles = dict.fromkeys(part.table for part in parts if part.name in rows)
    return [
        Table(
            title,
            tuple(part for part in parts if part.table == title and part.name in rows),
            tuple(row for part in parts if part.table == title for row in rows.get(part.name, ())),
        )
        for title in titles
    ]


def markdown(table: Table) -> str:
    """A table with its protocol, its target, and the confusion matrices folded away."""
    rated = isinstance(table.rows[0].figures, RatingFigures)
    columns = RATING_COLUMNS if rated else NAMING_COLUMNS
    header = ["system", *columns.values(), *([] if rated else ["calibration error (limit)"]), "n"]
    lines = [f"## {table.title}", "", _line(header), "|" + "---|" * len(header)]
    for row in table.rows:
        cells = [row.name, *(_cell(row, key) for key in columns)]
        cells += [] if rated else [_calibration(row)]
        lines.append(_line([*cells, str(row.figures.n)]))
    targets = dict.fromkeys(part.target for part in table.parts if part.target)
    protocols = dict.fromkeys(part.protocol for part in table.parts)
    lines += ["", *(f"Target: {target}." for target in targets), ""] if targets else [""]
    lines += [" ".join(protocols), ""]
    lines += [f"* {row.name}: {row.remark}" for row in table.rows if row.remark]
    names = ",".join(part.name for part in table.parts)
    lines += ["", f"`make evaluate EVALUATE={names}`", ""]
    if rated:
        lines += _by_emotion(table.rows)
    lines += ["<details><summary>Confusion matrices (rows: labels, columns: named)</summary>", ""]
    for row in table.rows:
        lines += _confusion(row)
    return "\n".join([*lines, "</details>", ""])


def points(table: Table) -> dict[str, Any]:
    """Everything of a table, curves included, for programs."""
    return {
        "title": table.title,
        "parts": [part.name for part in table.parts],
        "protocol": " ".join(dict.fromkeys(part.protocol for part in table.parts)),
        "targets": list(dict.fromkeys(part.target for part in table.parts if part.target)),
        "seeds": sorted({part.seed for part in table.parts}),
        "false_positive_rates": [step / (ROC_STEPS - 1) for step in range(ROC_STEPS)],
        "rows": [_row_points(row) for row in table.rows],
    }


def _row_points(row: Row) -> dict[str, Any]:
    figures = row.figures
    naming = figures.levels if isinstance(figures, RatingFigures) else figures
    found: dict[str, Any] = {
        "name": row.name,
        "n": figures.n,
        "folds": row.folds,
        "remark": row.remark,
        "part": row.part,
        "system": None if row.system is None else row.system.value,
        "weights": dict(row.weights),
        "measured": row.stamp.when,
        "commit": row.stamp.commit,
        "mean": _rounded(row.mean),
        "spread": _rounded(row.spread),
        "classes": list(naming.classes),
        "confusion": naming.confusion.tolist(),
        "by_class": {name: _rounded(asdict(one)) for name, one in naming.by_class.items()},
        "reliability": _rounded(list(naming.reliability)),
    }
    if isinstance(figures, RatingFigures):
        found["pearson_by_emotion"] = _rounded(figures.by_emotion)
    return found


def _rounded(value: Any) -> Any:
    """Four digits are more than any of these figures holds."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(row: Row, key: str) -> str:
    if key not in row.mean:
        return "none"
    away = f" ± {row.spread[key]:.3f}" if key in row.spread else ""
    return f"{row.mean[key]:.3f}{away}"


def _calibration(row: Row) -> str:
    if "calibration_error" not in row.mean:
        return "no probabilities"
    return f"{row.mean['calibration_error']:.3f} ({row.mean['calibration_limit']:.3f})"


def _by_emotion(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        if isinstance(row.figures, RatingFigures):
            each = (f"{name} {_given(value)}" for name, value in row.figures.by_emotion.items())
            lines.append(f"{row.name}: Pearson by emotion: {', '.join(each)}.")
    return [*lines, ""]


def _given(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _confusion(row: Row) -> list[str]:
    figures = row.figures
    naming: NamingFigures = figures.levels if isinstance(figures, RatingFigures) else figures
    lines = [f"**{row.name}**", "", _line(["", *naming.classes, "recall", "AUC"])]
    lines.append("|" + "---|" * (len(naming.classes) + 3))
    for name, counts in zip(naming.classes, naming.confusion.tolist(), strict=True):
        one = naming.by_class.get(name)
        told = ["none", "none"] if one is None else [f"{one.recall:.2f}", _given(one.auc)]
        lines.append(_line([name, *map(str, counts), *told]))
    return [*lines, ""]
