"""Who asks: the person behind a request or a page, by the way in that is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response

from dashboard.json_requests import RequestError
from dashboard.services import known_devices, sign_in_mode, sign_ins, standing, visitors
from dashboard.services.sign_ins import LASTS
from dashboard.services.standing import Standing
from dashboard.visitor_routes import COOKIE as VISITOR_COOKIE

COOKIE: Final = "dailies_sign_in"
SAFE_COOKIE: Final = "__Host-dailies_sign_in"
"""Over TLS: a browser takes this name only from the host itself, over TLS, for all of its paths."""
DEVICE: Final = "dailies_device"
SAFE_DEVICE: Final = "__Host-dailies_device"
"""The cookie of a browser that has let somebody in; it stays when they sign out."""
PARTITIONED: Final = b"; Partitioned"
"""In a frame of another site: a cookie of this server within that site alone (CHIPS). What other sites have a
browser send is refused by what the browser says of it (:mod:`dashboard.own_site`), whatever the cookie."""
SIGNED_OUT: Final = 401
SEEN: Final = "dailies.sign_in"
"""Where in a request's scope the gate leaves whom it has seen."""


def of(connection: HTTPConnection) -> int | None:
    """The person behind a request, ``None`` for nobody."""
    if sign_in_mode.is_named():
        return visitors.id_of(connection.cookies.get(VISITOR_COOKIE))
    seen = connection.scope[SEEN] if SEEN in connection.scope else look(connection)
    return None if seen is None else seen.person_id


async def require(connection: HTTPConnection, person_id: int) -> None:
    """Refuse what a page of one person sends while another, or nobody, is signed in.

    A pass that a page was handed says whose answer it may store; it does not sign anybody in.

    Raises
    ------
    RequestError
        With the status 401, on which pages keep what they sent and send it again.
    """
    if sign_in_mode.is_named():
        return
    found = await run_in_threadpool(of, connection)
    if found != person_id:
        key = "sign_in.refusal.signed_out" if found is None else "sign_in.refusal.not_yours"
        raise RequestError(SIGNED_OUT, key)


def look(connection: HTTPConnection, *, may_rotate: bool = False) -> sign_ins.Seen | None:
    """What the sign-in cookie of a request says."""
    return sign_ins.look(cookie_of(connection), may_rotate=may_rotate)


def cookie_of(connection: HTTPConnection) -> str | None:
    """The sign-in cookie of a request; over TLS, only the one that was set over TLS."""
    return connection.cookies.get(SAFE_COOKIE if is_safe(connection) else COOKIE)


def of_page(cookies: Mapping[str, str]) -> Standing | None:
    """Who sits in front of a page, by what its connection was opened with; ``None`` once that has ended.

    The gate has looked at the cookie's secret when the connection was opened, and the secret may have been
    replaced since.
    """
    return standing.of_sign_in(sign_ins.id_in(cookies.get(SAFE_COOKIE) or cookies.get(COOKIE)))


def is_safe(connection: HTTPConnection) -> bool:
    """Whether a request came over TLS."""
    return connection.url.scheme in ("https", "wss")


def keep(response: Response, connection: HTTPConnection, cookie: str) -> None:
    """Have the browser keep a sign-in cookie, which no script can read and no other site can send along.

    Where pages of another site may frame ours, a browser sends it from within such a frame too.
    """
    _hand_over(response, connection, (COOKIE, SAFE_COOKIE), cookie, LASTS)


def device_of(connection: HTTPConnection) -> str | None:
    """By which a browser is known that has let somebody in."""
    return connection.cookies.get(SAFE_DEVICE if is_safe(connection) else DEVICE)


def keep_device(response: Response, connection: HTTPConnection, person_id: int) -> None:
    """Have the browser keep that it has let a person in."""
    cookie = known_devices.remembered(device_of(connection), person_id)
    _hand_over(response, connection, (DEVICE, SAFE_DEVICE), cookie, known_devices.LASTS)


def _hand_over(
    response: Response, connection: HTTPConnection, names: tuple[str, str], cookie: str, lasts: timedelta
) -> None:
    safe = is_safe(connection)
    is_framed = safe and sign_in_mode.is_framed()
    response.set_cookie(
        names[safe],
        cookie,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=safe,
        httponly=True,
        samesite="none" if is_framed else "lax",
    )
    if is_framed:
        name, value = response.raw_headers[-1]
        response.raw_headers[-1] = name, value + PARTITIONED


def drop(response: Response, connection: HTTPConnection) -> None:
    """Have the browser forget its sign-in cookie."""
    safe = is_safe(connection)
    response.delete_cookie(
        SAFE_COOKIE if safe else COOKIE, path="/", secure=safe, httponly=True, samesite="lax"
    )
