"""What Streamlit would take into memory: from those whose pages send it alone, and never without bounds."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard import asker, memory_uploads
from dashboard.gate import Gate
from dashboard.memory_uploads import MemoryUploads, held_by_pages
from dashboard.services import accounts, members, projects, sign_in_mode, sign_ins
from dashboard.services.sign_in_mode import SignIn
from engine.vocabulary import Role

pytestmark = pytest.mark.usefixtures("home")
ADDRESS = "/_stcore/upload_file/session/file"


async def taken(request: Request) -> Response:
    return Response(str(len(await request.body())), status_code=201)


def bounded() -> TestClient:
    """A browser in front of the gate and the bounds, with something behind them."""
    pages = Starlette(routes=[Route("/{rest:path}", taken, methods=["GET", "PUT"])])
    return TestClient(Gate(MemoryUploads(pages)))


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.STUDENT, 403), (Role.RATER, 403), (None, 403), (Role.INSTRUCTOR, 201), (Role.ADMIN, 201)],
)
def test_only_who_has_a_page_that_sends_files_this_way_is_heard(role: Role | None, status: int) -> None:
    sign_in_mode.use(SignIn.ACCOUNTS)
    person = accounts.add("Asha", None)
    if role is not None:
        members.take_in(projects.create("Hamlet", is_class=role is Role.STUDENT).id, person.id, role)
    browser = bounded()
    assert browser.put(ADDRESS, content=b"a table").status_code == 401
    browser.cookies.set(asker.COOKIE, sign_ins.begin(person.id))
    assert browser.put(ADDRESS, content=b"a table").status_code == status
    assert browser.get("/").status_code == 201


def test_what_is_too_large_or_has_no_length_is_refused_before_it_is_read() -> None:
    browser = bounded()
    assert browser.put(ADDRESS, content=b"a table").status_code == 201
    assert browser.put(ADDRESS, content=iter([b"a table"])).status_code == 413
    for length in (str((64 << 20) + 100_000), "9" * 30, "-1"):
        refused = browser.put(ADDRESS, content=b"", headers={"content-length": length})
        assert (refused.status_code, length) == (413, length)


def test_open_pages_hold_only_so_many_files_of_one_person_and_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_uploads, "MOST_OF_ONE", 40)
    monkeypatch.setattr(memory_uploads, "AROUND", 0)
    monkeypatch.setattr(memory_uploads, "MOST_OF_ALL", 60)
    sign_in_mode.use(SignIn.ACCOUNTS)
    held: dict[str, int] = {}

    async def keep(request: Request) -> Response:
        session = request.url.path.split("/")[3]
        held[session] = held.get(session, 0) + len(await request.body())
        return Response(status_code=204)

    pages = Starlette(routes=[Route("/{rest:path}", keep, methods=["PUT"])])
    browser = TestClient(Gate(MemoryUploads(pages, held=lambda: held)))
    project = projects.create("Hamlet")

    def put(name: str, session: str, size: int) -> int:
        person = accounts.find(name) or accounts.add(name, None)
        members.take_in(project.id, person.id, Role.INSTRUCTOR)
        browser.cookies.set(asker.COOKIE, sign_ins.begin(person.id))
        return browser.put(f"/_stcore/upload_file/{session}/file", content=b"x" * size).status_code

    assert [put("Asha", f"page {number}", 20) for number in range(3)] == [204, 204, 413]
    assert put("Bela", "other page", 20) == 204
    assert put("Bela", "other page", 1) == 413  # everybody's are as many as may be
    held.pop("page 0")  # closed
    assert put("Asha", "page 3", 20) == 204


def test_what_is_on_its_way_counts_as_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_uploads, "MOST_OF_ALL", 15)
    answers: list[int] = []

    async def keep(request: Request) -> Response:
        if not answers:  # another comes before this one is whole
            answers.append(0)
            with TestClient(bounds) as other:
                answers[0] = other.put(ADDRESS, content=b"x" * 10).status_code
        return Response(str(len(await request.body())), status_code=201)

    bounds = MemoryUploads(Starlette(routes=[Route("/{rest:path}", keep, methods=["PUT"])]), held=dict)
    browser = TestClient(bounds)
    assert browser.put(ADDRESS, content=b"x" * 10).status_code == 201
    assert answers == [413]
    assert browser.put(ADDRESS, content=b"x" * 10).status_code == 201


def test_what_streamlit_keeps_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = MemoryUploadedFileManager("/upload")
    for session, name in (("one", "a"), ("one", "b"), ("two", "a")):
        keeper.add_file(session, UploadedFileRec(file_id=name, name=name, type="text/plain", data=b"12345"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=keeper))
    assert held_by_pages() == {"one": 10, "two": 5}
