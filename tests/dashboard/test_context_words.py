"""Sentences about context levels say what was learned, and nothing where nothing was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.services.context_words import describe, level_name, tab_name, warning, wish_name
from engine.verdict.intervals import Interval, LevelThresholds

NOTHING = Interval(0.0, -0.2, 0.2)
ALIKE = LevelThresholds(
    effects=(0.0, 0.0, 0.0),
    lower=Interval(-0.5, -0.6, -0.4),
    upper=Interval(0.5, 0.4, 0.6),
    lower_shift=NOTHING,
    upper_shift=NOTHING,
    ratings=41,
    raters=5,
)


def _said(thresholds: LevelThresholds, *, column: str = "emotion", level: str = "anger") -> str:
    [words] = describe(column, {level: thresholds}, interval_level=0.9)
    return " ".join(words.sentences)


def test_more_patience_before_too_much_is_said_with_its_interval_and_its_source() -> None:
    said = _said(replace(ALIKE, upper_shift=Interval(0.3, 0.1, 0.5)))
    assert said == (
        "For **anger**, raters here accept 0.3 more before they call it too much; "
        "41 ratings by 5 people; 90 % interval 0.1 to 0.5."
    )


@pytest.mark.parametrize(
    ("side", "shift", "expected"),
    [
        ("upper_shift", Interval(-0.3, -0.5, -0.1), "call it too much 0.3 sooner"),
        ("lower_shift", Interval(-0.3, -0.5, -0.1), "accept 0.3 less before they call it too little"),
        ("lower_shift", Interval(0.3, 0.1, 0.5), "call it too little 0.3 sooner"),
    ],
)
def test_each_way_a_cut_can_move_has_its_own_words(side: str, shift: Interval, expected: str) -> None:
    said = _said(replace(ALIKE, **{side: shift}))
    assert expected in said
    assert "interval 0.1 to 0.5" in said


def test_an_interval_that_holds_zero_claims_no_difference() -> None:
    [words] = describe("emotion", {"anger": ALIKE}, interval_level=0.9)
    assert not words.differs
    assert "nothing shows that raters draw the line elsewhere" in words.sentences[0]


def test_a_bound_that_is_not_zero_is_not_rounded_to_it() -> None:
    assert "interval 0.02 to 0.60" in _said(replace(ALIKE, upper_shift=Interval(0.31, 0.02, 0.6)))


def test_unnamed_raters_are_not_counted() -> None:
    assert "41 ratings; 90 %" in _said(replace(ALIKE, raters=0))


def test_a_level_somebody_typed_means_only_itself() -> None:
    assert r"\[click\]\(x\)" in _said(ALIKE, column="genre", level="[click](x)")


def test_the_best_known_level_comes_first() -> None:
    levels = {"joy": replace(ALIKE, ratings=3), "anger": ALIKE}
    assert [words.level for words in describe("emotion", levels, interval_level=0.9)] == ["anger", "joy"]


def test_what_the_gate_wants_is_named_as_people_read_it() -> None:
    assert wish_name("directed_emotion = anger") == "directed emotion anger"
    assert level_name("genre", "comedy") == "comedy"


@pytest.mark.parametrize("column", ["actor", "sex", "Gender", "rater_age", "speaker id", "native-language"])
def test_columns_about_the_person_filmed_carry_a_warning(column: str) -> None:
    said = warning(["emotion", column])
    assert said is not None
    assert "can be unfair" in said
    assert "emotion" not in said


@pytest.mark.parametrize("column", ["emotion", "genre", "page", "stage", "directed_level", "embrace"])
def test_columns_about_the_scene_carry_none(column: str) -> None:
    assert warning([column]) is None


def test_the_tab_is_named_by_what_it_compares() -> None:
    assert tab_name([]) == "By context"
    assert tab_name(["genre"]) == "By genre"
    assert tab_name(["emotion", "directed_level"]) == "By emotion and directed strength"
    assert tab_name(["emotion", "genre", "actor"]) == "By emotion and 2 more"
