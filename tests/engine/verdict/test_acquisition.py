"""The clip asked about next teaches most, its chance is the one stated, and weights undo the choice."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.verdict.abstain import COVERAGE, Abstention
from engine.verdict.acquisition import (
    RANDOM_SHARE,
    coverage_need,
    disagreement,
    draw_batch,
    information,
)
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.learned import LearnedPolicy, Origin
from engine.verdict.learned_file import learned_policy
from engine.verdict.ratings_table import RatingTable
from tests.engine.verdict.made_ratings import drawn


def learned(ratings: RatingTable, *columns: str) -> LearnedPolicy:
    return learned_policy(
        AdaptiveThresholds(columns).fit(ratings),
        ratings,
        origin=Origin("fixed-0.15", "", 0, len(ratings), 0, 0),
        abstention=Abstention(COVERAGE, None, 0),
    )


def labels(*names: str) -> dict[str, np.ndarray]:
    return {"emotion": np.array(names, dtype=object)}


def test_gaps_near_a_threshold_tell_more_than_gaps_far_away() -> None:
    policy = learned(drawn(300, seed=0))
    gaps = np.array([policy.lower.value, policy.upper.value, -4.0, 4.0])
    told = information(gaps, policy, {})
    assert told[:2].min() > 20 * told[2:].max()


def test_a_context_known_less_tells_more_at_equal_gaps() -> None:
    ratings = drawn(400, seed=1)
    few = np.flatnonzero(ratings.context["emotion"] == "joy")[:6]
    kept = np.sort(np.concatenate([np.flatnonzero(ratings.context["emotion"] == "anger"), few]))
    policy = learned(ratings.take(kept), "emotion")
    told = information(np.array([-0.7, -0.7]), policy, labels("joy", "anger"))
    assert told[0] > told[1]


def test_an_unknown_gap_tells_nothing() -> None:
    assert information(np.array([np.nan]), learned(drawn(100, seed=2)), {})[0] == 0.0


def test_with_no_ratings_at_all_every_gap_has_a_worth() -> None:
    told = information(np.array([-0.15, 0.0, 1.0]), learned(drawn(0, seed=0)), {})
    assert (told > 0).all()


def test_divided_answers_are_more_open_than_unanimous_ones() -> None:
    policy = learned(drawn(300, seed=3))
    gaps = np.full(3, policy.lower.value)
    found = disagreement(gaps, policy, {}, np.array([[3.0, 3.0, 0.0], [6.0, 0.0, 0.0], [2.0, 2.0, 2.0]]))
    assert found[2] > found[0] > found[1]
    assert ((found >= 0) & (found <= 1)).all()


def test_thinly_rated_contexts_are_needed_more() -> None:
    need = coverage_need(labels("joy", "anger", "fear"), {"emotion": {"joy": 2, "anger": 90}}, 3)
    assert need[2] > need[0] > 1.0 > need[1]
    assert (coverage_need({}, {}, 4) == 1.0).all()


def test_every_clip_comes_up_exactly_as_often_as_stated() -> None:
    generator = np.random.default_rng(4)
    worth = generator.gamma(0.5, size=30)
    counts, chance = np.zeros(30), np.zeros(30)
    draws = 4000
    for _ in range(draws):
        batch = draw_batch(worth, generator=generator, size=5)
        assert np.unique(batch.rows).size == 5
        counts[batch.rows] += 1
        chance[batch.rows] = batch.probability
    assert chance.sum() == pytest.approx(5.0)
    error = np.sqrt(chance * (1 - chance) / draws)
    assert (np.abs(counts / draws - chance) < 4.5 * error + 1e-9).all()


def test_weights_make_the_chosen_speak_about_the_whole_pool() -> None:
    """What is asked about often is wrong often: unweighted ratings would exaggerate the error."""
    generator = np.random.default_rng(5)
    worth = generator.gamma(1.0, size=200)
    wrong = generator.random(200) < np.clip(worth / 4, 0, 1)
    plain, weighed = [], []
    for _ in range(400):
        batch = draw_batch(worth, generator=generator, size=40)
        weight = batch.even_probability / batch.probability
        plain.append(wrong[batch.rows].mean())
        weighed.append((weight * wrong[batch.rows]).sum() / 40)
    assert np.mean(plain) > wrong.mean() + 0.05
    assert np.mean(weighed) == pytest.approx(wrong.mean(), abs=0.01)


def test_no_weight_exceeds_the_inverse_of_the_random_share() -> None:
    worth = np.r_[np.zeros(50), np.full(3, 100.0)]
    for seed in range(20):
        batch = draw_batch(worth, generator=np.random.default_rng(seed), size=10)
        assert (batch.even_probability / batch.probability <= 1 / RANDOM_SHARE + 1e-9).all()


def test_the_order_within_a_batch_tells_nothing_about_worth() -> None:
    generator = np.random.default_rng(6)
    worth = np.arange(1.0, 41.0)
    places = np.array(
        [
            np.corrcoef(np.arange(10), worth[draw_batch(worth, generator=generator).rows])[0, 1]
            for _ in range(500)
        ]
    )
    assert abs(places.mean()) < 0.05


def test_a_small_pool_is_asked_about_entirely() -> None:
    batch = draw_batch(np.array([0.0, 5.0, 1.0]), generator=np.random.default_rng(0))
    assert sorted(batch.rows) == [0, 1, 2]
    assert (batch.probability == 1.0).all()
    assert batch.even_probability == 1.0
    assert draw_batch(np.empty(0), generator=np.random.default_rng(0)).rows.size == 0


@pytest.mark.parametrize("worth", [[-1.0, 1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_impossible_worths_are_refused(worth: list[float]) -> None:
    with pytest.raises(TableError, match="worths"):
        draw_batch(np.array(worth), generator=np.random.default_rng(0))


@pytest.mark.parametrize("options", [{"size": 0}, {"random_share": 0.0}, {"random_share": 1.5}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(TableError):
        draw_batch(np.ones(20), generator=np.random.default_rng(0), **options)
