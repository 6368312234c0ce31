"""Where the recorder hands in the pieces of a take, past the page's own session.

A piece may come late, again, or in another order: what is stored is told, and the take is made when all
pieces are there.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import asker, json_requests
from dashboard.json_requests import reply
from dashboard.services import recording_pass, recordings, takes
from dashboard.services.recording_pass import Performer
from dashboard.services.recordings import Piece
from dashboard.services.refusals import worded
from dashboard.services.takes import Wanted
from dashboard.streamed_bodies import pour
from db.errors import RefusedValueError

RECORDINGS: Final = "/recordings"
PASS_HEADER: Final = "dailies-pass"
KINDS: Final = frozenset({"webm", "mp4", "ogg", "m4a"})
"""What browsers record: the ending of the take's file."""

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


@json_requests.answering
async def keep_piece(request: Request) -> Response:
    """Store one piece: its bytes are the body."""
    performer = await _performer(request)
    given = request.path_params
    await _receive(request, performer, given["key"], given["index"])
    return reply({"key": given["key"], "stored": given["index"]})


@json_requests.answering
async def tell_pieces(request: Request) -> Response:
    """Which pieces of a recording are stored, so that a browser sends the others."""
    key = request.path_params["key"]
    found = await run_in_threadpool(recordings.pieces, await _performer(request), key)
    return reply({"key": key, "pieces": sorted(found)})


@json_requests.answering
async def finish(request: Request) -> Response:
    """Make the take; 409 with the missing pieces where some have not come yet."""
    performer = await _performer(request)
    key = request.path_params["key"]
    body = await json_requests.read(request)
    count, kind = _whole(body, "pieces"), body.get("kind")
    if count is None or kind not in KINDS or not isinstance(body.get("line", ""), str):
        raise worded(RefusedValueError, "refusal.recording_form")
    wanted = Wanted(body.get("line", ""), _whole(body, "script_line"), _whole(body, "assignment"))
    known = await run_in_threadpool(takes.made_of, performer, key)
    if known is None:
        absent = await run_in_threadpool(recordings.missing, performer, key, count)
        if absent:
            return reply({"key": key, "missing": list(absent)}, status=409)
    take = await run_in_threadpool(takes.finish_recording, performer, key, count, wanted, kind=kind)
    return reply({"key": key, "clip": take.clip_id})


async def _receive(request: Request, performer: Performer, key: str, index: int) -> None:
    holder = recordings.receiving(performer, key, index)
    piece = await run_in_threadpool(holder.__enter__)
    try:
        await pour(request, piece.write)
    except BaseException:
        await run_in_threadpool(_end, holder, sys.exc_info())
        raise
    await run_in_threadpool(holder.__exit__, None, None, None)


def _end(holder: AbstractContextManager[Piece], why: ExcInfo) -> None:
    holder.__exit__(*why)


async def _performer(request: Request) -> Performer:
    performer = recording_pass.read(request.headers.get(PASS_HEADER, ""))
    await asker.require(request, performer.person_id)
    await run_in_threadpool(takes.check, performer.project_id, performer.person_id)
    return performer


def _whole(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise worded(RefusedValueError, "refusal.recording_form")
    return value


ROUTES: Final = (
    Route(RECORDINGS + "/{key}", tell_pieces, methods=["GET"]),
    Route(RECORDINGS + "/{key}", finish, methods=["POST"]),
    Route(RECORDINGS + "/{key}/{index:int}", keep_piece, methods=["PUT"]),
)
