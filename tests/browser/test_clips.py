"""The list of clips: found, corrected, brought in."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served, command
from tests.media_made import made_clip, tone
from tests.thoroughness import thorough

STOPS = "SELECT action FROM audit_log WHERE action LIKE 'analysis.%' ORDER BY id"


def test_the_list_leads_to_a_clip_and_a_search_narrows_it(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/clips?project=Demo")
    expect(page.locator("[data-clip]")).to_have_count(9)
    search = page.get_by_placeholder("Search name, line or actor")
    search.fill("night")
    search.press("Enter")
    expect(page.locator("[data-clip]")).to_have_count(3)
    page.get_by_role("button", name="Review: night_1.mp4").click()
    ReviewPage(page, server).shows("night_1.mp4")


def test_details_are_corrected_in_a_dialog(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/clips?project=Demo")
    page.get_by_role("button", name="Details: part_3.mp4").click()
    page.get_by_role("dialog").get_by_label("Genre").fill("comedy")
    page.get_by_role("button", name="Save").click()
    expect(page.locator('[data-clip="part_3.mp4"]')).to_contain_text("comedy")


def test_an_uploaded_clip_is_analysed_with_its_line_and_can_be_watched(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    made_clip(tmp_path / "uploaded.mp4", sound=tone(2.0))
    page.goto(f"{analysing.url}/clips?project=Demo")
    page.get_by_text("Add clips").click()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "uploaded.mp4")
    page.get_by_role("textbox", name="The line").fill("The train leaves at four.")
    page.get_by_role("textbox", name="The line").press("Tab")
    page.get_by_role("button", name="Import 1 clip").click()
    row = page.locator('[data-clip="uploaded.mp4"]')
    expect(row).to_have_attribute("data-status", "ready", timeout=240_000)
    expect(row).to_contain_text("The train leaves at four.")
    row.get_by_role("button", name="Review").click()
    review = ReviewPage(page, analysing)
    review.shows("uploaded.mp4")
    assert review.is_playable()["width"] > 0


@thorough
def test_a_file_that_is_no_clip_fails_with_a_sentence_in_the_list(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"not a clip at all " * 100)
    page.goto(f"{analysing.url}/clips?project=Demo")
    page.get_by_text("Add clips").click()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "broken.mp4")
    page.get_by_role("button", name="Import 1 clip").click()
    row = page.locator('[data-clip="broken.mp4"]')
    expect(row).to_have_attribute("data-status", "failed", timeout=240_000)
    expect(row.locator(".message")).to_contain_text("broken.mp4")


def test_the_analysis_is_stopped_and_goes_on_by_a_button(page: Page, server: Served, tmp_path: Path) -> None:
    made_clip(tmp_path / "waits.mp4", seconds=0.5, sound=tone(0.5))
    page.goto(f"{server.url}/clips?project=Demo")
    page.get_by_text("Add clips").click()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "waits.mp4")
    page.get_by_role("button", name="Import 1 clip").click()
    stop = page.locator(".st-key-stop_analysis button")
    stop.click()
    go_on = page.get_by_role("button", name="Go on")
    expect(go_on).to_be_visible()
    assert server.rows(STOPS) == [("analysis.stop",)]
    page.reload()
    go_on.click()
    expect(stop).to_be_visible()
    assert server.rows(STOPS) == [("analysis.stop",), ("analysis.go_on",)]
    expect(page.locator('[data-clip="waits.mp4"]')).to_have_attribute("data-status", "queued")


@thorough
def test_a_file_goes_on_where_a_cut_connection_and_a_reload_left_it(
    page: Page, server: Served, tmp_path: Path
) -> None:
    large, unwanted = tmp_path / "large.mp4", tmp_path / "unwanted.mp4"
    large.write_bytes(os.urandom(5_000_000))
    unwanted.write_bytes(os.urandom(3_000_000))
    is_cut, begun_at = True, []

    def piece(route: Route) -> None:
        at = int(route.request.url.rpartition("/")[2])
        if is_cut and at:
            route.abort("internetdisconnected")
        else:
            begun_at.append(at)
            route.continue_()

    page.route(re.compile(r"/uploads/[0-9a-f]+/\d+$"), piece)
    page.on("dialog", lambda dialog: dialog.accept())  # a file is on its way: leave all the same
    page.goto(f"{server.url}/clips?project=Demo")
    page.get_by_text("Add clips").click()
    page.locator('input[type="file"]').first.set_input_files([large, unwanted])
    row = page.locator('[data-file="large.mp4"]')
    expect(row).to_contain_text("No connection")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    page.reload()
    is_cut = False
    page.get_by_text("Add clips").click()
    page.locator('input[type="file"]').first.set_input_files([large, unwanted])
    expect(row).to_have_attribute("data-state", "here")
    page.get_by_role("button", name="Remove unwanted.mp4").press("Enter")
    page.get_by_role("button", name="Import 1 clip").click()
    expect(page.locator('[data-clip="large.mp4"]')).to_be_visible()
    assert begun_at[:2] == [0, 2 << 20]
    assert server.rows("SELECT size_bytes FROM clips WHERE original_name = 'large.mp4'") == [(5_000_000,)]
    assert list((server.home / "uploads").iterdir()) == []


@thorough
def test_a_clip_without_picture_or_line_still_makes_a_tidy_row_and_verdict(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    made_clip(tmp_path / "heard.m4a", size=None, sound=tone(2.0))
    command(analysing.home, "import", str(tmp_path / "heard.m4a"), "--project", "Heard")
    page.goto(f"{analysing.url}/clips?project=Heard")
    expect(page.locator('[data-clip="heard.m4a"] .still.sound')).to_be_visible()
    ReviewPage(page, analysing).open("heard.m4a", project="Heard")
    edges = "all => all.map(e => e.scrollWidth <= e.clientWidth)"
    assert all(page.locator(".verdict, .verdict .bars").evaluate_all(edges))


@thorough
def test_an_upright_clip_shows_its_upper_part_in_the_list(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    made_clip(tmp_path / "upright.mp4", size=(240, 426), sound=tone(2.0))
    command(analysing.home, "import", str(tmp_path / "upright.mp4"), "--project", "Upright")
    page.goto(f"{analysing.url}/clips?project=Upright")
    expect(page.locator('[data-clip="upright.mp4"] img')).to_have_css("object-position", "50% 0px")
