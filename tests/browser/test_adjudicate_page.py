"""Deciding about a disputed clip by keyboard alone, in a real browser; the answers stay as they were."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from dashboard.services import assigning, projects
from dashboard.services.rating import Answer, submit
from db import clips, people, session
from db.records import ClipDraft, ClipStatus
from engine.vocabulary import Emotion, Role
from tests.browser.served import Served
from tests.browser.taught_project import any_clip, inside

FAR, NEAR = "far.mp4", "near.mp4"
WHY = "She shouts a threat"


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


def _disputed(server: Served, name: str) -> None:
    """Ada and Ben differ widely about one clip and a little about another; Ada flags a third."""
    with inside(server.home):
        project = projects.create(name)
        media = any_clip("Demo")
        raters = [projects.person(f"{who} of {name}") for who in ("Ada", "Ben")]
        made = {}
        for clip_name, steps in ((FAR, (-2, 2)), (NEAR, (0, 1)), ("flagged.mp4", (1, 1))):
            draft = ClipDraft(
                sha256=secrets.token_hex(32), original_name=clip_name, media_key=media.media_key,
                browser_key=media.browser_key, thumbnail_key=media.thumbnail_key,
                size_bytes=media.size_bytes, duration_s=media.duration_s, width=media.width,
                height=media.height, line=media.line, line_source=media.line_source,
                status=ClipStatus.READY,
            )  # fmt: skip
            with session.writing() as writing:
                made[clip_name] = clips.add(writing, project.id, draft)
            for rater, step in zip(raters, steps, strict=True):
                submit(
                    clip_id=made[clip_name].id,
                    person_id=rater.id,
                    answer=Answer(
                        delivery=step,
                        emotion=Emotion.ANGER,
                        expressed_intensity=0.5 + 0.2 * step,
                        comment=f"I hear {step}",
                    ),
                    idempotency_key=secrets.token_hex(8),
                )
        with session.writing() as writing:
            for rater in raters:
                people.join(writing, project.id, rater.id, Role.RATER)
        assigning.flag(made["flagged.mp4"].id, raters[0].id, reason="rater", note="The sound is late.")


def test_two_raters_differ_and_the_lead_decides_by_keyboard(page: Page, server: Served) -> None:
    _disputed(server, "Disputed")
    before = server.rows("SELECT * FROM ratings ORDER BY id")
    page.goto(f"{server.url}/adjudicate?project=Disputed")
    expect(page.get_by_text("Case 1 of 3")).to_be_visible()
    expect(page.get_by_text("The sound is late.")).to_be_visible()
    page.get_by_label("What became of it").fill("Imported again")
    page.get_by_role("button", name="Settle the flag").click()
    expect(page.get_by_text("Case 1 of 2")).to_be_visible()
    expect(page.get_by_text(f"· {FAR}")).to_be_visible()
    rows = page.locator(".answers tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Rater A")
    expect(rows.nth(0)).to_contain_text("much too little")
    expect(rows.nth(1)).to_contain_text("I hear 2")
    form = page.locator(".rating")
    expect(form.locator('[aria-pressed="true"]')).to_have_count(0)
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Write why")
    page.keyboard.type(WHY)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"· {NEAR}")).to_be_visible()
    expect(form.locator('[aria-pressed="true"]')).to_have_count(0)
    expect(page.get_by_text(f"delivery too much · {WHY}")).to_be_visible()
    assert server.rows("SELECT delivery, emotion, reason FROM adjudications") == [(1, None, WHY)]
    assert server.rows("SELECT * FROM ratings ORDER BY id") == before


def test_one_key_takes_over_what_the_answers_add_up_to_and_a_reload_keeps_what_was_typed(
    page: Page, server: Served
) -> None:
    _disputed(server, "Kept")
    page.goto(f"{server.url}/adjudicate?project=Kept")
    form = page.locator(".rating")
    expect(form.get_by_role("status")).to_contain_text("Dashed")
    page.keyboard.press("PageDown")
    expect(page.get_by_text("Case 2 of 3")).to_be_visible()
    expect(form.locator(".option.machine")).to_have_count(2)  # people are split about the delivery
    page.keyboard.press("i")
    expect(form.locator('[data-field="emotion"][aria-pressed="true"]')).to_contain_text("anger")
    page.keyboard.press("/")
    page.keyboard.type("Half a thought")
    page.reload()
    expect(form.locator('[data-field="emotion"][aria-pressed="true"]')).to_contain_text("anger")
    expect(form.get_by_label("Why (needed)")).to_have_value("Half a thought")


def test_nothing_of_the_page_lies_beside_the_screen(page: Page, server: Served) -> None:
    _disputed(server, "Wide")
    page.goto(f"{server.url}/adjudicate?project=Wide")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.locator(".answers tbody tr")).to_have_count(2)
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
