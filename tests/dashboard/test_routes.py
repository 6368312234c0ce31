"""Clips and stills are served by keys alone, whole or in ranges."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from dashboard.routes import ROUTES, media_url, peak_url
from dashboard.services import importing, media_store, projects
from dashboard.services.predictions import draft_of
from db import clips, predictions, session
from db.records import ClipRecord, ClipStatus
from tests.dashboard.analysis_made import made_analysis

pytestmark = pytest.mark.usefixtures("home")

CONTENT = b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 40
NAME = "Szene ü 1.mp4"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=list(ROUTES)), port=0, log_level="warning", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def clip() -> ClipRecord:
    sources = [importing.Source(name=NAME, open=partial(BytesIO, CONTENT))]
    (clip,) = importing.import_clips("Hamlet", sources).added
    return clip


def ask(port: int, address: str, *, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        method, address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    connection.close()
    return answer


def test_a_clip_is_served_whole_with_its_true_type(port: int, clip: ClipRecord) -> None:
    answer = ask(port, media_url(clip.media_key))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=5000-5099", 5000, 5100),
        ("bytes=10000-", 10000, None),
        ("bytes=-100", -100, None),
        ("bytes=-999999", 0, None),
    ],
)
def test_a_player_gets_the_range_it_asks_for(
    port: int, clip: ClipRecord, asked: str, start: int, end: int | None
) -> None:
    answer = ask(port, media_url(clip.media_key), range=asked)
    assert answer.status == 206
    assert answer.body == CONTENT[start:end]
    assert answer.headers["content-range"].endswith(f"/{len(CONTENT)}")


def test_a_range_behind_the_end_is_refused_with_the_size(port: int, clip: ClipRecord) -> None:
    answer = ask(port, media_url(clip.media_key), range=f"bytes={len(CONTENT)}-")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_the_head_alone_can_be_asked_for(port: int, clip: ClipRecord) -> None:
    answer = ask(port, media_url(clip.media_key), method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


def test_what_a_browser_has_is_not_sent_again(port: int, clip: ClipRecord) -> None:
    tag = ask(port, media_url(clip.media_key)).headers["etag"]
    answer = ask(port, media_url(clip.media_key), if_none_match=tag)
    assert (answer.status, answer.body) == (304, b"")


def test_no_answer_tells_the_name_of_the_file(port: int, clip: ClipRecord) -> None:
    assert ask(port, f"{media_url(clip.media_key)}/original").status == 404
    answer = ask(port, media_url(clip.media_key))
    assert answer.body == CONTENT
    assert not {"Szene", "attachment"} & set(re.findall(r"[A-Za-z]+", str(answer.headers)))


def test_what_pretends_to_be_a_clip_is_never_shown_as_a_page(port: int) -> None:
    page = b"<html><script>alert(1)</script></html>"
    sources = [importing.Source(name="take.mp4", open=partial(BytesIO, page))]
    (clip,) = importing.import_clips("Hamlet", sources).added
    answer = ask(port, media_url(clip.media_key))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "address",
    [
        media_url("a" * 64),
        media_url("secret"),
        "/takes/..%2f..%2f..%2fetc%2fpasswd",
        "/takes/%2e%2e/%2e%2e/dailies.db",
        media_url("%00"),
        peak_url("nobody", 1, "0" * 64),
        peak_url("nobody", 999999999999999999999, "0" * 64),
    ],
)
def test_other_addresses_find_nothing(port: int, clip: ClipRecord, address: str) -> None:
    assert clip.status is ClipStatus.QUEUED
    answer = ask(port, address)
    assert answer.status == 404
    assert b"/home" not in answer.body


def test_a_file_in_the_store_that_no_clip_owns_is_not_served(port: int, clip: ClipRecord) -> None:
    stray = media_store.put_bytes(b"\xff\xd8\xff a still of somebody")
    assert stray.key != clip.media_key
    assert ask(port, media_url(stray.key)).status == 404


def test_a_clip_whose_file_is_gone_says_so(port: int, clip: ClipRecord) -> None:
    media_store.path_of(clip.media_key).unlink()
    answer = ask(port, media_url(clip.media_key))
    assert answer.status == 404
    assert b"import the clip again" in answer.body


def test_stills_are_served_at_their_clip_alone(port: int, clip: ClipRecord) -> None:
    still = b"\xff\xd8\xff a still"
    key = media_store.put_bytes(still).key
    keys = (key, None)
    with session.writing() as s:
        clips.set_media(s, clip.id, thumbnail_key=key)
        record = predictions.add(s, draft_of(made_analysis(), clip_id=clip.id, thumbnail_keys=keys))
    answer = ask(port, peak_url(clip.id, record.id, key))
    assert (answer.status, answer.body) == (200, still)
    assert answer.headers["content-type"] == "image/jpeg"
    assert ask(port, media_url(key)).body == still
    assert ask(port, peak_url("somebody-elses", record.id, key)).status == 404


def test_nobody_guesses_where_the_machine_looked(port: int, clip: ClipRecord) -> None:
    key = media_store.put_bytes(b"\xff\xd8\xff a still").key
    other = media_store.put_bytes(b"\xff\xd8\xff another still").key
    with session.writing() as s:
        record = predictions.add(s, draft_of(made_analysis(), clip_id=clip.id, thumbnail_keys=(key, None)))
    for guess in ("0", "1", "0" * 64, other):
        assert ask(port, peak_url(clip.id, record.id, guess)).status == 404


@pytest.mark.sqlite
def test_health_means_the_database_answers(port: int, home: Path) -> None:
    projects.get_or_create("Hamlet")
    assert ask(port, "/healthz").status == 200
    session.close()
    for file in home.glob("dailies.db*"):
        file.unlink()
    (home / "dailies.db").write_bytes(b"this is no database, " * 100)
    answer = ask(port, "/healthz")
    assert answer.status == 503
    assert b"no SQLite database" in answer.body


def test_the_name_of_the_review_page_leads_to_it_with_project_and_clip(port: int) -> None:
    answer = ask(port, "/review?project=Hamlet&clip=a1")
    assert answer.status == 307
    assert answer.headers["location"] == "./?project=Hamlet&clip=a1"
