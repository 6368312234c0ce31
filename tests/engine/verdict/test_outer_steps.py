"""What the outer of the five delivery steps add to the likelihood and to the thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from engine.verdict.adaptive import LOG_OUTER, OUTER_SLOPE, AdaptiveThresholds
from engine.verdict.cumulative_link import log_likelihood
from engine.verdict.intervals import level_thresholds, pooled_threshold, severities
from engine.verdict.outer_steps import sides_told, step_likelihood
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER

DIFFERENCE = 1e-6
VERDICT_OF_STEP = np.array([0, 0, 1, 2, 2], dtype=np.int8)


WIDTH, SLOPE, OUTER = 0.6, 3.0, 0.9


def below(gap: np.ndarray, centre: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """P(y ≤ k) for k = -2 ... 1 of the cumulative link with four cut points, shape (n, 4)."""
    cuts = centre[:, None] + np.array([-WIDTH, -WIDTH, WIDTH, WIDTH])
    cuts[:, 0] -= outer
    cuts[:, 3] += outer
    return expit(SLOPE * (cuts - gap[:, None]))


def steps_drawn(
    size: int,
    *,
    seed: int,
    moved: tuple[float, ...] = (0.0, 0.0),
    severity: tuple[float, ...] = (),
    habit: tuple[float, ...] = (),
    far_at_random: bool = False,
) -> RatingTable:
    """Answers in five steps by a band of ±0.6 z, slope 3, outer steps 0.9 z further out."""
    generator = np.random.default_rng(seed)
    level, gap = generator.integers(0, len(moved), size), generator.normal(0.0, 1.2, size)
    centre = np.array(moved)[level]
    rater = generator.integers(0, len(severity), size) if severity else None
    outer = np.full(size, OUTER)
    if rater is not None:
        centre = centre - np.array(severity)[rater]
        outer = OUTER * np.exp(np.array(habit or (0.0,) * len(severity)))[rater]
    step = (generator.random((size, 1)) > below(gap, centre, outer)).sum(axis=1) - 2
    if far_at_random:
        step = np.where(step == 0, 0, np.sign(step) * generator.integers(1, 3, size))
    return RatingTable.of(
        alignment=gap, verdict=step, rater=rater, group=np.arange(size), context={"emotion": level}
    )


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    gap = generator.normal(0.0, 1.5, 300)
    step = generator.integers(-2, 3, 300).astype(np.int8)
    predictors = generator.normal(0.0, 0.4, (6, 300)) + np.array([[0.0], [-0.5], [0.7], [0.0], [0.0], [0.0]])
    return gap, step, predictors


def test_verdict_and_step_together_have_the_likelihood_of_five_ordered_steps() -> None:
    gap = np.linspace(-3.0, 3.0, 50)
    centre = np.full(50, 0.2)
    known = [[0.2], [np.log(WIDTH)], [np.log(SLOPE)], [np.log(OUTER)], [0.0], [0.0]]
    predictors = np.repeat(known, 50, axis=1)
    reached = below(gap, centre, np.full(50, OUTER))
    shares = np.diff(np.hstack([np.zeros((50, 1)), reached, np.ones((50, 1))]), axis=1)
    for step in range(-2, 3):
        verdict = np.full(50, VERDICT_OF_STEP[step + 2])
        said = log_likelihood(gap, verdict, predictors[:3]).value
        said = said + step_likelihood(gap, np.full(50, step, dtype=np.int8), predictors).value
        assert said == pytest.approx(np.log(shares[:, step + 2]), abs=1e-9)


@pytest.mark.parametrize("predictor", range(6))
def test_the_gradient_is_the_slope_of_the_likelihood(rows: tuple[np.ndarray, ...], predictor: int) -> None:
    gap, step, predictors = rows
    ahead, behind = predictors.copy(), predictors.copy()
    ahead[predictor] += DIFFERENCE
    behind[predictor] -= DIFFERENCE
    slope = step_likelihood(gap, step, ahead).value - step_likelihood(gap, step, behind).value
    found = step_likelihood(gap, step, predictors).gradient[predictor]
    assert found == pytest.approx(slope / (2 * DIFFERENCE), abs=1e-6)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_information_is_the_expected_outer_product_of_the_gradient(
    rows: tuple[np.ndarray, ...], side: int
) -> None:
    gap, _, predictors = rows
    given = {step: np.full(gap.size, side * step, dtype=np.int8) for step in (1, 2)}
    found = {step: step_likelihood(gap, codes, predictors) for step, codes in given.items()}
    expected = sum(
        np.exp(each.value) * each.gradient[:, None] * each.gradient[None, :] for each in found.values()
    )
    assert np.exp(found[1].value) + np.exp(found[2].value) == pytest.approx(np.ones(gap.size))
    assert found[1].information == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert found[2].information == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("gap", [-1e4, 1e4])
@pytest.mark.parametrize("log_outer", [-30.0, 8.0])
def test_extreme_gaps_and_distances_stay_finite(gap: float, log_outer: float) -> None:
    predictors = np.array([[0.0], [-0.5], [1.0], [log_outer], [0.0], [0.0]]).repeat(5, axis=1)
    found = step_likelihood(np.full(5, gap), np.arange(-2, 3, dtype=np.int8), predictors)
    assert np.isfinite(found.value).all()
    assert np.isfinite(found.gradient).all()
    assert np.isfinite(found.information).all()


def test_a_table_of_verdicts_has_no_steps_and_one_of_both_keeps_those_there_are() -> None:
    assert RatingTable.of(alignment=[0.0, 0.0], verdict=["under", "0"]).step is None
    both = RatingTable.of(alignment=np.zeros(4), verdict=["under", -2, "1", "correct"])
    assert both.step is not None
    assert both.step.tolist() == [0, -2, 1, 0]
    assert both.verdict.tolist() == [0, 0, 2, 1]
    assert both.take(np.array([1, 3])).step.tolist() == [-2, 0]  # type: ignore[union-attr]


def test_two_tables_that_differ_in_a_step_alone_have_different_hashes() -> None:
    near, far = (RatingTable.of(alignment=[0.0], verdict=[step]) for step in (1, 2))
    assert near.sha256() != far.sha256()


def test_a_side_counts_by_step_only_where_both_its_steps_were_given() -> None:
    assert sides_told(None) == (False, False)
    assert sides_told(np.array([-2, -1, 0, 1], dtype=np.int8)) == (True, False)
    assert sides_told(np.array([-2, 0, 2], dtype=np.int8)) == (False, False)


def test_answers_of_minus_one_to_one_are_three_verdicts() -> None:
    ratings = steps_drawn(400, seed=1)
    clipped = np.sign(ratings.step)  # type: ignore[call-overload]  # steps_drawn gives steps
    coarse = RatingTable.of(alignment=ratings.alignment, verdict=clipped)
    words = RatingTable.of(
        alignment=ratings.alignment, verdict=[VERDICT_ORDER[code].value for code in ratings.verdict]
    )
    first, second = (AdaptiveThresholds().fit(table).pooled() for table in (coarse, words))
    assert first.tolist() == second.tolist()


def test_five_steps_find_the_cut_points_they_were_drawn_from() -> None:
    model = AdaptiveThresholds().fit(steps_drawn(5000, seed=2))
    assert pooled_threshold(model, "lower").value == pytest.approx(-0.6, abs=0.06)
    assert pooled_threshold(model, "upper").value == pytest.approx(0.6, abs=0.06)
    assert np.exp(model.mode_.effects[model.places_["", LOG_OUTER]][0]) == pytest.approx(0.9, abs=0.1)
    assert model.mode_.effects[model.places_["", OUTER_SLOPE]][0] == pytest.approx(0.0, abs=0.15)


def test_steps_and_verdicts_stand_in_one_table() -> None:
    ratings = steps_drawn(4000, seed=3)
    assert ratings.step is not None
    words = [VERDICT_ORDER[code].value for code in ratings.verdict]
    mixed = [word if row % 2 else int(ratings.step[row]) for row, word in enumerate(words)]
    model = AdaptiveThresholds().fit(RatingTable.of(alignment=ratings.alignment, verdict=mixed))
    assert pooled_threshold(model, "lower").value == pytest.approx(-0.6, abs=0.07)
    assert pooled_threshold(model, "upper").value == pytest.approx(0.6, abs=0.07)


def test_steps_narrow_the_intervals_of_moved_contexts() -> None:
    widths: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(6):
        ratings = steps_drawn(600, seed=seed, moved=(0.4, -0.2, 0.0, 0.1, -0.3, 0.0))
        for use_steps, found in widths.items():
            model = AdaptiveThresholds(["emotion"], use_steps=use_steps).fit(ratings)
            learned = level_thresholds(model, ratings, "emotion")
            found += [each.upper_shift.high - each.upper_shift.low for each in learned.values()]
    assert np.mean(widths[True]) < 0.98 * np.mean(widths[False])


def test_steps_given_at_random_hardly_move_the_thresholds() -> None:
    ratings = steps_drawn(3000, seed=5, far_at_random=True)
    model = AdaptiveThresholds().fit(ratings)
    folded = AdaptiveThresholds(use_steps=False).fit(ratings)
    for side in ("lower", "upper"):
        assert pooled_threshold(model, side).value == pytest.approx(  # type: ignore[arg-type]  # both sides
            pooled_threshold(folded, side).value,
            abs=0.05,  # type: ignore[arg-type]  # both sides
        )
    assert model.pooled()[2] == pytest.approx(folded.pooled()[2], abs=0.2)


def test_a_habit_of_extreme_answers_is_no_severity() -> None:
    habit = tuple(np.random.default_rng(6).normal(0.0, 0.6, 20))
    severity = tuple(np.random.default_rng(7).normal(0.0, 0.4, 20))
    ratings = steps_drawn(2000, seed=6, severity=severity, habit=habit)
    found = severities(AdaptiveThresholds().fit(ratings))
    assert np.corrcoef([found[str(rater)].value for rater in range(20)], severity)[0, 1] > 0.9
