"""The Anchoring tab: how answers moved after the reveal, by whom, and all figures as a file."""

from __future__ import annotations

import csv
import re
import secrets

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.services import projects
from dashboard.services.predictions import draft_of
from db import clips, people, predictions, ratings, session
from db.records import ClipDraft, ClipStatus, RatingDraft
from engine.vocabulary import INTENSITY_UNIT, Delivery, Phase, Protocol
from tests.browser.served import Served
from tests.browser.taught_project import inside
from tests.dashboard.analysis_made import made_analysis
from tests.thoroughness import thorough

CLIPS = 40
GIVES_IN = 0.6


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


def _moved(server: Served, name: str) -> None:
    """Three people answer by lot; most of them give in to a machine that says too much or too little."""
    generator = np.random.default_rng(1)
    with inside(server.home):
        project = projects.create(name, protocol=Protocol.BLIND_FIRST)
        with session.writing() as s:
            raters = [people.get_or_create(s, f"{who} of {name}") for who in ("Ada", "Ben", "Cy")]
            for number in range(CLIPS):
                machine = 1 if number % 2 else -1
                draft = ClipDraft(
                    sha256=secrets.token_hex(32), original_name=f"take{number}.mp4", media_key="none",
                    size_bytes=1, status=ClipStatus.READY,
                )  # fmt: skip
                clip = clips.add(s, project.id, draft)
                said = made_analysis(expected=0.5, expressed=0.5 + INTENSITY_UNIT * machine)
                prediction = predictions.add(s, draft_of(said, clip_id=clip.id))
                for rater in raters:
                    own = int(generator.integers(-1, 2))
                    gives_in = own != machine and generator.random() < GIVES_IN
                    answers = [(Phase.BLIND, own), *([(Phase.REVISED, machine)] if gives_in else [])]
                    for phase, step in answers:
                        given = RatingDraft(
                            clip.id, rater.id, secrets.token_hex(8), phase, Delivery(step),
                            prediction_id=prediction.id, prediction_shown=phase is Phase.REVISED,
                        )  # fmt: skip
                        ratings.add(s, given)


def test_a_teacher_reads_how_answers_moved_and_fetches_the_figures(page: Page, server: Served) -> None:
    _moved(server, "Moved")
    page.goto(f"{server.url}/agreement?project=Moved")
    page.get_by_role("tab", name="Anchoring").click()
    sentence = page.get_by_text(re.compile(r"^After the reveal, \d+% .* answers on delivery were changed"))
    expect(sentence).to_contain_text("120 answers, 40 clips, 3 raters")
    expect(sentence).to_contain_text("Answers follow what the machine says")
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Download all figures").click()
    with fetched.value.path().open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    [pull] = [row for row in rows if (row["rater"], row["measure"]) == ("all", "pull")]
    assert float(pull["low"]) > 0


@thorough
def test_without_anything_to_compare_the_tab_says_how_to_get_it(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/agreement?project=Demo")
    page.get_by_role("tab", name="Anchoring").click()
    expect(page.get_by_text("There is nothing to compare yet")).to_be_visible()
