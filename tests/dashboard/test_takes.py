"""A recording becomes a take once its pieces are all there, once, and only its performer's."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message

from dashboard.recording_routes import PASS_HEADER, RECORDINGS, ROUTES
from dashboard.services import (
    assigned_lines,
    classes,
    media_access,
    media_store,
    projects,
    recording_pass,
    recordings,
    review,
    takes,
    waiting_files,
)
from dashboard.services.clip_limits import BYTES_VARIABLE
from dashboard.services.media_access import Sight
from dashboard.services.permissions import NotAllowedError
from dashboard.services.recording_pass import Performer
from dashboard.services.takes import Wanted
from db import classes as class_records
from db import clips, people, session
from db.errors import RefusedValueError, StorageError, UnknownRowError
from db.location import data_folder
from db.records import ClipStatus, ProjectRecord
from engine.errors import MediaError
from engine.vocabulary import Protocol, Role
from tests.dashboard import own_loop
from tests.dashboard.class_made import LINE, made_class, made_work
from tests.dashboard.project_made import made_clip
from tests.dashboard.takes_made import analysed, made_take

KEY = "0123456789abcdef" * 2
PIECES = (b"first", b"second", b"third")


@pytest.fixture
def project() -> ProjectRecord:
    return projects.get_or_create("Hamlet")


@pytest.fixture
def performer(project: ProjectRecord) -> Performer:
    return member(project, "Asha")


def member(project: ProjectRecord, name: str, role: Role = Role.RATER) -> Performer:
    with session.writing() as s:
        person = people.get_or_create(s, name)
        people.join(s, project.id, person.id, role)
        return Performer(project.id, person.id)


class Browser:
    """What the recorder does, by hand."""

    def __init__(self, performer: Performer) -> None:
        self.http = TestClient(Starlette(routes=list(ROUTES)))
        self.headers = {PASS_HEADER: recording_pass.issue(performer)}

    def put(self, index: int, content: bytes, key: str = KEY) -> Any:
        return self.http.put(f"{RECORDINGS}/{key}/{index}", content=content, headers=self.headers)

    def pieces(self) -> Any:
        return self.http.get(f"{RECORDINGS}/{KEY}", headers=self.headers).json()["pieces"]

    def finish(self, count: int = len(PIECES), **body: Any) -> Any:
        sent = {"pieces": count, "kind": "webm", "line": "How dare you!", **body}
        return self.http.post(f"{RECORDINGS}/{KEY}", json=sent, headers=self.headers)


def rows(table: str) -> int:
    with session.reading() as s:
        return int(s.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_pieces_that_come_late_twice_and_out_of_order_make_one_take(performer: Performer) -> None:
    browser = Browser(performer)
    for index in (2, 0, 0):
        assert browser.put(index, PIECES[index]).status_code == 200
    assert browser.pieces() == [0, 2]
    refused = browser.finish()
    assert (refused.status_code, refused.json()["missing"]) == (409, [1])
    browser.put(1, PIECES[1])
    done = browser.finish()
    assert done.status_code == 200
    again = browser.finish()  # the receipt of the first was lost
    assert again.json() == done.json()
    assert (rows("takes"), rows("clips")) == (1, 1)
    with session.reading() as s:
        clip = clips.get(s, done.json()["clip"])
    assert media_store.path_of(clip.media_key).read_bytes() == b"".join(PIECES)
    assert (clip.line, clip.actor, clip.status) == ("How dare you!", "Asha", ClipStatus.QUEUED)
    assert not recordings.pieces(performer, KEY)


def test_nobody_hands_in_or_sees_a_piece_under_anothers_pass(
    project: ProjectRecord, performer: Performer
) -> None:
    Browser(performer).put(0, b"hers")
    other = Browser(member(project, "Ben"))
    assert other.pieces() == []
    assert other.finish(count=1).status_code == 409
    forged = other.http.put(f"{RECORDINGS}/{KEY}/0", content=b"x", headers={PASS_HEADER: "made.up"})
    assert forged.status_code == 403
    foreign = other.http.put(
        f"{RECORDINGS}/{KEY}/0",
        content=b"x",
        headers={**other.headers, "origin": "https://elsewhere.example"},
    )
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    "body",
    [{"kind": "exe"}, {"pieces": 0}, {"pieces": True}, {"line": 3}, {"script_line": -1}, {"assignment": "x"}],
)
def test_a_form_that_no_recorder_sends_is_refused(performer: Performer, body: dict[str, Any]) -> None:
    browser = Browser(performer)
    browser.put(0, b"piece")
    assert browser.finish(**{"count": 1, **body} if "pieces" not in body else body).status_code == 422
    assert rows("takes") == 0


def test_keys_and_pieces_that_cannot_be_are_refused(performer: Performer) -> None:
    browser = Browser(performer)
    assert browser.put(0, b"x", key="..%2F..%2Fetc").status_code in (404, 422)
    assert browser.put(0, b"x", key="Z" * 32).status_code == 422
    assert browser.put(0, b"").status_code == 422
    assert browser.put(recordings.MOST_PIECES, b"x").status_code == 422
    assert not list((data_folder() / recordings.FOLDER).glob("*"))


def test_nobody_fills_the_disk_with_what_is_never_finished(
    performer: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BYTES_VARIABLE, "1")
    half = b"x" * (600 << 10)
    recordings.keep_piece(performer, KEY, 0, half)
    recordings.keep_piece(performer, KEY, 0, half)  # the same piece again
    with pytest.raises(MediaError, match="larger than 1 MB"):
        recordings.keep_piece(performer, KEY, 1, half)
    monkeypatch.setattr(recordings, "MOST_WAITING", 2)
    recordings.keep_piece(performer, "1" * 32, 0, b"x")
    with pytest.raises(RefusedValueError, match="2 recordings of yours"):
        recordings.keep_piece(performer, "2" * 32, 0, b"x")
    with monkeypatch.context() as patch:
        patch.setenv(waiting_files.OTHERS_VARIABLE, str((1 << 20) / (1 << 30)))
        with pytest.raises(RefusedValueError, match="1 MB together"):  # in two recordings as in one
            recordings.keep_piece(performer, "1" * 32, 1, half)
    monkeypatch.setattr(waiting_files, "LEFT_FREE", 1 << 60)
    monkeypatch.setattr(waiting_files, "LEFT_SHARE", 2)
    with pytest.raises(StorageError, match="This recording takes"):
        recordings.keep_piece(performer, KEY, 1, b"x")


def test_of_a_piece_that_breaks_off_nothing_is_stored_and_what_was_there_stays(performer: Performer) -> None:
    recordings.keep_piece(performer, KEY, 0, b"whole")
    (folder,) = (data_folder() / recordings.FOLDER).iterdir()

    async def breaks_off() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def unheard(_: Message) -> None: ...

    coming: list[Message] = [{"type": "http.request", "body": b"x" * (3 << 20), "more_body": True}]
    head = {PASS_HEADER: recording_pass.issue(performer), "host": "testserver"}
    headers = [(name.encode(), value.encode()) for name, value in head.items()]
    scope = {"type": "http", "method": "PUT", "path": f"{RECORDINGS}/{KEY}/0", "query_string": b""}
    scope |= {"headers": headers, "scheme": "http"}
    own_loop.run(Starlette(routes=list(ROUTES))(scope, breaks_off, unheard))
    assert [file.name for file in folder.iterdir()] == ["000000"]
    assert (folder / "000000").read_bytes() == b"whole"


def test_a_piece_is_on_the_disk_while_it_comes_not_in_memory(performer: Performer) -> None:
    root = data_folder() / recordings.FOLDER
    with recordings.receiving(performer, KEY, 0) as piece:
        for count in range(1, 17):
            piece.write(b"x" * (1 << 20))
            (part,) = root.glob("*/*.part")
            assert part.stat().st_size >= (count - 1) << 20
    assert [file.name for file in root.glob("*/*")] == ["000000"]
    too_large = b"x" * (recordings.LARGEST_PIECE + 1)
    with pytest.raises(RefusedValueError, match="16 MB"):
        recordings.keep_piece(performer, KEY, 1, too_large)
    assert [file.name for file in root.glob("*/*")] == ["000000"]
    assert Browser(performer).put(0, b"").status_code == 422


def test_what_was_never_finished_is_swept_away_after_a_week(performer: Performer) -> None:
    recordings.keep_piece(performer, KEY, 0, b"old")
    fresh = "f" * 32
    recordings.keep_piece(performer, fresh, 0, b"new")
    old = time.time() - recordings.KEPT_S - 60
    os.utime(next((data_folder() / recordings.FOLDER).glob(f"*{KEY}")), (old, old))
    recordings.sweep()
    assert not recordings.pieces(performer, KEY)
    assert recordings.pieces(performer, fresh) == {0}


def test_a_take_goes_before_clips_that_wait_longer(project: ProjectRecord, performer: Performer) -> None:
    first = made_clip(project, analysed=False, status=ClipStatus.QUEUED)
    take = made_take(performer, b"a take")
    with session.writing() as s:
        claimed = [clips.claim_queued(s), clips.claim_queued(s)]
    assert [clip.id for clip in claimed if clip] == [take.clip_id, first.id]


def test_takes_of_one_line_are_counted_however_it_is_written(performer: Performer) -> None:
    for number, line in enumerate(("How dare you!", "how DARE you", "Go.", "How dare you?!")):
        analysed(
            made_take(performer, b"take %d" % number, line=line), expressed=0.2 + 0.1 * number, line=line
        )
    seen = takes.mine(performer.project_id, performer.person_id, line="How dare you")
    assert [take.number for take in seen] == [1, 2, 3]
    gaps = [take.view.prediction.analysis.alignment for take in seen if take.view.prediction]
    assert gaps == pytest.approx([-2.5, -2.0, -1.0])
    newest = takes.mine(performer.project_id, performer.person_id)
    assert [take.number for take in newest] == [1, 2, 3]


def test_a_line_that_was_recognised_joins_those_that_were_given(performer: Performer) -> None:
    analysed(made_take(performer, b"one"), expressed=0.3)
    unsaid = made_take(performer, b"two", line="")
    analysed(unsaid, expressed=0.5, line="How dare you")
    seen = takes.mine(performer.project_id, performer.person_id, line="How dare you!")
    assert [take.take.id for take in seen][-1] == unsaid.id


def test_another_raters_take_is_not_there_and_the_lead_may_look(
    project: ProjectRecord, performer: Performer
) -> None:
    take = made_take(performer, b"hers")
    ben, lead = member(project, "Ben"), member(project, "Cara", Role.INSTRUCTOR)
    assert takes.mine(project.id, ben.person_id) == ()
    with pytest.raises(UnknownRowError):
        takes.look(take.clip_id, ben.person_id)
    assert takes.look(take.clip_id, lead.person_id).clip.id == take.clip_id
    stranger = projects.person("Dan")
    with pytest.raises(NotAllowedError):
        takes.mine(project.id, stranger.id)


def test_takes_are_put_before_no_rater_and_reviewed_by_who_leads_alone(
    project: ProjectRecord, performer: Performer
) -> None:
    clip = made_clip(project)
    take = made_take(performer, b"hers")
    analysed(take, expressed=0.4)
    ben, lead = member(project, "Ben"), member(project, "Cara", Role.INSTRUCTOR)
    for person in (performer, ben, lead):
        offered = review.view(project.id, person.person_id)
        assert offered is not None
        assert (offered.clip.id, offered.progress.ready) == (clip.id, 1)
    for person in (performer, ben):
        with pytest.raises(UnknownRowError):
            review.view(project.id, person.person_id, take.clip_id)
    seen = review.view(project.id, lead.person_id, take.clip_id)
    assert seen is not None
    assert (seen.clip.id, seen.task) == (take.clip_id, None)
    assert "Perform page" in str(seen.notice)


def test_a_file_of_the_project_is_not_taken_over_as_a_take(
    project: ProjectRecord, performer: Performer
) -> None:
    mine = made_take(performer, b"same bytes")
    assert made_take(performer, b"same bytes") == mine
    with pytest.raises(RefusedValueError, match="already"):
        made_take(member(project, "Ben"), b"same bytes")


def test_who_still_rates_blind_may_not_learn_what_the_machine_says() -> None:
    blind = projects.create("Blind", protocol=Protocol.BLIND_FIRST)
    rater, lead = member(blind, "Asha"), member(blind, "Cara", Role.INSTRUCTOR)
    with pytest.raises(NotAllowedError, match="blind"):
        made_take(rater, b"a take")
    assert made_take(lead, b"a take").person_id == lead.person_id


def test_a_students_take_is_handed_in_for_its_line_once_though_it_was_told_twice() -> None:
    made = made_class(students=2)
    lines = ("Go away!", LINE)
    work = classes.set_work(made.project.id, made_work(lines=lines), person_id=made.teacher.id)
    student, other = (Performer(made.project.id, each.id) for each in made.students)
    assert assigned_lines.line_of(work.id, 2, student.person_id) == LINE
    assert assigned_lines.line_of(work.id, 3, student.person_id) is None
    recordings.keep_piece(student, KEY, 0, b"piece")
    wanted = Wanted(LINE, assignment_id=work.id)
    first = takes.finish_recording(student, KEY, 1, wanted, kind="webm")
    takes.finish_recording(student, KEY, 1, wanted, kind="webm")
    with session.reading() as s:
        [handed_in] = class_records.takes_of_work(s, work.id)
    assert (handed_in.clip_id, handed_in.person_id, handed_in.line_number) == (
        first.clip_id,
        student.person_id,
        2,
    )
    with pytest.raises(UnknownRowError):
        takes.look(first.clip_id, other.person_id)


def test_what_the_machine_says_of_a_students_take_is_for_the_teacher_to_read() -> None:
    made = made_class(students=1)
    student = Performer(made.project.id, made.students[0].id)
    take = made_take(student, b"a take")
    analysed(take, expressed=0.2)
    assert takes.look(take.clip_id, student.person_id).view.prediction is None
    assert takes.mine(student.project_id, student.person_id)[0].view.judgement is None
    assert takes.look(take.clip_id, made.teacher.id).view.prediction is not None


def test_a_student_sees_a_take_that_was_not_handed_in_and_no_other_student_does() -> None:
    made = made_class(students=2)
    student, other = made.students
    take = made_take(Performer(made.project.id, student.id), b"a take")
    assert media_access.of_clip(take.clip_id, student.id) is Sight.OWN
    assert media_access.of_clip(take.clip_id, other.id) is Sight.NONE
