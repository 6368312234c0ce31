"""The server decides what an answer is: blind or not, locked, in conflict, or not yet to be taken."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.services import answering, project_setup, projects, rating_protocol, review, undoing
from dashboard.services.answer_lock import is_intact, lock_hash
from dashboard.services.answering import ConflictError, Sent
from dashboard.services.permissions import NotAllowedError
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer
from db import assignments, audit, circumstances, clips, drafts, people, predictions, ratings, session
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from db.records import (
    Circumstances,
    ClipStatus,
    PersonRecord,
    ProjectRecord,
    Purpose,
    RatingRecord,
    TaskKey,
)
from engine.vocabulary import Channel, Delivery, Emotion, Phase, Protocol, Role
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.desk_made import newest_prediction, reread, shown_to
from tests.dashboard.project_made import made_clip, press

SEEN_ALL = 1.0


def rater(project: ProjectRecord, name: str = "Asha") -> PersonRecord:
    person = projects.person(name)
    with session.writing() as s:
        people.join(s, project.id, person.id, Role.RATER)
    return person


def made(protocol: Protocol = Protocol.ASSISTED, **options: Any) -> tuple[ProjectRecord, TaskKey]:
    project = projects.create("Hamlet", protocol=protocol)
    if options:
        rating_protocol.change(project.id, person_id=None, **options)
    return project, TaskKey(made_clip(project).id, rater(project).id)


def send(task: TaskKey, delivery: int | None = 1, **options: Any) -> RatingRecord:
    given = {"key": press(), **options}
    answer = given.pop("answer", Answer(delivery=delivery, watched_share=SEEN_ALL))
    return answering.submit(Sent(task, answer, **given))


def become(project: ProjectRecord, protocol: Protocol) -> None:
    basics = project_setup.basics_of(reread(project))
    project_setup.set_basics(project.id, replace(basics, protocol=protocol), person_id=None)


def hand_out(
    task: TaskKey,
    *,
    control: bool = False,
    purpose: Purpose = Purpose.ORDINARY,
    expires_at: datetime = datetime(2100, 1, 1, tzinfo=UTC),
) -> None:
    with session.writing() as s:
        assignments.hand_out(
            s,
            task,
            purpose=purpose,
            control=control,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            expires_at=expires_at,
        )


def history(task: TaskKey) -> tuple[RatingRecord, ...]:
    with session.reading() as s:
        return ratings.history(s, task.clip_id, person_id=task.person_id)


def test_an_assisted_answer_is_what_it_is_called_and_not_locked() -> None:
    _, task = made()
    stored = send(task, shown=shown_to(task))
    assert (stored.phase, stored.prediction_shown) == (Phase.ASSISTED, True)
    assert (stored.locked_at, stored.lock_hash) == (None, None)


def test_an_assisted_answer_given_before_there_was_a_prediction_says_so() -> None:
    _, task = made()
    assert not send(task).prediction_shown


def test_a_blind_first_answer_is_locked_with_a_hash_that_can_be_checked() -> None:
    _, task = made(Protocol.BLIND_FIRST)
    answer = Answer(-1, "Happiness", 1, 0.25, "क्या", watched_share=SEEN_ALL)
    stored = send(task, answer=answer)
    assert (stored.phase, stored.prediction_shown) == (Phase.BLIND, False)
    assert stored.locked_at is not None
    said = (
        f'{{"channel":"full","clip":"{task.clip_id}","comment":{json.dumps("क्या")},"delivery":-1,'
        f'"emotion":"joy","expected":1.0,"expressed":0.25,"locked_at":"{stored.locked_at.isoformat()}",'
        f'"occasion":1,"person":{task.person_id}}}'
    )
    assert stored.lock_hash == hashlib.sha256(said.encode()).hexdigest()
    assert is_intact(stored)
    with session.reading() as s:
        assert is_intact(ratings.history(s, task.clip_id)[0])


@pytest.mark.parametrize(
    "change",
    [
        {"delivery": Delivery.RIGHT},
        {"emotion": Emotion.FEAR},
        {"expected_intensity": 0.5},
        {"expressed_intensity": None},
        {"comment": "no"},
        {"person_id": 99},
        {"clip_id": "another"},
        {"channel": Channel.FACE},
        {"occasion": 2},
        {"locked_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_locked_answer_that_was_tampered_with_is_found_out(change: dict[str, Any]) -> None:
    _, task = made(Protocol.BLIND_ONLY)
    answer = Answer(1, "anger", 0.25, 0.75, "yes", watched_share=SEEN_ALL)
    assert not is_intact(replace(send(task, answer=answer), **change))


def test_an_answer_without_a_lock_has_no_hash() -> None:
    _, task = made()
    stored = send(task)
    assert not is_intact(stored)
    with pytest.raises(RefusedValueError, match="names no moment"):
        lock_hash(stored)


def test_after_the_reveal_an_answer_is_revised_with_a_reason_and_the_first_stays() -> None:
    _, task = made(Protocol.BLIND_FIRST)
    first = send(task, delivery=1)
    with pytest.raises(RefusedValueError, match="say in a few words why"):
        send(task, delivery=0, base=first.id, shown=shown_to(task), reason="  ")
    second = send(task, delivery=0, base=first.id, shown=shown_to(task), reason=" I overlooked the hand ")
    assert (second.phase, second.prediction_shown, second.reason) == (
        Phase.REVISED,
        True,
        "I overlooked the hand",
    )
    assert second.supersedes_id == first.id
    assert [each.delivery for each in history(task)] == [1, 0]
    assert is_intact(history(task)[0])


def test_a_changed_blind_only_answer_is_blind_and_locked_anew() -> None:
    _, task = made(Protocol.BLIND_ONLY)
    first = send(task, delivery=1)
    second = send(task, delivery=2, base=first.id)
    assert (second.phase, second.supersedes_id) == (Phase.BLIND, first.id)
    assert is_intact(second)
    assert second.lock_hash != first.lock_hash


@pytest.mark.parametrize("protocol", list(Protocol))
@pytest.mark.parametrize("channel", [Channel.WORDS, Channel.VOICE, Channel.FACE])
def test_a_single_channel_is_blind_and_locked_under_every_protocol(
    protocol: Protocol, channel: Channel
) -> None:
    _, task = made(protocol)
    asked = "expected_intensity" if channel is Channel.WORDS else "expressed_intensity"
    answer = Answer(None, "fear", watched_share=SEEN_ALL, **{asked: 0.5})
    stored = send(replace(task, channel=channel), answer=answer)
    assert (stored.phase, stored.channel, stored.prediction_shown) == (Phase.BLIND, channel, False)
    assert is_intact(stored)


@pytest.mark.parametrize("protocol", [Protocol.ASSISTED, Protocol.BLIND_FIRST])
def test_a_control_clip_is_blind_and_stays_so(protocol: Protocol) -> None:
    _, task = made(protocol)
    hand_out(task, control=True)
    first = send(task)
    second = send(task, delivery=0, base=first.id)
    for stored in (first, second):
        assert (stored.phase, stored.prediction_shown) == (Phase.BLIND, False)
        assert is_intact(stored)


def test_why_a_clip_was_asked_goes_with_the_answer() -> None:
    _, task = made()
    hand_out(task, purpose=Purpose.GOLD_SILENT)
    assert send(task).purpose is Purpose.GOLD_SILENT


def test_an_answer_after_its_time_ran_out_is_stored() -> None:
    _, task = made(overlap=1)
    hand_out(task, expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    other = rater(projects.by_name("Hamlet"), "Ben")
    send(replace(task, person_id=other.id))
    assert send(task).id == history(task)[0].id


def test_who_has_seen_the_machine_is_never_blind_whatever_the_protocol_has_become() -> None:
    project, task = made()
    shown = review.view(project.id, task.person_id, task.clip_id)
    assert shown is not None
    assert shown.prediction is not None
    become(project, Protocol.BLIND_ONLY)
    stored = send(task, shown=None)
    assert (stored.phase, stored.prediction_shown) == (Phase.ASSISTED, True)
    assert stored.prediction_id == shown.prediction.id
    again = send(task, base=stored.id)
    assert (again.phase, again.locked_at) == (Phase.ASSISTED, None)


@pytest.mark.parametrize(
    "said", ["nothing", "the one shown", "another of the clip", "another clip's", "none"]
)
def test_an_assisted_answer_names_what_the_server_showed_whatever_the_browser_says(said: str) -> None:
    project, task = made()
    older = newest_prediction(task.clip_id)
    with session.writing() as s:
        predictions.add(s, draft_of(made_analysis(expected=0.1), clip_id=task.clip_id))
    newest = shown_to(task)
    claims = {"nothing": None, "the one shown": newest, "another of the clip": older, "none": 2**53}
    claims["another clip's"] = newest_prediction(made_clip(project).id)
    stored = send(task, shown=claims[said])
    assert (stored.phase, stored.prediction_shown, stored.prediction_id) == (Phase.ASSISTED, True, newest)


def test_of_two_predictions_that_were_shown_an_answer_names_the_one_its_form_showed() -> None:
    _, task = made()
    older = shown_to(task)
    with session.writing() as s:
        predictions.add(s, draft_of(made_analysis(expected=0.1), clip_id=task.clip_id))
    assert shown_to(task) != older
    assert send(task, shown=older).prediction_id == older


@pytest.mark.parametrize("protocol", [Protocol.BLIND_FIRST, Protocol.BLIND_ONLY])
def test_a_blind_answer_stays_blind_although_its_browser_claims_a_prediction(protocol: Protocol) -> None:
    project, task = made(protocol)
    view = review.view(project.id, task.person_id, task.clip_id)
    assert view is not None
    assert view.prediction is None
    claimed = newest_prediction(task.clip_id)
    stored = send(task, shown=claimed, answer=Answer(1, watched_share=SEEN_ALL, confirmed=True))
    assert (stored.phase, stored.prediction_shown, stored.confirmed) == (Phase.BLIND, False, False)
    assert is_intact(stored)


def test_after_the_reveal_a_browser_that_denies_it_is_not_believed() -> None:
    project, task = made(Protocol.BLIND_FIRST)
    first = send(task)
    review.view(project.id, task.person_id, task.clip_id)
    second = send(task, delivery=0, base=first.id, shown=None, reason="seen again")
    assert (second.phase, second.prediction_shown) == (Phase.REVISED, True)


@pytest.mark.parametrize("protocol", [Protocol.ASSISTED, Protocol.BLIND_FIRST])
def test_a_control_clip_is_blind_although_its_browser_claims_a_prediction(protocol: Protocol) -> None:
    project, task = made(protocol, control_share=1.0)
    assert review.view(project.id, task.person_id, task.clip_id) is not None
    first = send(task, shown=newest_prediction(task.clip_id))
    assert review.view(project.id, task.person_id, task.clip_id) is not None
    second = send(task, delivery=0, base=first.id, shown=newest_prediction(task.clip_id))
    for stored in (first, second):
        assert (stored.phase, stored.prediction_shown) == (Phase.BLIND, False)


@pytest.mark.parametrize("channel", [Channel.WORDS, Channel.VOICE, Channel.FACE])
def test_a_single_channel_is_blind_although_its_browser_claims_a_prediction(channel: Channel) -> None:
    _, task = made()
    asked = "expected_intensity" if channel is Channel.WORDS else "expressed_intensity"
    answer = Answer(None, watched_share=SEEN_ALL, **{asked: 0.5})
    stored = send(replace(task, channel=channel), answer=answer, shown=newest_prediction(task.clip_id))
    assert (stored.phase, stored.prediction_shown) == (Phase.BLIND, False)


def test_an_answer_taken_back_and_given_again_after_the_reveal_is_not_blind() -> None:
    project, task = made(Protocol.BLIND_FIRST)
    first = send(task)
    review.view(project.id, task.person_id, task.clip_id)
    become(project, Protocol.BLIND_ONLY)
    with pytest.raises(undoing.NoWayBackError, match="opinion"):
        undoing.undo(project.id, task.person_id)
    with session.writing() as s:
        ratings.withdraw(s, first.id, person_id=task.person_id)
    assert send(task).phase is Phase.ASSISTED


def test_a_repeat_is_a_task_of_its_own() -> None:
    _, task = made(Protocol.BLIND_FIRST)
    send(task, delivery=1)
    again = send(replace(task, occasion=2), delivery=0)
    assert (again.phase, again.occasion, again.supersedes_id) == (Phase.BLIND, 2, None)


def test_an_answer_given_elsewhere_meanwhile_is_not_written_over() -> None:
    _, task = made()
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": -2})
    standing = send(task, delivery=1, draft_revision=0, tab="other")
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": -2})
    with pytest.raises(ConflictError, match="that answer stands") as refused:
        send(task, delivery=-2)
    assert refused.value.standing == standing
    assert history(task) == (standing,)
    with session.reading() as s:
        assert drafts.find(s, task) is not None
    assert send(task, delivery=-2, base=standing.id).supersedes_id == standing.id


def test_after_an_answer_was_taken_back_a_page_that_still_shows_it_may_answer() -> None:
    _, task = made()
    taken_back = send(task)
    with session.writing() as s:
        ratings.withdraw(s, taken_back.id, person_id=task.person_id)
    assert send(task, delivery=0, base=taken_back.id).delivery is Delivery.RIGHT


def test_two_windows_that_answer_at_once_leave_one_answer_and_one_conflict() -> None:
    _, task = made(Protocol.BLIND_FIRST)

    def try_to(delivery: int) -> str:
        try:
            send(task, delivery=delivery)
        except ConflictError:
            return "conflict"
        return "stored"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(try_to, (1, -1))) == ["conflict", "stored"]
    assert len(history(task)) == 1


def test_one_press_sent_by_many_threads_is_stored_once_and_gives_one_receipt() -> None:
    _, task = made(Protocol.BLIND_FIRST)
    with ThreadPoolExecutor(8) as threads:
        receipts = set(threads.map(lambda _: send(task, key="one press"), range(8)))
    assert len(receipts) == 1
    assert len(history(task)) == 1
    with session.reading() as s:
        assert [line.action for line in audit.list_page(s).items].count("rating.submit") == 1
        assert len(circumstances.of_ratings(s, [receipts.pop().id])) == 1


def test_a_key_used_for_another_task_is_refused() -> None:
    _, task = made()
    send(task, key="one press")
    with pytest.raises(AlreadyThereError, match="same key"):
        send(replace(task, occasion=2), key="one press")


def test_a_late_answer_is_stored_although_the_clip_is_analysed_again() -> None:
    _, task = made()
    with session.writing() as s:
        clips.set_status(s, task.clip_id, ClipStatus.QUEUED)
    assert send(task, shown=shown_to(task)).id == history(task)[0].id


def test_an_answer_drops_its_draft_and_keeps_what_was_typed_elsewhere_since() -> None:
    _, task = made()
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 1}, revision=1, tab="here")
    first = send(task, tab="here", draft_revision=1)
    with session.reading() as s:
        assert drafts.find(s, task) is None
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 1}, revision=1, tab="here")
        drafts.keep(s, task, {"delivery": -1}, revision=2, tab="there")
    send(task, base=first.id, tab="here", draft_revision=1)
    with session.reading() as s:
        kept = drafts.find(s, task)
    assert kept is not None
    assert kept.content == {"delivery": -1}


def test_how_the_clip_was_watched_is_stored_with_the_answer() -> None:
    _, task = made()
    given = Circumstances(((0.0, 2.0),), 1, 1.5, 3.0, 12.0, None, "ur")
    stored = send(task, circumstances=given)
    with session.reading() as s:
        assert circumstances.of_ratings(s, [stored.id]) == {stored.id: given}


def test_too_little_watched_is_refused_with_what_is_missing_and_nothing_is_lost() -> None:
    _, task = made(watched_share=0.8)
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 1})
    with pytest.raises(RefusedValueError, match=r"80% of a clip .* another 45% is missing"):
        send(task, answer=Answer(1, watched_share=0.35))
    with pytest.raises(RefusedValueError, match="another 80% is missing"):
        send(task, answer=Answer(1))
    with session.reading() as s:
        assert drafts.find(s, task) is not None
    stored = send(task, answer=Answer(1, watched_share=0.795))
    assert send(task, answer=Answer(0), base=stored.id).delivery is Delivery.RIGHT


def test_words_need_no_watching() -> None:
    _, task = made(watched_share=0.8)
    answer = Answer(None, expected_intensity=0.5)
    assert send(replace(task, channel=Channel.WORDS), answer=answer).expected_intensity == 0.5


@pytest.mark.parametrize(
    ("channel", "answer", "sentence"),
    [
        (Channel.FULL, Answer(None, "fear"), "First choose the delivery"),
        (Channel.WORDS, Answer(None, "fear"), "First choose the intensity the line asks for"),
        (Channel.FACE, Answer(None, "fear"), "First choose the intensity the performance shows"),
        (Channel.WORDS, Answer(0, None, 0.5), "From the words alone the delivery is not asked"),
        (Channel.VOICE, Answer(None, None, 0.5, 0.5), "the intensity the line asks for is not asked"),
    ],
)
def test_each_channel_takes_its_own_questions(channel: Channel, answer: Answer, sentence: str) -> None:
    _, task = made()
    with pytest.raises(RefusedValueError, match=sentence):
        send(replace(task, channel=channel), answer=replace(answer, watched_share=SEEN_ALL))
    assert history(task) == ()


def test_a_stranger_to_the_project_is_refused() -> None:
    _, task = made()
    with pytest.raises(NotAllowedError, match="no part in the project"):
        send(replace(task, person_id=projects.person("Stranger").id))


def test_an_unknown_guideline_refuses_the_answer_as_a_whole() -> None:
    _, task = made()
    with pytest.raises(UnknownRowError):
        send(task, circumstances=Circumstances(guideline_id=999))
    assert history(task) == ()


def test_a_clip_that_is_gone_is_said() -> None:
    _, task = made()
    with pytest.raises(UnknownRowError):
        send(replace(task, clip_id="gone"))


def test_a_reason_longer_than_a_comment_is_refused() -> None:
    _, task = made()
    with pytest.raises(RefusedValueError, match="reason has at most"):
        send(task, reason="x" * 10_001)
