"""What a rater is told after an answer that is asked for them to learn from, and after none else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from dashboard.services import gold, messages
from dashboard.services.accepted_answer import Accepted
from db.records import Purpose
from engine.vocabulary import Delivery, Protocol
from tests.browser.taught_project import inside
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import thorough

HINT = "Watch the hands."
TOO_LITTLE = (float(Delivery.MUCH_TOO_LITTLE), float(Delivery.TOO_LITTLE))
RIGHT, WRONG = "2", "4"


def taught(bench: Workbench, project: str) -> None:
    """A project of three clips, two of which are asked first and explained."""
    made = bench.project(project, 3, protocol=Protocol.BLIND_ONLY, qualification=2, qualification_right=0.5)
    with inside(bench.home):
        for clip in made[:2]:
            accepted = Accepted(delivery=TOO_LITTLE)
            gold.put(clip.id, accepted, purpose=Purpose.QUALIFICATION, person_id=None, feedback=HINT)


def told(rater: RaterPage) -> Locator:
    return rater.form.locator(".told")


def sentence(key: str, language: str) -> str:
    speech = messages.catalogue(language)
    return f"{speech.say(key, answer=Accepted(delivery=TOO_LITTLE).words(speech))} {HINT}"


@pytest.mark.parametrize("language", [pytest.param("en", marks=thorough), "ur"])
def test_the_right_answer_is_told_after_a_clip_to_learn_from_and_stays_until_one_goes_on(
    bench: Workbench, browser: Browser, language: str
) -> None:
    project = f"Gold {language}"
    taught(bench, project)
    window = bench.window(browser, bench.rater(project, f"Asha {language}"))
    rater = RaterPage(window.new_page(), bench.served)
    rater.page.goto(f"{bench.served.url}/?project={project}&language={language}")
    expect(rater.form).to_be_visible()
    seen = []
    for key, message in ((RIGHT, "gold.told.right"), (WRONG, "gold.told.wrong")):
        seen.append(rater.clip)
        expect(told(rater)).to_be_hidden()
        rater.press(key, "Enter")
        expect(told(rater)).to_have_text(sentence(message, language))
        expect(rater.form.locator('[data-field="delivery"][aria-pressed="true"]')).to_have_count(1)
        assert rater.clip == seen[-1]
        onward = messages.catalogue(language).say("rating.next")
        expect(rater.form.locator(".confirm")).to_contain_text(onward)  # a little after what is told
        rater.press("Enter")
        expect(rater.page.locator(f'.rating:not([data-task^="{seen[-1]}"])')).to_be_visible()
    expect(told(rater)).to_be_hidden()
    assert len({*seen, rater.clip}) == 3
    rater.press(WRONG, "Enter")
    speech = messages.catalogue(language)
    expect(rater.page.get_by_text(speech.say("review.done"))).to_be_visible()
    expect(told(rater)).to_be_hidden()
    given = bench.answers(project)
    assert [answer.purpose for answer in given] == [Purpose.QUALIFICATION] * 2 + [Purpose.ORDINARY]
    assert [answer.delivery for answer in given] == [-1, 1, 1]
