"""Thresholds learned from ratings."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.verdict.adaptive import AdaptiveThresholds, effective_weights
from engine.verdict.intervals import level_thresholds, pooled_threshold, severities
from engine.verdict.levels import LEAST_ANSWERS
from engine.verdict.ratings_table import RatingTable
from tests.engine.verdict.made_ratings import drawn

NOBODY = RatingTable.of(alignment=[], verdict=[], context={"emotion": []})


def test_with_no_ratings_the_thresholds_are_exactly_the_fixed_pair() -> None:
    for columns in ((), ("emotion",)):
        model = AdaptiveThresholds(columns).fit(NOBODY)
        assert pooled_threshold(model, "lower").value == -0.15
        assert pooled_threshold(model, "upper").value == 0.15


def test_many_ratings_find_the_thresholds_they_were_drawn_from() -> None:
    model = AdaptiveThresholds().fit(drawn(4000, seed=1))
    assert pooled_threshold(model, "lower").value == pytest.approx(-0.7, abs=0.06)
    assert pooled_threshold(model, "upper").value == pytest.approx(0.5, abs=0.06)


def test_a_moved_context_is_found_and_the_others_stay() -> None:
    moved = {"anger": 0.5, "fear": 0.0, "joy": 0.0, "sadness": 0.0}
    ratings = drawn(1200, seed=2, moved=moved)
    learned = level_thresholds(AdaptiveThresholds(["emotion"]).fit(ratings), ratings, "emotion")
    assert learned["anger"].upper_shift.excludes(0.0)
    assert learned["anger"].upper_shift.value > 0.2
    assert not any(learned[level].upper_shift.excludes(0.0) for level in ("fear", "joy", "sadness"))


def test_a_level_with_few_ratings_stays_nearer_its_parent_than_one_with_many() -> None:
    many = drawn(800, seed=3, moved={"anger": 0.6, "joy": 0.0, "fear": -0.3})
    few = np.flatnonzero(many.context["emotion"] == "anger")[:6]
    rest = np.flatnonzero(many.context["emotion"] != "anger")
    thin = many.take(np.concatenate([few, rest]))
    shifts = [
        level_thresholds(AdaptiveThresholds(["emotion"]).fit(table), table, "emotion")["anger"].effects[0]
        for table in (thin, many)
    ]
    assert abs(shifts[0]) < abs(shifts[1])


def test_an_unknown_or_missing_level_falls_back_to_the_pooled_thresholds() -> None:
    model = AdaptiveThresholds(["emotion"]).fit(drawn(400, seed=4, moved={"anger": 0.6, "joy": -0.6}))
    levels = np.array(["unheard of", "", "anger"], dtype=object)
    bands = model.bands(3, {"emotion": levels})
    assert bands[:, 0] == pytest.approx(model.pooled())
    assert bands[:, 1] == pytest.approx(model.pooled())
    assert bands[0, 2] != pytest.approx(model.pooled()[0])
    assert model.bands(1, {})[:, 0] == pytest.approx(model.pooled())


def test_lower_never_exceeds_upper_in_any_context() -> None:
    ratings = drawn(60, seed=5, lower=-0.05, upper=0.05, moved=dict.fromkeys("abcdefghij", 0.0))
    centre, log_width, _ = AdaptiveThresholds(["emotion"]).fit(ratings).bands(60, ratings.context)
    assert (centre - np.exp(log_width) < centre + np.exp(log_width)).all()


def test_severe_raters_are_told_from_mild_ones() -> None:
    severity = tuple(np.random.default_rng(6).normal(0.0, 0.6, 20))
    model = AdaptiveThresholds().fit(drawn(1500, seed=6, severity=severity))
    found = [severities(model)[str(rater)].value for rater in range(20)]
    assert np.corrcoef(found, severity)[0, 1] > 0.9


def test_probabilities_of_a_random_rater_are_flatter_than_one_raters_own() -> None:
    severity = tuple(np.random.default_rng(7).normal(0.0, 0.8, 20))
    ratings = drawn(1500, seed=7, severity=severity)
    named = AdaptiveThresholds().fit(ratings)
    own_slope = named.mode_.effects[named.places_["", 2]][0]
    assert named.pooled()[2] < own_slope


def test_only_the_slope_is_learned_of_a_pinned_pair() -> None:
    model = AdaptiveThresholds(pinned=(-0.15, 0.15)).fit(drawn(500, seed=8))
    assert pooled_threshold(model, "lower").value == pytest.approx(-0.15)
    assert pooled_threshold(model, "upper").value == pytest.approx(0.15)


def test_equal_weights_count_as_ratings_and_unequal_ones_as_fewer() -> None:
    assert effective_weights(np.full(7, 3.0)).sum() == pytest.approx(7)
    assert effective_weights(np.array([9.0, 1.0])).sum() < 2
    once = AdaptiveThresholds().fit(drawn(200, seed=9))
    ratings = drawn(200, seed=9)
    heavy = RatingTable(
        ratings.alignment, ratings.verdict, ratings.weight * 5, None, ratings.group, ratings.context
    )
    assert AdaptiveThresholds().fit(heavy).pooled() == pytest.approx(once.pooled())


def test_the_order_of_the_ratings_does_not_matter() -> None:
    ratings = drawn(300, seed=10)
    shuffled = ratings.take(np.random.default_rng(0).permutation(300))
    first, second = (AdaptiveThresholds(["emotion"]).fit(table).pooled() for table in (ratings, shuffled))
    assert first == pytest.approx(second, abs=1e-6)


def test_ratings_that_separate_perfectly_still_give_finite_thresholds() -> None:
    gap = np.linspace(-2, 2, 41)
    said = np.where(gap < -0.5, "under", np.where(gap > 0.5, "over", "correct"))
    model = AdaptiveThresholds().fit(RatingTable.of(alignment=gap, verdict=said))
    assert pooled_threshold(model, "lower").value == pytest.approx(-0.5, abs=0.15)


def test_a_missing_context_column_is_refused() -> None:
    with pytest.raises(TableError, match="genre"):
        AdaptiveThresholds(["genre"]).fit(drawn(20, seed=0))


def test_a_column_that_names_rows_is_refused() -> None:
    n = 5000
    table = RatingTable.of(alignment=np.zeros(n), verdict=["correct"] * n, context={"clip": np.arange(n)})
    with pytest.raises(TableError, match="5000"):
        AdaptiveThresholds(["clip"]).fit(table)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alignment": [np.nan], "verdict": ["over"]},
        {"alignment": [np.inf], "verdict": ["over"]},
        {"alignment": [0.1], "verdict": ["too loud"]},
        {"alignment": [0.1], "verdict": [3]},
        {"alignment": [0.1], "verdict": [None]},
        {"alignment": [0.1], "verdict": ["over"], "weight": [0.0]},
        {"alignment": [0.1], "verdict": ["over"], "weight": [np.nan]},
        {"alignment": [0.1, 0.2], "verdict": ["over"]},
        {"alignment": [0.1], "verdict": ["over"], "rater": ["a", "b"]},
        {"alignment": [0.1], "verdict": ["over"], "context": {"emotion": []}},
    ],
)
def test_ratings_that_cannot_be_used_are_refused_in_a_sentence(wrong: dict[str, object]) -> None:
    with pytest.raises(TableError, match=r"\.$"):
        RatingTable.of(**wrong)  # type: ignore[arg-type]  # ill-formed on purpose


def test_delivery_steps_are_verdicts() -> None:
    table = RatingTable.of(alignment=np.zeros(6), verdict=[-2, "-1", "−1", "0", 1.0, "2"])
    assert table.verdict.tolist() == [0, 0, 0, 1, 2, 2]


def test_raters_with_a_handful_of_answers_pass_for_average_ones() -> None:
    severity = tuple(np.random.default_rng(11).normal(0.0, 0.4, 200))
    ratings = drawn(900, seed=11, severity=severity)
    assert ratings.rater is not None
    raters, answers = np.unique(ratings.rater.astype(str), return_counts=True)
    assert severities(AdaptiveThresholds().fit(ratings)).keys() == set(raters[answers >= LEAST_ANSWERS])
