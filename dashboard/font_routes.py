"""Letters for computers that lack them: the list of languages is on every page, in its own scripts.

Windows, macOS and phones have fonts for Devanagari and for Urdu's letters; a plain Linux has not and draws
boxes. The fonts of the printed sheets are lent there, and asked for by nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dashboard.report.fonts import Script, path_of

KEPT_S: Final = 30 * 86_400
HEADERS: Final = {"cache-control": f"public, max-age={KEPT_S}"}


@dataclass(frozen=True, slots=True)
class Lent:
    """A font that is lent.

    Attributes
    ----------
    address : str
    own : tuple of str
        What computers bring along; the first that is there is used in its place.
    letters : str
        Its part of Unicode, as CSS writes it.
    """

    script: Script
    address: str
    own: tuple[str, ...]
    letters: str

    async def send(self, _request: Request) -> Response:
        """The font."""
        return FileResponse(path_of(self.script), media_type="font/ttf", headers=HEADERS)

    def rule(self, family: str) -> str:
        """The rule of CSS by which a family has these letters; its others stay as they are."""
        own = ", ".join(f'local("{name}")' for name in self.own)
        return (
            f'@font-face {{ font-family: "{family}"; font-weight: 100 900; font-display: swap; '
            f'src: {own}, url("{self.address}") format("truetype"); unicode-range: {self.letters}; }}'
        )


LENT: Final = (
    Lent(
        Script.DEVANAGARI,
        "/fonts/devanagari.ttf",
        ("Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari", "Mangal", "Lohit Devanagari"),
        # With its Vedic signs, and the joiners between its letters.
        "U+0900-097F, U+1CD0-1CF9, U+200C-200D, U+25CC, U+A8E0-A8FF",
    ),
    Lent(
        Script.ARABIC,
        "/fonts/arabic.ttf",
        # What Urdu is read in first; the fonts that come last have its letters too.
        (
            "Noto Nastaliq Urdu", "Jameel Noori Nastaleeq", "Urdu Typesetting", "Noto Naskh Arabic",
            "Noto Sans Arabic", "Geeza Pro", "Segoe UI", "Tahoma", "Arial",
        ),
        "U+0600-06FF, U+0750-077F, U+08A0-08FF, U+FB50-FDFF, U+FE70-FEFC",
    ),
)  # fmt: skip
ADDRESSES: Final = tuple(font.address for font in LENT)


def faces(family: str) -> str:
    """The rules of CSS by which a family has the letters of all that are lent."""
    return "".join(font.rule(family) for font in LENT)


ROUTES: Final = tuple(Route(font.address, font.send) for font in LENT)
