"""What leaves is shown before it leaves."""

from __future__ import annotations

import zipfile

from playwright.sync_api import Page

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
