"""What a person is told of an error is in their language, wherever it was raised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

import pytest

from dashboard import boundary
from dashboard.services import messages
from dashboard.services.refusals import told, worded
from db.errors import BUSY, RefusedValueError, StorageError, UnknownRowError
from engine.errors import DailiesError, UnknownNameError

WATCHED = {"required": 0.9, "missing": 0.25}


def told_in(language: str, error: DailiesError) -> str:
    def say() -> str:
        messages.speak(language)
        return told(error)

    return copy_context().run(say)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    messages.speak(language)
    try:
        yield
    finally:
        messages.speak(messages.DEFAULT_LANGUAGE)


def test_an_error_is_worded_again_for_who_is_told_of_it() -> None:
    with speaking("ur"):
        error = worded(RefusedValueError, "refusal.watched", **WATCHED)
    assert str(error) == messages.catalogue("ur").say("refusal.watched", **WATCHED)
    assert "90% of a clip must be watched" in told_in("en", error)
    assert told_in("hi", error) == messages.catalogue("hi").say("refusal.watched", **WATCHED)


@pytest.mark.parametrize("language", ["hi", "ur"])
@pytest.mark.parametrize(
    ("error", "key"),
    [
        (UnknownRowError("There is no clip 'x'."), "refusal.gone"),
        (StorageError(BUSY), "refusal.busy"),
        (StorageError("The disk is full; nothing was stored."), "refusal.storage"),
    ],
)
def test_what_the_store_says_in_english_has_a_sentence_in_other_languages(
    error: DailiesError, key: str, language: str
) -> None:
    assert told_in(language, error) == messages.catalogue(language).say(key)
    assert told_in("en", error) == str(error)


def test_what_nobody_has_worded_is_said_to_be_english() -> None:
    said = told_in("hi", UnknownNameError("There is no emotion 'hangry'."))
    assert said == messages.catalogue("hi").say("refusal.other", sentence="There is no emotion 'hangry'.")


def test_a_page_shows_errors_in_its_language() -> None:
    error = worded(RefusedValueError, "refusal.first_delivery")
    with speaking("hi"):
        assert boundary.sentence(error) == messages.catalogue("hi").say("refusal.first_delivery")
