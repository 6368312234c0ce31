"""What a rater says of the face, by keys alone: which cues they see, and whose face is to be read."""

from __future__ import annotations

import json

import numpy as np
from playwright.sync_api import Browser, expect

from dashboard.services import media_store
from dashboard.services.predictions import draft_of
from db import predictions, session
from engine.analysis import EkmanCheck, FaceReason, FacesSeen, FacialCue
from engine.media.thumbnails import thumbnail
from engine.vocabulary import Emotion
from tests.browser.taught_project import inside
from tests.browser.workbench import SECONDS, MadeClip, Workbench
from tests.dashboard.analysis_made import made_analysis

PROJECT = "Two faces"
CHECK = EkmanCheck(
    Emotion.ANGER,
    (
        FacialCue(4, "brows lowered", expected=True, shown=True, start_s=0.2, peak_s=0.4, end_s=0.6),
        FacialCue(24, "lips pressed", expected=True, shown=False),
    ),
    "For anger: brows lowered yes (0.4 s), lips pressed no.",
)


def add_faces(bench: Workbench, clip: MadeClip) -> None:
    """A newer prediction of the clip, with two faces and a check."""
    with inside(bench.home):
        pictures = [
            media_store.put_bytes(thumbnail(np.full((96, 96, 3), shade, np.uint8))) for shade in (90, 180)
        ]
        said = made_analysis(ekman=CHECK, faces=FacesSeen(2, 1, FaceReason.SPEAKS), duration_s=SECONDS)
        with session.writing() as s:
            keys = [picture.key for picture in pictures]
            predictions.add(s, draft_of(said, clip_id=clip.id, face_keys=keys))


def test_cues_are_answered_and_another_face_is_chosen_without_a_mouse(
    browser: Browser, bench: Workbench
) -> None:
    (clip,) = bench.project(PROJECT, 1)
    add_faces(bench, clip)
    rater = bench.sit(browser, PROJECT, "Asha")
    page = rater.page
    check = page.locator(".cue-check")
    expect(check.get_by_role("group", name="brows lowered")).to_contain_text("the model sees it at 0.4 s")
    rater.press("4", "'")
    sees = check.get_by_role("button", name="brows lowered: I see it")
    expect(sees).to_be_focused()
    rater.press("Escape")  # out of the check; the answer stays
    expect(sees).not_to_be_focused()
    expect(rater.answer("delivery")).to_have_attribute("data-value", "1")
    rater.press("'", "Enter", "Tab", "Tab", "Tab", "Enter")
    expect(check.get_by_role("button", name="lips pressed: I do not")).to_have_attribute(
        "aria-pressed", "true"
    )
    rater.press("Tab")
    page.keyboard.type("only the left brow")
    rater.press("Enter")
    expect(check.get_by_role("status")).to_have_text("Your answer on the face is saved.")
    answers, remark = bench.served.rows("SELECT answers, remark FROM cue_answers ORDER BY id DESC LIMIT 1")[0]
    assert json.loads(answers) == {"4": True, "24": False}
    assert remark == "only the left brow"

    expect(page.locator(".face-picker img").first).to_have_js_property("complete", True)
    page.locator(".face[data-face='2']").focus()
    rater.press("Enter")
    expect(page.get_by_text("The other face is being read")).to_be_visible()
    assert bench.served.rows("SELECT face FROM face_choices") == [(2,)]
    assert bench.served.rows("SELECT status FROM clips WHERE id = ?", clip.id) == [("queued",)]
    assert rater.never_pointed()


def test_a_cue_that_was_clicked_leaves_the_keys_to_the_form(browser: Browser, bench: Workbench) -> None:
    (clip,) = bench.project("Clicked cues", 1)
    add_faces(bench, clip)
    rater = bench.sit(browser, "Clicked cues", "Asha")
    sees = rater.page.locator(".cue-check").get_by_role("button", name="brows lowered: I see it")
    sees.click()
    expect(sees).to_have_attribute("aria-pressed", "true")
    rater.press("4", "Enter")
    expect(rater.status).to_contain_text("Saved")
    expect(sees).to_have_attribute("aria-pressed", "true")
    assert len(bench.answers("Clicked cues")) == 1
