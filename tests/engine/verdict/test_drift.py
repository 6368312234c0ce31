"""The monitor is quiet while nothing changes and speaks when people, gaps or a context do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.verdict.drift import FIRST_LOOK, Drift, latest_look, watch
from engine.verdict.figures import OutOfFold, out_of_fold
from engine.verdict.fixed import FIXED
from engine.verdict.gate import recalibrate
from engine.verdict.learned import LearnedPolicy
from engine.verdict.ratings_table import RatingTable
from tests.engine.verdict.made_ratings import drawn


@pytest.fixture(scope="module")
def taught() -> tuple[LearnedPolicy, OutOfFold]:
    ratings = drawn(600, seed=11)
    policy = recalibrate(ratings, incumbent=FIXED).candidate
    assert isinstance(policy, LearnedPolicy)
    return policy, out_of_fold(ratings, policy, generator=np.random.default_rng(0))


def look(taught: tuple[LearnedPolicy, OutOfFold], recent: RatingTable, *columns: str) -> Drift:
    return watch(*taught, recent, columns=columns, generator=np.random.default_rng(1))


def changed(found: Drift) -> set[tuple[str, str]]:
    return {(change.watched, change.context) for change in found.changes if change.has_changed}


def test_nothing_is_said_before_the_first_look(taught: tuple[LearnedPolicy, OutOfFold]) -> None:
    found = look(taught, drawn(FIRST_LOOK - 1, seed=0))
    assert found == Drift((), 0, FIRST_LOOK)
    assert not found.asks_for_recalibration


def test_looks_come_when_the_ratings_double_and_ratings_in_between_change_nothing(
    taught: tuple[LearnedPolicy, OutOfFold],
) -> None:
    assert [latest_look(n) for n in (0, 19, 20, 39, 40, 79, 80, 641)] == [
        (0, 0), (0, 0), (1, 20), (1, 20), (2, 40), (2, 40), (3, 80), (6, 640),
    ]  # fmt: skip
    recent = drawn(79, seed=3)
    assert look(taught, recent) == look(taught, recent.take(np.arange(40)))


def test_while_nothing_changes_the_monitor_is_nearly_always_quiet(
    taught: tuple[LearnedPolicy, OutOfFold],
) -> None:
    alarms = sum(
        look(taught, drawn(160, seed=seed), "emotion").asks_for_recalibration for seed in range(100, 140)
    )
    assert alarms <= 2  # 40 looks at 0.05 / 20 each


def test_people_who_forgive_otherwise_are_noticed(taught: tuple[LearnedPolicy, OutOfFold]) -> None:
    found = look(taught, drawn(320, seed=21, lower=-1.7, upper=-0.5))
    assert ("agreement", "") in changed(found)
    assert ("coverage", "") in changed(found)
    assert found.asks_for_recalibration


def test_gaps_that_move_in_one_context_are_noticed_there(
    taught: tuple[LearnedPolicy, OutOfFold],
) -> None:
    recent = drawn(320, seed=22)
    moved = recent.context["emotion"] == "joy"
    shifted = replace(recent, alignment=recent.alignment + 1.5 * moved)
    assert ("gaps", "emotion = joy") in changed(look(taught, shifted, "emotion"))
    assert ("gaps", "emotion = anger") not in changed(look(taught, shifted, "emotion"))


def test_one_actor_rated_often_is_not_a_change(taught: tuple[LearnedPolicy, OutOfFold]) -> None:
    """Clips of an actor resemble each other; taken for independent they would raise the alarm."""
    alarms = 0
    for seed in range(15):
        generator = np.random.default_rng(seed)
        recent = drawn(320, seed=seed)
        actor = np.arange(320) // 40
        together = generator.normal(0.0, 0.9, 8)[actor] + generator.normal(0.0, 0.45, 320)
        alarms += ("gaps", "") in changed(
            look(taught, replace(recent, alignment=together, group=actor.astype(object)))
        )
    assert alarms <= 1


def test_several_answers_to_one_clip_count_its_gap_once(taught: tuple[LearnedPolicy, OutOfFold]) -> None:
    recent = drawn(40, seed=5)
    often = recent.take(np.repeat(np.arange(40), 2))
    once = {c.context: c.since for c in look(taught, recent).changes if c.watched == "gaps"}
    twice = {c.context: c.since for c in look(taught, often).changes if c.watched == "gaps"}
    assert twice == pytest.approx(once)


def test_a_single_group_is_not_compared(taught: tuple[LearnedPolicy, OutOfFold]) -> None:
    assert look(taught, drawn(40, seed=6, per_group=40)).changes == ()
