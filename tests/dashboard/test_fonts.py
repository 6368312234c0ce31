"""Letters for computers that lack them: lent to browsers, and enough for what the pages say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import app, font_routes
from dashboard.doorway import pages
from dashboard.font_routes import Lent
from dashboard.report.fonts import Script, path_of
from dashboard.services import messages

LOCALES = Path(messages.__file__).resolve().parents[1] / "locale"


@pytest.mark.parametrize(
    ("language", "script", "letters"),
    [("hi", Script.DEVANAGARI, r"[\u0900-\u097f]"), ("ur", Script.ARABIC, r"[\u0600-\u06ff]")],
)
def test_the_font_that_is_lent_has_every_letter_of_the_pages(
    language: str, script: Script, letters: str
) -> None:
    files = (LOCALES / language).glob("*.json")
    said = "".join(json.dumps(json.loads(file.read_text("utf-8")), ensure_ascii=False) for file in files)
    wanted = set(re.findall(letters, said))
    assert len(wanted) > 40
    with TTFont(path_of(script)) as font:
        assert not {letter for letter in wanted if ord(letter) not in font.getBestCmap()}


@pytest.mark.parametrize("lent", font_routes.LENT, ids=lambda lent: lent.script.name)
def test_a_browser_is_lent_the_font_and_keeps_it(lent: Lent) -> None:
    answer = TestClient(Starlette(routes=list(font_routes.ROUTES))).get(lent.address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "font/ttf"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.content == path_of(lent.script).read_bytes()


def test_pages_and_the_door_ask_for_it_only_where_no_font_of_the_computer_has_the_letters() -> None:
    for family in (app.FAMILY, pages.FAMILY):
        rules = [lent.rule(family) for lent in font_routes.LENT]
        assert all(rule.index("local(") < rule.index("url(") for rule in rules)
        assert "unicode-range: U+0900-097F" in rules[0]
        assert "unicode-range: U+0600-06FF" in rules[1]
        assert "".join(rules) == font_routes.faces(family)
    assert font_routes.faces(app.FAMILY) in app.LETTERS
    asked = re.findall(
        r"font(?:-family)?: (?:16px/1\.55 )?(\"[^;]*);", (pages.FOLDER / "door.css").read_text("utf-8")
    )
    assert len(asked) == 2
    assert all(families.startswith(f'"{pages.FAMILY}",') for families in asked)
    assert "font-src 'self'" in pages.POLICY
