"""Takes of a class are rated in a project with their student's consent alone, and go when it goes."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.services import (
    assigning,
    class_takes,
    consents,
    filmed,
    media_store,
    projects,
    releasing,
    removal,
    visitors,
)
from dashboard.services.permissions import NotAllowedError
from db import clips, session
from db.columns import now
from db.errors import RefusedValueError
from db.records import ClipRecord, ClipStatus, ConsentScope, ProjectRecord
from tests.dashboard.class_made import LINE, MadeClass, made_class, made_take
from tests.dashboard.project_made import made_clip

SCOPES = [ConsentScope.ANALYSIS, ConsentScope.RATING]


@pytest.fixture
def room() -> MadeClass:
    return made_class()


@pytest.fixture
def project(room: MadeClass) -> ProjectRecord:
    found = projects.create("Rating desk")
    visitors.welcome(room.teacher.name, found)
    return found


def agree(room: MadeClass, at: int, *scopes: ConsentScope, days: int = 30) -> None:
    ends = now() + timedelta(days=days)
    name = room.students[at].name
    consents.record(room.project.id, name, scopes=scopes, person_id=None, expires_at=ends)


def there(clip: ClipRecord) -> ClipStatus:
    with session.reading() as s:
        return clips.get(s, clip.id).status


def test_a_take_goes_under_a_pseudonym_with_what_its_student_agreed_to(
    room: MadeClass, project: ProjectRecord
) -> None:
    agree(room, 0, *SCOPES)
    agree(room, 1, ConsentScope.ANALYSIS)
    newer = made_take(room.project, 9)
    class_takes.hand_in(newer.id, room.work.id, room.students[0].id)
    done = releasing.release(room.work.id, project.id, person_id=room.teacher.id)
    assert done.without_consent == (room.students[1].name,)
    (clip,) = done.clips
    assert (clip.sha256, clip.line, clip.status) == (newer.sha256, LINE, ClipStatus.QUEUED)
    assert clip.actor == room.students[0].pseudonym
    assert room.students[0].name not in (clip.original_name, clip.actor)
    assert "take9" not in clip.original_name
    with session.reading() as s:
        consent, state = filmed.standing(s, project.id, clip.actor or "", None)
    assert consent is not None
    assert state is filmed.ConsentState.GIVEN
    assert list(consent.scopes) == [scope.value for scope in SCOPES]
    assert consent.expires_at is not None
    again = releasing.release(room.work.id, project.id, person_id=room.teacher.id)
    assert (again.clips, again.already) == ((), 1)


def test_taking_consent_back_in_the_class_removes_the_clip_in_the_project_too(
    home: Path, room: MadeClass, project: ProjectRecord
) -> None:
    agree(room, 0, *SCOPES)
    agree(room, 1, *SCOPES)
    gone, stays = releasing.release(room.work.id, project.id, person_id=room.teacher.id).clips
    mine = room.students[0]
    what = removal.preview(room.project.id, mine.name, person_id=mine.id)
    assert ([clip.id for clip in what.copies], what.files) == ([gone.id], 2)
    removal.withdraw(room.project.id, mine.name, person_id=mine.id)
    assert (there(gone), there(stays)) == (ClipStatus.WITHDRAWN, ClipStatus.QUEUED)
    assert not any(gone.media_key in path.name for path in (home / media_store.FOLDER).glob("??/*"))
    with session.reading() as s:
        _consent, state = filmed.standing(s, project.id, mine.pseudonym, None)
    assert state is filmed.ConsentState.WITHDRAWN


def test_a_clip_removed_from_the_project_leaves_the_take_of_the_class_whole(
    room: MadeClass, project: ProjectRecord
) -> None:
    agree(room, 0, *SCOPES)
    (clip,) = releasing.release(room.work.id, project.id, person_id=room.teacher.id).clips
    assert removal.withdraw(project.id, clip.actor or "", person_id=None).files == 0
    assert there(room.takes[0]) is not ClipStatus.WITHDRAWN
    assert media_store.path_of(room.takes[0].media_key).is_file()
    again = releasing.release(room.work.id, project.id, person_id=room.teacher.id)
    assert (again.clips, again.already) == ((), 1)  # what was removed does not come back


def test_only_who_sets_up_both_releases_and_never_into_a_class(
    room: MadeClass, project: ProjectRecord
) -> None:
    agree(room, 0, *SCOPES)
    others = projects.create("Somebody else's")
    visitors.welcome("Mr Khan", others)
    visitors.welcome(room.teacher.name, others)
    assert [each.name for each in releasing.targets(room.teacher.id)] == ["Rating desk"]
    for into, who in ((others, room.teacher), (project, room.students[0])):
        with pytest.raises(NotAllowedError):
            releasing.release(room.work.id, into.id, person_id=who.id)
    with pytest.raises(RefusedValueError, match="not into a class"):
        releasing.release(room.work.id, room.project.id, person_id=room.teacher.id)


def test_clips_whose_person_did_not_agree_to_rating_are_handed_to_nobody() -> None:
    project = projects.create("Dubbing")
    visitors.welcome("Lead", project)
    rater = visitors.welcome("Ben", project)
    closed = made_clip(project, actor="Meera Rao", status=ClipStatus.READY)
    free = [made_clip(project, actor=name, status=ClipStatus.READY) for name in ("Leela", None)]
    consents.record(project.id, "meera rao", scopes=[ConsentScope.EXPORT], person_id=None)
    consents.record(project.id, "Leela", scopes=SCOPES, person_id=None)
    task = assigning.next_task(project.id, rater.id, chance=random.Random(1))
    assert task is not None
    assert task.key.clip_id in {clip.id for clip in free}
    with pytest.raises(assigning.NoPlaceError, match="has not agreed"):
        assigning.open_task(project.id, rater.id, closed.id)
    consents.record(project.id, "Meera Rao", scopes=SCOPES, person_id=None)
    assert assigning.open_task(project.id, rater.id, closed.id).key.clip_id == closed.id
