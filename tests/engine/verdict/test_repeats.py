"""Several answers to one clip say less than answers to several clips."""

from __future__ import annotations

import numpy as np
import pytest

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.cumulative_link import probabilities
from engine.verdict.intervals import Interval, pooled_threshold, severities
from engine.verdict.ratings_table import RatingTable
from tests.thoroughness import repeats

WIDTH, SLOPE = 0.6, 2.0
CLIPS, RATERS_A_CLIP = 120, 5


def _answers(
    generator: np.random.Generator, *, clip_sd: float, raters: int = 0, severity_sd: float = 0.3
) -> tuple[RatingTable, np.ndarray]:
    """Five answers to each clip, all off by the clip's own shift and each by the rater's severity."""
    clip = np.repeat(np.arange(CLIPS), RATERS_A_CLIP)
    gap = generator.normal(0.0, 1.0, CLIPS)[clip]
    severity = generator.normal(0.0, severity_sd, max(raters, 1))
    centre = generator.normal(0.0, clip_sd, CLIPS)[clip]
    rater = None
    if raters:
        rater = np.concatenate([generator.choice(raters, RATERS_A_CLIP, replace=False) for _ in range(CLIPS)])
        centre = centre - severity[rater]
    shares = probabilities(gap, centre, np.full(clip.size, np.log(WIDTH)), np.full(clip.size, np.log(SLOPE)))
    said = (generator.random((clip.size, 1)) > shares.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return RatingTable.of(alignment=gap, verdict=said - 1, rater=rater, group=clip), severity


def _reach(interval: Interval) -> float:
    return interval.high - interval.low


def test_intervals_hold_the_truth_as_often_as_they_say_where_five_people_answer_each_clip() -> None:
    generator = np.random.default_rng(0)
    held = []
    for _ in range(400):
        model = AdaptiveThresholds().fit(_answers(generator, clip_sd=0.4)[0])
        held += [
            not pooled_threshold(model, "lower").excludes(-WIDTH),
            not pooled_threshold(model, "upper").excludes(WIDTH),
        ]
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_severity_intervals_hold_the_truth_as_often_as_they_say() -> None:
    generator = np.random.default_rng(1)
    held = []
    for _ in range(repeats(120, thorough=400)):  # twelve intervals each
        ratings, severity = _answers(generator, clip_sd=0.2, raters=12)
        found = severities(AdaptiveThresholds().fit(ratings))
        held += [not found[name].excludes(severity[int(name)]) for name in found]
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_answers_that_share_their_clips_errors_leave_more_doubt_than_the_same_answers_apart() -> None:
    together, _ = _answers(np.random.default_rng(2), clip_sd=0.6)
    apart = RatingTable.of(alignment=together.alignment, verdict=together.verdict - 1)
    first, second = (AdaptiveThresholds().fit(table) for table in (together, apart))
    assert first.pooled() == pytest.approx(second.pooled())
    assert first.mode_.repeats.variance > 0.1
    assert second.mode_.repeats.groups == 0
    assert _reach(pooled_threshold(first, "lower")) > 1.1 * _reach(pooled_threshold(second, "lower"))


def test_groups_that_share_nothing_leave_the_intervals_nearly_as_they_are() -> None:
    together, _ = _answers(np.random.default_rng(3), clip_sd=0.0)
    apart = RatingTable.of(alignment=together.alignment, verdict=together.verdict - 1)
    reach = [
        _reach(pooled_threshold(AdaptiveThresholds().fit(table), "upper")) for table in (together, apart)
    ]
    assert 1.0 <= reach[0] / reach[1] < 1.1


def test_a_context_that_is_the_group_itself_is_not_counted_twice() -> None:
    generator = np.random.default_rng(4)
    ratings, _ = _answers(generator, clip_sd=0.0)
    actor = (np.arange(len(ratings)) // 60).astype(str).astype(object)
    shift = generator.normal(0.0, 0.5, 10)[actor.astype(int)]
    table = RatingTable(
        ratings.alignment + shift, ratings.verdict, ratings.weight, None, actor, {"actor": actor}
    )
    own, blind = AdaptiveThresholds(["actor"]).fit(table), AdaptiveThresholds().fit(table)
    assert own.mode_.repeats.variance < blind.mode_.repeats.variance / 4
