"""The gate opens when learned thresholds are shown better, and only then."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import PolicyError, TableError
from engine.verdict.fixed import FIXED
from engine.verdict.gate import recalibrate
from engine.verdict.learned import LearnedFor, LearnedPolicy
from engine.verdict.policy_file import policy_from_json, policy_to_json
from engine.verdict.ratings_table import RatingTable
from tests.engine.verdict.made_ratings import drawn


def test_a_wide_band_taught_by_many_ratings_is_promoted() -> None:
    report = recalibrate(drawn(400, seed=1, lower=-0.8, upper=0.8), incumbent=FIXED)
    assert report.promoted
    assert report.rung == "global"
    assert report.metrics["global"].macro_f1 > report.metrics["fixed"].macro_f1
    assert report.comparisons[0].better
    assert "may replace fixed-0.15" in report.reason
    assert report.more_ratings == {}


def test_the_gate_stays_shut_where_the_fixed_pair_is_right() -> None:
    reports = [
        recalibrate(drawn(200, seed=seed, lower=-0.15, upper=0.15, slope=6.0), incumbent=FIXED)
        for seed in range(20)
    ]
    assert sum(report.promoted for report in reports) <= 3


def test_a_shut_gate_says_why_and_how_many_more_ratings_it_wants() -> None:
    report = recalibrate(
        drawn(40, seed=3, lower=-0.2, upper=0.2, slope=6.0), incumbent=FIXED, context_columns=["emotion"]
    )
    assert not report.promoted
    assert report.more_ratings["all"] > 0
    assert any(name.startswith("emotion = ") for name in report.more_ratings)
    assert "stays a candidate" in report.reason


def test_planted_contexts_reach_the_highest_rung() -> None:
    ratings = drawn(900, seed=4, moved={"anger": 0.8, "fear": 0.0, "joy": -0.8})
    report = recalibrate(ratings, incumbent=FIXED, context_columns=["emotion"])
    assert report.promoted
    assert report.rung == "context"
    assert report.candidate.context_columns == ("emotion",)


def test_contexts_that_do_not_differ_are_not_invented() -> None:
    rungs = [
        recalibrate(
            drawn(500, seed=seed, moved=dict.fromkeys("abcdef", 0.0)),
            incumbent=FIXED,
            context_columns=["emotion"],
        ).rung
        for seed in range(10)
    ]
    assert rungs.count("context") <= 2


def test_contexts_that_only_sharpen_probabilities_stay_a_candidate() -> None:
    ratings = drawn(1500, seed=1, lower=-0.8, upper=0.8, moved={"anger": 0.1, "joy": -0.1})
    report = recalibrate(ratings, incumbent=FIXED, context_columns=["emotion"])
    steps = {(step.against, step.metric): step for step in report.comparisons if step.rung == "context"}
    assert steps["global", "log_loss"].better
    assert not steps["global", "macro_f1"].better
    assert not steps["global", "kappa"].better
    assert (report.promoted, report.rung) == (True, "global")
    assert "Thresholds by context open only where their verdicts" in report.reason


@pytest.mark.parametrize(
    ("ratings", "said"),
    [
        (drawn(0, seed=0), "0 ratings"),
        (drawn(12, seed=0), "8 more"),
        (RatingTable.of(alignment=np.linspace(0, 1, 30), verdict=["over"] * 30), "say over"),
        (drawn(60, seed=0, severity=(0.0,)), "one person"),
        (drawn(60, seed=0, per_group=60), "1 group"),
    ],
)
def test_ratings_too_few_or_too_alike_promote_nothing_and_say_so(ratings: RatingTable, said: str) -> None:
    report = recalibrate(ratings, incumbent=FIXED)
    assert not report.promoted
    assert said in report.reason
    assert report.more_ratings["all"] > 0


def test_a_policy_in_force_is_judged_only_on_groups_it_has_not_seen() -> None:
    everything = drawn(600, seed=5, lower=-0.8, upper=0.8)
    first = recalibrate(everything.take(np.arange(300)), incumbent=FIXED).candidate
    again = recalibrate(everything, incumbent=first)
    assert "300 ratings of 60 groups" in again.reason
    assert not again.promoted


def test_the_same_ratings_cannot_overthrow_the_policy_they_taught() -> None:
    ratings = drawn(300, seed=6, lower=-0.8, upper=0.8)
    first = recalibrate(ratings, incumbent=FIXED)
    again = recalibrate(ratings, incumbent=first.candidate)
    assert first.promoted
    assert not again.promoted
    assert "new to the policy in force" in again.reason


def test_each_look_asks_for_stronger_evidence() -> None:
    ratings = drawn(200, seed=7, lower=-0.5, upper=0.5)
    levels = [recalibrate(ratings, incumbent=FIXED, look=look).comparisons[0].level for look in (1, 2, 5)]
    assert levels == sorted(levels)
    assert levels[0] == pytest.approx(0.9)
    with pytest.raises(PolicyError, match="from 1"):
        recalibrate(ratings, incumbent=FIXED, look=0)


def test_the_same_seed_gives_the_same_policy() -> None:
    ratings = drawn(200, seed=8)
    first, second = (recalibrate(ratings, incumbent=FIXED, seed=3) for _ in range(2))
    assert first == second


def test_a_candidate_survives_its_file_and_keeps_its_verdicts() -> None:
    ratings = drawn(400, seed=9, moved={"anger": 0.8, "joy": -0.8})
    policy = recalibrate(ratings, incumbent=FIXED, context_columns=["emotion"]).candidate
    read = policy_from_json(policy_to_json(policy))
    assert read == policy
    before, after = (p.judge_rows(ratings.alignment, ratings.context) for p in (policy, read))
    assert (before.verdict == after.verdict).all()
    assert policy.judge(0.6, {"emotion": "anger"}).lower > policy.judge(0.6, {"emotion": "joy"}).lower


@pytest.mark.parametrize("damage", ["pooled", "contexts", "origin", "abstention", "lower", "interval_level"])
def test_a_damaged_learned_policy_is_refused(damage: str) -> None:
    content = json.loads(policy_to_json(recalibrate(drawn(30, seed=0), incumbent=FIXED).candidate))
    content[damage] = "gone"
    with pytest.raises(PolicyError, match="fit it again"):
        policy_from_json(json.dumps(content))


def test_a_policy_is_suspended_on_another_instrument() -> None:
    here = LearnedFor("alignment", "abc", "1")
    policy = recalibrate(drawn(40, seed=1), incumbent=FIXED, learned_for=here).candidate
    assert isinstance(policy, LearnedPolicy)
    assert policy.suspended_because(here) is None
    assert "Re-analyse" in str(policy.suspended_because(LearnedFor("alignment", "xyz", "1")))


def test_a_protected_trait_carries_a_warning() -> None:
    ratings = drawn(600, seed=2, moved={"anger": 0.9, "joy": -0.9})
    by_sex = RatingTable(
        ratings.alignment,
        ratings.verdict,
        ratings.weight,
        None,
        ratings.group,
        {"sex": ratings.context["emotion"]},
    )
    policy = recalibrate(by_sex, incumbent=FIXED, context_columns=["sex"]).candidate
    assert isinstance(policy, LearnedPolicy)
    assert "unfair" in policy.notes[0]


def test_a_missing_context_column_is_named() -> None:
    with pytest.raises(TableError, match="genre"):
        recalibrate(drawn(60, seed=0), incumbent=FIXED, context_columns=["genre"])
