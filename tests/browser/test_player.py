"""The player plays what it is given, seeks where it is told, and needs no mouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served, command
from tests.media_made import made_clip, tone
from tests.thoroughness import thorough

CLIP = "leave_1.mp4"


def test_a_clip_reaches_a_playable_state_with_picture_and_length(page: Page, server: Served) -> None:
    facts = ReviewPage(page, server).open(CLIP).is_playable()
    assert facts["width"] > 0
    assert facts["duration"] > 1


def test_space_plays_and_pauses(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open(CLIP)
    review.is_playable()
    review.press("Space")
    page.wait_for_function("media => media.currentTime > 0.3", arg=review.media.element_handle())
    review.press("Space")
    assert review.media.evaluate("media => media.paused")


def test_clicking_a_peak_seeks_there(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open(CLIP)
    review.is_playable()
    for peak in page.locator("button.peak").all():
        wanted = float(peak.get_attribute("data-time") or "nan")
        peak.click()
        assert review.time() == pytest.approx(wanted, abs=0.05)


def test_clicking_the_strip_seeks_to_that_share_of_the_clip(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open(CLIP)
    length = review.is_playable()["duration"]
    strip = page.locator(".stage")
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] * 0.75, "y": 20})
    assert review.time() == pytest.approx(0.75 * length, abs=0.06)


def test_arrows_step_by_a_second_and_with_shift_by_a_frame(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open(CLIP)
    review.is_playable()
    review.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert review.time() == pytest.approx(1.0, abs=0.02)
    review.press("Shift+ArrowRight")
    assert 1.0 < review.time() < 1.1


def test_every_button_has_a_name_and_nothing_is_wider_than_a_narrow_window(
    page: Page, server: Served
) -> None:
    ReviewPage(page, server).open(CLIP)
    nameless = page.locator(".root button").evaluate_all(
        "all => all.filter(b => !(b.getAttribute('aria-label') || b.innerText).trim()).map(b => b.outerHTML)"
    )
    assert nameless == []
    for width in (768, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(
            "width => [...document.querySelectorAll('.root')]"
            ".every(each => each.getBoundingClientRect().right <= width + 1)",
            arg=width,
        )


@thorough
def test_an_mpeg4_clip_plays_with_its_picture(page: Page, analysing: Served, tmp_path: Path) -> None:
    made_clip(tmp_path / "old.mp4", codec="mpeg4", sound=tone(2.0))
    command(analysing.home, "import", str(tmp_path / "old.mp4"), "--project", "Codecs")
    facts = ReviewPage(page, analysing).open("old.mp4", project="Codecs").is_playable()
    assert facts["width"] > 0
    assert facts["duration"] == pytest.approx(2.0, abs=0.15)


def test_a_clip_without_a_picture_plays_and_shows_its_loudness(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    times = np.linspace(0, 2, 96_000, dtype=np.float32)
    made_clip(
        tmp_path / "heard.m4a", size=None, sound=(0.4 * np.sin(2 * np.pi * 200 * times)).astype(np.float32)
    )
    command(analysing.home, "import", str(tmp_path / "heard.m4a"), "--project", "Heard alone")
    review = ReviewPage(page, analysing).open("heard.m4a", project="Heard alone")
    assert review.is_playable()["duration"] > 1
    expect(page.locator("svg.wave rect").first).to_be_attached()
