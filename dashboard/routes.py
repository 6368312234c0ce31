"""Addresses beside the pages: clips and stills with byte ranges, and a sign of life.

An address holds a key or an id that cannot be guessed; the database says what lies under it, and who may see
it. Nothing of an address reaches the file system.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import asker
from dashboard.services import media_access, media_store
from dashboard.services.media_access import Sight
from db import clips, predictions
from db.errors import RefusedValueError, StorageError, UnknownRowError
from db.session import reading

YEAR_S: Final = 31_536_000
LARGEST_ID: Final = 2**63 - 1  # a database's integer; an address may hold any digits
UNSEEN: Final = "There is nothing at this address; open the clip from its page."
SAFE_HEADERS: Final = {
    "cache-control": f"private, max-age={YEAR_S}, immutable",  # a key names content, which never changes
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}
PRIVATE_HEADERS: Final = {
    **SAFE_HEADERS,
    "cache-control": "private, no-cache",  # whoever sits here next is asked about anew
    "vary": "cookie",
}


def media_url(key: str) -> str:
    """Where a browser finds a clip's ``playable_key`` or ``thumbnail_key``, or the file of a channel."""
    return f"/takes/{key}"


def peak_url(clip_id: str, prediction_id: int, key: str) -> str:
    """Where a browser finds the still of ``key`` at a peak of attention, or of a face.

    The key makes the address one that nobody guesses who must not see where the machine looked.
    """
    return f"/takes/clips/{clip_id}/predictions/{prediction_id}/peaks/{key}"


async def serve_media(request: Request) -> Response:
    """A clip, channel or still by its key, inline, whole or in ranges; nothing tells the file's name."""
    key = request.path_params["key"]
    try:
        sight = await run_in_threadpool(lambda: media_access.of_file(key, asker.of(request)))
    except RefusedValueError:  # no database would keep such a key
        sight = Sight.NONE
    return await _file(request, key, sight)


async def serve_peak(request: Request) -> Response:
    """The still at a peak of attention of one prediction, or of one of its faces."""
    given = request.path_params
    key = await run_in_threadpool(_peak_key, given["clip_id"], given["prediction_id"], given["key"])
    if key is None:
        return PlainTextResponse(UNSEEN, status_code=404)
    sight = await run_in_threadpool(lambda: media_access.of_clip(given["clip_id"], asker.of(request)))
    return await _file(request, key, sight)


async def healthz(_request: Request) -> Response:
    """Says that the server answers and reaches its database."""
    try:
        await run_in_threadpool(_touch_database)
    except StorageError as error:
        return JSONResponse({"status": "failing", "reason": str(error)}, status_code=503)
    return JSONResponse({"status": "ok"})


async def review(request: Request) -> Response:
    """The Review page is the one without a name; whoever types its name is brought there."""
    return RedirectResponse(f"./?{request.url.query}")


ROUTES: Final = (
    Route("/review", review),
    Route("/takes/clips/{clip_id}/predictions/{prediction_id:int}/peaks/{key}", serve_peak),
    Route("/takes/{key}", serve_media),
    Route("/healthz", healthz),
)


async def _file(request: Request, key: str, sight: Sight) -> Response:
    if sight is Sight.NONE:
        return PlainTextResponse(UNSEEN, status_code=404)
    headers = SAFE_HEADERS if sight is Sight.OPEN else PRIVATE_HEADERS
    try:
        path = media_store.path_of(key)
    except StorageError as error:
        return PlainTextResponse(str(error), status_code=404)
    tag = f'"{key}"'
    if tag in {each.strip() for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers={"etag": tag, **headers})
    kind = await run_in_threadpool(media_store.media_type, path)
    return _ranged(path, kind, {"etag": tag, **headers})


class _RangedFile(FileResponse):
    """A file in ranges, where a suffix longer than the file means all of it (RFC 9110, 14.1.2, 2022)."""

    @classmethod
    def _parse_ranges(cls, range_: str, file_size: int) -> list[tuple[int, int]]:
        asked = super()._parse_ranges(range_, file_size)
        return [(max(start, 0), end) for start, end in asked]  # a start below 0 can only be a suffix's


def _ranged(path: Path, kind: str, headers: dict[str, str]) -> FileResponse:
    return _RangedFile(
        path,
        media_type=kind,
        headers=headers,
        stat_result=path.stat(),
    )


def _peak_key(clip_id: str, prediction_id: int, key: str) -> str | None:
    if prediction_id > LARGEST_ID:
        return None
    with reading() as session:
        try:
            prediction = predictions.by_id(session, prediction_id)
        except UnknownRowError:
            return None
    document = prediction.document
    stills = {peak["thumbnail_key"] for peak in document["peaks"]} | set(document.get("face_keys", ()))
    return key if prediction.clip_id == clip_id and key in stills else None


def _touch_database() -> None:
    with reading() as session:
        clips.find(session, "")
