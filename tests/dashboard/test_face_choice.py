"""Another face can be chosen where the machine is shown: the clip is read again, what was said stays."""

from __future__ import annotations

import pytest

from dashboard.services import face_choice
from dashboard.services.clip_turns import ClipTurn, job_of
from dashboard.services.clip_work import ClipOutcome, work_on
from dashboard.services.machine_sight import NotShownError
from dashboard.services.predictions import draft_of, stored
from db import audit, clips, predictions, session
from db.errors import RefusedValueError
from db.records import ClipRecord, ClipStatus, ProjectRecord, TaskKey
from engine.analysis import FaceReason, FacesSeen
from engine.vocabulary import Protocol
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.desk_made import made_desk, newest_prediction, rater

FACES = FacesSeen(2, 1, FaceReason.SPEAKS)


def desk(protocol: Protocol = Protocol.ASSISTED) -> tuple[ProjectRecord, ClipRecord]:
    project, (clip,) = made_desk(clips=1, protocol=protocol)
    with session.writing() as s:
        predictions.add(s, draft_of(made_analysis(faces=FACES), clip_id=clip.id, face_keys=("a", None)))
    return project, clip


def status(clip: ClipRecord) -> ClipStatus:
    with session.reading() as s:
        return clips.get(s, clip.id).status


def test_the_clip_is_queued_for_the_chosen_face_and_for_it_alone_from_then_on() -> None:
    project, clip = desk()
    task = TaskKey(clip.id, rater(project).id)
    assert job_of(clip).face is None
    face_choice.choose(task, 2)
    assert status(clip) is ClipStatus.QUEUED
    assert job_of(clip).face == 2
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.READY)
        (line, *_) = audit.list_page(s).items
    assert (line.action, line.person_id) == ("clip.face", task.person_id)
    face_choice.choose(task, None)
    assert job_of(clip).face is None


def test_the_new_prediction_stands_beside_the_old_one() -> None:
    project, clip = desk()
    before = newest_prediction(clip.id)
    face_choice.choose(TaskKey(clip.id, rater(project).id), 2)
    asked = FacesSeen(2, 2, FaceReason.ASKED)
    outcome = ClipOutcome(
        browser_key=None,
        thumbnail_key=None,
        duration_s=4.0,
        width=640,
        height=480,
        analysis=made_analysis(faces=asked, expressed=0.9),
        thumbnail_keys=(None, None),
        face_keys=("b", "c"),
    )
    ClipTurn(clip, work_on).keep(outcome)
    assert status(clip) is ClipStatus.READY
    with session.reading() as s:
        new = stored(predictions.by_id(s, newest_prediction(clip.id)))
        old = stored(predictions.by_id(s, before))
    assert (new.analysis.faces, new.face_keys) == (asked, ("b", "c"))
    assert (old.analysis.faces, old.face_keys) == (FACES, ("a", None))


@pytest.mark.parametrize("face", [0, -1, 3])
def test_a_face_that_is_not_seen_is_refused_and_nothing_is_queued(face: int) -> None:
    project, clip = desk()
    with pytest.raises(RefusedValueError, match="no face"):
        face_choice.choose(TaskKey(clip.id, rater(project).id), face)
    assert status(clip) is ClipStatus.READY


def test_who_does_not_see_the_machine_cannot_choose_for_others() -> None:
    project, clip = desk(Protocol.BLIND_FIRST)
    with pytest.raises(NotShownError):
        face_choice.choose(TaskKey(clip.id, rater(project).id), 2)
    assert status(clip) is ClipStatus.READY


def test_while_the_clip_is_read_again_no_other_face_can_be_asked_for() -> None:
    project, clip = desk()
    task = TaskKey(clip.id, rater(project).id)
    face_choice.choose(task, 2)
    with pytest.raises(RefusedValueError, match="being analysed"):
        face_choice.choose(task, 1)
