"""What every answer says to browsers: what a page may load, who may frame it, what it may use.

A page may run the scripts that came with it, by a number used once (CSP Level 3, 'strict-dynamic'), and what
those load; a script that somebody typed into a field does not have the number. Nothing may be loaded from, or
sent to, another server.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.own_site import UNSAFE, Names, has_own_origin, is_own

NONCE_BYTES: Final = 18
PAGE_POLICY: Final = (
    "default-src 'self'; "
    "script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; "  # Streamlit compiles WebAssembly
    "style-src 'self' 'unsafe-inline'; "  # Streamlit writes its styles into the page as it goes
    "img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self' blob: data:; "
    "worker-src 'self' blob:; "
    "frame-src 'none'; frame-ancestors {framers}; object-src 'none'; base-uri 'self'; form-action 'self'"
)
NOBODY: Final = "'none'"
FRAMERS: Final = "frame-ancestors"
NOBODY_FRAMES: Final = f"{FRAMERS} {NOBODY}"
OTHER_POLICY: Final = f"default-src 'none'; {NOBODY_FRAMES}"
FILE_POLICY: Final = NOBODY_FRAMES
FILES: Final = ("text/javascript", "application/javascript", "application/pdf")
"""A browser's worker and its reader of PDF take the policy of their file for their own."""
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), "
    "usb=(), serial=(), hid=(), midi=(), browsing-topics=()",
}
FRAMED: Final = "x-frame-options"
"""Says what frame-ancestors says to browsers before it, which know no list."""
SECURE_FOR: Final = "max-age=31536000"
TAGS: Final = re.compile(rb"<(script|link|style)(?=[\s>])", re.IGNORECASE)


class Shield:
    """Wraps everything that is served.

    Parameters
    ----------
    app : ASGIApp
    names : Names
        By which the server may be addressed.
    framers : sequence of str
        Origins whose pages may show this server's in a frame, as :func:`~dashboard.own_site.checked_origin`
        gives them; none as a rule.
    """

    def __init__(self, app: ASGIApp, names: Names, *, framers: Sequence[str] = ()) -> None:
        self._app = app
        self._names = names
        self._framers = " ".join(framers) or NOBODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_named = self._names.knows(headers.get("host"))
        if scope["type"] == "websocket":
            if is_named and has_own_origin(headers, scope["scheme"]):
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        answering = _Answer(scope, send, self._framers)
        if not is_named:
            refusal = "This server does not go by that name; its owner can allow it: serve --allow-host NAME."
            await PlainTextResponse(refusal, status_code=421)(scope, receive, answering)
        elif "content-length" in headers and "transfer-encoding" in headers:
            refusal = "A request says in one way alone how long it is."
            await PlainTextResponse(refusal, status_code=400)(scope, receive, answering)
        elif scope["method"] in UNSAFE and not is_own(headers, scope["scheme"]):
            refusal = "Only a page of this server may ask this."
            await PlainTextResponse(refusal, status_code=403)(scope, receive, answering)
        else:
            await self._app(_asked_anew(scope, headers), receive, answering)


class _Answer:
    """Sends an answer with its headers; scripts of a page get the number of its policy."""

    def __init__(self, scope: Scope, send: Send, framers: str) -> None:
        self._framers = framers
        self._is_safe = scope["scheme"] == "https"
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()
        self._nonce = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole()
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(raw=list(message["headers"]))
        is_page = headers.get("content-type", "").startswith("text/html")
        is_settled = "content-security-policy" in headers
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if not is_page or self._framers == NOBODY:
            headers.setdefault(FRAMED, "DENY")
        elif is_settled:
            settled = headers["content-security-policy"]
            headers["content-security-policy"] = settled.replace(NOBODY_FRAMES, f"{FRAMERS} {self._framers}")
        if self._is_safe:
            headers.setdefault("strict-transport-security", SECURE_FOR)
        message = {**message, "headers": headers.raw}
        if not is_page or is_settled:
            kind = headers.get("content-type", "")
            headers.setdefault(
                "content-security-policy", FILE_POLICY if kind.startswith(FILES) else OTHER_POLICY
            )
            await self._send(message)
            return
        self._nonce = secrets.token_urlsafe(NONCE_BYTES)
        headers["content-security-policy"] = PAGE_POLICY.format(nonce=self._nonce, framers=self._framers)
        headers["cache-control"] = "no-store"
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]
        self._start = message

    async def _whole(self) -> None:
        """A page is a few thousand bytes: it is held back until it is whole."""
        assert self._start is not None
        body = TAGS.sub(rb'<\1 nonce="' + self._nonce.encode() + rb'"', bytes(self._body))
        headers = MutableHeaders(raw=self._start["headers"])
        if "content-length" in headers and self._body:
            headers["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})


def _asked_anew(scope: Scope, headers: Headers) -> Scope:
    """A page has a number of its own each time: a browser's copy of an earlier one is of no use, and so that
    it can be numbered it comes uncompressed.
    """
    if "text/html" not in headers.get("accept", ""):
        return scope
    left_out = (b"if-none-match", b"if-modified-since", b"accept-encoding")
    return {**scope, "headers": [each for each in scope["headers"] if each[0] not in left_out]}
