"""On a low screen it is in sight whether an answer is safe, and every key of the form; nothing is covered."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from engine.vocabulary import Protocol
from tests.browser.workbench import RaterPage, Workbench

LOW = {"width": 1280, "height": 720}
USUAL = {"width": 1366, "height": 768}


def test_the_status_of_the_form_is_in_sight_beside_the_machines_opinion(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Low screen", 1, protocol=Protocol.ASSISTED)
    page = bench.window(browser, bench.rater("Low screen", "Asha")).new_page()
    page.set_viewport_size(LOW)
    rater = RaterPage(page, bench.served).begin("Low screen")
    expect(page.locator(".verdict")).to_be_visible()
    expect(rater.status).to_be_in_viewport(ratio=1)
    rows, foot, status = (
        part.bounding_box()
        for part in (rater.form.locator(".rows"), rater.form.locator(".foot"), rater.status)
    )
    assert rows is not None
    assert foot is not None
    assert status is not None
    assert status["y"] + status["height"] <= rows["y"]
    assert rows["y"] + rows["height"] <= foot["y"]
    page.set_viewport_size(USUAL)
    for language in ("hi", "ur", "en"):
        page.goto(f"{bench.served.url}/?project=Low screen&language={language}")
        for key in ("confirm", "skip", "keys"):
            expect(rater.form.locator(f".foot .{key}")).to_be_in_viewport(ratio=1)
