"""The figures about a policy are measured on groups it never saw, and say what happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.calibration import calibration_error
from engine.errors import TableError
from engine.verdict.figures import OutOfFold, confusion, out_of_fold, reliability, risk_coverage
from engine.verdict.fixed import FIXED
from engine.verdict.gate import recalibrate
from engine.verdict.learning_curve import learning_curve
from engine.verdict.policy import OVER, UNDER
from engine.verdict.ratings_table import RatingTable
from tests.engine.verdict.made_ratings import drawn


def seeded() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture(scope="module")
def ratings() -> RatingTable:
    return drawn(600, seed=1)


@pytest.fixture(scope="module")
def measured(ratings: RatingTable) -> OutOfFold:
    return out_of_fold(ratings, recalibrate(ratings, incumbent=FIXED).candidate, generator=seeded())


def test_no_rating_is_judged_by_thresholds_that_saw_its_group() -> None:
    """One group's answers are turned round; its verdicts must not follow them."""
    ratings = drawn(300, seed=2, per_group=30)
    policy = recalibrate(ratings, incumbent=FIXED).candidate
    odd = ratings.group.astype(str) == "4"
    turned = replace(ratings, verdict=np.where(odd, 2 - ratings.verdict, ratings.verdict).astype(np.int8))
    as_it_was = out_of_fold(ratings, policy, generator=seeded())
    as_turned = out_of_fold(turned, policy, generator=seeded())
    np.testing.assert_array_equal(as_it_was.answers.probabilities[odd], as_turned.answers.probabilities[odd])
    assert not np.array_equal(as_it_was.answers.probabilities[~odd], as_turned.answers.probabilities[~odd])


def test_a_calibrated_model_lies_on_the_diagonal(measured: OutOfFold) -> None:
    found = reliability(measured, generator=seeded())
    stated = [each.stated for each in found.bins]
    assert stated == sorted(stated)
    assert sum(each.statements for each in found.bins) == 3 * len(measured.ratings)
    assert np.mean([abs(each.happened - each.stated) < 0.12 for each in found.bins]) == 1.0
    assert np.mean([each.low <= each.stated <= each.high for each in found.bins]) >= 0.6


def test_the_diagram_and_the_gate_state_one_calibration_error(measured: OutOfFold) -> None:
    ratings = measured.ratings
    assert reliability(measured, generator=seeded()).error == pytest.approx(
        calibration_error(measured.answers.probabilities, ratings.verdict, ratings.weight)
    )


def test_risk_rises_with_coverage_and_ends_at_the_share_that_is_wrong(measured: OutOfFold) -> None:
    curve = risk_coverage(measured)
    wrong = float(np.mean(measured.answers.verdict != measured.ratings.verdict))
    assert curve.coverage[-1] == pytest.approx(1.0)
    assert curve.risk[-1] == pytest.approx(wrong)
    assert curve.area < wrong
    assert 0 < curve.alone_share < 1
    assert curve.alone_risk is not None
    assert curve.alone_risk < wrong


def test_verdict_sets_hold_the_answers_of_groups_never_seen(measured: OutOfFold) -> None:
    held = measured.sets[np.arange(len(measured.ratings)), measured.ratings.verdict]
    assert 0.86 <= held.mean() <= 0.97


def test_confusion_counts_every_rating_once_and_names_its_cell(measured: OutOfFold) -> None:
    table = confusion(measured)
    assert table.counts.sum() == len(measured.ratings)
    rows = table.rows(UNDER, OVER)
    assert rows.size == table.counts[UNDER, OVER]
    rows = table.rows(UNDER, UNDER)
    assert (measured.ratings.verdict[rows] == UNDER).all()
    assert (measured.answers.verdict[rows] == UNDER).all()
    np.testing.assert_allclose(table.shares.sum(axis=1), 1.0)


def test_an_answer_nobody_gave_has_no_shares() -> None:
    ratings = drawn(200, seed=5)
    two = ratings.take(ratings.verdict != OVER)
    table = confusion(out_of_fold(two, FIXED, generator=seeded()))
    assert np.isnan(table.shares[OVER]).all()
    assert table.counts[OVER].sum() == 0


def test_weights_count_in_the_figures() -> None:
    ratings = drawn(300, seed=6)
    wrong = FIXED.judge_rows(ratings.alignment).verdict != ratings.verdict
    heavy = replace(ratings, weight=np.where(wrong, 5.0, 1.0))
    plain = risk_coverage(out_of_fold(ratings, FIXED, generator=seeded()))
    weighed = risk_coverage(out_of_fold(heavy, FIXED, generator=seeded()))
    assert weighed.risk[-1] > plain.risk[-1]


def test_the_learning_curve_rises_above_the_fixed_pair() -> None:
    ratings = drawn(500, seed=7)
    curve = learning_curve(ratings, generator=seeded(), draws=6)
    sizes = [point.ratings for point in curve.points]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 400
    assert curve.points[-1].macro_f1 > curve.fixed + 0.05
    assert curve.points[-1].macro_f1 >= curve.points[0].macro_f1
    assert all(point.low <= point.macro_f1 <= point.high for point in curve.points)


def test_the_same_seed_draws_the_same_curve() -> None:
    ratings = drawn(120, seed=8)
    first, second = (learning_curve(ratings, generator=seeded(), draws=3) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (drawn(12, seed=0), "at least 20"),
        (drawn(60, seed=0, per_group=30), "group"),
        (drawn(200, seed=0).take(drawn(200, seed=0).verdict == UNDER), "all"),
    ],
)
def test_too_little_to_hold_out_is_refused_in_a_sentence(ratings: RatingTable, reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        out_of_fold(ratings, FIXED, generator=seeded())
    with pytest.raises(TableError, match=reason):
        learning_curve(ratings, generator=seeded())
