"""A planted pull is found with its size, no pull is not, and few answers are not made much of."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.raters.answer_moves import AnswerMoves
from engine.raters.answers import Level
from engine.raters.crossed_draws import LEAST_ANSWERS, CrossedDraws

STEPS = np.arange(-2, 3)


def _second_looks(
    *, pull: float, clips: int = 120, raters: int = 8, seed: int = 0, again: float = 0.3
) -> tuple[AnswerMoves, float]:
    """People look twice: some think again, some of those who differ take over what was shown.

    Also returned is the mean approach that the way they were made implies: each pulled answer comes as
    near as it was off.
    """
    generator = np.random.default_rng(seed)
    truth = generator.integers(-1, 2, clips)
    said = np.clip(truth + generator.integers(-1, 2, clips), -2, 2)
    clip, rater = (part.ravel() for part in np.meshgrid(np.arange(clips), np.arange(raters), indexing="ij"))
    tendency = np.clip(pull + generator.normal(0.0, 0.1, raters) * (pull > 0), 0.0, 1.0)

    def felt() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.clip(truth[clip] + generator.integers(-1, 2, clip.size), -2, 2)

    before = felt()
    after = np.where(generator.random(clip.size) < again, felt(), before)
    chance = tendency[rater]
    after = np.where(generator.random(clip.size) < chance, said[clip], after)
    expected = float((chance * np.abs(before - said[clip])).mean())
    found = AnswerMoves.of(
        before=before, after=after, machine=said[clip], others=truth[clip], clip=clip, rater=rater,
        level=Level.ORDINAL, generator=np.random.default_rng(seed + 1),
    )  # fmt: skip
    return found, expected


def test_a_planted_pull_lies_in_its_interval_and_none_does_not() -> None:
    found, planted = _second_looks(pull=0.3)
    pull = found.pull()
    assert pull.low is not None
    assert pull.high is not None
    assert pull.low < planted < pull.high
    assert pull.excludes(0.0)
    towards = found.share_towards()
    assert towards.value is not None
    assert towards.value > 0.6
    moved = found.share_moved()
    assert moved.value == pytest.approx(found.moved.mean())
    assert (moved.answers, moved.clips, moved.raters) == (960, 120, 8)


def test_second_thoughts_alone_are_no_evidence_of_a_pull() -> None:
    false_alarms = sum(_second_looks(pull=0.0, seed=seed)[0].pull().excludes(0.0) for seed in range(20))
    assert false_alarms <= 4  # 2 of 20 are expected at the level of 0.9


def test_the_interval_holds_what_was_planted_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(20):
        found, planted = _second_looks(pull=0.3, clips=40, seed=seed)
        covered += not found.pull().excludes(planted)
    assert covered >= 16


def test_an_emotion_moves_towards_what_was_shown_only_by_naming_it() -> None:
    found = AnswerMoves.of(
        before=[0, 0, 1, 2, 1], after=[1, 2, 0, 2, 1], machine=[1, 1, 1, 1, np.nan], others=[np.nan] * 5,
        clip=range(5), rater=[0] * 5, level=Level.NOMINAL, generator=np.random.default_rng(0),
    )  # fmt: skip
    assert found.moved.tolist() == [True, True, True, False, False]
    assert found.is_towards.tolist() == [True, False, False, False, False]
    assert found.is_away.tolist() == [False, False, True, False, False]
    assert found.mean_gain().value is None
    assert found.share_towards().value == pytest.approx(1 / 3)


def test_of_few_answers_only_the_count_is_told() -> None:
    found, _ = _second_looks(pull=1.0, clips=2, raters=3)
    assert found.share_moved().value is not None
    assert found.share_moved().answers < LEAST_ANSWERS
    assert not found.share_moved().is_told
    assert not found.pull().excludes(0.0)


def test_a_difference_of_rates_is_told_with_an_interval() -> None:
    generator = np.random.default_rng(3)
    clip = np.repeat(np.arange(100), 4)
    rater = np.tile(np.arange(4), 100)
    shown = generator.random(400) < 0.7
    agrees = generator.random(400) < np.where(shown, 0.8, 0.5)
    draws = CrossedDraws.of(clip, rater, generator=generator)
    found = draws.difference(agrees * 1.0, shown, ~shown)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.3 < found.high
    assert found.excludes(0.0)


def test_columns_of_unlike_length_and_missing_answers_are_refused() -> None:
    generator = np.random.default_rng(0)
    for before, after in (([1.0], [1.0, 2.0]), ([np.nan, 0.0], [1.0, 2.0])):
        with pytest.raises(TableError, match="both answers"):
            AnswerMoves.of(
                before=before, after=after, machine=[0, 0], others=[0, 0], clip=[1, 2], rater=[1, 1],
                level=Level.ORDINAL, generator=generator,
            )  # fmt: skip
    with pytest.raises(TableError, match="one clip and one rater"):
        CrossedDraws.of([], [], generator=generator)
