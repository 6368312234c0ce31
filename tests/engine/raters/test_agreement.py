"""Agreement coefficients against published worked examples and independent implementations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from engine.raters.agreement import Agreement, Coefficient, CoefficientName, Note, Undefined, agreement
from engine.raters.alpha import unit_disagreement
from engine.raters.answers import Answers, Level

READER_RATINGS = (
    Path(__file__).resolve().parents[4] / "shared" / "data" / "ratings" / "emobank_reader_ratings.csv"
)

KRIPPENDORFF_2011 = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Four observers, twelve units, 41 answers."""

SHROUT_FLEISS_1979 = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
"""Table 2: six targets (rows), four judges."""

FLEISS_1971 = (
    "0 0 0 6 0/0 3 0 0 3/0 1 4 0 1/0 0 0 0 6/0 3 0 3 0/2 0 4 0 0/0 0 4 0 2/2 0 3 1 0/2 0 0 4 0/0 0 0 0 6/"
    "1 0 0 5 0/1 1 0 4 0/0 3 3 0 0/1 0 0 5 0/0 2 0 3 1/0 0 5 0 1/3 0 0 1 2/5 1 0 0 0/0 2 0 4 0/1 0 2 0 3/"
    "0 0 0 0 6/0 1 0 5 0/0 2 0 1 3/2 0 0 4 0/1 0 0 4 1/0 5 0 1 0/4 0 0 0 2/0 2 0 4 0/1 0 5 0 0/0 0 0 0 6"
)
"""Table 1: thirty patients, six of the raters each, five diagnoses: how many chose which."""

COHEN_1968 = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
"""Two judges, 200 patients, three diagnoses: the counts of Cohen's worked example."""


def _measure(answers: Answers) -> Agreement:
    return agreement(answers, generator=np.random.default_rng(0), resamples=200)


def _found(answers: Answers, name: CoefficientName) -> Coefficient:
    return next(each for each in _measure(answers).coefficients if each.name is name)


def _value(answers: Answers, name: CoefficientName) -> float:
    value = _found(answers, name).value
    assert value is not None
    return value


def _wide(table: np.ndarray, level: Level) -> Answers:
    """Answers of a table units × raters."""
    unit, rater = np.indices(table.shape)
    return Answers.of(unit=unit.ravel(), rater=rater.ravel(), value=table.ravel(), level=level)


def _krippendorff(level: Level) -> Answers:
    cells = np.array([row.split() for row in KRIPPENDORFF_2011]).T
    return _wide(np.where(cells == ".", "", cells), level)


def _drawn(generator: np.random.Generator, *, units: int, raters: int, each: int) -> pd.DataFrame:
    """Answers of ``each`` raters out of ``raters`` to each unit, in steps of 1 to 5."""
    unit = np.repeat(np.arange(units), each)
    rater = np.concatenate([generator.choice(raters, each, replace=False) for _ in range(units)])
    felt = generator.normal(size=units)[unit] + generator.normal(size=unit.size)
    value = np.clip(np.round(felt) + 3, 1, 5).astype(int)
    return pd.DataFrame({"unit": unit, "rater": rater, "value": value})


def _textbook_alpha(table: pd.DataFrame, delta: Callable[[int, int], float]) -> float:
    """Every pair of answers to the same unit, and every pair of answers at all, one by one."""
    within = 0.0
    said = []
    for _, unit in table.groupby("unit"):
        values = unit["value"].tolist()
        if len(values) < 2:
            continue
        said += values
        for first in range(len(values)):
            for second in range(len(values)):
                if first != second:
                    within += delta(values[first], values[second]) / (len(values) - 1)
    kinds, counts = np.unique(said, return_counts=True)
    chance = sum(
        n * m * delta(a, b)
        for a, n in zip(kinds, counts, strict=True)
        for b, m in zip(kinds, counts, strict=True)
    )
    return 1.0 - (len(said) - 1) * within / chance


def _ordinal_delta(table: pd.DataFrame) -> Callable[[int, int], float]:
    """Krippendorff's ordinal difference, by adding up the marginals between two answers."""
    sizes = table.groupby("unit")["value"].transform("size")
    counts = table.loc[sizes > 1, "value"].value_counts().to_dict()

    def delta(first: int, second: int) -> float:
        low, high = min(first, second), max(first, second)
        between = sum(count for value, count in counts.items() if low <= value <= high)
        return float((between - (counts[low] + counts[high]) / 2.0) ** 2)

    return delta


DELTAS = {
    Level.NOMINAL: lambda _table: lambda a, b: float(a != b),
    Level.ORDINAL: _ordinal_delta,
    Level.INTERVAL: lambda _table: lambda a, b: float((a - b) ** 2),
}


@pytest.mark.parametrize(
    ("level", "published"), [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849)]
)
def test_alpha_is_krippendorffs_on_his_reliability_data(level: Level, published: float) -> None:
    answers = _krippendorff(level)
    assert _value(answers, CoefficientName.ALPHA) == pytest.approx(published, abs=5e-4)
    found = _measure(answers)
    assert (found.units, found.raters, found.answers) == (11, 4, 40)
    assert found.notes == {Note.ALONE: 1, Note.MISSING: 7, Note.INCOMPLETE: 3}


def test_intraclass_correlations_are_those_of_shrout_and_fleiss() -> None:
    answers = _wide(SHROUT_FLEISS_1979, Level.INTERVAL)
    assert _value(answers, CoefficientName.ICC_SINGLE) == pytest.approx(0.29, abs=5e-3)
    assert _value(answers, CoefficientName.ICC_MEAN) == pytest.approx(0.62, abs=5e-3)


def test_kappa_is_fleiss_on_his_psychiatric_diagnoses() -> None:
    rows = [np.repeat(np.arange(5), list(map(int, row.split()))) for row in FLEISS_1971.split("/")]
    answers = Answers.of(unit=np.repeat(np.arange(30), 6), value=np.concatenate(rows), level=Level.NOMINAL)
    assert _value(answers, CoefficientName.FLEISS) == pytest.approx(0.430, abs=5e-4)


def test_kappas_of_two_raters_are_those_of_a_table_worked_by_hand() -> None:
    first = np.repeat(np.repeat(np.arange(3), 3), COHEN_1968.ravel())
    second = np.repeat(np.tile(np.arange(3), 3), COHEN_1968.ravel())
    answers = _wide(np.column_stack([first, second]), Level.ORDINAL)
    shares = COHEN_1968 / COHEN_1968.sum()
    chance = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    assert np.trace(shares) == pytest.approx(0.70)
    by_hand = (0.70 - np.trace(chance)) / (1 - np.trace(chance))
    assert by_hand == pytest.approx(0.492, abs=5e-4)
    assert _value(answers, CoefficientName.COHEN) == pytest.approx(by_hand)
    cost = (np.arange(3)[:, None] - np.arange(3)) ** 2
    assert _value(answers, CoefficientName.QUADRATIC) == pytest.approx(
        1 - (cost * shares).sum() / (cost * chance).sum()
    )


@pytest.mark.parametrize("level", list(Level))
def test_alpha_is_that_of_direct_enumeration_on_incomplete_tables(level: Level) -> None:
    table = _drawn(np.random.default_rng(3), units=60, raters=9, each=4)
    table = table.sample(frac=0.6, random_state=1)
    answers = Answers.of(unit=table["unit"], rater=table["rater"], value=table["value"], level=level)
    wanted = _textbook_alpha(table, DELTAS[level](table))
    assert _value(answers, CoefficientName.ALPHA) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.shared
@pytest.mark.parametrize("scale", ["V", "A", "D"])
@pytest.mark.parametrize("level", list(Level))
def test_alpha_of_the_reader_ratings_is_that_of_direct_enumeration(level: Level, scale: str) -> None:
    if not READER_RATINGS.is_file():
        pytest.skip("the reader ratings are not beside the checkout")
    given = pd.read_csv(READER_RATINGS)
    table = pd.DataFrame({"unit": given["id"], "value": given[scale]})
    answers = Answers.of(unit=table["unit"], value=table["value"], level=level)
    wanted = _textbook_alpha(table, DELTAS[level](table))
    assert _value(answers, CoefficientName.ALPHA) == pytest.approx(wanted, abs=1e-9)


def test_kappas_of_several_raters_are_the_mean_over_pairs_by_shared_units() -> None:
    table = _drawn(np.random.default_rng(5), units=80, raters=5, each=3)
    wide = table.pivot(index="unit", columns="rater", values="value")
    plain, quadratic, shared = [], [], []
    for first in range(5):
        for second in range(first + 1, 5):
            both = wide[[first, second]].dropna().astype(int)
            plain.append(cohen_kappa_score(both[first], both[second]))
            quadratic.append(
                cohen_kappa_score(both[first], both[second], weights="quadratic", labels=[1, 2, 3, 4, 5])
            )
            shared.append(len(both))
    answers = Answers.of(unit=table["unit"], rater=table["rater"], value=table["value"], level=Level.ORDINAL)
    assert _value(answers, CoefficientName.COHEN) == pytest.approx(np.average(plain, weights=shared))
    assert _value(answers, CoefficientName.QUADRATIC) == pytest.approx(np.average(quadratic, weights=shared))


def test_intraclass_correlations_of_incomplete_tables_recover_what_was_planted() -> None:
    generator = np.random.default_rng(8)
    units, raters, each = 3000, 40, 3
    unit = np.repeat(np.arange(units), each)
    rater = np.concatenate([generator.choice(raters, each, replace=False) for _ in range(units)])
    severity = generator.normal(0.0, 1.0, raters)
    severity *= 0.5 / severity.std(ddof=1)
    value = generator.normal(0, 1, units)[unit] + severity[rater] + generator.normal(0, 0.8, unit.size)
    answers = Answers.of(unit=unit, rater=rater, value=value, level=Level.INTERVAL)
    planted, off = 1.0, 0.5**2 + 0.8**2
    assert _value(answers, CoefficientName.ICC_SINGLE) == pytest.approx(planted / (planted + off), abs=0.02)
    assert _value(answers, CoefficientName.ICC_MEAN) == pytest.approx(planted / (planted + off / 3), abs=0.02)


def test_intervals_of_alpha_hold_the_truth_about_as_often_as_they_say() -> None:
    generator = np.random.default_rng(11)
    truth = 0.5  # answers of unit variance within and between units
    held = 0
    draws = 200
    for _ in range(draws):
        said = generator.normal(size=(40, 1)) + generator.normal(size=(40, 4))
        found = _found(_wide(said, Level.INTERVAL), CoefficientName.ALPHA)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 0.84 <= held / draws <= 0.96


def test_joining_many_units_at_random_leaves_the_interval_as_wide() -> None:
    generator = np.random.default_rng(13)
    said = generator.normal(size=(4000, 1)) + generator.normal(size=(4000, 3))
    found = _found(_wide(said, Level.INTERVAL), CoefficientName.ALPHA)
    assert found.low is not None
    assert found.high is not None
    errors = [
        _value(_wide(said[part], Level.INTERVAL), CoefficientName.ALPHA)
        for part in np.array_split(generator.permutation(4000), 40)
    ]
    wanted = 2 * 1.645 * np.std(errors) / np.sqrt(40)
    assert found.high - found.low == pytest.approx(wanted, rel=0.35)


@pytest.mark.parametrize("level", list(Level))
def test_where_all_answers_are_the_same_every_coefficient_is_undefined(level: Level) -> None:
    found = _measure(_wide(np.full((5, 3), 2), level))
    assert {each.undefined for each in found.coefficients} == {Undefined.NO_VARIATION}
    assert {each.value for each in found.coefficients} == {None}


def test_perfect_agreement_is_one() -> None:
    for level in Level:
        found = _measure(_wide(np.repeat(np.arange(6)[:, None], 3, axis=1), level))
        assert [each.value for each in found.coefficients] == pytest.approx([1.0] * len(found.coefficients))


def test_without_names_of_raters_only_what_needs_none_is_given() -> None:
    table = _drawn(np.random.default_rng(2), units=30, raters=6, each=3)
    found = _measure(Answers.of(unit=table["unit"], value=table["value"], level=Level.ORDINAL))
    defined = {each.name for each in found.coefficients if each.value is not None}
    assert defined == {CoefficientName.ALPHA, CoefficientName.FLEISS}
    assert {each.undefined for each in found.coefficients} == {None, Undefined.NEEDS_RATERS}
    assert found.raters is None


def test_severity_cannot_be_told_where_every_rater_answered_one_unit() -> None:
    answers = Answers.of(
        unit=[0, 0, 1, 1, 2, 2], rater=list("abcdef"), value=[1, 2, 3, 3, 5, 4], level=Level.INTERVAL
    )
    assert _found(answers, CoefficientName.ICC_SINGLE).undefined is Undefined.NOT_SEPARABLE
    assert _value(answers, CoefficientName.ALPHA) > 0.5


def test_units_differ_most_where_answers_do() -> None:
    answers = _wide(np.array([[1, 1, 1], [1, 5, 1], [3, 3, 4], [2, 2, 2]]), Level.ORDINAL)
    assert np.argsort(-unit_disagreement(answers))[:2].tolist() == [1, 2]
    assert unit_disagreement(answers)[[0, 3]].tolist() == [0.0, 0.0]


def test_ordinal_answers_may_be_words_steps_or_both() -> None:
    units = [0, 0, 1, 1, 2, 2]
    words = Answers.of(
        unit=units, value=["under", "Under", "over", "correct", "correct", "over"], level=Level.ORDINAL
    )
    steps = Answers.of(unit=units, value=[-2, "−1", 1, 0, "correct", "2"], level=Level.ORDINAL)
    assert words.categories == steps.categories == ("-1", "0", "1")
    assert words.value.tolist() == steps.value.tolist()
    five = Answers.of(
        unit=units,
        value=["much_too_little", "too little", "right", "too_much", "much too much", "0"],
        level=Level.ORDINAL,
    )
    assert five.categories == ("-2", "-1", "0", "1", "2")
