"""What the Thresholds page warns of: change, other weights, answers that follow the screen, and doubt."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.services import projects, recalibrate
from dashboard.services.rating import Answer, submit
from db.records import ClipRecord, ProjectRecord
from engine.vocabulary import Delivery, Emotion, Phase, Protocol
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import (
    NOISE_Z,
    SPREAD_Z,
    Taste,
    analysed_by_other_weights,
    any_clip,
    inside,
    teach,
    work_figures_out,
)
from tests.thoroughness import thorough

FIGURES_MS = 240_000
PATIENT = {Emotion.ANGER: Taste(-0.9, 0.9), Emotion.FEAR: Taste(-0.9, 0.9)}
STRICT = {Emotion.ANGER: Taste(-0.1, 0.1), Emotion.FEAR: Taste(-0.1, 0.1)}
FIXED_Z = 0.15
PULL_Z = 0.7
DOUBTFUL_Z = 0.6


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


def _taught(
    server: Served, name: str, *, clips_count: int = 40, actors: int = 8, noise: float = NOISE_Z
) -> tuple[ProjectRecord, list[ClipRecord]]:
    """A project of people who forgive much, whose learned thresholds judge."""
    with inside(server.home):
        project = projects.create(name)
        media = any_clip("Demo")
        clips = teach(project, media, clips_count=clips_count, tastes=PATIENT, actors=actors, noise=noise)
        assert recalibrate.recalibrate(project.id).promoted
        work_figures_out(project)
    return project, clips


def _open(page: Page, server: Served, project: str) -> None:
    page.goto(f"{server.url}/thresholds?project={project}")
    expect(page.get_by_role("button", name=re.compile("Learn from"))).to_be_visible()


def _figures(page: Page) -> None:
    expect(page.get_by_text("Does it mean what it says?")).to_be_visible(timeout=FIGURES_MS)


@thorough
def test_people_who_forgive_less_than_before_call_for_learning_again(page: Page, server: Served) -> None:
    project, _ = _taught(server, "Changing")
    _open(page, server, "Changing")
    _figures(page)
    expect(page.get_by_text("0 ratings have come since these thresholds were learned")).to_be_visible()
    with inside(server.home):
        teach(project, any_clip("Demo"), clips_count=40, tastes=STRICT, seed=1)
        work_figures_out(project)
    _open(page, server, "Changing")
    warning = page.get_by_test_id("stAlert").filter(has_text="learn from the ratings again")
    expect(warning).to_be_visible(timeout=FIGURES_MS)
    expect(warning).to_contain_text(re.compile(r"People agree with \d+% of the verdicts now, \d+% before"))
    expect(page.get_by_text(re.compile("from 400 ratings, whole actors held out"))).to_be_visible()


@thorough
def test_thresholds_learned_for_other_weights_rest_until_they_are_learned_again(
    page: Page, server: Served
) -> None:
    _, clips = _taught(server, "Reweighed", clips_count=16)
    _open(page, server, "Reweighed")
    expect(page.get_by_text(re.compile("In force: learned-"))).to_be_visible()
    expect(page.get_by_text("were made for other model weights")).to_have_count(0)
    with inside(server.home):
        for clip, gap in zip(clips, np.linspace(-SPREAD_Z, SPREAD_Z, len(clips)), strict=True):
            analysed_by_other_weights(clip, gap=float(gap))
    _open(page, server, "Reweighed")
    resting = page.get_by_test_id("stAlert").filter(has_text="were made for other model weights and rest")
    expect(resting).to_be_visible()
    review = ReviewPage(page, server).open(clips[0].original_name, project="Reweighed")
    expect(page.get_by_text("rest until they are trained again").first).to_be_visible()
    review.shows(clips[0].original_name)
    _open(page, server, "Reweighed")
    page.get_by_role("button", name="Learn from 80 ratings").click()
    put = page.get_by_role("button", name="Put in force", exact=True)
    expect(put).to_be_visible(timeout=FIGURES_MS)
    put.click()
    expect(resting).to_have_count(0)


def test_answers_that_follow_the_screen_are_told_with_their_pull(page: Page, server: Served) -> None:
    generator = np.random.default_rng(0)
    with inside(server.home):
        project = projects.create("Shown", protocol=Protocol.BLIND_FIRST)
        clips = teach(project, any_clip("Demo"), clips_count=40, tastes=PATIENT, phase=Phase.BLIND)
        sighted = [projects.person(f"Sighted {number}") for number in range(3)]
        for clip, gap in zip(clips, np.linspace(-SPREAD_Z, SPREAD_Z, len(clips)), strict=True):
            shown = int(gap > FIXED_Z) - int(gap < -FIXED_Z)
            for person in sighted:
                felt = gap + PULL_Z * shown + generator.normal(0.0, 0.25)
                taste = PATIENT[Emotion.ANGER]
                submit(
                    clip_id=clip.id,
                    person_id=person.id,
                    answer=Answer(delivery=Delivery(int(felt > taste.upper) - int(felt < taste.lower))),
                    idempotency_key=f"sighted-{clip.id}-{person.id}",
                    phase=Phase.ASSISTED,
                )
        recalibrate.recalibrate(project.id)
        work_figures_out(project)
    _open(page, server, "Shown")
    expect(page.get_by_role("button", name="Learn from 200 ratings")).to_be_enabled()  # the blind ones
    _figures(page)
    pulled = page.locator("p", has_text="Seeing the machine’s verdict pulls answers")
    expect(pulled).to_contain_text("200 blind answers, 120 in sight of it")
    [pull] = re.findall(r"by \+(\d\.\d\d) towards it", pulled.inner_text())
    assert float(pull) == pytest.approx(PULL_Z, abs=0.35)


@thorough
def test_with_few_actors_everything_is_not_sure_and_with_many_only_what_lies_near_a_cut(
    page: Page, server: Served
) -> None:
    _, few = _taught(server, "Few actors")
    _open(page, server, "Few actors")
    _figures(page)
    expect(page.get_by_text("At present no verdict stands alone")).to_be_visible()
    _, many = _taught(server, "Many actors", clips_count=48, actors=24, noise=DOUBTFUL_Z)
    _open(page, server, "Many actors")
    _figures(page)
    alone = page.get_by_text(re.compile(r"of clips get one verdict alone, and \d+% of those differ"))
    expect(alone).to_contain_text("the rest counts as “not sure”")
    [share] = re.findall(r"(\d+)% of clips get one verdict alone", alone.inner_text())
    assert 20 < int(share) < 100
    review = ReviewPage(page, server)
    gaps = np.linspace(-SPREAD_Z, SPREAD_Z, len(many))
    review.open(many[int(np.argmin(np.abs(gaps - 0.9)))].original_name, project="Many actors")
    expect(page.get_by_text("Not sure: right or too much cannot be ruled out.").first).to_be_visible()
    review.open(many[-1].original_name, project="Many actors")
    expect(page.get_by_text(re.compile("too much has a chance of"))).to_be_visible()
    expect(page.get_by_text("cannot be ruled out")).to_have_count(0)
    review.open(few[-1].original_name, project="Few actors")
    expect(page.get_by_text(re.compile("Not sure: .* cannot be ruled out")).first).to_be_visible()
