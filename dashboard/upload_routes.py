"""Where pages send files: each piece goes from the network to the disk, and never lies in memory as a whole.

A browser begins a file, sends it piece behind piece, asks how far it is where an answer was lost, and takes
it back where the person changes their mind. What is made of a whole file, its page's service decides.
"""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import asker, json_requests
from dashboard.json_requests import reply
from dashboard.recording_routes import PASS_HEADER
from dashboard.services import recording_pass, uploads
from dashboard.services.recording_pass import Performer
from dashboard.services.refusals import worded
from dashboard.services.uploads import PlaceError, Upload
from dashboard.streamed_bodies import pour
from db.errors import RefusedValueError

UPLOADS: Final = "/uploads"
LARGEST_SIZE: Final = 2**63
OUT_OF_PLACE: Final = 409


@json_requests.answering
async def begin(request: Request) -> Response:
    """Make room for a file; says its key."""
    performer = await _performer(request)
    body = await json_requests.read(request)
    name, size = body.get("name"), body.get("size")
    if not isinstance(name, str) or isinstance(size, bool) or not isinstance(size, int):
        raise worded(RefusedValueError, "refusal.upload_form")
    if not 0 <= size < LARGEST_SIZE:
        raise worded(RefusedValueError, "refusal.upload_form")
    return _told(await run_in_threadpool(uploads.begin, performer, name, size), status=201)


@json_requests.answering
async def tell(request: Request) -> Response:
    """How much of a file is here."""
    performer = await _performer(request)
    return _told(await run_in_threadpool(uploads.look, performer, request.path_params["key"]))


@json_requests.answering
async def add(request: Request) -> Response:
    """Add a piece; 409 says where it has to begin, where that is elsewhere."""
    performer = await _performer(request)
    given = request.path_params
    try:
        await _write(request, performer, given["key"], given["at"])
    except PlaceError as error:
        return reply({"key": given["key"], "stored": error.stored_bytes}, status=OUT_OF_PLACE)
    return _told(await run_in_threadpool(uploads.look, performer, given["key"]))


@json_requests.answering
async def take_back(request: Request) -> Response:
    """Forget a file."""
    performer = await _performer(request)
    await run_in_threadpool(uploads.drop, performer, request.path_params["key"])
    return reply({"key": request.path_params["key"]})


async def _write(request: Request, performer: Performer, key: str, at: int) -> None:
    holder = uploads.growing(performer, key, at)
    file = await run_in_threadpool(holder.__enter__)
    try:
        await pour(request, file.write)
    except ClientDisconnect:
        pass  # what came before stays; the browser goes on behind it
    finally:
        await run_in_threadpool(holder.__exit__, None, None, None)


async def _performer(request: Request) -> Performer:
    performer = recording_pass.read(request.headers.get(PASS_HEADER, ""))
    await asker.require(request, performer.person_id)
    await run_in_threadpool(uploads.check, performer.project_id, performer.person_id)
    return performer


def _told(upload: Upload, *, status: int = 200) -> Response:
    return reply({"key": upload.key, "size": upload.size_bytes, "stored": upload.stored_bytes}, status=status)


ROUTES: Final = (
    Route(UPLOADS, begin, methods=["POST"]),
    Route(UPLOADS + "/{key}", tell, methods=["GET"]),
    Route(UPLOADS + "/{key}/{at:int}", add, methods=["PUT"]),
    Route(UPLOADS + "/{key}", take_back, methods=["DELETE"]),
)
