"""What Streamlit takes into memory: its own address for files, held within bounds.

It reads a file to the end before it looks how large it is, keeps as many of a live connection as come,
and asks nobody who they are. Clips go another way (:mod:`dashboard.upload_routes`); what is left is tables,
scripts and pictures on the pages of those who lead.
"""

from __future__ import annotations

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
REFUSED: Final = 403
TOO_LARGE: Final = 413
LONGEST_NUMBER: Final = 12


class MemoryUploads:
    """Wraps Streamlit's pages, inside of the gate."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(ADDRESS) and scope["method"] == "PUT":
            refusal = await _refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _refusal(scope: Scope) -> PlainTextResponse | None:
    seen = scope.get(asker.SEEN)
    if seen is not None and not await run_in_threadpool(may_anywhere, seen.person_id, Act.SEE_MACHINE):
        return PlainTextResponse("No page of yours sends this.", status_code=REFUSED)
    if not 0 <= _length(Headers(scope=scope)) <= _most_bytes() + AROUND:
        return PlainTextResponse("This is too large, or does not say how large it is.", status_code=TOO_LARGE)
    return None


def _length(headers: Headers) -> int:
    told = headers.get("content-length", "")
    is_told = told.isdecimal() and len(told) <= LONGEST_NUMBER and "transfer-encoding" not in headers
    return int(told) if is_told else -1


def _most_bytes() -> int:
    from streamlit import config

    return int(config.get_option("server.maxUploadSize")) << 20
