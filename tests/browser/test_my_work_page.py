"""A rater qualifies, meets known clips unawares, and sees how they rate; the lead sees all raters."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from dashboard.services import gold, projects
from dashboard.services.accepted_answer import Accepted
from dashboard.services.check_lots import lot
from db import people, session
from db.records import Purpose
from engine.vocabulary import Protocol, Role
from tests.browser.taught_project import inside
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import thorough

RIGHT, TOO_MUCH = "3", "4"
ROUND = 2
SILENT = 5
SHARE = 0.5


def test_from_the_qualification_round_through_silent_checks_to_the_own_page(
    bench: Workbench, browser: Browser
) -> None:
    name = "Qualified"
    made = bench.project(
        name,
        ROUND + SILENT,
        protocol=Protocol.BLIND_ONLY,
        qualification=ROUND,
        qualification_right=0.5,
        gold_share=SHARE,
    )
    with inside(bench.home):
        for place, clip in enumerate(made):
            purpose = Purpose.QUALIFICATION if place < ROUND else Purpose.GOLD_SILENT
            gold.put(clip.id, Accepted(delivery=(0, 0)), purpose=purpose, person_id=None)
    asha = bench.sit(browser, name, "Asha")
    told = asha.form.get_by_role("alert")

    before = asha.title.inner_text()
    asha.send(TOO_MUCH)
    expect(told).to_have_text("The lead's answer: delivery right.")
    asha.go_on(before)
    before = asha.title.inner_text()
    asha.send(RIGHT)
    expect(told).to_have_text("As the lead has it: delivery right.")
    asha.go_on(before)

    for place in range(SILENT):
        asha.rate(TOO_MUCH, last=place == SILENT - 1)
        expect(told).to_be_hidden()
    answers = bench.answers(name)
    with inside(bench.home):
        project = projects.by_name(name)
        drawn = [lot(project.id, answers[0].person_id, place) < SHARE for place in range(ROUND, len(made))]
    assert [answer.purpose for answer in answers[:ROUND]] == [Purpose.QUALIFICATION] * ROUND
    assert [answer.purpose is Purpose.GOLD_SILENT for answer in answers[ROUND:]] == drawn

    asha.page.goto(f"{bench.served.url}/my_work?project={name}")
    expect(asha.page.get_by_text("Passed: 1 of 2 as the lead has them.")).to_be_visible()
    expect(asha.page.get_by_text(f"{len(made)} of {len(made)}", exact=True)).to_be_visible()
    expect(asha.page.get_by_text("About delivery fewer than 10 clips")).to_be_visible()
    for hidden in ("All raters", "Known answers", "silent", "rater-"):
        expect(asha.page.get_by_text(hidden, exact=False)).to_have_count(0)

    with inside(bench.home):
        lead = projects.person("Lead")
        with session.writing() as s:
            people.join(s, project.id, lead.id, Role.INSTRUCTOR)
    window = bench.window(browser, lead)
    page = window.new_page()
    page.goto(f"{bench.served.url}/my_work?project={name}")
    expect(page.get_by_text("All raters")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    sign = page.get_by_role("listitem").filter(has_text=re.compile("silent known clips right"))
    expect(sign).to_contain_text(f"0 of {SILENT} silent known clips right")
    expect(sign).to_contain_text("rater-")
    expect(page.get_by_role("button", name="Retire")).to_have_count(len(made))


@thorough
def test_whoever_does_not_pass_waits_for_the_lead_who_gives_another_round(
    bench: Workbench, browser: Browser
) -> None:
    name = "Waiting"
    made = bench.project(name, 3, protocol=Protocol.BLIND_ONLY, qualification=1)
    with inside(bench.home):
        gold.put(made[0].id, Accepted(delivery=(0, 0)), purpose=Purpose.QUALIFICATION, person_id=None)
        project = projects.by_name(name)
        lead = projects.person("Lead")
        with session.writing() as s:
            people.join(s, project.id, lead.id, Role.INSTRUCTOR)
    ben = bench.sit(browser, name, "Ben")
    ben.send(TOO_MUCH)
    ben.page.goto(f"{bench.served.url}/?project={name}")
    expect(ben.page.get_by_text("You answered 0 of 1 clips of the qualification round")).to_be_visible()
    expect(ben.form.locator("button.option:not([disabled])")).to_have_count(0)

    page = bench.window(browser, lead).new_page()
    page.goto(f"{bench.served.url}/my_work?project={name}")
    page.get_by_role("button", name="Another round").click()
    expect(page.get_by_text("wait for you")).to_have_count(0)

    RaterPage(ben.page, bench.served).begin(name)
    ben.send(RIGHT)
    expect(ben.form.get_by_role("alert")).to_have_text("As the lead has it: delivery right.")


@thorough
def test_a_lead_makes_their_own_answer_the_known_one(bench: Workbench, browser: Browser) -> None:
    name = "Known"
    bench.project(name, 2)
    with inside(bench.home):
        lead = projects.person("Lead")
        with session.writing() as s:
            people.join(s, projects.by_name(name).id, lead.id, Role.INSTRUCTOR)
    page = bench.window(browser, lead).new_page()
    review = RaterPage(page, bench.served).begin(name)
    review.rate("2")
    page.goto(f"{bench.served.url}/my_work?project={name}")
    page.get_by_text("Make my answer the known one").click()
    page.get_by_role("button", name="Save as known answer").click()
    expect(page.get_by_text("Saved: delivery much too little to too little")).to_be_visible()
    with inside(bench.home):
        (known,) = gold.listing(projects.by_name(name).id, person_id=None)
    assert known.gold.purpose is Purpose.GOLD_SILENT
    assert known.accepted.delivery == (-2, -1)
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_text("No answer is known yet")).to_be_visible()
