"""What the form proposes is among what it offers: nobody confirms an emotion that they do not see."""

from __future__ import annotations

from dashboard.app_pages.review_sections.machine_opinion import offered
from engine.vocabulary import Emotion

SEVEN = [emotion for emotion in Emotion if emotion not in (Emotion.CALM, Emotion.CONTEMPT)]


def test_what_is_offered_is_proposed_as_it_was_named() -> None:
    assert offered(Emotion.ANGER, SEVEN) is Emotion.ANGER
    assert offered(Emotion.CALM, [*SEVEN, Emotion.CALM]) is Emotion.CALM


def test_calm_is_neutral_where_it_has_no_name_of_its_own() -> None:
    assert offered(Emotion.CALM, SEVEN) is Emotion.NEUTRAL


def test_what_no_choice_says_is_left_to_the_person() -> None:
    assert offered(Emotion.CONTEMPT, SEVEN) is None
    assert offered(Emotion.CALM, [Emotion.ANGER, Emotion.JOY]) is None
