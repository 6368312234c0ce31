"""The Agreement page: what people agree on, in which language they mean something else, and where to look."""

from __future__ import annotations

import re
import secrets

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.services import projects
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from db import clips, predictions, session
from db.records import ClipDraft, ClipStatus
from engine.vocabulary import INTENSITY_UNIT, Delivery, Emotion
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import any_clip, inside
from tests.dashboard.analysis_made import made_analysis

CLIPS = 60
RATERS = 4
TOLERANCE_Z = 0.5
HINDI_SHIFT_Z = 0.9
DISPUTED = "disputed.mp4"


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


def _rated(server: Served, name: str) -> None:
    """People agree but about one clip; in Hindi all draw both lines higher."""
    generator = np.random.default_rng(7)
    with inside(server.home):
        project = projects.create(name, language="en")
        media = any_clip("Demo")
        people = [projects.person(f"Person {number}") for number in range(RATERS)]
        for number, gap in enumerate(generator.permutation(np.linspace(-2.0, 2.0, CLIPS))):
            disputed = number == 0
            draft = ClipDraft(
                sha256=secrets.token_hex(32),
                original_name=DISPUTED if disputed else f"take_{number:02d}.mp4",
                media_key=media.media_key,
                browser_key=media.browser_key,
                thumbnail_key=media.thumbnail_key,
                size_bytes=media.size_bytes,
                duration_s=media.duration_s,
                width=media.width,
                height=media.height,
                line=media.line,
                line_source=media.line_source,
                language="hi" if number % 2 else None,
                status=ClipStatus.READY,
            )
            said = made_analysis(expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap))
            with session.writing() as writing:
                clip = clips.add(writing, project.id, draft)
                predictions.add(writing, draft_of(said, clip_id=clip.id))
            for place, person in enumerate(people):
                felt = gap + generator.normal(0.0, 0.2) - HINDI_SHIFT_Z * (number % 2)
                step = int(felt > TOLERANCE_Z) - int(felt < -TOLERANCE_Z)
                if disputed:
                    step = -2 if place % 2 else 2
                submit(
                    clip_id=clip.id,
                    person_id=person.id,
                    answer=Answer(
                        delivery=Delivery(step), emotion=Emotion.JOY, expressed_intensity=0.5 + 0.1 * step
                    ),
                    idempotency_key=f"{project.id}-{number}-{person.id}",
                )


def test_people_see_how_far_they_agree_and_open_the_clip_they_do_not_agree_on(
    page: Page, server: Served
) -> None:
    _rated(server, "Agreed")
    page.goto(f"{server.url}/agreement?project=Agreed")
    expect(page.get_by_role("heading", name="Agreement", exact=True)).to_be_visible()
    sentence = page.get_by_text(re.compile(r"^Raters agree .* on delivery: alpha 0\.\d\d \(0\.\d\d to"))
    expect(sentence.first).to_contain_text("60 clips, 4 raters")
    expect(page.get_by_text("Agreement on emotion is undefined, no variation")).to_be_visible()
    expect(page.get_by_text("About expected intensity fewer than two clips")).to_be_visible()
    warning = page.get_by_test_id("stAlert").filter(has_text="Do not pool these ratings unseen")
    expect(warning).to_contain_text("hi against en: people do not mean the same")
    disputed = page.get_by_role("button", name=DISPUTED)
    expect(page.get_by_text("2 × much too much, 2 × much too little; people are split")).to_be_visible()
    page.get_by_text("Every coefficient").click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)
    disputed.click()
    ReviewPage(page, server).shows(DISPUTED)


def test_simulated_raters_are_said_to_be_simulated_and_nothing_lies_beside_the_screen(
    page: Page, server: Served
) -> None:
    page.goto(f"{server.url}/agreement?project=Demo")
    expect(page.get_by_text("These answers are simulated")).to_be_visible()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.get_by_text(re.compile("on delivery: alpha")).first).to_be_visible()
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
