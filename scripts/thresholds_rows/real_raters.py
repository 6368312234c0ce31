"""Row 4, real raters: forty people of two cultures on morphed faces; severity, agreement, tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.intervals import pooled_threshold, severities
from engine.verdict.ratings_table import RatingTable
from scripts.thresholds_rows.tables import Table

FILE = "rafd_morph_ratings.csv"
TOP = 4  # ratings run from 0 to 4
MIDDLE = 2  # what counts as neither weak nor strong
LEVEL = 0.9
Array = NDArray[np.float64]


def _answers(data: Path) -> tuple[pd.DataFrame, Array]:
    """The ratings of the named emotion as a table items × raters, and each answer's gap, same shape.

    The instrument of one person is the mean of all others: z(mean / 4), so that nobody is measured
    against themselves.
    """
    table = pd.read_csv(data / FILE)
    table = table[table["emotion"].isin(table.columns)]
    own = np.array([row[row["emotion"]] for _, row in table.iterrows()], dtype=np.float64)
    wide = table.assign(own=own).pivot_table(index=["subject", "item"], columns="rater", values="own")
    wide = wide.dropna()
    said = wide.to_numpy()
    others = (said.sum(axis=1, keepdims=True) - said) / (said.shape[1] - 1)
    return wide, (others / TOP - 0.5) / 0.2


def _table(said: Array, gap: Array, items: NDArray[np.intp], raters: NDArray[np.intp]) -> RatingTable:
    """Answers below the middle as under, the middle as correct, above it as over."""
    answers = said[np.ix_(items, raters)]
    return RatingTable(
        gap[np.ix_(items, raters)].ravel(),
        (1 + np.sign(answers - MIDDLE)).astype(np.int8).ravel(),
        np.ones(answers.size),
        np.tile(np.arange(raters.size).astype(str).astype(object), items.size),
        np.repeat(items.astype(str).astype(object), raters.size),
        {},
    )


def _band(said: Array, gap: Array, items: NDArray[np.intp], raters: NDArray[np.intp]) -> Array:
    """Lower and upper border of what these raters call moderate, and the width between, z units."""
    model = AdaptiveThresholds().fit(_table(said, gap, items, raters))
    lower, upper = (pooled_threshold(model, side).value for side in ("lower", "upper"))
    return np.array([lower, upper, upper - lower])


def _icc(said: Array) -> float:
    """Intraclass correlation ICC(2,1): agreement of single raters (Shrout & Fleiss 1979)."""
    items, raters = said.shape
    grand, rows, columns = said.mean(), said.mean(axis=1), said.mean(axis=0)
    between = raters * ((rows - grand) ** 2).sum() / (items - 1)
    people = items * ((columns - grand) ** 2).sum() / (raters - 1)
    left = ((said - rows[:, None] - columns + grand) ** 2).sum() / ((items - 1) * (raters - 1))
    return float((between - left) / (between + (raters - 1) * left + raters * (people - left) / items))


def _interval(found: Array) -> str:
    low, high = np.quantile(found, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return f"{low:+.3f} to {high:+.3f}"


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Severity and its split-half reliability, agreement, and the two groups' tolerance."""
    wide, gap = _answers(data)
    said = wide.to_numpy()
    table = pd.read_csv(data / FILE)
    group_of = table.drop_duplicates("rater").set_index("rater")["rater_group"].loc[wide.columns]
    names = sorted(group_of.unique())
    members = [np.flatnonzero((group_of == name).to_numpy()) for name in names]
    subject = wide.index.get_level_values("subject").to_numpy()
    subjects = np.unique(subject)
    everything = np.arange(said.shape[0])
    everyone = np.arange(said.shape[1])
    rows = [_severity_row(said, gap, generator)]
    draws = 20 if quick else 300
    agreement = np.array(
        [
            _icc(
                said[
                    np.ix_(
                        generator.choice(everything, everything.size),
                        generator.choice(everyone, everyone.size),
                    )
                ]
            )
            for _ in range(draws)
        ]
    )
    rows.append(("agreement of single raters, ICC(2,1)", f"{_icc(said):.3f}", _interval(agreement)))
    for name, people in zip(names, members, strict=True):
        rows.append((f"the same among {name} raters", f"{_icc(said[:, people]):.3f}", ""))
    bands = [_band(said, gap, everything, people) for people in members]
    apart = np.array([_apart(said, gap, subject, subjects, members, generator) for _ in range(draws)])
    for place, what in enumerate(("lower border", "upper border", "width of the band")):
        value = bands[1][place] - bands[0][place]
        rows.append((f"{what}, {names[1]} minus {names[0]} (z)", f"{value:+.3f}", _interval(apart[:, place])))
    excluded = [
        what
        for place, what in enumerate(("lower border", "upper border", "width"))
        if not np.quantile(apart[:, place], 0.05) <= 0 <= np.quantile(apart[:, place], 0.95)
    ]
    verdict = f"differ in {' and '.join(excluded)}" if excluded else "are not shown to differ in tolerance"
    counted = ", ".join(f"{people.size} {name}" for name, people in zip(names, members, strict=True))
    notes = (
        f"{said.size} ratings of the emotion a face was morphed to ({said.shape[0]} faces of "
        f"{subjects.size} people), by {said.shape[1]} raters: {counted}. "
        "A rating of 0 to 4 below 2 counts as too little, 2 as right, above as too much; the gap of a rating "
        "is the mean of the other raters, z(mean / 4). Intervals: 90 %, raters of each group and people "
        f"on the pictures drawn again, {draws} draws (agreement: faces and raters). "
        f"At this level the two groups {verdict}. Only {subjects.size} people are on the pictures, so the "
        "figures speak about these faces more than about faces at large.",
    )
    return [
        Table(
            "4b. Real raters (rafd_morph_ratings.csv)",
            ("quantity", "value", "90 % interval"),
            tuple(rows),
            notes,
        )
    ]


def _apart(
    said: Array,
    gap: Array,
    subject: NDArray[np.object_],
    subjects: NDArray[np.object_],
    members: list[NDArray[np.intp]],
    generator: np.random.Generator,
) -> Array:
    drawn = generator.choice(subjects, subjects.size)
    items = np.concatenate([np.flatnonzero(subject == name) for name in drawn])
    first, second = (_band(said, gap, items, generator.choice(people, people.size)) for people in members)
    return second - first


def _severity_row(said: Array, gap: Array, generator: np.random.Generator) -> tuple[str, str, str]:
    order = generator.permutation(said.shape[0])
    everyone = np.arange(said.shape[1])
    halves = [
        severities(AdaptiveThresholds().fit(_table(said, gap, np.sort(part), everyone)))
        for part in np.array_split(order, 2)
    ]
    values = [np.array([half[str(rater)].value for rater in everyone]) for half in halves]
    alike = float(np.corrcoef(values[0], values[1])[0, 1])
    whole = severities(AdaptiveThresholds().fit(_table(said, gap, np.arange(said.shape[0]), everyone)))
    found = np.array([each.value for each in whole.values()])
    clear = np.mean([each.excludes(0.0) for each in whole.values()])
    return (
        "severity of raters, SD (z); split halves agree with r",
        f"{found.std(ddof=1):.3f}; {alike:.3f}",
        f"{clear:.0%} of raters exclude 0",
    )
