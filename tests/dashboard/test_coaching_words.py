"""What is found is said in plain words, in every language, with its numbers in their places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.services import coaching, messages
from engine.analysis import ScriptMatch
from engine.coaching import Finding
from engine.vocabulary import Verdict
from tests.engine.test_coaching import still_after, take


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    messages.speak("en")
    yield
    messages.speak("en")


def test_the_voice_that_carries_and_the_still_face_stand_in_one_sentence() -> None:
    (first, *_) = coaching.advice(take(face=0.2, movement=still_after(1.8)), Verdict.UNDER)
    assert first.startswith("The voice carries it; the face hardly moves after 1.")


@pytest.mark.parametrize(
    ("language", "words"), [("hi", "आवाज़ इसे निभा रही है"), ("ur", "آواز اسے نبھا رہی ہے")]
)
def test_the_same_in_the_other_languages(language: str, words: str) -> None:
    messages.speak(language)
    (first, *_) = coaching.advice(take(face=0.2, movement=still_after(1.8)), Verdict.UNDER)
    assert words in first
    assert "1." in first


@pytest.mark.parametrize("language", messages.languages())
def test_every_finding_has_its_words(language: str) -> None:
    known = messages.catalogue(language).messages
    assert {f"coach.{finding.value}" for finding in Finding} <= known.keys()


def test_no_more_is_said_than_somebody_can_keep_in_mind_but_missed_words_always_are() -> None:
    flat, fading = [150.0, 155.0] * 25, [-2.0] * 33 + [-12.0] * 17
    analysis = take(voice=0.2, face=0.1, pitch=flat, loudness=fading, movement=still_after(0.5))
    said = coaching.advice(analysis, Verdict.UNDER)
    assert len(said) == coaching.MOST_SENTENCES
    missed = take(voice=0.2, face=0.1, pitch=flat, loudness=fading, script=ScriptMatch(0.2, missed=("dare",)))
    assert "dare" in coaching.advice(missed, Verdict.UNDER)[-1]
