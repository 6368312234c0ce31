"""The systems side by side on a real clip: each answers or says why not, and branches can be opened."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.served import Served
from tests.thoroughness import thorough

SYSTEMS = ("Alignment", "Voice and words (GMU)", "Late fusion", "Entropy-weighted fusion")


@thorough
def test_four_systems_answer_about_one_clip_and_show_their_branches(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/models?project=Demo")
    expect(page.get_by_text("This project uses Alignment.")).to_be_visible()
    expect(page.get_by_role("heading", name="How good each system is")).to_be_visible()
    source = re.compile(r"never on what it learned from: docs/results/evaluate-\S+\.json")
    expect(page.get_by_text(source)).to_be_visible()
    expect(page.locator(".js-plotly-plot").filter(has_text="exactly as stated").first).to_be_visible()
    page.get_by_role("button", name="Compare the systems on this clip").click()
    expect(page.get_by_text(re.compile(r"\d of \d systems names? \w+\."))).to_be_visible(timeout=240_000)
    for system in SYSTEMS:
        expect(page.get_by_role("heading", name=system)).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"Line \d\.\d\d · performance \d\.\d\d · too (little|much)|right")).first
    ).to_be_visible()
    branches = page.get_by_test_id("stExpander").filter(has_text="Late fusion: branch by branch")
    branches.get_by_text("Late fusion: branch by branch").click()
    expect(branches.get_by_text(re.compile(r"^For \w+: "))).to_be_visible()


@thorough
def test_tuning_is_begun_on_the_page_and_says_what_it_lacks(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/models?project=Demo")
    section = page.locator(".st-key-tuning")
    section.get_by_text("Tune on your own answers").click()
    section.get_by_role("button", name="Tune on the rated lines").click()
    # What the demo's raters say is simulated, and nothing is learned from that.
    expect(section.get_by_text(re.compile("no answer about what a line demands"))).to_be_visible(
        timeout=240_000
    )
    expect(section.get_by_role("button", name="Use it, analyse again")).to_have_count(0)
