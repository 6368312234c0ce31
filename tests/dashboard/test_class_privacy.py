"""Nobody reaches another student's take, sheet or grade by an address."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import class_routes, routes
from dashboard.routes import media_url, peak_url
from dashboard.services import classes, grading, media_store, visitors
from dashboard.services.predictions import draft_of
from dashboard.visitor_routes import COOKIE
from db import channel_media, predictions
from db.records import PersonRecord
from db.session import writing
from engine.vocabulary import Channel
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.class_made import MadeClass, made_class, scores

pytestmark = pytest.mark.usefixtures("home")

Ask = tuple[TestClient, MadeClass]


@pytest.fixture
def asked() -> Iterator[Ask]:
    with TestClient(Starlette(routes=[*class_routes.ROUTES, *routes.ROUTES])) as client:
        yield client, made_class()


def _get(client: TestClient, address: str, person: PersonRecord | None, **headers: str) -> tuple[int, bytes]:
    if person is not None:
        headers["cookie"] = f"{COOKIE}={visitors.remembered(visitors.ticket(person))}"
    answer = client.get(address, headers=headers)
    return answer.status_code, answer.content


def _files_of(room: MadeClass) -> list[str]:
    """Addresses of everything that shows the first student's take."""
    clip = room.takes[0]
    picture = media_store.put_bytes(b"\xff\xd8\xff a peak").key
    voice = media_store.put_bytes(b"fLaC the voice alone").key
    with writing() as session:
        channel_media.put(session, clip.id, Channel.VOICE, voice)
        found = predictions.add(
            session, draft_of(made_analysis(), clip_id=clip.id, thumbnail_keys=(picture, None))
        )
    assert clip.thumbnail_key is not None
    return [
        media_url(clip.media_key),
        media_url(clip.thumbnail_key),
        media_url(voice),
        peak_url(clip.id, found.id, picture),
    ]


def test_a_take_with_all_its_files_is_seen_by_its_student_and_teachers_alone(asked: Ask) -> None:
    client, room = asked
    stranger = visitors.welcome("Passer-by", room.project)
    for address in _files_of(room):
        for person in (room.students[0], room.teacher):
            assert _get(client, address, person)[0] == 200, address
        for other in (room.students[1], stranger, None):
            assert _get(client, address, other)[0] == 404, address
    forged = client.get(media_url(room.takes[0].media_key), headers={"cookie": f"{COOKIE}=1.forged"})
    assert forged.status_code == 404


def test_a_browser_that_was_somebody_elses_asks_anew(asked: Ask) -> None:
    client, room = asked
    address = media_url(room.takes[0].media_key)
    tag = f'"{room.takes[0].media_key}"'
    answer = client.get(
        address, headers={"cookie": f"{COOKIE}={visitors.remembered(visitors.ticket(room.students[0]))}"}
    )
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "cookie"
    assert _get(client, address, room.students[0], **{"if-none-match": tag})[0] == 304
    assert _get(client, address, room.students[1], **{"if-none-match": tag})[0] == 404


def test_who_left_the_class_sees_their_take_no_more(asked: Ask) -> None:
    client, room = asked
    classes.take_off(room.project.id, room.students[0].id, person_id=room.teacher.id)
    assert _get(client, media_url(room.takes[0].media_key), room.students[0])[0] == 404


def test_sheets_open_for_teachers_and_once_given_back_for_their_student(asked: Ask) -> None:
    client, room = asked
    first, second = room.students
    grading.mark(room.work.id, first.id, scores(), remark="Well <b>held</b>", person_id=room.teacher.id)
    grading.comment(room.takes[0].id, at_s=1.25, text="سانس लें", person_id=room.teacher.id)
    page, paper = (class_routes.sheet_url(room.work.id, first.id, form) for form in ("html", "pdf"))
    for address in (page, paper):
        assert _get(client, address, room.teacher)[0] == 200
        for person in (first, second, None):
            assert _get(client, address, person)[0] == 403
    classes.release(room.work.id, given=True, person_id=room.teacher.id)
    assert _get(client, page, second)[0] == 403
    status, shown = _get(client, page, first)
    text = shown.decode()
    assert status == 200
    assert "Grade: 4.00 of 5" in text
    assert "Well &lt;b&gt;held&lt;/b&gt;" in text
    assert "0:01.2" in text
    assert 'src="http' not in text
    status, printed = _get(client, paper.replace("language=en", "language=ur"), first)
    assert (status, printed[:5]) == (200, b"%PDF-")
    assert b"NotoSansArabic" in printed
    assert b"NotoSansDevanagari" in printed


def test_the_grade_book_is_for_teachers_and_read_back_by_spreadsheets(asked: Ask) -> None:
    client, room = asked
    classes.enrol(room.project.id, ["=1+1"], person_id=room.teacher.id)
    grading.mark(room.work.id, room.students[0].id, scores(5, words=4), person_id=room.teacher.id)
    addresses = [class_routes.book_url(room.project.id, form) for form in ("csv", "xlsx")]
    for address in addresses:
        assert _get(client, address, room.students[0])[0] == 403
    table = _get(client, addresses[0], room.teacher)[1].decode("utf-8-sig")
    assert list(csv.reader(StringIO(table))) == [
        ["Student", "Monologue"],
        ["'=1+1", ""],
        ["Student 00", "4.75"],
        ["Student 01", ""],
    ]
    book = load_workbook(BytesIO(_get(client, addresses[1], room.teacher)[1]))
    assert book.sheetnames == ["Grade book", "Monologue"]
    rows = list(book["Grade book"].values)
    assert rows == [("Student", "Monologue"), ("=1+1", None), ("Student 00", 4.75), ("Student 01", None)]
    assert book["Grade book"]["A2"].data_type == "s"
    assert list(book["Monologue"].values)[2][:3] == ("Student 00", "graded", 4.75)


@pytest.mark.parametrize(
    "address", ["/sheets/999/1.html", "/sheets/1/999999999999999999999.pdf", "/gradebooks/9.csv"]
)
def test_an_address_of_nothing_tells_nothing(asked: Ask, address: str) -> None:
    client, room = asked
    assert _get(client, address, room.teacher)[0] == 403
