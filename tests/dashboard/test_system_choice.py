"""A project says which system analyses its clips; another one means that all are analysed anew."""

from __future__ import annotations

import pytest

from dashboard.services import projects, system_choice, visitors
from dashboard.services.clip_turns import job_of
from dashboard.services.machine_view import machine_view
from dashboard.services.permissions import NotAllowedError
from dashboard.services.predictions import draft_of
from db import clips, predictions, session
from db import projects as stored_projects
from db.records import ClipStatus, ProjectRecord
from engine.vocabulary import SystemName
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip


def _again(project: ProjectRecord) -> ProjectRecord:
    with session.reading() as s:
        return stored_projects.by_id(s, project.id)


def test_a_project_uses_the_alignment_system_until_it_says_otherwise() -> None:
    project = projects.create("Hamlet")
    clip = made_clip(project)
    assert system_choice.system_of(project) is SystemName.ALIGNMENT
    assert job_of(clip).system is SystemName.ALIGNMENT


def test_another_system_analyses_every_clip_again_and_only_once() -> None:
    project, other = projects.create("Hamlet"), projects.create("Lear")
    mine, foreign = made_clip(project), made_clip(other)
    assert system_choice.choose(project.id, SystemName.MELD, person_id=None) == 1
    assert system_choice.system_of(_again(project)) is SystemName.MELD
    assert job_of(mine).system is SystemName.MELD
    with session.reading() as s:
        assert clips.get(s, mine.id).status is ClipStatus.QUEUED
        assert clips.get(s, foreign.id).status is ClipStatus.READY
    assert system_choice.choose(project.id, SystemName.MELD, person_id=None) == 0


def test_what_the_other_system_says_is_what_the_pages_show_from_then_on() -> None:
    project = projects.create("Hamlet")
    clip = made_clip(project, expected=0.7, expressed=0.4)
    with session.writing() as s:
        said = made_analysis(expected=0.2, expressed=0.9, system=SystemName.MELD)
        predictions.add(s, draft_of(said, clip_id=clip.id))
    with session.reading() as s:
        shown = machine_view(s, clip).prediction
        newest = predictions.newest(s, project.id)
        (_, listed), *more = predictions.summaries_of_project(s, project.id)
    assert shown is not None
    assert newest is not None
    assert shown.analysis.system is newest.system is listed.system is SystemName.MELD
    assert listed.expressed_intensity == 0.9
    assert not more


def test_a_rater_cannot_change_the_system() -> None:
    project = projects.create("Hamlet")
    visitors.welcome("Lead", project)
    rater = visitors.welcome("Asha", project)
    made_clip(project)
    with pytest.raises(NotAllowedError):
        system_choice.choose(project.id, SystemName.MELD, person_id=rater.id)
    assert system_choice.system_of(_again(project)) is SystemName.ALIGNMENT
