"""Signing in by an identity provider: Streamlit's ``st.login`` asks it, and its word becomes a sign-in here.

Streamlit leaves what the provider said in a signed cookie of its own. It is taken once, for who is known or
invited, and exchanged for a sign-in of this server, which can be ended here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from streamlit import auth_util
from streamlit.web.server.starlette import starlette_auth_routes as streamlits

from dashboard import asker
from dashboard.doorway import pages
from dashboard.services import accounts, invitations, messages, sign_ins
from engine.errors import DailiesError

DEFAULT_PROVIDER: Final = "default"
LONGEST: Final = 200
"""Characters of an issuer and of a subject; OpenID Connect Core 1.0 (2014) gives a subject up to 255."""


class ProviderError(DailiesError):
    """An identity provider that cannot be asked."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider says somebody is; ``name`` is only a proposal."""

    issuer: str
    subject: str
    name: str


def require_set_up() -> None:
    """Refuse to serve where Streamlit knows no provider.

    Raises
    ------
    ProviderError
    """
    try:
        section = auth_util.get_secrets_auth_section()
        is_known = bool(section) and {"redirect_uri", "cookie_secret"} <= set(section)
    except Exception:
        is_known = False
    if not is_known:
        raise ProviderError(
            "No identity provider is set up: give [auth] in .streamlit/secrets.toml redirect_uri, "
            "cookie_secret, client_id, client_secret and server_metadata_url; see docs/accounts.md."
        )


def address() -> str:
    """Where the way to the provider begins."""
    return f"/auth/login?provider={quote(auth_util.encode_provider_token(DEFAULT_PROVIDER))}"


def vouched(request: Request) -> Vouched | None:
    """Whom the provider vouches for in this browser; ``None`` before anybody has been there."""
    found = auth_util.get_cookie_with_chunks(
        lambda name: streamlits._get_signed_cookie_from_request(request, name), streamlits.USER_COOKIE_NAME
    )
    if not found:
        return None
    try:
        said = json.loads(found)
    except ValueError:
        return None
    return read(said, origin=auth_util.get_origin_from_redirect_uri())


def read(said: Any, *, origin: str | None) -> Vouched | None:
    """Whom a provider's word is about; ``None`` where it names nobody, or was given to another server."""
    if not isinstance(said, dict) or not said.get("is_logged_in") or said.get("origin") != origin:
        return None
    issuer, subject = said.get("iss"), said.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str):
        return None
    if not 0 < len(issuer) <= LONGEST or not 0 < len(subject) <= LONGEST:
        return None
    name = said.get("name") or said.get("preferred_username") or ""
    return Vouched(issuer, subject, str(name)[: accounts.LONGEST_NAME])


async def enter(request: Request, wanted: str) -> Response:
    """Sign in whom the provider vouches for, if they are known here; else show the way to the provider."""
    said = vouched(request)
    if said is not None:
        cookie = await run_in_threadpool(
            lambda: accounts.sign_in_vouched(issuer=said.issuer, subject=said.subject)
        )
        if cookie is not None:
            response = RedirectResponse(wanted, status_code=303)
            asker.keep(response, request, cookie)
            drop(response, request)
            return response
    refusal = "" if said is None else messages.say("sign_in.not_invited")
    title = messages.say("sign_in.title")
    return pages.draw(request, "sign_in", title=title, next=wanted, provider=address(), refusal=refusal)


async def accept(request: Request, token: str, name: str) -> Response:
    """Take an invitation up as whom the provider vouches for.

    Raises
    ------
    InvitationError
        If the link is no good, or the provider has not been asked.
    """
    said = vouched(request)
    if said is None:
        return RedirectResponse(f"/invitation/{quote(token)}", status_code=303)
    person = await run_in_threadpool(
        lambda: invitations.accept_vouched(token, name, issuer=said.issuer, subject=said.subject)
    )
    response = RedirectResponse("/", status_code=303)
    asker.keep(response, request, await run_in_threadpool(sign_ins.begin, person.id))
    drop(response, request)
    return response


def drop(response: Response, request: Request) -> None:
    """Forget the provider's word, so that nobody who sits here next is taken for somebody else."""
    if streamlits.USER_COOKIE_NAME in request.cookies:
        streamlits._clear_auth_cookie(response, request)
