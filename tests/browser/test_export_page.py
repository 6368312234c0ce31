"""What leaves is shown before it leaves."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.served import Served
from tests.thoroughness import thorough


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


@thorough
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


@thorough
def test_what_was_exported_is_known_again_when_it_is_brought_back(
    page: Page, server: Served, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/export?project=Demo")
    with page.expect_download() as fetched:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    with zipfile.ZipFile(fetched.value.path()) as archive:
        archive.extract("ratings.csv", tmp_path)
    page.goto(f"{server.url}/clips?project=Demo")
    page.get_by_text("Answers given elsewhere").click()
    part = page.get_by_test_id("stExpander").filter(has_text="Answers given elsewhere")
    part.locator("input[type=file]").set_input_files(tmp_path / "ratings.csv")
    part.get_by_role("button", name="Bring it in").click()
    expect(
        part.get_by_text("0 answers and 0 predictions are new; 54 rows were there before.")
    ).to_be_visible()
    (tmp_path / "bad.csv").write_text("clip,rater,delivery\nnobody.mp4,ann,0\n", encoding="utf-8")
    expect(part.get_by_role("button", name="Bring it in")).to_be_disabled()
    part.locator("input[type=file]").set_input_files(tmp_path / "bad.csv")
    part.get_by_role("button", name="Bring it in").click()
    expect(part.get_by_text("bad.csv, line 2: there is no clip 'nobody.mp4' in the project")).to_be_visible()
