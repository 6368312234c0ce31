"""Train the third model on verdicts: people's, from a project's export, or CREMA-D's, derived by a rule.

``engine train trimodal --data RATINGS.csv`` reads what ``dashboard export`` writes: the model's intensities,
the emotion and a person's verdict in each row. ``--data DIR`` reads ``DIR/ratings/cremad_gaps.csv``, where
what the director asked for and what a noisy instrument saw stand in for the two brains and a rule made the
verdicts: that measures what the emotion adds, and its weights speak of no clip.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold

from engine import weights
from engine.errors import DailiesError, TableError
from engine.systems.trimodal import FILE, columns_of, shares_of
from engine.verdict.fixed import FIXED
from engine.vocabulary import (
    INTENSITY_MIDPOINT,
    INTENSITY_UNIT,
    VERDICT_ORDER,
    Verdict,
    emotion_named,
    verdict_named,
)

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

DERIVED: Final = "ratings/cremad_gaps.csv"
NEEDED: Final = ("expected_intensity", "expressed_intensity", "verdict", "emotion")
LINE_EMOTION: Final = "line_emotion"
GROUPS: Final = ("actor", "clip_id", "clip")
"""Columns whose values never fall on both sides of a split; the first that is there and filled."""
FOLDS: Final = 5
LEAST_ROWS: Final = 50
STRENGTHS: Final = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of the penalty, chosen by log-loss in folds within the training part."""
STEPS: Final = 2000
PEOPLE, RULE = "people", "rule"
DATA: Final = {
    RULE: "CREMA-D (Cao et al. 2014): directed level against a noisy instrument of the crowd's votes, "
    "verdicts derived by a rule (cremad_gaps.csv)",
    PEOPLE: "verdicts of a project's raters, as exported",
}
LICENCE: Final = {RULE: "ODbL 1.0", PEOPLE: "as the ratings"}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Labelled rows.

    Attributes
    ----------
    expected, expressed : ndarray, shape (n,)
        z-scores.
    shares : ndarray, shape (n, 7)
        Of the emotion.
    label : ndarray, shape (n,), int
        Index into ``VERDICT_ORDER``.
    group : ndarray, shape (n,)
        Never on both sides of a split.
    instrument, taught_by : str
        As in :class:`~engine.systems.trimodal.Trimodal`.
    """

    expected: Numbers
    expressed: Numbers
    shares: Numbers
    label: Rows
    group: NDArray[np.str_]
    instrument: str
    taught_by: str

    @property
    def gap(self) -> Numbers:
        """In z units."""
        return self.expressed - self.expected

    def inputs(self) -> dict[str, Numbers]:
        """What is compared, by name: the third model last."""
        return {
            "gap alone, logistic": self.gap[:, None],
            "both brains, logistic": np.column_stack([self.expected, self.expressed]),
            "third model (both brains and the emotion)": columns_of(
                self.expected, self.expressed, self.shares
            ),
        }


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Measure the third model on groups it never saw, then train it on all rows and write its file.

    Parameters
    ----------
    data : Path
        An exported table of ratings, or the folder of corpora.

    Raises
    ------
    TableError
        If the table cannot be read, lacks a column, mixes predictions of several weights, or is too small.
    """
    rows = read_verdicts(data)
    figures = compared(rows, seed=seed)
    say(f"trimodal: {rows.label.size} rows, {np.unique(rows.group).size} groups, labels by {rows.taught_by}")
    for name, found in figures.items():
        said = (f"{figure} {np.mean(each):.3f} ± {np.std(each):.3f}" for figure, each in found.items())
        say(f"trimodal: {name}: {', '.join(said)}")
    columns = list(rows.inputs().values())[-1]
    strength = best_strength(columns, rows.label, rows.group, seed=seed)
    fitted = _fitted(columns, rows.label, strength)
    weights.save(
        FILE,
        {"coefficients": fitted.coef_, "intercepts": fitted.intercept_},
        folder=out,
        metadata={
            "classes": json.dumps([verdict.value for verdict in VERDICT_ORDER]),
            "instrument": rows.instrument,
            "taught_by": rows.taught_by,
            "figures": json.dumps(
                {
                    name: {key: round(float(np.mean(each)), 4) for key, each in found.items()}
                    for name, found in figures.items()
                }
            ),
        },
        entry={
            "data": DATA[rows.taught_by],
            "licence": LICENCE[rows.taught_by],
            "seed": seed,
            "command": f"python -m engine train trimodal --data DATA --out WEIGHTS_DIR --seed {seed}",
        },
    )


def compared(rows: Verdicts, *, seed: int) -> dict[str, dict[str, list[float]]]:
    """Macro F1, weighted kappa and log-loss of each fold, by what decides; groups are never split."""
    found: dict[str, dict[str, list[float]]] = {}
    inputs = rows.inputs()
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for learn, held in folds.split(rows.label, rows.label, rows.group):
        fixed = [VERDICT_ORDER.index(_fixed(gap)) for gap in rows.gap[held]]
        _add(found.setdefault("published pair ±0.15 on the gap", {}), rows.label[held], np.array(fixed), None)
        for name, columns in inputs.items():
            strength = best_strength(columns[learn], rows.label[learn], rows.group[learn], seed=seed)
            shares = _fitted(columns[learn], rows.label[learn], strength).predict_proba(columns[held])
            _add(found.setdefault(name, {}), rows.label[held], shares.argmax(axis=1), shares)
    return found


def best_strength(columns: Numbers, label: Rows, group: NDArray[np.str_], *, seed: int) -> float:
    """The inverse strength of the penalty with the least log-loss on held-out groups."""
    folds = list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(label, label, group))
    losses = {}
    for strength in STRENGTHS:
        each = [
            log_loss(
                label[held],
                _fitted(columns[learn], label[learn], strength).predict_proba(columns[held]),
                labels=range(len(VERDICT_ORDER)),
            )
            for learn, held in folds
        ]
        losses[strength] = float(np.mean(each))
    return min(losses, key=lambda strength: losses[strength])


def read_verdicts(data: Path) -> Verdicts:
    """Read a table of ratings, or CREMA-D's derived verdicts under a folder.

    Raises
    ------
    TableError
        See :func:`train`.
    """
    path = data / DERIVED if data.is_dir() else data
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError(f"{path.name} cannot be read as a table of ratings: {error}.") from error
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise TableError(f"{path.name} has no column {missing[0]}; give what `dashboard export` writes.")
    table = table[(table[list(NEEDED)] != "").all(axis=1)].reset_index(drop=True)
    if len(table) < LEAST_ROWS:
        raise TableError(f"{path.name} has {len(table)} whole rows; the third model needs {LEAST_ROWS}.")
    try:
        expected, expressed = (table[name].to_numpy(np.float64) for name in NEEDED[:2])
        label = np.array([VERDICT_ORDER.index(verdict_named(name)) for name in table["verdict"]])
        named = [emotion_named(name) for name in _emotions(table)]
    except (ValueError, DailiesError) as error:
        raise TableError(f"{path.name}: {error}") from error
    if not (np.isfinite(expected).all() and np.isfinite(expressed).all()):
        raise TableError(f"{path.name} holds an intensity that is no number; leave such rows out.")
    if np.unique(label).size < len(VERDICT_ORDER):
        raise TableError(f"{path.name} lacks one of the verdicts under, correct and over; rate more clips.")
    group = _groups(table, path.name)
    return Verdicts(
        expected=(expected - INTENSITY_MIDPOINT) / INTENSITY_UNIT,
        expressed=(expressed - INTENSITY_MIDPOINT) / INTENSITY_UNIT,
        shares=shares_of(named),
        label=label,
        group=group,
        instrument="" if data.is_dir() else _instrument(table, path.name),
        taught_by=RULE if data.is_dir() else PEOPLE,
    )


def _emotions(table: pd.DataFrame) -> list[str]:
    """The line's emotion, where the table tells it apart from that of the whole clip."""
    if LINE_EMOTION not in table.columns:
        return list(table["emotion"])
    return [line or whole for line, whole in zip(table[LINE_EMOTION], table["emotion"], strict=True)]


def _groups(table: pd.DataFrame, name: str) -> NDArray[np.str_]:
    column = next((one for one in GROUPS if one in table.columns and (table[one] != "").all()), None)
    if column is None:
        raise TableError(f"{name} names neither actor nor clip in every row, so nothing can be held out.")
    group = table[column].to_numpy(np.str_)
    if np.unique(group).size < 2 * FOLDS:
        raise TableError(f"{name} has {np.unique(group).size} different {column}s; {2 * FOLDS} are needed.")
    return group


def _instrument(table: pd.DataFrame, name: str) -> str:
    if not {"system", "weights_version"} <= set(table.columns):
        raise TableError(f"{name} does not say which weights spoke; give what `dashboard export` writes.")
    found = sorted(set(table["system"] + " " + table["weights_version"]))
    if len(found) > 1:
        raise TableError(f"{name} mixes predictions of {len(found)} weights; keep the rows of one.")
    return str(found[0])


def _fitted(columns: Numbers, label: Rows, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=STEPS).fit(columns, label)


def _fixed(gap: float) -> Verdict:
    return FIXED.judge(float(gap)).verdict or Verdict.CORRECT


def _add(found: dict[str, list[float]], truth: Rows, named: Rows, shares: Numbers | None) -> None:
    every = range(len(VERDICT_ORDER))
    found.setdefault("macro F1", []).append(f1_score(truth, named, average="macro", zero_division=0))
    kappa = cohen_kappa_score(truth, named, weights="quadratic", labels=list(every))
    found.setdefault("weighted kappa", []).append(float(kappa))
    if shares is not None:
        found.setdefault("log-loss", []).append(float(log_loss(truth, shares, labels=every)))
