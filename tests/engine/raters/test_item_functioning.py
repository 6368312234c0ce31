"""Differences between groups are found where they were planted, and rarely elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.raters.functioning import Finding, GroupFunctioning
from engine.raters.item_functioning import RELEVANT_SHIFT_Z, item_functioning
from engine.verdict.ratings_table import RatingTable

CLIP_SD = 0.4
RATER_SD = 0.3
TOLERANCE_Z = 0.6


def _rated(
    seed: int,
    *,
    clips: int = 200,
    raters: int = 10,
    each: int = 5,
    languages: tuple[str, ...] = ("en", "hi"),
    shift: float = 0.0,
    slope: float = 1.0,
    own_raters: bool = False,
) -> RatingTable:
    """Answers in which the last language draws both lines ``shift`` higher and is ``slope`` as sharp.

    Clips are misread and raters severe, so that answers hang together by clip and by rater.
    """
    generator = np.random.default_rng(seed)
    gap = generator.uniform(-2.0, 2.0, clips)
    spoken = np.arange(clips) % len(languages)
    misread, severity = generator.normal(0, CLIP_SD, clips), generator.normal(0, RATER_SD, raters)
    clip = np.repeat(np.arange(clips), each)
    everybody = np.arange(raters)
    rater = np.concatenate(
        [
            generator.choice(
                everybody[everybody % len(languages) == spoken[number]] if own_raters else everybody,
                each,
                replace=False,
            )
            for number in range(clips)
        ]
    )
    other = spoken[clip] == len(languages) - 1
    felt = gap[clip] + misread[clip] + severity[rater] - shift * other
    felt = np.where(other, slope, 1.0) * felt + generator.normal(0, 0.5, clip.size)
    return RatingTable.of(
        alignment=gap[clip],
        verdict=np.where(felt < -TOLERANCE_Z, "under", np.where(felt > TOLERANCE_Z, "over", "correct")),
        rater=rater,
        group=clip,
        context={"language": np.array(languages)[spoken[clip]], "emotion": np.where(clip % 3, "joy", "fear")},
    )


def _one(table: RatingTable) -> GroupFunctioning:
    [group] = item_functioning(table, "language").groups
    return group


def test_a_planted_shift_is_found_with_its_size() -> None:
    group = _one(_rated(1, shift=0.5))
    assert (group.group, group.against, group.finding) == ("hi", "en", Finding.DIFFERS)
    assert group.lower is not None
    assert group.upper is not None
    assert group.lower.low < 0.5 < group.lower.high
    assert group.upper.low < 0.5 < group.upper.high
    assert group.upper.excludes(0.0)
    assert group.uniform is not None
    assert group.uniform.adjusted < 0.01


def test_a_difference_that_depends_on_the_gap_is_found_as_such() -> None:
    group = _one(_rated(2, slope=2.5))
    assert group.finding is Finding.DIFFERS
    assert group.uniform is not None
    assert group.non_uniform is not None
    assert group.non_uniform.adjusted < 0.01 < group.uniform.p


@pytest.mark.parametrize("own_raters", [False, True])
def test_where_nothing_differs_a_difference_is_seldom_reported(own_raters: bool) -> None:
    found = [_one(_rated(seed, clips=100, raters=20, own_raters=own_raters)).finding for seed in range(100)]
    assert found.count(Finding.DIFFERS) <= 11  # 5 expected; 11 is beyond the 99th percentile


def test_intervals_of_the_shift_hold_the_truth_about_as_often_as_they_say() -> None:
    held = []
    for seed in range(100):
        upper = _one(_rated(seed, clips=100, shift=0.3)).upper
        assert upper is not None
        held.append(upper.low <= 0.3 <= upper.high)
    assert 0.82 <= np.mean(held) <= 0.98


def test_taking_answers_for_independent_would_find_differences_where_there_are_none() -> None:
    groups = [_one(_rated(seed, clips=60, raters=6, each=3, own_raters=True)) for seed in range(100)]
    tests = [group.uniform for group in groups if group.uniform is not None]
    naive = np.mean([test.ratio > 3.84 for test in tests])  # chi-square, one degree of freedom, 5 %
    assert naive > 0.2
    assert np.mean([test.p < 0.05 for test in tests]) < naive / 2


def test_many_answers_without_a_difference_are_no_evidence() -> None:
    group = _one(_rated(5, clips=400, raters=16))
    assert group.finding is Finding.NO_EVIDENCE
    assert group.upper is not None
    assert max(abs(group.upper.low), abs(group.upper.high)) <= RELEVANT_SHIFT_Z


@pytest.mark.parametrize(
    "few",
    [{"clips": 12}, {"clips": 100, "raters": 2, "each": 1, "own_raters": True}, {"clips": 40, "each": 1}],
)
def test_too_few_clips_raters_or_answers_are_too_few_to_say(few: dict[str, int]) -> None:
    assert _one(_rated(6, **few)).finding is Finding.TOO_FEW


def test_a_language_in_which_nobody_ever_said_over_is_too_few_to_say() -> None:
    table = _rated(7)
    kept = table.take(~((table.context["language"] == "hi") & (table.verdict == 2)))
    assert _one(kept).finding is Finding.TOO_FEW
    assert _one(kept).upper is None


def test_each_of_three_languages_is_held_against_the_others() -> None:
    found = item_functioning(_rated(8, clips=300, languages=("en", "hi", "ar"), shift=0.6), "language")
    assert {group.group for group in found.groups} == {"en", "hi", "ar"}
    assert {group.against for group in found.groups} == {""}
    [arabic] = [group for group in found.groups if group.group == "ar"]
    assert arabic.finding is Finding.DIFFERS
    assert arabic.upper is not None
    assert arabic.upper.value == pytest.approx(0.6, abs=0.25)
    assert found.finding is Finding.DIFFERS


def test_one_language_alone_cannot_differ() -> None:
    found = item_functioning(_rated(9, languages=("en",)), "language")
    assert found.groups == ()
    assert found.finding is Finding.TOO_FEW


def test_what_groups_share_can_be_held_equal() -> None:
    """A taste for one emotion, which one language has more clips of, is no difference of language."""
    table = _rated(10, clips=300, raters=16)
    joy = table.context["emotion"] == "joy"
    mixed = joy == (table.context["language"] == "hi")
    kept = table.take(mixed | (np.arange(len(table)) % 4 == 0))
    shifted = RatingTable(
        kept.alignment - 0.8 * (kept.context["emotion"] == "joy"),
        kept.verdict, kept.weight, kept.rater, kept.group, kept.context,
    )  # fmt: skip
    apart = item_functioning(shifted, "language").groups[0]
    matched = item_functioning(shifted, "language", matching=("emotion",)).groups[0]
    assert apart.finding is Finding.DIFFERS
    assert matched.finding is not Finding.DIFFERS


def test_rows_without_a_language_are_left_out_and_an_unknown_column_is_refused() -> None:
    table = _rated(11)
    language = np.where(np.arange(len(table)) % 10 == 0, "", table.context["language"]).astype(object)
    partly = RatingTable(
        table.alignment, table.verdict, table.weight, table.rater, table.group, {"language": language}
    )
    assert {_one(partly).group, _one(partly).against} == {"en", "hi"}
    with pytest.raises(TableError, match="no column 'dialect'"):
        item_functioning(table, "dialect")
