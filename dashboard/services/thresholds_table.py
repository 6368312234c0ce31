"""Thresholds on plain tables: learn a policy from a CSV of ratings, judge a CSV of rows by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dashboard.services.csv_table import column, numbers, read_table, write_table
from engine.errors import TableError
from engine.verdict.fixed import FIXED
from engine.verdict.gap import gap
from engine.verdict.gate import recalibrate
from engine.verdict.gate_report import GateReport
from engine.verdict.gate_words import no_spread
from engine.verdict.levels import refuse_too_many
from engine.verdict.policy_file import read_policy_in_force, write_gated_policy
from engine.verdict.ratings_table import RatingTable, answer_codes, as_labels
from engine.vocabulary import VERDICT_ORDER

EXPECTED: Final = "expected_intensity"
EXPRESSED: Final = "expressed_intensity"
VERDICT: Final = "verdict"
WEIGHT: Final = "weight"
RATER: Final = "rater"
CLIP: Final = "clip"

PREDICTED: Final = ("verdict", "p_under", "p_correct", "p_over", "verdict_set", "lower", "upper")
"""The columns that are added to the rows, in this order."""

GIVEN_PREFIX: Final = "given_"
"""Put before an incoming column that is called like one of :data:`PREDICTED`."""

SET_SEPARATOR: Final = "|"

_WHOLE_NUMBER: Final = re.compile(r"^([+-]?\d+)\.0+$")


def fit_file(
    ratings: Path, out: Path, *, context: Sequence[str] = (), group: str | None = None, seed: int = 0
) -> GateReport:
    """Learn thresholds from a CSV of ratings and write them as a policy file.

    The file says which rung the gate lets in force, and :func:`predict_file` judges by that one: the
    fixed pair until one learned pair is shown better on held-out groups, and that pair until thresholds
    by context are.

    Parameters
    ----------
    ratings : Path
        Columns ``expected_intensity``, ``expressed_intensity``, ``verdict``; optionally ``weight``,
        ``rater``, ``clip`` and context columns.
    out : Path
        Where the policy goes; not touched if anything is wrong.
    context : sequence of str
        Columns the thresholds may depend on.
    group : str, optional
        The column that is never split between fitting and checking; ``clip`` where there is one and
        nothing is given, else every row stands alone.
    seed : int
        Of the folds.

    Returns
    -------
    GateReport
        The candidate and whether it may judge.

    Raises
    ------
    TableError
        If the table cannot be used; nothing is written.
    PolicyError
        If no thresholds can be fitted or written.
    """
    answers = read_ratings(ratings, context=context, group=group)
    report = recalibrate(answers, incumbent=FIXED, context_columns=tuple(dict.fromkeys(context)), seed=seed)
    write_gated_policy(report, out)
    return report


def read_ratings(ratings: Path, *, context: Sequence[str] = (), group: str | None = None) -> RatingTable:
    """Read a CSV of ratings as :func:`fit_file` takes it.

    Raises
    ------
    TableError
        If the table cannot be used, or its ratings are all alike.
    """
    answers = _ratings(read_table(ratings), ratings.name, tuple(dict.fromkeys(context)), group)
    reason = no_spread(answers, grouped=group is not None)
    if reason is not None:
        raise TableError(f"{ratings.name}: {reason}")
    return answers


def predict_file(policy: Path, rows: Path, out: Path) -> int:
    """Judge every row of a CSV by a policy file and write rows and verdicts.

    Parameters
    ----------
    policy : Path
        Of a file that :func:`fit_file` wrote, the rung that its gate lets in force judges.
    rows : Path
        Columns ``expected_intensity``, ``expressed_intensity`` (empty where unknown) and the context
        columns of the policy (empty where unknown).
    out : Path
        The rows in their order, with :data:`PREDICTED` behind their own columns. An incoming column of
        such a name is kept as ``given_…``.

    Returns
    -------
    int
        How many rows were judged.

    Raises
    ------
    PolicyError
        If the policy cannot be read.
    TableError
        If the rows cannot be used or the answer cannot be written; nothing is written then.
    """
    thresholds = read_policy_in_force(policy)
    table = read_table(rows)
    alignment = gap(
        numbers(table, EXPECTED, rows.name, low=0.0, high=1.0, blank=True),
        numbers(table, EXPRESSED, rows.name, low=0.0, high=1.0, blank=True),
    )
    context = {
        name: as_labels(_levels(column(table, name, rows.name))) for name in thresholds.context_columns
    }
    judged = thresholds.judge_rows(alignment, context)
    names = np.array([*(verdict.value for verdict in VERDICT_ORDER), ""], dtype=object)
    sets = np.array([_set_name(kept) for kept in range(2 ** len(VERDICT_ORDER))], dtype=object)
    bits = judged.verdict_set @ (1 << np.arange(len(VERDICT_ORDER)))
    shares = np.full((len(table), len(VERDICT_ORDER)), np.nan)
    if judged.probabilities is not None:
        shares = judged.probabilities
    answer = table.rename(columns={name: GIVEN_PREFIX + name for name in PREDICTED})
    for name, values in zip(
        PREDICTED, (names[judged.verdict], *shares.T, sets[bits], judged.lower, judged.upper), strict=True
    ):
        answer[name] = values
    write_table(answer, out)
    return len(answer)


def _ratings(table: pd.DataFrame, name: str, context: tuple[str, ...], group: str | None) -> RatingTable:
    reserved = [given for given in context if given in (EXPECTED, EXPRESSED, VERDICT, WEIGHT)]
    if reserved:
        raise TableError(f"{reserved[0]} cannot be a context of the thresholds; name other columns.")
    contexts = {given: _levels(column(table, given, name)) for given in context}
    refuse_too_many({given: int(levels.nunique()) for given, levels in contexts.items()})  # before any work
    groups = column(table, group, name) if group is not None else table.get(CLIP)
    weight = numbers(table, WEIGHT, name) if WEIGHT in table else None
    verdicts = column(table, VERDICT, name)
    _refuse_contradictions(table, verdicts, name)
    return RatingTable.of(
        alignment=gap(
            numbers(table, EXPECTED, name, low=0.0, high=1.0),
            numbers(table, EXPRESSED, name, low=0.0, high=1.0),
        ),
        verdict=verdicts,
        weight=weight,
        rater=table.get(RATER),
        group=groups,
        context=contexts,
    )


def _levels(column: pd.Series) -> pd.Series:
    """Level names; a whole number is the same level whether a program wrote it as 2019 or as 2019.0."""
    return column.str.replace(_WHOLE_NUMBER, r"\1", regex=True)


def _refuse_contradictions(table: pd.DataFrame, verdicts: pd.Series, name: str) -> None:
    """One person's two answers to one clip; where nobody and no clip is named none can be told."""
    if RATER not in table and CLIP not in table:
        return
    apart = (VERDICT, WEIGHT)
    same = [given for given in table.columns if given not in apart]
    if RATER in table and CLIP in table:
        same = [RATER, CLIP]
    codes, steps = answer_codes(verdicts)
    said = pd.DataFrame({"verdict": codes}, index=table.index)
    if steps is not None:  # "under" does not contradict -2, but -1 does
        said["step"] = pd.Series(steps, index=table.index).where(steps != 0)
    differing = said.groupby([table[given].fillna("") for given in same], sort=False).transform("nunique")
    contradicts = (differing > 1).any(axis=1).to_numpy()
    if bool(contradicts.any()):
        row = int(np.argmax(contradicts)) + 2
        raise TableError(
            f"{name} holds contradicting answers to the same clip, the first in line {row}; "
            "keep the answer that counts."
        )


def _set_name(bits: int) -> str:
    return SET_SEPARATOR.join(
        verdict.value for place, verdict in enumerate(VERDICT_ORDER) if bits >> place & 1
    )
