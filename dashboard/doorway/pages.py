"""The pages in front of the door: plain forms, drawn by the server, that need no connection of their own."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import font_routes
from dashboard.services import messages
from dashboard.services.passwords import SHORTEST

FOLDER: Final = Path(__file__).resolve().parent
NONCE_BYTES: Final = 18
LANGUAGE: Final = "language"
FAMILY: Final = "Noto Sans Devanagari"
"""As door.css names it, before the fonts of the other letters, of which it has none."""
POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def draw(request: Request, template: str, *, title: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the door in the language spoken now.

    Parameters
    ----------
    template : str
        Its file's name without the ending.
    values
        What the template names; ``refusal`` and ``said`` are sentences on top.
    """
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    page = _templates().get_template(f"{template}.html.j2")
    given = {"refusal": "", "said": "", "name": "", "me": "", "provider": "", **values}
    content = page.render(
        title=title,
        nonce=nonce,
        say=messages.say,
        language=messages.spoken(),
        direction=messages.direction(),
        languages=[(code, messages.own_name(code)) for code in messages.languages()],
        address_in=lambda code: _address_in(request, code),
        style=Markup(font_routes.faces(FAMILY) + (FOLDER / "door.css").read_text(encoding="utf-8")),
        script=Markup((FOLDER / "door.js").read_text(encoding="utf-8")),
        shortest=SHORTEST,
        **given,
    )
    headers = {"content-security-policy": POLICY.format(nonce=nonce), "cache-control": "no-store"}
    return HTMLResponse(content, status_code=status, headers=headers)


def speak(request: Request, chosen: object = None) -> None:
    """Speak the language that was chosen on the page, else the one in the address, else the browser's."""
    for wanted in (chosen, request.query_params.get(LANGUAGE)):
        if wanted in messages.languages():
            messages.speak(str(wanted))
            return
    messages.speak(messages.nearest(request.headers.get("accept-language")))


def _address_in(request: Request, code: str) -> str:
    asked = {name: value for name, value in request.query_params.items() if name != LANGUAGE}
    return "?" + urlencode({**asked, LANGUAGE: code})


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
