"""Who sits here outlives a reload, and a rater's pages are a rater's."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.served import Served


def test_a_reload_finds_the_same_person_and_a_later_comer_rates_only(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/?project=Demo")
    person = page.get_by_role("combobox", name="You are")
    expect(person).to_have_value("Demo teacher")
    expect(page.get_by_role("link", name="Thresholds")).to_be_visible()
    person.fill("Asha")
    with page.expect_response("**/visitor"):
        person.press("Enter")
    expect(page.get_by_role("link", name="Thresholds")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("combobox", name="You are")).to_have_value("Asha")
    expect(page.get_by_role("link", name="Export")).to_have_count(0)
    assert server.rows(
        "SELECT role FROM memberships JOIN people ON people.id = person_id WHERE people.name = 'Asha'"
    ) == [("rater",)]
