"""The report holds the intensity maps with their figures and their protocol, and stays without them."""

from __future__ import annotations

import re

import pytest

from dashboard.report.threshold_page import render
from dashboard.services import projects
from dashboard.services.intensity_maps import learn
from dashboard.services.intensity_report import of_project as maps_of
from dashboard.services.thresholds_report import of_project
from db.records import IntensitySide, ProjectRecord
from engine.vocabulary import Emotion
from tests.dashboard.intensities_made import made_intensities
from tests.dashboard.project_made import made_ratings

COMMAND = "python -m dashboard thresholds report --project Hamlet"


@pytest.fixture
def project() -> ProjectRecord:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=20, raters=3, tolerance=0.8)
    return project


def _said(html: str) -> str:
    return re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)


def test_the_maps_stand_in_the_report_with_figures_gate_and_protocol(project: ProjectRecord) -> None:
    made_intensities(
        project, clips_count=40, expressed_shift=-0.15, by_emotion={Emotion.ANGER: 0.0, Emotion.FEAR: 0.0}
    )
    *_, found = learn(project.id)
    html = render(of_project(project.id, command=COMMAND))
    said = _said(html)
    for wanted in (
        "Intensity: what the line asks for",
        "Intensity: what the performance shows",
        f"The map {found.map.version} is in force.",
        found.map.snapshot,
        "<strong>Over all clips</strong>, raters here give",
        "Liang &amp; Zeger 1986",
        "For <strong>anger</strong>, raters here",
        "error on held-out answers",
        "maps by context against one map for all",
    ):
        assert wanted in said, wanted
    assert html.count("plotly-graph-div") >= 8


def test_a_report_without_answers_about_intensity_says_nothing_of_maps(project: ProjectRecord) -> None:
    assert maps_of(project.id) == ()
    assert "Intensity: what" not in _said(render(of_project(project.id, command=COMMAND)))


def test_before_anything_is_learned_the_report_calls_its_curve_an_estimate(project: ProjectRecord) -> None:
    made_intensities(project, clips_count=8)
    found = {part.side: part for part in maps_of(project.id)}[IntensitySide.EXPRESSED]
    assert "an estimate from the answers so far" in found.standing
    assert (found.gate, found.reason, found.raters) == ({}, "", 4)
