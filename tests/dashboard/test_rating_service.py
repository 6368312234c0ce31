"""Answers are checked, stored once, and never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from dashboard.services import projects
from dashboard.services.rating import Answer, confirm_all, submit
from db import audit, policies, ratings, session
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from db.records import ClipRecord, ClipStatus, PersonRecord, ProjectRecord
from engine.errors import DailiesError, UnknownNameError
from engine.verdict.fixed import FIXED
from engine.vocabulary import Delivery, Emotion, Phase
from tests.dashboard.project_made import made_clip, press

FULL = Answer(
    delivery=1,
    emotion="Happiness",
    expected_intensity=0.0,
    expressed_intensity=1.0,
    comment="=loud “क्या” 🎭",
    watched_share=0.5,
    active_time_s=12.5,
)


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def person() -> PersonRecord:
    return projects.person("Asha")


@pytest.fixture
def clip(project: ProjectRecord) -> ClipRecord:
    return made_clip(project)


def actions() -> list[str]:
    with session.reading() as s:
        return [line.action for line in audit.list_page(s).items]


def test_a_full_answer_is_stored_with_what_was_shown(clip: ClipRecord, person: PersonRecord) -> None:
    stored = submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1")
    assert stored.emotion is Emotion.JOY
    assert stored.delivery is Delivery.TOO_MUCH
    assert (stored.expected_intensity, stored.expressed_intensity) == (0.0, 1.0)
    assert (stored.comment, stored.watched_share, stored.active_time_s) == (FULL.comment, 0.5, 12.5)
    assert stored.phase is Phase.ASSISTED
    assert stored.prediction_shown
    assert stored.prediction_id is not None
    with session.reading() as s:
        assert stored.policy_id is not None
        assert policies.by_id(s, stored.policy_id).version == FIXED.version
        assert ratings.current_for(s, clip.id, person.id) == stored


def test_the_same_press_sent_ten_times_at_once_is_stored_once(clip: ClipRecord, person: PersonRecord) -> None:
    def send(_: int) -> int:
        return submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1").id

    with ThreadPoolExecutor(10) as threads:
        ids = set(threads.map(send, range(10)))
    assert len(ids) == 1
    with session.reading() as s:
        assert len(ratings.history(s, clip.id)) == 1
    assert actions().count("rating.submit") == 1


def test_a_changed_mind_supersedes_and_the_old_answer_stays(clip: ClipRecord, person: PersonRecord) -> None:
    first = submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1")
    second = submit(
        clip_id=clip.id, person_id=person.id, answer=replace(FULL, delivery=-2), idempotency_key="key-2"
    )
    assert second.supersedes_id == first.id
    with session.reading() as s:
        assert ratings.history(s, clip.id) == (first, second)
        assert [rated.rating for rated in ratings.current_of_project(s, clip.project_id)] == [second]
        assert [rated.rating for rated in ratings.all_of_project(s, clip.project_id)] == [first, second]
    assert actions()[:2] == ["rating.revise", "rating.submit"]


def test_two_people_do_not_supersede_each_other(clip: ClipRecord, person: PersonRecord) -> None:
    other = projects.person("Ben")
    for who in (person, other):
        submit(clip_id=clip.id, person_id=who.id, answer=FULL, idempotency_key=press())
    with session.reading() as s:
        assert len(list(ratings.current_of_project(s, clip.project_id))) == 2


def test_confirming_stores_the_machines_opinion(clip: ClipRecord, person: PersonRecord) -> None:
    stored = confirm_all(clip_id=clip.id, person_id=person.id, idempotency_key="key-1", watched_share=1.0)
    assert stored.confirmed
    assert stored.delivery is Delivery.TOO_LITTLE  # expressed 0.4 against expected 0.7
    assert (stored.emotion, stored.expected_intensity, stored.expressed_intensity) == (
        Emotion.ANGER,
        0.7,
        0.4,
    )


def test_an_answer_of_a_simulated_rater_is_marked(clip: ClipRecord) -> None:
    machine = projects.person("Simulated 1", simulated=True)
    stored = submit(clip_id=clip.id, person_id=machine.id, answer=FULL, idempotency_key="key-1")
    assert stored.simulated


def test_a_blind_answer_is_not_marked_as_having_seen_the_prediction(
    clip: ClipRecord, person: PersonRecord
) -> None:
    stored = submit(
        clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1", phase=Phase.BLIND
    )
    assert not stored.prediction_shown
    assert stored.prediction_id is not None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"delivery": 3}, "step from -2"),
        ({"delivery": -3}, "step from -2"),
        ({"delivery": 0.5}, "step from -2"),
        ({"expected_intensity": 1.01}, "expected intensity lies between 0 and 1"),
        ({"expressed_intensity": -0.01}, "expressed intensity lies between 0 and 1"),
        ({"expressed_intensity": float("nan")}, "expressed intensity lies between 0 and 1"),
        ({"expected_intensity": float("inf")}, "expected intensity lies between 0 and 1"),
        ({"watched_share": 1.5}, "watched share lies between 0 and 1"),
        ({"active_time_s": -1.0}, "active time"),
        ({"active_time_s": float("nan")}, "active time"),
        ({"comment": "x" * 10_001}, "at most 10000 characters"),
        ({"emotion": "hangry"}, "no emotion known here"),
    ],
)
def test_a_value_out_of_range_is_refused_in_a_sentence_and_nothing_is_stored(
    clip: ClipRecord, person: PersonRecord, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((RefusedValueError, UnknownNameError), match=sentence):
        submit(clip_id=clip.id, person_id=person.id, answer=replace(FULL, **change), idempotency_key="key-1")
    with session.reading() as s:
        assert ratings.history(s, clip.id) == ()


def test_an_answer_that_says_nothing_is_refused(clip: ClipRecord, person: PersonRecord) -> None:
    with pytest.raises(RefusedValueError, match="at least one thing"):
        submit(clip_id=clip.id, person_id=person.id, answer=Answer(delivery=None), idempotency_key="k")


def _unknown_clip(_clip: ClipRecord, person: PersonRecord) -> dict[str, Any]:
    return {"clip_id": "no-such-clip", "person_id": person.id}


def _unknown_person(clip: ClipRecord, person: PersonRecord) -> dict[str, Any]:
    return {"clip_id": clip.id, "person_id": person.id + 99}


def _unknown_prediction(clip: ClipRecord, person: PersonRecord) -> dict[str, Any]:
    return {"clip_id": clip.id, "person_id": person.id, "prediction_id": 12345}


@pytest.mark.parametrize("wrong", [_unknown_clip, _unknown_person, _unknown_prediction])
def test_an_answer_to_what_is_not_there_is_refused(
    clip: ClipRecord,
    person: PersonRecord,
    wrong: Callable[[ClipRecord, PersonRecord], dict[str, Any]],
) -> None:
    with pytest.raises(UnknownRowError):
        submit(answer=FULL, idempotency_key="key-1", **wrong(clip, person))


def test_a_prediction_of_another_clip_is_refused(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    other = submit(clip_id=made_clip(project).id, person_id=person.id, answer=FULL, idempotency_key="key-1")
    with pytest.raises(UnknownRowError, match="another clip"):
        submit(
            clip_id=clip.id,
            person_id=person.id,
            answer=FULL,
            idempotency_key="key-2",
            prediction_id=other.prediction_id,
        )


def test_a_key_of_another_answer_is_refused(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    submit(clip_id=made_clip(project).id, person_id=person.id, answer=FULL, idempotency_key="key-1")
    with pytest.raises(AlreadyThereError, match="same key"):
        submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1")


def test_a_clip_that_is_not_ready_cannot_be_rated(project: ProjectRecord, person: PersonRecord) -> None:
    clip = made_clip(project, status=ClipStatus.QUEUED, analysed=False)
    with pytest.raises(RefusedValueError, match="queued, not ready"):
        submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key="key-1")


def test_a_clip_without_a_verdict_cannot_be_confirmed(project: ProjectRecord, person: PersonRecord) -> None:
    clip = made_clip(project, expected=None)
    with pytest.raises(DailiesError, match="no verdict on this clip"):
        confirm_all(clip_id=clip.id, person_id=person.id, idempotency_key="key-1")
