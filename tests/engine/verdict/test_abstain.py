"""Verdict sets: contiguous, holding the verdict, covering as often as promised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.verdict.abstain import LEAST_GROUPS_APIECE, Abstention, calibrate, smallest_calibration


def _predictions(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    shares = generator.dirichlet([1.5, 1.0, 1.5], size)
    answer = (generator.random((size, 1)) > shares.cumsum(axis=1)[:, :-1]).sum(axis=1).astype(np.int8)
    return shares, shares.argmax(axis=1).astype(np.int8), answer


def test_sets_are_contiguous_and_hold_the_verdict_shown() -> None:
    shares, verdict, _ = _predictions(500, 0)
    kept = Abstention(0.9, 0.25, 60).sets(shares, verdict)
    assert kept[np.arange(500), verdict].all()
    assert not (kept[:, 0] & ~kept[:, 1] & kept[:, 2]).any()


def test_sets_cover_unseen_groups_as_often_as_promised() -> None:
    shares, verdict, answer = _predictions(6000, 1)
    group = np.arange(6000) // 30
    seen = group < 100
    learned = calibrate(shares[seen], verdict[seen], answer[seen], group[seen])
    kept = learned.sets(shares[~seen], verdict[~seen])
    assert kept[np.arange(kept.shape[0]), answer[~seen]].mean() == pytest.approx(0.9, abs=0.03)


def test_a_group_counts_once_however_many_rows_it_has() -> None:
    shares, verdict, answer = _predictions(400, 2)
    group = np.arange(400) // 10
    twice = np.concatenate([np.arange(400), np.flatnonzero(group == 0), np.flatnonzero(group == 0)])
    once = calibrate(shares, verdict, answer, group)
    again = calibrate(shares[twice], verdict[twice], answer[twice], group[twice])
    assert again.least_probability == pytest.approx(once.least_probability)


def test_below_the_smallest_calibration_everything_is_not_sure_and_it_says_so() -> None:
    shares, verdict, answer = _predictions(80, 3)
    assert smallest_calibration(0.9) == 9
    learned = calibrate(shares, verdict, answer, np.arange(80) % 8)
    assert learned.least_probability is None
    assert "9 are needed" in learned.reason
    assert learned.sets(shares, verdict).all()
    assert calibrate(shares, verdict, answer, np.arange(80) % 9).least_probability is not None


def test_an_unknown_gap_has_an_empty_set() -> None:
    shares = np.full((1, 3), np.nan)
    for learned in (Abstention(0.9, 0.2, 60), Abstention(0.9, None, 0)):
        assert not learned.sets(shares, np.array([-1], dtype=np.int8)).any()


def _uneven(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answers of which *over* is rare and hard to tell: one promise for all would be kept by the others."""
    generator = np.random.default_rng(seed)
    answer = generator.choice(3, size, p=[0.5, 0.4, 0.1]).astype(np.int8)
    sharp = np.where(answer == 2, 0.8, 3.0)[:, None]
    scores = np.exp(sharp * np.eye(3)[answer] + generator.normal(0, 1, (size, 3)))
    shares = scores / scores.sum(axis=1, keepdims=True)
    return shares, shares.argmax(axis=1).astype(np.int8), answer


def test_with_enough_groups_each_verdict_is_covered_by_itself() -> None:
    shares, verdict, answer = _uneven(9000, 4)
    group = np.arange(9000) // 60
    seen = group < 100
    learned = calibrate(shares[seen], verdict[seen], answer[seen], group[seen])
    assert learned.by_verdict is not None
    for code in range(3):
        rows = ~seen & (answer == code)
        assert learned.sets(shares[rows], verdict[rows])[:, code].mean() >= 0.87
    joint = Abstention(learned.coverage, learned.least_probability, learned.groups)
    rare = ~seen & (answer == 2)
    assert joint.sets(shares[rare], verdict[rare])[:, 2].mean() < 0.8


def test_with_few_groups_of_a_verdict_one_promise_is_made_for_all() -> None:
    shares, verdict, answer = _uneven(600, 5)
    assert calibrate(shares, verdict, answer, np.arange(600) // 30).by_verdict is None


def _by_level(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Two contexts, one whose answers are easy to tell and one whose are not."""
    generator = np.random.default_rng(seed)
    level = generator.choice(np.array(["easy", "hard"], dtype=object), size)
    answer = generator.choice(3, size).astype(np.int8)
    sharp = np.where(level == "hard", 0.4, 1.0)[:, None]
    scores = np.exp(2.0 * (sharp * np.eye(3)[answer] + generator.normal(0, 1, (size, 3))))
    shares = scores / scores.sum(axis=1, keepdims=True)
    return shares, shares.argmax(axis=1).astype(np.int8), answer, level


def test_with_enough_groups_each_context_level_is_covered_by_itself() -> None:
    covered: dict[str, list[float]] = {"easy": [], "hard": []}
    joint = []
    for seed in range(20):
        shares, verdict, answer, level = _by_level(4000, seed)
        group = np.arange(4000) // 20
        seen = group < 100
        learned = calibrate(
            shares[seen], verdict[seen], answer[seen], group[seen], context={"genre": level[seen]}
        )
        assert learned.by_context["genre"].keys() == {"easy", "hard"}
        for name, found in covered.items():
            rows = np.flatnonzero(~seen & (level == name))
            kept = learned.sets(shares[rows], verdict[rows], {"genre": level[rows]})
            found.append(kept[np.arange(rows.size), answer[rows]].mean())
            if name == "hard":
                alike = Abstention(learned.coverage, learned.least_probability, learned.groups)
                kept = alike.sets(shares[rows], verdict[rows])
                joint.append(kept[np.arange(rows.size), answer[rows]].mean())
    for found in covered.values():
        assert np.mean(found) == pytest.approx(0.91, abs=0.02)
    assert np.mean(joint) < np.mean(covered["hard"]) - 0.02


def test_a_level_of_few_groups_or_unheard_of_falls_back_to_the_promise_for_all() -> None:
    shares, verdict, answer, level = _by_level(4000, 3)
    group = np.arange(4000) // 20
    level = np.where((level == "hard") & (group >= LEAST_GROUPS_APIECE - 1), "easy", level)
    learned = calibrate(shares, verdict, answer, group, context={"genre": level})
    assert learned.by_context["genre"].keys() == {"easy"}
    plain = replace(learned, by_context={})
    for name in ("hard", "unheard of", ""):
        context = {"genre": np.full(4000, name, dtype=object)}
        assert (learned.sets(shares, verdict, context) == plain.sets(shares, verdict)).all()
    assert (learned.sets(shares, verdict) == plain.sets(shares, verdict)).all()
