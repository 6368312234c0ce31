"""What leaves is shown before it leaves."""

from __future__ import annotations

import zipfile

from playwright.sync_api import Page, expect

from tests.browser.served import Served


def test_an_export_holds_both_tables_and_nobodys_name(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/export?project=Demo")
    with page.expect_download() as fetched:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert fetched.value.suggested_filename == "demo-csv.zip"
    with zipfile.ZipFile(fetched.value.path()) as archive:
        tables = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert sorted(tables) == ["predictions.csv", "ratings.csv"]
    assert tables["ratings.csv"].count("rater-") >= 54
    assert "Simulated rater" not in tables["ratings.csv"]


def test_whoever_exports_the_clips_themselves_is_told_first_that_nobody_wrote_down_consent(
    page: Page, server: Served
) -> None:
    page.goto(f"{server.url}/export?project=Demo")
    page.get_by_role("radio", name="Hugging Face").click()
    expect(page.get_by_text("For 9 clips no consent is written down")).to_be_visible()
    page.get_by_text("The clips themselves").click()
    expect(page.get_by_text("no consent is written down")).to_have_count(0)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    with zipfile.ZipFile(fetched.value.path()) as archive:
        assert {"README.md", "clips/ratings.parquet"} <= set(archive.namelist())
        assert not [name for name in archive.namelist() if name.endswith(".mp4")]
