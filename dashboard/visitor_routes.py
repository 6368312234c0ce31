"""The address at which a browser asks to be remembered, so that a reload finds the same person."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.services import sign_in_mode, visitors

COOKIE: Final = "dailies_visitor"
COOKIE_SECONDS: Final = 90 * 24 * 3600
LONGEST_TICKET: Final = 500


async def remember(request: Request) -> Response:
    """Set the cookie for the person of a ticket; only a page of this server can have made one."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return JSONResponse({"error": "Only a page of this server may ask this."}, status_code=403)
    if not sign_in_mode.is_named():
        return JSONResponse({"error": "People sign in here; see /sign-in."}, status_code=403)
    body = await request.body()
    try:
        cookie = await run_in_threadpool(
            visitors.remembered, body[:LONGEST_TICKET].decode("ascii", "replace")
        )
    except visitors.TicketError as error:
        return JSONResponse({"error": str(error)}, status_code=403)
    response = JSONResponse({"status": "remembered"})
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


ROUTES: Final = (Route("/visitor", remember, methods=["POST"]),)
