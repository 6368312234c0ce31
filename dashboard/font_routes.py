"""Letters for computers that lack them: the list of languages is on every page, in its own scripts.

Windows, macOS and phones have a font for Devanagari; a plain Linux has none and draws boxes. The font of the
printed sheets is lent there, and asked for by nobody else.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dashboard.report.fonts import Script, path_of

ADDRESS: Final = "/fonts/devanagari.ttf"
KEPT_S: Final = 30 * 86_400
OWN_FONTS: Final = ("Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari", "Mangal", "Lohit Devanagari")
"""What computers bring along; the first that is there is used."""
LETTERS: Final = "U+0900-097F, U+1CD0-1CF9, U+200C-200D, U+25CC, U+A8E0-A8FF"
"""Devanagari in Unicode, its Vedic signs, and the joiners between its letters."""
HEADERS: Final = {"cache-control": f"public, max-age={KEPT_S}"}


def face(family: str) -> str:
    """The rule of CSS by which a family has these letters; its others stay as they are."""
    own = ", ".join(f'local("{name}")' for name in OWN_FONTS)
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: 100 900; font-display: swap; '
        f'src: {own}, url("{ADDRESS}") format("truetype"); unicode-range: {LETTERS}; }}'
    )


async def devanagari(_request: Request) -> Response:
    """The font."""
    return FileResponse(path_of(Script.DEVANAGARI), media_type="font/ttf", headers=HEADERS)


ROUTES: Final = (Route(ADDRESS, devanagari),)
