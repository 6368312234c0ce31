"""Small JSON bodies that a page of this server sends: read within a limit, refused in one sentence."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from dashboard import own_site
from dashboard.services import messages
from dashboard.services.permissions import NotAllowedError
from dashboard.services.refusals import told
from dashboard.services.task_pass import PassError
from db.errors import AlreadyThereError, RefusedValueError, StorageError, UnknownRowError
from engine.errors import DailiesError

LONGEST_INTEGER: Final = 20
"""Digits of the longest whole number that any database keeps."""

LARGEST_BODY: Final = 256 * 1024
"""Bytes: a comment and a reason of full length in any script, with a long clip's watched stretches."""

STATUSES: Final[tuple[tuple[type[DailiesError], int], ...]] = (
    (NotAllowedError, 403),
    (PassError, 403),
    (UnknownRowError, 404),
    (AlreadyThereError, 422),
    (RefusedValueError, 422),
    (StorageError, 503),
    (DailiesError, 422),
)
"""The first that fits counts. 503 tells a page to keep what it sent and send it again."""

GONE: Final = 499
"""Who asked has hung up before all of it came; as proxies write it."""

NO_STORE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
log = logging.getLogger(__name__)


class RequestError(DailiesError):
    """A request that no page of this server sends; ``status`` is what is answered."""

    def __init__(self, status: int, key: str, /, **values: object) -> None:
        super().__init__(messages.say(key, **values))
        self.wording = (key, values)
        self.status = status


def answering(act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint: only a page of this server is heard, and what goes wrong becomes a sentence."""

    async def answered(request: Request) -> Response:
        _speak(request.headers.get("accept-language"))
        try:
            _require_own_page(request)
            return await act(request)
        except RequestError as error:
            return reply({"error": told(error)}, status=error.status)
        except DailiesError as error:
            status = next(code for kind, code in STATUSES if isinstance(error, kind))
            return reply({"error": told(error)}, status=status)
        except ClientDisconnect:
            return Response(status_code=GONE)  # nobody reads it
        except Exception as error:
            name = secrets.token_hex(4)
            log.error("Error %s at %s", name, request.url.path, exc_info=error)
            return reply({"error": messages.say("refusal.bug", id=name)}, status=500)

    return answered


def reply(content: Mapping[str, Any], *, status: int = 200) -> JSONResponse:
    """A JSON answer that nobody keeps."""
    return JSONResponse(dict(content), status_code=status, headers=NO_STORE)


async def read(request: Request) -> dict[str, Any]:
    """The JSON object a request carries.

    Raises
    ------
    RequestError
        If it is too large, of another type, or no JSON object.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise RequestError(415, "refusal.media_type")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise RequestError(413, "refusal.too_large", n=LARGEST_BODY // 1024)
    content = parsed(bytes(body))
    if content.get("language") is not None:
        _speak(content["language"])
    return content


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object of a body.

    Raises
    ------
    RequestError
        If it is none.
    """
    try:
        content = json.loads(body, parse_int=_integer)
    except (ValueError, RecursionError):
        raise RequestError(400, "refusal.no_json") from None
    if not isinstance(content, dict):
        raise RequestError(400, "refusal.no_object")
    return content


def _speak(wanted: object) -> None:
    """Answer in a language as a page names it, or as a browser asks for it; in English for any other."""
    messages.speak(messages.nearest(wanted))


def _integer(digits: str) -> int | float:
    """A whole number; one that no field takes becomes infinite, and is refused as such."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _require_own_page(request: Request) -> None:
    """Refuse what a page of another server has a visitor's browser send."""
    if not own_site.is_own(request.headers, request.scope["scheme"]):
        raise RequestError(403, "refusal.own_page")
