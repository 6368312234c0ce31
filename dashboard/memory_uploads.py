"""What Streamlit takes into memory: its own address for files, held within bounds.

It reads a file to the end before it looks how large it is, keeps as many of a live connection as come,
and asks nobody who they are. Clips go another way (:mod:`dashboard.upload_routes`); what is left is
scripts and pictures on the pages of those who lead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import asker
from dashboard.services.permissions import Act, may_anywhere

ADDRESS: Final = "/_stcore/upload_file/"
AROUND: Final = 64 * 1024
"""Bytes that a form may have around its file."""
MOST_OF_ONE: Final = 128 << 20
"""Bytes that the open pages of one person may hold: two of the largest files."""
MOST_OF_ALL: Final = 512 << 20
"""Bytes that everybody's may: a server of 2 GB goes on."""
REFUSED: Final = 403
TOO_LARGE: Final = 413
LONGEST_NUMBER: Final = 12

Held = Callable[[], Mapping[str, int]]


def held_by_pages() -> dict[str, int]:
    """Bytes of files that Streamlit keeps, by the page's session."""
    from streamlit.runtime import exists, get_instance
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    keeper = get_instance().uploaded_file_mgr if exists() else None
    if not isinstance(keeper, MemoryUploadedFileManager):
        return {}
    kept = {session: list(files.values()) for session, files in list(keeper.file_storage.items())}
    return {session: sum(len(file.data) for file in files) for session, files in kept.items()}


class MemoryUploads:
    """Wraps Streamlit's pages, inside of the gate.

    Parameters
    ----------
    app : ASGIApp
    held : callable
        Bytes that are kept, by session.
    """

    def __init__(self, app: ASGIApp, *, held: Held = held_by_pages) -> None:
        self._app = app
        self._held = held
        self._owners: dict[str, int | None] = {}
        self._coming: Counter[int | None] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_file = scope["type"] == "http" and scope["path"].startswith(ADDRESS) and scope["method"] == "PUT"
        if not is_file:
            await self._app(scope, receive, send)
            return
        seen = scope.get(asker.SEEN)
        person_id = None if seen is None else seen.person_id
        size = _length(Headers(scope=scope))
        refusal = await _refusal(person_id, size) or self._full(person_id, size)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._owners[scope["path"].removeprefix(ADDRESS).partition("/")[0]] = person_id
        self._coming[person_id] += size
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[person_id] -= size

    def _full(self, person_id: int | None, size: int) -> PlainTextResponse | None:
        held = self._held()
        if not any(self._coming.values()):  # pages that are closed hold nothing any more
            self._owners = {session: owner for session, owner in self._owners.items() if session in held}
        own = sum(kept for session, kept in held.items() if self._owners.get(session) == person_id)
        is_much = own + self._coming[person_id] + size > MOST_OF_ONE + AROUND
        if is_much or sum(held.values()) + self._coming.total() + size > MOST_OF_ALL:
            return PlainTextResponse(
                "Open pages hold as many files as they may; close some or take files off them.",
                status_code=TOO_LARGE,
            )
        return None


async def _refusal(person_id: int | None, size: int) -> PlainTextResponse | None:
    if person_id is not None and not await run_in_threadpool(may_anywhere, person_id, Act.SEE_MACHINE):
        return PlainTextResponse("No page of yours sends this.", status_code=REFUSED)
    if not 0 <= size <= _most_bytes() + AROUND:
        return PlainTextResponse("This is too large, or does not say how large it is.", status_code=TOO_LARGE)
    return None


def _length(headers: Headers) -> int:
    told = headers.get("content-length", "")
    is_told = told.isdecimal() and len(told) <= LONGEST_NUMBER and "transfer-encoding" not in headers
    return int(told) if is_told else -1


def _most_bytes() -> int:
    from streamlit import config

    return int(config.get_option("server.maxUploadSize")) << 20
