"""A file comes in pieces, from anywhere it was left, as large as was said, and only to who sends it."""

from __future__ import annotations

import errno
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.recording_routes import PASS_HEADER
from dashboard.services import (
    importing,
    media_store,
    projects,
    recording_pass,
    recordings,
    uploads,
    waiting_files,
)
from dashboard.services.clip_limits import BYTES_VARIABLE
from dashboard.services.permissions import NotAllowedError
from dashboard.services.recording_pass import Performer
from dashboard.services.uploads import PlaceError
from dashboard.upload_routes import ROUTES, UPLOADS
from db import people, session
from db.errors import RefusedValueError, StorageError, UnknownRowError
from db.location import data_folder
from db.records import ProjectRecord
from engine.errors import TableError
from engine.vocabulary import Protocol, Role

CONTENT = bytes(range(256)) * 12_000  # about 3 MB: more than is written at once
SIZE = len(CONTENT)


@pytest.fixture
def project() -> ProjectRecord:
    return projects.get_or_create("Hamlet")


@pytest.fixture
def lead(project: ProjectRecord) -> Performer:
    return member(project, "Asha", Role.ADMIN)


def member(project: ProjectRecord, name: str, role: Role) -> Performer:
    with session.writing() as s:
        person = people.get_or_create(s, name)
        people.join(s, project.id, person.id, role)
        return Performer(project.id, person.id)


class Browser:
    """What the picker does, by hand."""

    def __init__(self, performer: Performer) -> None:
        self.http = TestClient(Starlette(routes=list(ROUTES)))
        self.headers = {PASS_HEADER: recording_pass.issue(performer)}

    def begin(self, name: str = "take.mp4", size: Any = SIZE) -> Any:
        return self.http.post(UPLOADS, json={"name": name, "size": size}, headers=self.headers)

    def put(self, key: str, at: int, content: bytes) -> Any:
        return self.http.put(f"{UPLOADS}/{key}/{at}", content=content, headers=self.headers)

    def stored(self, key: str) -> Any:
        return self.http.get(f"{UPLOADS}/{key}", headers=self.headers).json()["stored"]

    def take_back(self, key: str) -> Any:
        return self.http.delete(f"{UPLOADS}/{key}", headers=self.headers)


def test_what_was_lost_on_the_way_is_told_and_the_file_goes_on_from_there(
    project: ProjectRecord, lead: Performer
) -> None:
    browser = Browser(lead)
    key = browser.begin().json()["key"]
    first, second = CONTENT[:2_000_000], CONTENT[2_000_000:]
    assert browser.put(key, 0, first).json()["stored"] == len(first)
    again = browser.put(key, 0, first)  # the receipt of the first was lost
    assert (again.status_code, again.json()["stored"]) == (409, len(first))
    assert browser.stored(key) == len(first)
    assert uploads.whole(lead, [key]) == ()
    assert browser.put(key, len(first), second).status_code == 200
    (upload,) = uploads.whole(lead, [key])
    assert (upload.name, upload.size_bytes) == ("take.mp4", len(CONTENT))
    with uploads.used(lead, [key]) as sources:
        report = importing.import_clips(project.name, sources, person_id=lead.person_id)
    (clip,) = report.added
    assert media_store.path_of(clip.media_key).read_bytes() == CONTENT
    assert uploads.whole(lead, [key]) == ()
    assert list((data_folder() / uploads.FOLDER).iterdir()) == []


def test_more_than_was_said_is_refused_while_it_comes_and_leaves_what_was_there(lead: Performer) -> None:
    browser = Browser(lead)
    key = browser.begin(size=10).json()["key"]
    assert browser.put(key, 0, b"12345").status_code == 200
    too_much = browser.put(key, 5, b"123456")
    assert (too_much.status_code, browser.stored(key)) == (422, 5)
    assert "More came of" in too_much.json()["error"]


def test_a_piece_that_never_ends_is_cut_off(lead: Performer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_PIECE", 1 << 20)
    browser = Browser(lead)
    key = browser.begin().json()["key"]
    assert browser.put(key, 0, CONTENT).status_code == 422
    assert browser.stored(key) <= 1 << 20


def test_a_file_beyond_the_limit_is_refused_before_any_of_it_comes(
    lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BYTES_VARIABLE, "1")
    answer = Browser(lead).begin()
    assert answer.status_code == 422
    assert "1 MB" in answer.json()["error"]
    assert not (data_folder() / uploads.FOLDER).exists()


@pytest.mark.parametrize(
    "name", ["", "../take.mp4", "/etc/passwd", "a\\b.mp4", "a\nb.mp4", "take\u202e4pm.exe", "x" * 300]
)
def test_a_name_that_is_no_file_name_is_refused(lead: Performer, name: str) -> None:
    with pytest.raises(TableError):
        uploads.begin(lead, name, 5)


@pytest.mark.parametrize("size", [0, -1, 1.5, "5", None, True, 2**70])
def test_a_size_that_is_none_is_refused(lead: Performer, size: Any) -> None:
    assert Browser(lead).begin(size=size).status_code == 422


@pytest.mark.parametrize("key", ["..", "a" * 31, "A" * 32, "../../dailies.db", "%2e%2e%2f" * 4])
def test_no_key_names_anything_but_an_upload(lead: Performer, key: str) -> None:
    with pytest.raises(UnknownRowError):
        uploads.look(lead, key)
    with pytest.raises(UnknownRowError):
        uploads.opened(lead, key)


def test_nobody_sees_adds_to_or_takes_back_what_another_sends(
    project: ProjectRecord, lead: Performer
) -> None:
    key = Browser(lead).begin().json()["key"]
    other = Browser(member(project, "Ben", Role.ADMIN))
    assert other.put(key, 0, b"mine now").status_code == 404
    other.take_back(key)
    assert Browser(lead).stored(key) == 0
    forged = other.http.get(f"{UPLOADS}/{key}", headers={PASS_HEADER: "made.up"})
    assert forged.status_code == 403


def test_who_may_bring_nothing_in_may_send_nothing(project: ProjectRecord) -> None:
    uploads.begin(member(project, "Cleo", Role.RATER), "own take.mp4", 5)
    rater = member(projects.create("Blind", protocol=Protocol.BLIND_FIRST), "Cleo", Role.RATER)
    with pytest.raises(NotAllowedError):
        uploads.begin(rater, "take.mp4", 5)
    assert Browser(rater).begin().status_code == 403


def test_two_windows_do_not_write_into_each_other(lead: Performer) -> None:
    key = uploads.begin(lead, "take.mp4", 6).key
    with uploads.growing(lead, key, 0) as file:
        file.write(b"abc")
        with pytest.raises(PlaceError), uploads.growing(lead, key, 3):
            raise AssertionError("It was let in.")
        file.write(b"def")
    with uploads.opened(lead, key) as whole:
        assert whole.read() == b"abcdef"


def test_a_disk_that_fills_up_keeps_what_it_took_and_goes_on_when_there_is_room(
    lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(lead)
    key = browser.begin(size=6).json()["key"]
    browser.put(key, 0, b"abc")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = browser.put(key, 3, b"def")
    assert (answer.status_code, "disk is full" in answer.json()["error"]) == (503, True)
    stored = browser.stored(key)
    assert browser.put(key, stored, b"abcdef"[stored:]).status_code in (200, 409)
    assert uploads.content(lead, key, most_bytes=10) == b"abcdef"


def left_on_the_disk(monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    """Have a disk on which so many bytes may be promised."""
    monkeypatch.setattr(waiting_files, "LEFT_SHARE", 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1 << 40, free=left))


def test_a_file_the_disk_has_no_room_for_is_refused_at_once(
    lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_on_the_disk(monkeypatch, 4)
    with pytest.raises(StorageError, match=r"take\.mp4 takes 5 B.* room for 4 B"):
        uploads.begin(lead, "take.mp4", 5)
    assert not (data_folder() / uploads.FOLDER).exists()


def test_room_that_was_promised_to_somebody_is_not_promised_again(
    project: ProjectRecord, lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = member(project, "Ben", Role.STUDENT)
    key = uploads.begin(other, "first.mp4", 60).key
    left_on_the_disk(monkeypatch, 100)
    with pytest.raises(StorageError, match="room for 40 B"):
        uploads.begin(lead, "second.mp4", 41)
    second = uploads.begin(lead, "second.mp4", 40)
    with pytest.raises(StorageError, match="room for 0 B"):
        recordings.keep_piece(other, "a" * 32, 0, b"x")
    left_on_the_disk(monkeypatch, 1 << 40)
    with uploads.growing(other, key, 0) as file:
        file.write(b"x" * 50)
    left_on_the_disk(monkeypatch, 50)  # what came is on the disk now, and no promise any more
    uploads.drop(lead, second.key)
    uploads.begin(lead, "second.mp4", 40)
    with pytest.raises(StorageError):
        uploads.begin(lead, "third.mp4", 1)


def test_two_that_begin_at_once_are_not_promised_the_same_room(
    lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_on_the_disk(monkeypatch, 100)

    def begin(_: int) -> bool:
        try:
            uploads.begin(lead, "take.mp4", 30)
        except StorageError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(begin, range(8))) == 3


def test_a_disk_keeps_a_share_free_for_ratings(lead: Performer, monkeypatch: pytest.MonkeyPatch) -> None:
    for total, free in ((1 << 40, waiting_files.LEFT_FREE + 5), (1000, 55)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, t=total, f=free: SimpleNamespace(total=t, free=f))
        with pytest.raises(StorageError):
            uploads.begin(lead, "take.mp4", 6)
        uploads.drop(lead, uploads.begin(lead, "take.mp4", 5).key)


def test_a_table_larger_than_tables_are_is_not_read(lead: Performer) -> None:
    key = uploads.begin(lead, "LINES.csv", 6).key
    with uploads.growing(lead, key, 0) as file:
        file.write(b"clip,l")
    with pytest.raises(RefusedValueError, match=r"LINES\.csv"):
        uploads.content(lead, key, most_bytes=5)


def test_only_so_many_files_wait(lead: Performer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 2)
    keys = [uploads.begin(lead, "take.mp4", 5).key for _ in range(2)]
    with pytest.raises(RefusedValueError, match="2 files"):
        uploads.begin(lead, "take.mp4", 5)
    uploads.drop(lead, keys[0])
    uploads.begin(lead, "take.mp4", 5)


def test_what_waits_of_one_person_takes_only_so_much_of_the_disk_in_all_projects_together(
    project: ProjectRecord, lead: Performer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(waiting_files.LEADS_VARIABLE, str(2 / 1024))
    monkeypatch.setenv(waiting_files.OTHERS_VARIABLE, str(1 / 1024))
    elsewhere = replace(lead, project_id=projects.create("Othello").id)
    with session.writing() as s:
        people.join(s, elsewhere.project_id, lead.person_id, Role.ADMIN)
    uploads.begin(lead, "take.mp4", 1 << 20)
    uploads.begin(elsewhere, "take.mp4", 1 << 20)
    for performer in (lead, elsewhere):
        with pytest.raises(RefusedValueError, match="2 MB together"):
            uploads.begin(performer, "take.mp4", 1)
    student = member(project, "Ben", Role.STUDENT)
    recordings.keep_piece(student, "a" * 32, 0, b"x")
    with pytest.raises(RefusedValueError, match="1 MB together"):
        uploads.begin(student, "take.mp4", 1 << 20)
    uploads.begin(student, "take.mp4", (1 << 20) - 1)


@pytest.mark.parametrize("told", ["", "nonsense", "0", "-3", "nan"])
def test_a_share_that_makes_no_sense_is_the_usual_one(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(waiting_files.LEADS_VARIABLE, told)
    assert waiting_files.most_bytes(is_lead=True) == 20 << 30
    assert waiting_files.most_bytes(is_lead=False) == 4 << 30


def test_what_nobody_uses_for_a_day_is_swept_away(lead: Performer) -> None:
    old, fresh = (uploads.begin(lead, name, 5).key for name in ("old.mp4", "fresh.mp4"))
    folder = data_folder() / uploads.FOLDER / f"{lead.project_id}-{lead.person_id}-{old}"
    long_ago = time.time() - uploads.KEPT_S - 60
    for path in (*folder.iterdir(), folder):
        os.utime(path, (long_ago, long_ago))
    uploads.sweep()
    assert not folder.exists()
    assert uploads.look(lead, fresh).stored_bytes == 0
