"""What Streamlit would take into memory: from those whose pages send it alone, and never without bounds."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import asker
from dashboard.gate import Gate
from dashboard.memory_uploads import MemoryUploads
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
