"""What many people's answers add up to."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.raters.anchoring import TooFewClipsError, anchoring_pull
from engine.raters.consensus import OrdinalConsensus
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER
from tests.engine.verdict.made_ratings import drawn


def _answers(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truths of 200 items; each is answered by three of twelve raters, four of whom guess."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, 200)
    item = np.repeat(np.arange(200), 3)
    rater = np.concatenate([generator.choice(12, 3, replace=False) for _ in range(200)])
    careless = generator.random(600) < np.where(rater < 4, 0.9, 0.1)
    said = np.where(careless, generator.integers(0, 3, 600), truth[item])
    return truth, item, rater, said


def test_weighing_raters_beats_counting_heads() -> None:
    truth, item, rater, said = _answers(0)
    model = OrdinalConsensus(3).fit(item, rater, said)
    found = dict(zip(model.items_, model.consensus, strict=True))
    heads = [np.bincount(said[item == number], minlength=3).argmax() for number in range(200)]
    ours = np.mean([found[str(number)] == truth[number] for number in range(200)])
    assert ours > np.mean(np.array(heads) == truth)


def test_the_table_of_a_guesser_is_flatter_than_that_of_a_careful_rater() -> None:
    _, item, rater, said = _answers(1)
    model = OrdinalConsensus(3).fit(item, rater, said)
    careful = dict(zip(model.raters_, np.diagonal(model.tables_, axis1=1, axis2=2).mean(axis=1), strict=True))
    assert max(careful[str(number)] for number in range(4)) < min(
        careful[str(number)] for number in range(4, 12)
    )


def test_one_answer_alone_is_believed_but_not_certain() -> None:
    model = OrdinalConsensus(3).fit(["a"], ["one"], [2])
    assert model.consensus.tolist() == [2]
    assert model.probabilities_[0, 2] < 0.95


@pytest.mark.parametrize(
    ("items", "raters", "answers"),
    [
        ([], [], []),
        (["a"], ["r"], [3]),
        (["a"], ["r"], [-1]),
        (["a"], ["r"], [0.5]),
        (["a", "b"], ["r"], [0]),
    ],
)
def test_answers_that_are_none_are_refused(items: list[str], raters: list[str], answers: list[int]) -> None:
    with pytest.raises(TableError):
        OrdinalConsensus(3).fit(items, raters, answers)


def _in_sight(pull: float) -> tuple[RatingTable, np.ndarray]:
    """Half of the answers were given in sight of the fixed pair's verdict, which pulled them."""
    generator = np.random.default_rng(2)
    blind = drawn(1500, seed=2)
    sight = generator.random(1500) < 0.5
    word = np.where(blind.alignment < -0.15, "under", np.where(blind.alignment > 0.15, "over", "correct"))
    shown = np.where(sight, word, "").astype(object)
    felt = blind.alignment + pull * ((shown == "over").astype(float) - (shown == "under"))
    noise = generator.logistic(0.0, 1 / 3, 1500)
    code = np.where(felt + noise < -0.7, 0, np.where(felt + noise > 0.5, 2, 1))
    answers = [VERDICT_ORDER[step].value for step in code]
    return RatingTable.of(alignment=blind.alignment, verdict=answers), shown


def test_a_planted_pull_of_the_shown_verdict_is_recovered() -> None:
    pulled = anchoring_pull(*_in_sight(0.3))
    assert pulled.value == pytest.approx(0.3, abs=0.12)
    assert pulled.excludes(0.0)
    assert not anchoring_pull(*_in_sight(0.0)).excludes(0.0)


def test_the_pull_of_a_handful_of_clips_is_not_told() -> None:
    ratings, shown = _in_sight(0.3)
    with pytest.raises(TooFewClipsError, match="from 10 clips on"):
        anchoring_pull(ratings.take(np.arange(12)), shown[:12])


def test_intervals_of_the_pull_hold_it_on_twenty_clips() -> None:
    held = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        gap, clip = generator.normal(0.0, 1.0, 20), np.tile(np.arange(20), 2)
        word = np.where(gap < -0.15, "under", np.where(gap > 0.15, "over", "correct"))
        shown = np.concatenate([np.full(20, ""), word]).astype(object)
        felt = gap[clip] + 0.4 * ((shown == "over").astype(float) - (shown == "under"))
        felt += generator.normal(0.0, 0.3, 20)[clip] + generator.logistic(0.0, 1 / 3, 40)
        table = RatingTable.of(alignment=gap[clip], verdict=np.digitize(felt, [-0.6, 0.6]) - 1, group=clip)
        held += not anchoring_pull(table, shown).excludes(0.4)
    assert 48 <= held <= 60


@pytest.mark.parametrize(
    "shown", [[""] * 60, ["over"] * 60, ["correct"] * 30 + [""] * 30, ["loud"] * 60, ["over"]]
)
def test_a_pull_that_cannot_be_told_is_refused(shown: list[str]) -> None:
    with pytest.raises(TableError, match=r"\.$"):
        anchoring_pull(drawn(60, seed=0), shown)
