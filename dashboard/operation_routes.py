"""Addresses for whoever runs the server: whether it is ready, and its numbers.

``/readyz`` says nothing of anybody and is open. ``/metrics`` is for this machine, or for who knows the token.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import asdict
from ipaddress import ip_address
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.services import metrics
from dashboard.services.readiness import Watch

TOKEN_VARIABLE: Final = "DAILIES_METRICS_TOKEN"
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What proxies add: behind one, everybody would seem to be on this machine."""
NO_STORE: Final = {"cache-control": "no-store"}
AREAS: Final = frozenset(
    {
        "answers",
        "drafts",
        "leases",
        "traces",
        "cues",
        "takes",
        "recordings",
        "uploads",
        "classes",
        "sign-in",
        "session",
    }
    | {"_stcore", "static", "healthz", "readyz", "metrics"}
)
"""First parts of addresses that are counted by their name; all others are ``other``."""


def routes(watch: Watch) -> list[Route]:
    """The addresses of one server."""

    async def readyz(_request: Request) -> Response:
        found = await run_in_threadpool(watch.look)
        status = 200 if found.is_ready else 503
        content = {"status": "ready" if found.is_ready else "not ready", "checks": asdict(found)}
        return JSONResponse(content, status_code=status, headers=NO_STORE)

    return [Route("/readyz", readyz), Route("/metrics", show_metrics)]


async def show_metrics(request: Request) -> Response:
    """The numbers; for a stranger there is nothing here."""
    if not _may_see_metrics(request):
        return PlainTextResponse("There is nothing here.", status_code=404, headers=NO_STORE)
    return Response(await run_in_threadpool(metrics.text), media_type=metrics.CONTENT_TYPE, headers=NO_STORE)


def _may_see_metrics(request: Request) -> bool:
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Counted:
    """Counts what is answered; wraps everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with metrics.PAGES_OPEN.track_inprogress():
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # where nothing was answered

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            metrics.REQUESTS.labels(_area(scope["path"]), f"{status // 100}xx").inc()


def _area(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return "page" if not first else first if first in AREAS else "other"
