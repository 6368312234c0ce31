"""Nobody gets past who is not signed in: neither to a page nor to a file, an upload or a live connection.

Where people name themselves (``--sign-in none``) there is nothing to keep from anybody, and all pass.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import asker, font_routes
from dashboard.services import messages, sign_in_mode, sign_ins

SIGN_IN: Final = "/sign-in"
OPEN: Final = frozenset(
    {
        SIGN_IN,
        "/sign-out",
        "/session",
        *font_routes.ADDRESSES,
        "/healthz",
        "/readyz",
        "/metrics",
        "/favicon.png",
        "/favicon.ico",
    }
)
"""What a stranger may ask for. They say nothing of anybody; /metrics looks for itself who asks."""
OPEN_FOLDERS: Final = ("/static/", "/invitation/", "/_stcore/health")
"""Streamlit's own program, which everybody has; links that are secrets themselves."""
PROVIDER: Final = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
"""Streamlit's way to an identity provider and back."""
LOOK_AGAIN_S: Final = 3.0
"""An open page of a sign-in that has ended is cut off after this at the latest, and before its next run."""
ENDED: Final = 4401
MOST_AT_ONCE: Final = 64
"""Requests of one person that are under way, and live connections besides: a browser has six of the first, a
page one of the second. Each may hold a megabyte of what comes: thousands, left half-sent, fill the memory."""
LATER: Final = 1013


class Gate:
    """Wraps everything that is served, inside of the shield."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way: dict[str, Counter[int]] = {"http": Counter(), "websocket": Counter()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or sign_in_mode.is_named():
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http" and _is_open(scope["path"]):
            await self._app(scope, receive, send)  # who asks is looked up where it matters
            return
        connection = HTTPConnection(scope)
        may_rotate = scope["type"] == "http"  # a live connection cannot be handed a cookie
        seen = await run_in_threadpool(asker.look, connection, may_rotate=may_rotate)
        if seen is None:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await _turned_away(scope)(scope, receive, send)
            return
        under_way = self._under_way[scope["type"]]
        if under_way[seen.person_id] >= MOST_AT_ONCE:
            await _too_many(scope, receive, send)
            return
        under_way[seen.person_id] += 1
        scope = {**scope, asker.SEEN: seen}
        try:
            if scope["type"] == "websocket":
                await _Live(seen.id, receive, send).run(self._app, scope)
            else:
                await self._app(scope, receive, _handing_over(connection, seen, send))
        finally:
            under_way[seen.person_id] -= 1
            if not under_way[seen.person_id]:
                del under_way[seen.person_id]


class _Live:
    """A live connection, for as long as its sign-in lasts."""

    def __init__(self, sign_in: str, receive: Receive, send: Send) -> None:
        self._sign_in = sign_in
        self._receive = receive
        self._send = send
        self._over = asyncio.Event()

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        watching = asyncio.create_task(self._watch())
        try:
            await app(scope, self._next, self._pass_on)
        finally:
            watching.cancel()

    async def _next(self) -> Message:
        """The next message of the browser; that it has gone, once the sign-in has ended."""
        coming = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if self._over.is_set():
            coming.cancel()
            return {"type": "websocket.disconnect", "code": ENDED}
        message = coming.result()
        if message["type"] == "websocket.receive" and not await self._is_signed_in():
            await self._end()
            return {"type": "websocket.disconnect", "code": ENDED}
        return message

    async def _pass_on(self, message: Message) -> None:
        if not self._over.is_set():
            await self._send(message)

    async def _watch(self) -> None:
        while not self._over.is_set():
            await asyncio.sleep(LOOK_AGAIN_S)
            if not await self._is_signed_in():
                await self._end()

    async def _is_signed_in(self) -> bool:
        return await run_in_threadpool(sign_ins.person_of, self._sign_in) is not None

    async def _end(self) -> None:
        if not self._over.is_set():
            self._over.set()
            await self._send({"type": "websocket.close", "code": ENDED})


def _is_open(path: str) -> bool:
    if path in OPEN or (path.startswith(OPEN_FOLDERS) and ".." not in path):
        return True
    return path in PROVIDER and sign_in_mode.in_force() is sign_in_mode.SignIn.OIDC


def _turned_away(scope: Scope) -> Response:
    """A page leads to the door and back; anything else is told that nobody is signed in."""
    headers = Headers(scope=scope)
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", status_code=303)
    messages.speak(messages.nearest(headers.get("accept-language")))
    refusal = {"error": messages.say("sign_in.refusal.signed_out")}
    return JSONResponse(refusal, status_code=401, headers={"cache-control": "no-store"})


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    """Pages keep what they were to send, and send it again."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": LATER})
        return
    messages.speak(messages.nearest(Headers(scope=scope).get("accept-language")))
    refusal = {"error": messages.say("sign_in.refusal.at_once")}
    await JSONResponse(refusal, status_code=429, headers={"cache-control": "no-store"})(scope, receive, send)


def _handing_over(connection: HTTPConnection, seen: sign_ins.Seen, send: Send) -> Send:
    """Sends an answer together with the cookie that is to be kept from now on."""
    if seen.cookie is None:
        return send
    carrier = Response()
    asker.keep(carrier, connection, seen.cookie)
    cookies = [each for each in carrier.raw_headers if each[0] == b"set-cookie"]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *cookies]}
        await send(message)

    return sending
