"""A drift is a run of lines that miss on one side; two are none, and a right line between ends it."""

from __future__ import annotations

from engine.scenes.drift import drifts
from engine.vocabulary import Verdict

U, C, O = Verdict.UNDER, Verdict.CORRECT, Verdict.OVER  # noqa: E741 letters of the verdicts


def test_three_in_a_row_are_a_drift_with_its_mean() -> None:
    (found,) = drifts([C, U, U, U, C, U, U], [0.0, -1.0, -2.0, -3.0, 0.0, -1.0, -1.0])
    assert (found.first, found.last, found.verdict, found.mean_gap, found.count) == (1, 3, U, -2.0, 3)


def test_the_furthest_comes_first_and_sides_are_not_mixed() -> None:
    found = drifts([U, U, U, O, O, O], [-1.0, -1.0, -1.0, 3.0, 3.0, 3.0])
    assert [each.verdict for each in found] == [O, U]
    assert drifts([U, O, U, O], [-1.0, 1.0, -1.0, 1.0]) == ()


def test_what_is_not_judged_ends_a_run() -> None:
    assert drifts([U, U, None, U, U], [-1.0, -1.0, None, -1.0, -1.0]) == ()
    assert drifts([], []) == ()
