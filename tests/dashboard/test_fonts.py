"""Letters for computers that lack them: lent to browsers, and enough for what the pages say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import app, font_routes
from dashboard.doorway import pages
from dashboard.report.fonts import Script, path_of
from dashboard.services import messages

SPOKEN = Path(messages.__file__).resolve().parents[1] / "locale" / "hi"


def test_the_font_that_is_lent_has_every_devanagari_letter_of_the_hindi_pages() -> None:
    said = "".join(
        json.dumps(json.loads(file.read_text("utf-8")), ensure_ascii=False) for file in SPOKEN.glob("*.json")
    )
    wanted = set(re.findall(r"[\u0900-\u097f]", said))
    assert len(wanted) > 50
    with TTFont(path_of(Script.DEVANAGARI)) as font:
        assert not {letter for letter in wanted if ord(letter) not in font.getBestCmap()}


def test_a_browser_is_lent_the_font_and_keeps_it() -> None:
    answer = TestClient(Starlette(routes=list(font_routes.ROUTES))).get(font_routes.ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "font/ttf"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.content == path_of(Script.DEVANAGARI).read_bytes()


def test_pages_and_the_door_ask_for_it_only_where_no_font_of_the_computer_has_the_letters() -> None:
    for family in (app.FAMILY, pages.FAMILY):
        rule = font_routes.face(family)
        assert rule.index("local(") < rule.index("url(")
        assert "unicode-range: U+0900-097F" in rule
    assert font_routes.face(app.FAMILY) in app.LETTERS
    assert f'"{pages.FAMILY}"' in (pages.FOLDER / "door.css").read_text("utf-8")
    assert "font-src 'self'" in pages.POLICY
